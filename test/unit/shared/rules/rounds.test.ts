// Rule 17: what nobody names.
import { expect } from "chai";
import { type Blocker, event } from "../../../../shared/model/blocker.ts";
import type { Discovery } from "../../../../shared/model/discovery.ts";
import {
  isRoundDue,
  isRoundFresh,
  isSearchedAgain,
  roundAwaitedUntil,
  roundsUntil,
  roundUntil,
  searchWarnings,
} from "../../../../shared/rules/rounds.ts";
import {
  clusterInstance,
  clusterInstanceOf,
  decisionOf,
  denied,
  MINUTE,
  observed,
  type Row,
  rows,
  SECOND,
  SINCE,
  seen,
  target,
  targetsLeft,
  task,
  tasksLeft,
  termination,
} from "./builders.ts";

const now = 10 * MINUTE;
const whole: Discovery = {
  isWhole: true,
  wasWhole: true,
  wholeAt: SINCE + now,
  progress: undefined,
  expectedAt: undefined,
  unnamed: [],
};
/** A round that has never been whole, and will be in 20 s. */
const begun: Discovery = {
  ...whole,
  isWhole: false,
  wasWhole: false,
  wholeAt: undefined,
  progress: { since: SINCE, from: "a", to: "k" },
  expectedAt: SINCE + now + 20 * SECOND,
};
/** A round that is made once more. */
const again: Discovery = { ...begun, wasWhole: true, wholeAt: SINCE };
const ROUND: readonly Blocker[] = [event("whole round")];
const all = { settings: { discover: "all" } } as const;
const listening = task("RUNNING", { hostPorts: [8080] });
const row = (discovery: Discovery, change: Partial<Row> = {}): Partial<Row> => ({
  ...all,
  memory: { ...seen, drainingAt: SINCE },
  now,
  ...change,
  observed: { clusterInstances: [clusterInstance("DRAINING")], ...change.observed, discovery },
});

describe("decide", () => {
  rows("rule 17: nothing is completed before a whole round", [
    { why: "whole: complete", ...row(whole), expected: ["complete"] },
    { why: "begun: wait for it", ...row(begun), expected: ["wait"], because: ROUND },
    { why: "made once more: wait for it", ...row(again), expected: ["wait"], because: ROUND },
    {
      why: "could not be read: wait, and say so",
      ...row(begun, { observed: { unread: { discovery: denied("ecs:ListClusters") } } }),
      expected: ["wait"],
      because: [{ kind: "unread", what: "discovery", ...denied("ecs:ListClusters") }, ...ROUND],
    },
    {
      why: "made once more, with something else there: that alone is told",
      ...row(again, { observed: { registrations: [target({ state: "draining" })] } }),
      expected: ["wait"],
      because: [targetsLeft("draining")],
    },
  ]);

  rows("rule 17: no task is sent away before a first whole round", [
    {
      why: "begun: a task on the instance keeps it ACTIVE",
      ...row(begun, { observed: { clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))] } }),
      expected: ["wait"],
      because: [tasksLeft("RUNNING"), { kind: "not draining", cluster: "main" }, ...ROUND],
    },
    {
      why: "begun, without a task: DRAINING",
      ...row(begun, { observed: { clusterInstances: [clusterInstance("ACTIVE")] } }),
      expected: ["wait", "drain"],
    },
    {
      why: "whole: DRAINING",
      ...row(whole, { observed: { clusterInstances: [clusterInstance("ACTIVE", listening)] } }),
      expected: ["wait", "drain"],
    },
    {
      why: "made once more: DRAINING again, where somebody set it ACTIVE",
      ...row(again, { observed: { clusterInstances: [clusterInstance("ACTIVE", listening)] } }),
      expected: ["wait", "drain"],
    },
    {
      why: "begun: no task is stopped",
      ...row(begun, {
        settings: { discover: "all", stopTasks: "all" },
        observed: {
          clusterInstances: [clusterInstance("DRAINING", task("RUNNING", { service: undefined }))],
        },
      }),
      expected: ["wait"],
    },
    {
      why: "whole: the task is stopped",
      ...row(whole, {
        settings: { discover: "all", stopTasks: "all" },
        observed: {
          clusterInstances: [clusterInstance("DRAINING", task("RUNNING", { service: undefined }))],
        },
      }),
      expected: ["wait", "stop task"],
    },
  ]);

  const found = target({ unnamed: true });
  rows("rule 17: what was found is taken out at once", [
    {
      why: "begun: out",
      ...row(begun, { observed: { registrations: [found] } }),
      expected: ["wait", "deregister"],
    },
    {
      why: "a service of a cluster that was not searched may manage it: it waits",
      ...row(begun, {
        observed: { registrations: [found], unread: { discovery: denied("ecs:ListClusters") } },
      }),
      expected: ["wait"],
    },
    {
      why: "one that is named does not wait for that",
      ...row(begun, {
        observed: { registrations: [target()], unread: { discovery: denied("ecs:ListClusters") } },
      }),
      expected: ["wait", "deregister"],
    },
  ]);

  const forbidden = (status: string, ...tasks: Parameters<typeof task>[0][]) => ({
    ...clusterInstanceOf(
      { status },
      tasks.map((each) => task(each)),
    ),
    permitted: false,
  });
  rows("rule 17: a cluster that nobody allows to change holds the instance", [
    {
      why: "ACTIVE: not set DRAINING",
      ...row(whole, { observed: { clusterInstances: [forbidden("ACTIVE", "RUNNING")] } }),
      expected: ["wait"],
      because: [tasksLeft("RUNNING"), { kind: "not draining", cluster: "main" }],
    },
    {
      why: "no task is stopped there",
      ...row(whole, {
        settings: { discover: "all", stopTasks: "all" },
        observed: {
          clusterInstances: [{ ...forbidden("DRAINING"), tasks: [task("RUNNING", { service: undefined })] }],
        },
      }),
      expected: ["wait"],
    },
    {
      why: "nor is the container instance taken out",
      ...row(whole, {
        settings: { discover: "all", deregisterContainerInstance: "always" },
        observed: { clusterInstances: [forbidden("DRAINING")] },
      }),
      expected: ["complete"],
    },
  ]);

  it("has the next pass when the round may be whole, and no recheck, while nothing else can go on", () => {
    const tasks = { clusterInstances: [clusterInstance("ACTIVE", listening)] };
    const decision = decisionOf({ why: "", expected: [], ...row(begun, { observed: tasks }) });
    expect(decision.memory.nextPassAt).to.equal(SINCE + now + 20 * SECOND);
    expect(decision.memory.recheck).to.equal(undefined);
  });

  it("remembers how far the round has come, and when it was whole", () => {
    const { memory } = decisionOf({ why: "", expected: [], ...row(begun) });
    expect([memory.roundAt, memory.round]).to.deep.equal([undefined, begun.progress]);
    const after = decisionOf({ why: "", expected: [], ...row(whole) });
    expect([after.memory.roundAt, after.memory.round]).to.deep.equal([SINCE + now, undefined]);
    const kept = decisionOf({
      why: "",
      expected: [],
      ...row(begun, { memory: { ...seen, roundAt: SINCE } }),
    });
    expect(kept.memory.roundAt).to.equal(SINCE);
  });
});

describe("a round", () => {
  const due = (roundAt: number | undefined, discover: "all" | "named" | "warn" = "all") =>
    isRoundDue(termination({ roundAt }, { settings: { discover } }), SINCE + now);

  it("is new enough to complete by for a quarter of an hour", () => {
    const fresh = (roundAt: number | undefined) =>
      isRoundFresh(termination({ roundAt }), SINCE + 15 * MINUTE);
    expect(
      [undefined, SINCE, SINCE + 1, SINCE + 15 * MINUTE, SINCE + 15 * MINUTE + 1].map(fresh),
    ).to.deep.equal([false, false, true, true, false]);
  });

  it("is due until one was whole in the last ten minutes, and never where only what is named counts", () => {
    expect(due(undefined)).to.equal(true);
    expect(due(SINCE + now)).to.equal(false);
    expect(due(SINCE + 1)).to.equal(false);
    expect(due(SINCE)).to.equal(true);
    expect(due(undefined, "warn")).to.equal(true);
    expect(due(undefined, "named")).to.equal(false);
  });

  it("that a message dates in a time to come is none", () => {
    expect(due(SINCE + now + 1)).to.equal(true);
  });

  it("goes on for two seconds of a pass, and for 55 of a run", () => {
    expect(roundsUntil(SINCE)).to.equal(SINCE + 55 * SECOND);
    expect(roundUntil(SINCE, SINCE + SECOND)).to.equal(SINCE + 3 * SECOND);
    expect(roundUntil(SINCE, SINCE + 54 * SECOND)).to.equal(SINCE + 55 * SECOND);
  });

  const awaited = (discovery: Discovery | undefined, left: readonly Blocker[], unread = {}) =>
    roundAwaitedUntil(termination(), observed({ discovery, unread }), { left, now: SINCE + now });
  const at = (seconds: number) => SINCE + now + seconds * SECOND;

  it("is awaited until it may be whole: a poll at the least, a minute at the most", () => {
    expect(awaited(begun, ROUND)).to.equal(at(20));
    expect(awaited({ ...begun, expectedAt: at(0) }, ROUND)).to.equal(at(5));
    expect(awaited({ ...begun, expectedAt: at(900) }, ROUND)).to.equal(at(60));
  });

  it("is not awaited where other things may change, where it cannot be read, and where there is none", () => {
    expect(awaited(begun, [tasksLeft("RUNNING")])).to.equal(at(20));
    expect(awaited(again, [tasksLeft("RUNNING")])).to.equal(undefined);
    expect(awaited(again, ROUND)).to.equal(at(20));
    expect(awaited(begun, ROUND, { discovery: denied("ecs:ListClusters") })).to.equal(undefined);
    expect(awaited(whole, ROUND)).to.equal(undefined);
    expect(awaited(undefined, ROUND)).to.equal(undefined);
  });
});

describe("the clusters are searched again", () => {
  const draining = { registrations: [target({ state: "draining" })] };
  const inService = { groupInstance: { group: "fleet", state: "InService" } };
  const table: [
    string,
    boolean,
    Parameters<typeof observed>[0],
    Parameters<typeof termination>[0]?,
    Parameters<typeof termination>[1]?,
  ][] = [
    ["where nothing is left", true, {}],
    ["before a registration is taken out", true, { registrations: [target()] }],
    [
      "before one is taken out while the round goes on",
      true,
      { registrations: [target()], discovery: begun },
    ],
    ["not while all that is left drains", false, draining],
    ["not before a whole round", false, { discovery: begun }],
    ["not where registrations could not be read", false, { unread: { registrations: denied("elb") } }],
    ["not where tasks could not be read", false, { unread: { tasks: denied("ecs") } }],
    ["not where a container instance was found", false, { clusterInstances: [clusterInstance("ACTIVE")] }],
    ["not where a silent one was found", false, { silentTwins: [clusterInstance("ACTIVE")] }],
    ["not where one was seen", false, {}, seen],
    ["not where nobody searches", false, { discovery: undefined }],
    ["not where only what is named counts", false, {}, {}, { settings: { discover: "warn" } }],
    ["not where no hook holds the instance", false, inService],
    ["where it will be interrupted", true, inService, {}, { interruptedAt: SINCE }],
  ];
  for (const [why, isDue, shows, memory, change] of table) {
    it(why, () => {
      const of = termination(memory, { ...all, ...change });
      expect(isSearchedAgain(of, observed({ discovery: whole, ...shows }))).to.equal(isDue);
    });
  }
});

describe("the warnings of a search", () => {
  const unnamed = [
    { kind: "cluster", name: "shop" },
    { kind: "load balancer", name: "web" },
  ] as const;

  it("name each thing that was found, by itself", () => {
    const told = searchWarnings(termination({}, all), observed({ discovery: { ...whole, unnamed } }));
    expect(told).to.deep.equal([
      {
        level: "info",
        kind: "found, not named",
        fields: { cluster: "shop" },
        reason: { why: "found" },
        about: "cluster shop",
      },
      {
        level: "info",
        kind: "found, not named",
        fields: { load_balancer: "web" },
        reason: { why: "found" },
        about: "load balancer web",
      },
    ]);
  });

  it("say that it is left, where nothing is taken out", () => {
    const told = searchWarnings(
      termination({}, { settings: { discover: "warn" } }),
      observed({ discovery: { ...whole, unnamed } }),
    );
    expect(told.map(({ level, reason }) => [level, reason])).to.deep.equal([
      ["warn", { why: "found, left" }],
      ["warn", { why: "found, left" }],
    ]);
  });

  it("name what does not exist", () => {
    const missing = [{ noun: "ECS cluster", name: "old" }];
    expect(searchWarnings(termination({}, all), observed({ discovery: whole, missing }))).to.deep.equal([
      {
        level: "warn",
        kind: "name not found",
        fields: { name: "old" },
        reason: { why: "no such name", noun: "ECS cluster" },
        about: "ECS cluster old",
      },
    ]);
  });

  it("name a cluster that may not be changed, and has work to do", () => {
    const told = (status: string, ...tasks: ReturnType<typeof task>[]) =>
      searchWarnings(
        termination({}, all),
        observed({ clusterInstances: [{ ...clusterInstance(status, ...tasks), permitted: false }] }),
      );
    expect(told("ACTIVE")).to.deep.equal([
      {
        level: "error",
        kind: "cluster not permitted",
        fields: { cluster: "main", missing_permission: "ecs:UpdateContainerInstancesState" },
        reason: { why: "not permitted" },
        about: "main",
      },
    ]);
    expect(told("DRAINING")).to.deep.equal([]);
    expect(told("DRAINING", task("RUNNING"))).to.have.lengthOf(1);
    expect(
      searchWarnings(termination(), observed({ clusterInstances: [clusterInstance("ACTIVE")] })),
    ).to.deep.equal([]);
  });
});
