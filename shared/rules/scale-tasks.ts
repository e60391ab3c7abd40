// Rule 14: scale-tasks.

import type { Doubt, ScaledService, Unusable } from "../model/scaling.ts";
import type { Service } from "../model/tasks.ts";

/** What is done about a service's desired count. */
export type ScalingDecision =
  | { readonly kind: "cannot be used"; readonly reason: Unusable }
  | { readonly kind: "not scaled"; readonly reason: Doubt }
  | { readonly kind: "nothing to change"; readonly desired: number }
  | { readonly kind: "set"; readonly desired: number; readonly was: number };

/**
 * Rule 14. What a service's desired count becomes: one task for each ACTIVE instance of its cluster, less `n_count`, and never
 * below `min_task_count`. Instances that drain do not count: their tasks are leaving.
 *
 * @param service undefined if there is none of that name
 * @param active how many instances of the cluster are ACTIVE; undefined if there is no such cluster
 */
export function decideScaling(
  scaled: ScaledService,
  service: Service | undefined,
  active: number | undefined,
): ScalingDecision {
  if (active === undefined) return { kind: "cannot be used", reason: { why: "no such cluster" } };
  if (!service) return { kind: "cannot be used", reason: { why: "no such service" } };
  const reason = whyUnusable(service);
  if (reason) return { kind: "cannot be used", reason };
  if (active === 0 && service.runningCount + service.pendingCount > 0) {
    return { kind: "not scaled", reason: { why: "no instance" } };
  }
  const desired = Math.max(scaled.min_task_count, active - scaled.n_count);
  const was = service.desiredCount;
  return was === desired ? { kind: "nothing to change", desired } : { kind: "set", desired, was };
}

// Undefined if it can be scaled.
function whyUnusable(service: Service): Unusable | undefined {
  if (service.daemon) return { why: "daemon" };
  return service.status === "ACTIVE" ? undefined : { why: "status", status: service.status };
}
