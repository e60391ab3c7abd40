// Protects what a mutation run is judged by: its limits, and that a name excuses the one mutant that it names.
import { expect } from "chai";
import { type Equivalent, judge, type Report } from "./judge.ts";

const SOURCE = "const a = 1;\nreturn a > 0;\n";
const mutant = (status: string, replacement = "true", mutatorName = "ConditionalExpression") => ({
  status,
  mutatorName,
  replacement,
  location: { start: { line: 2, column: 8 }, end: { line: 2, column: 13 } },
});
const mutants = (killed: number, survived: number) => [
  ...Array.from({ length: killed }, () => mutant("Killed")),
  ...Array.from({ length: survived }, () => mutant("Survived")),
];
const report = (
  files: Record<string, ReturnType<typeof mutant>[]>,
  mutate: readonly string[] = ["shared/**/*.ts"],
): Report => ({
  files: Object.fromEntries(
    Object.entries(files).map(([file, each]) => [file, { source: SOURCE, mutants: each }]),
  ),
  config: { mutate },
});
const name: Equivalent = ["draining.ts", "a >", "true"];

describe("a mutation run", () => {
  it("passes at 96 percent, and not below", () => {
    expect(judge(report({ "shared/act/carry-out.ts": mutants(24, 1) }), [])).to.deep.include({
      passed: true,
    });
    expect(judge(report({ "shared/act/carry-out.ts": mutants(1919, 81) }), [])).to.deep.include({
      passed: false,
    });
  });

  it("counts what timed out as killed, what no test reaches as survived, and what does not compile not at all", () => {
    const each = ["Killed", "Timeout", "Survived", "NoCoverage", "CompileError"].map((status) =>
      mutant(status),
    );
    expect(judge(report({ "shared/act/carry-out.ts": each }), []).all).to.deep.equal({
      mutants: 5,
      killed: 1,
      timedOut: 1,
      survived: 1,
      noCoverage: 1,
      score: 50,
    });
  });

  it("is told by file, the worst first", () => {
    const files = {
      "shared/act/carry-out.ts": mutants(2, 0),
      "shared/run/run.ts": mutants(1, 1),
      "shared/base/log.ts": [],
    };
    expect(judge(report(files), []).files.map(({ file, tally }) => [file, tally.score])).to.deep.equal([
      ["shared/run/run.ts", 50],
      ["shared/act/carry-out.ts", 100],
      ["shared/base/log.ts", 100],
    ]);
  });

  it("tells what survived by kind, the most first", () => {
    const each = [
      mutant("Killed", "a", "Regex"),
      mutant("Survived", "a", "StringLiteral"),
      mutant("Survived"),
      mutant("NoCoverage"),
    ];
    expect(judge(report({ "shared/act/carry-out.ts": each }), []).kinds).to.deep.equal([
      ["ConditionalExpression", 2],
      ["StringLiteral", 1],
    ]);
  });

  it("fails for one survivor of the rules that is not named, whatever the score", () => {
    const files = { "shared/rules/draining.ts": mutants(99, 1), "shared/act/carry-out.ts": mutants(900, 1) };
    const judged = judge(report(files), []);
    expect(judged.passed).to.equal(false);
    expect(judged.unnamed).to.deep.equal(["shared/rules/draining.ts:2:8\n  a > 0\n  true"]);
    expect([judged.rules.mutants, judged.rules.score]).to.deep.equal([100, 99]);
    expect(judge(report(files), [name])).to.deep.include({ passed: true, equivalent: 1, unnamed: [] });
  });

  it("takes a name for one mutant, of its own file, text and replacement", () => {
    const unnamed = (files: Record<string, ReturnType<typeof mutant>[]>) =>
      judge(report(files), [name]).unnamed.length;
    expect(unnamed({ "shared/rules/draining.ts": mutants(99, 2) })).to.equal(1);
    expect(unnamed({ "shared/rules/dead-instance.ts": mutants(99, 1) })).to.equal(1);
    expect(unnamed({ "shared/rules/draining.ts": [mutant("NoCoverage", "false")] })).to.equal(1);
    expect(
      judge(report({ "shared/rules/draining.ts": mutants(99, 1) }), [["draining.ts", "b >", "true"]]).unnamed,
    ).to.have.lengthOf(1);
  });

  it("fails for a name that no survivor bears, of a file that was run whole", () => {
    const killed = { "shared/rules/draining.ts": mutants(1, 0) };
    expect(judge(report(killed), [name])).to.deep.include({
      passed: false,
      inVain: ["shared/rules/draining.ts\n  a >\n  true"],
    });
    expect(judge(report({ "shared/rules/dead-instance.ts": mutants(1, 0) }), [name]).passed).to.equal(true);
    expect(judge(report(killed, ["shared/rules/draining.ts:1-2"]), [name]).passed).to.equal(true);
  });
});
