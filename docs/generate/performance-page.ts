import type { Figure } from "../../bench/figure.ts";
import { readResults } from "../../bench/results.ts";
import { groupBy } from "../../shared/base/batches.ts";
import { performanceText } from "./performance-text.ts";
import { markdownTable } from "./tables.ts";

/** Who the figures are of that nobody else is named for, where others stand beside them. */
const OURS = "asg-drain";
/** What a drainer does that is worse than any cost. */
const FAULTS = ["never completed", "completed with tasks running"];
const OF_REAL = /^real one: /;
/** `npm run bench -- --only peers` says by how much a model differs, and why. The page does not. */
const OF_MODEL = /^model's difference: /;

/** The page on what a drain costs: what is measured stands in the bench's results, and nowhere else. */
export function performancePage(): string {
  const results = readResults();
  const { peers = [], "at-once": atOnce = [], "ten-thousand": tenThousand = [] } = results;
  const modelled = ofModels();
  const tableOf = (part: string) => figuresTable(results[part] ?? []);
  return performanceText({
    deployed: tableOf("deployed"),
    delays: tableOf("delays"),
    mapping: tableOf("mapping"),
    named: tableOf("named"),
    hours: tableOf("hours"),
    discovery: tableOf("discovery"),
    bundle: tableOf("bundle"),
    atOnce: figuresTable([...atOnce, ...tenThousand]),
    peers: figuresTable(modelled),
    better: betterTable(betterFigures(modelled)),
    real: figuresTable(
      peers
        .filter(({ what }) => OF_REAL.test(what))
        .map((each) => ({ ...each, what: each.what.replace(OF_REAL, "") })),
    ),
  });
}

/** The README's table: what a drain costs as the template deploys it. */
export function figuresInShort(): string {
  const { deployed = [] } = readResults();
  const whats = ["calls per instance", "Lambda seconds per instance", "lag p50", "lag p99"];
  return figuresTable(
    deployed.filter(({ what }) => whats.includes(what)).map(({ limit: _, ...each }) => each),
  );
}

/** A row for each world, bundle and drainer, a column for each figure; in brackets, what it may be at the most. */
function figuresTable(figures: readonly Figure[]): string {
  const whats = [...new Set(figures.map(({ what }) => what))];
  const hasOthers = figures.some(({ by }) => by !== undefined);
  const rows = groupBy(figures, ({ of, by }) => JSON.stringify([of, by]));
  return markdownTable(
    ["", ...(hasOthers ? ["drainer"] : []), ...whats],
    [...rows.values()].map((those) => [
      those[0]?.of ?? "",
      ...(hasOthers ? [those[0]?.by ?? ""] : []),
      ...whats.map((what) => cellText(those.find((each) => each.what === what))),
    ]),
  );
}

/** The README's other table: the best drainer of each figure in which one is better, in worlds without load balancers. */
export function betterInShort(): string {
  const better = betterFigures(ofModels());
  const best = better.filter(({ own, theirs }) =>
    better.every((each) => each.own !== own || each.theirs.value >= theirs.value),
  );
  return betterTable(best);
}

function ofModels(): Figure[] {
  const { peers = [] } = readResults();
  return peers.filter(({ what }) => !OF_REAL.test(what) && !OF_MODEL.test(what));
}

/** In what another drainer is better than this one, where it completes each instance, and none with tasks on it. */
function betterFigures(figures: readonly Figure[]): { own: Figure; theirs: Figure }[] {
  const isFaulty = ({ of, by }: Figure) =>
    figures.some((each) => each.of === of && each.by === by && FAULTS.includes(each.what));
  const ours = figures.filter(({ by }) => by === OURS);
  return ours.flatMap((own) =>
    figures
      .filter(({ of, by, what }) => of === own.of && by !== OURS && what === own.what)
      .filter((each) => each.value < own.value && !isFaulty(each))
      .map((theirs) => ({ own, theirs })),
  );
}

function betterTable(better: ReturnType<typeof betterFigures>): string {
  return markdownTable(
    ["", "figure", "drainer", "its figure", "ours"],
    better.map(({ own, theirs }) => [own.of, own.what, theirs.by ?? "", cellText(theirs), cellText(own)]),
  );
}

// A count needs no unit beside a heading that names it.
function cellText(figure: Figure | undefined): string {
  if (figure === undefined) return "";
  const { value, limit, unit } = figure;
  const text = (number: number) => {
    const digits = number.toLocaleString("en");
    return ["s", "KB", "MB"].includes(unit) ? `${digits} ${unit}` : digits;
  };
  return limit === undefined ? text(value) : `${text(value)} (${text(limit)})`;
}
