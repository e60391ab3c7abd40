import type { Fields, Phrase } from "../base/log.ts";
import type { Registration } from "../model/observation.ts";
import type { DrainSettings } from "../model/settings.ts";
import type { Memory, SeenRegistration, Termination } from "../model/termination.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** After this long without a change, it is looked at more slowly. */
const SLOW_AFTER_MS = 15 * MINUTE;
const SLOW_MS = 30 * SECOND;

/** Something to be done to AWS for an instance. */
export type Step =
  /** Sets a container instance DRAINING; `again` where it was, by us, and somebody set it ACTIVE. */
  | {
      readonly kind: "drain";
      readonly cluster: string;
      readonly containerInstance: string;
      readonly again: boolean;
    }
  /** Sets a container instance ACTIVE again that returns. */
  | { readonly kind: "activate"; readonly cluster: string; readonly containerInstance: string }
  /** Takes the instance out of a load balancer: ours, one that came back, or one that ECS has left behind. */
  | {
      readonly kind: "deregister";
      readonly registration: Registration;
      readonly why: "ours" | "came back" | "orphaned";
    }
  /** Registers the instance again where it was taken out of. */
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

/** What becomes of the termination after this look. */
export type Outcome =
  | { readonly kind: "wait"; readonly until: number; readonly waitingFor: string }
  | { readonly kind: "complete"; readonly result: "CONTINUE" | "ABANDON"; readonly reason: string }
  | { readonly kind: "drop"; readonly reason: string; readonly level: "info" | "warn" | "error" };

/** Something worth a line in the log, once in a drain. */
export type Warning = {
  readonly level: "info" | "warn";
  readonly phrase: Phrase;
  readonly fields: Fields;
  /** What the remark is about, where one phrase can be said of several things. */
  readonly about?: string;
};

export type Decision = {
  readonly steps: readonly Step[];
  readonly outcome: Outcome;
  readonly warnings: readonly Warning[];
  /** The termination's memory after this look. */
  readonly memory: Memory;
};

/** To complete the lifecycle action. */
export function complete(memory: Memory, result: "CONTINUE" | "ABANDON", reason: string): Decision {
  return { steps: [], warnings: [], memory, outcome: { kind: "complete", result, reason } };
}

/** To forget the termination: there is nothing more to do about it. */
export function drop(memory: Memory, reason: string, level: "info" | "warn" | "error" = "info"): Decision {
  return { steps: [], warnings: [], memory, outcome: { kind: "drop", reason, level } };
}

/**
 * To look again: every `poll_seconds`, more slowly once nothing has changed for long.
 *
 * @param known when the answer can change at the soonest, in milliseconds since 1970
 * @param latest times by which there must be another look, whatever else; those that have passed do not count
 */
export function wait(
  { settings }: Termination,
  memory: Memory,
  now: number,
  waitingFor: string,
  known?: number,
  latest: readonly (number | undefined)[] = [],
): Decision {
  const changedAt = waitingFor === memory.waitingFor ? (memory.changedAt ?? now) : now;
  const shouldRun = known ?? now + pace(settings, changedAt, now);
  const until = Math.min(shouldRun, ...ahead(latest, now));
  return {
    steps: [],
    warnings: [],
    memory: { ...memory, waitingFor, changedAt, nextPassAt: until },
    outcome: { kind: "wait", until, waitingFor },
  };
}

/** Those of some times that are still to come. */
export function ahead(times: readonly (number | undefined)[], now: number): number[] {
  return times.filter((each): each is number => each !== undefined && each > now);
}

/** How long it is to the next look, in milliseconds: less often once nothing has changed for long. */
export function pace({ pollSeconds }: DrainSettings, changedAt: number, now: number): number {
  const poll = pollSeconds * SECOND;
  return now - changedAt >= SLOW_AFTER_MS ? Math.max(poll, SLOW_MS) : poll;
}
