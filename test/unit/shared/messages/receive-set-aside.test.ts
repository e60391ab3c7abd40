// Protects messages that cannot be read: none is lost, each goes to the dead-letter queue with its reason, and the log says where it is.
import { expect } from "chai";
import type { AwsCallError } from "../../../../shared/base/errors.ts";
import { setAside } from "../../../../shared/messages/receive.ts";
import { Run } from "../../../../shared/run/run.ts";
import { thrownBy } from "../../thrown.ts";
import { failure } from "../act/carrying-out.ts";
import { untouchablePorts } from "../fake-ports.ts";

const message = { id: "m1", receipt: "r1", body: "no JSON", sentAt: 0 };
const unreadable = [{ message, reason: "expected JSON" }];

/** Sets one aside; `sends` are the answers to what is sent, an error being thrown. */
async function play(
  { deadLetters = "dead", sends = [] }: { deadLetters?: string | undefined | AwsCallError; sends?: Error[] },
  these: typeof unreadable = unreadable,
  until = Number.POSITIVE_INFINITY,
) {
  const { ports: untouchable, lines } = untouchablePorts();
  const asked: unknown[] = [];
  let now = 0;
  const ports = {
    ...untouchable,
    queues: {
      ...untouchable.queues,
      deadLetterQueue: async () => {
        if (deadLetters instanceof Error) throw deadLetters;
        return deadLetters === "none" ? undefined : deadLetters;
      },
      sendWithReason: async (queue: string, body: string, reason: string | undefined) => {
        now += 1;
        asked.push(["send", queue, body, reason]);
        const error = sends.shift();
        if (error) throw error;
      },
      delete: async (queue: string, receipts: readonly string[]) => {
        asked.push(["delete", queue, ...receipts]);
        return { done: receipts, failed: [] };
      },
    },
  };
  const run = new Run({ ...ports, now: () => now }, until);
  const aside = (await setAside(run, "monitor", these)).map(({ id }) => id);
  const logged = lines.filter(([, phrase]) => phrase === "message cannot be read");
  return { aside, asked, logged, run };
}
const says = (fields: object) => [
  [
    "error",
    "message cannot be read",
    { queue: "monitor", message_id: "m1", reason: "expected JSON", ...fields },
  ],
];

describe("a message that cannot be read", () => {
  it("goes to the dead-letter queue with its reason, and only then out of its own", async () => {
    const { aside, asked, logged, run } = await play({});
    expect(asked).to.deep.equal([
      ["send", "dead", "no JSON", "expected JSON"],
      ["delete", "monitor", "r1"],
    ]);
    expect(aside).to.deep.equal(["m1"]);
    expect(logged).to.deep.equal(says({ moved_to: "dead" }));
    expect(run.hasFailures).to.equal(false);
  });

  it("stays where it is where there is no dead-letter queue", async () => {
    const { aside, asked, logged, run } = await play({ deadLetters: "none" });
    expect([aside, asked]).to.deep.equal([[], []]);
    expect(logged).to.deep.equal(says({ left: "in the queue, which has no dead-letter queue" }));
    expect(run.hasFailures).to.equal(false);
  });

  it("stays where it is where the dead-letter queue cannot be asked for, which is noted", async () => {
    const { asked, logged, run } = await play({ deadLetters: failure("denied") });
    expect(asked).to.deep.equal([]);
    expect(logged).to.deep.equal(says({ left: "in the queue" }));
    expect(run.hasFailures).to.equal(true);
  });

  it("stays where it is where it could not be sent, which is noted", async () => {
    const { aside, asked, logged, run } = await play({ sends: [failure("throttled")] });
    expect(aside).to.deep.equal([]);
    expect(asked).to.deep.equal([["send", "dead", "no JSON", "expected JSON"]]);
    expect(logged).to.deep.equal(says({ left: "in the queue" }));
    expect(run.hasFailures).to.equal(true);
  });

  it("goes without its reason where SQS refuses it with one: it may be as large as SQS allows", async () => {
    const { asked, logged } = await play({ sends: [failure("wrong")] });
    expect(asked).to.deep.equal([
      ["send", "dead", "no JSON", "expected JSON"],
      ["send", "dead", "no JSON", undefined],
      ["delete", "monitor", "r1"],
    ]);
    expect(logged).to.deep.equal(says({ moved_to: "dead" }));
  });

  it("has a reason of a thousand characters at the most, and of those that SQS takes", async () => {
    const reasonOf = async (reason: string) => {
      const [sent] = (await play({}, [{ message, reason }])).asked as unknown[][];
      return sent?.[3];
    };
    expect(await reasonOf("x".repeat(1_001))).to.equal("x".repeat(1_000));
    expect(await reasonOf("a\tb\nc\rd e\uFFFD😀")).to.equal("a\tb\nc\rd e\uFFFD😀");
    expect(await reasonOf("\u0000a\u001Fb\uFFFEc\uD800")).to.equal("?a?b?c?");
  });

  it("of which there are none asks for nothing", async () => {
    const { aside, run } = await play({ deadLetters: failure("denied") }, []);
    expect([aside, run.hasFailures]).to.deep.equal([[], false]);
  });

  it("stays where it is where time runs out before it is its turn, which is noted", async () => {
    const two = ["m1", "m2"].map((id) => ({ message: { ...message, id }, reason: "expected JSON" }));
    const { aside, run } = await play({}, two, 1);
    expect(aside).to.deep.equal(["m1"]);
    expect(run.hasFailures).to.equal(true);
  });

  it("does not hide a fault of ours", async () => {
    expect(await thrownBy(() => play({ sends: [new Error("a fault")] }))).to.equal("Error: a fault");
  });
});
