// Protects what it is enough to ask for between two looks: only what no rule can go on without, and never for long.
import { expect } from "chai";
import type { Observation } from "../../../../shared/model/observation.ts";
import type { DrainSettings } from "../../../../shared/model/settings.ts";
import type { Memory } from "../../../../shared/model/termination.ts";
import { isGlanceEnough, stillWaiting } from "../../../../shared/rules/blocker.ts";
import {
  classic,
  decisionOf,
  MINUTE,
  member,
  memberOf,
  type Row,
  SECOND,
  SINCE,
  seen,
  service,
  target,
  task,
  termination,
} from "./builders.ts";

const draining = { ...seen, drainingAt: SINCE, actedAt: SINCE, lastBeatAt: SINCE + MINUTE };
const daemons = [service("web", { daemon: true })];
const obstacleIn = (row: Omit<Row, "why" | "expected">) =>
  decisionOf({ memory: draining, ...row }).memory.obstacle;
const whatIn = (change: Partial<Observation>, memory: Partial<Memory> = draining) =>
  obstacleIn({ observed: change, memory })?.what;
const tasks = (wantedTasks: number, ...arns: string[]) => ({
  kind: "tasks",
  cluster: "main",
  containerInstance: "ci-1",
  wantedTasks,
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
        members: [member("DRAINING", task("RUNNING"), task("STOPPING"))],
        registrations: [target({ state: "draining" })],
      }),
    ).to.deep.equal(tasks(1, "task-RUNNING", "task-STOPPING")));

  it("of tasks that are stopping, which the container instance does not count: only themselves", () =>
    expect(whatIn({ members: [member("DRAINING", task("STOPPING"), task("STOPPED"))] })).to.deep.equal(
      tasks(0, "task-STOPPING"),
    ));

  it("the tasks that DRAINING, which is set in this look, makes leave", () =>
    expect(whatIn({ members: [member("ACTIVE", task("RUNNING"))] })).to.deep.equal(tasks(1, "task-RUNNING")));

  it("not the tasks that are stopped once nothing else is left, but what is", () => {
    const members = [memberOf({ status: "DRAINING" }, [task("RUNNING")], daemons)];
    expect(whatIn({ members, registrations: [target({ state: "draining" })] })).to.deep.equal(static8080);
    expect(whatIn({ members })).to.equal(undefined);
    const stopping = [memberOf({ status: "DRAINING" }, [task("RUNNING"), task("STOPPING")], daemons)];
    expect(whatIn({ members: stopping })).to.equal(undefined);
  });

  it("the tasks that we have stopped, which are stopping now", () =>
    expect(
      whatIn({
        members: [memberOf({ status: "DRAINING", wantedTasks: 0 }, [task("STOPPING")], daemons)],
      }),
    ).to.deep.equal(tasks(0, "task-STOPPING")));

  it("before DRAINING: a registration that a task listens behind, and no other", () => {
    const members = [memberOf({ status: "ACTIVE" }, [task("RUNNING", { hostPorts: [8080] })])];
    const other = target({ id: "tg-2", port: 9000, state: "draining" });
    const behind = target({ state: "draining" });
    expect(whatIn({ members, registrations: [other, behind] })).to.deep.equal(static8080);
  });

  it("of two container instances, of which one has left its cluster: what is on the other", () => {
    const old = memberOf({ arn: "ci-0", status: "INACTIVE", agentConnected: false }, [task("RUNNING")]);
    expect(whatIn({ members: [old, member("DRAINING", task("RUNNING"))] })).to.deep.equal(
      tasks(1, "task-RUNNING"),
    );
  });

  it("a registration that drains, where the container instance has left its cluster", () =>
    expect(
      whatIn({ members: [member("INACTIVE")], registrations: [target({ state: "draining" })] }),
    ).to.deep.equal(static8080));

  it("a load balancer that drains the instance, with no task left", () =>
    expect(
      whatIn({ members: [member("DRAINING")], registrations: [classic({ state: "draining" })] }),
    ).to.deep.equal({ kind: "classic", loadBalancer: "elb" }));

  it("a target of ECS's that is still registered, until it is an orphan", () => {
    const registered = target({ managed: true, services: ["web"] });
    const observed = { members: [member("DRAINING")], registrations: [registered] };
    const memory = { ...draining, drainingAt: SINCE + 30 * SECOND };
    expect(obstacleIn({ observed, memory })).to.deep.equal({
      what: { ...static8080, state: "registered" },
      until: SINCE + 90 * SECOND,
    });
  });

  const unclear: Record<string, Omit<Row, "why" | "expected">> = {
    "nothing is left": { observed: { members: [member("DRAINING")] } },
    "nothing is left once it is set DRAINING": { observed: { members: [member("ACTIVE")] } },
    "the agent is silent": {
      observed: { members: [memberOf({ status: "DRAINING", agentConnected: false }, [task("RUNNING")])] },
    },
    "a load balancer says that the instance is stopped": {
      observed: {
        members: [member("DRAINING", task("RUNNING"))],
        registrations: [target({ invalid: true, managed: true })],
      },
    },
    "a heartbeat is due, because it failed or its timer is not known": {
      memory: { ...draining, lastBeatAt: undefined },
      observed: { members: [member("DRAINING", task("RUNNING"))] },
    },
    "a heartbeat has just come due": {
      memory: { ...draining, lastBeatAt: SINCE - 39 * MINUTE },
      observed: { members: [member("DRAINING", task("RUNNING"))] },
    },
    "EC2 does not know the instance": {
      memory: { ...draining, unknownSince: SINCE },
      observed: { members: [member("DRAINING", task("RUNNING"))] },
    },
    "something could not be read": {
      observed: { members: [member("DRAINING", task("RUNNING"))], unread: { hooks: "hooks to be answered" } },
    },
    "the instance is in two clusters": {
      observed: {
        members: [
          member("DRAINING", task("RUNNING")),
          { ...memberOf({ arn: "ci-2", status: "DRAINING" }, [task("RUNNING")]), cluster: "other" },
        ],
      },
    },
    "a registration of ours waits for the next message": {
      memory: { ...draining, returns: "root volume" },
      observed: {
        membership: { group: "fleet", state: "ReplacingRootVolume:Wait" },
        members: [member("DRAINING", task("RUNNING"))],
        registrations: [target()],
      },
    },
    "a Spot interruption is near": {
      told: { interruptedAt: SINCE },
      observed: { members: [member("DRAINING", task("RUNNING"))] },
    },
    "the container instance is being registered": {
      observed: { members: [memberOf({ status: "REGISTERING" }, [task("RUNNING")])] },
    },
    "only a classic load balancer's list tells": {
      memory: { ...draining, drainingAt: SINCE + 30 * SECOND },
      observed: { members: [member("DRAINING")], registrations: [classic({ managed: true })] },
    },
  };
  for (const [why, row] of Object.entries(unclear)) {
    it(`nothing that it is enough to ask for where ${why}`, () =>
      expect(obstacleIn(row)).to.equal(undefined));
  }

  describe("for how long", () => {
    const untilOf = (memory: Partial<Memory>, settings: Partial<DrainSettings> = {}) => {
      const observed = { members: [member("DRAINING", task("RUNNING"))] };
      const until = obstacleIn({ observed, settings, memory: { ...draining, ...memory } })?.until;
      return until === undefined ? undefined : until - SINCE - MINUTE;
    };
    it("a minute", () => expect(untilOf({})).to.equal(MINUTE));
    it("until the drain's deadline", () =>
      expect(untilOf({}, { drainTimeoutSeconds: 90 })).to.equal(30 * SECOND));
    it("a minute, where the drain's deadline has come and the hook's own timeout is left to decide", () =>
      expect(untilOf({}, { drainTimeoutSeconds: 60, onTimeout: "leave" })).to.equal(MINUTE));
    it("until the next heartbeat is due", () =>
      expect(untilOf({ lastBeatAt: SINCE - 40 * MINUTE + 80 * SECOND })).to.equal(20 * SECOND));
    it("until an orphan is one", () => {
      const stopped = task("STOPPED", { service: "api", stoppedAt: SINCE + 20 * SECOND });
      const observed = {
        members: [member("DRAINING", task("RUNNING"), stopped)],
        registrations: [target({ managed: true, services: ["api"] })],
      };
      expect(obstacleIn({ observed })?.until).to.equal(SINCE + 80 * SECOND);
      const leaving = [target({ managed: true, services: ["api"], state: "draining" })];
      expect(obstacleIn({ observed: { ...observed, registrations: leaving } })?.until).to.equal(
        SINCE + 2 * MINUTE,
      );
    });
  });

  describe("between two looks", () => {
    const what = { kind: "classic", loadBalancer: "elb" } as const;
    const waiting = (until: number, memory: Partial<Memory> = {}) =>
      termination({ obstacle: { what, until }, changedAt: SINCE, ...memory });

    it("a glance is enough until then, and not for longer than we would have said", () => {
      expect(isGlanceEnough(termination(), SINCE)).to.equal(false);
      expect(isGlanceEnough(waiting(SINCE + 1), SINCE)).to.equal(true);
      expect(isGlanceEnough(waiting(SINCE), SINCE)).to.equal(false);
      expect(isGlanceEnough(waiting(SINCE + MINUTE), SINCE)).to.equal(true);
      expect(isGlanceEnough(waiting(SINCE + MINUTE + 1), SINCE)).to.equal(false);
    });
    it("it waits for a poll, and not beyond the next look at everything", () => {
      const lookAt = (until: number) => stillWaiting(waiting(until), SINCE, false).memory.lookAt;
      expect(lookAt(SINCE + MINUTE)).to.equal(SINCE + 5 * SECOND);
      expect(lookAt(SINCE + 3 * SECOND)).to.equal(SINCE + 3 * SECOND);
    });
    it("it waits longer once nothing has changed for long", () =>
      expect(
        stillWaiting(waiting(SINCE + MINUTE, { changedAt: SINCE - 15 * MINUTE }), SINCE, false).memory.lookAt,
      ).to.equal(SINCE + 30 * SECOND));
    it("it counts what could not be read", () => {
      expect(stillWaiting(waiting(SINCE + MINUTE), SINCE, true).memory.failures).to.equal(1);
      expect(stillWaiting(waiting(SINCE + MINUTE), SINCE, false).memory.failures).to.equal(0);
    });
    it("what stood in the way is forgotten once nothing does", () =>
      expect(
        obstacleIn({
          memory: { ...draining, obstacle: { what, until: SINCE + 2 * MINUTE } },
          observed: { members: [member("DRAINING")] },
        }),
      ).to.equal(undefined));
  });
});
