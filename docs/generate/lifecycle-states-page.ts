import {
  DECISIONS,
  LIFECYCLE_TABLE,
  SITUATIONS,
  type SituationName,
} from "../../test/unit/shared/rules/lifecycle-table.ts";
import { markdownTable } from "./tables.ts";

/** The page on what is decided in each lifecycle state, from the table whose cells are tested one by one. */
export function lifecycleStatesPage(): string {
  const situations = Object.keys(SITUATIONS) as SituationName[];
  const rows = LIFECYCLE_TABLE.map(({ name, place, means, decisions }) => [
    name === place.state ? `\`${name}\`` : name,
    means,
    ...situations.map((each) => decisions[each]),
  ]);
  return `# Lifecycle states

<!-- Made from the table of test/unit/shared/rules/lifecycle-table.ts by \`npm run docs\`; each cell has its test. -->

What is decided depends on two things: the lifecycle state that Auto Scaling shows, and what our message says about the
instance. The rules are in [rules.md](rules.md).

${markdownTable(["state", "what it is", ...situations], rows)}

The situations:

${markdownTable(
  ["situation", "what it is"],
  Object.entries(SITUATIONS).map(([name, is]) => [name, is]),
)}

What is decided, and why:

${markdownTable(
  ["decision", "why"],
  Object.entries(DECISIONS).map(([name, { why }]) => [name, why]),
)}
`;
}
