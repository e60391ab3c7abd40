// Protects the queue in memory: to terminate it is what one in SQS is.
import { expect } from "chai";
import { MEMORY_ROLE_ID, MemoryQueue } from "../../../../cli/run/memory-queue.ts";
import { createLog } from "../../../../shared/base/log.ts";
import { isSentByRole, readSenderRoleIds } from "../../../../shared/run/sender-role-ids.ts";

function made() {
  let now = 1_000_000;
  const queue = new MemoryQueue({
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  });
  return { queue, at: () => now - 1_000_000, pass: (seconds: number) => (now += seconds * 1_000) };
}
const bodies = (...all: string[]) => all.map((body) => ({ body }));
const bodiesOf = (messages: readonly { readonly body: string }[]) => messages.map(({ body }) => body);

describe("the queue in memory", () => {
  it("brings up to ten messages at once, in their order", async () => {
    const { queue, at } = made();
    await queue.send("q", bodies(..."abcdefghijkl"));
    expect(bodiesOf(await queue.receive("q", 5))).to.deep.equal([..."abcdefghij"]);
    expect(bodiesOf(await queue.receive("q", 5))).to.deep.equal(["k", "l"]);
    expect(at()).to.equal(0);
  });

  it("waits for a message as long as it is told, and no longer", async () => {
    const { queue, at } = made();
    expect(await queue.receive("q", 5)).to.deep.equal([]);
    expect(at()).to.equal(5_000);
  });

  it("hides a message until its delay is over, and wakes for it", async () => {
    const { queue, at } = made();
    await queue.send("q", bodies("a"), 3);
    expect(bodiesOf(await queue.receive("q", 5))).to.deep.equal(["a"]);
    expect(at()).to.equal(3_000);
  });

  it("shows what a run did not delete again in the next run, and not before", async () => {
    const { queue } = made();
    await queue.send("q", bodies("a", "b"));
    const [first] = await queue.receive("q", 0);
    await queue.delete("q", [first?.receipt ?? ""]);
    expect(await queue.receive("q", 20)).to.deep.equal([]);
    queue.beginRun();
    expect(bodiesOf(await queue.receive("q", 0))).to.deep.equal(["b"]);
    expect(queue.size).to.equal(1);
  });

  it("counts what the run has received and not deleted", async () => {
    const { queue } = made();
    await queue.send("q", bodies("a", "b", "c"));
    expect(await queue.messagesInFlight()).to.equal(0);
    const [first] = await queue.receive("q", 0);
    expect(await queue.messagesInFlight()).to.equal(3);
    await queue.delete("q", [first?.receipt ?? ""]);
    expect(await queue.messagesInFlight()).to.equal(2);
    queue.beginRun();
    expect(await queue.messagesInFlight()).to.equal(0);
  });

  it("says that this process sent them, in words that terminate takes for a role's id", async () => {
    const { queue } = made();
    await queue.send("q", bodies("a"));
    const [message] = await queue.receive("q", 0);
    const roles = readSenderRoleIds(
      "terminate",
      MEMORY_ROLE_ID,
      createLog("terminate", "1", () => {}),
    );
    expect(isSentByRole(message?.senderId, roles ?? new Set())).to.equal(true);
  });

  it("has no dead letters: nothing unreadable can be in it", async () =>
    expect(await made().queue.deadLetterQueue()).to.equal(undefined));
});
