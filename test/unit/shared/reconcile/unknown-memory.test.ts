// Protects that an operator learns of a memory that a later version wrote: one line a drain, and what of it is lost.
import { expect } from "chai";
import { TrackedTerminations } from "../../../../shared/reconcile/tracked-terminations.ts";
import { Run } from "../../../../shared/run/run.ts";
import { untouchablePorts } from "../fake-ports.ts";
import { OURS } from "../rules/builders.ts";

const bodyOf = (memory: object) =>
  JSON.stringify({
    version: 1,
    instance_id: "i-0123456789abcdef0",
    auto_scaling_group: "fleet",
    life_cycle_hook_name: "drain",
    memory,
  });

async function received(...memories: object[]) {
  const { ports: untouchable, lines } = untouchablePorts();
  const messages = memories.map((memory, i) => ({
    id: `m${i}`,
    receipt: `r${i}`,
    body: bodyOf(memory),
    sentAt: 0,
  }));
  const ports = { ...untouchable, queues: { ...untouchable.queues, receive: async () => messages } };
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  const tracked = new TrackedTerminations(run, {
    queue: "monitor",
    keys: undefined,
    dryRun: false,
    ours: OURS,
    hasQueueNameAlone: false,
    senderRoleIds: undefined,
  });
  await tracked.receive(1);
  return { lines, tracked: tracked.tracked.map(({ termination }) => termination.memory) };
}
const drain = {
  instance_id: "i-0123456789abcdef0",
  auto_scaling_group: "fleet",
  lifecycle_hook_name: "drain",
};

describe("a memory that a later version wrote", () => {
  it("is told of in one line, and goes on with the drain", async () => {
    const { lines, tracked } = await received({ failures: 2, moon: "full", tide: 7 });
    expect(lines).to.deep.equal([["info", "unknown memory kept", { ...drain, keys: ["moon", "tide"] }]]);
    expect(tracked[0]).to.deep.include({ failures: 2, ofLaterVersion: { moon: "full", tide: 7 } });
  });

  it("is told of with what there is no room for", async () => {
    const { lines } = await received({ moon: "x".repeat(2_000) });
    expect(lines).to.deep.equal([
      ["info", "unknown memory kept", { ...drain, keys: [], dropped_keys: ["moon"] }],
    ]);
  });

  it("is told of once a drain, by the run that has it first", async () => {
    const { tracked } = await received({ moon: 1 });
    const said = tracked[0]?.logged;
    expect(said).to.have.lengthOf(1);
    expect((await received({ moon: 1, said })).lines).to.deep.equal([]);
    expect((await received({ tide: 1, said })).lines).to.have.lengthOf(1);
  });

  it("is told of for each message that has some, and for no other", async () => {
    const { lines } = await received(
      { moon: 1 },
      { failures: 1, waiting_for: "2 tasks RUNNING" },
      { tide: 2 },
    );
    const told = lines.filter(([, phrase]) => phrase === "unknown memory kept");
    expect(told.map(([, , { keys }]) => keys)).to.deep.equal([["moon"], ["tide"]]);
  });
});
