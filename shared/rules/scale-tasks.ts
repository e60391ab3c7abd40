// Rule 14: scale-tasks.

import type { Service } from "../model/tasks.ts";

/** One service that keeps one task per instance, with N instances spare. */
export type ScaledService = {
  readonly cluster_name: string;
  readonly service_name: string;
  readonly min_task_count: number;
  readonly n_count: number;
};

/** Why a service cannot be scaled at all: its configuration is wrong. */
export type Unusable =
  | { readonly why: "no such service" }
  | { readonly why: "daemon" }
  | { readonly why: "status"; readonly status: string };

/** What is done about a service's desired count. */
export type ScalingDecision =
  | { readonly kind: "cannot be used"; readonly reason: Unusable }
  /** Tasks run somewhere, and yet the cluster shows no instance: what was read is not to be trusted. */
  | { readonly kind: "not scaled"; readonly reason: "no instance" }
  | { readonly kind: "nothing to change"; readonly desired: number }
  | { readonly kind: "set"; readonly desired: number; readonly was: number };

/**
 * Rule 14. What a service's desired count becomes: one task for each ACTIVE instance of its cluster, less `n_count`, and never
 * below `min_task_count`. Instances that drain do not count: their tasks are leaving.
 *
 * @param service undefined where there is none of that name
 * @param active how many instances of the cluster are ACTIVE
 */
export function decideScaling(
  scaled: ScaledService,
  service: Service | undefined,
  active: number,
): ScalingDecision {
  const reason = whyUnusable(service);
  if (!service || reason) return { kind: "cannot be used", reason: reason ?? { why: "no such service" } };
  if (active === 0 && service.runningCount + service.pendingCount > 0) {
    return { kind: "not scaled", reason: "no instance" };
  }
  const desired = Math.max(scaled.min_task_count, active - scaled.n_count);
  const was = service.desiredCount;
  return was === desired ? { kind: "nothing to change", desired } : { kind: "set", desired, was };
}

/** Rule 14. Why a service cannot be scaled; undefined where it can. */
export function whyUnusable(service: Service | undefined): Unusable | undefined {
  if (!service) return { why: "no such service" };
  if (service.daemon) return { why: "daemon" };
  return service.status === "ACTIVE" ? undefined : { why: "status", status: service.status };
}
