import type { AllowedBy, Damage } from "../simulator/judge/damage.ts";
import type { Played } from "../simulator/scenario/play.ts";
import { clock } from "./clock-text.ts";

/** What would have saved it, or why no setting would. */
const ADVICE: Readonly<Record<Exclude<AllowedBy, "drain_timeout_seconds" | "settle_seconds">, string>> = {
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
  on_timeout:
    "its time was over, and it was not leaving: its service needs a higher maximumPercent or more room; stop_tasks: all stops it, on_timeout: leave keeps it for longer",
  stop_tasks: "nothing else ends such a task: with stop_tasks: all it is stopped before",
  "Spot interruption": "EC2 took the instance back: no setting saves it",
  "a person's act": "somebody did it: no setting saves it",
  "an injected fault": "the scenario injects a fault: no setting saves it",
  "another hook": "another hook released it: see its owner",
  "managed draining": "ECS's managed draining did it: switch that off for the capacity provider",
  metadata: "a value in the hook's metadata is wrong, and the drain waited for it to be corrected",
  "the hook's own timeout":
    "the hook's own timeout ended it: a longer heartbeat timeout of the hook saves it",
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

/** What allows the losses and which setting would have saved them: a text for each setting. */
export function permitsText({ damage, terminations }: Pick<Played, "damage" | "terminations">): string[] {
  const permits = [...new Set(damage.map(({ allowedBy }) => allowedBy))];
  const askedAt = new Map(terminations.map((each) => [each.instanceId, each.askedAt]));
  return permits.map((permit) => {
    const those = damage.filter(({ allowedBy }) => allowedBy === permit);
    return `${those.length} by ${permit ?? "nothing: a violation"}${permit ? `: ${adviceOn(permit, those, askedAt)}` : ""}`;
  });
}

function adviceOn(
  permit: AllowedBy,
  damage: readonly Damage[],
  askedAt: ReadonlyMap<string, number>,
): string {
  if (permit === "settle_seconds") {
    return damage.every(({ kind }) => kind === "late")
      ? "it waits for settle_seconds after all is gone: less saves the time"
      : "it came when nothing was left any more: a longer settle_seconds saves it";
  }
  if (permit !== "drain_timeout_seconds") return ADVICE[permit];
  const needed = damage.map(({ instanceId, to }) => (to - (askedAt.get(instanceId) ?? to)) / 1000);
  return `it was on its way: more than ${Math.ceil(Math.max(...needed))} saves it`;
}
