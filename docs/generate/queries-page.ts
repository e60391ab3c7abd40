import { createRequire } from "node:module";

type Query = { readonly name: string; readonly answers: string; readonly query: string };

/** The page on the saved queries, from those that the template deploys. */
export function queriesPage(): string {
  const { queries } = createRequire(import.meta.url)("../../deploy/queries.cjs") as {
    readonly queries: Readonly<Record<string, Query>>;
  };
  const sections = Object.values(queries).map(
    ({ name, answers, query }) => `## ${name}

${answers}

${query
  .split("\n")
  .map((line) => `    ${line}`)
  .join("\n")}
`,
  );
  return `# Saved queries

<!-- Made from deploy/queries.cjs by \`npm run docs\`. -->

The deployment saves these in CloudWatch Logs Insights, under its own name, such as \`asg-drain-live/one drain\`. They ask the log
groups of the three functions. \`npx mocha test/insights\` runs each of them over lines that the functions have written.
[log-lines.md](log-lines.md) explains the lines.

${sections.join("\n")}`;
}
