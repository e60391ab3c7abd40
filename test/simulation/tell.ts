import { stringify } from "yaml";
import { lossText } from "../../cli/loss-text.ts";
import { progressText, storyText } from "../../cli/story-text.ts";
import type { Played } from "../../simulator/scenario/play.ts";
import type { ScenarioInput } from "../../simulator/scenario/schema.ts";
import { DEPLOYMENT_KINDS, NOTHING_DEPLOYED, type Plan } from "./deployments.ts";
import { SHOWN_KINDS } from "./fired.ts";
import { type Detailed, type Result, SAID } from "./run.ts";

/** What a sweep must come to on average, so that it proves something. */
const LEAST = { terminations: 3, calls: 200, kinds: 2 };
/** In so many seeds each kind of fault is to fire: the rarest does so dozens of times. In fewer, luck decides, and averages too. */
const ALL_FIRE_IN = 300;

/** How wide the names of what came up are, in characters. */
const WIDE = 28;

/** The kinds of faults that are drawn; one that never fired in a sweep proves nothing. */
export const KINDS = [
  "throttle",
  "token buckets",
  "fail",
  "lose_answers",
  "deny",
  "expire_credentials",
  "fail_entries",
  "odd_answers",
  "read lag",
  "lags that differ",
  "lost notifications",
  "late notifications",
  "lost messages",
  "queues made again",
  "duplicates",
  "disorder",
  "killed invocations",
  "doubled ticks",
  "skipped ticks",
  "throttled invocations",
  "late ticks",
  "cold starts",
  "slow cold starts",
  "clock skew",
] as const;

/** In so many seeds each phrase that few drains log is to be there: some are in one seed of sixty. */
const ALL_SAID_IN = 1_000;

/** What the worlds have that few fleets have. As with faults, what never fired proves nothing. */
export const WORLD_KINDS = [
  "blue/green of ECS",
  "task sets of CodeDeploy",
  "task sets of others",
  "load balancers changed",
  "inputs changed",
  "services on Fargate",
  "tasks of several containers",
  "tasks that never stop",
  "agents that hang",
  "agents that join while held",
  "unhealthy targets",
  "targets never healthy",
  "no room: CPU or memory",
  "no room: constraints",
  "Capacity Rebalancing",
  "changes scheduled",
  "processes suspended",
  "protected from scale-in",
  "set aside in Standby",
  "detached",
  "instance refreshes",
  "rolling updates",
  "messages of topics",
  "raw messages of topics",
  "events of named hooks",
  "events of all hooks",
  "hooks edited",
  "hooks retargeted",
  "hooks added",
  "hooks deleted",
  "groups deleted",
  "clusters deleted",
  "small pages",
  "messages past retention",
  ...SHOWN_KINDS,
  ...DEPLOYMENT_KINDS,
] as const;

/** What is in few seeds, since it takes long to play, with in how many it must be there. */
const RARE: ReadonlyMap<string, number> = new Map([
  ["hundreds at once", ALL_SAID_IN],
  ["a thousand at once", 10_000],
]);

/** What befalls Lambda's own polling, where a mapping reads a queue: it follows from the faults above, and counts as none. */
const OF_MAPPINGS = ["polls refused", "batches not deleted", "records given back"];

const TOLD = { before: "the version before", this: "this version" } as const;

/** How a sweep went: what fired, the averages, and what of them is too little. */
export function summaryOf(results: readonly Result[]): { text: string; tooLittle: boolean } {
  const fired = (kind: string) => results.reduce((sum, each) => sum + (each.fired.get(kind) ?? 0), 0);
  const average = (of: (result: Result) => number) =>
    results.reduce((sum, each) => sum + of(each), 0) / results.length;
  const averages = {
    terminations: average((each) => each.terminations),
    calls: average((each) => each.calls),
    kinds: average((each) => KINDS.filter((kind) => each.fired.has(kind)).length),
  };
  const isEnough = results.length >= ALL_FIRE_IN;
  const tooLittle = (Object.keys(LEAST) as (keyof typeof LEAST)[]).filter(
    (key) => isEnough && averages[key] < LEAST[key],
  );
  const said = results.length >= ALL_SAID_IN ? SAID : [];
  const silent = [...KINDS, ...WORLD_KINDS, ...said].filter(
    (kind) => isEnough && fired(kind) === 0 && results.length >= (RARE.get(kind) ?? 0),
  );
  const lines = [
    "how often each fault fired:",
    ...KINDS.map((kind) => `  ${kind.padEnd(20)} ${fired(kind)}`),
    "how often each part of a wider world came up:",
    ...WORLD_KINDS.map((kind) => `  ${kind.padEnd(WIDE)} ${fired(kind)}`),
    "how often the log said what few drains say:",
    ...SAID.map((phrase) => `  ${phrase.padEnd(WIDE)} ${fired(phrase)}`),
    "what they brought about where a mapping reads the queue:",
    ...OF_MAPPINGS.map((kind) => `  ${kind.padEnd(20)} ${fired(kind)}`),
    "what was lost, and what allowed it:",
    ...[...damageIn(results)].sort().map(([what, times]) => `  ${what.padEnd(50)} ${times}`),
    `on average ${averages.terminations.toFixed(1)} terminations, ${averages.calls.toFixed(0)} SDK calls and ${averages.kinds.toFixed(1)} kinds of fault fired a seed`,
    ...tooLittle.map((key) => `too little: expected at least ${LEAST[key]} ${key} a seed on average`),
    ...silent.map((kind) => `never fired in ${results.length} seeds, which proves nothing of it: ${kind}`),
  ];
  return { text: `${lines.join("\n")}\n`, tooLittle: tooLittle.length > 0 || silent.length > 0 };
}

function damageIn(results: readonly Result[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const { damage } of results)
    for (const [what, times] of damage) total.set(what, (total.get(what) ?? 0) + times);
  return total;
}

/** The story of a scenario that was played: what happened to each instance, what the functions said, what was violated. */
export function fullStory({
  played,
  lines,
  violations,
  plan = NOTHING_DEPLOYED,
}: Pick<Detailed, "lines" | "violations"> & {
  readonly played: Played | Parameters<typeof storyText>[0];
  readonly plan?: Plan;
}): string {
  return [
    storyText(played),
    ...plan.deployments.map(
      (each) => `from ${each.at_seconds} s on, ${each.function} has the code of ${TOLD[each.version]}`,
    ),
    "what the functions said:",
    ...lines.flatMap((line) => progressText(line, played.startedAt).trimEnd() || []),
    "",
    violations.length === 0 ? "no violations" : "VIOLATIONS",
    ...violations.map((each) => `  ${each}`),
    ...("damage" in played ? [lossText(played)] : []),
    "",
  ].join("\n");
}

/** A scenario as a file. */
export function fileOf(scenario: ScenarioInput): string {
  return stringify(scenario);
}

/** The command that plays a seed again. */
export function commandOf(seed: number): string {
  return `npm run simulate -- --seed ${seed}`;
}
