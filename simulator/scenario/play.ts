import type { InvocationRecord } from "../cloud/lambda.ts";
import type { Simulation } from "../cloud/simulation.ts";
import type { Damage } from "../judge/damage.ts";
import { DamageLedger } from "../judge/damage-ledger.ts";
import type { TerminationRecord, Violation } from "../judge/records.ts";
import type { Clock } from "../kernel/clock.ts";
import { randomSource } from "../kernel/random.ts";
import { inVirtualTime } from "../kernel/virtual-time.ts";
import { damageFactsOf } from "./damage-facts.ts";
import { awaitsChange, isQuiet } from "./ending.ts";
import { planEndOfFaults } from "./fault-timeline.ts";
import { conclude } from "./judging.ts";
import type { Scenario } from "./schema.ts";
import { FUNCTIONS, type Invoke, type Stage, stage } from "./stage.ts";
import { planTimeline } from "./timeline.ts";
import { unreplaced } from "./unreplaced.ts";

/** How a scenario went. */
export type Played = {
  readonly scenario: Scenario;
  readonly simulation: Simulation;
  /** When it began and ended, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly terminations: readonly TerminationRecord[];
  /** Promises that were broken, and damage that nothing allows. */
  readonly violations: readonly Violation[];
  /** What was lost, whatever allows it. */
  readonly damage: readonly Damage[];
  readonly invocations: readonly InvocationRecord[];
  /** The calls of the functions, by action. */
  readonly calls: ReadonlyMap<string, number>;
};

export type PlayOptions = {
  readonly invoke: Invoke;
  /** Called with the simulation before it starts, for example to follow the story. */
  readonly watch?: (simulation: Simulation) => void;
  /** Instead of the scenario's own seed. */
  readonly seed?: number;
  /** Whether to skip entries of the timeline that AWS refuses. Otherwise such an entry ends the run with its error. */
  readonly forgiving?: boolean;
};

/** How often it is checked whether the scenario has ended. */
const CHECK_MS = 1_000;
/** So long the world is played on after its last termination, for what only shows then. */
const PLAYED_ON_MS = 900_000;
/** What the last entry of the timeline starts shows within this time: Auto Scaling checks its groups a second later. */
const LAST_ENTRY_MS = 2_000;

/**
 * Plays a scenario with the functions on a virtual clock. Throws a ScenarioError when it does not schedule the functions, or
 * when AWS refuses a part of it.
 */
export async function playScenario(scenario: Scenario, options: PlayOptions): Promise<Played> {
  const seed = options.seed ?? scenario.seed;
  const startedAt = Date.parse(scenario.starts_at);
  return inVirtualTime(startedAt, randomSource(seed)("Math.random"), (clock) =>
    play(stage(scenario, { ...options, clock, seed }), scenario, clock, options.forgiving === true),
  );
}

async function play(staged: Stage, scenario: Scenario, clock: Clock, forgiving: boolean): Promise<Played> {
  const { simulation, judge, lambda } = staged;
  const startedAt = clock.now();
  const ledger = new DamageLedger(simulation.world.story, damageFactsOf(scenario, staged, FUNCTIONS));
  const refused: unknown[] = [];
  planTimeline(staged, scenario, startedAt, (error) => {
    if (!forgiving) refused.push(error);
  });
  planEndOfFaults(simulation, scenario, startedAt, lambda);
  const hasEnded = endingOf(staged, scenario, clock);
  const end = await playToEnd(staged, ledger, clock, () => hasEnded() || refused.length > 0);
  const sent = new Set(scenario.timeline.flatMap(({ send }) => send?.body ?? []));
  const isUnreadable = (body: string) => sent.has(body);
  const broken = conclude(scenario, simulation, judge, { endedAt: end.at, isUnreadable });
  if (refused.length > 0) throw refused[0];
  const damage = ledger.conclude(clock.now());
  const violations = [...broken, ...unreplaced(scenario, simulation.world, end.at)];
  return playedOf({ scenario, staged, startedAt, end, violations, damage });
}

/** How a scenario has gone up to a time in milliseconds since 1970, while it goes on. What only shows at its end is not in it. */
export function playedSoFar(
  scenario: Scenario,
  staged: Stage,
  ledger: DamageLedger,
  { startedAt, now }: { readonly startedAt: number; readonly now: number },
): Played {
  const violations = [...staged.judge.violations, ...unreplaced(scenario, staged.simulation.world, now)];
  const end = { at: now, countedTo: now };
  return playedOf({ scenario, staged, startedAt, end, violations, damage: ledger.conclude(now) });
}

function playedOf(of: {
  readonly scenario: Scenario;
  readonly staged: Stage;
  readonly startedAt: number;
  readonly end: End;
  readonly violations: readonly Violation[];
  readonly damage: readonly Damage[];
}): Played {
  const { scenario, staged, startedAt, end, violations, damage } = of;
  const { simulation, judge, lambda } = staged;
  return {
    scenario,
    simulation,
    startedAt,
    endedAt: end.at,
    terminations: judge.terminations,
    violations: [...violations, ...damage.flatMap(violationOf)],
    damage,
    invocations: lambda.records.filter(({ startedAt: at }) => at <= end.countedTo),
    calls: functionCallsOf(simulation, end.countedTo),
  };
}

/** When a scenario ended, and up to when calls and invocations count; both in milliseconds since 1970. */
type End = { readonly at: number; readonly countedTo: number };

// Plays until it has ended, and then on: what is left behind shows only after a while. Where nothing is left that the functions
// could clear up, they would find nothing to do, and only the world goes on.
async function playToEnd(
  staged: Stage,
  ledger: DamageLedger,
  clock: Clock,
  hasEnded: () => boolean,
): Promise<End> {
  const { judge, lambda, schedule } = staged;
  let over = false;
  const schedules = schedule(() => !over);
  while (!hasEnded()) await clock.sleep(CHECK_MS);
  const at = clock.now();
  const isPlayedOn = !judge.pending;
  const goesOn = isPlayedOn && ledger.hasLeft;
  if (goesOn) await playOn(staged, ledger, clock);
  over = true;
  await Promise.all(schedules);
  while (!lambda.idle) await clock.sleep(CHECK_MS);
  if (isPlayedOn) await playOn(staged, ledger, clock);
  return { at, countedTo: goesOn ? at : Number.POSITIVE_INFINITY };
}

async function playOn({ simulation }: Stage, ledger: DamageLedger, clock: Clock): Promise<void> {
  while (clock.now() < ledger.lastEndAt + PLAYED_ON_MS) {
    simulation.world.settle(clock);
    await clock.sleep(CHECK_MS);
  }
  simulation.world.settle(clock);
}

// Damage that nothing allows is a violation.
function violationOf({ kind, instanceId, what, from, allowedBy }: Damage): Violation[] {
  return allowedBy === undefined ? [{ at: from, instanceId, rule: `no damage: ${kind}`, what }] : [];
}

// Asked at each check: whether the time is over, or nothing is left to happen.
function endingOf({ simulation, judge, lambda }: Stage, scenario: Scenario, clock: Clock): () => boolean {
  const startedAt = clock.now();
  const endsAt = startedAt + scenario.ends_after_seconds * 1000;
  const lastEntryAt = startedAt + Math.max(0, ...scenario.timeline.map((each) => each.at_seconds)) * 1000;
  return () => {
    simulation.world.settle(clock);
    if (clock.now() >= endsAt) return true;
    return (
      clock.now() >= lastEntryAt + LAST_ENTRY_MS &&
      !judge.pending &&
      lambda.idle &&
      isQuiet(scenario, simulation.world) &&
      // No function would drain what then ends while the world is played on.
      !awaitsChange(simulation.world, clock.now() + PLAYED_ON_MS)
    );
  };
}

function functionCallsOf({ calls: made }: Simulation, until: number): Map<string, number> {
  const calls = new Map<string, number>();
  for (const { at, caller, action } of made)
    if (at <= until && isFunction(caller)) calls.set(action, (calls.get(action) ?? 0) + 1);
  return calls;
}

function isFunction(caller: string): boolean {
  return (FUNCTIONS as readonly string[]).includes(caller);
}
