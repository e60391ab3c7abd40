import type { ScenarioInput } from "../../simulator/scenario/schema.ts";
import { queues } from "./generate.ts";

/** What a seed once found, as the smallest scenario that the shrinker made of it: a seed's own world changes with its generator. */
export type PastFailure = {
  readonly seed: number;
  /** What was wrong. */
  readonly wrong: string;
  readonly scenario: ScenarioInput;
};

const drain = { name: "drain", queue: "lifecycle" };
const terminate = { input: { queue_name: "monitor" } };
const deregister = (keys: object, firstAfter = 20) => ({
  input: { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor", ...keys },
  first_after_seconds: firstAfter,
});

/** All failures that seeds have found, the oldest first. */
export const pastFailures: readonly PastFailure[] = [
  {
    seed: 99,
    wrong:
      "a run that was killed after it had taken an instance out of its load balancer had forgotten so: the instance came back with a new root volume, and was not registered again",
    scenario: {
      name: "past failure 99",
      read_lag_seconds: 9,
      functions: { deregister: deregister({ elb_names: ["classic"] }, 46), terminate },
      queues,
      load_balancers: [{ name: "classic", listeners: [{ port: 80, instance_port: 3001 }] }],
      auto_scaling_groups: [
        {
          name: "g1",
          instance_ids: ["i-10000000000000004"],
          registers_with: { load_balancers: ["classic"] },
          hooks: [drain],
        },
      ],
      timeline: [
        { at_seconds: 524, replace_root_volume: { instance_ids: ["i-10000000000000004"] } },
        { at_seconds: 555, kill_invocation: { function: "terminate", at_await: 19 } },
      ],
    },
  },
  {
    seed: 20_597,
    wrong:
      "what deregister had taken from an instance was in a message that could not be sent: it came back with a new root volume, and was not registered again",
    scenario: {
      name: "past failure 20597",
      functions: {
        deregister: deregister({ target_groups: ["static"], cluster_names: ["c0"] }, 10),
        terminate,
      },
      queues,
      target_groups: [{ name: "static" }],
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        {
          name: "g1",
          instance_ids: ["i-10000000000000003"],
          cluster: "c0",
          registers_with: { target_groups: [{ name: "static" }] },
          hooks: [drain],
        },
      ],
      timeline: [
        { at_seconds: 34, replace_root_volume: { instance_ids: ["i-10000000000000003"], agent: "same" } },
        { at_seconds: 71, expire_credentials: { actions: ["sqs:SendMessage"], for_seconds: 59 } },
      ],
    },
  },
  {
    seed: 735_602_747,
    wrong:
      "an instance on its way back to the warm pool was terminated after all, and the message of that was lost: the message of the lifecycle action before stood for it until the deadline, when its completion was refused; only then a sweep found it, and its time began anew",
    scenario: {
      name: "past failure 735602747",
      functions: {
        deregister: deregister({ cluster_names: ["c0"], drain_timeout_seconds: 1_500 }),
        terminate: {
          input: {
            ...terminate.input,
            auto_scaling_groups: ["g0"],
            lifecycle_queue_name: "lifecycle",
            cluster_names: ["c0"],
            drain_timeout_seconds: 1_500,
          },
        },
      },
      queues,
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-10000000000000003"],
          cluster: "c0",
          warm_pool: {},
          hooks: [drain],
        },
      ],
      tasks: [{ cluster: "c0", instance_ids: ["i-10000000000000003"] }],
      timeline: [
        { at_seconds: 27, scale_in: { group: "g0", count: 1 } },
        { at_seconds: 134, terminate: { instance_ids: ["i-10000000000000003"] } },
        { at_seconds: 135, lose_messages: { queue: "lifecycle" } },
      ],
    },
  },
  {
    seed: 466_510_613,
    wrong:
      "a task that had not started yet showed no ports, and became RUNNING behind our registration as DRAINING was set: it was stopped under open connections",
    scenario: {
      name: "past failure 466510613",
      functions: { deregister: deregister({ elb_names: ["classic"], cluster_names: ["c0"] }, 17), terminate },
      queues,
      load_balancers: [
        {
          name: "classic",
          listeners: [{ port: 80, instance_port: 3001 }],
          connection_draining_seconds: 10,
        },
      ],
      clusters: [
        {
          name: "c0",
          services: [
            { name: "edge0", task: { start_seconds: 5, ports: [{ container_port: 1, host_port: 3001 }] } },
          ],
        },
      ],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-10000000000000001", "i-10000000000000003"],
          cluster: "c0",
          registers_with: { load_balancers: ["classic"] },
          hooks: [drain],
        },
      ],
      timeline: [
        { at_seconds: 8, terminate: { instance_ids: ["i-10000000000000003"] } },
        { at_seconds: 13, update_service: { cluster: "c0", service: "edge0", desired_count: 3 } },
      ],
    },
  },
];
