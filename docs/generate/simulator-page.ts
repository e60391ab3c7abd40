import { Simulation } from "../../simulator/cloud/simulation.ts";
import { markdownTable } from "./tables.ts";

/** The page on what the simulated AWS serves. */
export function operationsPage(): string {
  const clock = { now: () => 0, sleep: async () => {} };
  const { services } = new Simulation({ clock, seed: 0, startsAt: 0, origin: "" });
  const sections = services.map(({ name, operations }) => {
    const rows = [...operations]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([operation, { knows }]) => [operation, knows.map((path) => `\`${path}\``).join(", ")]);
    return `## ${name}\n\n${markdownTable(["operation", "parameters"], rows)}\n`;
  });
  return `# What the simulated AWS serves

<!-- Made from the simulator by \`npm run docs\`. -->

Any other operation, and any other parameter, is answered with the error \`NotSimulated\` and status 400: never with an
empty answer.

${sections.join("\n")}`;
}
