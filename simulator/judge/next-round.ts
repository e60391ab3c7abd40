import type { Story, StoryLine } from "../kernel/story.ts";
import type { Place } from "./scope.ts";

/**
 * Up to when the judged functions know what a load balancer has, by the calls that they made before a time. Both in milliseconds
 * since 1970; undefined where none has asked it.
 */
export type ToldUntil = (place: Omit<Place, "id">, before: number) => number | undefined;

/** From when a hook held an instance, and to when: a function has completed its action then. In milliseconds since 1970. */
type Hold = { readonly from: number; readonly to: number };

/** A run may have asked a load balancer for all its instances before the last of them came, in milliseconds. */
const RUN_MS = 62_000;
/** How old a round may be by which an action is completed, in milliseconds. */
const FRESH_MS = 900_000;

/**
 * Whether a person registered an instance or an address while a hook held the instance, after the functions had asked the load
 * balancer. If nobody names that, it counts from the next round on. What was there before, the functions ask about in each pass.
 */
export function isForNextRound(
  { lines }: Pick<Story, "lines">,
  place: Place,
  { from, to }: Hold,
  toldUntil: ToldUntil,
): boolean {
  const about = lines.filter((line) => isAbout(line, place));
  const before = about.findLast(({ at }) => at < from);
  const first = about.find(({ at }) => at >= from);
  const told = toldUntil(place, to);
  if (first?.state !== "registered" || first.by !== "operator" || told === undefined) return false;
  if (before && before.state !== "gone") return false;
  return told < first.at && told >= from - RUN_MS && told >= to - FRESH_MS;
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
