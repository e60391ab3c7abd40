import { parseScenario } from "../simulator/scenario/read.ts";
import type { Scenario } from "../simulator/scenario/schema.ts";

/** AWS's default quota of targets a group and of instances a classic load balancer: more instances get another cluster. */
const INSTANCES_A_CLUSTER = 1_000;
/** When the first instance is told to go, in seconds: by then the functions have run a few times, and are warm. */
export const FIRST_MESSAGE_SECONDS = 300;
/** Auto Scaling looks at its groups a second after their desired capacity has changed. */
const SCALING_SECONDS = 1;

/** A fleet to measure: how large it is, how much of it goes, and how the functions' ticks lie to that. */
export type Fleet = {
  readonly instances: number;
  readonly terminations: number;
  /** How far in the minute the terminations come, in seconds. */
  readonly phase?: number;
  /** When in their minute the functions are invoked, in seconds. */
  readonly ticks?: { readonly deregister: number; readonly terminate: number };
  /** Without load balancers and services, as the peers take it: whoever plays it stops the tasks. */
  readonly bare?: boolean;
  /** From DRAINING to the last STOPPED, in seconds; `never` where no task may stop. */
  readonly drainSeconds?: number | "never";
  /** How long a drain may take, in seconds; the functions' own default where it is not given. */
  readonly drainTimeoutSeconds?: number;
  /** Whether AWS's token buckets hold. */
  readonly throttling?: boolean;
  /** Whether an event source mapping invokes deregister as messages come. */
  readonly atOnce?: boolean;
  /** Whether terminate's input names the groups to sweep; without it a sweep knows those of the messages at hand. */
  readonly swept?: boolean;
  /** How many more target groups the Region has, which nobody names. With them, discovery searches all; without, what is named counts. */
  readonly unnamedGroups?: number;
  readonly endsAfterSeconds?: number;
  /** For how long the functions run where nothing else keeps them running. */
  readonly idleSeconds?: number;
};

/** The deregistration delay and the connection draining of all load balancers, in seconds. */
const DELAY_SECONDS = 30;
/** ECS's scheduler looks at an instance that is DRAINING a second later. */
const SCHEDULER_SECONDS = 1;

/**
 * The world of all figures: a managed and a static target group, and a classic load balancer. Each instance has three tasks.
 * One of them is behind the managed group, and none listens behind the other two. Beyond a thousand instances there are more
 * clusters, each with load balancers and a group of its own. With minimum healthy percents of 0, tasks stop at once: a drain
 * takes as long as its tasks take.
 */
export function scenarioOf(fleet: Fleet): Scenario {
  const { instances, terminations, phase = 0, drainSeconds = 60, bare = false } = fleet;
  const { deregister, terminate } = fleet.ticks ?? { deregister: 20, terminate: 40 };
  const counts = spread(instances);
  const going = proportionally(terminations, counts);
  const at = FIRST_MESSAGE_SECONDS + phase - SCALING_SECONDS;
  const names = counts.map((_, i) => `fleet-${i + 1}`);
  const discover = fleet.unnamedGroups === undefined ? "named" : "all";
  const others = Array.from({ length: fleet.unnamedGroups ?? 0 }, (_, i) => `other-${i + 1}`);
  const scenario = {
    name: "bench",
    seed: 1,
    ends_after_seconds: fleet.endsAfterSeconds ?? 7_200,
    throttling: fleet.throttling ?? false,
    functions: {
      deregister: {
        input: { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor", discover },
        first_after_seconds: deregister,
        ...(fleet.atOnce ? { event_source_mapping: {} } : {}),
      },
      terminate: {
        input: {
          queue_name: "monitor",
          discover,
          ...(fleet.swept ? { lifecycle_queue_name: "lifecycle", auto_scaling_groups: names } : {}),
        },
        first_after_seconds: terminate,
      },
    },
    queues: [
      queue("lifecycle-dead-letters"),
      queue("lifecycle"),
      queue("monitor-dead-letters"),
      queue("monitor"),
    ],
    target_groups: bare
      ? []
      : [
          ...names.flatMap((name) => [targetGroup(`${name}-web`, 80), targetGroup(`${name}-static`, 9000)]),
          ...others.map((name) => targetGroup(name, 80)),
        ],
    load_balancers: bare ? [] : names.map((name) => classic(`${name}-classic`)),
    clusters: names.map((name, i) => (bare ? { name } : cluster(name, counts[i] as number, drainSeconds))),
    // Nobody replaces a standalone task, and nobody stops it but the bench.
    tasks: bare
      ? names.map((name, i) => ({
          cluster: name,
          count: 3 * (counts[i] as number),
          task: { stop_seconds: 0 },
        }))
      : [],
    auto_scaling_groups: names.map((name, i) => group(name, counts[i] as number, fleet)),
    timeline: [
      ...names.flatMap((name, i) =>
        going[i] ? [{ at_seconds: at, scale_in: { group: name, count: going[i] } }] : [],
      ),
      // An entry without effect: a scenario does not end before its last one.
      ...(fleet.idleSeconds
        ? [{ at_seconds: fleet.idleSeconds, throttle: { actions: ["*"], for_seconds: 0 } }]
        : []),
    ],
  };
  return parseScenario(JSON.stringify(scenario), "bench");
}

/** How many instances each cluster has: as few clusters as hold them all. */
function spread(instances: number): number[] {
  const clusters = Math.ceil(instances / INSTANCES_A_CLUSTER);
  return Array.from({ length: clusters }, (_, i) => Math.floor((instances + i) / clusters));
}

function proportionally(terminations: number, counts: readonly number[]): number[] {
  return counts.map((_, i) => Math.floor((terminations + i) / counts.length));
}

function queue(name: string) {
  if (name.endsWith("-dead-letters")) return { name, retention_seconds: 1_209_600 };
  return {
    name,
    visibility_timeout_seconds: 120,
    dead_letter_queue: `${name}-dead-letters`,
    max_receive_count: 240,
  };
}

function targetGroup(name: string, port: number) {
  return { name, port, deregistration_delay_seconds: DELAY_SECONDS };
}

function classic(name: string) {
  return {
    name,
    listeners: [{ port: 80, instance_port: 9001 }],
    connection_draining_seconds: DELAY_SECONDS,
  };
}

function cluster(name: string, instances: number, drainSeconds: number | "never") {
  const never = drainSeconds === "never";
  const percents = never
    ? { minimum_healthy_percent: 100, maximum_percent: 100 }
    : { minimum_healthy_percent: 0, maximum_percent: 100 };
  const stopSeconds = never ? 2 : drainSeconds - SCHEDULER_SECONDS;
  const task = (seconds: number) => ({
    ports: [{ container_port: 3000 }],
    stop_seconds: seconds,
    stop_timeout_seconds: seconds + 1,
  });
  return {
    name,
    services: [
      {
        name: "web",
        desired_count: instances,
        ...percents,
        load_balancers: [{ target_group: `${name}-web`, container_port: 3000 }],
        // One behind a load balancer is first taken out of it.
        task: task(never ? stopSeconds : stopSeconds - DELAY_SECONDS),
      },
      { name: "worker", desired_count: 2 * instances, ...percents, task: task(stopSeconds) },
    ],
  };
}

function group(name: string, instances: number, { bare, drainTimeoutSeconds }: Fleet) {
  const metadata = {
    cluster_name: name,
    drain_timeout_seconds: drainTimeoutSeconds,
    ...(bare ? {} : { elb_name: `${name}-classic`, target_groups: [`${name}-static`] }),
  };
  return {
    name,
    instances,
    cluster: name,
    task_slots: 20,
    registers_with: bare
      ? {}
      : { target_groups: [{ name: `${name}-static` }], load_balancers: [`${name}-classic`] },
    hooks: [
      {
        name: "drain",
        queue: "lifecycle",
        heartbeat_timeout_seconds: 3600,
        default_result: "CONTINUE",
        metadata: JSON.stringify(metadata),
      },
    ],
  };
}
