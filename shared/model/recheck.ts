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
  /** When we began its deregistration, in milliseconds since 1970. The deregistration delay then tells how long it drains. */
  readonly drainsSince: number | undefined;
};

/** AWS's answer about a blocker. */
export type RecheckAnswer =
  | { readonly isThere: false }
  | {
      readonly isThere: true;
      /** Until when it is sure to be there, in milliseconds since 1970, if that is known. */
      readonly until?: number | undefined;
      /** For tasks: those that are left, and their container instance. */
      readonly tasks?: { readonly left: readonly string[]; readonly on: ContainerInstance };
    };

/** A request with its answer, or with the reason why AWS did not answer. */
export type Rechecked = RecheckRequest & {
  readonly answer: { readonly value: RecheckAnswer } | { readonly unread: Unread };
};
