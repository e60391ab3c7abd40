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
  /** The moment that the page shows, in milliseconds since 1970. */
  readonly asOf: number;
  /** Called when a page is shorter than was asked, though there is more. */
  readonly shortened: () => void;
};

/** The inputs' fields for tokens. */
const TOKENS = ["NextToken", "nextToken", "Marker"] as const;

/** The moment that a further page is to show: that of the first one, so that nothing is left out when what came before it goes. */
export function momentOf(input: object): number | undefined {
  const given = input as Partial<Record<(typeof TOKENS)[number], unknown>>;
  const [token] = TOKENS.flatMap((key) => (typeof given[key] === "string" ? [given[key]] : []));
  const { asOf } = readToken(token);
  return Number.isFinite(asOf) ? asOf : undefined;
}

/** How far the list was read, and at which moment. */
function readToken(token: string | undefined): { start: number; asOf: number } {
  if (!token) return { start: 0, asOf: Number.NaN };
  const [start, asOf] = Buffer.from(token, "base64").toString().split("@");
  return { start: Number(start), asOf: Number(asOf ?? Number.NaN) };
}

/**
 * One page of a list. A token says how far the list was read, and at which moment.
 * Throws when the size is not between 1 and `most`, or when the token is not one that this function made.
 */
export function page<T>(
  all: readonly T[],
  request: PageRequest,
  { atMost, asOf, shortened }: Paging,
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
  const { start } = readToken(token);
  if (!Number.isInteger(start) || start < 0)
    throw new AwsError(invalidTokenCode, `Invalid token: ${token}`, 400);
  const end = start + Math.min(size, atMost);
  if (end < Math.min(start + size, all.length)) shortened();
  return {
    items: all.slice(start, end),
    next: end < all.length ? Buffer.from(`${end}@${asOf}`).toString("base64") : undefined,
  };
}
