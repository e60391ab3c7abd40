import type { Call } from "../../wire/operation.ts";
import { page } from "../../wire/paging.ts";

/** How many items a page has at the most, and without a word of the call (Amazon EC2 Auto Scaling API Reference, MaxRecords). */
type Sizes = { readonly most: number; readonly byDefault: number };

/** One page of what a call found. Throws if the size is not one that the call takes, or if the token is not one of ours. */
export function pageOf<T>(
  found: readonly T[],
  { most, byDefault }: Sizes,
  asked: { readonly MaxRecords?: number | undefined; readonly NextToken?: string | undefined },
  { paging }: Pick<Call, "paging">,
): { items: T[]; next: string | undefined } {
  const { MaxRecords: size = byDefault, NextToken: token } = asked;
  return page(found, { size, most, token, invalidTokenCode: "InvalidNextToken" }, paging);
}
