// Attacks on the settings of a drain: a message claims the hook's metadata, or carries the keys of an input.
import { type Attack, inEach, TRUE_TOKEN } from "./attack.ts";
import { remembering, worstOfNothing } from "./on-memory.ts";
import { ASIDE, lifecycle } from "./on-messages.ts";

/** Hostile settings: [what they are to bring about, the settings] */
export const SETTINGS: readonly [value: string, settings: Readonly<Record<string, unknown>>][] = [
  ["a deadline that is over soon", { drain_timeout_seconds: 60 }],
  ["ABANDON at a deadline that is over soon", { drain_timeout_seconds: 60, on_timeout: "abandon" }],
  ["no heartbeat after a deadline that is over soon", { drain_timeout_seconds: 60, on_timeout: "leave" }],
  ["all tasks stopped", { stop_tasks: "all" }],
  ["no task stopped", { stop_tasks: "none" }],
  ["an hour to settle", { settle_seconds: 3_600 }],
  ["only a cluster that the instance is not in", { discover: "named", cluster_name: "nobodys" }],
  ["nothing found taken out", { discover: "warn" }],
  ["out of its cluster at once", { deregister_container_instance: "always" }],
  ["others' load balancers, all clusters", { elb_name: "others", target_groups: ["others"], clusters: "*" }],
  ["a check each minute", { poll_seconds: 60 }],
];
const WRONG = { drain_timeout_seconds: "all" };

const metadata = (settings: unknown) => ({ NotificationMetadata: JSON.stringify(settings) });

/** The template's functions read the hook's metadata anew and have an input each, so no settings of a message count. */
export const ON_SETTINGS: readonly Attack[] = [
  ...SETTINGS.flatMap(([value, settings]) => [
    ...inEach(
      { queue: "lifecycle", field: "NotificationMetadata", value, body: lifecycle(metadata(settings)) },
      worstOfNothing,
    ),
    ...inEach(
      { queue: "monitor", field: "settings", value, body: remembering({}, settings) },
      worstOfNothing,
    ),
    ...inEach(
      {
        queue: "lifecycle",
        field: "NotificationMetadata",
        value: `${value}, with the true token`,
        body: lifecycle({ ...metadata(settings), LifecycleActionToken: TRUE_TOKEN }),
      },
      worstOfNothing,
      ["held", "returning", "gone"],
    ),
    ...inEach(
      {
        queue: "monitor",
        field: "settings",
        value: `${value}, with the true token`,
        body: remembering({}, { ...settings, lifecycle_action_token: TRUE_TOKEN }),
      },
      worstOfNothing,
      ["held", "returning", "gone"],
    ),
  ]),
  ...inEach(
    {
      queue: "lifecycle",
      field: "NotificationMetadata",
      value: "of a wrong form",
      body: lifecycle(metadata(WRONG)),
    },
    worstOfNothing,
  ),
  ...inEach(
    { queue: "monitor", field: "settings", value: "of a wrong form", body: remembering({}, WRONG) },
    () => ASIDE,
  ),
];
