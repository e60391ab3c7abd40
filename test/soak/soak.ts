import { inProcess } from "../../cli/in-process.ts";
import type { Violation } from "../../simulator/judge/records.ts";
import type { Clock } from "../../simulator/kernel/clock.ts";
import { dropWhile } from "../../simulator/kernel/past.ts";
import { randomSource } from "../../simulator/kernel/random.ts";
import { inVirtualTime } from "../../simulator/kernel/virtual-time.ts";
import { isQuiet } from "../../simulator/scenario/ending.ts";
import { planEndOfFaults, startLastingFaults } from "../../simulator/scenario/fault-timeline.ts";
import { conclude, existsIn } from "../../simulator/scenario/judging.ts";
import { checkScenario, ScenarioError } from "../../simulator/scenario/read.ts";
import type { Scenario } from "../../simulator/scenario/schema.ts";
import { FUNCTIONS, type Stage, stage } from "../../simulator/scenario/stage.ts";
import { planTimeline } from "../../simulator/scenario/timeline.ts";
import type { World } from "../../simulator/services/world.ts";
import { faultsOfOurs, faultText, violationText } from "../simulation/run.ts";
import { fullStory } from "../simulation/tell.ts";
import { asItIs, takeCare } from "./caretaker.ts";
import { kindsIn } from "./kinds.ts";
import { planHour } from "./plan.ts";
import { Windows } from "./windows.ts";
import { soakScenario } from "./world.ts";

const HOUR_MS = 3_600_000;
const HOURS_A_DAY = 24;
/** What was over for this long is forgotten: longer than any drain with all that may delay it. */
const REMEMBERED_MS = 2 * HOUR_MS;
/** How far the clock goes before the world is checked. */
const STEP_MS = 5_000;
/** How long the last drains may take after the last hour. */
const REST_MS = 3 * HOUR_MS;

/** How much is to happen, and in what time. */
export type SoakOptions = {
  readonly seed: number;
  readonly hours: number;
  /** How many terminations there are to be, more or less. */
  readonly terminations: number;
  /** Whether the world forgets what has been over for long. */
  readonly forgets: boolean;
  /** What is left on the heap once all garbage is collected, in bytes. */
  readonly heap: () => number;
  /** Called at the end of each day with the counts so far. */
  readonly day: (day: Day) => void;
  /** Called with each violation that is found, and its story as far as it is remembered. */
  readonly violated: (violation: string, story: string) => void;
};

/** The counts at the end of a day, from the start. */
export type Day = {
  readonly day: number;
  readonly ended: number;
  readonly calls: number;
  readonly heap: number;
  readonly violations: number;
};

/** How a soak went. */
export type Soaked = {
  readonly ended: number;
  readonly calls: number;
  /** By how much the heap was filled at the end of each day, in bytes. */
  readonly heaps: readonly number[];
  readonly violations: number;
  /** In how many hours all came to rest, so that it was judged what had been given back. */
  readonly restfulHours: number;
  /** How many lines of the story, calls and invocations are remembered at the end. */
  readonly remembered: number;
  /** How often each kind of fault fired, and which were switched on. */
  readonly fired: ReadonlyMap<string, number>;
  readonly switchedOn: ReadonlySet<string>;
};

/** A line of a function's log, with its time in milliseconds since 1970. */
type LogLine = { readonly at: number; readonly line: string };

/** Lets one world live for long, with the functions themselves, all from one seed, and judges what became of it. */
export async function soak(options: SoakOptions): Promise<Soaked> {
  const given = soakScenario(options.seed, options.hours);
  const scenario = checkScenario(given, "soak");
  const source = randomSource(options.seed);
  return inVirtualTime(Date.parse(scenario.starts_at), source("Math.random"), async (clock) => {
    const life = new Life(scenario, clock, options);
    for (let hour = 0; hour < options.hours; hour++) {
      const place = asItIs(given, life.world);
      const plan = planHour(source, place, hour, options.terminations / options.hours);
      await life.live(
        checkScenario({ ...given, ...place, faults_end_after_seconds: undefined, ...plan }, `hour ${hour}`),
      );
      if ((hour + 1) % HOURS_A_DAY === 0) life.endDay();
    }
    return life.end();
  });
}

class Life {
  readonly #scenario: Scenario;
  readonly #clock: Clock;
  readonly #options: SoakOptions;
  readonly #stage: Stage;
  readonly #schedules: Promise<void>[];
  readonly #startedAt: number;
  readonly #windows = new Windows();
  readonly #log: LogLine[] = [];
  readonly #heaps: number[] = [];
  readonly #switchedOn = new Set<string>();
  readonly #unreadable = new Set<string>();
  #judgedAt: number;
  /** How many of the judge's violations have been told, and how many there are with what else went wrong. */
  #told = 0;
  #violations = 0;
  #restfulHours = 0;
  #isOver = false;

  constructor(scenario: Scenario, clock: Clock, options: SoakOptions) {
    this.#scenario = scenario;
    this.#clock = clock;
    this.#options = options;
    this.#startedAt = clock.now();
    this.#judgedAt = clock.now();
    this.#stage = stage(scenario, {
      clock,
      seed: options.seed,
      invoke: inProcess((line) => this.#log.push({ at: clock.now(), line })),
      disturbed: this.#windows.judged(clock.now),
    });
    for (const kind of kindsIn(scenario)) this.#switchedOn.add(kind);
    this.#schedules = this.#stage.schedule(() => !this.#isOver);
  }

  get world(): World {
    return this.#stage.simulation.world;
  }

  /**
   * Lets an hour pass as a scenario says. In a calm one, what was taken from instances that stay is judged as soon as all has
   * come to rest. Whatever went wrong is told, and what is long over is forgotten.
   */
  async live(hour: Scenario): Promise<void> {
    this.#plan(hour);
    const { simulation, judge, lambda } = this.#stage;
    const until = this.#clock.now() + HOUR_MS;
    let awaitsRest = hour.faults_end_after_seconds === undefined;
    while (this.#clock.now() < until) {
      await this.#step();
      if (!awaitsRest || !this.#isAtRest()) continue;
      awaitsRest = false;
      this.#restfulHours += 1;
      judge.conclude(this.#clock.now(), existsIn(this.world));
    }
    takeCare(this.world, this.#scenario);
    this.#judge(judge.violations);
    if (!this.#options.forgets) return;
    const before = this.#clock.now() - REMEMBERED_MS;
    for (const each of [simulation, judge, lambda, this.#windows]) each.forget(before);
    dropWhile(this.#log, ({ at }) => at < before);
  }

  #plan(hour: Scenario): void {
    const { simulation, lambda, inputs } = this.#stage;
    const now = this.#clock.now();
    planTimeline({ simulation, lambda, inputs }, hour, now, (error) => this.#refused(error));
    for (const kind of kindsIn(hour)) this.#switchedOn.add(kind);
    for (const { send } of hour.timeline) if (send) this.#unreadable.add(send.body);
    if (hour.faults_end_after_seconds === undefined) return;
    const until = now + hour.faults_end_after_seconds * 1000;
    startLastingFaults(simulation, hour);
    this.#windows.add({ from: now, until, readLag: simulation.readLag });
    planEndOfFaults(simulation, hour, now, lambda);
    this.world.agenda.at(until, () => {
      simulation.readLag = 0;
    });
  }

  endDay(): void {
    const heap = this.#options.heap();
    this.#heaps.push(heap);
    const { ended, calls, violations } = this.#counts();
    this.#options.day({ day: this.#heaps.length, ended, calls, heap, violations });
  }

  /** Lets all come to rest, and judges what is left. */
  async end(): Promise<Soaked> {
    const { simulation, judge, lambda } = this.#stage;
    const endsAt = this.#clock.now() + REST_MS;
    while (this.#clock.now() < endsAt && !this.#isAtRest()) await this.#step();
    const endedAt = this.#clock.now();
    this.#isOver = true;
    await Promise.all(this.#schedules);
    const isUnreadable = (body: string) => this.#unreadable.has(body);
    this.#judge(conclude(this.#scenario, simulation, judge, { endedAt, isUnreadable }));
    return {
      ...this.#counts(),
      heaps: this.#heaps,
      restfulHours: this.#restfulHours,
      remembered: this.world.story.lines.length + simulation.calls.length + lambda.records.length,
      fired: this.world.firings.counts,
      switchedOn: this.#switchedOn,
    };
  }

  #isAtRest(): boolean {
    const { judge, lambda } = this.#stage;
    return !judge.pending && lambda.idle && isQuiet(this.#scenario, this.world);
  }

  async #step(): Promise<void> {
    await this.#clock.sleep(STEP_MS);
    this.world.settle(this.#clock);
  }

  #counts(): Pick<Soaked, "ended" | "calls" | "violations"> {
    const { simulation, judge } = this.#stage;
    const counts = FUNCTIONS.flatMap((name) => [...(simulation.callCounts.get(name)?.values() ?? [])]);
    const calls = counts.reduce((sum, count) => sum + count, 0);
    return { ended: judge.endedCount, calls, violations: this.#violations };
  }

  // Tells what is new of all that the judge has found, and of what the functions threw.
  #judge(violations: readonly Violation[]): void {
    for (const each of violations.slice(this.#told))
      this.#accuse(violationText(each, this.#startedAt), each.instanceId);
    this.#told = violations.length;
    const invocations = this.#stage.lambda.records.filter(({ endedAt }) => endedAt > this.#judgedAt);
    this.#judgedAt = this.#clock.now();
    for (const each of faultsOfOurs({ invocations })) this.#accuse(faultText(each, this.#startedAt));
  }

  // What AWS refuses, as a scale-in of what is gone, is nobody's fault.
  #refused(error: unknown): void {
    if (!(error instanceof ScenarioError)) this.#accuse(String(error));
  }

  #accuse(violation: string, instanceId = ""): void {
    this.#violations += 1;
    const { simulation, judge } = this.#stage;
    const terminations = judge.terminations.filter((each) => each.instanceId === instanceId);
    const lines = this.#log.map(({ line }) => line).filter((line) => instanceId && line.includes(instanceId));
    const played = { simulation, startedAt: this.#startedAt, terminations };
    this.#options.violated(violation, fullStory({ played, lines, violations: [violation] }));
  }
}
