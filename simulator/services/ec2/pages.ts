import type { Call } from "../../wire/operation.ts";
import { page } from "../../wire/paging.ts";

/** The sizes that a page may have (Amazon EC2 API Reference, "Query requests", pagination). */
export const PAGE = { least: 5, most: 1000 };

/** One page of what a call found. A call that gives no size gets all at once. Throws if the token is not one of ours. */
export function pageOf<T>(
  found: readonly T[],
  { MaxResults: size, NextToken: token }: { MaxResults?: number | undefined; NextToken?: string | undefined },
  { paging }: Pick<Call, "paging">,
): { items: T[]; next: string | undefined } {
  const request = {
    size: size ?? Math.max(1, found.length),
    most: Math.max(PAGE.most, found.length),
    token,
    invalidCode: "InvalidParameterValue",
  };
  return page(found, request, size === undefined ? { ...paging, atMost: found.length } : paging);
}
