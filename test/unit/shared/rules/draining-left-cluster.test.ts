import { event } from "../../../../shared/model/blocker.ts";
import {
  clusterInstance,
  clusterInstanceOf,
  MINUTE,
  type Row,
  rows,
  SINCE,
  seen,
  state,
  target,
  task,
} from "./builders.ts";

const drained = { ...seen, drainingAt: SINCE };
const now = 5 * MINUTE;
const silent = clusterInstanceOf({ agentConnected: false });

describe("decide", () => {
  const always = { settings: { deregisterContainerInstance: "always" } } as const;
  rows("deregister_container_instance, of an instance that is drained", [
    ...(["never", "when_disconnected"] as const).map(
      (deregisterContainerInstance): Row => ({
        why: `${deregisterContainerInstance}: left to ECS`,
        memory: drained,
        settings: { deregisterContainerInstance },
        observed: { clusterInstances: [clusterInstance("DRAINING", task("STOPPED"))] },
        now,
        expected: ["complete"],
      }),
    ),
    {
      why: "always: taken out once its last task is STOPPED, without force",
      ...always,
      memory: drained,
      observed: { clusterInstances: [clusterInstance("DRAINING", task("STOPPED"))] },
      now,
      expected: ["wait", "out"],
      because: [event("container instance gone")],
    },
    {
      why: "always: not before",
      ...always,
      memory: drained,
      observed: { clusterInstances: [clusterInstance("DRAINING", task("DEPROVISIONING"))] },
      now,
      expected: ["wait"],
    },
    {
      why: "always: completed once it is out",
      ...always,
      memory: drained,
      observed: { clusterInstances: [clusterInstance("INACTIVE")] },
      now,
      expected: ["complete"],
      because: { why: "drained" },
    },
    {
      why: "always: not of one that goes back to its warm pool, which needs it again",
      ...always,
      memory: drained,
      observed: { ...state("Warmed:Pending:Wait"), clusterInstances: [clusterInstance("DRAINING")] },
      now,
      expected: ["complete"],
    },
  ]);

  rows("a container instance that has left its cluster", [
    {
      why: "INACTIVE: nothing of what ECS still shows of its tasks counts",
      memory: drained,
      observed: { clusterInstances: [clusterInstance("INACTIVE", task("RUNNING"))] },
      now,
      expected: ["complete"],
      because: { why: "drained, left its cluster" },
    },
    {
      why: "gone altogether: the same",
      memory: drained,
      observed: { clusterInstances: [] },
      now,
      expected: ["complete"],
      because: { why: "drained, left its cluster" },
    },
    {
      why: "DEREGISTERING: its tasks still count",
      memory: drained,
      observed: { clusterInstances: [clusterInstance("DEREGISTERING", task("STOPPING"))] },
      now,
      expected: ["wait"],
    },
    {
      why: "INACTIVE, and a registration of ours is left: that still drains",
      memory: drained,
      observed: {
        clusterInstances: [clusterInstance("INACTIVE", task("RUNNING"))],
        registrations: [target({ state: "draining" })],
      },
      now,
      expected: ["wait"],
    },
    {
      why: "INACTIVE, and a service's target is left behind: an orphan a minute after DRAINING",
      memory: { ...drained, drainingAt: SINCE + now - MINUTE },
      observed: {
        clusterInstances: [clusterInstance("INACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      now,
      expected: ["wait", "orphan"],
    },
    {
      why: "the same sooner: ECS may still take it out",
      memory: { ...drained, drainingAt: SINCE + now - MINUTE + 1 },
      observed: {
        clusterInstances: [clusterInstance("INACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      now,
      expected: ["wait"],
    },
    {
      why: "INACTIVE without ever having drained: an orphan a minute after the message",
      memory: seen,
      observed: {
        clusterInstances: [clusterInstance("INACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      now: MINUTE,
      expected: ["wait", "orphan"],
    },
  ]);

  rows("a warm instance that is stopped already", [
    {
      why: "has nothing to drain: completed at once",
      memory: seen,
      observed: { ...state("Warmed:Terminating:Wait"), clusterInstances: [silent] },
      expected: ["complete"],
      because: { why: "drained" },
    },
    {
      why: "with a task that ECS still shows: not at rest",
      memory: seen,
      observed: {
        ...state("Warmed:Terminating:Wait"),
        clusterInstances: [clusterInstanceOf({ agentConnected: false }, [task("RUNNING")])],
      },
      expected: ["wait", "drain"],
    },
    {
      why: "a warm instance that runs is drained",
      memory: seen,
      observed: { ...state("Warmed:Terminating:Wait"), clusterInstances: [clusterInstance("ACTIVE")] },
      expected: ["wait", "drain"],
    },
    {
      why: "an instance in service whose agent is only disconnected is drained",
      memory: seen,
      observed: { clusterInstances: [silent] },
      expected: ["wait", "drain"],
    },
  ]);
});
