import type { Memory } from "./memory.ts";
import type { DrainKeys, DrainSettings } from "./settings.ts";

/** One instance that a lifecycle hook holds, or that is about to be interrupted, with its drain's settings and memory. */
export type Termination = {
  readonly instanceId: string;
  readonly group: string;
  /** The lifecycle hook. Undefined if only a Spot interruption notice began the drain: then nothing is completed. */
  readonly hook: string | undefined;
  /** The lifecycle action's token; without it, the action is named by the instance. */
  readonly token: string | undefined;
  /** When the lifecycle action began, in milliseconds since 1970: the message's `Time`. */
  readonly since: number;
  /** When EC2 sent a Spot interruption notice, as a message says. That proves nothing. */
  readonly noticedAt: number | undefined;
  /**
   * The same, once a pass has shown that EC2 takes the instance back. Two minutes later it is gone, whatever hooks it has. No message
   * carries this: each run reads it again.
   */
  readonly interruptedAt: number | undefined;
  /** Whether the last function that had it was on a dry run. It is only for the log: each function's own switch decides. */
  readonly dryRun: boolean;
  /**
   * Deregister's input as its message tells it, which a function's own input stands over. Nothing of the hook's is in it. Undefined
   * where a message's settings do not count, or there is no message.
   */
  readonly told?: DrainKeys | undefined;
  /** The settings that count, as the last pass knew them. Before the first one, nothing of the hook's is in them. */
  readonly settings: DrainSettings;
  readonly memory: Memory;
  /** The plan in the message that brought it. Only what is in it may be taken from a returning instance. */
  readonly restorePlan?: RestorePlan;
};

/** What will be taken from a returning instance, as a message carries it. */
export type RestorePlan = Pick<Memory, "plannedDraining" | "plannedDeregistrations">;

/** Which termination a message is about: two messages with the same key are one drain. */
export function identityOf({ group, hook, instanceId }: Termination): string {
  return JSON.stringify([group, hook ?? null, instanceId]);
}
