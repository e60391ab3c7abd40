import type { Service, Task } from "../aws/ecs.ts";
import { timeText } from "../base/log.ts";
import type { Observation } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import type { Warning } from "./decision.ts";
import { liveTasks } from "./still-there.ts";

/** After this long without progress, the log says why. */
const STALLED_AFTER_MS = 120_000;

/** Which tasks are protected takes a call for each ten of them, and only explains the wait: so it is asked this often. */
const PROTECTIONS_EVERY_MS = 15 * 60_000;
/** Within so long there is a look at everything. */
const PROTECTIONS_WITHIN_MS = 70_000;

/** Whether the tasks that are protected are to be asked for: when an explanation is due, and then now and then. */
export function areProtectionsDue(termination: Termination, now: number): boolean {
  const stalledFor = stalledMilliseconds(termination, now) - STALLED_AFTER_MS;
  return stalledFor >= 0 && stalledFor % PROTECTIONS_EVERY_MS < PROTECTIONS_WITHIN_MS;
}

function stalledMilliseconds(
  { memory: { changedAt = Number.POSITIVE_INFINITY } }: Termination,
  now: number,
): number {
  return now - changedAt;
}

/** Why the tasks on an instance do not leave, as far as ECS tells: one remark a service and reason. */
export function stallWarnings(termination: Termination, observed: Observation, now: number): Warning[] {
  if (stalledMilliseconds(termination, now) < STALLED_AFTER_MS) return [];
  const draining = observed.clusterInstances.filter(
    ({ containerInstance }) => containerInstance.status === "DRAINING",
  );
  return draining.flatMap((clusterInstance) => {
    const live = liveTasks(clusterInstance).filter((task) => task.shouldRun);
    const services = clusterInstance.services.filter((service) =>
      live.some((task) => task.service === service.name),
    );
    return [
      ...services.flatMap((service) => reasonsOf(service, termination.since)),
      ...protectionsOf(live, observed),
    ].map(([name, reason]) => ({
      level: "warn" as const,
      phrase: "no progress" as const,
      fields: { cluster: clusterInstance.cluster, service_name: name, reason },
      about: `${name}: ${reason}`,
    }));
  });
}

type Reason = readonly [service: string, reason: string];

function reasonsOf(service: Service, since: number): Reason[] {
  const { name, desiredCount, minimumHealthyPercent: minimum, maximumPercent: maximum } = service;
  const mustRun = Math.ceil((desiredCount * minimum) / 100);
  const mayRun = Math.floor((desiredCount * maximum) / 100);
  const reasons: Reason[] = [];
  // Neither may a task stop first, nor may another start first (Amazon ECS Developer Guide, container instance draining).
  if (!service.daemon && desiredCount > 0 && mustRun >= desiredCount && mayRun <= desiredCount) {
    reasons.push([
      name,
      `with ${minimum} % as its minimum and ${maximum} % as its maximum of ${desiredCount} tasks, none may stop and none may start: change one of them`,
    ]);
  }
  const unplaced = service.events.find((each) => each.at >= since && CANNOT.test(each.message));
  if (unplaced) reasons.push([name, unplaced.message]);
  return reasons;
}

// ECS's own words for tasks that it wants and cannot start or stop.
const CANNOT = /unable|cannot|failed|unhealthy|not (?:enough|available)|insufficient/i;

function protectionsOf(live: readonly Task[], { protections }: Observation): Reason[] {
  return live.flatMap((task) => {
    const protection = protections.find((each) => each.task === task.arn);
    if (!protection) return [];
    const until = protection.until === undefined ? "" : ` until ${timeText(protection.until)}`;
    return [[task.service ?? task.arn, `a task is protected from being stopped${until}`] as const];
  });
}
