import { pollQueue } from "../cloud/event-source-mapping.ts";
import { type InvocationRecord, LambdaPlatform, type SimulatedInvocation } from "../cloud/lambda.ts";
import { Simulation } from "../cloud/simulation.ts";
import type { Judge } from "../judge/judge.ts";
import type { TerminationRecord, Violation } from "../judge/records.ts";
import type { Clock } from "../kernel/clock.ts";
import { randomSource } from "../kernel/random.ts";
import { inVirtualTime } from "../kernel/virtual-time.ts";
import { buildWorld, WARM_UP_MS } from "./build.ts";
import { isQuiet } from "./ending.ts";
import { disturbFromNowOn, planHealing } from "./fault-timeline.ts";
import { conclude, type Disturbed, judgeOf } from "./judging.ts";
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
  const seed = options.seed ?? scenario.seed;
  const startedAt = Date.parse(scenario.starts_at);
  return inVirtualTime(startedAt, randomSource(seed)("Math.random"), async (clock) => {
    const { simulation, judge, lambda, schedule } = stage(scenario, { ...options, clock, seed });
    let refused: { readonly error: unknown } | undefined;
    const refuse = (error: unknown) => {
      if (options.forgiving !== true) refused ??= { error };
    };
    planTimeline({ simulation, lambda }, scenario, startedAt, refuse);
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
    const schedules = schedule(() => !over);
    while (!isOver()) await clock.sleep(CHECK_MS);
    over = true;
    const endedAt = clock.now();
    await Promise.all(schedules);
    while (!lambda.idle) await clock.sleep(CHECK_MS);
    const sent = new Set(scenario.timeline.flatMap(({ send }) => send?.body ?? []));
    const violations = conclude(scenario, simulation, judge, {
      endedAt,
      isUnreadable: (body) => sent.has(body),
    });
    if (refused) throw refused.error;
    const calls = new Map<string, number>();
    for (const name of FUNCTIONS) {
      for (const [action, count] of simulation.callCounts.get(name) ?? [])
        calls.set(action, (calls.get(action) ?? 0) + count);
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

/** A scenario's world, with the functions that serve it and the judge who watches them. */
export type Stage = {
  readonly simulation: Simulation;
  readonly judge: Judge;
  readonly lambda: LambdaPlatform;
  /** Begins the functions' schedules; each goes on for as long as `goOn` says so when a tick is due. */
  readonly schedule: (goOn: () => boolean) => Promise<void>[];
};

/**
 * Sets up all that a scenario is played with; nothing has happened yet. Throws a ScenarioError as `playScenario` does.
 *
 * @param options.disturbed where faults and read lag are not as the scenario says
 */
export function stage(
  scenario: Scenario,
  {
    clock,
    seed,
    invoke,
    watch,
    disturbed,
  }: Pick<PlayOptions, "invoke" | "watch"> & { clock: Clock; seed: number; disturbed?: Disturbed },
): Stage {
  const { functions } = scenario;
  if (!functions)
    throw new ScenarioError(`${scenario.name}: functions: expected deregister and terminate, found nothing`);
  const simulation = simulate(scenario, clock, seed, QUEUE_ORIGIN);
  watch?.(simulation);
  const judge = judgeOf(scenario, simulation, FUNCTIONS, disturbed);
  const lambda = new LambdaPlatform(clock, simulation.world.firings);
  const schedule: Stage["schedule"] = (goOn) =>
    FUNCTIONS.flatMap((name) => {
      const scheduled = functions[name === "scale-tasks" ? "scale_tasks" : name];
      if (!scheduled) return [];
      const { input, every_seconds, first_after_seconds, timeout_seconds, clock_skew_seconds } = scheduled;
      const own: Clock = { sleep: clock.sleep, now: () => clock.now() + clock_skew_seconds * 1000 };
      let isSkewed = clock_skew_seconds !== 0;
      const mapping = "event_source_mapping" in scheduled ? scheduled.event_source_mapping : undefined;
      const inputVariable = mapping && (mapping.input_variable ?? JSON.stringify(input));
      const environment = inputVariable === undefined ? {} : { inputVariable };
      const invokable = (event: unknown) => ({
        name,
        timeoutSeconds: timeout_seconds,
        run: (invocation: SimulatedInvocation) => {
          // It fires with the first run that tells the time by it, and once for a function.
          if (isSkewed) simulation.world.firings.count("clock skew");
          isSkewed = false;
          return invoke(name, event, { simulation, clock: own, invocation, ...environment });
        },
      });
      const ticks = { everySeconds: every_seconds, firstAfterSeconds: first_after_seconds };
      const schedules = [lambda.schedule({ ...invokable(input), ...ticks }, goOn)];
      if (!mapping) return schedules;
      const polled = {
        queue: String(input.lifecycle_queue_name),
        maximumConcurrency: mapping.maximum_concurrency,
      };
      const invokeWith = (event: unknown) => lambda.invoke(invokable(event));
      return [...schedules, pollQueue(polled, { simulation, clock }, invokeWith, goOn)];
    });
  return { simulation, judge, lambda, schedule };
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
  disturbFromNowOn(simulation, scenario);
  return simulation;
}
