import type { ScenarioInput } from "../../simulator/scenario/schema.ts";
import { queues } from "../simulation/generate.ts";
import { nameKeys } from "../simulation/policy.ts";
import { namesIn, type Place } from "../simulation/world.ts";

/** The port that the instances' own registrations point at; the tasks of `edge` have it on their host. */
const STATIC_PORT = 3001;
const drain = { name: "drain", queue: "lifecycle" };
/** Where instances register themselves; alone, so that neither waits for the other's connections. */
const behindTargetGroup = { target_groups: [{ name: "static" }] };
const behindClassic = { load_balancers: ["classic"] };

/** The soak's world: a bit of everything that a drain has to do with, so that it all grows old together. */
const place: Place = {
  target_groups: [
    { name: "static", port: STATIC_PORT, deregistration_delay_seconds: 45 },
    { name: "web", port: 80, deregistration_delay_seconds: 30 },
    { name: "own", port: 80, target_type: "ip", deregistration_delay_seconds: 15 },
  ],
  load_balancers: [
    {
      name: "classic",
      listeners: [{ port: 80, instance_port: STATIC_PORT }],
      connection_draining_seconds: 30,
    },
    {
      name: "elb",
      listeners: [{ port: 81, instance_port: 3002 }],
      connection_draining_seconds: 60,
      requests_finish_after_seconds: 5,
    },
  ],
  clusters: [
    {
      name: "front",
      services: [
        {
          name: "web",
          desired_count: 10,
          load_balancers: [{ target_group: "web", container_port: 3000 }],
          task: { ports: [{ container_port: 3000 }], stop_seconds: 5 },
        },
        {
          name: "edge",
          desired_count: 3,
          minimum_healthy_percent: 50,
          maximum_percent: 100,
          task: { ports: [{ container_port: 1, host_port: STATIC_PORT }] },
        },
        { name: "agent", scheduling_strategy: "DAEMON" },
      ],
    },
    {
      name: "back",
      services: [
        {
          name: "own",
          desired_count: 4,
          load_balancers: [{ target_group: "own", container_port: 3000 }],
          task: { network_mode: "awsvpc", ports: [{ container_port: 3000 }], stop_seconds: 5 },
        },
        {
          name: "elb",
          desired_count: 2,
          minimum_healthy_percent: 0,
          load_balancers: [{ load_balancer: "elb", container_port: 3000 }],
          task: { ports: [{ container_port: 3000, host_port: 3002 }] },
        },
        { name: "worker", desired_count: 4, task: { stop_seconds: 20, protected_seconds: 60 } },
      ],
    },
  ],
  auto_scaling_groups: [
    {
      name: "front",
      instances: 10,
      cluster: "front",
      registers_with: { ...behindTargetGroup, ...behindClassic },
      hooks: [{ ...drain, heartbeat_timeout_seconds: 600, default_result: "CONTINUE" }],
    },
    {
      name: "back",
      instances: 8,
      cluster: "back",
      registers_with: behindTargetGroup,
      hooks: [
        {
          ...drain,
          heartbeat_timeout_seconds: 120,
          metadata: JSON.stringify({
            drain_timeout_seconds: 400,
            on_timeout: "abandon",
            stop_tasks: "all",
            deregister_container_instance: "always",
          }),
        },
        { name: "backup", heartbeat_timeout_seconds: 180, default_result: "CONTINUE" },
      ],
    },
    {
      name: "plain",
      instances: 6,
      registers_with: behindClassic,
      hooks: [
        {
          ...drain,
          heartbeat_timeout_seconds: 300,
          default_result: "CONTINUE",
          metadata: JSON.stringify({ drain_timeout_seconds: 240, on_timeout: "leave", settle_seconds: 5 }),
        },
      ],
    },
    {
      name: "pooled",
      instances: 4,
      cluster: "front",
      warm_pool: { state: "Stopped", instance_ids: ["i-0000000000000000a", "i-0000000000000000b"] },
      hooks: [{ ...drain, heartbeat_timeout_seconds: 3600, default_result: "CONTINUE" }],
    },
  ],
  tasks: [],
};

/** The soak's scenario, in which nothing happens by itself: the world, and the functions that serve it. */
export function soakScenario(seed: number, hours: number): ScenarioInput & Place {
  const keys = { ...nameKeys(namesIn(place)), drain_timeout_seconds: 700 };
  const notices = { on_spot_interruption: "drain", on_rebalance: "replace", on_maintenance: "replace" };
  return {
    name: "soak",
    seed,
    // The judge is told of each fault's end by and by; what is left over is judged once all have ended.
    faults_end_after_seconds: hours * 3600,
    functions: {
      deregister: {
        input: { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor", ...keys, ...notices },
        clock_skew_seconds: 2,
      },
      terminate: {
        input: {
          queue_name: "monitor",
          lifecycle_queue_name: "lifecycle",
          auto_scaling_groups: place.auto_scaling_groups.map(({ name }) => name),
          ...keys,
        },
        clock_skew_seconds: -2,
      },
    },
    queues,
    event_rules: [{ queue: "lifecycle" }],
    ...place,
  };
}
