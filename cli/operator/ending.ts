import { timeText } from "../../shared/base/time-text.ts";
import { hookOf } from "../../shared/model/hooks.ts";
import { liveTasks } from "../../shared/model/tasks.ts";
import type { Settings } from "./deployed.ts";
import type { Held } from "./dry-pass.ts";
import type { Explanation } from "./explain.ts";

/** When a held instance goes at the latest, and how. Null where nobody knows when its time began. */
export function endingOf(
  { termination, observation, startedAt, deadline }: Held,
  { dry_run: isDry }: Settings,
  now: number,
): Explanation["deadline"] {
  if (startedAt === undefined) return null;
  const hook = hookOf(termination, observation);
  // On a dry run nobody prolongs the hook's own timeout.
  if (isDry && hook) {
    const what = "the hook's own timeout ends it, with what is on it then (rule 13)";
    return ending(startedAt + hook.heartbeatTimeout, what, now);
  }
  const tasks = observation.clusterInstances.flatMap((each) => liveTasks(each));
  const fate =
    tasks.length === 0 ? "" : tasks.length === 1 ? "; its task dies with it" : "; its tasks die with it";
  const what = {
    continue: `it goes all the same${fate} (rule 6)`,
    abandon: `its lifecycle action is abandoned${observation.retains ? ", and the group keeps it" : fate} (rule 6)`,
    leave: "no more heartbeats are sent, and the hook's own timeout decides (rule 6)",
  }[termination.settings.onTimeout];
  return ending(deadline.at, what, now);
}

function ending(at: number, what: string, now: number): Explanation["deadline"] {
  return { at: timeText(at), left_seconds: Math.max(0, Math.round((at - now) / 1000)), what };
}
