// Protects which task is behind which registration: where several are there, and only one of them is meant.
import { clusterInstance, denied, MINUTE, type Row, rows, SINCE, seen, target, task } from "./builders.ts";

const PASS = 5 * MINUTE;
const long = SINCE + PASS - 2 * MINUTE;
const drained = { ...seen, drainingAt: SINCE };
const stopped = (change = {}) => task("STOPPED", { hostPorts: [8080], stoppedAt: long, ...change });
const orphanOf = (...tasks: ReturnType<typeof task>[]): Partial<Row> => ({
  memory: drained,
  observed: {
    clusterInstances: [clusterInstance("DRAINING", ...tasks)],
    registrations: [target({ managed: true, services: ["web"] })],
  },
  now: PASS,
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
  now: PASS,
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
    {
      why: "one that points at a task that ECS is stopping already does not: it ends with or without DRAINING",
      memory: seen,
      observed: {
        clusterInstances: [
          clusterInstance("ACTIVE", task("DEACTIVATING", { shouldRun: false, hostPorts: [8080] })),
        ],
        registrations: [target({ state: "draining", pointsAt: [8080] })],
      },
      expected: ["wait", "drain"],
    },
  ]);
});
