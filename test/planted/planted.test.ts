// Protects the list of planted bugs from naming tests that are not there any more: `npm run planted`, which would see it too,
// takes minutes, and is run by hand.
import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { fileOfFinder } from "./bug.ts";
import { BUGS } from "./bugs.ts";

type Listed = { readonly fullTitle: string; readonly file: string };

/** The tests of some files, which mocha lists without running them. */
function testsIn(files: readonly string[]): Listed[] {
  const mocha = ["--import", "tsx", "node_modules/mocha/bin/mocha.js", "--no-config"];
  const how = ["--require", "./test/setup.ts", "--dry-run", "--reporter", "json"];
  const listed = execFileSync(process.execPath, [...mocha, ...how, ...files], {
    encoding: "utf8",
    maxBuffer: 100_000_000,
  });
  return (JSON.parse(listed) as { tests: Listed[] }).tests;
}

describe("planted bugs are found by tests that are there", () => {
  let tests: Listed[] = [];
  before(() => {
    tests = testsIn([...new Set(BUGS.map(({ foundBy }) => fileOfFinder(foundBy)))]);
  });

  for (const { what, foundBy } of BUGS) {
    it(what, () => {
      const named = tests.filter(
        ({ file, fullTitle }) =>
          file.endsWith(fileOfFinder(foundBy)) && fullTitle.endsWith(` ${foundBy.test}`),
      );
      expect(named, foundBy.test).to.have.lengthOf(1);
    });
  }
});
