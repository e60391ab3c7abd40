import { readFileSync } from "node:fs";
import { parse, YAMLParseError } from "yaml";
import { problemsOf } from "../../shared/problems.ts";
import { type Scenario, scenarioSchema } from "./schema.ts";

/** A scenario file that cannot be used; the message names every key that is wrong. */
export class ScenarioError extends Error {
  override name = "ScenarioError";
}

/** Reads a scenario file. Throws a ScenarioError when it is missing, no YAML, or wrong. */
export function readScenario(path: string): Scenario {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new ScenarioError(
      `${path}: expected a scenario file, found none (${(cause as NodeJS.ErrnoException).code})`,
      { cause },
    );
  }
  return parseScenario(text, path);
}

/** Reads a scenario from YAML text; `name` is what errors call it. Throws a ScenarioError. */
export function parseScenario(text: string, name: string): Scenario {
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (cause) {
    if (cause instanceof YAMLParseError)
      throw new ScenarioError(`${name}: expected YAML: ${cause.message}`, { cause });
    throw cause;
  }
  const parsed = scenarioSchema.safeParse(raw, { reportInput: true });
  const problems = parsed.success ? referenceProblems(parsed.data) : problemsOf(parsed.error);
  if (!parsed.success || problems.length > 0) {
    throw new ScenarioError(
      `${name}: ${problems.length === 1 ? "1 problem" : `${problems.length} problems`}\n  ${problems.join("\n  ")}`,
    );
  }
  return parsed.data;
}

// Names that one part of the file uses for another: each must be there.
function referenceProblems(scenario: Scenario): string[] {
  const problems: string[] = [];
  const names = (items: readonly { name: string }[]) => new Set(items.map((item) => item.name));
  const known = {
    queue: names(scenario.queues),
    "target group": names(scenario.target_groups),
    "load balancer": names(scenario.load_balancers),
    cluster: names(scenario.clusters),
    group: names(scenario.auto_scaling_groups),
  };
  const need = (kind: keyof typeof known, name: string | undefined, path: string) => {
    if (name === undefined || known[kind].has(name)) return;
    const choice = [...known[kind]].join(", ") || "none at all";
    problems.push(`${path}: expected the name of a ${kind} (${choice}), found "${name}"`);
  };
  scenario.queues.forEach((queue, i) => {
    need("queue", queue.dead_letter_queue, `queues[${i}].dead_letter_queue`);
  });
  scenario.event_rules.forEach((rule, i) => {
    need("queue", rule.queue, `event_rules[${i}].queue`);
  });
  scenario.clusters.forEach((cluster, i) => {
    cluster.services.forEach((service, j) => {
      service.load_balancers.forEach((each, k) => {
        need(
          "target group",
          each.target_group,
          `clusters[${i}].services[${j}].load_balancers[${k}].target_group`,
        );
        need(
          "load balancer",
          each.load_balancer,
          `clusters[${i}].services[${j}].load_balancers[${k}].load_balancer`,
        );
      });
    });
  });
  scenario.auto_scaling_groups.forEach((group, i) => {
    const path = `auto_scaling_groups[${i}]`;
    need("cluster", group.cluster, `${path}.cluster`);
    for (const each of group.target_groups) need("target group", each, `${path}.target_groups`);
    for (const each of group.load_balancers) need("load balancer", each, `${path}.load_balancers`);
    for (const each of group.registers_with.target_groups)
      need("target group", each.name, `${path}.registers_with.target_groups`);
    for (const each of group.registers_with.load_balancers)
      need("load balancer", each, `${path}.registers_with.load_balancers`);
    group.hooks.forEach((hook, j) => {
      need("queue", hook.queue, `${path}.hooks[${j}].queue`);
    });
  });
  scenario.tasks.forEach((tasks, i) => {
    need("cluster", tasks.cluster, `tasks[${i}].cluster`);
  });
  scenario.timeline.forEach((entry, i) => {
    for (const [key, value] of Object.entries(entry)) {
      if (typeof value !== "object") continue;
      const path = `timeline[${i}].${key}`;
      const named = value as {
        group?: string;
        queue?: string;
        cluster?: string;
        target_group?: string;
        load_balancer?: string;
      };
      if (key !== "run_tasks") need("group", named.group, `${path}.group`);
      need("queue", named.queue, `${path}.queue`);
      need("cluster", named.cluster, `${path}.cluster`);
      need("target group", named.target_group, `${path}.target_group`);
      need("load balancer", named.load_balancer, `${path}.load_balancer`);
    }
  });
  return problems;
}
