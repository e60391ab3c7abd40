// Rule 7: dead means dead.
// Protects what is done about an instance that is dead: as soon as that is certain, and not before.

import { expect } from "chai";
import { type Blocker, event, unreadBlocker } from "../../../../shared/model/blocker.ts";
import type { Discovery } from "../../../../shared/model/discovery.ts";
import type { InstanceState } from "../../../../shared/model/instance-state.ts";
import type { DrainSettings } from "../../../../shared/model/settings.ts";
import {
  classic,
  clusterInstance,
  clusterInstanceOf,
  decisionOf,
  denied,
  hook,
  MINUTE,
  type Row,
  rows,
  SECOND,
  SINCE,
  seen,
  target,
  task,
  tasksLeft,
} from "./builders.ts";

const frozen = clusterInstanceOf({ status: "DRAINING", agentConnected: false }, [task("RUNNING")]);
const drained = { ...seen, drainingAt: SINCE };
const now = 5 * MINUTE;
const clearedAway = (as: InstanceState): Blocker => ({ kind: "dead instance", as });
const says = (instance: InstanceState, change: Partial<Row["observed"]> = {}) => ({
  observed: { instance, clusterInstances: [frozen], ...change },
});

describe("decide", () => {
  rows("rule 7: dead is what EC2 says is dead", [
    ...(["pending", "running", "stopping"] as const).map(
      (instance): Row => ({
        why: `${instance}: not dead, its tasks hold it`,
        memory: drained,
        ...says(instance),
        now,
        expected: ["wait"],
      }),
    ),
    ...(["stopped", "shutting-down", "terminated"] as const).map(
      (instance): Row => ({
        why: `${instance}: dead, its container instance is taken out`,
        memory: drained,
        ...says(instance),
        now,
        expected: ["wait", "force out"],
        because: [clearedAway(instance)],
      }),
    ),
    {
      why: "nobody asked: it lives",
      memory: drained,
      observed: { clusterInstances: [frozen] },
      now,
      expected: ["wait"],
      because: [tasksLeft("RUNNING"), { kind: "agent disconnected", cluster: "main" }],
    },
    {
      why: "unknown once: not dead",
      memory: drained,
      ...says("unknown"),
      now,
      expected: ["wait"],
    },
    {
      why: "unknown twice, less than 30 s apart: not dead",
      memory: { ...drained, unknownSince: SINCE + now - 30 * SECOND + 1 },
      ...says("unknown"),
      now,
      expected: ["wait"],
    },
    {
      why: "unknown twice, 30 s apart: dead",
      memory: { ...drained, unknownSince: SINCE + now - 30 * SECOND },
      ...says("unknown"),
      now,
      expected: ["wait", "force out"],
      because: [clearedAway("unknown")],
    },
    {
      why: "EC2 could not be asked: nothing is certain, and what ECS shows still counts",
      memory: drained,
      observed: {
        clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))],
        unread: { instance: denied("ec2:DescribeInstances") },
      },
      now,
      expected: ["wait"],
      because: [tasksLeft("RUNNING"), unreadBlocker("instance", denied("ec2:DescribeInstances"))],
    },
    {
      why: "dead, and nothing of it is left: completed at once",
      memory: drained,
      ...says("terminated", { clusterInstances: [] }),
      now,
      expected: ["complete"],
      because: { why: "dead", as: "terminated" },
    },
    {
      why: "dead, with a silent twin: both leave",
      memory: drained,
      ...says("terminated", {
        silentTwins: [clusterInstanceOf({ arn: "ci-0", agentConnected: false }, [task("RUNNING")])],
      }),
      now,
      expected: ["wait", "force out", "force out"],
    },
    {
      why: "dead before anything was ever seen of it: completed at once",
      ...says("terminated", { clusterInstances: [] }),
      now: 0,
      expected: ["complete"],
    },
    {
      why: "dead, and registered with one of ours: it is taken out",
      memory: drained,
      ...says("terminated", { clusterInstances: [], registrations: [target({ invalid: true })] }),
      now,
      expected: ["wait", "deregister"],
    },
    {
      why: "dead, and what is still registered drains: nobody is served there",
      memory: drained,
      ...says("terminated", { clusterInstances: [], registrations: [target({ state: "draining" })] }),
      now,
      expected: ["complete"],
    },
    {
      why: "dead, and a service's target is still registered: ECS takes it out",
      memory: drained,
      ...says("terminated", {
        clusterInstances: [],
        registrations: [target({ managed: true, services: ["web"] })],
      }),
      now: 30 * SECOND,
      expected: ["complete"],
    },
    {
      why: "dead, though EC2 does not answer any more: still dead",
      memory: { ...drained, deadSince: SINCE },
      observed: { clusterInstances: [] },
      now,
      expected: ["complete"],
      because: { why: "dead", as: undefined },
    },
    {
      why: "the clearing up does not succeed: tried for just under a minute",
      memory: { ...drained, deadSince: SINCE, clearingSince: SINCE + now - MINUTE + 1 },
      ...says("terminated"),
      now,
      expected: ["wait", "force out"],
    },
    {
      why: "the clearing up does not succeed: completed after a minute, with a last try",
      memory: { ...drained, deadSince: SINCE, clearingSince: SINCE + now - MINUTE },
      ...says("terminated"),
      now,
      expected: ["complete", "force out"],
      because: { why: "dead", as: "terminated" },
    },
    {
      why: "found minutes after it was certain to be dead: taken out first",
      memory: { ...drained, deadSince: SINCE },
      ...says("terminated", { clusterInstances: [], registrations: [target()] }),
      now,
      expected: ["wait", "deregister"],
    },
    {
      why: "refused by Auto Scaling, as for one that lives: tried again for two minutes",
      memory: { ...drained, deadSince: SINCE, refusedAt: SINCE + now - 2 * MINUTE },
      ...says("terminated", { clusterInstances: [] }),
      now,
      expected: ["drop"],
    },
  ]);

  const leaving: [DrainSettings["deregisterContainerInstance"], boolean, string[]][] = [
    ["never", false, ["complete"]],
    ["never", true, ["complete"]],
    ["when_disconnected", false, ["wait", "force out"]],
    ["when_disconnected", true, ["complete"]],
    ["always", false, ["wait", "force out"]],
    ["always", true, ["wait", "force out"]],
  ];
  rows(
    "deregister_container_instance, of a dead instance",
    leaving.map(
      ([deregisterContainerInstance, agentConnected, expected]): Row => ({
        why: `${deregisterContainerInstance}, its agent ${agentConnected ? "connected" : "disconnected"}`,
        memory: drained,
        settings: { deregisterContainerInstance },
        observed: {
          instance: "terminated",
          clusterInstances: [clusterInstanceOf({ status: "DRAINING", agentConnected }, [task("RUNNING")])],
        },
        now,
        expected,
      }),
    ),
  );

  describe("what is remembered of an instance's life", () => {
    const memoryOf = (row: Partial<Row>) => decisionOf({ memory: drained, now, ...row }).memory;
    const at = SINCE + now;

    it("since when its agent has been silent, in an unbroken row", () => {
      const quiet = { observed: { clusterInstances: [frozen] } };
      expect(memoryOf(quiet).disconnectedSince).to.equal(at);
      const oneOfTwo = { observed: { clusterInstances: [clusterInstance("DRAINING"), frozen] } };
      expect(memoryOf(oneOfTwo).disconnectedSince).to.equal(at);
      expect(
        memoryOf({ ...quiet, memory: { ...drained, disconnectedSince: SINCE } }).disconnectedSince,
      ).to.equal(SINCE);
      const known = { ...drained, disconnectedSince: SINCE };
      const unread = { unread: { tasks: denied() } };
      expect(memoryOf({ memory: known, observed: unread }).disconnectedSince).to.equal(SINCE);
      const speaks = { clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))] };
      expect(memoryOf({ memory: known, observed: speaks }).disconnectedSince).to.equal(undefined);
      const left = {
        clusterInstances: [
          clusterInstanceOf({ status: "INACTIVE", agentConnected: false }, [task("RUNNING")]),
        ],
      };
      expect(memoryOf({ memory: known, observed: left }).disconnectedSince).to.equal(undefined);
    });

    it("since when EC2 has not known it, in an unbroken row of answers", () => {
      expect(memoryOf(says("unknown")).unknownSince).to.equal(at);
      const known = { ...drained, unknownSince: SINCE + now - SECOND };
      expect(memoryOf({ memory: known, ...says("unknown") }).unknownSince).to.equal(known.unknownSince);
      expect(memoryOf({ memory: known, observed: { clusterInstances: [frozen] } }).unknownSince).to.equal(
        known.unknownSince,
      );
      expect(memoryOf({ memory: known, ...says("running") }).unknownSince).to.equal(undefined);
    });

    it("that it is dead, since when that was first certain", () => {
      const unknown = { ...drained, unknownSince: SINCE + now - 30 * SECOND };
      expect(memoryOf({ memory: unknown, ...says("unknown") }).deadSince).to.equal(at);
      for (const instance of ["shutting-down", "terminated"] as const) {
        expect(memoryOf(says(instance)).deadSince).to.equal(at);
      }
      expect(memoryOf(says("running")).deadSince).to.equal(undefined);
      expect(memoryOf(says("stopped")).deadSince).to.equal(at);
      expect(memoryOf({ memory: { ...drained, deadSince: SINCE }, ...says("stopped") }).deadSince).to.equal(
        SINCE,
      );
    });

    it("and there is another pass when 30 s of not being known are over", () => {
      const { outcome } = decisionOf({
        memory: drained,
        settings: { pollSeconds: 60 },
        ...says("unknown"),
        now,
      });
      expect(outcome).to.include({ kind: "wait", until: at + 30 * SECOND });
    });
  });
});

// Where it is registered by its address, nobody ever takes it out if we do not.
const round = (isWhole: boolean): Discovery => ({
  isWhole,
  wasWhole: isWhole,
  wholeAt: undefined,
  progress: undefined,
  expectedAt: undefined,
  unnamed: [],
});
const reads = (change: Partial<Row["observed"]>) =>
  ({
    memory: { ...drained, deadSince: SINCE },
    ...says("stopped", { clusterInstances: [], ...change }),
    now,
  }) as const;
const unreadOf = (what: "registrations" | "tasks" | "discovery") =>
  reads({ unread: { [what]: denied("ecs:ListTasks") } });

describe("decide", () => {
  rows("rule 7: dead, and what may be left of it could not be read: it is waited for", [
    ...(["registrations", "tasks", "discovery"] as const).map(
      (what): Row => ({
        why: what,
        ...unreadOf(what),
        expected: ["wait"],
        because: [clearedAway("stopped"), unreadBlocker(what, denied("ecs:ListTasks"))],
      }),
    ),
    {
      why: "the search has not been everywhere",
      ...reads({ discovery: round(false) }),
      expected: ["wait"],
      because: [clearedAway("stopped"), event("whole round")],
    },
    { why: "the search has been everywhere", ...reads({ discovery: round(true) }), expected: ["complete"] },
    {
      why: "EC2 alone does not answer: that it is dead is known",
      ...reads({ instance: undefined, unread: { instance: denied("ec2:DescribeInstances") } }),
      expected: ["complete"],
    },
    {
      why: "what is known is cleared away meanwhile, however long it takes",
      ...reads({ unread: { tasks: denied() }, registrations: [target()] }),
      expected: ["wait", "deregister"],
    },
    {
      why: "until the drain's time is over",
      ...unreadOf("tasks"),
      settings: { drainTimeoutSeconds: 300 },
      expected: ["complete"],
      because: { why: "dead", as: "stopped" },
    },
  ]);

  it("rule 7: the minute for clearing away begins when all could be read", () => {
    const { memory } = decisionOf(unreadOf("tasks"));
    expect(memory.clearingSince).to.equal(undefined);
    const dead = { ...drained, deadSince: SINCE };
    const registered = (clearingSince?: number) =>
      decisionOf({
        ...reads({ clusterInstances: [], registrations: [target()] }),
        memory: { ...dead, clearingSince },
      }).memory;
    expect(registered().clearingSince).to.equal(SINCE + now);
    expect(registered(SINCE + now - SECOND).clearingSince).to.equal(SINCE + now - SECOND);
    const hidden = { ...unreadOf("tasks"), memory: { ...dead, clearingSince: SINCE } };
    expect(decisionOf(hidden).memory).to.include({ deadSince: SINCE, clearingSince: undefined });
  });

  rows("rule 7: what is cleared away after a dead instance", [
    {
      why: "not a container instance that is out of its cluster",
      memory: { ...drained, deadSince: SINCE + MINUTE },
      settings: { deregisterContainerInstance: "always" },
      observed: { instance: "terminated", clusterInstances: [clusterInstance("INACTIVE")] },
      expected: ["complete"],
      because: { why: "dead", as: "terminated" },
    },
    {
      why: "the completion was refused before, and another hook holds it: cleared away first",
      memory: { ...drained, deadSince: SINCE + MINUTE, refusedAt: SINCE + MINUTE },
      observed: {
        instance: "terminated",
        registrations: [classic()],
        hooks: [hook(), hook({ name: "backup" })],
      },
      expected: ["wait", "deregister"],
      because: [clearedAway("terminated")],
    },
  ]);
});
