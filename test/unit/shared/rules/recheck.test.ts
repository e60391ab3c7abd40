// Rule 11: patience is not failure.
// Protects what it is enough to ask about between two passes: only what no rule can go on without, and never for long.
import { expect } from "chai";
import type { Memory, RecheckableBlocker } from "../../../../shared/model/memory.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import type { DrainSettings } from "../../../../shared/model/settings.ts";
import {
  classic,
  clusterInstance,
  clusterInstanceOf,
  decisionOf,
  denied,
  MINUTE,
  type Row,
  SECOND,
  SINCE,
  seen,
  service,
  target,
  task,
} from "./builders.ts";

const draining = { ...seen, drainingAt: SINCE, actedAt: SINCE, lastHeartbeatAt: SINCE + MINUTE };
const daemons = [service("web", { daemon: true })];
const recheckIn = (row: Omit<Row, "why" | "expected">) =>
  decisionOf({ memory: draining, ...row }).memory.recheck;
const blockerIn = (change: Partial<Observation>, memory: Partial<Memory> = draining) =>
  recheckIn({ observed: change, memory })?.blocker;
const tasks = (tasksToRun: number, ...arns: string[]) => ({
  kind: "tasks",
  cluster: "main",
  containerInstance: "ci-1",
  tasksToRun,
  tasks: arns,
});
const static8080: RecheckableBlocker = {
  kind: "registration",
  registration: { kind: "target", id: "tg-1", port: 8080 },
  target: "i-1",
  state: "draining",
};

describe("decide: the blocker to recheck", () => {
  it("the tasks of a DRAINING container instance, whatever is registered", () =>
    expect(
      blockerIn({
        clusterInstances: [clusterInstance("DRAINING", task("RUNNING"), task("STOPPING"))],
        registrations: [target({ state: "draining" })],
      }),
    ).to.deep.equal(tasks(1, "task-RUNNING", "task-STOPPING")));

  it("of tasks that are stopping, which the container instance does not count: only themselves", () =>
    expect(
      blockerIn({ clusterInstances: [clusterInstance("DRAINING", task("STOPPING"), task("STOPPED"))] }),
    ).to.deep.equal(tasks(0, "task-STOPPING")));

  it("the tasks that DRAINING, which is set in this pass, makes leave", () =>
    expect(blockerIn({ clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))] })).to.deep.equal(
      tasks(1, "task-RUNNING"),
    ));

  it("not the tasks that are stopped once nothing else is left, but what is", () => {
    const clusterInstances = [clusterInstanceOf({ status: "DRAINING" }, [task("RUNNING")], daemons)];
    expect(blockerIn({ clusterInstances, registrations: [target({ state: "draining" })] })).to.deep.equal(
      static8080,
    );
    expect(blockerIn({ clusterInstances })).to.equal(undefined);
    const stopping = [
      clusterInstanceOf({ status: "DRAINING" }, [task("RUNNING"), task("STOPPING")], daemons),
    ];
    expect(blockerIn({ clusterInstances: stopping })).to.equal(undefined);
  });

  it("the tasks that we have stopped, which are stopping now", () =>
    expect(
      blockerIn({
        clusterInstances: [
          clusterInstanceOf({ status: "DRAINING", tasksToRun: 0 }, [task("STOPPING")], daemons),
        ],
      }),
    ).to.deep.equal(tasks(0, "task-STOPPING")));

  it("before DRAINING: a registration that a task listens behind, and no other", () => {
    const clusterInstances = [
      clusterInstanceOf({ status: "ACTIVE" }, [task("RUNNING", { hostPorts: [8080] })]),
    ];
    const other = target({ id: "tg-2", port: 9000, state: "draining" });
    const behind = target({ state: "draining" });
    expect(blockerIn({ clusterInstances, registrations: [other, behind] })).to.deep.equal(static8080);
  });

  it("of two container instances, of which one has left its cluster: what is on the other", () => {
    const old = clusterInstanceOf({ arn: "ci-0", status: "INACTIVE", agentConnected: false }, [
      task("RUNNING"),
    ]);
    expect(
      blockerIn({ clusterInstances: [old, clusterInstance("DRAINING", task("RUNNING"))] }),
    ).to.deep.equal(tasks(1, "task-RUNNING"));
  });

  it("a registration that drains, where the container instance has left its cluster", () =>
    expect(
      blockerIn({
        clusterInstances: [clusterInstance("INACTIVE")],
        registrations: [target({ state: "draining" })],
      }),
    ).to.deep.equal(static8080));

  it("a load balancer that drains the instance, with no task left", () =>
    expect(
      blockerIn({
        clusterInstances: [clusterInstance("DRAINING")],
        registrations: [classic({ state: "draining" })],
      }),
    ).to.deep.equal({
      kind: "registration",
      registration: { kind: "classic", id: "elb" },
      target: "i-1",
      state: "draining",
    }));

  it("a target of ECS's that is still registered, until it is an orphan", () => {
    const registered = target({ managed: true, services: ["web"] });
    const observed = { clusterInstances: [clusterInstance("DRAINING")], registrations: [registered] };
    const memory = { ...draining, drainingAt: SINCE + 30 * SECOND };
    expect(recheckIn({ observed, memory })).to.deep.equal({
      blocker: { ...static8080, state: "registered" },
      until: SINCE + 90 * SECOND,
    });
  });

  const unclear: Record<string, Omit<Row, "why" | "expected">> = {
    "nothing is left": { observed: { clusterInstances: [clusterInstance("DRAINING")] } },
    "nothing is left once it is set DRAINING": {
      observed: { clusterInstances: [clusterInstance("ACTIVE")] },
    },
    "the agent is silent": {
      observed: {
        clusterInstances: [
          clusterInstanceOf({ status: "DRAINING", agentConnected: false }, [task("RUNNING")]),
        ],
      },
    },
    "a load balancer says that the instance is stopped": {
      observed: {
        clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))],
        registrations: [target({ invalid: true, managed: true })],
      },
    },
    "a heartbeat is due, because it failed or its timer is not known": {
      memory: { ...draining, lastHeartbeatAt: undefined },
      observed: { clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))] },
    },
    "a heartbeat has just come due": {
      memory: { ...draining, lastHeartbeatAt: SINCE - 39 * MINUTE },
      observed: { clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))] },
    },
    "EC2 does not know the instance": {
      memory: { ...draining, unknownSince: SINCE },
      observed: { clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))] },
    },
    "something could not be read": {
      observed: {
        clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))],
        unread: { hooks: denied() },
      },
    },
    "the instance is in two clusters": {
      observed: {
        clusterInstances: [
          clusterInstance("DRAINING", task("RUNNING")),
          { ...clusterInstanceOf({ arn: "ci-2", status: "DRAINING" }, [task("RUNNING")]), cluster: "other" },
        ],
      },
    },
    "a registration of ours waits for the next message": {
      memory: { ...draining, returns: "root volume" },
      observed: {
        groupInstance: { group: "fleet", state: "ReplacingRootVolume:Wait" },
        clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))],
        registrations: [target()],
      },
    },
    "a Spot interruption is near": {
      told: { interruptedAt: SINCE },
      observed: { clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))] },
    },
    "the container instance is being registered": {
      observed: { clusterInstances: [clusterInstanceOf({ status: "REGISTERING" }, [task("RUNNING")])] },
    },
    "only a classic load balancer's list tells": {
      memory: { ...draining, drainingAt: SINCE + 30 * SECOND },
      observed: {
        clusterInstances: [clusterInstance("DRAINING")],
        registrations: [classic({ managed: true })],
      },
    },
  };
  for (const [why, row] of Object.entries(unclear)) {
    it(`nothing that it is enough to ask for where ${why}`, () => expect(recheckIn(row)).to.equal(undefined));
  }

  describe("for how long", () => {
    const untilOf = (memory: Partial<Memory>, settings: Partial<DrainSettings> = {}) => {
      const observed = { clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))] };
      const until = recheckIn({ observed, settings, memory: { ...draining, ...memory } })?.until;
      return until === undefined ? undefined : until - SINCE - MINUTE;
    };
    it("a minute", () => expect(untilOf({})).to.equal(MINUTE));
    it("until the drain's deadline", () =>
      expect(untilOf({}, { drainTimeoutSeconds: 90 })).to.equal(30 * SECOND));
    it("a minute, where the drain's deadline has come and the hook's own timeout is left to decide", () =>
      expect(untilOf({}, { drainTimeoutSeconds: 60, onTimeout: "leave" })).to.equal(MINUTE));
    it("until the next heartbeat is due", () =>
      expect(untilOf({ lastHeartbeatAt: SINCE - 40 * MINUTE + 80 * SECOND })).to.equal(20 * SECOND));
    it("until an orphan is one", () => {
      const stopped = task("STOPPED", { service: "api", stoppedAt: SINCE + 20 * SECOND });
      const observed = {
        clusterInstances: [clusterInstance("DRAINING", task("RUNNING"), stopped)],
        registrations: [target({ managed: true, services: ["api"] })],
      };
      expect(recheckIn({ observed })?.until).to.equal(SINCE + 80 * SECOND);
      const leaving = [target({ managed: true, services: ["api"], state: "draining" })];
      expect(recheckIn({ observed: { ...observed, registrations: leaving } })?.until).to.equal(
        SINCE + 2 * MINUTE,
      );
    });
  });

  it("the blocker is forgotten once it is gone", () =>
    expect(
      recheckIn({
        memory: { ...draining, recheck: { blocker: static8080, until: SINCE + 2 * MINUTE } },
        observed: { clusterInstances: [clusterInstance("DRAINING")] },
      }),
    ).to.equal(undefined));
});
