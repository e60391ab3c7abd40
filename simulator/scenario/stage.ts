import { pollQueue } from "../cloud/event-source-mapping.ts";
import { isCutShort, LambdaPlatform, type SimulatedInvocation } from "../cloud/lambda.ts";
import { Simulation } from "../cloud/simulation.ts";
import type { Judge } from "../judge/judge.ts";
import type { Clock } from "../kernel/clock.ts";
import { buildWorld, WARM_UP_MS } from "./build.ts";
import { startLastingFaults, tellOfLosses } from "./fault-timeline.ts";
import { Inputs } from "./inputs.ts";
import { type Disturbed, judgeOf } from "./judging.ts";
import { ScenarioError } from "./read.ts";
import type { Scenario } from "./schema.ts";

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
    /** The function's environment variables INPUT and SENDER_ROLE_IDS. */
    readonly inputVariable?: string;
    readonly senderRoleIdsVariable?: string;
  },
) => Promise<unknown>;

const QUEUE_ORIGIN = "https://sqs.us-east-1.amazonaws.com";

/** A scenario's world, with the functions that serve it and the judge that watches them. */
export type Stage = {
  readonly simulation: Simulation;
  readonly judge: Judge;
  readonly lambda: LambdaPlatform;
  readonly inputs: Inputs;
  /** Starts the functions' schedules. Each goes on while `goOn` returns true when a tick is due. */
  readonly schedule: (goOn: () => boolean) => Promise<void>[];
};

export type StageOptions = {
  readonly clock: Clock;
  readonly seed: number;
  readonly invoke: Invoke;
  /** Called with the simulation before it starts, for example to follow the story. */
  readonly watch?: ((simulation: Simulation) => void) | undefined;
  /** When faults end and how far reads lag, where that is not as the scenario says. */
  readonly disturbed?: Disturbed;
  /** What queue URLs begin with, where that is not AWS's. */
  readonly origin?: string;
};

/**
 * Sets up all that a scenario is played with; nothing has happened yet. Throws a ScenarioError when it does
 * not schedule the functions, or when AWS would not take a part of its world.
 */
export function stage(scenario: Scenario, options: StageOptions): Stage {
  const { clock, seed, invoke, watch, disturbed, origin = QUEUE_ORIGIN } = options;
  const { functions } = scenario;
  if (!functions)
    throw new ScenarioError(`${scenario.name}: functions: expected deregister and terminate, found nothing`);
  const simulation = simulate(scenario, clock, seed, origin);
  watch?.(simulation);
  const inputs = new Inputs(scenario);
  const lambda = new LambdaPlatform(clock, simulation.world.firings);
  const judge = judgeOf(scenario, { simulation, inputs, lambda }, FUNCTIONS, disturbed);
  const schedule: Stage["schedule"] = (goOn) =>
    FUNCTIONS.flatMap((name) => {
      const scheduled = functions[name === "scale-tasks" ? "scale_tasks" : name];
      if (!scheduled) return [];
      const { every_seconds, first_after_seconds, timeout_seconds, clock_skew_seconds } = scheduled;
      const late = scheduled.late_by_seconds * 1000;
      const random = simulation.world.random(`ticks of ${name}`);
      const own: Clock = { sleep: clock.sleep, now: () => clock.now() + clock_skew_seconds * 1000 };
      let isSkewed = clock_skew_seconds !== 0;
      const mapping = "event_source_mapping" in scheduled ? scheduled.event_source_mapping : undefined;
      const environment = () => ({
        ...(mapping ? { inputVariable: mapping.input_variable ?? JSON.stringify(inputs.of(name)) } : {}),
        ...("sender_role_ids" in scheduled ? { senderRoleIdsVariable: scheduled.sender_role_ids } : {}),
      });
      const invokable = (event: () => unknown) => ({
        name,
        timeoutSeconds: timeout_seconds,
        run: (invocation: SimulatedInvocation) => {
          // The fault counts once for a function, with the first run that uses the clock.
          if (isSkewed) simulation.world.firings.count("clock skew");
          isSkewed = false;
          // What only the run before knew, this one must see again.
          const last = lambda.records.findLast((each) => each.name === name);
          if (last && isCutShort(last.outcome)) simulation.world.groups.sightings.tellAgain();
          return invoke(name, event(), { simulation, clock: own, invocation, ...environment() });
        },
      });
      const lateBy = late === 0 ? {} : { lateBy: () => random.whole(0, late) };
      const ticks = { everySeconds: every_seconds, firstAfterSeconds: first_after_seconds, ...lateBy };
      const schedules = [lambda.schedule({ ...invokable(() => inputs.of(name)), ...ticks }, goOn)];
      if (!mapping) return schedules;
      const polled = {
        queue: String(inputs.of(name).lifecycle_queue_name),
        maximumConcurrency: mapping.maximum_concurrency,
      };
      const invokeWith = (event: unknown) => lambda.invokeForMapping(invokable(() => event));
      return [...schedules, pollQueue(polled, { simulation, clock }, invokeWith, goOn)];
    });
  return { simulation, judge, lambda, inputs, schedule };
}

/** Makes the simulation of a scenario's world, warmed up until the clock's present. Throws a ScenarioError as `stage` does. */
export function simulate(scenario: Scenario, clock: Clock, seed: number, origin: string): Simulation {
  const simulation = new Simulation({
    clock,
    seed,
    startsAt: clock.now() - WARM_UP_MS,
    origin,
    latency: scenario.latency_milliseconds,
  });
  buildWorld(simulation.world, scenario);
  startLastingFaults(simulation, scenario);
  tellOfLosses(simulation.world, scenario);
  return simulation;
}
