// A list whose places count: each place makes a resource, as long as something stands in it. So a place keeps its resource, whatever
// becomes of the others.
import { GROUPS_PARAMETER, type Parameter, TOPICS_PARAMETER } from "./parameters.ts";
import { type Branch, either, NOTHING, type Tree } from "./tree.ts";

/** How many groups the template makes a hook for. */
export const SLOTS = 30;
/** How many topics the template subscribes to. */
const TOPIC_SLOTS = 10;

/** What a place is called, and how many there are. */
const PLACES: Readonly<Record<string, { readonly name: string; readonly count: number }>> = {
  [GROUPS_PARAMETER.name]: { name: "Group", count: SLOTS },
  [TOPICS_PARAMETER.name]: { name: "Topic", count: TOPIC_SLOTS },
};

/** The places of a parameter, counted from 0. */
export function placesOf(parameter: Parameter): number[] {
  return Array.from({ length: countOf(parameter) }, (_, n) => n);
}

/** What stands at a place. The list is made long enough for each to be there. */
export function placeOf(parameter: Parameter, place: number): Tree {
  const padded = { "Fn::Join": ["", [{ Ref: parameter.name }, ",".repeat(countOf(parameter))]] };
  return { "Fn::Select": [place, { "Fn::Split": [",", padded] }] };
}

/** The name of the condition that something stands at a place. */
export function conditionOfPlace({ name }: Parameter, place: number): string {
  return `Has${PLACES[name]?.name}${place + 1}`;
}

/** The conditions of all places. */
export function conditionsOfPlaces(parameter: Parameter): Branch {
  const isFilled = (place: number) => ({ "Fn::Not": [{ "Fn::Equals": [placeOf(parameter, place), ""] }] });
  return Object.fromEntries(
    placesOf(parameter).map((place) => [conditionOfPlace(parameter, place), isFilled(place)]),
  );
}

/** All that stands at places, as a list without the empty ones. */
export function filledPlaces(parameter: Parameter): Tree {
  return placesOf(parameter).map((place) =>
    either(conditionOfPlace(parameter, place), placeOf(parameter, place), NOTHING),
  );
}

function countOf({ name }: Parameter): number {
  const found = PLACES[name];
  if (found === undefined) throw new Error(`${name} has no places`);
  return found.count;
}
