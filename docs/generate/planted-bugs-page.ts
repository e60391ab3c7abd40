import { finderText } from "../../test/planted/bug.ts";
import { BUGS } from "../../test/planted/bugs.ts";
import { readMeasured, SEEDS, type Simulated } from "../../test/planted/simulated.ts";
import { markdownTable } from "./tables.ts";

/** The page on the bugs that are planted by hand, and what finds each. */
export function plantedBugsPage(): string {
  const measured = readMeasured();
  const rows = BUGS.map(({ what, harm, seam, foundBy }, index) => [
    String(index + 1),
    what,
    harm,
    `\`${seam}\``,
    finderText(foundBy),
    simulatedText(measured.get(what)),
  ]);
  return `# Planted bugs

<!-- Made from the list in test/planted by \`npm run docs\`. -->

Do the tests find bugs? These ${BUGS.length} are bugs that somebody could have made.

    npm run planted                            # plants them in a copy of the sources, one at a time, and runs each one's test
    npm run planted -- --only 3,17             # these alone
    npm run planted -- --only 3 --in FILE...   # prints each test of these files that finds it
    npm run planted -- --simulation            # no test: 100 seeds of the simulation with each bug, until one fails
    npm run planted -- --simulation --missed   # those alone that were not found the last time

Before any bug is planted, its test must pass, and a seed must pass too. The last line says how many were found.

A bug stands in for an export of \`shared/\` or \`functions/\`. It is made from the sound export and has its type, so a bug that no longer fits does not
compile. The export is found by its name, wherever it is. The ports to AWS and SQS come from \`createPorts\`: a bug in it is a port that lies,
drops or forgets. To plant another bug, add it to a list in test/planted. A new export needs a line in seams.ts.

## What the simulation finds alone

${shareText([...measured.values()])}

The seeds are the same for each bug. Those in which nothing goes wrong and those in which most happens come first, in turns. "Otherwise" counts the seeds in
which the calls or the log were others than without the bug. Where that is 0, no world of these seeds comes to the bug. Where it is more,
the judge has allowed what came of it, or the functions have mended it themselves.

## All of them

${markdownTable(
  [
    "",
    "bug",
    "what a user would have suffered",
    "planted in",
    "found by the test",
    "by the simulation alone",
  ],
  rows,
)}
`;
}

function simulatedText(measured: Simulated | undefined): string {
  if (measured === undefined) return "not measured";
  const { seeds, changed, says } = measured;
  return says === undefined ? `no: ${seeds} seeds, ${changed} otherwise` : `by seed ${seeds}`;
}

function shareText(measured: readonly Simulated[]): string {
  const found = measured.filter(({ says }) => says !== undefined).length;
  const share = Math.round((100 * found) / BUGS.length);
  const few = measured.filter(({ seeds, says }) => says === undefined && seeds < SEEDS).length;
  return [
    `Of the ${BUGS.length} bugs, ${measured.length} were measured, and ${found} found: ${share} % of all.`,
    ...(few === 0
      ? []
      : [
          `Of those that were not found, ${few} have not had their ${SEEDS} seeds yet: the share is a lower bound.`,
        ]),
  ].join(" ");
}
