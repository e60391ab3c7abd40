import { groupBy } from "../shared/base/batches.ts";
import type { AllowedBy, Damage } from "../simulator/judge/damage.ts";
import type { Played } from "../simulator/scenario/play.ts";
import { clock } from "./clock-text.ts";

/** Auto Scaling ends each lifecycle action after 48 hours, and a drain ends two minutes before that; in seconds. */
const LONGEST_DRAIN_SECONDS = 172_680;

/** What would have saved it, or why no setting would. */
const ADVICE: Readonly<
  Record<
    Exclude<AllowedBy, "drain_timeout_seconds" | "settle_seconds" | "on_timeout" | "the hook's own timeout">,
    string
  >
> = {
  clusters:
    "its cluster may not be changed: name it in cluster_names, give it the cluster_tag, or set clusters: '*'",
  deregister_container_instance:
    "deregister_container_instance is never: with when_disconnected it is taken out of its cluster",
  "discover: named": "nothing in the input names it: name it",
  "discover: warn": "nothing in the input names it, and discover: warn only warns: name it",
  dry_run: "dry_run was on: nothing was done",
  on_maintenance: "on_maintenance asks for it: with ignore nothing is replaced",
  on_rebalance: "on_rebalance asks for it: with ignore nothing is replaced",
  replace_at_once: "replace_at_once lets so many go at once: with 1 they go one after the other",
  replace_last: "replace_last lets the only instance go: with false it stays",
  stop_tasks: "nothing else ends such a task: with stop_tasks: all it is stopped before",
  "Spot interruption": "EC2 took the instance back: no setting saves it",
  "a person's act": "somebody did it: no setting saves it",
  "an injected fault": "the scenario injects a fault: no setting saves it",
  "another hook": "another hook released it: see its owner",
  "managed draining": "ECS's managed draining did it: switch that off for the capacity provider",
  metadata: "a value in the hook's metadata is wrong, and the drain waited for it to be corrected",
  "the read lag": "no read could show it in time",
};

/** What was lost, for how long, and which setting would have saved it; a line for each kind of loss and what allows it. */
export function lossText({ damage, terminations, startedAt }: Played): string {
  if (damage.length === 0) return "Nothing was lost.";
  const lines = damage.map(({ kind, instanceId, what, from, to }) => {
    const seconds = Math.round((to - from) / 1000);
    const long = seconds === 0 ? "" : ` for ${seconds} s`;
    return `  ${clock(from, startedAt)}  ${instanceId.padEnd(19)}  ${kind}${long}: ${what}`;
  });
  const why = permitsText({ damage, terminations }).map((each) => `  ${each}`);
  return ["LOST", ...lines, "ALLOWED", ...why].join("\n");
}

/** What allows the losses and which setting would have saved them: a text for each setting and each advice. */
export function permitsText({ damage, terminations }: Pick<Played, "damage" | "terminations">): string[] {
  const askedAt = new Map(terminations.map((each) => [each.instanceId, each.askedAt]));
  const alike = groupBy(damage, (each) => `${each.allowedBy} ${topicOf(each)}`);
  return [...alike.values()].map((those) => {
    const permit = those[0]?.allowedBy;
    return `${those.length} by ${permit ?? "nothing: a violation"}${permit ? `: ${adviceOn(permit, those, askedAt)}` : ""}`;
  });
}

// What one permit has different advice for.
function topicOf({ allowedBy, kind, staying, drain }: Damage): string {
  if (allowedBy === "on_timeout") return kind === "late" ? kind : `${staying} ${drain?.stopTasks}`;
  if (allowedBy === "the hook's own timeout") return `${staying === "on its way"}`;
  return allowedBy?.startsWith("discover:") || allowedBy === "settle_seconds" ? `${kind === "late"}` : "";
}

function adviceOn(
  permit: AllowedBy,
  damage: readonly Damage[],
  askedAt: ReadonlyMap<string, number>,
): string {
  const isLate = damage.every(({ kind }) => kind === "late");
  switch (permit) {
    case "settle_seconds":
      return isLate
        ? "it waits for settle_seconds after all is gone: less saves the time"
        : "it came when nothing was left any more: a longer settle_seconds saves it";
    case "discover: named":
    case "discover: warn":
      return isLate ? "a name in the input is nothing's: correct the name" : ADVICE[permit];
    case "on_timeout":
      return isLate
        ? "on_timeout: leave left it to the hook's own timeout: with continue it ends by the drain's deadline"
        : adviceOnStaying(damage, askedAt);
    case "drain_timeout_seconds":
      return moreTime(damage, askedAt);
    case "the hook's own timeout":
      return adviceOnHook(damage, askedAt);
    default:
      return ADVICE[permit];
  }
}

function adviceOnStaying(damage: readonly Damage[], askedAt: ReadonlyMap<string, number>): string {
  const over = "its time was over, and it was not leaving";
  const { staying, drain } = damage[0] ?? {};
  switch (staying) {
    case "on its way":
      return `drain_timeout_seconds was over: ${moreTime(damage, askedAt)}`;
    case "silent agent":
      return `${over}: its agent is silent, so that nothing stops it, and no setting saves it`;
    case "service":
      return `${over}: its service needs a higher maximumPercent, more room in the cluster, or a lower desired count`;
    case "daemon":
      return drain?.stopTasks === "none"
        ? `${over}: stop_tasks: daemon stops it once all else has left`
        : `${over}: it is stopped once all else has left`;
    case "standalone":
      return drain?.stopTasks === "all"
        ? `${over}: it is stopped once all else has left`
        : `${over}: stop_tasks: all stops it once all else has left`;
    default:
      return `${over}: the log says why it was not taken out`;
  }
}

// Both limits must be longer than what it needs.
function adviceOnHook(damage: readonly Damage[], askedAt: ReadonlyMap<string, number>): string {
  if (damage[0]?.staying !== "on its way")
    return "the hook's own timeout ended it: a longer heartbeat timeout of the hook gives it more time";
  const seconds = needed(damage, askedAt);
  return seconds > LONGEST_DRAIN_SECONDS
    ? `it was on its way: ${TOO_LONG}`
    : `the hook's timeout or global limit ended it: a longer heartbeat timeout of the hook saves it, if drain_timeout_seconds is more than ${seconds}`;
}

/** The text for a loss that no hook can wait for. */
const TOO_LONG = "a hook holds an instance for 48 hours at most: no setting saves it";

function moreTime(damage: readonly Damage[], askedAt: ReadonlyMap<string, number>): string {
  const seconds = needed(damage, askedAt);
  if (seconds > LONGEST_DRAIN_SECONDS) return `it was on its way: ${TOO_LONG}`;
  const isBeyondHook = damage.some(({ drain }) => drain && drain.globalLimit < seconds * 1_000);
  const more = isBeyondHook ? ", with a longer heartbeat timeout of the hook" : "";
  return `it was on its way: more than ${seconds} saves it${more}`;
}

// How long a drain would have had to last for all of them to be gone, in seconds.
function needed(damage: readonly Damage[], askedAt: ReadonlyMap<string, number>): number {
  const each = damage.map(({ instanceId, to }) => (to - (askedAt.get(instanceId) ?? to)) / 1_000);
  return Math.ceil(Math.max(...each));
}
