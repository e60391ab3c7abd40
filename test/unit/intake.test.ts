// Protects what a run holds: one termination for all its messages, the older, and no message deleted that still stands for
// one.
import { expect } from "chai";
import { terminate } from "../../functions/terminate/run.ts";
import type { ReceivedMessage } from "../../shared/aws/sqs.ts";
import { type Held, merge } from "../../shared/intake.ts";
import { formatMonitorMessage } from "../../shared/monitor-message.ts";
import { settingsOf } from "../../shared/settings.ts";
import { type Memory, NO_MEMORY, type Termination } from "../../shared/termination.ts";
import { untouchablePorts } from "./ports.ts";

const termination = (change: Partial<Termination> = {}): Termination => ({
  instanceId: "i-0123456789abcdef0",
  group: "fleet",
  hook: "drain",
  token: undefined,
  since: 1_000,
  settings: settingsOf({}),
  memory: NO_MEMORY,
  ...change,
});
const held = (id: string, change: Partial<Termination> = {}, receipt = `${id}'s`): Held => ({
  termination: termination(change),
  messages: [{ id, receipt }],
});
const lookedAt: Memory = { ...NO_MEMORY, lookAt: 5_000, managedTargetGroups: ["arn:tg"] };

function merged(...arrivals: Held[]): Held[] {
  return merge(untouchablePorts().ports, arrivals);
}
const messages = (all: Held[]) => all.map((each) => each.messages.map(({ receipt }) => receipt));

describe("merging messages", () => {
  it("the older stays, with the messages of both", () => {
    const all = merged(held("a", { since: 2_000 }), held("b", { since: 1_000 }));
    expect(all.map((each) => each.termination.since)).to.deep.equal([1_000]);
    expect(messages(all)).to.deep.equal([["b's", "a's"]]);
  });

  it("of two that began together the one that is held stays", () => {
    expect(messages(merged(held("held"), held("new")))).to.deep.equal([["held's", "new's"]]);
  });

  it("what was seen of the instance is kept, whichever message has it", () => {
    for (const all of [
      merged(held("a"), held("b", { memory: lookedAt })),
      merged(held("a", { memory: lookedAt }), held("b")),
    ])
      expect(all.map((each) => each.termination.memory)).to.deep.equal([lookedAt]);
  });

  it("a message that was delivered twice stands there once, with its latest receipt", () => {
    expect(messages(merged(held("a", {}, "first"), held("a", {}, "second")))).to.deep.equal([["second"]]);
  });

  /** [why, the one, the other, how many are left] */
  const pairs: [string, Partial<Termination>, Partial<Termination>, number][] = [
    ["the same token", { token: "t" }, { token: "t" }, 1],
    ["a token that one does not have", { token: "t" }, {}, 1],
    ["another token: another lifecycle action", { token: "t" }, { token: "u" }, 2],
    ["another hook", {}, { hook: "backup" }, 2],
    ["another group", {}, { group: "other" }, 2],
    ["another instance", {}, { instanceId: "i-0fedcba9876543210" }, 2],
  ];
  for (const [why, one, other, count] of pairs) {
    it(`${why}: ${count === 1 ? "one drain" : "two"}`, () =>
      expect(merged(held("a", one), held("b", other))).to.have.lengthOf(count));
  }
});

describe("a run of terminate that receives a termination more than once", () => {
  /** Plays a run whose receives bring these, one batch each; the instance drains for as long as the run is. */
  async function play(...batches: [id: string, receipt: string][][]) {
    const { ports, lines } = untouchablePorts();
    let now = 0;
    const deleted: string[][] = [];
    const sent: string[] = [];
    const body = formatMonitorMessage(termination({ memory: { ...NO_MEMORY, lookAt: 70_000 } }));
    await terminate(
      { queue_name: "monitor" },
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

  it("deletes the duplicate at once, and the one that stands for the drain when that is handed over", async () => {
    expect(
      await play([
        ["a", "a's"],
        ["b", "b's"],
      ]),
    ).to.deep.equal([["b's"], ["handed over"], ["a's"]]);
    expect(await play([["a", "a's"]], [["b", "b's"]])).to.deep.equal([["b's"], ["handed over"], ["a's"]]);
  });

  it("deletes nothing before it hands over where SQS delivers the one message twice: a run that dies loses nothing", async () => {
    expect(await play([["a", "first"]], [["a", "second"]])).to.deep.equal([["handed over"], ["second"]]);
  });
});
