import { servedActions } from "../cloud/simulation.ts";
import { patternMatches } from "../faults/faults.ts";
import { MANAGED_DRAINING_HOOK } from "../services/ecs/model.ts";
import { CALL_FAULTS } from "./fault-timeline.ts";
import {
  type Check,
  checkIds,
  checksOf,
  expectOneOf,
  idsAtStart,
  problem,
  serviceLoadBalancerProblems,
} from "./names.ts";
import type { Scenario, TimelineEntry } from "./schema.ts";

/** The problems with the names in a scenario's timeline. Some can only show while it is played, and are not found here. */
export function timelineProblems(scenario: Scenario): string[] {
  const { timeline } = scenario;
  const checks = checksOf(scenario);
  const served = timeline.some((entry) => callFaultsOf(entry).length > 0) ? servedActions() : [];
  return timeline.flatMap((entry, i) => {
    const path = `timeline[${i}]`;
    return [
      ...namedPartProblems(checks, entry, path),
      ...idProblems(scenario, entry, path),
      ...serviceProblems(scenario, entry, path),
      ...serviceLoadBalancerProblems(
        scenario,
        `${path}.update_service.load_balancers`,
        entry.update_service?.load_balancers,
      ),
      ...hookProblems(scenario, entry, path),
      ...spotProblems(scenario, entry, path),
      ...scaleInProblems(scenario, entry, path),
      ...actionProblems(served, entry, path),
    ];
  });
}

function namedPartProblems(
  { queue, topic, group, cluster, targetGroup, loadBalancer }: ReturnType<typeof checksOf>,
  entry: TimelineEntry,
  path: string,
): string[] {
  const check = (kind: Check, key: string, found: string | undefined) => kind(`${path}.${key}`, found);
  return [
    ...check(group, "scale_in.group", entry.scale_in?.group),
    ...check(group, "scale_out.group", entry.scale_out?.group),
    ...check(group, "shrink_warm_pool.group", entry.shrink_warm_pool?.group),
    ...check(group, "delete_group.group", entry.delete_group?.group),
    ...check(group, "suspend_processes.group", entry.suspend_processes?.group),
    ...check(group, "resume_processes.group", entry.resume_processes?.group),
    ...check(group, "instance_refresh.group", entry.instance_refresh?.group),
    ...check(group, "rolling_update.group", entry.rolling_update?.group),
    ...check(queue, "send_lifecycle_message.queue", entry.send_lifecycle_message?.queue),
    ...check(group, "send_lifecycle_message.group", entry.send_lifecycle_message?.group),
    ...check(queue, "send.queue", entry.send?.queue),
    ...check(queue, "lose_messages.queue", entry.lose_messages?.queue),
    ...check(queue, "remake_queue.queue", entry.remake_queue?.queue),
    ...check(cluster, "run_tasks.cluster", entry.run_tasks?.cluster),
    ...check(cluster, "stop_tasks.cluster", entry.stop_tasks?.cluster),
    ...check(group, "complete_actions.group", entry.complete_actions?.group),
    ...check(group, "put_hook.group", entry.put_hook?.group),
    ...check(queue, "put_hook.hook.queue", entry.put_hook?.hook.queue),
    ...check(topic, "put_hook.hook.topic", entry.put_hook?.hook.topic),
    ...check(group, "delete_hook.group", entry.delete_hook?.group),
    ...check(cluster, "update_service.cluster", entry.update_service?.cluster),
    ...check(targetGroup, "register.target_group", entry.register?.target_group),
    ...check(loadBalancer, "register.load_balancer", entry.register?.load_balancer),
    ...check(cluster, "protect_tasks.cluster", entry.protect_tasks?.cluster),
    ...check(cluster, "join_cluster.cluster", entry.join_cluster?.cluster),
    ...check(targetGroup, "fail_health_checks.target_group", entry.fail_health_checks?.target_group),
    ...check(cluster, "delete_service.cluster", entry.delete_service?.cluster),
    ...check(cluster, "delete_cluster.cluster", entry.delete_cluster?.cluster),
    ...check(targetGroup, "delete_target_group.target_group", entry.delete_target_group?.target_group),
    ...check(loadBalancer, "delete_load_balancer.load_balancer", entry.delete_load_balancer?.load_balancer),
  ];
}

/** What makes a group launch instances, besides what says so itself. */
const LAUNCHING = [
  "scale_out",
  "kill",
  "stop",
  "interrupt_spot",
  "recommend_rebalance",
  "schedule_maintenance",
  "instance_refresh",
  "rolling_update",
] as const;

// Once a group has launched another instance, an id may be a drawn one.
function idProblems(scenario: Scenario, entry: TimelineEntry, path: string): string[] {
  const launched = scenario.timeline.some(
    ({ at_seconds, terminate, enter_standby, detach, ...others }) =>
      at_seconds < entry.at_seconds &&
      (LAUNCHING.some((key) => others[key]) ||
        [terminate, enter_standby, detach].some((each) => each?.replace)),
  );
  const ids = launched ? undefined : idsAtStart(scenario);
  return Object.entries(entry).flatMap(([key, value]) =>
    typeof value === "object" && "instance_ids" in value
      ? checkIds(`${path}.${key}.instance_ids`, ids, value.instance_ids)
      : [],
  );
}

function serviceProblems({ clusters }: Scenario, entry: TimelineEntry, path: string): string[] {
  const { update_service, protect_tasks, delete_service } = entry;
  return Object.entries({ update_service, protect_tasks, delete_service }).flatMap(([key, found]) => {
    const cluster = clusters.find(({ name }) => name === found?.cluster);
    if (!found || !cluster) return [];
    const names = cluster.services.map(({ name }) => name);
    const what = `the name of a service of the cluster ${cluster.name}`;
    return expectOneOf(`${path}.${key}.service`, what, names, found.service);
  });
}

function hookProblems(scenario: Scenario, entry: TimelineEntry, path: string): string[] {
  const { complete_actions, delete_hook, repeat_notification } = entry;
  const groups = scenario.auto_scaling_groups;
  const hooksOf = (names: readonly string[]) => [
    ...groups
      .filter(({ name }) => names.includes(name))
      .flatMap(({ hooks, managed_draining }) => [
        ...hooks.map(({ name }) => name),
        ...(managed_draining ? [MANAGED_DRAINING_HOOK] : []),
      ]),
    ...scenario.timeline.flatMap(({ put_hook }) =>
      put_hook && names.includes(put_hook.group) ? [put_hook.hook.name] : [],
    ),
  ];
  for (const [key, named] of Object.entries({ complete_actions, delete_hook })) {
    if (!named || !groups.some(({ name }) => name === named.group)) continue;
    const { group, hook } = named;
    return expectOneOf(`${path}.${key}.hook`, `the name of a hook of ${group}`, hooksOf([group]), hook);
  }
  if (repeat_notification?.hook === undefined) return [];
  const names = hooksOf(groups.map(({ name }) => name));
  return expectOneOf(
    `${path}.repeat_notification.hook`,
    "the name of a hook",
    names,
    repeat_notification.hook,
  );
}

// EC2 interrupts Spot Instances alone. Which group an id that is drawn belongs to, nobody knows before.
function spotProblems(
  { auto_scaling_groups: groups }: Scenario,
  entry: TimelineEntry,
  path: string,
): string[] {
  const onDemand = groups.filter(({ spot }) => !spot).flatMap(({ instance_ids = [] }) => instance_ids);
  return (entry.interrupt_spot?.instance_ids ?? []).flatMap((id, i) =>
    onDemand.includes(id)
      ? [
          problem(
            `${path}.interrupt_spot.instance_ids[${i}]`,
            "a Spot Instance, of a group with spot: true",
            id,
          ),
        ]
      : [],
  );
}

// Other entries that terminate are left out of the sum: they only make the group smaller.
function scaleInProblems(
  scenario: Scenario,
  { at_seconds, scale_in }: TimelineEntry,
  path: string,
): string[] {
  const group = scenario.auto_scaling_groups.find(({ name }) => name === scale_in?.group);
  if (!scale_in || !group) return [];
  const sum = (key: "scale_in" | "scale_out") =>
    scenario.timeline
      .filter(
        (each) => each.at_seconds <= at_seconds && each[key]?.group === group.name && each[key] !== scale_in,
      )
      .reduce((total, each) => total + (each[key]?.count ?? 0), 0);
  const atStart = group.instance_ids?.length ?? group.instances;
  const most = Math.max(0, atStart + sum("scale_out") - sum("scale_in"));
  return scale_in.count <= most
    ? []
    : [
        problem(
          `${path}.scale_in.count`,
          `at most ${most}, the size of ${group.name} by then`,
          scale_in.count,
        ),
      ];
}

function callFaultsOf(entry: TimelineEntry): { key: string; actions: readonly string[] }[] {
  return [...CALL_FAULTS, "other_calls" as const].flatMap((key) => {
    const fault = entry[key];
    return fault ? [{ key, actions: fault.actions }] : [];
  });
}

function actionProblems(served: readonly string[], entry: TimelineEntry, path: string): string[] {
  return callFaultsOf(entry).flatMap(({ key, actions }) =>
    actions.flatMap((pattern, i) =>
      served.some((action) => patternMatches(pattern, action))
        ? []
        : [
            problem(
              `${path}.${key}.actions[${i}]`,
              "an action that is served (docs/simulator-operations.md)",
              pattern,
            ),
          ],
    ),
  );
}
