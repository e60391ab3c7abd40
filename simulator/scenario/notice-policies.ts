import type { AllowedBy } from "../judge/damage.ts";
import { TICKS_MS } from "../judge/scope.ts";
import type { Inputs } from "./inputs.ts";
import type { Scenario } from "./schema.ts";

const HOUR_MS = 3_600_000;
/** How long before a maintenance its instance is replaced where the input does not say it, in hours. */
const LEAD_HOURS = 48;

/**
 * Finds the policy that replaces an instance because of the notices about it before a time. A maintenance counts from its lead time
 * on, until it is cancelled.
 */
export function noticePolicies(
  { timeline }: Scenario,
  inputs: Inputs,
  startsAt: number,
): (instanceId: string, before: number) => AllowedBy | undefined {
  return (instanceId, before) => {
    const { on_rebalance, on_maintenance, maintenance_lead_hours: hours } = inputs.of("deregister");
    const lead = (typeof hours === "number" ? hours : LEAD_HOURS) * HOUR_MS;
    const about = (ids: readonly string[] = []) => ids.includes(instanceId);
    const sent = timeline
      .map((each) => ({ ...each, at: startsAt + each.at_seconds * 1000 }))
      .filter(({ at }) => at <= before);
    // Each run asks EC2 once whether a change is still to come.
    const isCancelled = (since: number) =>
      sent.some(
        ({ at, cancel_maintenance: cancelled }) =>
          about(cancelled?.instance_ids) && since <= at && at + TICKS_MS <= before,
      );
    const isDue = sent.some(
      ({ at, schedule_maintenance: change }) =>
        change &&
        about(change.instance_ids) &&
        at + change.starts_in_hours * HOUR_MS - lead <= before &&
        !isCancelled(at),
    );
    if (on_maintenance === "replace" && isDue) return "on_maintenance";
    const isRecommended = sent.some((each) => about(each.recommend_rebalance?.instance_ids));
    return on_rebalance === "replace" && isRecommended ? "on_rebalance" : undefined;
  };
}
