import type { Story, StoryLine } from "../kernel/story.ts";
import type { Place } from "./scope.ts";

/** From when to when, in milliseconds since 1970. */
type Time = { readonly from: number; readonly to: number };

/** Whether a judged function was told what a load balancer has, as that was at some moment of a time, its end not included. */
export type WasTold = (place: Omit<Place, "id">, time: Time) => boolean;

/** A run may have asked a load balancer for all its instances before the last of them came, in milliseconds. */
const RUN_MS = 62_000;
/** How old a round may be by which an action is completed, in milliseconds. */
const FRESH_MS = 900_000;

/**
 * Whether a person registered an instance or an address while a hook held the instance, after the functions had asked the load
 * balancer. If nobody names that, it counts from the next round on. What was there before, the functions ask about in each pass.
 *
 * @param hold from when the hook held it, and to when: one of the functions has completed its action then
 */
export function isForNextRound(
  { lines }: Pick<Story, "lines">,
  place: Place,
  hold: Time,
  wasTold: WasTold,
): boolean {
  const { from, to } = hold;
  const about = lines.filter((line) => isAbout(line, place));
  const before = about.findLast(({ at }) => at < from);
  const first = about.find(({ at }) => at >= from);
  if (first?.state !== "registered" || first.by !== "operator") return false;
  if (before && before.state !== "gone") return false;
  return wasTold(place, { from: Math.max(from - RUN_MS, to - FRESH_MS), to: first.at });
}

function isAbout(
  line: StoryLine,
  { kind, name, id }: Place,
): line is Extract<StoryLine, { kind: "target" | "classic" }> {
  if (line.kind === "target") return kind === "target" && line.targetGroup === name && line.id === id;
  return (
    line.kind === "classic" && kind === "classic" && line.loadBalancer === name && line.instanceId === id
  );
}
