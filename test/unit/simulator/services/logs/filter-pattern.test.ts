// Protects what a filter pattern of CloudWatch Logs matches: one that is not understood must never match by chance.
import { expect } from "chai";
import { matcherOf } from "../../../../../simulator/services/logs/filter-pattern.ts";
import { NotSimulated } from "../../../../../simulator/wire/errors.ts";

const LINE = JSON.stringify({ message: "waiting", instance_id: "i-1", n: { seconds: 5 }, said: 'a "b"' });

const rows: [pattern: string, line: string, matches: boolean][] = [
  ["", "anything", true],
  ["waiting", LINE, true],
  ["waiting i-1", LINE, true],
  ["waiting i-2", LINE, false],
  ['"run started"', "a run started here", true],
  ['"run started"', "started a run", false],
  ['?"run started" ?i-1', LINE, true],
  ['?"run started" ?i-2', LINE, false],
  ['{ $.instance_id = "i-1" }', LINE, true],
  ['{ $.instance_id = "i-2" }', LINE, false],
  ['{ $.instance_id != "i-2" }', LINE, true],
  ["{ $.instance_id = i-* }", LINE, true],
  ['{ $.said = "a \\"b\\"" }', LINE, true],
  ["{ $.n.seconds = 5 }", LINE, true],
  ["{ $.n.seconds.more = 5 }", LINE, false],
  ['{ $.message = "waiting" && $.instance_id = "i-1" }', LINE, true],
  ['{ $.message = "waiting" && $.instance_id = "i-2" }', LINE, false],
  ['{ $.nothing != "x" }', LINE, false],
  ['{ $.message = "waiting" }', "waiting", false],
  ['{ $.message = "waiting" }', "null", false],
];

describe("a filter pattern", () => {
  for (const [pattern, line, matches] of rows)
    it(`${pattern || "without text"} ${matches ? "matches" : "does not match"} ${line}`, () => {
      expect(matcherOf(pattern)(line)).to.equal(matches);
    });

  for (const pattern of [
    "?one other",
    "[a, b]",
    "{ $.n > 5 }",
    "{ $.a = 1 || $.b = 2 }",
    "%regex%",
    "{ $.a = 1 &&",
  ])
    it(`${pattern} is refused, since it is not simulated`, () => {
      expect(() => matcherOf(pattern)).to.throw();
    });

  it("says what it refuses", () => {
    expect(() => matcherOf("{ $.n > 5 }")).to.throw(NotSimulated, "the filter pattern  $.n > 5 ");
  });
});
