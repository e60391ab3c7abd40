// Protects the corners of the rules: where two instances, tasks or hooks are there and only one of them is meant.
import { event } from "../../../../shared/model/blocker.ts";
import {
  classic,
  clusterInstance,
  clusterInstanceOf,
  denied,
  hook,
  lifecycleState,
  MINUTE,
  type Row,
  returning,
  rows,
  SECOND,
  SINCE,
  seen,
  service,
  state,
  target,
  task,
  tasksLeft,
} from "./builders.ts";

const LOOK = 5 * MINUTE;
const long = SINCE + LOOK - 2 * MINUTE;
const drained = { ...seen, drainingAt: SINCE };
const stopped = (change = {}) => task("STOPPED", { hostPorts: [8080], stoppedAt: long, ...change });
const orphanOf = (...tasks: ReturnType<typeof task>[]): Partial<Row> => ({
  memory: drained,
  observed: {
    clusterInstances: [clusterInstance("DRAINING", ...tasks)],
    registrations: [target({ managed: true, services: ["web"] })],
  },
  now: LOOK,
});
const addressOf = (
  addressTask: ReturnType<typeof task>,
  ...tasks: ReturnType<typeof task>[]
): Partial<Row> => ({
  memory: drained,
  observed: {
    clusterInstances: [clusterInstance("DRAINING", addressTask, ...tasks)],
    registrations: [
      target({ target: "10.0.0.7", pointsAt: [], managed: true, services: ["web"], addressTask }),
    ],
  },
  now: LOOK,
});

describe("decide", () => {
  rows("rule 2: which task is behind a target", [
    {
      why: "another task of its service listens elsewhere: the target is an orphan",
      ...orphanOf(stopped(), task("RUNNING", { arn: "task-2", hostPorts: [9090] })),
      expected: ["wait", "orphan"],
    },
    {
      why: "nobody knows when its task stopped: counted from DRAINING",
      ...orphanOf(stopped({ stoppedAt: undefined })),
      expected: ["wait", "orphan"],
    },
    {
      why: "the address of a task that has stopped: an orphan, whatever other tasks its service has here",
      ...addressOf(
        stopped({ arn: "task-held", addresses: ["10.0.0.7"] }),
        task("RUNNING", { arn: "task-2" }),
      ),
      expected: ["wait", "orphan"],
    },
    {
      why: "the address of a task that is about to have stopped: still ECS's",
      ...addressOf(task("DEPROVISIONING", { addresses: ["10.0.0.7"], stoppedAt: long })),
      expected: ["wait"],
    },
  ]);

  rows("rule 2: what DRAINING waits for", [
    {
      why: "the registrations cannot be read: even where no task listens",
      memory: seen,
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))],
        unread: { registrations: denied() },
      },
      expected: ["wait"],
    },
    {
      why: "ours have just gone, and no task listens: not for them",
      memory: { ...seen, actedAt: SINCE + MINUTE },
      observed: { clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))] },
      expected: ["wait", "drain"],
    },
  ]);

  const listening = clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }));
  rows("rule 2: which of ours a task listens behind", [
    {
      why: "one that points elsewhere does not hold DRAINING back",
      memory: seen,
      observed: {
        clusterInstances: [listening],
        registrations: [target({ state: "draining", pointsAt: [9090] })],
      },
      expected: ["wait", "drain"],
    },
    {
      why: "one that points at its port among others does",
      memory: seen,
      observed: {
        clusterInstances: [listening],
        registrations: [target({ state: "draining", pointsAt: [8080, 9090] })],
      },
      expected: ["wait"],
    },
  ]);

  rows("rule 4: two daemons, and a target of one of them", [
    {
      why: "both are stopped, the one with its target",
      memory: drained,
      observed: {
        clusterInstances: [
          clusterInstanceOf(
            { status: "DRAINING" },
            [
              task("RUNNING", { arn: "task-1", service: "agent" }),
              task("RUNNING", { arn: "task-2", service: "logs" }),
            ],
            [service("agent", { daemon: true }), service("logs", { daemon: true })],
          ),
        ],
        registrations: [target({ managed: true, services: ["logs"] })],
      },
      expected: ["wait", "stop task", "stop task"],
    },
  ]);

  rows("rule 1: whose it is", [
    {
      why: "in another group: named",
      observed: state("InService", "other"),
      now: 2 * MINUTE,
      expected: ["drop"],
      because: { why: "not terminating", state: "InService", group: "other" },
    },
    {
      why: "a Spot interruption, held by a hook that is not ours: nothing is completed",
      memory: seen,
      told: { hook: undefined, interruptedAt: SINCE + MINUTE },
      expected: ["wait"],
      because: [event("spot interruption")],
    },
    {
      why: "no hook and no interruption: there is nothing to do it for",
      told: { hook: undefined },
      observed: state("InService"),
      expected: ["wait"],
      because: [lifecycleState("InService", "termination")],
    },
    {
      why: "no hook and no interruption, held: waited for however long",
      told: { hook: undefined },
      now: 2 * MINUTE,
      expected: ["wait"],
      because: [lifecycleState("Terminating:Wait", "end of wait")],
    },
  ]);

  rows("rule 7: what is cleared away after a dead instance", [
    {
      why: "not a container instance that is out of its cluster",
      memory: { ...drained, deadSince: SINCE + MINUTE, deadAs: "terminated" },
      settings: { deregisterContainerInstance: "always" },
      observed: { instance: "terminated", clusterInstances: [clusterInstance("INACTIVE")] },
      expected: ["complete"],
      because: { why: "dead", as: "terminated" },
    },
    {
      why: "the completion was refused before, and another hook holds it: cleared away first",
      memory: { ...drained, deadSince: SINCE + MINUTE, deadAs: "terminated", refusedAt: SINCE + MINUTE },
      observed: {
        instance: "terminated",
        registrations: [classic()],
        hooks: [hook(), hook({ name: "backup" })],
      },
      expected: ["wait", "deregister"],
      because: [event("dead instance cleared")],
    },
  ]);

  rows("rule 8: done twice is done once, in words", [
    {
      why: "the other hooks are named",
      memory: { ...seen, completedAt: SINCE },
      observed: { hooks: [hook(), hook({ name: "backup" }), hook({ name: "audit" })] },
      expected: ["wait"],
      because: [{ kind: "other hooks", hooks: ["backup", "audit"] }],
    },
    {
      why: "no other hook",
      memory: { ...seen, completedAt: SINCE },
      expected: ["wait"],
      because: [event("released")],
    },
    {
      why: "no other hook, and it comes back: waited for, however long",
      memory: { ...seen, completedAt: SINCE, returns: "warm pool" },
      observed: state("Warmed:Pending:Wait"),
      now: 60 * MINUTE,
      expected: ["wait"],
      because: [event("released")],
    },
    {
      why: "it was to come back, nothing is completed yet, and it is terminated after all: drained as any other",
      memory: { ...seen, returns: "warm pool" },
      expected: ["complete"],
    },
    {
      why: "the hooks were not read: nobody knows of another one, and it is tried again",
      memory: { ...seen, refusedAt: SINCE + MINUTE },
      observed: { hooks: undefined, unread: { hooks: denied() } },
      expected: ["complete"],
    },
  ]);

  const rootVolume = (
    change: Row["memory"] = {},
    clusterInstances = [clusterInstance("DRAINING")],
  ): Partial<Row> => ({
    memory: returning("root volume", { plannedDeregistrations: [], ...change }),
    observed: { ...state("InService"), clusterInstances },
  });
  rows("rule 9: whose DRAINING is undone", [
    {
      why: "a new root volume, and its agent is silent: not before it is back",
      ...rootVolume({}, [clusterInstanceOf({ status: "DRAINING", agentConnected: false })]),
      expected: ["wait"],
      because: [event("agent back")],
    },
    {
      why: "in the warm pool the agent may be silent",
      memory: returning("warm pool"),
      observed: {
        ...state("Warmed:Stopped"),
        clusterInstances: [clusterInstanceOf({ status: "DRAINING", agentConnected: false })],
      },
      expected: ["wait", "activate"],
    },
    {
      why: "another container instance than we set DRAINING: left as it is, and it is back",
      ...rootVolume({ plannedDraining: ["ci-0"] }),
      expected: ["drop"],
      because: { why: "restored", state: "InService" },
    },
    {
      why: "given up, with nothing that was not restored",
      memory: returning("warm pool", {
        plannedDeregistrations: [],
        plannedDraining: [],
        returningSince: SINCE,
      }),
      observed: state("Warmed:Pending"),
      now: 60 * MINUTE,
      expected: ["drop"],
      because: {
        why: "given up",
        at: SINCE + 60 * MINUTE,
        state: "Warmed:Pending",
        to: "warm pool",
        notRestored: [],
      },
    },
  ]);

  rows("what is there, in words", [
    {
      why: "tasks in the order of their lives",
      memory: drained,
      observed: {
        clusterInstances: [
          clusterInstance(
            "DRAINING",
            ...[
              "DEPROVISIONING",
              "STOPPING",
              "DEACTIVATING",
              "RUNNING",
              "ACTIVATING",
              "PENDING",
              "PROVISIONING",
              "NEW",
            ].map((status) => task(status)),
          ),
        ],
      },
      now: 30 * SECOND,
      expected: ["wait"],
      because: [
        "NEW",
        "PROVISIONING",
        "PENDING",
        "ACTIVATING",
        "RUNNING",
        "DEACTIVATING",
        "STOPPING",
        "DEPROVISIONING",
      ].map((status) => tasksLeft(status)),
    },
  ]);
});
