// Protects a run from many messages of one drain: they become what merging one after the other makes of them, in time that grows as
// their bytes do.
import { expect } from "chai";
import { merge } from "../../../../shared/messages/merge-duplicates.ts";
import { formatMonitorMessage, parseMonitorMessage } from "../../../../shared/messages/monitor-message.ts";
import type { Tracked } from "../../../../shared/messages/receive.ts";
import { type Memory, NO_MEMORY } from "../../../../shared/model/memory.ts";
import { settingsOf } from "../../../../shared/model/settings.ts";
import { type Random, randomSource } from "../../../../simulator/kernel/random.ts";
import { untouchableRun } from "../fake-ports.ts";
import { termination } from "../rules/builders.ts";
import { BEGIN, drawnMemory, INSTANCE, some } from "./drawn-memory.ts";

/** A memory with much, little or nothing in it: what the messages of one drain have in common, many have. */
function memory(random: Random, shared: Memory): Memory {
  const drawn = drawnMemory(random);
  return random.pick<() => Memory>([
    () => drawn,
    () => ({ ...drawn, registrations: shared.registrations, logged: shared.logged, tasks: shared.tasks }),
    () => ({ ...shared, nextPassAt: drawn.nextPassAt }),
    () => ({ ...NO_MEMORY, unknownSince: drawn.unknownSince }),
    () => ({ ...NO_MEMORY, tasks: [] }),
    () => ({ ...NO_MEMORY, refusedAt: drawn.refusedAt }),
    () => NO_MEMORY,
  ])();
}

function drawnMessages(seed: number): Tracked[] {
  const random = randomSource(seed)("messages");
  const shared = drawnMemory(random);
  return Array.from({ length: random.whole(1, 8) }, (_, i) => {
    const remembered = memory(random, shared);
    const told = random.pick([undefined, { elb_name: "web" }, { elb_name: "api" }]);
    const { plannedDraining, plannedDeregistrations } = remembered;
    return {
      termination: {
        ...termination({}, { token: random.pick([undefined, "t", "u"]), since: BEGIN + random.whole(0, 5) }),
        memory: remembered,
        ...(told === undefined ? {} : { told, settings: settingsOf(told) }),
        ...(random.chance(0.5) ? { restorePlan: { plannedDraining, plannedDeregistrations } } : {}),
      },
      messages: some(random, () => ({ id: `m${random.whole(0, 9)}`, receipt: `r${i}` })),
    };
  });
}

const mergeAll = (messages: readonly Tracked[]) => merge(untouchableRun().run, messages);
function mergeOneByOne(messages: readonly Tracked[]): Tracked[] {
  let merged: Tracked[] = [];
  const inOrder = [...messages].sort((a, b) => a.termination.since - b.termination.since);
  for (const each of inOrder) merged = mergeAll([...merged, each]);
  return merged;
}

describe("many messages of one drain", () => {
  it("are what they are if they are merged one by one, in 1,000 drains of up to 8", () => {
    for (let seed = 1; seed <= 1_000; seed++) {
      const messages = drawnMessages(seed);
      expect(mergeAll(messages), `SEED=${seed}`).to.deep.equal(mergeOneByOne(messages));
    }
  });

  it("are of all kinds in those drains, or they would show little", () => {
    const drawn = Array.from({ length: 1_000 }, (_, i) => drawnMessages(i + 1));
    const mergedOf = drawn.map((messages) => mergeAll(messages).length);
    expect(mergedOf.filter((count, i) => count === 1 && (drawn[i]?.length ?? 0) > 3)).to.have.lengthOf.above(
      50,
    );
    expect(mergedOf.filter((count) => count > 1)).to.have.lengthOf.above(50);
  });

  const registration = (i: number, j: number) => ({ target_group: `arn:tg-${i}-${j}`, port: 80 });
  /** Lists of about 50 KB, each thing in them another one. */
  const LISTS: Record<string, (i: number) => Record<string, unknown>> = {
    tasks: (i) => ({ tasks: Array.from({ length: 1_500 }, (_, j) => `arn:aws:ecs:task/main/${i}-${j}`) }),
    registrations: (i) => ({ registrations: Array.from({ length: 1_000 }, (_, j) => registration(i, j)) }),
    "registrations that were taken out": (i) => ({
      registrations: Array.from({ length: 500 }, (_, j) => registration(i, j)),
      taken: Array.from({ length: 250 }, (_, j) => ({
        at: "2026-01-05T09:00:00.000Z",
        registration: registration(i, 250 + j),
      })),
    }),
    versions: (i) => ({
      no_tasks_versions: Array.from({ length: 1_000 }, (_, j) => ({
        container_instance: "arn",
        version: j % 2 === 0 ? j : i * 1_000 + j,
      })),
    }),
  };
  function bodiesOf(count: number, lists: (i: number) => Record<string, unknown>): string[] {
    return Array.from({ length: count }, (_, i) =>
      JSON.stringify({
        version: 2,
        instance_id: INSTANCE,
        auto_scaling_group: "fleet",
        life_cycle_hook_name: "drain",
        time: new Date(BEGIN).toISOString(),
        // Each is due sooner than the one before in one half, and later in the other.
        memory: { look_at: new Date(BEGIN + (i % 2 === 0 ? i : -i) * 1_000).toISOString(), ...lists(i) },
      }),
    );
  }
  /** What it takes to read, merge and send on, in milliseconds of CPU. */
  function cpuOf(bodies: readonly string[]): number {
    const before = process.cpuUsage();
    const tracked = bodies.map((body, i): Tracked => {
      const read = parseMonitorMessage(body, BEGIN);
      if (read.kind === "unreadable") throw new Error(read.reason);
      return { termination: read.termination, messages: [{ id: `${i}`, receipt: `${i}` }] };
    });
    const [merged, ...others] = mergeAll(tracked);
    expect(others).to.deep.equal([]);
    formatMonitorMessage(merged?.termination ?? termination());
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  }
  for (const [what, lists] of Object.entries(LISTS)) {
    it(`take no more than 8 times the CPU if there are 4 times as many, each of 50 KB: ${what}`, () => {
      const [few, many] = [bodiesOf(50, lists), bodiesOf(200, lists)];
      expect(few[0]?.length).to.be.within(40_000, 60_000);
      // Quadratic is 16 times. Garbage of others may be collected in one of them, so it may try again.
      const ratios: number[] = [];
      while (ratios.length < 3 && !ratios.some((each) => each < 8)) ratios.push(cpuOf(many) / cpuOf(few));
      expect(Math.min(...ratios)).to.be.below(8);
    });
  }
});
