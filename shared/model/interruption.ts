/** What EC2 shows of an instance's Spot request: the code of its status. Undefined if the instance has none: it is On-Demand. */
export type Interruption = { readonly spotStatus: string | undefined };

// From the notice on, the request is marked, or has the last status already. A user's own doing is no interruption.
const TAKEN_BACK = /^(marked-for-(termination|stop)|instance-(terminated|stopped)-(?!by-user$).+)$/;

/** Whether a Spot request's status says that EC2 takes its instance back (Amazon EC2 User Guide, "Spot request status codes"). */
export function isTakenBack({ spotStatus }: Interruption): boolean {
  return spotStatus !== undefined && TAKEN_BACK.test(spotStatus);
}

/** Why it is not proven that EC2 takes an instance back, and that the instance is ours. Its words are in shared/log-lines. */
export type InterruptionDoubt =
  | { readonly kind: "unread" }
  | { readonly kind: "no Spot request" }
  | { readonly kind: "Spot request"; readonly status: string }
  | { readonly kind: "no hook of ours" };
