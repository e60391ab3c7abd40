import type { Simulation } from "../cloud/simulation.ts";
import { DamageLedger } from "../judge/damage-ledger.ts";
import type { ScaledClock } from "../kernel/scaled-clock.ts";
import { damageFactsOf } from "../scenario/damage-facts.ts";
import { deployedName, deployFunctions } from "../scenario/deployment.ts";
import { planEndOfFaults } from "../scenario/fault-timeline.ts";
import { type Played, playedSoFar } from "../scenario/play.ts";
import type { Scenario } from "../scenario/schema.ts";
import { FUNCTIONS, type FunctionName, type Invoke, type Stage, stage } from "../scenario/stage.ts";

/** How often the world catches up with the clock, so that the judge sees it as it is, in milliseconds. */
const CATCH_UP_MS = 1_000;

const logGroupOf = (name: FunctionName) => `/aws/lambda/${deployedName(name)}`;

/** A log line of a function, at a time in milliseconds since 1970. */
export type WriteLog = (name: FunctionName, line: string) => void;

/** How functions run in a simulator that is served. */
export type FunctionsOptions = {
  /** Makes what runs an invocation. `log` takes each line that a function writes. */
  readonly invokeWith: (log: WriteLog) => Invoke;
  /** The version that the functions' tags and their stack have. */
  readonly version: string;
  /** What `GET /_simulator/report` answers. */
  readonly reportOf: (played: Played) => unknown;
};

/** Functions that run on their schedules in a simulator that is served. */
export type ServedFunctions = {
  readonly staged: Stage;
  /** The judge's report so far. */
  readonly report: () => unknown;
  /** Starts no invocation any more. One that runs is left to its end. */
  readonly stop: () => void;
};

/**
 * Starts the functions of a scenario over its world. Throws a ScenarioError where it schedules none, or AWS refuses its world.
 */
export function serveFunctions(
  scenario: Scenario,
  { invokeWith, reportOf, version }: FunctionsOptions,
  { clock, origin }: { readonly clock: ScaledClock; readonly origin: string },
): ServedFunctions {
  let simulation: Simulation | undefined;
  const invoke = invokeWith((name, line) => {
    simulation?.world.settle(clock);
    simulation?.world.logGroups.put(logGroupOf(name), name, line);
  });
  const startedAt = clock.now();
  const staged = stage(scenario, { clock, seed: scenario.seed, invoke, origin });
  simulation = staged.simulation;
  const { world } = simulation;
  for (const name of FUNCTIONS) world.logGroups.create(logGroupOf(name));
  const { functions } = scenario;
  if (functions) deployFunctions(world, { ...scenario, functions }, staged.inputs, version);
  const ledger = new DamageLedger(world.story, damageFactsOf(scenario, staged, FUNCTIONS));
  planEndOfFaults(simulation, scenario, startedAt, staged.lambda);
  let isOver = false;
  const schedules = staged.schedule(() => !isOver);
  for (const each of schedules) each.catch((error: unknown) => console.error(error));
  void catchUp();
  return {
    staged,
    report: () => {
      world.settle(clock);
      return reportOf(playedSoFar(scenario, staged, ledger, { startedAt, now: clock.now() }));
    },
    stop: () => {
      isOver = true;
    },
  };

  async function catchUp(): Promise<void> {
    while (!isOver) {
      world.settle(clock);
      await clock.sleep(CATCH_UP_MS);
    }
  }
}
