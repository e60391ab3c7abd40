import type { Clock } from "../clock.ts";
import { pollQueue } from "../event-source-mapping.ts";
import { Judge } from "../judge/judge.ts";
import { queueViolations } from "../judge/queues.ts";
import type { TerminationRecord, Violation } from "../judge/records.ts";
import { type HookTimes, scopeOf } from "../judge/scope.ts";
import { type InvocationRecord, LambdaPlatform, type SimulatedInvocation } from "../lambda.ts";
import { randomSource } from "../random.ts";

import { globalTimeout, type Hook } from "../services/autoscaling/model.ts";

import type { Unreliability } from "../services/sqs/queue.ts";

import { Simulation } from "../simulation.ts";
import { inVirtualTime } from "../virtual-time.ts";
import { buildWorld, WARM_UP_MS } from "./build.ts";
import { isQuiet } from "./ending.ts";
import { planHealing } from "./fault-timeline.ts";
import { ScenarioError } from "./read.ts";
import type { Scenario } from "./schema.ts";
import { planTimeline } from "./timeline.ts";

/** The functions that a scenario is played with. */
export const FUNCTIONS = ["deregister", "terminate", "scale-tasks"] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** Runs one invocation of a function against the simulation. */
export type Invoke = (
  name: FunctionName,
  event: unknown,
  where: {
    readonly simulation: Simulation;
    readonly clock: Clock;
    readonly invocation: SimulatedInvocation;
    /** The function's environment variable INPUT. */
    readonly inputVariable?: string;
  },
) => Promise<unknown>;

/** How a scenario went. */
export type Played = {
  readonly scenario: Scenario;
  readonly simulation: Simulation;
  /** When it began and ended, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly terminations: readonly TerminationRecord[];
  readonly violations: readonly Violation[];
  readonly invocations: readonly InvocationRecord[];
  /** The calls of the functions, by action. */
  readonly calls: ReadonlyMap<string, number>;
};

export type PlayOptions = {
  readonly invoke: Invoke;
  /** Called with the simulation before it starts, for whoever wants to follow the story. */
  readonly watch?: (simulation: Simulation) => void;
  /** Instead of the scenario's own seed. */
  readonly seed?: number;
  /** Whether an entry of the timeline that AWS would not take is skipped, instead of ending the run with its error. */
  readonly forgiving?: boolean;
};

const QUEUE_ORIGIN = "https://sqs.us-east-1.amazonaws.com";
/** How often it is looked whether the scenario has ended. */
const CHECK_MS = 1_000;
/** What the last entry of a timeline begins shows within this time: Auto Scaling looks at its groups a second later. */
const LAST_ENTRY_MS = 2_000;

/**
 * Plays a scenario with the functions on a virtual clock. Throws a ScenarioError when it does not schedule them, or when
 * AWS would not take a part of it.
 */
export async function playScenario(scenario: Scenario, options: PlayOptions): Promise<Played> {
  const { functions } = scenario;
  if (!functions)
    throw new ScenarioError(`${scenario.name}: functions: expected deregister and terminate, found nothing`);
  const seed = options.seed ?? scenario.seed;
  const startedAt = Date.parse(scenario.starts_at);
  return inVirtualTime(startedAt, randomSource(seed)("Math.random"), async (clock) => {
    const simulation = simulate(scenario, clock, seed, QUEUE_ORIGIN);
    options.watch?.(simulation);
    const judge = judgeOf(scenario, simulation);
    let refused: { readonly error: unknown } | undefined;
    const lambda = new LambdaPlatform(clock, simulation.world.firings);
    const refuse = (error: unknown) => {
      if (options.forgiving !== true) refused ??= { error };
    };
    planTimeline(simulation, scenario, startedAt, refuse, lambda);
    planHealing(simulation, scenario, startedAt, lambda);
    const endsAt = startedAt + scenario.ends_after_seconds * 1000;
    const lastEntryAt = startedAt + Math.max(0, ...scenario.timeline.map((each) => each.at_seconds)) * 1000;
    const isOver = () => {
      simulation.world.settle(clock);
      if (refused || clock.now() >= endsAt) return true;
      return (
        clock.now() >= lastEntryAt + LAST_ENTRY_MS &&
        !judge.pending &&
        lambda.idle &&
        isQuiet(scenario, simulation.world)
      );
    };
    let over = false;
    const schedules = FUNCTIONS.flatMap((name) => {
      const scheduled = functions[name === "scale-tasks" ? "scale_tasks" : name];
      if (!scheduled) return [];
      const { input, every_seconds, first_after_seconds, timeout_seconds, clock_skew_seconds } = scheduled;
      const own: Clock = { sleep: clock.sleep, now: () => clock.now() + clock_skew_seconds * 1000 };
      if (clock_skew_seconds !== 0) simulation.world.firings.count("clock skew");
      const mapping = "event_source_mapping" in scheduled ? scheduled.event_source_mapping : undefined;
      const inputVariable = mapping && (mapping.input_variable ?? JSON.stringify(input));
      const environment = inputVariable === undefined ? {} : { inputVariable };
      const invokable = (event: unknown) => ({
        name,
        timeoutSeconds: timeout_seconds,
        run: (invocation: SimulatedInvocation) =>
          options.invoke(name, event, { simulation, clock: own, invocation, ...environment }),
      });
      const schedule = {
        ...invokable(input),
        everySeconds: every_seconds,
        firstAfterSeconds: first_after_seconds,
      };
      return [
        lambda.schedule(schedule, () => !over),
        ...(mapping
          ? [
              pollQueue(
                {
                  queue: String(input.lifecycle_queue_name),
                  maximumConcurrency: mapping.maximum_concurrency,
                },
                { simulation, clock },
                (event) => lambda.invoke(invokable(event)),
                () => !over,
              ),
            ]
          : []),
      ];
    });
    while (!isOver()) await clock.sleep(CHECK_MS);
    over = true;
    const endedAt = clock.now();
    await Promise.all(schedules);
    while (!lambda.idle) await clock.sleep(CHECK_MS);
    const violations = conclude(scenario, simulation, judge, endedAt);
    if (refused) throw refused.error;
    const calls = new Map<string, number>();
    for (const { caller, action } of simulation.calls) {
      if ((FUNCTIONS as readonly string[]).includes(caller)) calls.set(action, (calls.get(action) ?? 0) + 1);
    }
    const { terminations } = judge;
    return {
      scenario,
      simulation,
      startedAt,
      endedAt,
      terminations,
      violations,
      invocations: lambda.records,
      calls,
    };
  });
}

/** Makes the simulation of a scenario's world, warmed up until the clock's present. Throws a ScenarioError as above. */
export function simulate(scenario: Scenario, clock: Clock, seed: number, origin: string): Simulation {
  const simulation = new Simulation({
    clock,
    seed,
    startsAt: clock.now() - WARM_UP_MS,
    origin,
    latency: scenario.latency_milliseconds,
  });
  buildWorld(simulation.world, scenario);
  simulation.readLag = scenario.read_lag_seconds * 1000;
  simulation.faults.throttling = scenario.throttling;
  Object.assign(simulation.world.unreliability, {
    shortPollMisses: scenario.short_poll_misses,
    duplicates: scenario.duplicates,
    disorder: scenario.disorder,
  } satisfies Unreliability);
  return simulation;
}

// What drains is judged on what the input or its hook names, and on the services' load balancers.
function judgeOf(scenario: Scenario, simulation: Simulation): Judge {
  const { world } = simulation;
  const { faults_end_after_seconds: faultsEnd } = scenario;
  const { deregister, terminate } = scenario.functions ?? {};
  const queue = deregister?.input.lifecycle_queue_name;
  return new Judge({
    story: world.story,
    scopeOf: (group, name) => {
      const hook = world.groups.find(group)?.hooks.get(name);
      if (hook?.transition !== "autoscaling:EC2_INSTANCE_TERMINATING") return undefined;
      // A hook that notifies nobody is known to a sweep by its name, and drained by terminate's own input.
      const input = hook.targetArn?.endsWith(`:${queue}`)
        ? deregister?.input
        : terminate?.input.lifecycle_hook_name === name && terminate?.input;
      return input ? scopeOf(input, hook.metadata, timesOf(hook)) : undefined;
    },
    suspects: new Set(FUNCTIONS),
    lookedAt: () => simulation.acting?.lookedAt ?? Number.POSITIVE_INFINITY,
    readLag: () => simulation.readLag,
    faultsEndAt: faultsEnd === undefined ? undefined : Date.parse(scenario.starts_at) + faultsEnd * 1000,
    sweepInterval: sweepIntervalOf(scenario),
    fastBy: Math.max(0, scenario.functions?.terminate.clock_skew_seconds ?? 0) * 1000,
    classicPorts: (name) => world.classic.find(name)?.listeners.map((each) => each.instancePort) ?? [],
    services: (cluster, service) => {
      const loadBalancers = world.clusters.find(cluster)?.services.get(service)?.loadBalancers ?? [];
      return {
        targetGroups: loadBalancers.flatMap(({ targetGroupArn }) =>
          targetGroupArn ? [world.targetGroups.find(targetGroupArn)?.settings.name ?? ""] : [],
        ),
        loadBalancers: loadBalancers.flatMap((each) => each.loadBalancerName ?? []),
      };
    },
  });
}

// In milliseconds. At the latest with the next tick of terminate after the interval; never where it does not sweep.
function sweepIntervalOf({ functions }: Scenario): number {
  const { sweep_minutes: minutes = 5 } = functions?.terminate.input ?? {};
  return typeof minutes === "number" ? minutes * 60_000 : 0;
}

// What is judged at the end only: by then all must have come to rest.
function conclude(scenario: Scenario, { world }: Simulation, judge: Judge, at: number): Violation[] {
  judge.conclude(
    at,
    (name) => world.targetGroups.byName(name) !== undefined || world.classic.find(name) !== undefined,
  );
  if (scenario.faults_end_after_seconds === undefined) return [...judge.violations];
  const { functions, timeline } = scenario;
  const names = [functions?.deregister.input.lifecycle_queue_name, functions?.terminate.input.queue_name];
  const sent = new Set(timeline.flatMap(({ send }) => send?.body ?? []));
  return [
    ...judge.violations,
    ...queueViolations(
      world,
      names.filter((name) => typeof name === "string"),
      (body) => sent.has(body),
      at,
    ),
  ];
}

function timesOf(hook: Hook): HookTimes {
  return { heartbeatTimeout: hook.heartbeatTimeout * 1000, globalTimeout: globalTimeout(hook) * 1000 };
}
