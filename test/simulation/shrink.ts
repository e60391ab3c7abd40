import { ScenarioError } from "../../simulator/scenario/read.ts";
import type { ScenarioInput } from "../../simulator/scenario/schema.ts";
import type { Plan } from "./deployments.ts";
import { failuresOf, run } from "./run.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The parts of a scenario that stay, in the order in which the others are tried: what leaves most behind first. */
const ORDER = [
  "timeline",
  "auto_scaling_groups",
  "clusters",
  "tasks",
  "target_groups",
  "load_balancers",
  "functions",
];

/** What the input names stays named, and swept: else the functions would not be told of what they are judged on. */
const KEPT: ReadonlySet<string> = new Set([
  "cluster_name",
  "cluster_names",
  "elb_name",
  "elb_names",
  "auto_scaling_groups",
  "group_tag",
  "lifecycle_queue_name",
  "lifecycle_hook_name",
  "lifecycle_hook_names",
  "lifecycle_topic_arns",
  "sweep_minutes",
  // Without it the same faults would be judged otherwise.
  "faults_end_after_seconds",
]);

/**
 * Leaves out of a failing scenario all that it fails without: entries of the timeline, parts of the world, settings. Each
 * part is tried until none can go.
 *
 * @param fails whether a scenario still fails in the same way
 */
export async function shrink(
  scenario: ScenarioInput,
  fails: (scenario: ScenarioInput) => Promise<boolean>,
): Promise<ScenarioInput> {
  let smallest = scenario as unknown as Json;
  const attempt = async (changed: Json) => {
    if (!(await fails(changed as unknown as ScenarioInput))) return false;
    smallest = changed;
    return true;
  };
  for (let before = ""; before !== JSON.stringify(smallest); ) {
    before = JSON.stringify(smallest);
    for (const key of ORDER) await shrinkAt(() => smallest, [key], attempt);
    for (const key of Object.keys(smallest as object)) {
      if (!ORDER.includes(key) && !KEPT.has(key)) await attempt(without(smallest, [key]));
    }
  }
  return smallest as unknown as ScenarioInput;
}

/** Whether a scenario fails by one of these, in the words of `failuresOf`. One that is not a scenario any more does not fail. */
export function failsBy(
  failures: ReadonlySet<string>,
  plan?: Plan,
): (scenario: ScenarioInput) => Promise<boolean> {
  return async (scenario) => {
    try {
      return [...failuresOf(await run(scenario, plan))].some((each) => failures.has(each));
    } catch (error) {
      if (error instanceof ScenarioError) return false;
      throw error;
    }
  };
}

type Path = readonly (string | number)[];

// First whole stretches of a list, then its single items, then what is in them.
async function shrinkAt(
  whole: () => Json,
  path: Path,
  attempt: (changed: Json) => Promise<boolean>,
): Promise<void> {
  const value = at(whole(), path);
  if (Array.isArray(value)) {
    for (let size = value.length; size >= 1; size = Math.floor(size / 2)) {
      for (let from = (at(whole(), path) as Json[]).length - size; from >= 0; from -= size) {
        const list = at(whole(), path) as Json[];
        await attempt(replaced(whole(), path, [...list.slice(0, from), ...list.slice(from + size)]));
      }
    }
    const left = (at(whole(), path) as Json[]).length;
    for (let i = 0; i < left; i++) await shrinkAt(whole, [...path, i], attempt);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const key of Object.keys(value)) {
    if (KEPT.has(key) || (key === "target_groups" && path[0] === "functions")) continue;
    if (!(await attempt(without(whole(), [...path, key])))) await shrinkAt(whole, [...path, key], attempt);
  }
}

function at(value: Json, path: Path): Json | undefined {
  return path.reduce<Json | undefined>(
    (inner, key) => (inner as Record<string | number, Json> | undefined)?.[key],
    value,
  );
}

function replaced(value: Json, [key, ...rest]: Path, by: Json): Json {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((each, i) => (i === key ? replaced(each, rest, by) : each));
  const object = value as { [key: string]: Json };
  return { ...object, [key]: replaced(object[key] as Json, rest, by) };
}

function without(value: Json, path: Path): Json {
  const parent = path.slice(0, -1);
  const { [path.at(-1) as string]: _, ...rest } = at(value, parent) as { [key: string]: Json };
  return replaced(value, parent, rest);
}
