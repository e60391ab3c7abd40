import type { Random } from "../../simulator/kernel/random.ts";
import { weighted } from "./draw.ts";
import type { Entry } from "./happenings.ts";
import { OTHERS_QUEUE, RENAMED } from "./hooks.ts";
import { OUR_HOOK } from "./world.ts";

/** What terminate's input has of its own: all, some of a drain's settings, none of them, or nothing but its queue. */
export type Own = "all" | "some" | "no settings" | "queue_name alone";

/** The keys that say which instances and hooks are ours. */
type Ours = Readonly<Record<string, unknown>>;
/** What our hook is called, before and after it was renamed. */
const OUR_HOOKS: readonly string[] = [OUR_HOOK, RENAMED];

/** Draws what terminate's input has of its own. What it lacks, deregister's messages tell. */
export function ownOf(random: Random): Own {
  return weighted<Own>(random, [
    [80, "all"],
    [8, "some"],
    [5, "no settings"],
    [7, "queue_name alone"],
  ]);
}

/** Terminate's input: what says which instances are ours, and the settings of a drain, as much as it has of them. */
export function ownInput(
  random: Random,
  own: Own,
  { ours, settings }: { readonly ours: Ours; readonly settings: Readonly<Record<string, unknown>> },
): Record<string, unknown> {
  const queue = { queue_name: "monitor" };
  const { lifecycle_hook_names, lifecycle_topic_arns: topics } = ours;
  // A hook that notifies nobody has to be named. Who names one must also say what the others notify.
  const others = { lifecycle_queue_name: "lifecycle", ...(topics ? { lifecycle_topic_arns: topics } : {}) };
  const named = lifecycle_hook_names === undefined ? {} : { lifecycle_hook_names, ...others };
  if (own === "queue_name alone") return { ...queue, ...named };
  const kept = Object.entries(settings).filter(() => own === "all" || (own === "some" && random.chance(0.5)));
  return { ...queue, ...ours, ...Object.fromEntries(kept) };
}

/**
 * Says whether an entry can be of a world with such an input. Nobody deploys settings where there are none. With `queue_name` alone
 * nobody gives our hook to another team: terminate could not tell.
 */
export function fits(own: Own): (entry: Entry) => boolean {
  const isAlone = own === "queue_name alone";
  const hasNone = own === "no settings" || isAlone;
  return ({ change_input: change, put_hook: put }) => {
    const isGivenAway = put?.hook.queue === OTHERS_QUEUE && OUR_HOOKS.includes(put.hook.name);
    const deploysSettings = change?.function === "terminate" && !("dry_run" in change.input);
    return !(isAlone && isGivenAway) && !(hasNone && deploysSettings);
  };
}
