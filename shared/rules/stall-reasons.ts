// Rule 10: stalls are explained.

import { isLeftover } from "../model/blocker.ts";
import type { Warning, WarningReason } from "../model/decision.ts";
import type { Observation } from "../model/observation.ts";
import { type ClusterInstance, liveTasks, type Service, type Task } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import { PROTECTIONS_EVERY_MS, PROTECTIONS_WITHIN_MS, STALLED_AFTER_MS, STALLED_MS } from "./timings.ts";

/** Rule 10. Whether to ask for protected tasks: when an explanation is due, and now and then after that. */
export function areProtectionsDue(termination: Termination, now: number): boolean {
  const stalledFor = stalledMilliseconds(termination, now) - STALLED_AFTER_MS;
  return stalledFor >= 0 && stalledFor % PROTECTIONS_EVERY_MS < PROTECTIONS_WITHIN_MS;
}

/**
 * Rule 10. Whether a drain is stalled: nothing of it has changed for a quarter of an hour, and something is left that no known
 * time ends. A target that drains does so by its delay, which may be an hour, and tasks wait for that.
 *
 * @param now in milliseconds since 1970
 */
export function isStalled(termination: Termination, now: number): boolean {
  if (stalledMilliseconds(termination, now) < STALLED_MS) return false;
  const { blockers, unread } = termination.memory;
  const drains = blockers.some((each) => each.kind === "registration" && each.state === "draining");
  return unread.length > 0 || (!drains && blockers.some(isLeftover));
}

function stalledMilliseconds(
  { memory: { changedAt = Number.POSITIVE_INFINITY } }: Termination,
  now: number,
): number {
  return now - changedAt;
}

/** Rule 10. Why the tasks on an instance do not leave, as far as ECS tells. Each service and reason has one warning. */
export function stallWarnings(termination: Termination, observed: Observation, now: number): Warning[] {
  if (stalledMilliseconds(termination, now) < STALLED_AFTER_MS) return [];
  return observed.clusterInstances
    .filter(({ containerInstance }) => containerInstance.status === "DRAINING")
    .flatMap((each) => warningsOn(each, termination, observed));
}

function warningsOn(
  clusterInstance: ClusterInstance,
  { since }: Termination,
  observed: Observation,
): Warning[] {
  const live = liveTasks(clusterInstance).filter((task) => task.shouldRun);
  const services = clusterInstance.services.filter(({ name }) => live.some((task) => task.service === name));
  const reasons = [
    ...services.flatMap((service) => reasonsOf(service, since)),
    ...protectionsOf(live, observed),
  ];
  return reasons.map(([name, reason]) => ({
    level: "warn",
    kind: "no progress",
    fields: { cluster: clusterInstance.cluster, service_name: name },
    reason,
    about: `${name}: ${reason.why}`,
  }));
}

type Reason = readonly [service: string, reason: WarningReason];

function reasonsOf(service: Service, since: number): Reason[] {
  const { name, desiredCount, minimumHealthyPercent: minimum, maximumPercent: maximum } = service;
  const mustRun = Math.ceil((desiredCount * minimum) / 100);
  const mayRun = Math.floor((desiredCount * maximum) / 100);
  const reasons: Reason[] = [];
  // ECS may neither stop a task first nor start another first (Amazon ECS Developer Guide, container instance draining).
  if (!service.daemon && desiredCount > 0 && mustRun >= desiredCount && mayRun <= desiredCount) {
    reasons.push([name, { why: "percents", minimum, maximum, desiredCount }]);
  }
  const unplaced = service.events.find((each) => each.at >= since && CANNOT.test(each.message));
  if (unplaced) reasons.push([name, { why: "service event", message: unplaced.message }]);
  return reasons;
}

// ECS's own words for tasks that it cannot start or stop.
const CANNOT = /unable|cannot|failed|unhealthy|not (?:enough|available)|insufficient/i;

function protectionsOf(live: readonly Task[], { protections }: Observation): Reason[] {
  return live.flatMap((task): Reason[] => {
    const protection = protections.find((each) => each.task === task.arn);
    return protection ? [[task.service ?? task.arn, { why: "protected", until: protection.until }]] : [];
  });
}
