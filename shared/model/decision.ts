import type { Fields } from "../base/log.ts";
import type { Blocker } from "./blocker.ts";
import type { CutOff } from "./cut-off.ts";
import type { InterruptionDoubt } from "./interruption.ts";
import { shortId } from "./logged.ts";
import type { Memory } from "./memory.ts";
import type { Observed } from "./observation.ts";
import type { CompletionReason, DropReason, Retention } from "./reason.ts";
import type { Registration, SeenRegistration } from "./registration.ts";
import type { DrainSettings } from "./settings.ts";
import type { Termination } from "./termination.ts";

/** Something to be done to AWS for an instance. */
export type Step =
  /** Sets a container instance DRAINING. `again`: we had done so before, and somebody set it ACTIVE. */
  | {
      readonly kind: "drain";
      readonly cluster: string;
      readonly containerInstance: string;
      readonly again: boolean;
    }
  /** Sets the container instance of a returning instance ACTIVE again. */
  | { readonly kind: "activate"; readonly cluster: string; readonly containerInstance: string }
  /** Takes a registration out of a load balancer: one of ours, one that came back, or an orphan. */
  | {
      readonly kind: "deregister";
      readonly registration: Registration;
      readonly why: "ours" | "came back" | "orphaned";
    }
  /** Registers the instance again where it was taken out. */
  | { readonly kind: "register"; readonly registration: SeenRegistration }
  /** Stops a task that does not leave by itself. */
  | { readonly kind: "stop task"; readonly cluster: string; readonly task: string; readonly name: string }
  /** Takes the container instance out of its cluster. */
  | {
      readonly kind: "deregister container instance";
      readonly cluster: string;
      readonly containerInstance: string;
      readonly force: boolean;
    };

/** To complete the lifecycle action. */
export type Complete = {
  readonly kind: "complete";
  readonly result: "CONTINUE" | "ABANDON";
  readonly reason: CompletionReason;
  /** Undefined if nothing was left. */
  readonly cutOff?: CutOff | undefined;
};

/** To follow the termination no further. */
export type Drop = {
  readonly kind: "drop";
  readonly reason: DropReason;
  readonly level: "info" | "warn" | "error";
  /** Undefined if nothing is known to have been left. */
  readonly cutOff?: CutOff | undefined;
};

/** To wait until another pass (in milliseconds since 1970), and for which blockers. */
type Wait = { readonly kind: "wait"; readonly until: number; readonly blockers: readonly Blocker[] };

/** What becomes of the termination after this pass. */
type Outcome = Wait | Complete | Drop;

/** Why a warning is given. Its words are in shared/log-lines. */
export type WarningReason =
  | { readonly why: "global limit first" }
  | { readonly why: "no activity" }
  | { readonly why: "activity unread" }
  | { readonly why: "interruption not proven"; readonly doubt: InterruptionDoubt }
  /** What to set, where a setting suffices. */
  | {
      readonly why: "too long";
      readonly drainTimeoutSeconds?: number | undefined;
      readonly hookTimeoutSeconds?: number | undefined;
    }
  | { readonly why: "same queue" }
  | { readonly why: "two deployments" }
  | { readonly why: "metadata" }
  | { readonly why: "unknown metadata" }
  | { readonly why: "metadata no JSON" }
  | { readonly why: "managed draining" }
  | { readonly why: "managed draining first" }
  | { readonly why: "somebody first" }
  | { readonly why: "found" }
  | { readonly why: "found, left" }
  | { readonly why: "no such name"; readonly noun: string }
  | { readonly why: "not permitted" }
  | { readonly why: "another VPC" }
  | { readonly why: "unfound" }
  | { readonly why: "in no cluster"; readonly searched: boolean }
  | { readonly why: "cluster lacks it"; readonly clusters: readonly string[] }
  | {
      readonly why: "percents";
      readonly minimum: number;
      readonly maximum: number;
      readonly desiredCount: number;
    }
  | { readonly why: "no service started it"; readonly stopTasks: DrainSettings["stopTasks"] }
  | { readonly why: "not stopped yet" }
  | { readonly why: "DRAINING waits" }
  | { readonly why: "placed, and stopped" }
  | { readonly why: "placed, and not stopped" }
  | { readonly why: "stopping for long" }
  | { readonly why: "service event"; readonly message: string }
  | { readonly why: "protected"; readonly until: number | undefined };

/**
 * The kind of a warning. Messages carry it, so a kind keeps its name, even if the words of its line change.
 */
export type WarningKind =
  | "held by the lifecycle hook"
  | "time does not suffice"
  | "half of the drain's time is over"
  | "deadline not proven"
  | "interruption not proven"
  | "two hooks of ours on one group"
  | "metadata not heeded"
  | "ECS drains it too"
  | "drained out of order"
  | "cluster lacks the instance"
  | "in no cluster"
  | "found, not named"
  | "name not found"
  | "cluster not permitted"
  | "address left alone"
  | "no progress"
  | "held by tasks"
  | "open to new tasks"
  | "task placed on it"
  | "registrations not restored";

/** Something to log once in a drain. */
export type Warning = {
  readonly level: "info" | "warn" | "error";
  readonly kind: WarningKind;
  /** Further fields of the line, as data. */
  readonly fields: Fields;
  readonly reason?: WarningReason;
  /** The blockers, for a line that names them. */
  readonly blockers?: readonly Blocker[];
  /** How the drain will end. */
  readonly ending?: { readonly onTimeout: DrainSettings["onTimeout"]; readonly retains: Retention };
  /** Tells warnings of one kind apart. The message carries it, so it is short and never a text of AWS's. */
  readonly about?: string;
};

export type Decision = {
  readonly steps: readonly Step[];
  readonly outcome: Outcome;
  readonly warnings: readonly Warning[];
  /** The termination's memory after this pass. */
  readonly memory: Memory;
};

/** One termination in a pass, with what was decided, and when (in milliseconds since 1970). */
export type Decided = Observed & { readonly decision: Decision; readonly decidedAt: number };

/** A termination with steps to be carried out. */
export type WithSteps = {
  readonly termination: Termination;
  readonly decision: { readonly steps: readonly Step[] };
};

/** What was done for a termination: the steps that took effect, whether others failed, and the ids of lines that were logged. */
export type Done = {
  readonly steps: readonly Step[];
  readonly failed: boolean;
  readonly logged: readonly string[];
};

/** The warnings that tell a drain's deadline, or go by it. */
export const DEADLINE_WARNINGS = [
  "held by the lifecycle hook",
  "time does not suffice",
  "half of the drain's time is over",
  "deadline not proven",
] as const satisfies readonly Warning["kind"][];

/** The id by which a warning is remembered, so that it is given once. */
export function idOfWarning({ kind, about }: Pick<Warning, "kind" | "about">): string {
  return shortId(about === undefined ? kind : `${kind}: ${about}`);
}
