// Protects the size of a message: whatever a drain sees and waits for, it stays under 16 KB, and what is owed to an instance is in it.
import { expect } from "chai";
import { tooLarge } from "../../../../shared/messages/body-size.ts";
import { MEMORY_FIELDS } from "../../../../shared/messages/memory.ts";
import { fitted, MESSAGE_BYTES } from "../../../../shared/messages/message-size.ts";
import { areSameBlockers, asInMessage } from "../../../../shared/model/blocker.ts";
import { isLogged } from "../../../../shared/model/logged.ts";
import { type Memory, NO_MEMORY } from "../../../../shared/model/memory.ts";
import { SINCE } from "../rules/builders.ts";
import { FULL_MEMORY } from "./drawn-memory.ts";
import { numbers, passesOf, type Variant } from "./large-drain.ts";

// What is owed to the instance, whose registrations are whose, all times, and whether anything has changed.
function expectKept(memory: Memory, read: Memory): void {
  const { tasks: _, loadBalancers: __, recheck: ___, blockers, logged, ...rest } = memory;
  const { registrations, deregistered, ...all } = rest;
  expect(read).to.deep.include(all);
  expect(areSameBlockers(read.blockers, blockers)).to.equal(true);
  expect(read.registrations.length > 0).to.equal(registrations.length > 0);
  expect(deregistered).to.deep.include.members([...read.deregistered]);
  for (const id of logged) expect(isLogged(read, id), id).to.equal(true);
}

describe("a message of a drain with 10,000 service events, 200 tasks and 50 load balancers", () => {
  const rows: [string, Variant][] = [
    ["all ours, named by ARN", {}],
    ["all ECS's, named by ARN too", { isManaged: true }],
    ["all ECS's", { isManaged: true, isNamed: false }],
    ["all ours, of an instance that comes back", { state: "ReplacingRootVolume:Wait" }],
    ["all ours, on a dry run", { dryRun: true }],
  ];
  for (const [what, options] of rows) {
    it(`is under 16 KB, keeps what matters, and logs each warning once: ${what}`, () => {
      const passes = passesOf(options);
      for (const { memory, body, read } of passes) {
        expect(Buffer.byteLength(body)).to.be.at.most(MESSAGE_BYTES);
        expectKept(memory, read.memory);
      }
      expect(Math.max(...passes.map(({ uncut }) => uncut))).to.be.greaterThan(2 * MESSAGE_BYTES);
      const warnings = passes.flatMap((each) => each.warnings);
      expect(warnings.length).to.be.greaterThan(50);
      expect(new Set(warnings).size).to.equal(warnings.length);
    });
  }
});

describe("a message that is too large", () => {
  const tasks = numbers(30).map((i) => `arn:task-${i}`);
  const many: Memory = {
    ...FULL_MEMORY,
    tasks,
    registrations: numbers(30).map((i) => ({ kind: "target", id: `arn:tg-${i}`, port: 80 })),
    managed: numbers(10).map((i) => ({ kind: "target", id: `arn:tg-${i}` })),
    deregistered: numbers(30).map((at) => ({ what: { kind: "classic", id: `elb-${at}` }, at })),
    recheck: {
      blocker: { kind: "tasks", cluster: "main", containerInstance: "ci", tasksToRun: 30, tasks },
      until: SINCE,
    },
    blockers: numbers(30).map((count) => ({ kind: "tasks", cluster: "main", status: "RUNNING", count })),
    logged: ["short hook", "no progress: web: percents", "no progress: web: percents"],
  };

  /** The memories that are tried, where none but the one after so many cuts fits. */
  const tried = (fits: number, memory = many) => {
    const all: Memory[] = [];
    const text = fitted(memory, (each) => {
      all.push(each);
      return all.length > fits ? "fits" : "x".repeat(MESSAGE_BYTES + 1);
    });
    return { all, text };
  };

  it("leaves out one thing after the other, and no more than it must", () => {
    const { all } = tried(Number.POSITIVE_INFINITY);
    const changed = all.slice(1).map((each, i) => {
      const before = all[i] ?? many;
      return MEMORY_FIELDS.filter((field) => each[field] !== before[field]);
    });
    const order = [
      "tasks",
      "loadBalancers",
      "recheck",
      "registrations",
      "logged",
      "deregistered",
      "blockers",
    ];
    // Without what nobody named, a round begins anew.
    const expected = order.map((field) =>
      field === "registrations" ? [field, "roundAt", "round"] : [field],
    );
    expect(changed).to.deep.equal(expected);
    for (const fits of numbers(order.length + 1)) {
      expect(tried(fits).all).to.have.lengthOf(fits + 1);
      expect(tried(fits).text).to.equal("fits");
    }
  });

  it("is never so large that nobody reads it, whatever it remembers", () => {
    const long = (i: number) => `arn:${"x".repeat(150)}${i}`;
    const targets = numbers(2_000).map((i) => ({ kind: "target" as const, id: long(i), port: 80 }));
    const texts: Memory[] = [];
    const text = fitted({ ...NO_MEMORY, plannedDeregistrations: targets, managed: targets }, (memory) => {
      texts.push(memory);
      return JSON.stringify(memory);
    });
    expect(tooLarge(text)).to.equal(undefined);
    expect(texts.at(-1)?.plannedDeregistrations).to.deep.equal(targets.slice(0, 100));
    // One thing that is too large by itself leaves no room for any other.
    const huge = { ...NO_MEMORY, plannedDraining: ["x".repeat(70_000)] };
    expect(fitted(huge, (memory) => JSON.stringify(memory))).to.equal(JSON.stringify(NO_MEMORY));
  });

  it("is too large from one byte beyond 16 KB on", () => {
    const sizes = (text: string) => {
      let calls = 0;
      fitted(many, () => {
        calls += 1;
        return text;
      });
      return calls;
    };
    expect(sizes("x".repeat(MESSAGE_BYTES))).to.equal(1);
    expect(sizes("x".repeat(MESSAGE_BYTES + 1))).to.equal(8);
    expect(sizes("\u00fc".repeat(MESSAGE_BYTES / 2 + 1))).to.equal(8);
  });

  it("keeps of each thing what decides", () => {
    const { all } = tried(Number.POSITIVE_INFINITY);
    const last = all.at(-1) ?? many;
    expect(last.tasks).to.equal(undefined);
    expect(last.recheck?.blocker).to.deep.include({ tasksToRun: 30, tasks: tasks.slice(0, 10) });
    expect(last.registrations.map(({ id }) => id)).to.deep.equal(["arn:tg-10", "arn:tg-0"]);
    expect(last.deregistered.map(({ at }) => at)).to.deep.equal([27, 28, 29]);
    expect(last.logged).to.have.lengthOf(2);
    for (const id of many.logged) expect(isLogged(last, id)).to.equal(true);
    expect(isLogged(last, "no progress: web: protected")).to.equal(false);
    expect(last.blockers.slice(0, 3)).to.deep.equal(many.blockers.slice(0, 3));
    expect(last.blockers[3]).to.include({ kind: "more", count: 27 });
    expect(areSameBlockers(last.blockers, many.blockers)).to.equal(true);
  });

  it("keeps blockers that came in a message, as they are told apart", () => {
    const inMessage = asInMessage(many.blockers);
    const last = tried(Number.POSITIVE_INFINITY, { ...many, blockers: inMessage }).all.at(-1) ?? many;
    expect(last.blockers[3]).to.include({ kind: "more", count: 27 });
    expect(areSameBlockers(last.blockers, many.blockers)).to.equal(true);
  });

  it("keeps a recheck of a registration, and what is nothing", () => {
    const { recheck } = FULL_MEMORY;
    const last = tried(Number.POSITIVE_INFINITY, { ...NO_MEMORY, recheck }).all.at(-1);
    expect(last).to.deep.equal({ ...NO_MEMORY, recheck });
  });
});
