import { secondsBetween } from "../../shared/base/time-text.ts";
import { blockersText } from "../../shared/log-lines/blocker-text.ts";
import { stepText } from "../../shared/log-lines/step-text.ts";
import { warningFields } from "../../shared/log-lines/warning-text.ts";
import type { Warning } from "../../shared/model/decision.ts";
import type { OurHooks } from "../../shared/model/hooks.ts";
import { situationOf } from "../../shared/model/lifecycle-state.ts";
import { familyOf, liveTasks, type Task } from "../../shared/model/tasks.ts";
import { hasManagedDrainingHook } from "../../shared/rules/whose-hook.ts";
import type { LogLine } from "../aws/logs.ts";
import {
  addInstance,
  letGo,
  restartAgent,
  setDraining,
  setPercents,
  stopTask,
  unprotect,
} from "./commands.ts";
import type { LogsAbout, Settings } from "./deployed.ts";
import type { Held, Place } from "./dry-pass.ts";
import type { RuleNumber } from "./rules.ts";
import { stallsOf } from "./stalls.ts";
import { durationText } from "./status-text.ts";

/** Why an instance is where it is. */
export type Cause = {
  readonly what: string;
  readonly rule?: RuleNumber;
  readonly ecsSays?: string | undefined;
  /** The command that frees it, and what that does. */
  readonly freeBy?: string;
  readonly effect?: string;
  /** Whether it does not go on by itself before its deadline. */
  readonly isStuck: boolean;
};

/** What is known beside what AWS shows of the instance. */
export type Known = {
  readonly settings: Settings;
  /** Undefined where the logs could not be read, or do not exist. */
  readonly logs: LogsAbout | undefined;
  readonly deployment: string;
  /** How many instances the group wants. Undefined where nobody asked, or it could not be read. */
  readonly desiredCapacity?: number | undefined;
  /** In milliseconds since 1970. */
  readonly now: number;
};

/** The functions run each minute. If none has for so long, they do not run. In milliseconds. */
const SILENT_MS = 180_000;
/** A call that failed so lately fails still, in milliseconds. */
const FAILED_MS = 150_000;
/** ECS's words where no container instance has room for a task. */
const NO_ROOM = /unable to place a task/;
/** The calls that write: without one of them, nothing goes on. */
const WRITES = /:(Update|Deregister|StopTask|Complete|RecordLifecycleActionHeartbeat)/;

/** Why a hook of ours still holds an instance: the first of these that is so. */
export function causeOf(held: Held, known: Known): Cause {
  return (
    dryRun(held, known) ??
    silentFunctions(known, held) ??
    deniedCall(known) ??
    stalled(held, known) ??
    silentAgent(held) ??
    wrongMetadata(held) ??
    unreadByFunctions(known) ??
    stopping(held, known) ??
    onItsWay(held)
  );
}

/** Why nobody drains an instance. */
export function nobodyBecause({
  shown,
  hooks,
  ours,
  isUnread,
}: {
  readonly shown: Place | undefined;
  /** The group's terminating hooks, where one holds the instance and none is ours. */
  readonly hooks: readonly { readonly name: string; readonly target: string | undefined }[] | undefined;
  readonly ours: OurHooks;
  readonly isUnread: boolean;
}): Cause {
  const because = (what: string): Cause => ({ what, rule: 1, isStuck: false });
  if (shown === undefined && isUnread) return { what: "Where it is could not be read", isStuck: false };
  if (shown === undefined) return because("Nobody drains it: no Auto Scaling group knows it");
  if (hooks !== undefined) return because(notOurs(hooks, ours));
  switch (situationOf(shown.state)) {
    case "soon":
      return because(`Nobody drains it yet: it is ${shown.state}, and its hooks come next`);
    case "over":
      return because(`Nobody drains it any more: it is ${shown.state}, and no hook holds it`);
    default:
      return because(`Nobody drains it: it is ${shown.state}, and no hook holds it`);
  }
}

function notOurs(
  hooks: readonly { readonly name: string; readonly target: string | undefined }[],
  { queue, names, topics }: OurHooks,
): string {
  if (hasManagedDrainingHook({ hooks }))
    return "ECS drains it, by the hook of its managed draining; none of the group's hooks is ours";
  const theirs = hooks.map(({ name, target }) => `${name} notifies ${target ?? "nobody"}`);
  const known = [...(queue === undefined ? [] : [`the queue ${queue}`]), ...topics, ...names];
  const found = theirs.length === 0 ? "the group has no terminating hook" : theirs.join(", ");
  return `Nobody drains it: ${found}, and the functions know ${known.join(", ")}`;
}

function dryRun(held: Held, { settings: { dry_run: isDry } }: Known): Cause | undefined {
  if (!isDry) return undefined;
  return {
    what: `dry_run is on: the functions only watch ${waitsFor(held)}`,
    rule: 13,
    freeBy: "npx serverless deploy",
    effect: "with dry_run: false in serverless.yml, the functions drain it",
    isStuck: true,
  };
}

/** That the functions do not run. Each run writes a line: where none could be read, nobody knows. */
export function silentFunctions({ logs, deployment, now }: Known, held?: Held): Cause | undefined {
  if (logs === undefined) return undefined;
  const { lastRunAt } = logs.deployed;
  if (lastRunAt !== undefined && now - lastRunAt < SILENT_MS) return undefined;
  const since =
    lastRunAt === undefined
      ? "in the last ten minutes"
      : `for ${durationText(secondsBetween(lastRunAt, now))}`;
  return {
    what: `${deployment}-terminate has not run ${since}: nobody looks at it`,
    rule: 16,
    freeBy: `aws lambda get-function-concurrency --function-name ${deployment}-terminate`,
    effect: `it shows a concurrency of 0; else see docs/trouble.md${held ? `, or release the instance: ${letGo(held).freeBy}` : ""}`,
    isStuck: true,
  };
}

function deniedCall({ logs, now }: Known): Cause | undefined {
  const lines = recentFailures(logs, now).filter(({ kind }) => kind === "denied");
  const unread = unreadIn(logs);
  const line = lines.findLast(({ action }) => WRITES.test(String(action)) || unread.includes(String(action)));
  if (line === undefined) return undefined;
  return {
    what: `${line.function} may not call ${line.action}: it is denied`,
    rule: 16,
    freeBy: "npx serverless deploy",
    effect: "it gives the functions' roles their permissions again",
    isStuck: true,
  };
}

function unreadByFunctions({ logs, now }: Known): Cause | undefined {
  const unread = unreadIn(logs);
  const line = recentFailures(logs, now).findLast(({ action }) => unread.includes(String(action)));
  if (line === undefined) return undefined;
  return {
    what: `AWS does not answer ${line.action} to ${line.function}: ${line.kind}`,
    rule: 16,
    isStuck: true,
  };
}

function recentFailures(logs: LogsAbout | undefined, now: number): readonly LogLine[] {
  const lines = logs?.lines ?? [];
  return lines.filter(({ message, time }) => message === "call failed" && now - Date.parse(time) < FAILED_MS);
}

// What the functions could not read at their last word on it.
function unreadIn(logs: LogsAbout | undefined): string[] {
  const last = logs?.lines.findLast(({ message }) => message === "waiting");
  const unread = (last?.cannot_read ?? []) as readonly { readonly call?: string }[];
  return Array.isArray(unread) ? unread.flatMap(({ call }) => call ?? []) : [];
}

function stalled(held: Held, known: Known): Cause | undefined {
  const all = stallsOf(held);
  const [first] = all;
  if (first?.reason === undefined) return undefined;
  const events = all.flatMap(({ reason }) => (reason?.why === "service event" ? [reason.message] : []));
  const isEvent = first.reason.why === "service event";
  return {
    what: `Waits for ${tasksText(held, first)}${isEvent ? "" : `: ${warningFields(first).reason}`}`,
    rule: first.reason.why === "not permitted" ? 17 : 10,
    ecsSays: events[0],
    ...freeing(held, first, known),
    isStuck: true,
  };
}

/** Whether a service of a held instance finds no room for a task elsewhere. */
export function lacksRoom(held: Held): boolean {
  const [first] = stallsOf(held);
  return first?.reason?.why === "service event" && NO_ROOM.test(first.reason.message);
}

function freeing(
  held: Held,
  { reason, fields }: Warning,
  { desiredCapacity }: Known,
): Pick<Cause, "freeBy" | "effect"> {
  const cluster = String(fields.cluster ?? held.observation.clusterInstances[0]?.cluster);
  const service = String(fields.service_name);
  switch (reason?.why) {
    case "percents":
      return setPercents(cluster, service, reason.minimum);
    case "protected":
      return unprotect(
        cluster,
        held.observation.protections.map(({ task }) => task),
      );
    case "no service started it":
    case "placed, and not stopped":
      return stopTask(aloneIn(held) ?? { cluster, task: service });
    case "service event":
      if (!lacksRoom(held) || desiredCapacity === undefined) return letGo(held);
      return addInstance(held.termination.group, desiredCapacity);
    case "not permitted":
      return setDraining(held.observation.clusterInstances.find((each) => !each.permitted));
    default:
      return letGo(held);
  }
}

function aloneIn({ observation }: Held): { cluster: string; task: string } | undefined {
  const [alone] = observation.clusterInstances.flatMap((each) =>
    liveTasks(each)
      .filter(({ service }) => service === undefined)
      .map(({ arn }) => ({ cluster: each.cluster, task: arn })),
  );
  return alone;
}

// The tasks by whose they are, for those that the reason is about.
function tasksText(held: Held, { fields: { service_name: service } }: Warning): string {
  const live = held.observation.clusterInstances.flatMap((each) => liveTasks(each));
  const own = live.filter((task) => service === undefined || task.service === service);
  return own.length === 0 ? waitsFor(held) : namesOf(own);
}

function namesOf(tasks: readonly Task[]): string {
  const names = [...new Set(tasks.map((task) => task.service ?? familyOf(task)))];
  const status = [...new Set(tasks.map((task) => task.status))].join(" or ");
  return `${tasks.length} ${tasks.length === 1 ? "task" : "tasks"} of ${names.join(", ")}, ${status}`;
}

function silentAgent(held: Held): Cause | undefined {
  const { outcome } = held.decision;
  const isSilent =
    outcome.kind === "wait" && outcome.blockers.some((each) => each.kind === "agent disconnected");
  if (!isSilent) return undefined;
  return {
    what: `Waits for ${waitsFor(held)}: ECS reaches nothing on it`,
    rule: 7,
    ...restartAgent(held.termination.instanceId),
    isStuck: true,
  };
}

// They have begun to stop, and the functions' last word on it was the same.
function stopping(held: Held, { logs, now }: Known): Cause | undefined {
  const { outcome } = held.decision;
  if (outcome.kind !== "wait") return undefined;
  const tasks = held.observation.clusterInstances.flatMap((each) => liveTasks(each));
  const isStopping = tasks.length > 0 && tasks.every(({ shouldRun }) => !shouldRun);
  const drains = held.observation.registrations.some(({ state }) => state === "draining");
  if (!isStopping || drains) return undefined;
  const { instanceId } = held.termination;
  const last = logs?.lines.findLast((each) => each.message === "waiting" && each.instance_id === instanceId);
  const isSame = last !== undefined && last.waiting_for === waitsFor(held);
  const long = isSame ? ` for ${durationText(secondsBetween(Date.parse(last.time), now))}` : "";
  const limits = held.observation.times?.definitions ?? [];
  const limit = Math.max(0, ...limits.map(({ stopTimeout }) => stopTimeout));
  const end =
    limit > 0 ? `: ECS kills what is left after its stop timeout, ${durationText(limit / 1000)}` : "";
  return { what: `Waits for ${namesOf(tasks)}${long}${end}`, rule: 10, ...letGo(held), isStuck: false };
}

function wrongMetadata(held: Held): Cause | undefined {
  const { outcome } = held.decision;
  const isWrong =
    outcome.kind === "wait" &&
    outcome.blockers.some((each) => each.kind === "event" && each.event === "hook corrected");
  if (!isWrong) return undefined;
  return { what: `Waits for ${waitsFor(held)}`, rule: 18, ...letGo(held), isStuck: true };
}

function onItsWay(held: Held): Cause {
  const { outcome, steps } = held.decision;
  const own = (what: string, rule: RuleNumber): Cause => ({ what, rule, isStuck: false });
  if (outcome.kind === "complete")
    return own(`Nothing is left on it: the next run completes it with ${outcome.result}`, 3);
  if (outcome.kind === "drop") return own("Nothing is to be completed: the next run drops it", 1);
  if (steps.length > 0)
    return own(`Waits for the next run: ${[...new Set(steps.map(stepText))].join(", ")}`, 2);
  const kinds = new Set(outcome.blockers.map(({ kind }) => kind));
  const rule: RuleNumber = kinds.has("registration") ? 2 : kinds.has("other hooks") ? 8 : 3;
  return own(`Waits for ${waitsFor(held)}; it goes on by itself`, rule);
}

function waitsFor({ decision: { outcome } }: Held): string {
  const blockers = outcome.kind === "wait" ? blockersText(outcome.blockers) : undefined;
  return blockers ?? "nothing any more";
}
