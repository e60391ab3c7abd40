import { queues } from "./generate.ts";
import { deregister, drain, type PastFailure, sweeping, terminate } from "./past-failure.ts";

/** What seeds have found about what nobody named and what came late, the oldest first. */
export const pastFailuresOfDiscovery: readonly PastFailure[] = [
  {
    seed: 5_559_478,
    wrong:
      "an agent joined a cluster that nobody named after that was searched: the drain of another instance told of its task's target, which was then taken out as ours",
    scenario: {
      name: "past failure 5559478",
      functions: { deregister: deregister({ clusters: "*" }), terminate },
      queues,
      target_groups: [
        { name: "static", deregistration_delay_seconds: 90 },
        { name: "web0", deregistration_delay_seconds: 5 },
      ],
      clusters: [
        {
          name: "c0",
          services: [
            {
              name: "web0",
              load_balancers: [{ target_group: "web0", container_port: 3000 }],
              task: { ports: [{ container_port: 3000 }] },
            },
          ],
        },
      ],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001", "i-00000000000000002"],
          registers_with: { target_groups: [{ name: "static" }] },
          hooks: [drain],
        },
        { name: "g1", instance_ids: ["i-10000000000000001"], cluster: "c0", hooks: [drain] },
      ],
      timeline: [
        {
          at_seconds: 5,
          terminate: { instance_ids: ["i-00000000000000001", "i-10000000000000001"] },
        },
        {
          at_seconds: 60,
          join_cluster: { instance_ids: ["i-00000000000000001", "i-00000000000000002"], cluster: "c0" },
        },
      ],
    },
  },
  {
    seed: 848_910_201,
    wrong:
      "somebody registered an instance with a load balancer that nobody named, after the round had asked it: the judge did not know that this counts from the next round on",
    scenario: {
      name: "past failure 848910201",
      functions: { deregister: deregister({}, 4), terminate },
      queues,
      load_balancers: [{ name: "classic", listeners: [{ port: 80, instance_port: 3001 }] }],
      auto_scaling_groups: [{ name: "g0", instance_ids: ["i-00000000000000001"], hooks: [drain] }],
      timeline: [
        { at_seconds: 16, terminate: { instance_ids: ["i-00000000000000001"] } },
        { at_seconds: 70, register: { instance_ids: ["i-00000000000000001"], load_balancer: "classic" } },
      ],
    },
  },
  {
    seed: 5_560_322,
    wrong:
      "an agent joined a cluster that nobody named while another hook still held the instance: the judge blamed the completion of ours, which had come before",
    scenario: {
      name: "past failure 5560322",
      functions: { deregister: deregister({}), terminate },
      queues,
      clusters: [{ name: "c0", services: [{ name: "worker0", task: { stop_seconds: 5 } }] }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001"],
          hooks: [drain, { name: "flush", heartbeat_timeout_seconds: 180, default_result: "CONTINUE" }],
        },
      ],
      timeline: [
        { at_seconds: 16, terminate: { instance_ids: ["i-00000000000000001"] } },
        { at_seconds: 140, join_cluster: { instance_ids: ["i-00000000000000001"], cluster: "c0" } },
      ],
    },
  },
  {
    seed: 5_560_777,
    wrong:
      "the round of another drain was told of such a registration, in another run: the judge took that for the next round of this one",
    scenario: {
      name: "past failure 5560777",
      functions: {
        deregister: deregister({ target_groups: ["static"] }, 4),
        terminate: { ...terminate, first_after_seconds: 10 },
      },
      queues,
      target_groups: [{ name: "static", deregistration_delay_seconds: 120 }, { name: "late" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001", "i-00000000000000002"],
          registers_with: { target_groups: [{ name: "static" }] },
          hooks: [drain],
        },
      ],
      timeline: [
        { at_seconds: 16, terminate: { instance_ids: ["i-00000000000000001"] } },
        { at_seconds: 80, register: { instance_ids: ["i-00000000000000001"], target_group: "late" } },
        { at_seconds: 90, terminate: { instance_ids: ["i-00000000000000002"] } },
      ],
    },
  },
  {
    seed: 5_561_121,
    wrong:
      "a warm pool ended its instances once a hook that notifies nobody had let others go: the judge expected the functions to read messages that were sent after the end",
    scenario: {
      name: "past failure 5561121",
      faults_end_after_seconds: 0,
      functions: { deregister: deregister({}), terminate: sweeping({ auto_scaling_groups: ["g1"] }) },
      queues,
      event_rules: [{ queue: "lifecycle", of: "terminating", groups: ["g1"] }],
      auto_scaling_groups: [
        {
          name: "g1",
          instance_ids: ["1", "2", "3"].map((each) => `i-1000000000000000${each}`),
          warm_pool: {},
        },
      ],
      timeline: [
        { at_seconds: 95, terminate: { instance_ids: ["i-10000000000000003"] } },
        {
          at_seconds: 255,
          put_hook: { group: "g1", hook: { name: "drain", heartbeat_timeout_seconds: 120 } },
        },
        { at_seconds: 306, scale_in: { group: "g1", count: 2 } },
      ],
    },
  },
];
