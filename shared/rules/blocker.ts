import type { ClusterInstance, Observation, Registration } from "../model/observation.ts";
import { isSame, type RecheckableBlocker, type Termination } from "../model/termination.ts";
import { ahead, pace } from "./decision.ts";
import { nextHeartbeatAt } from "./heartbeat.ts";
import { isOurs, orphanTimeOf, pointingAt } from "./steps.ts";
import { INACTIVE, liveTasks } from "./still-there.ts";
import { mayBeStopped, mustGoFirst } from "./stop-tasks.ts";

/** After a look at all of an instance, it is enough for this long to ask for what stands in the way. */
export const RECHECKS_MS = 60_000;

/**
 * What stands in the way of a drain once the steps of a look have been taken, and until when it is enough to ask for that:
 * as long as it is there, no rule can have anything to do but those that go by time, of which `times` are some. Undefined
 * where that is not so certain: then the next look is at everything.
 *
 * @param times when something is due whatever is in the way, in milliseconds since 1970; those that have passed do not count
 */
export function blockerToRecheck(
  termination: Termination,
  observed: Observation,
  now: number,
  times: readonly (number | undefined)[],
): Termination["memory"]["recheck"] {
  const { interruptedAt, memory } = termination;
  const isUnread = Object.keys(observed.unread).length > 0;
  if (isUnread || interruptedAt !== undefined || memory.unknownSince !== undefined) return undefined;
  // One that failed, or that is to tell whose the lifecycle action is, is sent at the next look.
  const heartbeatAt = nextHeartbeatAt(termination, observed);
  if (heartbeatAt !== undefined && heartbeatAt <= now) return undefined;
  const { registrations } = observed;
  if (registrations.some((each) => each.invalid || (each.state === "registered" && isOurs(each)))) {
    return undefined;
  }
  const what = inTheWay(termination, observed);
  if (what === undefined) return undefined;
  const orphans = registrations
    .filter((each) => each.state === "registered")
    .map((each) => orphanTimeOf(each, termination, observed));
  return { what, until: Math.min(now + RECHECKS_MS, ...ahead([...times, ...orphans], now)) };
}

/** Whether it is enough to ask for what stood in the way at the last look. */
export function isRecheckEnough({ memory: { recheck } }: Termination, now: number): boolean {
  // What a message says of its time is not believed beyond what we would have written.
  return recheck !== undefined && now < recheck.until && recheck.until <= now + RECHECKS_MS;
}

/**
 * Since when a target that stands in the way drains, in milliseconds since 1970, where we took it out: it does so for all of its
 * group's deregistration delay, whether or not a connection is left. Undefined where somebody else did, or it does not drain.
 */
export function drainsSince(
  { targetGroup, port, state }: Extract<RecheckableBlocker, { kind: "target" }>,
  { memory }: Termination,
): number | undefined {
  const what = { kind: "target", targetGroup, port } as const;
  const times = memory.deregistered.filter((each) => isSame(each.what, what)).map(({ at }) => at);
  return times.length === 0 || state !== "draining" ? undefined : Math.max(...times);
}

/**
 * The termination after what stands in the way was asked for and is still there, or could not be read.
 *
 * @param failed whether it could not be read
 * @param known until when it is sure to be there, in milliseconds since 1970, if that is known
 */
export function stillWaiting(
  termination: Termination,
  now: number,
  failed: boolean,
  known?: number,
): Termination {
  const { memory, settings } = termination;
  const { recheck, failures, changedAt = now } = memory;
  return {
    ...termination,
    memory: {
      ...memory,
      nextPassAt: Math.min(known ?? now + pace(settings, changedAt, now), recheck?.until ?? now),
      failures: failures + (failed ? 1 : 0),
    },
  };
}

function inTheWay(termination: Termination, observed: Observation): RecheckableBlocker | undefined {
  const { registrations } = observed;
  const clusterInstances = observed.clusterInstances.filter(
    ({ containerInstance }) => containerInstance.status !== INACTIVE,
  );
  const [clusterInstance, ...others] = clusterInstances;
  if (!clusterInstance) return registrationOf(registrations);
  // A silent agent may be that of a dead instance, of which no task or target tells.
  if (others.length > 0 || !clusterInstance.containerInstance.agentConnected) return undefined;
  if (clusterInstance.containerInstance.status === "ACTIVE")
    return registrationOf(pointingAt(clusterInstance, observed));
  if (clusterInstance.containerInstance.status !== "DRAINING") return undefined;
  const live = liveTasks(clusterInstance);
  if (live.length === 0) return registrationOf(registrations);
  const leaving = live.filter((task) => !mayBeStopped(clusterInstance, task, termination));
  if (leaving.length > 0) return tasksOf(clusterInstance, leaving);
  const first = mustGoFirst(termination, observed);
  if (first.length > 0) return registrationOf(first);
  return live.some((task) => task.shouldRun) ? undefined : tasksOf(clusterInstance, live);
}

function tasksOf(
  { cluster, containerInstance }: ClusterInstance,
  tasks: ClusterInstance["tasks"],
): RecheckableBlocker {
  const { arn, tasksToRun } = containerInstance;
  return {
    kind: "tasks",
    cluster,
    containerInstance: arn,
    tasksToRun: tasks.some((task) => task.shouldRun) ? tasksToRun : 0,
    tasks: tasks.map((task) => task.arn),
  };
}

// All must be gone, so any of them will do. Whether a classic load balancer still lists the instance takes as much as a look.
function registrationOf(registrations: readonly Registration[]): RecheckableBlocker | undefined {
  const usable = registrations.find((each) => each.kind === "target" || each.state === "draining");
  if (!usable) return undefined;
  const { kind, id, target, port = 0, state } = usable;
  return kind === "target" ? { kind, targetGroup: id, target, port, state } : { kind, loadBalancer: id };
}
