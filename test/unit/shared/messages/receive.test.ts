// Protects how a queue is received from: for as long as there is more, and room and time for it.
import { expect } from "chai";
import type { ReceivedMessage } from "../../../../shared/aws/sqs.ts";
import type { AwsCallError } from "../../../../shared/base/errors.ts";
import { deleteAll, receive, receiveAll } from "../../../../shared/messages/receive.ts";
import { Run } from "../../../../shared/run/run.ts";
import { failure } from "../act/carrying-out.ts";
import { untouchablePorts } from "../fake-ports.ts";

/**
 * Receives batches of so many messages, or failures, into room for so many messages and as many bytes. Each takes a second, and
 * `until` is when time is out.
 */
async function play(
  how: typeof receive | typeof receiveAll,
  batches: (number | AwsCallError)[],
  room = Number.POSITIVE_INFINITY,
  until = Number.POSITIVE_INFINITY,
  body = "",
) {
  const { ports: untouchable } = untouchablePorts();
  let now = 0;
  let last = 0;
  const asked: [string, number][] = [];
  const ports = {
    ...untouchable,
    queues: {
      ...untouchable.queues,
      receive: async (queue: string, waitSeconds: number) => {
        asked.push([queue, waitSeconds]);
        now += 1_000;
        const next = batches.shift() ?? 0;
        if (typeof next !== "number") throw next;
        return Array.from({ length: next }, (): ReceivedMessage => {
          last += 1;
          return { id: `m${last}`, receipt: `r${last}`, body, sentAt: 0 };
        });
      },
    },
  };
  const run = new Run({ ...ports, now: () => now }, until);
  const rooms = { messages: room, bytes: room };
  const answer =
    how === receive
      ? await receive(run, "monitor", 5, rooms)
      : await receiveAll(run, "monitor", { first: 5, more: 2 }, rooms);
  const { messages, ...end } = "messages" in answer ? answer : { messages: answer };
  return { asked, end, ids: messages.map(({ id }) => id), run };
}
const ids = (count: number) => Array.from({ length: count }, (_, i) => `m${i + 1}`);

describe("a receive", () => {
  it("goes on while it comes back full; only the first waits long", async () => {
    const { asked, end, ids: got } = await play(receive, [10, 10, 3, 7]);
    expect(asked).to.deep.equal([
      ["monitor", 5],
      ["monitor", 1],
      ["monitor", 1],
    ]);
    expect(got).to.deep.equal(ids(23));
    expect(end).to.deep.equal({ failed: false, isDry: false });
  });

  it("that brings nothing found the queue dry", async () => {
    expect((await play(receive, [0])).end).to.deep.equal({ failed: false, isDry: true });
    expect((await play(receive, [10, 0])).end).to.deep.equal({ failed: false, isDry: true });
  });

  it("ends where there is no more room, or no more time", async () => {
    expect((await play(receive, [10, 10, 10], 20)).ids).to.deep.equal(ids(20));
    expect((await play(receive, [10, 10, 10], 21)).ids).to.deep.equal(ids(30));
    expect((await play(receive, [10, 10, 10], 100, 6_000)).ids).to.deep.equal(ids(20));
  });

  it("ends where the bodies have as many bytes as a run holds, however few they are", async () => {
    const noLimit = Number.POSITIVE_INFINITY;
    expect((await play(receive, [10, 10, 10], 40, noLimit, "üü")).ids).to.deep.equal(ids(10));
    expect((await play(receive, [10, 10, 10], 41, noLimit, "üü")).ids).to.deep.equal(ids(20));
    expect((await play(receiveAll, [5, 10, 10], 41, noLimit, "üü")).ids).to.deep.equal(ids(15));
    expect((await play(receiveAll, [5, 5, 5], 40, noLimit, "üü")).ids).to.deep.equal(ids(10));
  });

  it("that fails keeps what came before, and is noted", async () => {
    const { end, ids: got, run } = await play(receive, [10, failure("throttled"), 10]);
    expect(got).to.deep.equal(ids(10));
    expect(end).to.deep.equal({ failed: true, isDry: false });
    expect(run.hasFailures).to.equal(true);
  });
});

describe("receiving all", () => {
  it("goes on until a receive brings nothing, though some come back half full", async () => {
    const { asked, ids: got } = await play(receiveAll, [10, 4, 3, 0, 5]);
    expect(got).to.deep.equal(ids(17));
    expect(asked.map(([, waitSeconds]) => waitSeconds)).to.deep.equal([5, 1, 2, 2]);
  });

  it("ends with a failure, where there is no more room, or no more time", async () => {
    expect((await play(receiveAll, [4, failure("denied"), 5])).ids).to.deep.equal(ids(4));
    expect((await play(receiveAll, [4, 6, 5], 10)).ids).to.deep.equal(ids(10));
    expect((await play(receiveAll, [4, 6, 5], 11)).ids).to.deep.equal(ids(15));
    expect((await play(receiveAll, [4, 6, 5], 100, 6_000)).ids).to.deep.equal(ids(10));
  });

  it("hands on how much room is left: a queue that fills up faster does not fill the run", async () => {
    expect((await play(receiveAll, [4, 10, 10, 10], 14)).ids).to.deep.equal(ids(14));
  });
});

describe("deleting messages", () => {
  const messages = [
    { id: "a", receipt: "a's" },
    { id: "b", receipt: "b's" },
  ];
  async function deleted(these: typeof messages) {
    const { ports: untouchable, lines } = untouchablePorts();
    const asked: unknown[] = [];
    const ports = {
      ...untouchable,
      queues: {
        ...untouchable.queues,
        delete: async (queue: string, receipts: readonly string[]) => {
          asked.push([queue, receipts]);
          return { done: ["a's"], failed: [{ item: "b's", reason: "InternalError: try again" }] };
        },
      },
    };
    const run = new Run(ports, Number.POSITIVE_INFINITY);
    await deleteAll(run, "monitor", these);
    return { asked, lines, run };
  }

  it("names their receipts, and notes what stays", async () => {
    const { asked, lines, run } = await deleted(messages);
    expect(asked).to.deep.equal([["monitor", ["a's", "b's"]]]);
    expect(lines).to.deep.equal([
      ["error", "message not deleted", { queue: "monitor", reason: "InternalError: try again" }],
    ]);
    expect(run.hasFailures).to.equal(true);
  });

  it("calls nothing where there are none", async () => {
    expect((await deleted([])).asked).to.deep.equal([]);
  });
});
