// The attacks on memory and notices once more, where SENDER_ROLE_IDS names no roles. There a stranger's memory counts, and so some of
// them do harm. Each harm that is known stands here, and its test holds it to that.
import { type Attack, deployed, type Harm, type Harms, inEach } from "./attack.ts";
import { FURTHER, ON_MEMORY, OTHERS_TARGET, remembering, worstOfNothing } from "./on-memory.ts";
import { notices } from "./on-messages.ts";
import { STARTS_AT } from "./world.ts";

const BEFORE = new Date(STARTS_AT).toISOString();
const TO_GIVE_BACK = "given back to a target group of the stranger's choice";

/** More than one field at once: to be given back, an instance must seem to have come back. */
const TOGETHER: readonly Attack[] = inEach(
  {
    queue: "monitor",
    field: "memory: returns, returningSince, plannedDeregistrations",
    value: TO_GIVE_BACK,
    body: remembering({ returns: "root volume", returning_since: BEFORE, to_take: [OTHERS_TARGET] }),
  },
  worstOfNothing,
);
const ON_NOTICES: readonly Attack[] = inEach(
  { queue: "monitor", field: "notices", value: "of the instance", body: notices() },
  () => "a line in the log; it is deleted",
);

const LATE = ["no damage: late"];
const LATER = "two minutes";
const late: Harm = { worst: `the drain ends ${LATER} later`, end: "later", violations: LATE };
const replaced: Harm = {
  worst: "the instance is replaced through its group, as one of `replace_at_once`",
  added: [
    "autoscaling:CompleteLifecycleAction",
    "autoscaling:TerminateInstanceInAutoScalingGroup",
    "ecs:UpdateContainerInstancesState",
    "elbv2:DeregisterTargets",
  ],
  violations: ["no damage: others"],
};

const HARMS: Harms = {
  "memory: behindNetworkLoadBalancer": { true: { held: late, returning: late } },
  memory: { "all lies together": { held: late, returning: late } },
  notices: { "of the instance": { "in service": replaced } },
};

/** These rows where no roles are named. */
export const WITHOUT_ROLES: readonly Attack[] = deployed(
  [...ON_MEMORY, ...FURTHER, ...TOGETHER, ...ON_NOTICES],
  "no roles named",
  HARMS,
);
