// Prints what a mutation run showed. The exit status is 1 where it is not good enough.
import { readFileSync } from "node:fs";
import { allowClosedPipes } from "../../cli/closed-pipes.ts";
import { EQUIVALENTS } from "./equivalents.ts";
import { judge, type Report, type Tally } from "./judge.ts";

allowClosedPipes();

const report = JSON.parse(readFileSync("reports/mutation.json", "utf8")) as Report;
const { files, all, rules, kinds, equivalent, unnamed, inVain, passed } = judge(
  report,
  EQUIVALENTS.flatMap(([, each]) => each),
);
const rowOf = (name: string, { mutants, killed, timedOut, survived, noCoverage, score }: Tally) =>
  [
    name.padEnd(36),
    ...[mutants, killed, timedOut, survived, noCoverage].map((each) => String(each).padStart(13)),
    `${score.toFixed(2)} %`.padStart(13),
  ].join("");
const head = ["mutants", "killed", "timed out", "survived", "not reached", "score"];
const lines = [
  ["file".padEnd(36), ...head.map((each) => each.padStart(13))].join(""),
  ...files.map(({ file, tally }) => rowOf(file, tally)),
  rowOf("all", all),
  ...(rules.mutants > 0 ? [rowOf("of these, the rules", rules)] : []),
  `survived or not reached, by kind: ${kinds.map(([kind, count]) => `${count} ${kind}`).join(", ") || "none"}`,
  ...unnamed.map((each) => `SURVIVED, AND NOT NAMED ${each}`),
  ...inVain.map((each) => `NAMED, AND DID NOT SURVIVE ${each}`),
  ...(rules.mutants > 0 ? [`the rules: ${equivalent} equivalent, ${unnamed.length} survived`] : []),
  passed ? "passed" : "failed",
];
process.stdout.write(`\n${lines.join("\n")}\n`);
process.exitCode = passed ? 0 : 1;
