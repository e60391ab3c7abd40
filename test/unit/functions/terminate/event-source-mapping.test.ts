// Protects terminate from an event source mapping: it would feed its own queue, and Lambda's loop detection would cut it off. It
// touches nothing and gives every record back.
import { expect } from "chai";
import { terminate } from "../../../../functions/terminate/terminate.ts";
import { untouchablePorts } from "../../shared/fake-ports.ts";
import { eventOf } from "../sqs-event.ts";

describe("terminate, invoked by an event source mapping", () => {
  it("returns every record as a failure, says why, and does not throw", async () => {
    const { ports, invocation, lines } = untouchablePorts();
    expect(await terminate(eventOf(["{}", "{}", "{}"]), ports, invocation)).to.deep.equal({
      batchItemFailures: [{ itemIdentifier: "m0" }, { itemIdentifier: "m1" }, { itemIdentifier: "m2" }],
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
