import { AwsError } from "./errors.ts";

/** Which page a request asks for. */
export type PageRequest = {
  readonly size: number | undefined;
  readonly most: number;
  readonly token: string | undefined;
  /** The error code for a wrong token or size; ValidationError when not given. */
  readonly invalidCode?: string;
  /** The error code for a wrong token, where that is another one. */
  readonly invalidTokenCode?: string;
};

/** How a service pages. It may answer with fewer items than a request asks for, and with a token for the rest. */
export type Paging = {
  /** The most items that it puts in a page. */
  readonly atMost: number;
  /** Called when a page is shorter than was asked, though there is more. */
  readonly shortened: () => void;
};

/**
 * One page of a list. A token says how far the list was read, so it stays valid while the list changes.
 * Throws when the size is not between 1 and `most`, or when the token is not one that this function made.
 */
export function page<T>(
  all: readonly T[],
  request: PageRequest,
  { atMost, shortened }: Paging,
): { items: T[]; next: string | undefined } {
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
  const end = start + Math.min(size, atMost);
  if (end < Math.min(start + size, all.length)) shortened();
  return {
    items: all.slice(start, end),
    next: end < all.length ? Buffer.from(String(end)).toString("base64") : undefined,
  };
}
