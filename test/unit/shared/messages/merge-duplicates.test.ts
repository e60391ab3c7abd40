// Protects that all messages of one drain are one: the older termination stays, with all that was seen and done.
import { expect } from "chai";
import { merge } from "../../../../shared/messages/merge-duplicates.ts";
import type { Tracked } from "../../../../shared/messages/receive.ts";
import { type Memory, NO_MEMORY } from "../../../../shared/model/memory.ts";
import { settingsOf } from "../../../../shared/model/settings.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { untouchableRun } from "../fake-ports.ts";
import { termination as plain } from "../rules/builders.ts";

const termination = (change: Partial<Termination> = {}): Termination => ({
  ...plain({}, { since: 1_000 }),
  memory: NO_MEMORY,
  ...change,
});
const held = (id: string, change: Partial<Termination> = {}, receipt = `${id}'s`): Tracked => ({
  termination: termination(change),
  messages: [{ id, receipt }],
});
const lookedAt: Memory = { ...NO_MEMORY, nextPassAt: 5_000, managed: [{ kind: "target", id: "arn:tg" }] };

function merged(...arrivals: Tracked[]): Tracked[] {
  return merge(untouchableRun().run, arrivals);
}
const messages = (all: Tracked[]) => all.map((each) => each.messages.map(({ receipt }) => receipt));

describe("merging messages", () => {
  it("the older stays, with the messages of both", () => {
    const all = merged(held("a", { since: 2_000 }), held("b", { since: 1_000 }));
    expect(all.map((each) => each.termination.since)).to.deep.equal([1_000]);
    expect(messages(all)).to.deep.equal([["b's", "a's"]]);
  });

  it("has the settings that the younger tells where the older is a stranger's, and tells none that count", () => {
    const told = { drain_timeout_seconds: 900 };
    const theirs = held("theirs", { told: undefined });
    const [both] = merged(theirs, held("ours", { since: 2_000, told, settings: settingsOf(told) }));
    expect(both?.termination).to.deep.include({ since: 1_000, told, settings: settingsOf(told) });
    const other = { drain_timeout_seconds: 100 };
    const [first] = merged(held("a", { told }), held("b", { since: 2_000, told: other }));
    expect(first?.termination.told).to.equal(told);
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

  it("what a sweep found may have been behind anything, unless another message tells", () => {
    const found: Memory = { ...lookedAt, foundDrained: true };
    const isFound = (...memories: Memory[]) =>
      merged(...memories.map((memory, i) => held(`${i}`, { memory })))[0]?.termination.memory.foundDrained;
    expect(isFound(found, found)).to.equal(true);
    expect(isFound(found, lookedAt)).to.equal(false);
    expect(isFound(lookedAt, found)).to.equal(false);
    expect(isFound(found, NO_MEMORY)).to.equal(true);
  });

  it("what the older one alone knows is not forgotten, where the newer look could read nothing", () => {
    const known: Memory = {
      ...lookedAt,
      tasks: ["arn:task"],
      behindNetworkLoadBalancer: true,
      managed: [...lookedAt.managed, { kind: "classic", id: "classic" }],
      drainingAt: 3_000,
      noContainerInstanceSince: 3_100,
      noRegistrationSince: 3_200,
      deadSince: 3_300,
      returns: "root volume",
      returningSince: 3_400,
    };
    const unread: Memory["unread"] = [
      { kind: "unread", what: "tasks", call: "ecs:ListTasks", why: "throttled" },
    ];
    const blind: Memory = { ...NO_MEMORY, nextPassAt: 9_000, unread, failures: 1 };
    const [both] = merged(held("a", { memory: known }), held("b", { memory: blind }));
    expect(both?.termination.memory).to.deep.equal({
      ...known,
      nextPassAt: 5_000,
    });
  });

  /** [what both say, the one, the other, what is left of it]; both have looked. */
  const absences: [string, Partial<Memory>, Partial<Memory>, Partial<Memory>][] = (
    ["noTasksToRunSince", "absentSince", "unknownSince", "disconnectedSince"] as const
  ).flatMap((key): [string, Partial<Memory>, Partial<Memory>, Partial<Memory>][] => [
    [`${key} of one alone`, { [key]: 3_000 }, {}, { [key]: undefined }],
    [`${key} of both`, { [key]: 3_000 }, { [key]: 4_000 }, { [key]: 4_000 }],
  ]);
  for (const [what, one, other, left] of absences) {
    it(`what was not there any more counts where both say so: ${what}`, () => {
      const settling = held("a", { memory: { ...lookedAt, ...one } });
      for (const nextPassAt of [1_000, 9_000]) {
        const reconciled = held("b", { memory: { ...lookedAt, nextPassAt, ...other } });
        expect(merged(settling, reconciled)[0]?.termination.memory).to.deep.include(left);
        expect(merged(reconciled, settling)[0]?.termination.memory).to.deep.include(left);
      }
      const [asItWas] = merged(held("new"), settling);
      expect(asItWas?.termination.memory).to.deep.equal({ ...lookedAt, ...one });
    });
  }

  const registrations: Memory["registrations"] = [{ kind: "classic", id: "web" }];
  const blockers: Memory["blockers"] = [{ kind: "tasks", cluster: "main", status: "RUNNING", count: 1 }];
  /** [what both say, the one, the other, when all was gone]; both have looked. */
  const gone: [string, Partial<Memory>, Partial<Memory>, number | undefined][] = [
    ["the other last saw something before that", { goneAt: 3_000 }, { lastSeenAt: 2_999 }, 3_000],
    ["the other last saw something at that moment", { goneAt: 3_000 }, { lastSeenAt: 3_000 }, 3_000],
    ["the other saw something after it", { goneAt: 3_000 }, { lastSeenAt: 3_001 }, undefined],
    ["the other has never seen anything", { goneAt: 3_000 }, {}, 3_000],
    ["both saw all gone", { goneAt: 3_000, lastSeenAt: 2_000 }, { goneAt: 4_000, lastSeenAt: 2_500 }, 3_000],
    [
      "it came back, and is gone once more",
      { goneAt: 3_000, lastSeenAt: 2_000 },
      { goneAt: 4_000, lastSeenAt: 3_500 },
      4_000,
    ],
    [
      "the version before does not tell when it saw something",
      { goneAt: 3_000 },
      { registrations },
      undefined,
    ],
    ["nor when it saw the task that it waits for", { goneAt: 3_000 }, { blockers }, undefined],
    ["nor does either of two", { goneAt: 3_000, registrations }, { goneAt: 4_000, registrations }, 4_000],
  ];
  for (const [what, one, other, left] of gone) {
    it(`all is gone since the first pass that found it so, if nobody has seen anything since: ${what}`, () => {
      const settling = held("a", { memory: { ...lookedAt, ...one } });
      for (const nextPassAt of [1_000, 9_000]) {
        const reconciled = held("b", { memory: { ...lookedAt, nextPassAt, ...other } });
        expect(merged(settling, reconciled)[0]?.termination.memory.goneAt).to.equal(left);
        expect(merged(reconciled, settling)[0]?.termination.memory.goneAt).to.equal(left);
      }
      const [asItWas] = merged(held("new"), settling);
      expect(asItWas?.termination.memory).to.deep.equal({ ...lookedAt, ...one });
    });
  }

  it("all is gone only if both say so, where the one was told to look elsewhere", () => {
    const told = (elb_names: string[]) => ({ told: { elb_names }, settings: settingsOf({ elb_names }) });
    const settling = (names: string[]) =>
      held("a", { ...told(names), memory: { ...lookedAt, goneAt: 3_000 } });
    const other = (memory: Partial<Memory>) =>
      held("b", { ...told(["web"]), memory: { ...lookedAt, lastSeenAt: 2_000, ...memory } });
    const goneAt = (...both: [Tracked, Tracked]) => merged(...both)[0]?.termination.memory.goneAt;
    expect(goneAt(settling(["web"]), other({}))).to.equal(3_000);
    expect(goneAt(settling(["api"]), other({}))).to.equal(undefined);
    expect(goneAt(settling(["api"]), other({ goneAt: 4_000 }))).to.equal(4_000);
    // Which of their settings count, the function's own input says. Over a message that tells none it says all.
    const own = { ...settling(["web"]).termination, told: undefined };
    expect(goneAt({ ...settling([]), termination: own }, other({}))).to.equal(3_000);
  });

  it("the tasks that either has seen are all known, and the next look comes when the first of them is due", () => {
    const settling = { ...lookedAt, nextPassAt: 9_000, tasks: ["arn:gone"] };
    const found = { ...lookedAt, nextPassAt: 5_000, tasks: ["arn:gone", "arn:new"] };
    for (const both of [
      merged(held("a", { memory: settling }), held("b", { memory: found })),
      merged(held("a", { memory: found }), held("b", { memory: settling })),
    ]) {
      const { tasks, nextPassAt } = (both[0] as Tracked).termination.memory;
      expect({ tasks, nextPassAt }).to.deep.equal({ tasks: ["arn:gone", "arn:new"], nextPassAt: 5_000 });
    }
  });

  it("that no task was left counts for the versions of the container instances that both have seen so", () => {
    const of = (...versions: number[]) => versions.map((version) => ({ arn: "ci", version }));
    const versionsOf = (one: Partial<Memory>, other: Partial<Memory>) =>
      merged(
        held("a", { memory: { ...lookedAt, ...one } }),
        held("b", { memory: { ...lookedAt, ...other } }),
      )[0]?.termination.memory.noTasksVersions;
    expect(versionsOf({ noTasksVersions: of(1, 2) }, { noTasksVersions: of(2, 3) })).to.deep.equal(of(2));
    expect(versionsOf({ noTasksVersions: of(1) }, {})).to.deep.equal([]);
    const another = [{ arn: "another", version: 1 }];
    expect(versionsOf({ noTasksVersions: of(1) }, { noTasksVersions: another })).to.deep.equal([]);
    const unlooked = { nextPassAt: undefined };
    expect(versionsOf({ noTasksVersions: of(1) }, unlooked)).to.deep.equal(of(1));
    expect(versionsOf(unlooked, { noTasksVersions: of(1) })).to.deep.equal(of(1));
  });

  it("a completion that was refused stays so, whichever was refused, of the same token", () => {
    const refusedAt = (token?: string, other?: string) =>
      merged(
        held("a", { token, memory: { ...lookedAt, refusedAt: 4_000 } }),
        held("b", { token: other, memory: { ...lookedAt, nextPassAt: 4_500 } }),
      )[0]?.termination.memory.refusedAt;
    expect([refusedAt("t", "t"), refusedAt()]).to.deep.equal([4_000, 4_000]);
    // Who has none may go on with another lifecycle action.
    expect([refusedAt("t"), refusedAt(undefined, "t")]).to.deep.equal([undefined, undefined]);
  });

  it("what began for both began with the one that saw it first", () => {
    const one: Memory = {
      ...lookedAt,
      drainingAt: 3_000,
      noContainerInstanceSince: 8_000,
      deadSince: 4_000,
    };
    const other: Memory = {
      ...NO_MEMORY,
      nextPassAt: 9_000,
      drainingAt: 8_000,
      noContainerInstanceSince: 3_000,
      deadSince: 5_000,
    };
    const [both] = merged(held("a", { memory: one }), held("b", { memory: other }));
    expect(both?.termination.memory).to.include({
      drainingAt: 3_000,
      noContainerInstanceSince: 3_000,
      deadSince: 4_000,
    });
  });

  it("a message that was delivered twice stands there once, with its latest receipt", () => {
    expect(messages(merged(held("a", {}, "first"), held("a", {}, "second")))).to.deep.equal([["second"]]);
  });

  /** [why, the one, the other, how many are left] */
  const pairs: [string, Partial<Termination>, Partial<Termination>, number][] = [
    ["the same token", { token: "t" }, { token: "t" }, 1],
    ["a token that one does not have", { token: "t" }, {}, 1],
    ["another token: another lifecycle action", { token: "t" }, { token: "u" }, 2],
    [
      "a token that the older one, completed before, does not have: another lifecycle action",
      { memory: { ...NO_MEMORY, completedAt: 1_500 } },
      { token: "t", since: 1_500 },
      2,
    ],
    [
      "a token that the older one, on its way back before, does not have: another one too",
      { memory: { ...NO_MEMORY, returningSince: 1_500 } },
      { token: "t", since: 1_500 },
      2,
    ],
    [
      "a token of five seconds before the older one was completed, whose time may be cut to the second: another one too",
      { memory: { ...NO_MEMORY, completedAt: 61_500 } },
      { token: "t", since: 56_500 },
      2,
    ],
    [
      "a token of long before the older one was completed",
      { memory: { ...NO_MEMORY, completedAt: 61_500 } },
      { token: "t", since: 56_499 },
      1,
    ],
    [
      "no token, though the older one is completed: other hooks hold it still",
      { memory: { ...NO_MEMORY, completedAt: 1_500 } },
      { since: 1_500 },
      1,
    ],
    [
      "no token, of after the older one was completed that comes back: another lifecycle action",
      { token: "t", memory: { ...NO_MEMORY, completedAt: 1_500, returns: "root volume" } },
      { since: 1_500 },
      2,
    ],
    [
      "no token, of long before the older one was completed that comes back",
      { token: "t", memory: { ...NO_MEMORY, completedAt: 61_500, returns: "root volume" } },
      { since: 56_499 },
      1,
    ],
    ["another hook", {}, { hook: "backup" }, 2],
    ["another group", {}, { group: "other" }, 2],
    ["another instance", {}, { instanceId: "i-0fedcba9876543210" }, 2],
  ];
  for (const [why, one, other, count] of pairs) {
    it(`${why}: ${count === 1 ? "one drain" : "two"}`, () =>
      expect(merged(held("a", one), held("b", other))).to.have.lengthOf(count));
  }
});

describe("a Spot interruption notice and a hook's message for one instance", () => {
  const noticed = (change: Partial<Termination> = {}) =>
    held("notice", { hook: undefined, since: 500, noticedAt: 500, ...change });

  it("are one drain, the hook's, in either order, with the messages of both", () => {
    for (const all of [merged(noticed(), held("hook")), merged(held("hook"), noticed())]) {
      expect(all.map((each) => each.termination)).to.deep.equal([termination({ noticedAt: 500 })]);
      expect(messages(all)).to.deep.equal([["hook's", "notice's"]]);
    }
  });

  it("what the notice's drain has seen and done holds, where the hook's has not looked yet; its timer is the hook's", () => {
    const memory = { ...NO_MEMORY, lastHeartbeatAt: 1_000 };
    const [joined] = merged(
      noticed({ memory: { ...lookedAt, lastHeartbeatAt: undefined } }),
      held("hook", { memory }),
    );
    expect(joined?.termination.memory).to.deep.equal({ ...lookedAt, lastHeartbeatAt: 1_000 });
  });

  it("what the hook's drain has seen holds, where it has looked", () => {
    const [joined] = merged(
      noticed({ memory: { ...lookedAt, nextPassAt: 9_000 } }),
      held("hook", { memory: lookedAt }),
    );
    expect(joined?.termination.memory).to.deep.equal(lookedAt);
  });

  it("stay one once they are joined, and the later notice counts", () => {
    const [joined] = merged(noticed(), held("hook"));
    const [again] = merged(joined as Tracked, noticed({ noticedAt: 700, since: 700 }));
    expect(again?.termination).to.include({ noticedAt: 700, hook: "drain" });
  });

  it("of two hooks, each is joined", () => {
    const all = merged(noticed(), held("hook"), held("backup", { hook: "backup" }));
    expect(all.map((each) => each.termination.noticedAt)).to.deep.equal([500, 500]);
    expect(messages(all)).to.deep.equal([
      ["hook's", "notice's"],
      ["backup's", "notice's"],
    ]);
  });

  it("of two notices the later one counts, in either order: an old one that was forged ends nothing", () => {
    const old = noticed({ noticedAt: 100, since: 100 });
    for (const all of [merged(old, noticed()), merged(noticed(), old)])
      expect(all.map((each) => each.termination.noticedAt)).to.deep.equal([500]);
  });

  it("of different instances are two drains", () => {
    expect(merged(noticed({ instanceId: "i-2" }), held("hook"))).to.have.lengthOf(2);
  });

  it("a notice that comes twice is one drain", () => {
    expect(messages(merged(noticed(), held("again", { hook: undefined, noticedAt: 500 })))).to.deep.equal([
      ["notice's", "again's"],
    ]);
  });
});
