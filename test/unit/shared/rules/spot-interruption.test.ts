// Protects the two minutes before a Spot interruption: all steps at once, nothing completed, and an end.
import { event } from "../../../../shared/model/blocker.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import {
  clusterInstance,
  denied,
  lifecycleState,
  MINUTE,
  NOT_DRAINING,
  type Row,
  rows,
  SINCE,
  seen,
  state,
  target,
  targetsLeft,
  task,
  tasksLeft,
} from "./builders.ts";

type Told = NonNullable<Row["told"]>;
const noticed: Told = { hook: undefined, interruptedAt: SINCE };
const joined: Told = { interruptedAt: SINCE } satisfies Partial<Termination>;
const serving = {
  clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
  registrations: [target()],
};

describe("decide", () => {
  rows("rule 12: a Spot interruption", [
    ...["InService", "Standby", "Pending", "Detached", "Terminating", "Terminating:Wait"].map(
      (name): Row => ({
        why: `${name}: both steps at once, though a task listens behind ours`,
        told: noticed,
        observed: { ...state(name), ...serving },
        expected: ["wait", "deregister", "drain"],
      }),
    ),
    {
      why: "the tasks were not read: nothing is touched, as ever",
      told: noticed,
      observed: { ...state("InService"), ...serving, unread: { tasks: denied() } },
      expected: ["wait"],
    },
    {
      why: "the registrations were not read: DRAINING all the same",
      told: noticed,
      observed: {
        ...state("InService"),
        clusterInstances: serving.clusterInstances,
        unread: { registrations: denied() },
      },
      expected: ["wait", "drain"],
    },
    {
      why: "a managed target is left to ECS even so",
      told: noticed,
      observed: {
        ...state("InService"),
        clusterInstances: [clusterInstance("DRAINING", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      expected: ["wait"],
    },
    {
      why: "nothing is left: nothing is completed, for there is no lifecycle action",
      told: noticed,
      memory: { ...seen, drainingAt: SINCE },
      observed: { ...state("InService"), clusterInstances: [clusterInstance("DRAINING")] },
      expected: ["wait"],
      because: [event("spot interruption")],
    },
    {
      why: "another group's, whatever the notice: untouched",
      told: noticed,
      observed: { ...state("InService", "other"), ...serving },
      expected: ["wait"],
    },
    {
      why: "just under two minutes: still at it",
      told: noticed,
      observed: { ...state("InService"), ...serving },
      now: 2 * MINUTE - 1,
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "two minutes: dropped, and what is still there is named as it is",
      told: noticed,
      observed: { ...state("InService"), ...serving },
      now: 2 * MINUTE,
      expected: ["drop"],
      because: {
        why: "spot interruption",
        left: [targetsLeft("registered"), tasksLeft("RUNNING"), NOT_DRAINING],
      },
    },
    {
      why: "two minutes, with nothing left: dropped as drained",
      told: noticed,
      memory: { ...seen, drainingAt: SINCE },
      observed: { ...state("InService"), clusterInstances: [clusterInstance("DRAINING")] },
      now: 2 * MINUTE,
      expected: ["drop"],
      because: { why: "spot interruption", left: [] },
    },
    {
      why: "it is on its way out: nothing to do",
      told: noticed,
      observed: state("Terminating:Proceed"),
      expected: ["drop"],
    },
    {
      why: "no group knows it any more: rule 1 holds",
      told: noticed,
      observed: { groupInstance: undefined },
      expected: ["wait"],
    },
    {
      why: "joined by a hook's message, not held yet: both steps at once",
      told: joined,
      observed: { ...state("InService"), ...serving },
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "joined by a hook's message, held: both steps at once",
      told: joined,
      observed: serving,
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "joined by a hook's message, held, drained: completed",
      told: joined,
      memory: { ...seen, drainingAt: SINCE },
      observed: { clusterInstances: [clusterInstance("DRAINING")] },
      expected: ["complete"],
    },
    {
      why: "joined by a hook's message, on its way to be held, when the two minutes are over: the hook's message is kept",
      told: joined,
      observed: { ...state("Terminating"), ...serving },
      now: 2 * MINUTE,
      expected: ["wait"],
      because: [lifecycleState("Terminating", "end of wait")],
    },
    {
      why: "joined by a hook's message, held, when the two minutes are over: the drain goes on until it is certainly dead",
      told: joined,
      observed: { clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))] },
      now: 2 * MINUTE,
      expected: ["wait"],
    },
    {
      why: "joined by a hook's message, InService still, when the two minutes are over: rule 1 holds",
      told: joined,
      observed: { ...state("InService"), ...serving },
      now: 2 * MINUTE,
      expected: ["drop"],
      because: { why: "not terminating", state: "InService", group: undefined },
    },
  ]);
});
