// Protects what it is enough to ask for between two looks: only what no rule can go on without, and never for long.
import { expect } from "chai";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import type { DrainSettings } from "../../../../shared/model/settings.ts";
import { isRecheckEnough, stillWaiting } from "../../../../shared/rules/blocker.ts";
import {
  classic,
  clusterInstance,
  clusterInstanceOf,
  decisionOf,
  MINUTE,
  type Row,
  SECOND,
  SINCE,
  seen,
  service,
  target,
  task,
  termination,
} from "./builders.ts";

const draining = { ...seen, drainingAt: SINCE, actedAt: SINCE, lastHeartbeatAt: SINCE + MINUTE };
const daemons = [service("web", { daemon: true })];
const recheckIn = (row: Omit<Row, "why" | "expected">) =>
  decisionOf({ memory: draining, ...row }).memory.recheck;
const whatIn = (change: Partial<Observation>, memory: Partial<Memory> = draining) =>
  recheckIn({ observed: change, memory })?.what;
const tasks = (tasksToRun: number, ...arns: string[]) => ({
  kind: "tasks",
  cluster: "main",
  containerInstance: "ci-1",
  tasksToRun,
  tasks: arns,
});
const static8080 = {
  kind: "target",
  targetGroup: "tg-1",
  target: "i-1",
  port: 8080,
  state: "draining",
};

describe("decide: what stands in the way", () => {
  it("the tasks of a DRAINING container instance, whatever is registered", () =>
    expect(
      whatIn({
        clusterInstances: [clusterInstance("DRAINING", task("RUNNING"), task("STOPPING"))],
        registrations: [target({ state: "draining" })],
      }),
    ).to.deep.equal(tasks(1, "task-RUNNING", "task-STOPPING")));

  it("of tasks that are stopping, which the container instance does not count: only themselves", () =>
    expect(
      whatIn({ clusterInstances: [clusterInstance("DRAINING", task("STOPPING"), task("STOPPED"))] }),
    ).to.deep.equal(tasks(0, "task-STOPPING")));

  it("the tasks that DRAINING, which is set in this look, makes leave", () =>
    expect(whatIn({ clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))] })).to.deep.equal(
      tasks(1, "task-RUNNING"),
    ));

  it("not the tasks that are stopped once nothing else is left, but what is", () => {
    const clusterInstances = [clusterInstanceOf({ status: "DRAINING" }, [task("RUNNING")], daemons)];
    expect(whatIn({ clusterInstances, registrations: [target({ state: "draining" })] })).to.deep.equal(
      static8080,
    );
    expect(whatIn({ clusterInstances })).to.equal(undefined);
    const stopping = [
      clusterInstanceOf({ status: "DRAINING" }, [task("RUNNING"), task("STOPPING")], daemons),
    ];
    expect(whatIn({ clusterInstances: stopping })).to.equal(undefined);
  });

  it("the tasks that we have stopped, which are stopping now", () =>
    expect(
      whatIn({
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
    expect(whatIn({ clusterInstances, registrations: [other, behind] })).to.deep.equal(static8080);
  });

  it("of two container instances, of which one has left its cluster: what is on the other", () => {
    const old = clusterInstanceOf({ arn: "ci-0", status: "INACTIVE", agentConnected: false }, [
      task("RUNNING"),
    ]);
    expect(whatIn({ clusterInstances: [old, clusterInstance("DRAINING", task("RUNNING"))] })).to.deep.equal(
      tasks(1, "task-RUNNING"),
    );
  });

  it("a registration that drains, where the container instance has left its cluster", () =>
    expect(
      whatIn({
        clusterInstances: [clusterInstance("INACTIVE")],
        registrations: [target({ state: "draining" })],
      }),
    ).to.deep.equal(static8080));

  it("a load balancer that drains the instance, with no task left", () =>
    expect(
      whatIn({
        clusterInstances: [clusterInstance("DRAINING")],
        registrations: [classic({ state: "draining" })],
      }),
    ).to.deep.equal({ kind: "classic", id: "elb" }));

  it("a target of ECS's that is still registered, until it is an orphan", () => {
    const registered = target({ managed: true, services: ["web"] });
    const observed = { clusterInstances: [clusterInstance("DRAINING")], registrations: [registered] };
    const memory = { ...draining, drainingAt: SINCE + 30 * SECOND };
    expect(recheckIn({ observed, memory })).to.deep.equal({
      what: { ...static8080, state: "registered" },
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
        unread: { hooks: "hooks to be answered" },
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

  describe("between two looks", () => {
    const what = { kind: "classic", id: "elb" } as const;
    const waiting = (until: number, memory: Partial<Memory> = {}) =>
      termination({ recheck: { what, until }, changedAt: SINCE, ...memory });

    it("a glance is enough until then, and not for longer than we would have said", () => {
      expect(isRecheckEnough(termination(), SINCE)).to.equal(false);
      expect(isRecheckEnough(waiting(SINCE + 1), SINCE)).to.equal(true);
      expect(isRecheckEnough(waiting(SINCE), SINCE)).to.equal(false);
      expect(isRecheckEnough(waiting(SINCE + MINUTE), SINCE)).to.equal(true);
      expect(isRecheckEnough(waiting(SINCE + MINUTE + 1), SINCE)).to.equal(false);
    });
    it("it waits for a poll, and not beyond the next look at everything", () => {
      const nextPassAt = (until: number) => stillWaiting(waiting(until), SINCE, false).memory.nextPassAt;
      expect(nextPassAt(SINCE + MINUTE)).to.equal(SINCE + 5 * SECOND);
      expect(nextPassAt(SINCE + 3 * SECOND)).to.equal(SINCE + 3 * SECOND);
    });
    it("it waits longer once nothing has changed for long", () =>
      expect(
        stillWaiting(waiting(SINCE + MINUTE, { changedAt: SINCE - 15 * MINUTE }), SINCE, false).memory
          .nextPassAt,
      ).to.equal(SINCE + 30 * SECOND));
    it("it counts what could not be read", () => {
      expect(stillWaiting(waiting(SINCE + MINUTE), SINCE, true).memory.failures).to.equal(1);
      expect(stillWaiting(waiting(SINCE + MINUTE), SINCE, false).memory.failures).to.equal(0);
    });
    it("what stood in the way is forgotten once nothing does", () =>
      expect(
        recheckIn({
          memory: { ...draining, recheck: { what, until: SINCE + 2 * MINUTE } },
          observed: { clusterInstances: [clusterInstance("DRAINING")] },
        }),
      ).to.equal(undefined));
  });
});
