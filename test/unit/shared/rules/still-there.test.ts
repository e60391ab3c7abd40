// Protects what a drain waits for: all that is there once the steps of the pass are taken, in one order.
import { expect } from "chai";
import { event, unreadBlocker } from "../../../../shared/model/blocker.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import { decide } from "../../../../shared/rules/decide.ts";
import { leftoversOf, stillThere } from "../../../../shared/rules/still-there.ts";
import {
  classic,
  clusterInstance,
  clusterInstanceOf,
  denied,
  lifecycleState,
  NOT_DRAINING,
  observed,
  SINCE,
  state,
  target,
  targetsLeft,
  task,
  tasksLeft,
  termination,
  throttled,
} from "./builders.ts";

const drainingWithElb = {
  kind: "registration",
  loadBalancer: "elb",
  counts: false,
  state: "draining",
  count: 1,
} as const;

describe("what a drain waits for", () => {
  const blockersOf = (change: Partial<Observation>) => {
    const { outcome } = decide(termination(), observed(change), SINCE);
    return outcome.kind === "wait" ? outcome.blockers : outcome.kind;
  };

  it("load balancers by state, tasks by status in the order of their lives", () => {
    const blockers = blockersOf({
      clusterInstances: [
        clusterInstance("DRAINING", task("STOPPING"), task("RUNNING"), task("RUNNING"), task("STOPPED")),
      ],
      registrations: [
        target({ managed: true }),
        target({ managed: true, port: 8081 }),
        classic({ state: "draining" }),
      ],
    });
    expect(blockers).to.deep.equal([
      targetsLeft("registered", 2),
      drainingWithElb,
      tasksLeft("RUNNING", 2),
      tasksLeft("STOPPING"),
    ]);
  });

  it("tasks in each status of their lives, and first those in one that AWS adds", () => {
    const statuses = [
      "DEPROVISIONING",
      "STOPPING",
      "DEACTIVATING",
      "RUNNING",
      "ACTIVATING",
      "PENDING",
      "PROVISIONING",
    ];
    const tasks = [...statuses, "NEW"].map((status) => task(status));
    expect(blockersOf({ clusterInstances: [clusterInstance("DRAINING", ...tasks)] })).to.deep.equal(
      ["NEW", ...statuses.toReversed()].map((status) => tasksLeft(status)),
    );
  });

  it("what is left once the steps of this pass are taken", () => {
    expect(blockersOf({ registrations: [target()] })).to.deep.equal([targetsLeft("draining")]);
    expect(blockersOf({ clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))] })).to.deep.equal([
      tasksLeft("RUNNING"),
    ]);
    expect(blockersOf({ clusterInstances: [clusterInstance("ACTIVE")] })).to.deep.equal([event("effect")]);
    const behind = {
      clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
      registrations: [target()],
    };
    expect(blockersOf(behind)).to.deep.equal([targetsLeft("draining"), tasksLeft("RUNNING"), NOT_DRAINING]);
  });

  it("the lifecycle state, where no hook holds the instance yet", () =>
    expect(blockersOf(state("Terminating"))).to.deep.equal([lifecycleState("Terminating", "end of wait")]));
});

describe("what is still there", () => {
  const running = { clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))] };
  const tasks = unreadBlocker("tasks", denied("ecs:ListTasks"));
  const registrations = unreadBlocker("registrations", throttled());
  const ports = unreadBlocker("host ports", denied("ecs:DescribeTaskDefinition"));
  const instance = unreadBlocker("instance", denied("ec2:DescribeInstances"));

  it("is nothing where nothing is registered, runs or was left unanswered", () => {
    expect(stillThere(observed())).to.deep.equal([]);
    expect(stillThere(observed({ clusterInstances: [clusterInstance("DRAINING")] }))).to.deep.equal([]);
  });

  it("may be what was not answered: registrations, then tasks", () => {
    const unread = { tasks: denied("ecs:ListTasks"), registrations: throttled() };
    expect(stillThere(observed({ unread }))).to.deep.equal([registrations, tasks]);
  });

  it("depends on ports and on EC2 only while something is left", () => {
    const unread = {
      "host ports": denied("ecs:DescribeTaskDefinition"),
      instance: denied("ec2:DescribeInstances"),
    };
    expect(stillThere(observed({ unread }))).to.deep.equal([]);
    expect(stillThere(observed({ ...running, unread }))).to.deep.equal([
      tasksLeft("RUNNING"),
      ports,
      instance,
    ]);
    const tasksToo = { ...unread, tasks: denied("ecs:ListTasks") };
    expect(stillThere(observed({ unread: tasksToo }))).to.deep.equal([tasks, ports, instance]);
  });

  it("does not depend on the hooks or the group's answer", () =>
    expect(stillThere(observed({ unread: { hooks: denied(), "group instance": denied() } }))).to.deep.equal(
      [],
    ));

  it("is known to be there only where AWS has shown it", () =>
    expect(leftoversOf(observed({ ...running, unread: { registrations: throttled() } }))).to.deep.equal([
      tasksLeft("RUNNING"),
    ]));

  it("is an agent's silence only while there are tasks", () => {
    const silent = (...tasks: ReturnType<typeof task>[]) =>
      stillThere(
        observed({
          clusterInstances: [clusterInstanceOf({ status: "DRAINING", agentConnected: false }, tasks)],
        }),
      );
    expect(silent(task("RUNNING"))).to.deep.equal([
      tasksLeft("RUNNING"),
      { kind: "agent disconnected", cluster: "main" },
    ]);
    expect(silent()).to.deep.equal([]);
  });
});
