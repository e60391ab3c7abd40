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

Do the tests find bugs? These ${BUGS.length} are ones that somebody could have made. \`npm run planted\` plants them in a copy of the sources, one
at a time, and runs the scenario that is to find it. It prints which scenario found which bug; the last line says how many were found.
\`--only N\` plants one of them. Before any is planted, the scenarios must pass.

A bug stands in for an export of \`shared/\` or \`functions/\`. It is a function of the sound export, so it has the export's type: what no
longer fits does not compile. The export is found by its name, wherever it is. \`createPorts\` is where AWS and SQS come in: a bug in it is a port
that lies, drops or forgets. To plant another bug, add it to a list in test/planted; a new export needs a line in seams.ts.

${markdownTable(["", "bug", "planted in", "found by, in test/scenarios"], rows)}
`;
}
