import type { Warning, WarningReason } from "../model/decision.ts";
import type { Memory } from "../model/memory.ts";
import type { Observation } from "../model/observation.ts";
import { isOurs } from "../model/registration.ts";
import { familyOf, liveTasks, type Task } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import { mayBeStopped, mustGoFirst } from "./stop-tasks.ts";
import { NAMED_AFTER_MS, STOPPING_FOR_MS } from "./timings.ts";

/** How many tasks are named at once. */
const NAMED_LIMIT = 10;

/** A task that has not ended, and the cluster it is in. */
type Live = { readonly cluster: string; readonly task: Task; readonly isStoppedByUs: boolean };

/**
 * Rule 10. The tasks that hold a drain, by name: a count says neither what they are nor who started them. A task that nobody
 * stops has a line of its own, and the last of these counts those that have none. Those that a service has not stopped yet share
 * one, and so do those that do not end their stop.
 */
export function holdingTasks(termination: Termination, observed: Observation, now: number): Warning[] {
  const isOld = (since: number | undefined) => since !== undefined && now - since >= NAMED_AFTER_MS;
  const { memory, settings } = termination;
  const live = liveOf(termination, observed);
  const staying = live.filter(({ task }) => task.shouldRun);
  const alone = staying.filter(({ task, isStoppedByUs }) => task.service === undefined && !isStoppedByUs);
  // DRAINING leaves such a task alone, so that it still waits for a registration tells nothing of it.
  const named = isOld(memory.begunAt) || isOld(memory.drainingAt) ? alone.slice(0, NAMED_LIMIT) : [];
  const unnamed = alone.length - NAMED_LIMIT;
  const ofAlone = named.map((each, i) =>
    holding(
      [each],
      { why: "no service started it", stopTasks: settings.stopTasks },
      { level: "warn", more: i === NAMED_LIMIT - 1 ? unnamed : 0 },
    ),
  );
  if (!isOld(holdingSince(termination, observed))) return ofAlone;
  return [
    ...ofAlone,
    ...shared(
      staying.filter((each) => !alone.includes(each) && !isToWait(each, live, termination, observed)),
      { why: "not stopped yet" },
    ),
    ...shared(
      live.filter(({ task }) => isStuck(task, termination.memory, now) && !isBehindTarget(task, observed)),
      { why: "stopping for long" },
    ),
  ];
}

// While a registration of ours is there, DRAINING may wait for it, and that is what the drain waits for. Without one, a container
// instance that is not DRAINING is one that we may not drain, or could not.
function holdingSince({ memory }: Termination, { registrations }: Observation): number | undefined {
  return memory.drainingAt ?? (registrations.some(isOurs) ? undefined : memory.begunAt);
}

function liveOf(termination: Termination, { clusterInstances }: Observation): Live[] {
  return clusterInstances.flatMap((clusterInstance) =>
    liveTasks(clusterInstance).map((task) => ({
      cluster: clusterInstance.cluster,
      task,
      isStoppedByUs: mayBeStopped(clusterInstance, task, termination),
    })),
  );
}

// It is stopped once all else has left. Until then, something else holds the drain.
function isToWait(
  { isStoppedByUs }: Live,
  live: readonly Live[],
  termination: Termination,
  observed: Observation,
): boolean {
  if (!isStoppedByUs) return false;
  return live.some((each) => !each.isStoppedByUs) || mustGoFirst(termination, observed).length > 0;
}

// In the last pass the drain waited for tasks in its status, and had done so for long.
function isStuck({ shouldRun, status }: Task, { blockers, changedAt }: Memory, now: number): boolean {
  if (shouldRun || changedAt === undefined || now - changedAt < STOPPING_FOR_MS) return false;
  return blockers.some((each) => each.kind === "tasks" && each.status === status);
}

// Its target drains first, and that is what the drain waits for.
function isBehindTarget({ status }: Task, { registrations }: Observation): boolean {
  return status === "DEACTIVATING" && registrations.some(({ state }) => state === "draining");
}

function shared(live: readonly Live[], reason: WarningReason): Warning[] {
  return live.length === 0
    ? []
    : [{ ...holding(live, reason, { level: "info", more: live.length - NAMED_LIMIT }), about: reason.why }];
}

function holding(
  live: readonly Live[],
  reason: WarningReason,
  { level, more }: { readonly level: Warning["level"]; readonly more: number },
): Warning {
  return {
    level,
    kind: "held by tasks",
    fields: {
      tasks: live.slice(0, NAMED_LIMIT).map(({ cluster, task }) => ({
        family: familyOf(task),
        task: task.arn,
        cluster,
        group: task.group,
        started_by: task.startedBy ?? "not given",
        status: task.status,
      })),
      ...(more > 0 ? { more_tasks: more } : {}),
    },
    reason,
    about: live[0]?.task.arn ?? "",
  };
}
