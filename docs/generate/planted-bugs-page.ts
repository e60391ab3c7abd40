import { BUGS } from "../../test/planted/bugs.ts";
import { markdownTable } from "./tables.ts";

/** The page on the bugs that are planted by hand, and the test that finds each. */
export function plantedBugsPage(): string {
  const rows = BUGS.map(({ what, seam, foundBy }, index) => [
    String(index + 1),
    what,
    `\`${seam}\``,
    `\`${foundBy.scenarios}\`: ${foundBy.test}`,
  ]);
  return `# Planted bugs

<!-- Made from the list in test/planted by \`npm run docs\`. -->

Do the tests find bugs? These ${BUGS.length} are bugs that somebody could have made. \`npm run planted\` plants them in a copy of the sources, one at a
time. For each it runs the scenario that must find it, and prints whether it did. The last line says how many were found. \`--only N\`
plants one of them. Before any is planted, the scenarios must pass.

A bug stands in for an export of \`shared/\` or \`functions/\`. It is made from the sound export and has its type, so a bug that no longer fits does not
compile. The export is found by its name, wherever it is. The ports to AWS and SQS come from \`createPorts\`: a bug in it is a port that lies,
drops or forgets. To plant another bug, add it to a list in test/planted. A new export needs a line in seams.ts.

${markdownTable(["", "bug", "planted in", "found by, in test/scenarios"], rows)}
`;
}
