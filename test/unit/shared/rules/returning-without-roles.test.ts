// Protects instances from messages that anybody may have written: nothing is given back that Auto Scaling does not show to have come
// back, and nothing is taken that nobody could give back.
import { event } from "../../../../shared/model/blocker.ts";
import {
  clusterInstance,
  hook,
  lifecycleState,
  MINUTE,
  type Row,
  returning,
  rows,
  state,
  target,
  targetsLeft,
  task,
  tasksLeft,
} from "./builders.ts";

const draining = clusterInstance("DRAINING");
const shown = (name: string, group = "fleet"): Pick<Row, "observed"> => ({
  observed: { ...state(name, group), clusterInstances: [draining], areSendersKnown: false },
});
/** What a message says that is believed: trusted-memory.ts leaves out the rest. */
const warm = { memory: returning("warm pool", { returningSince: undefined, plannedDeregistrations: [] }) };
const rooted = { memory: returning("root volume") };

describe("decide", () => {
  rows("rule 9: an instance that is said to go back to its warm pool, and nobody knows who says so", [
    ...["Warmed:Stopped", "Warmed:Running", "Warmed:Hibernated"].map(
      (name): Row => ({
        why: `${name}: it is there, so its container instance is set ACTIVE again`,
        ...warm,
        ...shown(name),
        expected: ["wait", "activate"],
        because: [event("restored")],
      }),
    ),
    ...["Warmed:Pending", "Warmed:Pending:Proceed"].map(
      (name): Row => ({
        why: `${name}: on its way`,
        ...warm,
        ...shown(name),
        expected: ["wait"],
        because: [lifecycleState(name, "warm pool")],
      }),
    ),
    ...["InService", "Standby", "Pending"].map(
      (name): Row => ({
        why: `${name}: nothing shows that it was there, so nothing is touched`,
        ...warm,
        ...shown(name),
        expected: ["wait"],
        because: [lifecycleState(name, "termination")],
      }),
    ),
    {
      why: "InService for two minutes: dropped",
      ...warm,
      ...shown("InService"),
      now: 2 * MINUTE,
      expected: ["drop"],
      because: { why: "not terminating", state: "InService", group: undefined },
    },
    {
      why: "Terminating: not dropped, since a true message may be merged with it",
      ...warm,
      ...shown("Terminating"),
      expected: ["wait"],
      because: [lifecycleState("Terminating", "end of wait")],
    },
    {
      why: "in the pool of another team's group, by its hook: dropped untouched",
      ...warm,
      observed: { ...shown("Warmed:Stopped").observed, owner: "another's" },
      expected: ["drop"],
      because: { why: "not our hook", owner: "another's", target: hook().target, wasOurs: true },
    },
    {
      why: "in the pool of a group without our hook: untouched",
      ...warm,
      observed: { ...shown("Warmed:Stopped").observed, owner: "gone" },
      expected: ["wait"],
      because: [lifecycleState("Warmed:Stopped", "termination")],
    },
  ]);

  const left = {
    ...state("ReplacingRootVolume:Wait"),
    clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))],
    registrations: [target()],
  };
  const whatIsLeft = [
    targetsLeft("registered"),
    tasksLeft("RUNNING"),
    { kind: "not draining" as const, cluster: "main" },
  ];
  const blind = { areSendersKnown: false };
  rows("rule 9: an instance that gets a new root volume, and nobody could say what was taken from it", [
    {
      why: "held: completed at once, and nothing is taken",
      memory: { terminatingSince: undefined },
      told: { restorePlan: { plannedDraining: ["ci-1"], plannedDeregistrations: [] } },
      observed: { ...left, ...blind },
      expected: ["complete"],
      because: { why: "not drained", left: whatIsLeft },
    },
    {
      why: "held, where the roles are known: what is in the plan is taken",
      told: {
        restorePlan: {
          plannedDraining: ["ci-1"],
          plannedDeregistrations: [{ kind: "target", id: "tg-1", port: 8080 }],
        },
      },
      observed: left,
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "InService, as the same run saw: nothing is given back",
      ...rooted,
      ...shown("InService"),
      expected: ["wait"],
      because: [lifecycleState("InService", "termination")],
    },
  ]);
});
