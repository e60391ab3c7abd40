/** The kinds of notices about instances that EventBridge brings. */
export type NoticeKind = "spot interruption" | "rebalance" | "maintenance";

/** Why nothing is done about a notice. Its words are in shared/log-lines. */
export type IgnoreReason =
  | { readonly why: "the input says so" }
  | { readonly why: "no group" }
  | { readonly why: "too late" }
  | { readonly why: "not in service"; readonly state: string }
  | { readonly why: "no hook of ours"; readonly group: string };
