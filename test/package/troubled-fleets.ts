// Fleets with all the trouble that makes the functions call what they seldom call: the example's fleet, under the names of
// the packaged stack.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type Package, PROJECT } from "./packaged.ts";
import { hookOf, namesOf, queuesOf } from "./world.ts";

/** The service that scale-tasks is to scale, in a cluster of its own, as its input names it. */
export const SCALED = { cluster_name: "scaled", service_name: "edge", min_task_count: 1, n_count: 1 };

/** A target group in which the instances register their own addresses. */
const BY_ADDRESS = { name: "by-address", target_type: "ip", port: 8080, deregistration_delay_seconds: 30 };

const INSTANCE_IDS = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `i-0000000000000000${n}`);

type Change = {
  /** Keys of deregister's input besides the stack's. */
  readonly keys?: Readonly<Record<string, unknown>>;
  /** What the hook has instead of what the stack gives it. */
  readonly hook?: Readonly<Record<string, unknown>>;
  /** What each task of the service `web` is like. */
  readonly web?: Readonly<Record<string, unknown>>;
  /** Whether terminate sweeps; else deregister is the first to see each of the instances. */
  readonly sweeps?: true;
  /** What the group has besides. */
  readonly group?: Readonly<Record<string, unknown>>;
  /** How long a target of the static target group drains, in seconds. */
  readonly delay?: number;
  readonly timeline: (names: {
    lifecycle: string;
    monitor: string;
    group: string;
    hook: string;
    cluster: string | undefined;
  }) => unknown[];
};

/** Scenarios in which, together, each function calls all that it can ever call. */
export function troubledFleets(packaged: Package): unknown[] {
  return [misread(packaged), stuck(packaged), dead(packaged), lost(packaged)];
}

// Unreadable messages, one of a time long ago, outages in which deregister can do nothing, so that terminate does it, a duplicate while draining, so
// many at once that it pays to ask for the whole cluster's tasks, and another hook beside a completion by hand.
function misread(packaged: Package): unknown {
  const outage = { actions: ["ecs:*", "elb:Deregister*", "elbv2:Deregister*"], for_seconds: 60 };
  return fleetOf(packaged, {
    timeline: ({ lifecycle, monitor, group, hook }) => [
      { at_seconds: 1, send: { queue: lifecycle, body: "nothing to read" } },
      { at_seconds: 1, send: { queue: monitor, body: "nothing to read" } },
      { at_seconds: 1, deny: outage },
      { at_seconds: 5, terminate: { instance_ids: INSTANCE_IDS.slice(0, 2) } },
      {
        at_seconds: 10,
        send: { queue: lifecycle, body: messageOf(group, hook, "2020-01-01T00:00:00.000Z") },
      },
      { at_seconds: 399, deny: outage },
      { at_seconds: 400, terminate: { instance_ids: INSTANCE_IDS.slice(2, 7) } },
      { at_seconds: 450, repeat_notification: { instance_ids: INSTANCE_IDS.slice(2, 7), hook } },
      { at_seconds: 500, complete_actions: { group, hook } },
      { at_seconds: 900, complete_actions: { group, hook: "another" } },
    ],
  });
}

// A message about the first instance, with a time and a token of its own.
function messageOf(group: string, hook: string, time: string): string {
  return JSON.stringify({
    AutoScalingGroupName: group,
    LifecycleHookName: hook,
    EC2InstanceId: INSTANCE_IDS[0],
    LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    LifecycleActionToken: "87654321-4321-4321-4321-210987654321",
    Time: time,
  });
}

// What holds the instances outlasts both the hook's timeout and the drain's own, and the hook's message comes once more when
// that is nearly over.
function stuck(packaged: Package): unknown {
  return fleetOf(packaged, {
    keys: { drain_timeout_seconds: 600, on_timeout: "abandon" },
    hook: { heartbeat_timeout_seconds: 120 },
    web: { protected_seconds: 90_000 },
    delay: 1200,
    timeline: ({ hook, cluster }) => [
      // A deployment that never ends: the service has two revisions.
      ...(cluster === undefined
        ? []
        : [{ at_seconds: 3, update_service: { cluster, service: "web", redeploy: true } }]),
      { at_seconds: 5, terminate: { instance_ids: INSTANCE_IDS.slice(0, 5) } },
      { at_seconds: 400, repeat_notification: { instance_ids: INSTANCE_IDS.slice(0, 5), hook } },
    ],
  });
}

// One instance is stopped before its hook's message comes, another before it could be taken out of anything; one comes back
// with a new root volume; one is replaced, because EC2 recommends it; one is to be retired, and one is interrupted.
function dead(packaged: Package): unknown {
  const [early, late, back, replaced, retired, interrupted] = INSTANCE_IDS.map((id) => ({
    instance_ids: [id],
  }));
  return fleetOf(packaged, {
    keys: {
      on_rebalance: "replace",
      on_maintenance: "replace",
      on_spot_interruption: "drain",
      maintenance_lead_hours: 400,
    },
    group: { spot: true },
    web: { stop_seconds: 300, stop_timeout_seconds: 900 },
    timeline: ({ group }) => [
      { at_seconds: 1, deny: { actions: ["elbv2:DeregisterTargets"], for_seconds: 60 } },
      { at_seconds: 5, stop: early },
      { at_seconds: 5, terminate: late },
      { at_seconds: 5, replace_root_volume: back },
      { at_seconds: 5, recommend_rebalance: replaced },
      { at_seconds: 5, schedule_maintenance: retired },
      { at_seconds: 25, interrupt_spot: interrupted },
      { at_seconds: 30, stop: late },
      { at_seconds: 400, complete_actions: { group, hook: "another" } },
    ],
  });
}

// The messages of two instances are lost, one of them in the warm pool's wait state; and nothing outlasts the deregistration delay.
function lost(packaged: Package): unknown {
  return fleetOf(packaged, {
    sweeps: true,
    delay: 300,
    group: { warm_pool: { state: "Stopped", reuse_on_scale_in: true } },
    timeline: ({ group }) => [
      { at_seconds: 1, lose_notifications: { for_seconds: 60 } },
      { at_seconds: 5, terminate: { instance_ids: INSTANCE_IDS.slice(0, 1) } },
      { at_seconds: 5, scale_in: { group, count: 1 } },
      { at_seconds: 900, complete_actions: { group, hook: "another" } },
    ],
  });
}

function fleetOf(packaged: Package, { keys, hook, web, sweeps, group, delay, timeline }: Change): unknown {
  const fleet = parse(readFileSync(join(PROJECT, "examples", "fleet.yaml"), "utf8"));
  const own = hookOf(packaged.resources);
  const [cluster] = namesOf(packaged).clusterNames;
  const { deregister, terminate } = packaged.functions;
  const { lifecycle_queue_name, elb_monitor_queue_name, event_bus } = deregister.input;
  const { cluster_name: _, ...input } = fleet.functions.deregister.input;
  const [web_, edge, ...services] = fleet.clusters[0].services;
  const told = {
    ...input,
    target_groups: [...input.target_groups, BY_ADDRESS.name],
    lifecycle_queue_name,
    elb_monitor_queue_name,
    ...(cluster === undefined ? {} : { cluster_name: cluster }),
    ...(event_bus === undefined ? {} : { event_bus }),
    ...keys,
  };
  const { queue_name, auto_scaling_groups } = terminate.input;
  const scaled = { name: SCALED.cluster_name, services: [{ name: SCALED.service_name, desired_count: 3 }] };
  return {
    ...fleet,
    functions: {
      deregister: { input: told },
      terminate: { input: { ...told, queue_name, auto_scaling_groups, sweep_minutes: sweeps ? 1 : 0 } },
      scale_tasks: { input: { services: [SCALED] } },
    },
    queues: [...queuesOf(packaged.resources), { name: "another" }],
    event_rules: [{ queue: lifecycle_queue_name }],
    target_groups: [...fleet.target_groups, BY_ADDRESS].map((each: { name: string }) =>
      each.name === "web" || delay === undefined ? each : { ...each, deregistration_delay_seconds: delay },
    ),
    clusters: [
      scaled,
      ...(cluster === undefined
        ? []
        : [
            {
              name: cluster,
              services: [
                { ...web_, task: { ...web_.task, ...web } },
                // So few that some of the instances have no task with a host port, and DRAINING has nothing to wait for.
                { ...edge, desired_count: 2 },
                ...services,
              ],
            },
          ]),
    ],
    auto_scaling_groups: [
      {
        ...fleet.auto_scaling_groups[0],
        registers_with: {
          ...fleet.auto_scaling_groups[0].registers_with,
          target_groups: [
            ...fleet.auto_scaling_groups[0].registers_with.target_groups,
            { name: BY_ADDRESS.name },
          ],
        },
        name: own.group,
        instance_ids: INSTANCE_IDS,
        cluster,
        ...group,
        hooks: [
          { ...own.hook, ...hook },
          { name: "another", queue: "another" },
        ],
      },
    ],
    // As a boot script starts it: no service knows of it.
    tasks:
      cluster === undefined
        ? []
        : [{ cluster, family: "boot", instance_ids: INSTANCE_IDS.slice(0, 1), started_by: "{instance_id}" }],
    timeline: timeline({
      lifecycle: lifecycle_queue_name as string,
      monitor: elb_monitor_queue_name as string,
      group: own.group,
      hook: own.hook.name as string,
      cluster,
    }),
  };
}
