import { queues } from "./generate.ts";
import { deregister, drain, forged, type PastFailure, sweeping, terminate } from "./past-failure.ts";

/** Two zones: what is behind a Network Load Balancer settles for two minutes. */
const network = { protocol: "TCP" } as const;
const everywhere = { target_groups: ["static"], elb_names: ["classic"], cluster_names: ["c0", "c1"] };
const shortHook = { ...drain, heartbeat_timeout_seconds: 180 };

/** What seeds have found about lifecycle actions that were to be kept alive, or to end in time, the oldest first. */
export const pastFailuresOfHeartbeats: readonly PastFailure[] = [
  {
    seed: 379_856_739,
    wrong:
      "the message of an instance that was to get a new root volume came once more after the instance had begun to die: it stood for the new lifecycle action until a heartbeat was refused, half an hour later, and only then the drain's time began",
    scenario: {
      name: "past failure 379856739",
      functions: {
        deregister: deregister(everywhere),
        terminate: {
          input: {
            ...terminate.input,
            ...everywhere,
            auto_scaling_groups: ["g0"],
            lifecycle_hook_name: "drain",
            sweep_minutes: 1,
          },
        },
      },
      queues,
      target_groups: [{ name: "static" }],
      load_balancers: [{ name: "classic", listeners: [{ port: 80, instance_port: 3001 }] }],
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001", "i-00000000000000002"],
          cluster: "c0",
          hooks: [drain],
        },
      ],
      timeline: [
        { at_seconds: 4, kill_invocation: { function: "deregister", at_await: 34 } },
        { at_seconds: 54, run_tasks: { cluster: "c0", instance_ids: ["i-00000000000000002"] } },
        {
          at_seconds: 103,
          replace_root_volume: { instance_ids: ["i-00000000000000001", "i-00000000000000002"] },
        },
        { at_seconds: 166, terminate: { instance_ids: ["i-00000000000000002"] } },
      ],
    },
  },
  {
    seed: 379_859_684,
    wrong:
      "a heartbeat came due between the start of a look and its end: the instance was left alone until it had settled, for two minutes, and its hook of 180 seconds ended it",
    scenario: {
      name: "past failure 379859684",
      seed: 379_859_684,
      latency_milliseconds: [100, 1_500],
      functions: {
        deregister: deregister({ target_groups: ["static"], cluster_names: ["c0"] }),
        terminate: {
          input: {
            ...terminate.input,
            auto_scaling_groups: ["g0", "g1"],
            lifecycle_hook_name: "drain",
            sweep_minutes: 0,
          },
          first_after_seconds: 5,
        },
      },
      queues,
      target_groups: [
        { name: "static", deregistration_delay_seconds: 5, ...network },
        { name: "attached", deregistration_delay_seconds: 15 },
        { name: "own0", deregistration_delay_seconds: 0 },
      ],
      clusters: [
        {
          name: "c0",
          services: [
            {
              name: "own0",
              load_balancers: [{ target_group: "own0", container_port: 3000 }],
              task: { ports: [{ container_port: 3000 }] },
            },
            { name: "worker0" },
          ],
        },
      ],
      auto_scaling_groups: [
        {
          name: "g0",
          boot_seconds: 15,
          cluster: "c0",
          target_groups: ["attached"],
          registers_with: { target_groups: [{ name: "static" }] },
          hooks: [shortHook],
          warm_pool: {},
        },
        { name: "g1", cluster: "c0" },
      ],
      timeline: [{ at_seconds: 22, scale_in: { group: "g0", count: 1 } }],
    },
  },
  {
    seed: 379_860_122,
    wrong:
      "the same, of an instance whose first message was taken by a run that was killed: 166 seconds had passed at its first look",
    scenario: {
      name: "past failure 379860122",
      // The run at 106 s is killed. It was the first to see the action, and what it saw is lost.
      faults_end_after_seconds: 120,
      latency_milliseconds: [100, 1_500],
      functions: {
        deregister: deregister({ elb_names: ["classic"], cluster_names: ["c0"] }, 46),
        terminate: sweeping({ auto_scaling_groups: ["g0"], elb_names: ["classic"], cluster_names: ["c0"] }),
      },
      queues,
      target_groups: [{ name: "web0", deregistration_delay_seconds: 30, ...network }],
      load_balancers: [{ name: "classic", listeners: [{ port: 80, instance_port: 3001 }] }],
      clusters: [
        {
          name: "c0",
          services: [
            {
              name: "web0",
              desired_count: 4,
              load_balancers: [{ target_group: "web0", container_port: 3000 }],
            },
            { name: "host0", task: { network_mode: "host", ports: [{ container_port: 3001 }] } },
          ],
        },
      ],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000002", "i-00000000000000003"],
          cluster: "c0",
          registers_with: { load_balancers: ["classic"] },
          hooks: [shortHook],
        },
      ],
      timeline: [
        { at_seconds: 19, kill_invocation: { function: "deregister", at_await: 12 } },
        { at_seconds: 63, terminate: { instance_ids: ["i-00000000000000002"] } },
        { at_seconds: 75, terminate: { instance_ids: ["i-00000000000000003"] } },
      ],
    },
  },
  {
    seed: 379_863_522,
    wrong:
      "a message that somebody sent while the instance was held began its drain's time anew, half an hour later, so that it ended as late",
    scenario: {
      name: "past failure 379863522",
      functions: {
        deregister: deregister({ target_groups: ["static"], elb_names: ["classic"], cluster_names: ["c0"] }),
        terminate: {
          input: {
            ...terminate.input,
            auto_scaling_groups: ["g0"],
            lifecycle_hook_name: "drain",
            target_groups: ["static"],
            elb_names: ["classic"],
            cluster_names: ["c0"],
          },
        },
      },
      queues,
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        { name: "g0", instance_ids: ["i-00000000000000003"], cluster: "c0", hooks: [{ name: "drain" }] },
      ],
      tasks: [{ cluster: "c0" }],
      timeline: [
        { at_seconds: 117, terminate: { instance_ids: ["i-00000000000000003"] } },
        forged(193, "i-00000000000000003"),
      ],
    },
  },
  {
    seed: 379_864_648,
    wrong:
      "behind a Network Load Balancer, with slow calls, an instance was left to settle while its heartbeat came due, and its hook of 180 seconds ended it",
    scenario: {
      name: "past failure 379864648",
      latency_milliseconds: [100, 1_500],
      functions: {
        deregister: deregister({ target_groups: ["static"], cluster_names: ["c0"] }, 40),
        terminate: {
          ...sweeping({ auto_scaling_groups: ["g0"], target_groups: ["static"], cluster_names: ["c0"] }),
          first_after_seconds: 56,
        },
      },
      queues,
      target_groups: [{ name: "static", deregistration_delay_seconds: 15, ...network }],
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000003"],
          cluster: "c0",
          registers_with: { target_groups: [{ name: "static" }] },
          hooks: [shortHook],
        },
      ],
      timeline: [{ at_seconds: 493, terminate: { instance_ids: ["i-00000000000000003"] } }],
    },
  },
  {
    seed: 134_495_176,
    wrong:
      "a completion of the lifecycle action before was refused, and the one that held the instance counted as completed with it: no heartbeat kept it, and it ended late",
    scenario: {
      name: "past failure 134495176",
      faults_end_after_seconds: 600,
      functions: {
        deregister: deregister({ target_groups: ["static"], cluster_names: ["c0", "c1"] }),
        terminate: {
          input: {
            ...terminate.input,
            auto_scaling_groups: ["g0"],
            lifecycle_hook_name: "drain",
            sweep_minutes: 2,
            target_groups: ["static"],
            cluster_names: ["c0", "c1"],
            drain_timeout_seconds: 120,
          },
          first_after_seconds: 23,
        },
      },
      queues,
      target_groups: [{ name: "static" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000002"],
          registers_with: { target_groups: [{ name: "static" }] },
          hooks: [{ name: "drain" }, { name: "backup" }],
        },
      ],
      timeline: [
        { at_seconds: 47, replace_root_volume: { instance_ids: ["i-00000000000000002"] } },
        { at_seconds: 136, kill_invocation: { function: "terminate", at_await: 12 } },
        { at_seconds: 160, invoke: { function: "terminate" } },
        { at_seconds: 191, kill_invocation: { function: "terminate", at_await: 41 } },
      ],
    },
  },
  {
    seed: 287_417_940,
    wrong:
      "a message with a token that came after the end of a drain without one was merged into that drain, and dropped with it: the hook's timeout ended its own",
    scenario: {
      name: "past failure 287417940",
      faults_end_after_seconds: 400,
      read_lag_seconds: 10,
      latency_milliseconds: [100, 1_500],
      throttling: true,
      functions: {
        deregister: {
          ...deregister({ elb_names: ["classic"], cluster_names: ["c0"], drain_timeout_seconds: 240 }),
          event_source_mapping: {},
        },
        terminate: {
          ...sweeping({
            auto_scaling_groups: ["g0"],
            elb_names: ["classic"],
            cluster_names: ["c0"],
            drain_timeout_seconds: 240,
          }),
          first_after_seconds: 1,
        },
      },
      queues,
      clusters: [{ name: "c0", services: [{ name: "host0" }] }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001", "i-00000000000000002"],
          cluster: "c0",
          hooks: [shortHook],
        },
      ],
      timeline: [
        { at_seconds: 18, terminate: { instance_ids: ["i-00000000000000002"] } },
        { at_seconds: 55, other_calls: { actions: ["*"], for_seconds: 121, per_second: 50 } },
        { at_seconds: 94, lose_notifications: { for_seconds: 106 } },
        { at_seconds: 164, replace_root_volume: { instance_ids: ["i-00000000000000001"] } },
        { at_seconds: 592, terminate: { instance_ids: ["i-00000000000000001"] } },
      ],
    },
  },
  {
    seed: 94_000_530,
    wrong:
      "a notice waited on the monitor queue: each run received it before the run before had handed over, and its sweep found the drains anew; with on_timeout: leave each find sent a heartbeat, and the hook never ended",
    scenario: {
      name: "past failure 94000530",
      faults_end_after_seconds: 400,
      functions: {
        deregister: deregister({ on_maintenance: "replace" }),
        terminate: {
          ...sweeping({
            auto_scaling_groups: ["g0"],
            sweep_minutes: 1,
            drain_timeout_seconds: 600,
            on_timeout: "leave",
          }),
          first_after_seconds: 40,
        },
      },
      queues,
      event_rules: [{ queue: "lifecycle" }],
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001", "i-00000000000000002", "i-00000000000000003"],
          cluster: "c0",
          hooks: [shortHook],
        },
      ],
      timeline: [
        { at_seconds: 120, terminate: { instance_ids: ["i-00000000000000002"] } },
        {
          at_seconds: 596,
          schedule_maintenance: { instance_ids: ["i-00000000000000001"], starts_in_hours: 0.5 },
        },
      ],
    },
  },
  {
    seed: 3_000_141,
    wrong:
      "an instance that settled after its root volume's drain began to die: the message of the second lifecycle action had seen nothing on it, and when the two merged the instance settled once more",
    scenario: {
      name: "past failure 3000141",
      faults_end_after_seconds: 0,
      functions: {
        deregister: deregister({}),
        terminate: { ...sweeping({ auto_scaling_groups: ["g0"] }), first_after_seconds: 16 },
      },
      queues,
      target_groups: [{ name: "addresses", deregistration_delay_seconds: 5, ...network }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000002"],
          registers_with: { target_groups: [{ name: "addresses" }] },
          hooks: [drain],
        },
      ],
      timeline: [
        { at_seconds: 53, replace_root_volume: { instance_ids: ["i-00000000000000002"] } },
        { at_seconds: 170, terminate: { instance_ids: ["i-00000000000000002"] } },
      ],
    },
  },
];
