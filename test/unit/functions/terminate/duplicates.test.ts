// Protects the messages of what a run tracks: none is deleted that still stands for a termination.
import { expect } from "chai";
import { terminate } from "../../../../functions/terminate/terminate.ts";
import type { ReceivedMessage } from "../../../../shared/aws/sqs.ts";
import { formatMonitorMessage } from "../../../../shared/messages/monitor-message.ts";
import { NO_MEMORY } from "../../../../shared/model/memory.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { untouchablePorts } from "../../shared/fake-ports.ts";
import { termination as plain } from "../../shared/rules/builders.ts";

const termination = (change: Partial<Termination> = {}): Termination => ({
  ...plain({}, { instanceId: "i-0123456789abcdef0", since: 1_000 }),
  memory: NO_MEMORY,
  ...change,
});
describe("a run of terminate that receives a termination more than once", () => {
  /** Plays a run whose receives bring these, one batch each; the instance drains for as long as the run is. */
  async function play(...batches: [id: string, receipt: string][][]) {
    const { ports, lines } = untouchablePorts();
    let now = 0;
    const deleted: string[][] = [];
    const sent: string[] = [];
    const body = formatMonitorMessage(termination({ memory: { ...NO_MEMORY, nextPassAt: 70_000 } }));
    await terminate(
      { queue_name: "monitor", sweep_minutes: 0 },
      {
        ...ports,
        now: () => now,
        queues: {
          ...ports.queues,
          receive: async (_, waitSeconds) => {
            const batch = batches.shift();
            if (!batch) now += waitSeconds * 1_000;
            return (batch ?? []).map(([id, receipt]): ReceivedMessage => ({ id, receipt, body, sentAt: 0 }));
          },
          delete: async (_, receipts) => {
            deleted.push([...receipts]);
            return { done: receipts, failed: [] };
          },
          send: async (_, all) => {
            sent.push(...all.map((each) => each.body));
            deleted.push(["handed over"]);
            return { done: all, failed: [] };
          },
        },
      },
      { requestId: "test", remainingMilliseconds: () => 90_000 - now },
    );
    expect(sent).to.deep.equal([body]);
    expect(lines.filter(([, phrase]) => phrase === "handed over")).to.have.lengthOf(1);
    return deleted;
  }

  it("deletes no duplicate before the drain is handed over: each may know what the others do not", async () => {
    expect(
      await play([
        ["a", "a's"],
        ["b", "b's"],
      ]),
    ).to.deep.equal([["handed over"], ["a's", "b's"]]);
    expect(await play([["a", "a's"]], [["b", "b's"]])).to.deep.equal([["handed over"], ["a's", "b's"]]);
  });

  it("deletes nothing before it hands over where SQS delivers the one message twice: a run that dies loses nothing", async () => {
    expect(await play([["a", "first"]], [["a", "second"]])).to.deep.equal([["handed over"], ["second"]]);
  });
});
