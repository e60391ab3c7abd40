import type { FunctionsCode } from "../../cli/in-process.ts";
import type { InvocationRecord } from "../../simulator/cloud/lambda.ts";
import { type Random, randomSource } from "../../simulator/kernel/random.ts";
import { FUNCTIONS, type FunctionName } from "../../simulator/scenario/stage.ts";
import { weighted } from "./draw.ts";
import { HAPPENS_WITHIN } from "./happenings.ts";

/** The version of the functions before this one, or this one. */
export type Version = "before" | "this";

/** From when on a function has the code of a version, in seconds after the start. */
type Deployment = {
  readonly function: FunctionName;
  readonly at_seconds: number;
  readonly version: Version;
};

/** The kinds of such plans, in the words of the summary. */
export const DEPLOYMENT_KINDS = ["upgrades", "rollbacks", "versions side by side"] as const;
type Kind = (typeof DEPLOYMENT_KINDS)[number];

/** What is deployed in the middle of a seed. */
export type Plan = { readonly kind?: Kind; readonly deployments: readonly Deployment[] };

/** All functions are of this version all the time. */
export const NOTHING_DEPLOYED: Plan = { deployments: [] };

/** CloudFormation updates the functions one after the other, some within seconds, some within a minute or two. */
const APART = 120;

/** What is deployed in the middle of a seed: mostly nothing, and the functions are of this version. */
export function planOf(seed: number): Plan {
  const random = randomSource(seed)("versions");
  if (!random.chance(0.08)) return NOTHING_DEPLOYED;
  const kind = weighted<Kind>(random, [
    [2, "upgrades"],
    [2, "rollbacks"],
    [1, "versions side by side"],
  ]);
  return { kind, deployments: deploymentsOf(random, kind) };
}

function deploymentsOf(random: Random, kind: Kind): Deployment[] {
  const from = random.whole(20, HAPPENS_WITHIN);
  const all = (version: Version, at: (name: FunctionName) => number): Deployment[] =>
    FUNCTIONS.map((name) => ({ function: name, at_seconds: at(name), version }));
  const soonAfter = (start: number) => () => start + random.whole(0, APART);
  switch (kind) {
    case "upgrades":
      return [...all("before", () => 0), ...all("this", soonAfter(from))];
    case "rollbacks":
      return [
        ...all("before", soonAfter(from)),
        ...all("this", soonAfter(from + APART + random.whole(60, HAPPENS_WITHIN))),
      ];
    case "versions side by side":
      return [{ function: random.pick(["deregister", "terminate"]), at_seconds: 0, version: "before" }];
    default:
      return kind satisfies never;
  }
}

function versionAt({ deployments }: Plan, name: string, seconds: number): Version {
  return (
    deployments.filter((each) => each.function === name && each.at_seconds <= seconds).at(-1)?.version ??
    "this"
  );
}

/** Which code a function has by a plan, for a run that starts at `startedAt`. */
export function codeBy(
  plan: Plan,
  versions: Readonly<Record<Version, FunctionsCode>>,
  startedAt: number,
): (name: FunctionName, at: number) => FunctionsCode {
  return (name, at) => versions[versionAt(plan, name, (at - startedAt) / 1_000)];
}

/** Says whether a run had the code of the version before, by a plan. `startedAt` is when the seed began, in milliseconds since 1970. */
export function isOfVersionBefore(
  plan: Plan,
  startedAt: number,
): (run: Pick<InvocationRecord, "name" | "startedAt">) => boolean {
  return (run) => versionAt(plan, run.name, (run.startedAt - startedAt) / 1_000) === "before";
}

/**
 * Says whether deregister and terminate have had nothing but the code of the version before until a time, by a plan. What it lost by
 * then is not this version's fault. Times in milliseconds since 1970; the seed began at `startedAt`.
 */
export function isBeforeThisVersion({ deployments }: Plan, startedAt: number): (at: number) => boolean {
  const from = (["deregister", "terminate"] as const).map((name) => {
    const own = deployments.filter((each) => each.function === name);
    const startsBefore = own.some((each) => each.version === "before" && each.at_seconds === 0);
    const first = own.find((each) => each.version === "this")?.at_seconds ?? Number.POSITIVE_INFINITY;
    return startsBefore ? first : 0;
  });
  return (at) => at < startedAt + Math.min(...from) * 1_000;
}
