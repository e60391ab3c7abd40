import * as z from "zod/mini";
import type { RoundProgress } from "../model/discovery.ts";
import type { Dated } from "../model/memory.ts";
import { type Value, valueBy } from "./memory-line.ts";

// How each kind of value is written into a message, and read from it. Versions that run side by side, or one after the other,
// read each other's messages. So a written shape never changes, and a value that the version before would refuse gets its own key.

/** A time as text. */
export const iso = z.iso.datetime();

/** A time as messages carry it. */
export function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** A time, in milliseconds since 1970. */
export const time = valueBy(
  z.pipe(
    iso,
    z.transform((text: string) => Date.parse(text)),
  ),
  isoOf,
);
export const text = valueBy(z.string(), (each) => each);
export const texts: Value<readonly string[]> = valueBy(
  z.pipe(
    z.array(z.string()),
    z.transform((each: string[]): readonly string[] => each),
  ),
  (each) => [...each],
);
export const flag = valueBy(z.boolean(), (each) => each);
export const count = valueBy(z.int(), (each) => each);

/** One of some words. */
export function word<const T extends string>(...words: readonly T[]): Value<T> {
  const known = (value: unknown): value is T => words.some((each) => each === value);
  return {
    read: (raw) => (known(raw) ? { value: raw } : undefined),
    write: (each) => each,
    takes: () => true,
  };
}

const roundForm = z.object({ since: iso, from: z.string(), to: z.string() });
/** How far a round has come. */
export const round = valueBy(
  z.pipe(
    roundForm,
    z.transform(
      ({ since, ...rest }: z.output<typeof roundForm>): RoundProgress => ({
        ...rest,
        since: Date.parse(since),
      }),
    ),
  ),
  ({ since, from, to }) => ({ since: isoOf(since), from, to }),
);

/** A container instance by cluster and ARN. */
export const containerInstance = valueBy(z.object({ cluster: z.string(), arn: z.string() }), (each) => each);

/** A container instance's version. */
export const version = valueBy(
  z.pipe(
    z.object({ container_instance: z.string(), version: z.int() }),
    z.transform(({ container_instance: arn, version }: { container_instance: string; version: number }) => ({
      arn,
      version,
    })),
  ),
  ({ arn, version }) => ({ container_instance: arn, version }),
);

const datedForm = z.looseObject({ at: iso });

/** A value under a key, and when it came about. */
export function datedBy<T>(key: string, { read, write, takes }: Value<T>): Value<Dated<T>> {
  return {
    read: (raw, instanceId) => {
      const { success, data } = datedForm.safeParse(raw);
      const own = success ? read(data[key], instanceId) : undefined;
      return success && own !== undefined
        ? { value: { what: own.value, at: Date.parse(data.at) } }
        : undefined;
    },
    write: ({ what, at }) => ({ at: isoOf(at), [key]: write(what) }),
    takes: ({ what }) => takes(what),
  };
}

/** A container instance that was set DRAINING, and when. */
export const drained = datedBy("container_instance", text);
