import { quote } from "../../shared/base/validation-problems.ts";
import type { Scenario } from "./schema.ts";

/** An error lists at most this many names. */
const LISTED = 12;

/** One problem in the form of all others: the key, what was expected and what was found. */
export function problem(path: string, expected: string, found: unknown): string {
  return `${path}: expected ${expected}, found ${quote(found)}`;
}

/** The problem with a value that must be one of several names, if it is none of them. */
export function expectOneOf(path: string, what: string, names: readonly string[], found: unknown): string[] {
  return names.some((each) => each === found) ? [] : [problem(path, `${what} (${listed(names)})`, found)];
}

/** The problems with values that must differ: one for each repetition. */
export function expectDistinct(what: string, values: readonly { path: string; value: string }[]): string[] {
  return values.flatMap(({ path, value }, i) =>
    values.findIndex((each) => each.value === value) === i ? [] : [problem(path, what, value)],
  );
}

/** Checks the name by which a part of the file refers to another one. No name is no problem. */
export type Check = (path: string, found: string | undefined) => string[];

/** The checks of names against what a scenario has. */
export function checksOf(scenario: Scenario) {
  const check =
    (what: string, items: readonly { readonly name: string }[]): Check =>
    (path, found) =>
      found === undefined
        ? []
        : expectOneOf(
            path,
            `the name of a ${what}`,
            items.map(({ name }) => name),
            found,
          );
  return {
    queue: check("queue", scenario.queues),
    topic: check("topic", scenario.topics),
    targetGroup: check("target group", scenario.target_groups),
    loadBalancer: check("load balancer", scenario.load_balancers),
    cluster: check("cluster", scenario.clusters),
    group: check("group", scenario.auto_scaling_groups),
  };
}

/** The problems with the names of load balancers that a service registers with. */
export function serviceLoadBalancerProblems(
  scenario: Scenario,
  path: string,
  found: Scenario["clusters"][number]["services"][number]["load_balancers"] = [],
): string[] {
  const { targetGroup, loadBalancer } = checksOf(scenario);
  return found.flatMap((each, i) => [
    ...targetGroup(`${path}[${i}].target_group`, each.target_group),
    ...targetGroup(`${path}[${i}].alternate_target_group`, each.alternate_target_group),
    ...loadBalancer(`${path}[${i}].load_balancer`, each.load_balancer),
  ]);
}

/** The ids of all instances at the start; undefined where some of them are drawn. */
export function idsAtStart({ auto_scaling_groups: groups }: Scenario): string[] | undefined {
  return groups.length > 0 && groups.every((group) => group.instance_ids)
    ? groups.flatMap(({ instance_ids = [], warm_pool }) => [
        ...instance_ids,
        ...(warm_pool?.instance_ids ?? []),
      ])
    : undefined;
}

/** Checks instance ids against the possible ones. `ids` is undefined where any id is possible. */
export function checkIds(
  path: string,
  ids: readonly string[] | undefined,
  found: readonly string[] = [],
): string[] {
  return ids
    ? found.flatMap((each, i) => expectOneOf(`${path}[${i}]`, "the id of an instance", ids, each))
    : [];
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return "none at all";
  const rest = names.length - LISTED;
  return `${names.slice(0, LISTED).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
