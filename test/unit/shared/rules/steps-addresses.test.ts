// Protects targets that are registered by the address of a task's own network interface: ECS's to take out, and never
// somebody else's who has the address by now.

import { expect } from "chai";
import {
  clusterInstance,
  decisionOf,
  MINUTE,
  type Row,
  rows,
  SECOND,
  SINCE,
  seen,
  target,
  task,
} from "./builders.ts";

const now = 5 * MINUTE;
const held = task("RUNNING", { arn: "task-held", addresses: ["10.0.0.7"] });
const stopped = (msAgo: number | undefined) =>
  task("STOPPED", {
    arn: "task-held",
    addresses: ["10.0.0.7"],
    stoppedAt: msAgo === undefined ? undefined : SINCE + now - msAgo,
  });
const byAddress = (addressTask: typeof held, change = {}) =>
  target({ target: "10.0.0.7", pointsAt: [], managed: true, services: ["web"], addressTask, ...change });
const drained = { ...seen, drainingAt: SINCE };

describe("decide", () => {
  rows("rule 2: targets by the address of a task", [
    ...["RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING"].map(
      (status): Row => ({
        why: `held by a task that is ${status}: ECS's to take out`,
        memory: drained,
        observed: {
          clusterInstances: [clusterInstance("DRAINING", { ...held, status })],
          registrations: [byAddress({ ...held, status })],
        },
        now,
        expected: ["wait"],
      }),
    ),
    {
      why: "in a group that the input names, of no service: still never ours",
      memory: drained,
      observed: {
        clusterInstances: [clusterInstance("DRAINING", held)],
        registrations: [byAddress(held, { managed: false, services: [] })],
      },
      now,
      expected: ["wait"],
    },
    {
      why: "it does not hold DRAINING back: ECS takes it out before it stops the task",
      memory: seen,
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", { ...held, hostPorts: [8080] })],
        registrations: [byAddress(held, { managed: false })],
      },
      now,
      expected: ["wait", "drain"],
    },
    {
      why: "its task STOPPED less than a minute ago: ECS may still take it out",
      memory: drained,
      observed: {
        clusterInstances: [clusterInstance("DRAINING")],
        registrations: [byAddress(stopped(MINUTE - 1))],
      },
      now,
      expected: ["wait"],
    },
    {
      why: "its task STOPPED a minute ago, and nobody else has the address: an orphan",
      memory: drained,
      observed: {
        clusterInstances: [clusterInstance("DRAINING")],
        registrations: [byAddress(stopped(MINUTE))],
      },
      now,
      expected: ["wait", "orphan"],
    },
    {
      why: "the same in a group that only the input names",
      memory: drained,
      observed: {
        clusterInstances: [clusterInstance("DRAINING")],
        registrations: [byAddress(stopped(MINUTE), { managed: false, services: [] })],
      },
      now,
      expected: ["wait", "orphan"],
    },
    {
      why: "its task STOPPED, nobody knows when: left alone",
      memory: drained,
      observed: {
        clusterInstances: [clusterInstance("DRAINING")],
        registrations: [byAddress(stopped(undefined))],
      },
      now,
      expected: ["wait"],
    },
    {
      why: "one that drains is left alone, and waited for",
      memory: drained,
      observed: {
        clusterInstances: [clusterInstance("DRAINING", held)],
        registrations: [byAddress(held, { state: "draining" })],
      },
      now,
      expected: ["wait"],
    },
    {
      why: "one that was taken out as an orphan and is back is an orphan again, not ours",
      memory: {
        ...drained,
        deregistered: [{ what: { kind: "target", id: "tg-1", port: 8080 }, at: SINCE + 30 * SECOND }],
      },
      observed: {
        clusterInstances: [clusterInstance("DRAINING")],
        registrations: [byAddress(stopped(MINUTE))],
      },
      now,
      expected: ["wait", "orphan"],
    },
  ]);

  it("take out the address, not the instance", () => {
    const { steps } = decisionOf({
      memory: drained,
      observed: {
        clusterInstances: [clusterInstance("DRAINING")],
        registrations: [byAddress(stopped(MINUTE))],
      },
      now,
    });
    const [step] = steps;
    expect(step?.kind === "deregister" && step.registration.target).to.equal("10.0.0.7");
  });
});
