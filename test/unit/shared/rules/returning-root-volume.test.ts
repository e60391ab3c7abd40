// Protects the instances that go on with a new root volume: drained, completed, and given back all, once in service.
import { event } from "../../../../shared/model/blocker.ts";
import {
  clusterInstance,
  clusterInstanceOf,
  denied,
  lifecycleState,
  MINUTE,
  type Row,
  returning,
  rows,
  SINCE,
  state,
  target,
} from "./builders.ts";

const HOUR = 60 * MINUTE;
const deregistered = { what: { kind: "target", id: "tg-1", port: 8080 }, at: SINCE } as const;
const rooted = { memory: returning("root volume") };
const shown = (name: string, ...clusterInstances: ReturnType<typeof clusterInstance>[]) => ({
  observed: { ...state(name), clusterInstances },
});
const draining = clusterInstance("DRAINING");
const back = [target(), target({ kind: "classic", id: "elb", name: "elb", port: undefined })];

describe("decide", () => {
  rows("rule 9: an instance that goes on with a new root volume", [
    ...[
      "ReplacingRootVolume",
      "ReplacingRootVolume:Proceed",
      "RootVolumeReplaced",
      "Pending",
      "Pending:Wait",
      "Pending:Proceed",
    ].map(
      (name): Row => ({
        why: `${name}: on its way`,
        ...rooted,
        ...shown(name, draining),
        expected: ["wait"],
        because: [lifecycleState(name, "root volume")],
      }),
    ),
    {
      why: "InService: it gets back all that was taken",
      ...rooted,
      ...shown("InService", draining),
      expected: ["wait", "activate", "register", "register"],
    },
    {
      why: "InService: what is registered again already is left alone",
      ...rooted,
      observed: { ...state("InService"), clusterInstances: [draining], registrations: [target()] },
      expected: ["wait", "activate", "register"],
    },
    {
      why: "InService: what a pass planned to take and ECS took, since a service fills the group, is ECS's to register",
      memory: returning("root volume", {
        plannedDeregistrations: [deregistered.what],
        managed: [{ kind: deregistered.what.kind, id: deregistered.what.id }],
      }),
      observed: { ...state("InService"), clusterInstances: [clusterInstance("ACTIVE")] },
      expected: ["drop"],
      because: { why: "restored", state: "InService" },
    },
    {
      why: "InService: what still drains is registered again",
      memory: returning("root volume", { plannedDeregistrations: [deregistered.what] }),
      observed: {
        ...state("InService"),
        clusterInstances: [clusterInstance("ACTIVE")],
        registrations: [target({ state: "draining" })],
      },
      expected: ["wait", "register"],
    },
    {
      why: "InService, with all of it back: done",
      ...rooted,
      observed: { ...state("InService"), clusterInstances: [clusterInstance("ACTIVE")], registrations: back },
      expected: ["drop"],
      because: { why: "restored", state: "InService" },
    },
    {
      why: "its agent registered as another one: that container instance is ACTIVE by itself",
      ...rooted,
      observed: {
        ...state("InService"),
        clusterInstances: [clusterInstanceOf({ status: "INACTIVE" }), clusterInstanceOf({ arn: "ci-2" })],
        registrations: back,
      },
      expected: ["drop"],
    },
    {
      why: "its agent has not registered yet: waited for",
      ...rooted,
      observed: {
        ...state("InService"),
        clusterInstances: [clusterInstanceOf({ status: "INACTIVE" })],
        registrations: back,
      },
      expected: ["wait"],
      because: [event("agent back")],
    },
    ...(
      [
        ["just under half an hour: waited for", 30 * MINUTE - 1, ["wait"]],
        ["half an hour: it is set ACTIVE without it, for when it comes", 30 * MINUTE, ["wait", "activate"]],
      ] as const
    ).map(
      ([why, after, expected]): Row => ({
        why: `its agent is silent, ${why}`,
        ...rooted,
        observed: {
          ...state("InService"),
          clusterInstances: [clusterInstanceOf({ status: "DRAINING", agentConnected: false })],
          registrations: back,
        },
        now: MINUTE + after,
        expected: [...expected],
      }),
    ),
    {
      why: "its agent is silent for more than half an hour, and it is ACTIVE: dropped, with a warning",
      ...rooted,
      observed: {
        ...state("InService"),
        clusterInstances: [clusterInstanceOf({ status: "ACTIVE", agentConnected: false })],
        registrations: back,
      },
      now: MINUTE + 30 * MINUTE,
      expected: ["drop"],
      because: { why: "restored without agent", state: "InService" },
    },
    {
      why: "its agent registered as another one, and the container instance from before was silent for half an hour: that is left alone",
      ...rooted,
      observed: {
        ...state("InService"),
        clusterInstances: [
          clusterInstanceOf({ status: "DRAINING", agentConnected: false }),
          clusterInstanceOf({ arn: "ci-2" }),
        ],
        registrations: back,
      },
      now: MINUTE + 30 * MINUTE,
      expected: ["drop"],
      because: { why: "restored", state: "InService" },
    },
    {
      why: "it never was in a cluster: nothing to wait for",
      memory: returning("root volume", { plannedDraining: [] }),
      observed: { ...state("InService"), registrations: back },
      expected: ["drop"],
    },
    {
      why: "the registrations were not read: not dropped",
      ...rooted,
      observed: {
        ...state("InService"),
        clusterInstances: [clusterInstance("ACTIVE")],
        unread: { registrations: denied() },
      },
      expected: ["wait"],
    },
    {
      why: "a name in the input is nothing's: what was taken is known",
      ...rooted,
      observed: {
        ...state("InService"),
        clusterInstances: [clusterInstance("ACTIVE")],
        unread: { registrations: { call: "elasticloadbalancing:DescribeTargetGroups", why: "gone" } },
      },
      expected: ["wait", "register", "register"],
    },
    {
      why: "in a warm pool at once: the read may be late",
      ...rooted,
      ...shown("Warmed:Stopped", draining),
      expected: ["wait"],
    },
    {
      why: "in a warm pool a minute later, since it was scaled in: set ACTIVE there, and registered nowhere",
      ...rooted,
      ...shown("Warmed:Stopped", draining),
      now: 2 * MINUTE,
      expected: ["wait", "activate"],
    },
    {
      why: "the same, once it is ACTIVE: dropped, with what was not restored",
      ...rooted,
      ...shown("Warmed:Running", clusterInstance("ACTIVE")),
      now: 2 * MINUTE,
      expected: ["drop"],
      because: { why: "restored", state: "Warmed:Running" },
    },
    {
      why: "an hour: given up",
      ...rooted,
      ...shown("RootVolumeReplaced", draining),
      now: MINUTE + HOUR,
      expected: ["drop"],
    },
    {
      why: "it terminates: nothing is restored",
      ...rooted,
      ...shown("Terminating", draining),
      expected: ["drop"],
      because: { why: "does not return", state: "Terminating", to: "root volume" },
    },
  ]);
});
