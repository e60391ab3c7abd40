// Protects targets that are registered by an address. One is ECS's to take out where the task's own service names the group. All
// others that the instance has, or a task on it, are ours: out and drained before the task is told to stop.

import { expect } from "chai";
import type { Registration } from "../../../../shared/model/registration.ts";
import {
  clusterInstance,
  clusterInstanceOf,
  decisionOf,
  MINUTE,
  NOT_DRAINING,
  type Row,
  rows,
  SECOND,
  SINCE,
  seen,
  target,
  targetsLeft,
  task,
  tasksLeft,
} from "./builders.ts";

const now = 5 * MINUTE;
const held = task("RUNNING", { arn: "task-held", addresses: ["10.0.0.7"] });
const stopped = (msAgo: number | undefined) =>
  task("STOPPED", {
    arn: "task-held",
    addresses: ["10.0.0.7"],
    stoppedAt: msAgo === undefined ? undefined : SINCE + now - msAgo,
  });
const byAddress = (addressTask: typeof held, change: Partial<Registration> = {}) =>
  target({
    target: "10.0.0.7",
    pointsAt: [],
    managed: true,
    services: ["web"],
    holder: addressTask.status === "STOPPED" ? "nobody" : "task",
    addressTask,
    ...change,
  });
const ofInstance = (change: Partial<Registration> = {}) =>
  target({ target: "10.0.0.1", holder: "instance", ...change });
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
      why: "held by a task of a silent twin, a minute after DRAINING: an orphan, for its task will never be shown as stopped",
      memory: drained,
      observed: {
        clusterInstances: [clusterInstance("DRAINING")],
        silentTwins: [clusterInstanceOf({ arn: "ci-0", agentConnected: false })],
        registrations: [byAddress({ ...held, containerInstance: "ci-0" })],
      },
      now,
      expected: ["wait", "orphan"],
    },
    {
      why: "held by a task of a silent twin, less than a minute after DRAINING: left to ECS",
      memory: { ...drained, drainingAt: SINCE + now - MINUTE + 1 },
      observed: {
        clusterInstances: [clusterInstance("DRAINING")],
        silentTwins: [clusterInstanceOf({ arn: "ci-0", agentConnected: false })],
        registrations: [byAddress({ ...held, containerInstance: "ci-0" })],
      },
      now,
      expected: ["wait"],
    },
    {
      why: "in a group that its service does not name, DRAINING already: ours, and taken out late",
      memory: drained,
      observed: {
        clusterInstances: [clusterInstance("DRAINING", held)],
        registrations: [byAddress(held, { managed: false, services: [] })],
      },
      now,
      expected: ["wait", "deregister"],
    },
    {
      why: "in a group that its service does not name: ours, and DRAINING waits for it",
      memory: seen,
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", held)],
        registrations: [byAddress(held, { managed: false, services: [] })],
      },
      now,
      expected: ["wait", "deregister"],
      because: [targetsLeft("draining"), tasksLeft("RUNNING"), NOT_DRAINING],
    },
    {
      why: "the same while it drains",
      memory: seen,
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", held)],
        registrations: [byAddress(held, { managed: false, services: [], state: "draining" })],
      },
      now,
      expected: ["wait"],
    },
    {
      why: "gone less than 10 s after its deregistration: DRAINING waits",
      memory: { ...seen, actedAt: SINCE + now - 10 * SECOND + 1 },
      observed: { clusterInstances: [clusterInstance("ACTIVE", held)] },
      now,
      expected: ["wait"],
    },
    {
      why: "gone for 10 s: DRAINING",
      memory: { ...seen, actedAt: SINCE + now - 10 * SECOND },
      observed: { clusterInstances: [clusterInstance("ACTIVE", held)] },
      now,
      expected: ["wait", "drain"],
    },
    {
      why: "in a group that another service names: ours, for the task is not that service's",
      memory: seen,
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", held)],
        registrations: [byAddress(held, { services: ["api"] })],
      },
      now,
      expected: ["wait", "deregister"],
    },
    {
      why: "of a standalone task: ours, and DRAINING leaves that task",
      memory: seen,
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", { ...held, service: undefined })],
        registrations: [byAddress({ ...held, service: undefined })],
      },
      now,
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "in a group that its service names: DRAINING does not wait, ECS takes it out before it stops the task",
      memory: seen,
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", held)],
        registrations: [byAddress(held)],
      },
      now,
      expected: ["wait", "drain"],
    },
    {
      why: "of the task on another instance: no reason for DRAINING to wait here",
      memory: seen,
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { addresses: ["10.0.0.9"] }))],
        registrations: [byAddress(held, { managed: false, services: [] })],
      },
      now,
      expected: ["wait", "deregister", "drain"],
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
      why: "the same in a group that no service names",
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
        deregistered: [
          { what: { kind: "target", id: "tg-1", port: 8080, address: "10.0.0.7" }, at: SINCE + 30 * SECOND },
        ],
      },
      observed: {
        clusterInstances: [clusterInstance("DRAINING")],
        registrations: [byAddress(stopped(MINUTE))],
      },
      now,
      expected: ["wait", "orphan"],
    },
  ]);

  rows("rule 2: targets by an address of the instance itself", [
    {
      why: "ours, as its id would be: out at once, and DRAINING with it where no task listens there",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))],
        registrations: [ofInstance()],
      },
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "a task listens on its port: DRAINING waits",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [ofInstance()],
      },
      expected: ["wait", "deregister"],
    },
    {
      why: "a task may listen on any port: DRAINING waits",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { mayListenOnAny: true }))],
        registrations: [ofInstance({ state: "draining" })],
      },
      expected: ["wait"],
    },
    {
      why: "a service names the group: ours still, for a service registers its tasks' own addresses",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [ofInstance({ managed: true, services: ["web"] })],
      },
      expected: ["wait", "deregister"],
    },
    {
      why: "no cluster: it is all that there is",
      observed: { registrations: [ofInstance()] },
      settings: { clusterNames: [] },
      expected: ["wait", "deregister"],
      because: [targetsLeft("draining")],
    },
    {
      why: "two addresses at one port are two registrations: one that was taken out says nothing of the other",
      memory: {
        ...seen,
        deregistered: [
          { what: { kind: "target", id: "tg-1", port: 8080, address: "10.0.0.1" }, at: SINCE + 30 * SECOND },
        ],
      },
      observed: { registrations: [ofInstance(), ofInstance({ target: "10.0.0.2" })] },
      expected: ["wait", "came back", "deregister"],
    },
  ]);

  rows("rule 2: an address that nobody has any more", [
    {
      why: "no task is known to have had it, and no service names the group: ours",
      observed: { registrations: [ofInstance({ holder: "nobody", pointsAt: [] })] },
      expected: ["wait", "deregister"],
    },
    {
      why: "a service names the group: left until it is an orphan",
      memory: { ...seen, drainingAt: SINCE },
      observed: {
        clusterInstances: [clusterInstance("DRAINING")],
        registrations: [ofInstance({ holder: "nobody", pointsAt: [], managed: true })],
      },
      now: MINUTE - 1,
      expected: ["wait"],
    },
    {
      why: "a minute after DRAINING: an orphan",
      memory: { ...seen, drainingAt: SINCE },
      observed: {
        clusterInstances: [clusterInstance("DRAINING")],
        registrations: [ofInstance({ holder: "nobody", pointsAt: [], managed: true })],
      },
      now: MINUTE,
      expected: ["wait", "orphan"],
    },
  ]);

  rows("rule 2: the address of a task that ECS does not show", [
    {
      why: "left: ECS may be about to show the task, and DRAINING does not wait",
      memory: seen,
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [ofInstance({ holder: "unknown task", pointsAt: [] })],
      },
      expected: ["wait", "drain"],
    },
    {
      why: "still there a minute after DRAINING: an orphan",
      memory: { ...seen, drainingAt: SINCE },
      observed: {
        clusterInstances: [clusterInstance("DRAINING")],
        registrations: [ofInstance({ holder: "unknown task", pointsAt: [] })],
      },
      now: MINUTE,
      expected: ["wait", "orphan"],
    },
    {
      why: "an instance in no cluster that is known: a minute after its termination began",
      observed: { registrations: [ofInstance({ holder: "unknown task", pointsAt: [] })] },
      now: MINUTE,
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
