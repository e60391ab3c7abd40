// Protects how mocha is called by hand: it runs the files that it is given, and no others.
import { execFileSync } from "node:child_process";
import { expect } from "chai";

const FILE = "test/unit/shared/base/batches.test.ts";

/** The files of the tests that mocha would run. */
function filesOf(...args: string[]): Set<string> {
  const output = execFileSync("npx", ["mocha", "--dry-run", "--reporter", "json", ...args], {
    encoding: "utf8",
    maxBuffer: 64 * 1_024 * 1_024,
  });
  const { tests }: { tests: { file: string }[] } = JSON.parse(output.slice(output.indexOf("{")));
  return new Set(tests.map(({ file }) => file.slice(file.indexOf("test/unit/"))));
}

describe("npx mocha", () => {
  it("with a file runs that file alone", () => {
    expect([...filesOf(FILE)]).to.deep.equal([FILE]);
  });
});
