import { Command, InvalidArgumentError } from "commander";
import { proofread } from "./check.ts";
import { CHECKED, filesUnder, GOOD_WORDS, MOST_WORDS } from "./scope.ts";

const command = new Command("npm run prose --")
  .description("Finds long sentences, private words, spelling mistakes and dead links in pages and comments.")
  .argument("[paths...]", "files and folders to read; what npm run check covers when not given", [])
  .option("--most <words>", "how many words a sentence may have", wholeNumber, MOST_WORDS)
  .parse();

const paths = command.args;
const { most } = command.opts<{ most: number }>();
const files = paths.length > 0 ? filesUnder(paths) : filesUnder(CHECKED);

const { problems, longish } = await proofread(files, most);
for (const { file, line, message } of problems) process.stderr.write(`${file}:${line}: ${message}\n`);
process.stdout.write(
  `${files.length} files, ${problems.length} problems, ${longish} sentences of more than ${GOOD_WORDS} words.\n`,
);
process.exitCode = problems.length > 0 ? 1 : 0;

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("expected a whole number above 0");
  return Number(text);
}
