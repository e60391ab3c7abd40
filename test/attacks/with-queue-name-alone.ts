// Attacks on the settings where terminate's input has none. With `queue_name` alone it believes those of a message, and of several
// messages those of the one that says that it is the oldest. Each harm that is known stands here, and its test holds it to that. If its
// input has anything else, it believes only those of the functions' roles.
import { type Attack, deployed, type Harm, type Harms, inEach } from "./attack.ts";
import { remembering, worstOfNothing } from "./on-memory.ts";
import { SETTINGS } from "./on-settings.ts";

const LONG_AGO = "2020-01-01T00:00:00.000Z";

const TOO_EARLY = "nothing is completed before it is ready";
const COMPLETION = "autoscaling:CompleteLifecycleAction";

const cut: Harm = {
  worst: "the drain is cut off at that time, with what is on the instance",
  end: "sooner",
  violations: [TOO_EARLY, "no damage: cut"],
};
const unserved: Harm = {
  worst: "what nobody names is not taken out of its load balancers first",
  missing: ["elbv2:DeregisterTargets"],
  violations: [TOO_EARLY, "no damage: unserved"],
};
const settled: Harm = {
  worst: "the drain ends up to an hour later",
  end: "later",
  violations: ["no damage: late"],
};
const slow: Harm = { worst: "the drain ends up to a minute later", end: "later" };

const HARMS: Harms = {
  settings: {
    // What is cut off would have left within the same minute.
    "a deadline that is over soon": { held: { ...cut, end: "the same" }, returning: cut },
    "ABANDON at a deadline that is over soon": {
      held: {
        worst: "the drain is cut off at that time, with ABANDON",
        added: [COMPLETION],
        missing: [COMPLETION],
        end: "otherwise",
        violations: cut.violations ?? [],
      },
      returning: {
        worst: "the instance is terminated and does not come back",
        added: [COMPLETION],
        missing: ["elbv2:RegisterTargets"],
        end: "otherwise",
        violations: [TOO_EARLY],
      },
    },
    "an hour to settle": { held: settled, returning: settled },
    "only a cluster that the instance is not in": { returning: unserved },
    "nothing found taken out": { returning: unserved },
    "out of its cluster at once": {
      held: {
        worst: "the container instance leaves its cluster once it is empty",
        added: ["ecs:DeregisterContainerInstance"],
        end: "later",
      },
    },
    "a check each minute": { held: slow, returning: slow },
  },
};

/** Messages that say to be the oldest ones. */
const OLDEST = SETTINGS.flatMap(([value, settings]) =>
  inEach(
    { queue: "monitor", field: "settings", value, body: remembering({}, { ...settings, time: LONG_AGO }) },
    worstOfNothing,
  ),
);

/** With deregister's message beside it, which a role of ours has sent, no settings of a stranger's count. */
export const WITHOUT_SETTINGS: readonly Attack[] = deployed(OLDEST, "no settings", {});

export const WITH_QUEUE_NAME_ALONE: readonly Attack[] = deployed(OLDEST, "queue_name alone", HARMS);
