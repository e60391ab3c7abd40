import type { Memory } from "./memory.ts";
import type { DrainSettings } from "./settings.ts";

/** One instance that a lifecycle hook holds, or that is about to be interrupted, and what its drain is told and remembers. */
export type Termination = {
  readonly instanceId: string;
  readonly group: string;
  /** The lifecycle hook; undefined where only a Spot interruption notice began the drain: then nothing is completed. */
  readonly hook: string | undefined;
  /** The lifecycle action's token; without it, the action is named by the instance. */
  readonly token: string | undefined;
  /** When the lifecycle action began, in milliseconds since 1970: the message's `Time`. */
  readonly since: number;
  /** When EC2 sent a Spot interruption notice: two minutes later the instance is gone, whatever any hook says. */
  readonly interruptedAt: number | undefined;
  /** Whether the last function that had it was on a dry run. For the log alone: each function's own switch decides. */
  readonly dryRun: boolean;
  readonly settings: DrainSettings;
  readonly memory: Memory;
  /** What the message that brought it had planned: only that is safe to take from a returning instance. */
  readonly restorePlan?: RestorePlan;
};

/** What will be taken from a returning instance, as a message carries it. */
export type RestorePlan = Pick<Memory, "plannedDraining" | "plannedDeregistrations">;

/** Which termination a message is about: two messages with the same key are one drain. */
export function identityOf({ group, hook, instanceId }: Termination): string {
  return JSON.stringify([group, hook ?? null, instanceId]);
}
