import { AwsError } from "./errors.ts";

/** What a request says of the page that it wants. */
export type PageRequest = {
  readonly size: number | undefined;
  readonly most: number;
  readonly token: string | undefined;
  /** The code for a token or a size that is no good; ValidationError where none is given. */
  readonly invalidCode?: string;
  /** The code for a token that is no good, where it has one of its own. */
  readonly invalidTokenCode?: string;
};

/**
 * One page of a list. Tokens say how far the list was read, so that they stay valid while it changes.
 * Throws when the size is not between 1 and `most`, or the token was not one of ours.
 */
export function page<T>(all: readonly T[], request: PageRequest): { items: T[]; next: string | undefined } {
  const {
    size = request.most,
    most,
    token,
    invalidCode = "ValidationError",
    invalidTokenCode = invalidCode,
  } = request;
  if (!Number.isInteger(size) || size < 1 || size > most) {
    throw new AwsError(invalidCode, `The page size must be between 1 and ${most}, found ${size}`, 400);
  }
  const start = token ? Number(Buffer.from(token, "base64").toString()) : 0;
  if (!Number.isInteger(start) || start < 0)
    throw new AwsError(invalidTokenCode, `Invalid token: ${token}`, 400);
  const end = start + size;
  return {
    items: all.slice(start, end),
    next: end < all.length ? Buffer.from(String(end)).toString("base64") : undefined,
  };
}
