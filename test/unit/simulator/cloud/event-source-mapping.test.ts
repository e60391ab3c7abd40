// Protects the simulated Lambda's reading of a partial batch response: what AWS would take for a failure must not pass for
// a success here, or a function that answers wrongly would lose messages on AWS alone.
import { expect } from "chai";
import { givenBack } from "../../../../simulator/cloud/event-source-mapping.ts";

const BATCH = ["a", "b", "c"];
const failures = (...identifiers: unknown[]) => ({
  batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
});

/** [what the function answers, in words; its answer; what it gives back] */
const answers: [string, unknown, readonly string[]][] = [
  ["nothing", undefined, []],
  ["null", null, []],
  ["an empty object", {}, []],
  ["an empty list", { batchItemFailures: [] }, []],
  ["null for a list", { batchItemFailures: null }, []],
  ["one of the batch", failures("b"), ["b"]],
  ["one of the batch, twice", failures("b", "b"), ["b"]],
  ["all of the batch", failures("c", "b", "a"), BATCH],
  ["a text", "ok", BATCH],
  ["no list", { batchItemFailures: "b" }, BATCH],
  ["an id that is not in the batch, beside one that is", failures("b", "d"), BATCH],
  ["an empty id", failures(""), BATCH],
  ["null for an id", failures(null), BATCH],
  ["ids under another key", { batchItemFailures: [{ messageId: "b" }] }, BATCH],
  ["ids alone", { batchItemFailures: ["b"] }, BATCH],
];

describe("the simulated event source mapping", () => {
  for (const [what, answer, expected] of answers) {
    it(`is answered ${what}: gives back ${expected.length === 0 ? "none" : expected.join(", ")}`, () => {
      expect([...givenBack(answer, BATCH)]).to.have.members(expected);
    });
  }
});
