// Protects against Lambda's loop detection: invoked by an event source mapping, terminate touches nothing and gives every
// record back.
import { expect } from "chai";
import { terminate } from "../../functions/terminate/run.ts";
import { untouchablePorts } from "./ports.ts";

describe("terminate, invoked by an event source mapping", () => {
  it("returns every record as a failure, says why, and does not throw", async () => {
    const { ports, invocation, lines } = untouchablePorts();
    const Records = ["a", "b", "c"].map((messageId) => ({ messageId, eventSource: "aws:sqs", body: "{}" }));
    expect(await terminate({ Records }, ports, invocation)).to.deep.equal({
      batchItemFailures: [{ itemIdentifier: "a" }, { itemIdentifier: "b" }, { itemIdentifier: "c" }],
    });
    expect(lines).to.have.lengthOf(1);
    const [level, phrase, fields] = lines[0] ?? [];
    expect([level, phrase, fields?.records]).to.deep.equal([
      "error",
      "invoked by an event source mapping",
      3,
    ]);
  });
});
