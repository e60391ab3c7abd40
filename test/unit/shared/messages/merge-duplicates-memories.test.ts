// Protects what two messages of one drain make of their memories: nothing that was done, seen or said is forgotten.
import { expect } from "chai";
import { merge } from "../../../../shared/messages/merge-duplicates.ts";
import type { Tracked } from "../../../../shared/messages/receive.ts";
import { type Memory, NO_MEMORY } from "../../../../shared/model/memory.ts";
import type { RestorePlan, Termination } from "../../../../shared/model/termination.ts";
import { untouchableRun } from "../fake-ports.ts";
import { termination } from "../rules/builders.ts";

const held = (id: string, memory: Partial<Memory>, change: Partial<Termination> = {}): Tracked => ({
  termination: { ...termination({}, { since: 1_000 }), memory: { ...NO_MEMORY, ...memory }, ...change },
  messages: [{ id, receipt: `${id}'s` }],
});
const play = (...arrivals: Tracked[]) => {
  const { run, lines } = untouchableRun();
  return { all: merge(run, arrivals).map((each) => each.termination), lines };
};
const memoryOf = (...memories: Partial<Memory>[]) =>
  play(...memories.map((each, index) => held(`m${index}`, each))).all[0]?.memory;

const elb = { kind: "classic", id: "elb" } as const;
const target = { kind: "target", id: "arn:tg", port: 80 } as const;

describe("the memories of two messages of one drain", () => {
  it("are united where they are lists, what both have once", () => {
    const one: Partial<Memory> = {
      containerInstances: [{ cluster: "main", arn: "ci-1" }],
      tasks: ["t-1", "t-2"],
      registrations: [elb],
      deregistered: [{ what: elb, at: 1 }],
      drained: [{ what: "ci-1", at: 1 }],
      plannedDraining: ["ci-1"],
      plannedDeregistrations: [elb],
      logged: ["short hook"],
    };
    const other: Partial<Memory> = {
      containerInstances: [{ cluster: "main", arn: "ci-2" }],
      tasks: ["t-2", "t-3"],
      registrations: [target],
      deregistered: [{ what: target, at: 2 }],
      drained: [{ what: "ci-2", at: 2 }],
      plannedDraining: ["ci-2"],
      plannedDeregistrations: [target],
      logged: ["short hook", "waiting"],
    };
    expect(memoryOf(one, other)).to.deep.equal({
      ...NO_MEMORY,
      containerInstances: [
        { cluster: "main", arn: "ci-1" },
        { cluster: "main", arn: "ci-2" },
      ],
      tasks: ["t-1", "t-2", "t-3"],
      registrations: [elb, target],
      deregistered: [
        { what: elb, at: 1 },
        { what: target, at: 2 },
      ],
      drained: [
        { what: "ci-1", at: 1 },
        { what: "ci-2", at: 2 },
      ],
      plannedDraining: ["ci-1", "ci-2"],
      plannedDeregistrations: [elb, target],
      logged: ["short hook", "waiting"],
    });
  });

  it("are those of the one that is due first where they are not", () => {
    const of = (count: number): Memory["blockers"] => [
      { kind: "tasks", cluster: "main", status: "RUNNING", count },
    ];
    const early = { nextPassAt: 5_000, blockers: of(2) };
    const late = { nextPassAt: 6_000, blockers: of(1) };
    expect(memoryOf(early, late)?.blockers).to.deep.equal(of(2));
    expect(memoryOf(late, early)?.blockers).to.deep.equal(of(2));
    expect(memoryOf({}, late)?.blockers).to.deep.equal(of(1));
  });

  it("have the latest heartbeat and step, whichever message knows of it", () => {
    const known = { actedAt: 3_000, lastHeartbeatAt: 4_000 };
    for (const [one, other] of [
      [known, {}],
      [{}, known],
      [known, { actedAt: 1_000, lastHeartbeatAt: 1_000 }],
      [{ actedAt: 1_000, lastHeartbeatAt: 1_000 }, known],
    ] as const) {
      expect(memoryOf(one, other)).to.include(known);
    }
    expect(memoryOf({}, {})).to.include({ actedAt: undefined, lastHeartbeatAt: undefined });
  });

  it("have the shortest timeout that either has seen the hook with", () => {
    const of = (one: number, other: number) =>
      memoryOf({ shortestTimeout: one }, { shortestTimeout: other })?.shortestTimeout;
    expect([of(2, 3), of(3, 2), of(0, 3), of(3, 0), of(0, 0)]).to.deep.equal([2, 2, 3, 3, 0]);
  });

  it("have the latest heartbeat that was sent; a timer that was only reckoned from a message's time counts from the earliest", () => {
    const of = (...all: readonly (readonly [since: number, beat: number | undefined])[]) =>
      play(
        ...all.map(([since, beat], i) =>
          held(`m${i}`, { lastHeartbeatAt: beat, failures: i + 1 }, { since }),
        ),
      ).all[0]?.memory.lastHeartbeatAt;
    const [first, again, sent] = [
      [1_000, 1_000],
      [9_000, 9_000],
      [1_000, 4_000],
    ] as const;
    const unknown = [1_000, undefined] as const;
    for (const [why, all, expected] of [
      ["both reckoned", [first, again], 1_000],
      ["one was sent", [sent, again], 4_000],
      ["one was sent, before the other's message", [again, sent], 4_000],
      ["three", [first, again, sent], 4_000],
      ["both were sent", [sent, [9_000, 9_500]], 9_500],
      ["one does not know, and was looked at", [unknown, again], undefined],
      ["one does not know, and the other was sent", [unknown, [1_000, 5_000]], 5_000],
    ] as const) {
      expect(of(...all), why).to.equal(expected);
      expect(of(...[...all].reverse()), `${why}, the other way round`).to.equal(expected);
    }
  });

  it("have the earliest sight of what has gone on since then, whichever message knows of it", () => {
    const known = {
      begunAt: 2_000,
      drainingAt: 3_000,
      noContainerInstanceSince: 4_000,
      noRegistrationSince: 5_000,
      deadSince: 6_000,
      terminatingSince: 7_000,
    };
    const later = {
      drainingAt: 9_000,
      noContainerInstanceSince: 9_000,
      noRegistrationSince: 9_000,
      deadSince: 9_000,
      terminatingSince: 9_000,
    };
    for (const [one, other] of [
      [known, {}],
      [{}, known],
      [known, later],
      [later, known],
    ]) {
      expect(memoryOf(one ?? {}, other ?? {})).to.include(known);
    }
    expect(memoryOf({}, {})).to.include({ drainingAt: undefined, deadSince: undefined });
  });

  it("know that the lifecycle action was completed, whichever message does", () => {
    const completed = { completedAt: 3_000 };
    expect(memoryOf(completed, { nextPassAt: 9_000 })?.completedAt).to.equal(3_000);
    expect(memoryOf({ nextPassAt: 9_000 }, completed)?.completedAt).to.equal(3_000);
  });
});

describe("what two messages of one drain announce to take", () => {
  const announcing = (one?: RestorePlan, other?: RestorePlan) =>
    play(held("a", {}, one && { restorePlan: one }), held("b", {}, other && { restorePlan: other })).all.map(
      (each) => each.restorePlan,
    );
  const some: RestorePlan = { plannedDraining: ["ci-1"], plannedDeregistrations: [elb] };

  it("is what either does: each is written down", () => {
    expect(announcing(some, { plannedDraining: ["ci-2"], plannedDeregistrations: [target] })).to.deep.equal([
      { plannedDraining: ["ci-1", "ci-2"], plannedDeregistrations: [elb, target] },
    ]);
    expect(announcing(some)).to.deep.equal([some]);
    expect(announcing(undefined, some)).to.deep.equal([some]);
  });

  it("is nothing where neither does", () => {
    expect(announcing()).to.deep.equal([undefined]);
  });
});

describe("a message that is merged", () => {
  const about = { instance_id: "i-1", auto_scaling_group: "fleet", lifecycle_hook_name: "drain" };
  const merged = ["info", "duplicate merged", about];

  it("is told of", () => {
    expect(play(held("a", {}), held("b", {})).lines).to.deep.equal([merged]);
    expect(play(held("a", {})).lines).to.deep.equal([]);
  });

  it("is told of where a notice's drain joins its hook's, and no other instance's does", () => {
    const notice = (instanceId: string, noticedAt: number) =>
      held(instanceId, {}, { instanceId, hook: undefined, since: noticedAt, noticedAt });
    const { all, lines } = play(held("a", {}), notice("i-2", 400), notice("i-1", 500));
    expect(lines).to.deep.equal([merged]);
    expect(all.map(({ instanceId, noticedAt }) => [instanceId, noticedAt])).to.deep.equal([
      ["i-1", 500],
      ["i-2", 400],
    ]);
  });
});
