// Protects a drain from what others write into its memory: each field of it counts, or none does, by who sent the message.
import { expect } from "chai";
import { MEMORY_FIELDS } from "../../../../shared/messages/memory.ts";
import { formatMonitorMessage, parseMonitorMessage } from "../../../../shared/messages/monitor-message.ts";
import { withTrustedMemory } from "../../../../shared/messages/trusted-memory.ts";
import { type Memory, NO_MEMORY } from "../../../../shared/model/memory.ts";
import type { SenderRoleIds } from "../../../../shared/run/sender-role-ids.ts";
import { randomSource } from "../../../../simulator/kernel/random.ts";
import { untouchableRun } from "../fake-ports.ts";
import { SINCE, termination } from "../rules/builders.ts";
import { drawnMemory } from "./drawn-memory.ts";

const OURS = "AROAEXAMPLEROLEIDAAA1";
const ROLES = new Set([OURS]);
const THEIRS = "AROASOMEBODYELSEXXXX1:tool";
const drain = {
  instance_id: "i-0123456789abcdef0",
  auto_scaling_group: "fleet",
  lifecycle_hook_name: "drain",
};

function readBy(body: string, senderId: string | undefined, roleIds: SenderRoleIds) {
  const { run, lines } = untouchableRun();
  const read = parseMonitorMessage(body, SINCE);
  if (read.kind !== "termination") throw new Error(read.reason);
  return { read, trusted: withTrustedMemory(run, read, senderId, roleIds), lines };
}

const written = (memory: Memory) =>
  formatMonitorMessage({
    ...termination({}, { instanceId: drain.instance_id, group: "fleet", hook: "drain" }),
    memory,
  });
/** A message with these keys in its memory. */
const raw = (memory: unknown, head: object = { version: 2 }) =>
  JSON.stringify({
    ...head,
    instance_id: drain.instance_id,
    auto_scaling_group: "fleet",
    life_cycle_hook_name: "drain",
    lifecycle_action_token: "01234567-89ab-cdef-0123-456789abcdef",
    drain_timeout_seconds: 600,
    time: "2026-01-05T08:00:00.000Z",
    memory,
  });

describe("the memory of a message", () => {
  const drawn = Array.from({ length: 100 }, (_, i) => drawnMemory(randomSource(i + 1)("memory")));

  it("counts as it is where a role of ours has sent it", () => {
    for (const memory of drawn) {
      const { read, trusted, lines } = readBy(written(memory), `${OURS}:terminate`, ROLES);
      expect(trusted).to.deep.equal(read);
      expect(lines).to.deep.equal([]);
    }
  });

  for (const senderId of [THEIRS, undefined]) {
    it(`counts for nothing where anybody else has, field by field, and one line says so: ${senderId}`, () => {
      for (const memory of drawn) {
        const { read, trusted, lines } = readBy(written(memory), senderId, ROLES);
        expect(trusted.termination).to.deep.equal({
          ...read.termination,
          memory: NO_MEMORY,
          restorePlan: { plannedDraining: [], plannedDeregistrations: [] },
        });
        expect(trusted.unknown).to.deep.equal({ kept: [], dropped: [] });
        expect(lines).to.deep.equal([
          ["warn", "memory of another sender ignored", { ...drain, sender_id: senderId ?? "unknown" }],
        ]);
      }
      for (const field of MEMORY_FIELDS)
        expect(
          drawn.filter((each) => JSON.stringify(each[field]) !== JSON.stringify(NO_MEMORY[field])),
          field,
        ).to.have.lengthOf.above(10);
    });
  }

  it("without the variable, counts but for what would end a drain too early, have nobody go on with it, or give back what nobody took", () => {
    for (const memory of drawn) {
      const { read, trusted, lines } = readBy(written(memory), THEIRS, undefined);
      const isIntoPool = read.termination.memory.returns === "warm pool";
      expect(trusted).to.deep.equal({
        ...read,
        termination: {
          ...read.termination,
          memory: {
            ...read.termination.memory,
            round: undefined,
            roundAt: undefined,
            completedAt: undefined,
            followedSince: undefined,
            deadSince: undefined,
            returningSince: undefined,
            plannedDeregistrations: [],
            ...(isIntoPool ? {} : { returns: undefined, plannedDraining: [] }),
          },
        },
      });
      expect(lines).to.deep.equal([]);
    }
    const returns = drawn.map((each) => each.returns);
    expect(returns).to.include.members(["warm pool", "root volume", undefined]);
  });

  it("of a later version is ignored too where somebody else wrote it", () => {
    const { trusted, lines } = readBy(raw({ moon: "full" }), THEIRS, ROLES);
    expect(trusted.termination.memory).to.deep.equal(NO_MEMORY);
    expect(lines).to.have.lengthOf(1);
  });

  for (const [what, memory, head] of [
    ["has none", undefined, { version: 2 }],
    ["has an empty one", {}, { version: 2 }],
    ["has none of ours, because the original sent it", { completed_at: "2026-01-05T08:00:00.000Z" }, {}],
  ] as const) {
    it(`is not told of where a message ${what}`, () => {
      const { lines } = readBy(raw(memory, head), THEIRS, ROLES);
      expect(lines).to.deep.equal([]);
    });
  }

  it("is no more than that: names, token, time and settings count whoever sent them", () => {
    const { trusted } = readBy(raw({ look_at: "2026-01-05T08:00:00.000Z" }), THEIRS, ROLES);
    const { termination: of } = trusted;
    expect([
      of.instanceId,
      of.group,
      of.hook,
      of.token,
      of.since,
      of.settings.drainTimeoutSeconds,
    ]).to.deep.equal([
      drain.instance_id,
      "fleet",
      "drain",
      "01234567-89ab-cdef-0123-456789abcdef",
      Date.parse("2026-01-05T08:00:00.000Z"),
      600,
    ]);
  });

  it("of the version before does not say either that its drain was begun", () => {
    const body = raw({ look_at: "2026-01-05T08:00:00.000Z" }, { version: 1 });
    expect(readBy(body, `${OURS}:x`, ROLES).trusted.termination.memory.begunAt).to.be.a("number");
    expect(readBy(body, THEIRS, ROLES).trusted.termination.memory.begunAt).to.equal(undefined);
  });
});
