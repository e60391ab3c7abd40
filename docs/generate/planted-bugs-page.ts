import { BUGS } from "../../test/planted/bugs.ts";
import { markdownTable } from "./tables.ts";

/** The page on the bugs that are planted by hand, and the test that finds each. */
export function plantedBugsPage(): string {
  const rows = BUGS.map(({ what, file, foundBy }, index) => [
    String(index + 1),
    what,
    `\`${file}\``,
    `\`${foundBy.scenarios}\`: ${foundBy.test}`,
  ]);
  return `# Planted bugs

<!-- Made from the list in test/planted by \`npm run docs\`. -->

Do the tests find bugs? These ${BUGS.length} are ones that somebody could have made. \`npm run planted\` puts them into a copy of the sources,
one at a time, and runs the scenario that is to find it; the last line says how many were found. \`--only N\` plants one of
them. Before any is planted, the scenarios must pass.

${markdownTable(["", "bug", "planted in", "found by, in test/scenarios"], rows)}
`;
}
