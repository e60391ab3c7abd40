import type { Blocker } from "./blocker.ts";

/**
 * What would have given a drain that was cut off more time: a key of the input, of a hook's metadata, or of the block. Or the variable
 * without which it may not begin.
 */
type CutOffSetting = "drain_timeout_seconds" | "heartbeat_timeout_seconds" | "on_timeout" | "SENDER_ROLE_IDS";

/** That an instance goes with something left on it. */
export type CutOff = {
  /** What was left. Undefined if nobody could look before the hook's timeout ended it. */
  readonly left: readonly Blocker[] | undefined;
  /** Undefined if no setting helps: EC2 takes the instance back. */
  readonly setting: CutOffSetting | undefined;
};
