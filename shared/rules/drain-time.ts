import type { Warning } from "../model/decision.ts";
import type { Hook } from "../model/hooks.ts";
import { isSameLoadBalancer } from "../model/load-balancer.ts";
import type { DrainTimes, Observation } from "../model/observation.ts";
import { isOurs, type Registration } from "../model/registration.ts";
import { type ClusterInstance, familyOf, liveTasks, type Task } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import type { Deadline } from "./deadline.ts";
import { settleMilliseconds } from "./settle.ts";
import { pointingAt } from "./steps.ts";
import { mayBeStopped } from "./stop-tasks.ts";
import { BEFORE_GLOBAL_LIMIT_MS, CLOCKS_APART_MS, MINUTE, SECOND, SPARE_MS } from "./timings.ts";

/** One wait of a drain: for what, whose it is, and how long it may last, in milliseconds. */
type Part = {
  readonly wait: "deregistration delay" | "connection draining" | "stop timeout" | "settle_seconds";
  readonly of: string | undefined;
  readonly milliseconds: number;
};

/** Amazon EC2 Auto Scaling takes no heartbeat beyond this (48 hours), or beyond a hundred timeouts. */
const LONGEST_HOOK_MS = 172_800 * SECOND;
const TIMEOUTS_A_HOOK = 100;

/**
 * Rule 6. A warning if what leaves the instance may take longer than the drain has. It is known in the first pass, and changed
 * by settings alone. The waits are those that follow one another: see `waitsOf`.
 */
export function timeWarnings(
  termination: Termination,
  observed: Observation,
  { deadline: { at, cut }, hook }: { readonly deadline: Deadline; readonly hook: Hook | undefined },
  now: number,
): Warning[] {
  const { times } = observed;
  if (times === undefined) return [];
  const parts = waitsOf(termination, observed, times).filter(({ milliseconds }) => milliseconds > 0);
  const needs = lengthOf(parts);
  // What is added for clocks that differ suffices for nothing.
  const has = Math.max(0, at - (cut ? 0 : CLOCKS_APART_MS) - now);
  if (needs <= has) return [];
  const whole = cut && hook ? hook.globalTimeout - BEFORE_GLOBAL_LIMIT_MS : drainTimeoutOf(termination);
  return [
    {
      level: "warn",
      kind: "time does not suffice",
      fields: {
        needs_seconds: needs / SECOND,
        has_seconds: Math.floor(has / SECOND),
        waits: parts.map(({ wait, of, milliseconds }) => ({
          wait,
          ...(of === undefined ? {} : { of }),
          seconds: milliseconds / SECOND,
        })),
      },
      reason: { why: "too long", ...settingFor(needs + (whole - has), termination, hook) },
    },
  ];
}

/** What to set so that a drain may last so long, with some time to spare. */
function settingFor(milliseconds: number, termination: Termination, hook: Hook | undefined) {
  const wanted = Math.ceil((milliseconds + SPARE_MS) / MINUTE) * MINUTE;
  const limit = wanted + BEFORE_GLOBAL_LIMIT_MS;
  if (limit > LONGEST_HOOK_MS) return {};
  const drainTimeoutSeconds = wanted > drainTimeoutOf(termination) ? wanted / SECOND : undefined;
  const isHookShort = hook !== undefined && hook.globalTimeout < limit;
  return {
    drainTimeoutSeconds,
    hookTimeoutSeconds: isHookShort ? Math.ceil(limit / TIMEOUTS_A_HOOK / SECOND) : undefined,
  };
}

/**
 * The waits that follow one another until nothing is left. Our registrations drain; if a task listens behind one, DRAINING waits
 * for that. Then ECS takes each task's targets out, waits until they have drained, and stops the task. Then what does not leave
 * by itself is stopped, and the instance settles. Of waits beside one another, the longest counts.
 */
export function waitsOf(termination: Termination, observed: Observation, times: DrainTimes): Part[] {
  const { clusterInstances, registrations } = observed;
  const tasks = clusterInstances.flatMap((clusterInstance) =>
    liveTasks(clusterInstance).map((task) => ({
      waits: waitsOfTask(task, registrations, times),
      last: mayBeStopped(clusterInstance, task, termination),
      leaves: task.service !== undefined || !task.shouldRun,
    })),
  );
  const ours = longest(registrations.filter(isOurs).map((each) => waitsOfTarget(each, times)));
  const leaving = longest(tasks.filter(({ last, leaves }) => leaves && !last).map(({ waits }) => waits));
  const last = longest(tasks.filter((each) => each.last).map(({ waits }) => waits));
  const isServing = clusterInstances.some((each) => mustServe(each, observed));
  return [
    ...(isServing ? [...ours, ...leaving] : longest([ours, leaving])),
    ...last,
    { wait: "settle_seconds", of: undefined, milliseconds: settleMilliseconds(termination) },
  ];
}

function mustServe(clusterInstance: ClusterInstance, observed: Observation): boolean {
  return (
    clusterInstance.containerInstance.status === "ACTIVE" && pointingAt(clusterInstance, observed).length > 0
  );
}

function waitsOfTask(task: Task, registrations: readonly Registration[], times: DrainTimes): Part[] {
  const { service, status, shouldRun } = task;
  const drainsFirst = service !== undefined && (shouldRun || status === "DEACTIVATING");
  const targets = drainsFirst
    ? registrations.filter((each) => !isOurs(each) && each.services.includes(service))
    : [];
  const timeout =
    times.definitions.find(({ definition }) => definition === task.definition)?.stopTimeout ?? 0;
  return [
    ...longest(targets.map((each) => waitsOfTarget(each, times))),
    { wait: "stop timeout", of: familyOf(task), milliseconds: timeout },
  ];
}

function waitsOfTarget(registration: Registration, { loadBalancers }: DrainTimes): Part[] {
  const milliseconds = loadBalancers.find((each) => isSameLoadBalancer(each, registration))?.limit ?? 0;
  const wait = registration.kind === "classic" ? "connection draining" : "deregistration delay";
  return [{ wait, of: registration.name, milliseconds }];
}

function longest(all: readonly (readonly Part[])[]): readonly Part[] {
  return all.reduce((most, each) => (lengthOf(each) > lengthOf(most) ? each : most), []);
}

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
}

function drainTimeoutOf({ settings }: Termination): number {
  return settings.drainTimeoutSeconds * SECOND;
}
