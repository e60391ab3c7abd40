import {
  checkIds,
  checksOf,
  expectDistinct,
  expectOneOf,
  idsAtStart,
  problem,
  serviceLoadBalancerProblems,
} from "./names.ts";
import type { Scenario } from "./schema.ts";
import { timelineProblems } from "./timeline-references.ts";

/**
 * The problems with the names by which parts of a scenario refer to each other, and with names that appear twice. Each gives
 * the key, what was expected and what was found.
 */
export function referenceProblems(scenario: Scenario): string[] {
  return [
    ...functionProblems(scenario),
    ...duplicates(scenario),
    ...queueProblems(scenario),
    ...ruleProblems(scenario),
    ...serviceProblems(scenario),
    ...groupProblems(scenario),
    ...taskProblems(scenario),
    ...timelineProblems(scenario),
  ];
}

// Only the queues must exist: without them a function cannot start. All else in an input may be missing, as in a real account.
function functionProblems({ functions, queues }: Scenario): string[] {
  const { deregister, terminate } = functions ?? {};
  if (!deregister || !terminate) return [];
  const names = queues.map(({ name }) => name);
  return [
    ["deregister.input.lifecycle_queue_name", deregister.input.lifecycle_queue_name],
    ["deregister.input.elb_monitor_queue_name", deregister.input.elb_monitor_queue_name],
    ["terminate.input.queue_name", terminate.input.queue_name],
  ].flatMap(([key, found]) => expectOneOf(`functions.${key}`, "the name of a queue", names, found));
}

function duplicates(scenario: Scenario): string[] {
  const { queues, topics, target_groups, load_balancers, clusters, auto_scaling_groups } = scenario;
  const distinct = (path: string, what: string, items: readonly { readonly name: string }[]) =>
    expectDistinct(
      `a name that no other ${what} has`,
      items.map(({ name }, i) => ({ path: `${path}[${i}].name`, value: name })),
    );
  const ids = auto_scaling_groups.flatMap(({ instance_ids = [], warm_pool }, i) =>
    [
      { key: "instance_ids", values: instance_ids },
      { key: "warm_pool.instance_ids", values: warm_pool?.instance_ids ?? [] },
    ].flatMap(({ key, values }) =>
      values.map((value, j) => ({ path: `auto_scaling_groups[${i}].${key}[${j}]`, value })),
    ),
  );
  return [
    ...distinct("queues", "queue", queues),
    ...distinct("topics", "topic", topics),
    ...distinct("target_groups", "target group", target_groups),
    ...distinct("load_balancers", "load balancer", load_balancers),
    ...distinct("clusters", "cluster", clusters),
    ...clusters.flatMap(({ services }, i) =>
      distinct(`clusters[${i}].services`, "service of its cluster", services),
    ),
    ...distinct("auto_scaling_groups", "group", auto_scaling_groups),
    ...auto_scaling_groups.flatMap(({ hooks }, i) =>
      distinct(`auto_scaling_groups[${i}].hooks`, "hook of its group", hooks),
    ),
    ...expectDistinct("an id that no other instance has", ids),
  ];
}

// SQS takes a redrive policy only for an existing queue, so the order in the file counts.
function queueProblems({ queues }: Scenario): string[] {
  return queues.flatMap(({ dead_letter_queue: found }, i) => {
    const before = queues.slice(0, i).map(({ name }) => name);
    const path = `queues[${i}].dead_letter_queue`;
    return found === undefined
      ? []
      : expectOneOf(path, "the name of a queue that is listed before", before, found);
  });
}

function ruleProblems(scenario: Scenario): string[] {
  const { queue } = checksOf(scenario);
  return [
    ...scenario.event_rules.flatMap((rule, i) => queue(`event_rules[${i}].queue`, rule.queue)),
    ...scenario.topics.flatMap(({ queues }, i) =>
      queues.flatMap((each, j) => queue(`topics[${i}].queues[${j}].queue`, each.queue)),
    ),
  ];
}

function serviceProblems(scenario: Scenario): string[] {
  return scenario.clusters.flatMap(({ services }, i) =>
    services.flatMap((service, j) => {
      const path = `clusters[${i}].services[${j}]`;
      return [
        ...serviceLoadBalancerProblems(scenario, `${path}.load_balancers`, service.load_balancers),
        ...(service.scheduling_strategy === "DAEMON" && service.deployment !== "rolling"
          ? [problem(`${path}.deployment`, "rolling, as each daemon has it", service.deployment)]
          : []),
        ...(service.launch_type === "FARGATE" && service.task.network_mode !== "awsvpc"
          ? [problem(`${path}.task.network_mode`, "awsvpc, as Fargate needs it", service.task.network_mode)]
          : []),
        ...(service.launch_type === "FARGATE" && service.scheduling_strategy === "DAEMON"
          ? [problem(`${path}.launch_type`, "EC2, as each daemon has it", service.launch_type)]
          : []),
      ];
    }),
  );
}

function groupProblems(scenario: Scenario): string[] {
  const { cluster, targetGroup, loadBalancer, queue, topic } = checksOf(scenario);
  return scenario.auto_scaling_groups.flatMap((group, i) => {
    const path = `auto_scaling_groups[${i}]`;
    const own = group.registers_with;
    return [
      ...cluster(`${path}.cluster`, group.cluster),
      // Managed draining makes the group a capacity provider of this cluster.
      ...(group.managed_draining && group.cluster === undefined
        ? [problem(`${path}.cluster`, "the name of a cluster beside managed_draining", undefined)]
        : []),
      ...group.target_groups.flatMap((each, j) => targetGroup(`${path}.target_groups[${j}]`, each)),
      ...group.load_balancers.flatMap((each, j) => loadBalancer(`${path}.load_balancers[${j}]`, each)),
      ...own.target_groups.flatMap(({ name }, j) =>
        targetGroup(`${path}.registers_with.target_groups[${j}].name`, name),
      ),
      ...own.load_balancers.flatMap((each, j) =>
        loadBalancer(`${path}.registers_with.load_balancers[${j}]`, each),
      ),
      ...group.hooks.flatMap((hook, j) => [
        ...queue(`${path}.hooks[${j}].queue`, hook.queue),
        ...topic(`${path}.hooks[${j}].topic`, hook.topic),
      ]),
    ];
  });
}

function taskProblems(scenario: Scenario): string[] {
  const { cluster } = checksOf(scenario);
  return scenario.tasks.flatMap((tasks, i) => [
    ...cluster(`tasks[${i}].cluster`, tasks.cluster),
    ...checkIds(`tasks[${i}].instance_ids`, idsAtStart(scenario), tasks.instance_ids),
  ]);
}
