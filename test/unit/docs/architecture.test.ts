// Protects the figures on docs/dev/architecture.md: how they are counted, and those of the revision before.
import { expect } from "chai";
import { BEFORE, BEFORE_AT } from "../../../docs/generate/architecture/before.ts";
import { arrowsBetween, MEASURED, measure, placeOf } from "../../../docs/generate/architecture/measure.ts";
import { walkText } from "../../../docs/generate/architecture/page.ts";
import { missedText, type Row } from "../../../docs/generate/architecture/rows.ts";
import { revision, type Source, sourceOf } from "../../../docs/generate/architecture/source.ts";

const of = (files: Record<string, string>): Source[] =>
  Object.entries(files).map(([path, text]) => sourceOf(path, text));

describe("the measures of the architecture", () => {
  it("count imports between folders, of types too, and pairs that import each other", () => {
    const { flatFiles, imports, twoWay } = measure(
      of({
        "shared/pass.ts": 'import { a } from "./rules/a.ts";\n',
        "shared/rules/a.ts": 'import type { B } from "../model/b.ts";\nimport { c } from "./c.ts";\n',
        "shared/rules/c.ts": 'import fs from "node:fs";\nexport const c = 1;\n',
        "shared/model/b.ts": 'export { c } from "../rules/c.ts";\n',
      }),
    );
    expect({ flatFiles, imports, twoWay }).to.deep.equal({ flatFiles: 1, imports: 3, twoWay: 1 });
  });

  it("count parameters, with those of arrow functions, and long functions, without arrow functions", () => {
    const lines = "  a();\n".repeat(38);
    const { manyParameters, longFunctions, functions } = measure(
      of({
        "functions/a.ts": [
          "function five(a, b, c, d, e) {}",
          "const arrow = (a, b, c, d, { e }) => a;",
          "function four(a, b, c, { d, e }) {}",
          `class A { long() {\n${lines}  } }`,
          `class B { longer() {\n${lines}\n  } }`,
          `const long = () => {\n${lines}\n};`,
        ].join("\n"),
      }),
    );
    expect({ manyParameters, longFunctions, functions }).to.deep.equal({
      manyParameters: 2,
      longFunctions: 1,
      functions: 4,
    });
  });

  for (const [text, count] of [
    ["const found = new Map<Thing, number>();", 1],
    ["type Found = ReadonlyMap<Thing, number>;", 1],
    ["const found: Set<Thing | undefined> = new Set();", 1],
    ["const found = new WeakMap<Other, number>();", 1],
    ["const found = new Map<Name, Thing>();", 0],
    ["const found = new Map<string, Thing>();", 0],
    ["const found: Thing[] = [];", 0],
  ] as const) {
    it(`find ${count} joins by object identity in ${text}`, () => {
      const types = 'type Thing = { a: 1 };\ntype Other = Thing & Name;\ntype Name = "a" | "b";\n';
      expect(measure(of({ "shared/a.ts": types + text })).joins).to.equal(count);
    });
  }

  it("count casts, and lines in functions/", () => {
    const { casts, handlerLines, lines } = measure(
      of({ "shared/a.ts": "const a = b as C;\n", "functions/b.ts": "const d = [1] as const;\n\n" }),
    );
    expect({ casts, handlerLines, lines }).to.deep.equal({ casts: 1, handlerLines: 2, lines: 3 });
  });

  it("draw a file that is in no folder by its own name", () => {
    const sources = of({
      "shared/pass.ts": 'import "./rules/a.ts";\nimport "./rules/b.ts";\n',
      "shared/rules/a.ts": "",
    });
    expect(arrowsBetween(sources, placeOf)).to.deep.equal([
      { from: "shared/pass.ts", to: "shared/rules", count: 2 },
    ]);
  });

  it(`are those that were written down of ${BEFORE_AT}, where this clone has it`, function () {
    const sources = revision(BEFORE_AT, MEASURED);
    if (sources === undefined) return this.skip();
    expect(measure(sources)).to.deep.equal(BEFORE);
  });

  it("come with a walk in which a file that is gone is an error", () => {
    expect(walkText([{ file: "package.json", what: "Is there." }])).to.equal(
      "1. [package.json](../../package.json) Is there.",
    );
    expect(() => walkText([{ file: "shared/gone.ts", what: "Is not." }])).to.throw(
      "there is no shared/gone.ts",
    );
  });

  describe("and their aims", () => {
    const joins = { name: "joins", aim: "0", textOf: () => "36", isMet: () => false };
    const met: Row = { ...joins, name: "met", isMet: () => true };

    it("an aim that is missed has its reason, one that is met has none to give", () => {
      const missed: Row = { ...joins, why: "There are good ones." };
      expect(missedText(BEFORE, [missed, met])).to.equal("- Joins: There are good ones.");
    });

    it("an aim that is missed without a reason is an error", () => {
      expect(() => missedText(BEFORE, [met, joins])).to.throw(
        "joins: 36, the aim is 0, and no reason is given",
      );
      // What the code was before has joins by identity, for which there is no excuse.
      expect(() => missedText(BEFORE)).to.throw("and no reason is given");
    });
  });

  it("are not made up of a revision that is not there", () => {
    expect(revision("no-such-revision", MEASURED)).to.equal(undefined);
  });
});
