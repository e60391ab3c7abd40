// Rule 1: only in a wait state.
// Protects the rule that a message is never proof, and nothing is touched outside a wait state.
import { event } from "../../../../shared/model/blocker.ts";
import {
  clusterInstance,
  denied,
  lifecycleState,
  MINUTE,
  type Row,
  rows,
  SECOND,
  SINCE,
  seen,
  state,
  target,
} from "./builders.ts";

describe("decide", () => {
  rows("rule 1: only in a wait state", [
    ...["Terminating:Wait", "Warmed:Terminating:Wait"].map(
      (name): Row => ({
        why: `${name}: drain`,
        observed: { ...state(name), registrations: [target()] },
        expected: ["wait", "deregister"],
      }),
    ),
    ...["Warmed:Pending:Wait", "ReplacingRootVolume:Wait"].flatMap((name): Row[] => [
      {
        why: `${name}: it comes back, so what is to be taken is written down first`,
        observed: {
          ...state(name),
          registrations: [target()],
          clusterInstances: [clusterInstance("ACTIVE")],
        },
        expected: ["wait"],
      },
      {
        why: `${name}: what a message has written down is taken, and nothing else`,
        told: { restorePlan: { plannedDraining: ["ci-1"], plannedDeregistrations: [] } },
        observed: {
          ...state(name),
          registrations: [target({ managed: false })],
          clusterInstances: [clusterInstance("ACTIVE")],
        },
        expected: ["wait", "drain"],
      },
      {
        why: `${name}: so are registrations`,
        told: {
          restorePlan: {
            plannedDraining: [],
            plannedDeregistrations: [{ kind: "target", id: "tg-1", port: 8080 }],
          },
        },
        observed: {
          ...state(name),
          registrations: [target()],
          clusterInstances: [clusterInstance("ACTIVE")],
        },
        expected: ["wait", "deregister"],
      },
    ]),
    ...["Terminating", "Warmed:Terminating", "ReplacingRootVolume"].map(
      (name): Row => ({
        why: `${name}: touch nothing, wait for another pass, however long it takes`,
        observed: { ...state(name), registrations: [target()] },
        now: 60 * MINUTE,
        expected: ["wait"],
      }),
    ),
    ...[
      "InService",
      "Standby",
      "EnteringStandby",
      "Pending",
      "Pending:Wait",
      "Pending:Proceed",
      "Detaching",
      "Warmed:Stopped",
      "Quarantined",
      "SomethingNew",
    ].flatMap((name): Row[] => [
      {
        why: `${name}: touch nothing, and wait until two minutes after the message`,
        observed: { ...state(name), registrations: [target()] },
        now: 2 * MINUTE - 1,
        expected: ["wait"],
      },
      {
        why: `${name}: dropped two minutes after the message`,
        observed: state(name),
        now: 2 * MINUTE,
        expected: ["drop"],
      },
    ]),
    {
      why: "another group's instance: wait",
      observed: state("Terminating:Wait", "other"),
      now: 2 * MINUTE - 1,
      expected: ["wait"],
    },
    {
      why: "another group's instance: dropped",
      observed: state("Terminating:Wait", "other"),
      now: 2 * MINUTE,
      expected: ["drop"],
    },
    ...[
      "Terminating:Proceed",
      "Warmed:Terminating:Proceed",
      "Warmed:Pending:Proceed",
      "ReplacingRootVolume:Proceed",
      "Terminated",
      "Warmed:Terminated",
      "Terminating:Retained",
      "Warmed:Terminating:Retained",
      "Warmed:Pending:Retained",
    ].flatMap((name): Row[] => [
      {
        why: `${name} soon after the message's time: it may be from before that, wait`,
        observed: state(name),
        now: 15 * SECOND - 1,
        expected: ["wait"],
      },
      {
        why: `${name} later: nothing to complete, dropped`,
        observed: state(name),
        now: 15 * SECOND,
        expected: ["drop"],
      },
    ]),
    {
      why: "no group knows it, first pass: wait",
      observed: { groupInstance: undefined },
      expected: ["wait"],
    },
    {
      why: "no group knows it, second pass too soon: wait",
      memory: { absentSince: SINCE + MINUTE - 30 * SECOND + 1 },
      observed: { groupInstance: undefined },
      expected: ["wait"],
    },
    {
      why: "no group knows it, second pass 30 s later: dropped",
      memory: { absentSince: SINCE + MINUTE - 30 * SECOND },
      observed: { groupInstance: undefined },
      expected: ["drop"],
    },
    {
      why: "Auto Scaling was not read: wait, whatever else was",
      memory: { ...seen, absentSince: SINCE - MINUTE },
      observed: { groupInstance: undefined, unread: { "group instance": denied() } },
      expected: ["wait"],
    },
  ]);
});

describe("decide", () => {
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
});
