import { queues } from "./generate.ts";
import { deregister, drain, type PastFailure, sweeping } from "./past-failure.ts";

const [first, second] = ["i-00000000000000001", "i-00000000000000002"] as const;
const named = { cluster_names: ["c0"], discover: "named", drain_timeout_seconds: 900 };

/** What seeds have found about clusters that somebody deletes in the middle of drains, the oldest first. */
export const pastFailuresOfClusters: readonly PastFailure[] = [
  {
    seed: 5_000_152,
    wrong:
      "a cluster was deleted while tasks ran, which ECS gave up: the judge took what ended with the instance for lost by our doing",
    scenario: {
      name: "past failure 5000152",
      faults_end_after_seconds: 0,
      functions: { deregister: deregister({}), terminate: sweeping({}) },
      queues,
      clusters: [{ name: "c0" }],
      tasks: [{ cluster: "c0", task: { run_seconds: 4_000 } }],
      auto_scaling_groups: [{ name: "g0", instance_ids: [first], cluster: "c0", hooks: [drain] }],
      timeline: [
        { at_seconds: 5, terminate: { instance_ids: [first], replace: false } },
        { at_seconds: 100, delete_cluster: { cluster: "c0" } },
      ],
    },
  },
  {
    seed: 5_001_264,
    wrong:
      "a cluster was deleted while the address of a task still drained: the judge took it for the instance's, though ECS had taken the network interface with the task",
    scenario: {
      name: "past failure 5001264",
      faults_end_after_seconds: 0,
      functions: { deregister: deregister({}), terminate: sweeping({}) },
      queues,
      target_groups: [{ name: "own", target_type: "ip", deregistration_delay_seconds: 300 }],
      clusters: [
        {
          name: "c0",
          services: [
            {
              name: "own",
              load_balancers: [{ target_group: "own", container_port: 3000 }],
              task: { network_mode: "awsvpc", ports: [{ container_port: 3000 }] },
            },
          ],
        },
      ],
      auto_scaling_groups: [{ name: "g0", instance_ids: [first], cluster: "c0", hooks: [drain] }],
      timeline: [
        { at_seconds: 5, terminate: { instance_ids: [first], replace: false } },
        { at_seconds: 100, delete_cluster: { cluster: "c0" } },
      ],
    },
  },
  {
    seed: 71_001_844,
    wrong:
      "a cluster that the input names was deleted before the first pass, and only what is named counts: the judge took both drains for forgotten, though they are held until their deadline",
    scenario: {
      name: "past failure 71001844",
      faults_end_after_seconds: 0,
      functions: {
        deregister: deregister({ ...named, target_groups: ["static"] }),
        terminate: sweeping({ ...named, target_groups: ["static"] }),
      },
      queues,
      target_groups: [{ name: "static" }],
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [{ name: "g0", instance_ids: [first, second], cluster: "c0", hooks: [drain] }],
      timeline: [
        { at_seconds: 1, register: { instance_ids: [first], target_group: "static" } },
        { at_seconds: 5, terminate: { instance_ids: [first, second], replace: false } },
        { at_seconds: 10, delete_cluster: { cluster: "c0" } },
      ],
    },
  },
];
