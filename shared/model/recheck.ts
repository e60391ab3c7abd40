import type { Unread } from "./blocker.ts";
import type { RecheckableBlocker } from "./memory.ts";
import type { ContainerInstance } from "./tasks.ts";
import type { Termination } from "./termination.ts";

/** A termination for which it is enough to ask whether one blocker is still there. */
export type RecheckRequest = {
  /** The termination's place in the batch. */
  readonly index: number;
  readonly before: Termination;
  readonly blocker: RecheckableBlocker;
  /** Since when it drains by our doing, in milliseconds since 1970: then its deregistration delay tells how long. */
  readonly drainsSince: number | undefined;
};

/** What AWS says of a blocker. */
export type RecheckAnswer =
  | { readonly isThere: false }
  | {
      readonly isThere: true;
      /** Until when it is sure to be there, in milliseconds since 1970, where that is known. */
      readonly until?: number | undefined;
      /** Of tasks: those that are left, and the container instance as it is. */
      readonly tasks?: { readonly left: readonly string[]; readonly on: ContainerInstance };
    };

/** The same with the answer, or with what AWS did not answer. */
export type Rechecked = RecheckRequest & {
  readonly answer: { readonly value: RecheckAnswer } | { readonly unread: Unread };
};
