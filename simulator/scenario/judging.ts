import { isCutShort, type LambdaPlatform } from "../cloud/lambda.ts";
import type { Simulation } from "../cloud/simulation.ts";
import { Judge, type JudgeOptions } from "../judge/judge.ts";
import type { TaskFacts } from "../judge/promptness.ts";
import { asksNothing, isNobodys, queueViolations, type SentMessage } from "../judge/queues.ts";
import type { Violation } from "../judge/records.ts";
import {
  begunByAnother,
  eitherScope,
  type Found,
  inputOver,
  type JudgedHook,
  READS_FRESH_MS,
  type Scope,
  type ScopeNow,
  type ServiceScope,
  scopeOf,
  stopTasksOf,
  TICKS_MS,
} from "../judge/scope.ts";
import type { TerminationOptions } from "../judge/terminations.ts";
import { arn } from "../kernel/account.ts";
import { globalTimeout, type Hook, TERMINATING } from "../services/autoscaling/model.ts";
import type { World } from "../services/world.ts";
import { queueNamesOf } from "./ending.ts";
import type { Input, Inputs } from "./inputs.ts";
import { isNetworkProtocol } from "./network-protocols.ts";
import { areSearchedInTime, replacingBy } from "./replacing.ts";
import type { Scenario } from "./schema.ts";
import { isSlow } from "./slow.ts";
import { toldIn } from "./told.ts";

/** The settings of a drain, which the inputs of both functions can have. */
const DRAIN_KEYS: ReadonlySet<string> = new Set([
  "elb_name",
  "elb_names",
  "target_groups",
  "cluster_name",
  "cluster_names",
  "discover",
  "clusters",
  "cluster_tag",
  "poll_seconds",
  "drain_timeout_seconds",
  "on_timeout",
  "stop_tasks",
  "deregister_container_instance",
  "settle_seconds",
]);

/** The keys by which an input tells whose a hook is. */
const HOOK_KEYS = [
  "lifecycle_queue_name",
  "lifecycle_topic_arns",
  "lifecycle_hook_names",
  "lifecycle_hook_name",
] as const;

/** When faults end, and how far reads lag, where the scenario alone does not say it. */
export type Disturbed = Partial<Pick<JudgeOptions, "faultsEndAt" | "readLag">>;

/** What the judge looks at besides the scenario: the world, the functions' inputs, and how their runs went. */
type JudgedWorld = {
  readonly simulation: Simulation;
  readonly inputs: Inputs;
  readonly lambda: Pick<LambdaPlatform, "records">;
};

/**
 * The judge of a scenario's functions. A drain must wait for the load balancers that the input or its hook names, and for
 * those of ECS services.
 *
 * @param suspects the names under which the functions call AWS
 * @param disturbed when faults end and how far reads lag, where the scenario alone does not say it
 */
export function judgeOf(
  scenario: Scenario,
  { simulation, inputs, lambda }: JudgedWorld,
  suspects: readonly string[],
  disturbed: Disturbed = {},
): Judge {
  const { world } = simulation;
  const { faults_end_after_seconds: faultsEnd } = scenario;
  const searches = areSearchedInTime(scenario);
  return new Judge({
    story: world.story,
    scopeOf: scopesIn(world, inputs),
    suspects: new Set(suspects),
    readSince: () => readSinceIn(simulation),
    readLag: () => simulation.readLag,
    faultsEndAt: () =>
      faultsEnd === undefined ? undefined : Date.parse(scenario.starts_at) + faultsEnd * 1000,
    lateBy: lateByOf(scenario),
    sweepInterval: sweepIntervalOf(scenario),
    wasTold: toldIn(simulation, suspects),
    stopTasksByInput: () => [
      ...inputsSince(inputs, "deregister", world.agenda.now).map(({ stop_tasks }) => stopTasksOf(stop_tasks)),
      ...inputsSince(inputs, "terminate", world.agenda.now).map(({ stop_tasks }) => stopTasksOf(stop_tasks)),
    ],
    drainsInterrupted: () => inputs.of("deregister").on_spot_interruption === "drain",
    taskFacts: taskFactsIn(world),
    replacing: () => ({ ...replacingBy(inputs), searches }),
    isSlow: isSlow(scenario),
    exists: existsIn(world),
    isCluster: isClusterIn(world),
    isNetwork: (name) => isNetworkProtocol(world.targetGroups.byName(name)?.settings.protocol ?? ""),
    isDry: (caller) => inputs.of(caller).dry_run === true,
    isOursBy: isOursIn(inputs),
    wasCutShort: (caller, at) =>
      lambda.records.some(
        ({ name, startedAt, endedAt, outcome }) =>
          name === caller && startedAt <= at && at <= endedAt && isCutShort(outcome),
      ),
    classicPorts: (name) => world.classic.find(name)?.listeners.map((each) => each.instancePort) ?? [],
    services: servicesIn(world),
    ...disturbed,
  });
}

/**
 * Finds the present scope of a hook's terminations. What either function's input says counts, since one begins a drain and the
 * other ends it. The hook's own metadata stands over each.
 */
export function scopesIn(world: World, inputs: Inputs): ScopeNow {
  const known = new Map<string, { readonly scope: Scope; readonly at: number }>();
  return (groupName, name, before) => {
    const group = world.groups.find(groupName);
    const hook = group?.hooks.get(name);
    if (!group || hook?.transition !== TERMINATING) return undefined;
    const served = servedBy(hook, groupName, { world, inputs });
    if (served === undefined) return undefined;
    const isSwept = before?.isSwept ?? served === "sweep";
    const found = before?.found ?? foundIn(world);
    const { now } = world.agenda;
    const changedAt = Math.max(
      group.hooksChangedAt.get(name) ?? Number.NEGATIVE_INFINITY,
      inputs.changedAt("deregister"),
      inputs.changedAt("terminate"),
    );
    const key = `${groupName} ${name} ${isSwept} ${served}`;
    const last = known.get(key);
    const isAsItWas = last?.scope.found === found && changedAt + TICKS_MS < (last?.at ?? 0);
    if (last && isAsItWas && last.scope.changedAt === changedAt) return last.scope;
    const former = group.formerHooks.filter(
      (each) => each.hook.name === name && each.until >= now - TICKS_MS,
    );
    const hooks = [hook, ...former.map((each) => each.hook)].map((each) => {
      const judged = judgedHook(each, isSwept);
      const { heartbeatTimeout, globalTimeout } = before?.timeouts ?? judged;
      // The functions go by the global limit of the hook as it is.
      const limit = Math.min(globalTimeout, judged.globalTimeout);
      return { ...judged, heartbeatTimeout, globalTimeout: limit, changedAt };
    });
    const scopesBy = (which: "deregister" | "terminate") =>
      inputsSince(inputs, which, now)
        .flatMap((input) => hooks.map((each) => scopeOf(input, each, found)))
        .reduce(eitherScope);
    const ended = scopesBy("terminate");
    const begun = isSwept ? ended : begunByAnother(ended, scopesBy("deregister"));
    const sweeps = doesSweep(inputs.of("terminate"));
    const limit = isSwept && !sweeps ? Number.POSITIVE_INFINITY : begun.limit;
    const scope = { ...begun, limit, isTold: served === "message" || sweeps };
    known.set(key, { scope, at: now });
    return scope;
  };
}

/**
 * The inputs by which a function's runs go: the present one, and those of up to two ticks before, since a run keeps the one that
 * it began with. Where terminate's lacks a setting, that of the message counts, which deregister wrote by the input that it had
 * then. If the message was lost, terminate's own counts alone.
 */
function inputsSince(inputs: Inputs, which: "deregister" | "terminate", now: number): Input[] {
  const own = inputs.since(which, now - TICKS_MS);
  if (which === "deregister") return own;
  const told = inputs.since("deregister", Number.NEGATIVE_INFINITY);
  return own.flatMap((input) => {
    const hasOwn = Object.keys(input).some((key) => DRAIN_KEYS.has(key));
    // By its own alone it goes for what a sweep finds, even if that has none.
    const sweeps = namesGroups(input);
    if (hasOwn && !inputs.isSenderKnown) return [input];
    const { dry_run } = input;
    const over = told.map((each) => ({ ...inputOver(each, input), dry_run }));
    return hasOwn || sweeps ? [input, ...over] : over;
  });
}

/**
 * How the functions come to serve a hook: its messages reach them, or only a sweep finds what it holds. Undefined if it is
 * another's.
 */
function servedBy(
  hook: Hook,
  group: string,
  { world, inputs }: { readonly world: World; readonly inputs: Inputs },
): "message" | "sweep" | undefined {
  const queue = String(inputs.of("deregister").lifecycle_queue_name);
  const { targetArn = "" } = hook;
  const subscriptions = world.topics.byArn(targetArn)?.subscriptions ?? [];
  const isSent =
    targetArn === arn("sqs", queue) ||
    subscriptions.some((each) => each.queue === queue) ||
    world.eventRules.sends(hook.name, group, queue);
  if (isSent && isOurs(hook, inputs.of("deregister"))) return "message";
  return isOurs(hook, inputs.of("terminate")) ? "sweep" : undefined;
}

/** Whether a hook is ours: it notifies the queue or a topic that an input names, or the input gives the hook's name. */
export function isOurs({ name, targetArn }: Pick<Hook, "name" | "targetArn">, input: Input): boolean {
  const { lifecycle_queue_name: queue, lifecycle_hook_name: own } = input;
  const has = (key: string, value: unknown) => {
    const named = input[key];
    return Array.isArray(named) && named.includes(value);
  };
  return (
    (queue !== undefined && targetArn === arn("sqs", String(queue))) ||
    has("lifecycle_topic_arns", targetArn) ||
    has("lifecycle_hook_names", name) ||
    own === name
  );
}

/**
 * Says whether a hook that notifies something is ours by a function's input. One that names no hooks takes for ours what a message
 * stands for.
 */
export function isOursIn(inputs: Inputs): TerminationOptions["isOursBy"] {
  return (caller, { hook: name, notifies: targetArn }) => {
    const input = inputs.of(caller);
    return !HOOK_KEYS.some((key) => key in input) || isOurs({ name, targetArn }, input);
  };
}

/**
 * Finds where ECS registers and deregisters a service's tasks: by what it names now, by its task sets, and by the versions that
 * its tasks are of.
 */
export function servicesIn({ clusters, targetGroups }: World): ServiceScope {
  return (cluster, name) => {
    const service = clusters.find(cluster)?.services.get(name);
    const versions = new Set([
      service?.version,
      ...(service?.taskSets ?? []).map(({ version }) => version),
      ...(service?.versions ?? []).filter(({ tasks }) => tasks.size > 0),
    ]);
    const all = [...versions].flatMap((version) => version?.named ?? []);
    return {
      targetGroups: all.flatMap(({ targetGroupArn, advancedConfiguration }) =>
        [targetGroupArn, advancedConfiguration?.alternateTargetGroupArn].flatMap((arn) =>
          arn ? [targetGroups.find(arn)?.settings.name ?? ""] : [],
        ),
      ),
      loadBalancers: all.flatMap((each) => each.loadBalancerName ?? []),
    };
  };
}

// Who has started a task, and whether ECS wants it to run.
function taskFactsIn({ clusters }: World): TaskFacts {
  return (cluster, arn) => {
    const task = clusters.find(cluster)?.tasks.get(arn);
    if (!task) return undefined;
    const { containerInstance, service, startedBy, desiredStatus } = task;
    return {
      strategy: service?.strategy,
      startedBy,
      containerInstance: containerInstance.arn,
      instanceId: containerInstance.instanceId,
      isToRun: desiredStatus.latest === "RUNNING",
    };
  };
}

// The load balancers that discovery finds: those that something forwards to, and whose targets may be instances or addresses.
function foundIn({ targetGroups, classic, clusters }: World): Found {
  const groups = targetGroups.all.filter(
    ({ loadBalancerArns, settings: { targetType } }) =>
      loadBalancerArns.size > 0 && (targetType === "instance" || targetType === "ip"),
  );
  return {
    targetGroups: new Set(groups.map(({ settings }) => settings.name)),
    loadBalancers: new Set(classic.all.map(({ name }) => name)),
    clusters: new Map(
      clusters.all.flatMap(({ name, status, tags }) => (status === "ACTIVE" ? [[name, tags]] : [])),
    ),
    names: new Set([
      ...targetGroups.all.map(({ settings }) => settings.name),
      ...classic.all.map(({ name }) => name),
    ]),
  };
}

/**
 * Since when the reads count on which the present caller acts, in milliseconds since 1970: news of more than half a minute ago it
 * should know. Infinity where there were no reads.
 */
export function readSinceIn({ acting, world }: Pick<Simulation, "acting" | "world">): number {
  return Math.max(acting?.readSince ?? Number.POSITIVE_INFINITY, world.agenda.now - READS_FRESH_MS);
}

/** How late a tick of both functions, one after the other, may come, in milliseconds. */
export function lateByOf({ functions }: Scenario): number {
  const { deregister, terminate } = functions ?? {};
  return ((deregister?.late_by_seconds ?? 0) + (terminate?.late_by_seconds ?? 0)) * 1000;
}

/** How long until the next sweep at the latest, in milliseconds; 0 where there are no sweeps. */
export function sweepIntervalOf({ functions }: Scenario): number {
  const { sweep_minutes: minutes = 5 } = functions?.terminate.input ?? {};
  return typeof minutes === "number" ? minutes * 60_000 : 0;
}

// A sweep looks at the groups that the input knows.
function doesSweep(input: Input): boolean {
  return input.sweep_minutes !== 0 && namesGroups(input);
}

function namesGroups(input: Input): boolean {
  return "auto_scaling_groups" in input || "group_tag" in input;
}

/** How a scenario ended. */
type Ending = {
  /** In milliseconds since 1970. */
  readonly endedAt: number;
  /** Whether a message's body is one that belongs in a dead-letter queue. */
  readonly isUnreadable: (body: string) => boolean;
};

/** All violations, with those that only show at the end: by then all must have come to rest. */
export function conclude(
  scenario: Scenario,
  { world }: Simulation,
  judge: Judge,
  { endedAt, isUnreadable }: Ending,
): Violation[] {
  judge.conclude(endedAt, existsIn(world));
  if (scenario.faults_end_after_seconds === undefined) return [...judge.violations];
  const names = queueNamesOf(scenario);
  // What asks nothing of us is dropped from the lifecycle queue, where AWS's messages come.
  const isSetAside = (body: string, queue: string) =>
    isUnreadable(body) && !(queue === names[0] && asksNothing(body));
  const ended = { at: endedAt, certain: certainlyUnreadable(scenario, world) };
  return [...judge.violations, ...queueViolations(world, names, isSetAside, ended)];
}

// What the timeline sends that nobody can read, and that nothing loses: no policy of the queue, no fault, no new queue, and no
// end of its retention period.
function certainlyUnreadable({ timeline, starts_at }: Scenario, world: World): SentMessage[] {
  return timeline.flatMap(({ at_seconds: at, send }) => {
    const queue = world.queues.all.find(({ name }) => name === send?.queue);
    if (!send || !queue || queue.attributes.policy || !isNobodys(send.body)) return [];
    const isRemade = queue.createdAt > Date.parse(starts_at) + at * 1000;
    const isLost = timeline.some((each) => each.lose_messages?.queue === send.queue && each.at_seconds >= at);
    const isExpired = world.queues.lostOf(send.queue, send.body) > 0;
    return isRemade || isLost || isExpired ? [] : [send];
  });
}

/** Says whether there is a target group or classic load balancer of a name. */
export function existsIn({ targetGroups, classic }: World): (name: string) => boolean {
  return (name) => targetGroups.byName(name) !== undefined || classic.find(name) !== undefined;
}

/** Says whether there is a cluster of a name. */
export function isClusterIn({ clusters }: World): (name: string) => boolean {
  return (name) => clusters.find(name)?.status === "ACTIVE";
}

function judgedHook(hook: Hook, isSwept: boolean): JudgedHook {
  return {
    metadata: hook.metadata,
    heartbeatTimeout: hook.heartbeatTimeout * 1000,
    globalTimeout: globalTimeout(hook) * 1000,
    isSwept,
  };
}
