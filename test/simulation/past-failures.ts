import { queues } from "./generate.ts";
import { deregister, drain, forged, type PastFailure, sweeping, terminate } from "./past-failure.ts";

/** Names in an input; of these only the cluster is there. */
const nowhere = { target_groups: ["static"], elb_names: ["classic"], cluster_names: ["c0"] };

/** What seeds have found about all others, the oldest first. */
export const pastFailures: readonly PastFailure[] = [
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
  {
    seed: 38_242_011,
    wrong:
      "the message of a lifecycle action was lost, and a forged one stood for it: the completion by its token was refused, which another hook seemed to explain, and the instance was held until the hook's timeout",
    scenario: {
      name: "past failure 38242011",
      functions: {
        deregister: deregister({ drain_timeout_seconds: 400 }),
        terminate: sweeping({
          auto_scaling_groups: ["g0"],
          drain_timeout_seconds: 400,
        }),
      },
      queues,
      auto_scaling_groups: [
        { name: "g0", instance_ids: ["i-00000000000000002"], hooks: [drain, { name: "backup" }] },
      ],
      timeline: [
        { at_seconds: 74, terminate: { instance_ids: ["i-00000000000000002"] } },
        { at_seconds: 75, lose_messages: { queue: "lifecycle" } },
        forged(101, "i-00000000000000002", { token: "87654321-4321-4321-4321-210987654321" }),
      ],
    },
  },
  {
    seed: 60_060,
    wrong:
      "somebody set an instance ACTIVE while it drained, and a task came: that none could come any more was believed of the first DRAINING, from a list that lagged, and the action was completed over the task",
    scenario: {
      name: "past failure 60060",
      read_lag_seconds: 9,
      functions: {
        deregister: deregister({ elb_names: ["classic"], cluster_names: ["c0"] }),
        terminate: sweeping({
          auto_scaling_groups: ["g0"],
          sweep_minutes: 2,
          elb_names: ["classic"],
          cluster_names: ["c0"],
        }),
      },
      queues,
      load_balancers: [
        {
          name: "classic",
          listeners: [{ port: 80, instance_port: 3001 }],
          connection_draining_seconds: 30,
        },
      ],
      clusters: [
        {
          name: "c0",
          services: [
            {
              name: "edge0",
              minimum_healthy_percent: 50,
              task: { stop_seconds: 20, ports: [{ container_port: 1, host_port: 3001 }] },
            },
          ],
        },
      ],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001", "i-00000000000000002"],
          cluster: "c0",
          registers_with: { load_balancers: ["classic"] },
          hooks: [drain],
        },
      ],
      timeline: [
        { at_seconds: 6, update_service: { cluster: "c0", service: "edge0", desired_count: 4 } },
        { at_seconds: 30, terminate: { instance_ids: ["i-00000000000000002"], replace: true } },
        { at_seconds: 120, set_active: { instance_ids: ["i-00000000000000002"] } },
      ],
    },
  },
  {
    seed: 507_551_990,
    wrong:
      "with leave, each sweep that took a message in flight for a lost one began the hook's timer anew, and the instance was held for ever",
    scenario: {
      name: "past failure 507551990",
      latency_milliseconds: [100, 1_500],
      functions: {
        deregister: {
          input: {
            lifecycle_queue_name: "lifecycle",
            elb_monitor_queue_name: "monitor",
            ...nowhere,
            drain_timeout_seconds: 240,
            on_timeout: "leave",
          },
        },
        terminate: {
          input: {
            ...terminate.input,
            lifecycle_hook_name: "drain",
            group_tag: "drained=yes",
            sweep_minutes: 5,
            ...nowhere,
            drain_timeout_seconds: 240,
            on_timeout: "leave",
          },
        },
      },
      queues,
      clusters: [{ name: "c0", services: [{ name: "daemon0" }] }],
      auto_scaling_groups: [
        {
          name: "g1",
          instance_ids: ["i-10000000000000002"],
          cluster: "c0",
          tags: { drained: "yes" },
          hooks: [drain],
        },
      ],
      timeline: [
        { at_seconds: 9, terminate: { instance_ids: ["i-10000000000000002"] } },
        { at_seconds: 52, disconnect_agent: { instance_ids: ["i-10000000000000002"] } },
      ],
    },
  },
  {
    seed: 980_827_192,
    wrong:
      "a sweep drained by the settings of a forged message, which knew nothing of the hook's metadata, and completed after 240 of 1,500 seconds",
    scenario: {
      name: "past failure 980827192",
      functions: {
        deregister: deregister({ cluster_names: ["c0"], drain_timeout_seconds: 240 }),
        terminate: {
          ...sweeping({ auto_scaling_groups: ["g0"], sweep_minutes: 1, cluster_names: ["c0"] }),
          first_after_seconds: 54,
        },
      },
      queues,
      clusters: [{ name: "c0" }],
      tasks: [{ cluster: "c0" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-10000000000000001"],
          cluster: "c0",
          hooks: [
            { ...drain, metadata: JSON.stringify({ drain_timeout_seconds: 1_500, on_timeout: "abandon" }) },
          ],
        },
      ],
      timeline: [
        forged(25, "i-10000000000000002"),
        { at_seconds: 66, lose_notifications: { for_seconds: 141 } },
        { at_seconds: 111, terminate: { instance_ids: ["i-10000000000000001"] } },
      ],
    },
  },
  {
    seed: 615_589_764,
    wrong:
      "a forged message stood for an instance whose own was lost, and its drain ended by the forged one's 400 seconds instead of the hook's 700",
    scenario: {
      name: "past failure 615589764",
      functions: {
        deregister: deregister({ cluster_names: ["c0"], drain_timeout_seconds: 400 }),
        terminate,
      },
      queues,
      clusters: [{ name: "c0" }],
      tasks: [{ cluster: "c0" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-10000000000000001"],
          cluster: "c0",
          hooks: [
            {
              ...drain,
              heartbeat_timeout_seconds: 300,
              metadata: JSON.stringify({ drain_timeout_seconds: 700 }),
            },
          ],
        },
      ],
      timeline: [
        forged(70, "i-10000000000000001"),
        { at_seconds: 71, lose_notifications: { for_seconds: 60 } },
        { at_seconds: 83, terminate: { instance_ids: ["i-10000000000000001"] } },
      ],
    },
  },
  {
    seed: 93_000_712,
    wrong:
      "an instance had died, and ECS took its container instance out of the cluster between deregister's read and its DRAINING: the run failed for that alone, and the judge took it for a fault of ours",
    scenario: {
      name: "past failure 93000712",
      faults_end_after_seconds: 0,
      functions: {
        deregister: { ...deregister({ clusters: "*" }), event_source_mapping: {} },
        terminate: sweeping({}),
      },
      queues,
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        { name: "g0", instance_ids: ["i-10000000000000003"], cluster: "c0", hooks: [drain] },
      ],
      timeline: [
        { at_seconds: 17, kill: { instance_ids: ["i-10000000000000003"] } },
        { at_seconds: 20, terminate: { instance_ids: ["i-10000000000000003"] } },
      ],
    },
  },
];
