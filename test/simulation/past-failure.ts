import type { ScenarioInput } from "../../simulator/scenario/schema.ts";

/** What a seed once found, as the smallest scenario that the shrinker made of it: a seed's own world changes with its generator. */
export type PastFailure = {
  readonly seed: number;
  /** What was wrong. */
  readonly wrong: string;
  readonly scenario: ScenarioInput;
};

/** The hook as the template makes it. */
export const drain = { name: "drain", queue: "lifecycle" };
/** Somebody sends a message of an instance of the group g0, held or not, with these keys besides: none of a lifecycle action. */
export const forged = (at_seconds: number, instance_id: string, keys: object = {}) => ({
  at_seconds,
  send_lifecycle_message: { queue: "lifecycle", group: "g0", hook: "drain", instance_id, ...keys },
});
/** terminate as it is scheduled. */
export const terminate = { input: { queue_name: "monitor" } };
/** terminate as it is scheduled to sweep, with these keys besides the queues. */
export const sweeping = (keys: object) => ({
  input: { ...terminate.input, lifecycle_queue_name: "lifecycle", ...keys },
});
/** deregister as it is scheduled, with these keys besides the queues. */
export const deregister = (keys: object, firstAfter = 20) => ({
  input: { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor", ...keys },
  first_after_seconds: firstAfter,
});
