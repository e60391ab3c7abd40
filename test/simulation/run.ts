import { createHash } from "node:crypto";
import * as thisVersion from "../../cli/code.ts";
import { inProcess } from "../../cli/in-process.ts";
import type { InvocationRecord } from "../../simulator/cloud/lambda.ts";
import type { Damage } from "../../simulator/judge/damage.ts";
import type { Violation } from "../../simulator/judge/records.ts";
import { type Played, playScenario } from "../../simulator/scenario/play.ts";
import { checkScenario } from "../../simulator/scenario/read.ts";
import type { Scenario, ScenarioInput } from "../../simulator/scenario/schema.ts";
import { SLOW_MS } from "../../simulator/scenario/slow.ts";
import { versionBefore } from "../versions/before.ts";
import {
  codeBy,
  isBeforeThisVersion,
  isOfVersionBefore,
  NOTHING_DEPLOYED,
  type Plan,
} from "./deployments.ts";
import { shownIn } from "./fired.ts";
import { isOvertaken, type Meanwhile } from "./overtaken.ts";
import { wrongCounts } from "./scaling.ts";

/** By so many characters of its name and text an error is told from another. */
const TOLD_APART_BY = 50;

/** What must be so of scale-tasks. */
const COUNT_RULE = "the counts that scale-tasks sets are right";

/** What became of one scenario. */
export type Result = {
  readonly seed: number;
  readonly terminations: number;
  readonly calls: number;
  readonly fired: ReadonlyMap<string, number>;
  /** How often each kind of damage was there, with what allowed it. */
  readonly damage: ReadonlyMap<string, number>;
  /** What was violated, in words; an error of ours, which nothing should throw, is one too. */
  readonly violations: readonly string[];
  /** Of all that happened, was called, with what and when, and was logged: the same for the same bytes. */
  readonly digest: string;
};

/** A result with what it was made from. */
export type Detailed = Result & {
  readonly played: Played;
  /** The invocations that ended as none should. */
  readonly faults: readonly InvocationRecord[];
  /** What is wrong with the counts that scale-tasks sets. */
  readonly miscounted: readonly string[];
  readonly lines: readonly string[];
  readonly plan: Plan;
};

/**
 * Plays a scenario of the simulation and judges it.
 *
 * @param plan what is deployed in the middle
 */
export async function run(scenario: ScenarioInput, plan = NOTHING_DEPLOYED): Promise<Detailed> {
  const lines: string[] = [];
  const checked = checkScenario(scenario, scenario.name);
  const versions = {
    this: thisVersion,
    before: plan.deployments.length > 0 ? await versionBefore() : thisVersion,
  };
  const played = await playScenario(checked, {
    invoke: inProcess((line) => lines.push(line), {
      codeOf: codeBy(plan, versions, Date.parse(checked.starts_at)),
    }),
    forgiving: true,
  });
  const { simulation, terminations, startedAt } = played;
  const digest = createHash("sha256");
  for (const line of lines) digest.update(line);
  for (const each of [...simulation.world.story.lines, ...simulation.calls])
    digest.update(JSON.stringify(each));
  const faults = faultsOfOurs(played, calmFrom(scenario, played), isOfVersionBefore(plan, startedAt));
  const miscounted = wrongCounts(scenario, played);
  const isOfOldTimes = isBeforeThisVersion(plan, startedAt);
  const violations = [
    ...played.violations
      .filter(({ at }) => !isOfOldTimes(at))
      .filter(({ instanceId }) => !isOfBelievedStranger(checked, instanceId))
      .map((each) => violationText(each, startedAt)),
    ...faults.map((each) => faultText(each, startedAt)),
    ...miscounted.map((each) => `${COUNT_RULE}: ${each}`),
  ];
  return {
    seed: scenario.seed ?? 1,
    terminations: terminations.length,
    calls: [...played.calls.values()].reduce((sum, count) => sum + count, 0),
    fired: new Map([
      ...simulation.world.firings.counts,
      ...shownIn(scenario, played, lines),
      ...saidIn(lines),
      ...(plan.kind === undefined ? [] : [[plan.kind, 1] as const]),
    ]),
    damage: countsOf(played.damage),
    violations,
    digest: digest.digest("hex"),
    played,
    faults,
    miscounted,
    lines,
    plan,
  };
}

/**
 * Whether a stranger's message in terminate's queue is about an instance, where terminate has `queue_name` alone. It must believe the
 * message's settings then, whoever sent it. The table of attacks says what harm that does.
 */
function isOfBelievedStranger({ functions, timeline }: Scenario, instanceId: string): boolean {
  const input = functions?.terminate.input ?? {};
  const { queue_name: queue, ...others } = input;
  const hasQueueNameAlone = Object.keys(others).length === 0;
  return (
    hasQueueNameAlone &&
    instanceId !== "" &&
    timeline.some(({ send }) => send?.queue === queue && send?.body.includes(instanceId))
  );
}

function countsOf(damage: readonly Damage[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, allowedBy = "nothing" } of damage) {
    const key = `${kind}, allowed by ${allowedBy}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** The phrases of log lines that are counted as faults are: what never says them proves nothing of them. */
export const SAID = [
  "message dropped",
  "metadata ignored",
  "held by tasks",
  "time does not suffice",
  "instance replaced",
  "notice waits",
  "its hook is another's",
  "its hook notifies nobody",
] as const;

// Some are phrases of their own, others begin the reason of one that says more than one thing.
function saidIn(lines: readonly string[]): Map<string, number> {
  const said = lines.map((line) => JSON.parse(line) as { message: string; reason?: unknown });
  const says = (phrase: string) =>
    said.filter(
      ({ message, reason }) =>
        message === phrase || (typeof reason === "string" && reason.startsWith(phrase)),
    );
  return new Map(SAID.map((phrase) => [phrase, says(phrase).length]));
}

// From when on no call fails or hangs, in milliseconds since 1970. Where all calls are slow, there is never time for all.
function calmFrom(
  { faults_end_after_seconds: seconds, latency_milliseconds: [, slowest] = [15, 60] }: ScenarioInput,
  { startedAt }: Played,
): number {
  if (seconds === undefined || slowest >= SLOW_MS) return Number.POSITIVE_INFINITY;
  return startedAt + seconds * 1_000;
}

/** A violation in words, with its time counted from the start. */
export function violationText({ at, instanceId, rule, what }: Violation, startedAt: number): string {
  return `${Math.round((at - startedAt) / 1000)} s ${instanceId}: ${rule}: ${what}`;
}

/**
 * The invocations that ended as none should: a run of the functions leaves before Lambda ends it, unless call after call hangs. It
 * fails with a RunFailed, after all else is done, where something else has failed. In the calm nothing does but the look for what has a
 * name that does not exist. In the version before, a call that somebody overtook did too. Anything else is a fault of theirs.
 *
 * @param calmFrom from when on no call fails or hangs, in milliseconds since 1970
 * @param isBefore whether a run had the code of the version before
 */
export function faultsOfOurs(
  { invocations, simulation }: Pick<Played, "invocations"> & { readonly simulation?: Meanwhile },
  calmFrom = Number.POSITIVE_INFINITY,
  isBefore: (run: InvocationRecord) => boolean = () => false,
): InvocationRecord[] {
  const isExcusedBefore = (failure: string, run: InvocationRecord) =>
    isOfDeletedCluster(failure, run) || (simulation !== undefined && isOvertaken(failure, run, simulation));
  const isExcused = (failure: string, run: InvocationRecord) =>
    isOfNames(failure) || (isBefore(run) && isExcusedBefore(failure, run));
  return invocations.filter((each) => {
    const { outcome, error = "", startedAt } = each;
    if (outcome === "timed out") return startedAt >= calmFrom;
    if (outcome !== "failed") return false;
    if (!error.startsWith("RunFailed: ")) return true;
    return startedAt >= calmFrom && !error.split("; ").every((failure) => isExcused(failure, each));
  });
}

// What a run says that failed because it asked for something that is not there, or was deleted.
function isOfNames(failure: string): boolean {
  return /there is no such |: the service is (INACTIVE|DRAINING)$/.test(failure);
}

// What scale-tasks of the version before says of a cluster that was deleted.
function isOfDeletedCluster(failure: string, { name }: Pick<InvocationRecord, "name">): boolean {
  return name === "scale-tasks" && /ecs:(ListContainerInstances|DescribeServices) gone$/.test(failure);
}

/** A fault of ours in words, with its time counted from the start. */
export function faultText(invocation: InvocationRecord, startedAt: number): string {
  return `${Math.round((invocation.startedAt - startedAt) / 1000)} s ${invocation.name} ${endOf(invocation)}`;
}

function endOf({ outcome, error = "" }: InvocationRecord, length = error.length): string {
  return outcome === "timed out" ? "was ended by Lambda" : `threw ${error.slice(0, length)}`;
}

/**
 * By what a failure is known again in a smaller world: the rules that were broken, and of what was thrown the error's name
 * and how its text begins, since it may end with what there is less of.
 */
export function failuresOf({
  played,
  faults,
  miscounted,
}: Pick<Detailed, "played" | "faults" | "miscounted">): Set<string> {
  return new Set([
    ...played.violations.map(({ rule }) => rule),
    ...faults.map((each) => endOf(each, TOLD_APART_BY)),
    ...(miscounted.length > 0 ? [COUNT_RULE] : []),
  ]);
}
