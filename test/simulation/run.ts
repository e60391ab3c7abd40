import { createHash } from "node:crypto";
import { inProcess } from "../../cli/in-process.ts";
import type { Violation } from "../../simulator/judge/records.ts";
import { type Played, playScenario } from "../../simulator/scenario/play.ts";
import { checkScenario } from "../../simulator/scenario/read.ts";
import type { ScenarioInput } from "../../simulator/scenario/schema.ts";

/** What became of one scenario. */
export type Result = {
  readonly seed: number;
  readonly terminations: number;
  readonly calls: number;
  readonly fired: ReadonlyMap<string, number>;
  /** What was violated, in words; an error of ours, which nothing should throw, is one too. */
  readonly violations: readonly string[];
  /** Of all that happened, was called and was logged: the same for the same bytes. */
  readonly digest: string;
};

/** A result with what it was made from. */
export type Detailed = Result & { readonly played: Played; readonly lines: readonly string[] };

/** Plays a scenario of the simulation and judges it. */
export async function run(scenario: ScenarioInput): Promise<Detailed> {
  const lines: string[] = [];
  const played = await playScenario(checkScenario(scenario, scenario.name), {
    invoke: inProcess((line) => lines.push(line)),
    forgiving: true,
  });
  const { simulation, terminations, startedAt } = played;
  const digest = createHash("sha256");
  for (const line of lines) digest.update(line);
  for (const line of simulation.world.story.lines) digest.update(JSON.stringify(line));
  const violations = [
    ...played.violations.map((each) => violationText(each, startedAt)),
    ...faultsOfOurs(played),
  ];
  return {
    seed: scenario.seed ?? 1,
    terminations: terminations.length,
    calls: [...played.calls.values()].reduce((sum, count) => sum + count, 0),
    fired: simulation.world.firings.counts,
    violations,
    digest: digest.digest("hex"),
    played,
    lines,
  };
}

/** A violation in words, with its time counted from the start. */
export function violationText({ at, instanceId, rule, what }: Violation, startedAt: number): string {
  return `${Math.round((at - startedAt) / 1000)} s ${instanceId}: ${rule}: ${what}`;
}

/**
 * What invocations threw that nothing should throw, in words: a run of the functions fails with a RunFailed, after all else is
 * done; anything else is a fault of theirs.
 */
export function faultsOfOurs({
  invocations,
  startedAt,
}: Pick<Played, "invocations" | "startedAt">): string[] {
  return invocations
    .filter(({ outcome, error = "" }) => outcome === "failed" && !error.startsWith("RunFailed: "))
    .map(
      ({ name, startedAt: at, error }) => `${Math.round((at - startedAt) / 1000)} s ${name} threw ${error}`,
    );
}
