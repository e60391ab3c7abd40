// Prints how the code is built, in numbers: of the working tree, or of any revision.
import { Command } from "commander";
import { endUsage } from "../../../cli/usage.ts";
import { MEASURED, measure } from "./measure.ts";
import { measuresTable } from "./page.ts";
import { revision, workingTree } from "./source.ts";

const { at, json } = new Command("npm run architecture --")
  .description("Measures shared/ and functions/. docs/dev/architecture.md says how.")
  .option("--at <revision>", "measures this revision of git, and not the working tree")
  .option("--json", "prints the numbers alone, as JSON")
  .exitOverride(endUsage)
  .parse()
  .opts<{ at?: string; json?: true }>();

const sources = at === undefined ? workingTree(MEASURED) : revision(at, MEASURED);
if (sources === undefined) {
  process.stderr.write(`this clone has no revision ${at}: fetch it with git fetch --unshallow\n`);
  process.exitCode = 1;
} else {
  const measures = measure(sources);
  process.stdout.write(
    json
      ? `${JSON.stringify(measures, null, 2)}\n`
      : `${measuresTable([[at ?? "working tree", measures]])}\n`,
  );
}
