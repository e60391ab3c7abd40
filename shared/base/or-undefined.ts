import * as z from "zod/mini";

/**
 * What the schema reads, and undefined where it cannot read something: a part that is not worth a message. It stands for `z.catch`,
 * which brings all helpers of zod into a bundle.
 */
export function orUndefined<T extends z.core.$ZodType>(schema: T) {
  return z.union([
    schema,
    z.pipe(
      z.unknown(),
      z.transform(() => undefined),
    ),
  ]);
}
