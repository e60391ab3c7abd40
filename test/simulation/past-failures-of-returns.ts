import { queues } from "./generate.ts";
import { deregister, drain, type PastFailure, sweeping, terminate } from "./past-failure.ts";

/** What seeds have found about instances that come back, or were to, the oldest first. */
export const pastFailuresOfReturns: readonly PastFailure[] = [
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
        terminate: sweeping({
          auto_scaling_groups: ["g0"],
          cluster_names: ["c0"],
          drain_timeout_seconds: 1_500,
        }),
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
    seed: 38_242_657,
    wrong:
      "a read that lagged showed an instance on its way back that another lifecycle action was ending already; the next look took its message for one that was over, and dropped it",
    scenario: {
      name: "past failure 38242657",
      read_lag_seconds: 9,
      functions: { deregister: deregister({ drain_timeout_seconds: 400 }, 47), terminate },
      queues,
      auto_scaling_groups: [{ name: "g0", instance_ids: ["i-00000000000000002"], hooks: [drain] }],
      timeline: [
        { at_seconds: 13, replace_root_volume: { instance_ids: ["i-00000000000000002"] } },
        { at_seconds: 14, lose_messages: { queue: "lifecycle" } },
        { at_seconds: 44, terminate: { instance_ids: ["i-00000000000000002"] } },
      ],
    },
  },
  {
    seed: 130_205_893,
    wrong:
      "two messages of one drain were merged into the one that was looked at last, though that look could read nothing: what was to be given back was forgotten",
    scenario: {
      name: "past failure 130205893",
      throttling: true,
      functions: {
        deregister: deregister({ elb_names: ["classic"], cluster_names: ["c0", "c1"] }),
        terminate: sweeping({
          auto_scaling_groups: ["g0"],
          sweep_minutes: 2,
          elb_names: ["classic"],
          cluster_names: ["c0", "c1"],
        }),
      },
      queues,
      load_balancers: [{ name: "classic", listeners: [{ port: 80, instance_port: 3001 }] }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000002", "i-00000000000000004"],
          registers_with: { load_balancers: ["classic"] },
          hooks: [drain],
        },
      ],
      timeline: [
        {
          at_seconds: 98,
          replace_root_volume: { instance_ids: ["i-00000000000000002", "i-00000000000000004"] },
        },
        { at_seconds: 117, fail_entries: { actions: ["*"], for_seconds: 45 } },
        { at_seconds: 217, fail_entries: { actions: ["*"], for_seconds: 98, probability: 0.6 } },
        { at_seconds: 296, other_calls: { actions: ["*"], for_seconds: 177, per_second: 50 } },
      ],
    },
  },
  {
    seed: 926_162_178,
    wrong:
      "a sweep had found an instance on its way back to the warm pool, which was terminated after all: the message had no token to tell by, and its deadline ended the new lifecycle action's drain too early",
    scenario: {
      name: "past failure 926162178",
      functions: {
        deregister: deregister({ cluster_names: ["c0"], drain_timeout_seconds: 600 }),
        terminate: sweeping({
          auto_scaling_groups: ["g0"],
          cluster_names: ["c0"],
          drain_timeout_seconds: 600,
        }),
      },
      queues,
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        { name: "g0", instance_ids: ["i-10000000000000003"], cluster: "c0", warm_pool: {}, hooks: [drain] },
      ],
      tasks: [{ cluster: "c0", instance_ids: ["i-10000000000000003"] }],
      timeline: [
        { at_seconds: 27, scale_in: { group: "g0", count: 1 } },
        { at_seconds: 29, lose_messages: { queue: "lifecycle" } },
        { at_seconds: 500, terminate: { instance_ids: ["i-10000000000000003"] } },
      ],
    },
  },
  {
    seed: 150_453_954,
    wrong:
      "an instance got a second new root volume before it was given back all: the first drain began anew in the middle of a look that had observed nothing, and took that for gone",
    scenario: {
      name: "past failure 150453954",
      read_lag_seconds: 7,
      latency_milliseconds: [100, 1_500],
      functions: {
        deregister: deregister({ target_groups: ["static"], cluster_names: ["c0"], poll_seconds: 10 }),
        terminate: sweeping({
          group_tag: "drained=yes",
          sweep_minutes: 1,
          target_groups: ["static"],
          cluster_names: ["c0"],
        }),
      },
      queues,
      target_groups: [{ name: "static", in_use: false }],
      clusters: [{ name: "c0", services: [{ name: "web0", desired_count: 3 }] }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001", "i-00000000000000002"],
          cluster: "c0",
          managed_draining: true,
          registers_with: { target_groups: [{ name: "static" }] },
          hooks: [drain],
        },
      ],
      timeline: [
        { at_seconds: 68, replace_root_volume: { instance_ids: ["i-00000000000000002"] } },
        { at_seconds: 186, replace_root_volume: { instance_ids: ["i-00000000000000002"] } },
      ],
    },
  },
  {
    seed: 919,
    wrong:
      "an instance that had just come to the warm pool was terminated there: reads that lagged still showed it on its way, with nothing to complete, and its message was dropped",
    scenario: {
      name: "past failure 919",
      seed: 919,
      read_lag_seconds: 10,
      faults_end_after_seconds: 0,
      functions: {
        deregister: deregister({}),
        terminate: sweeping({ auto_scaling_groups: ["g0"], sweep_minutes: 0 }),
      },
      queues,
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001", "i-00000000000000002"],
          hooks: [{ ...drain, heartbeat_timeout_seconds: 300 }],
          warm_pool: {},
        },
      ],
      timeline: [
        { at_seconds: 77, scale_in: { group: "g0", count: 2 } },
        { at_seconds: 88, scale_out: { group: "g0", count: 1 } },
      ],
    },
  },
  {
    seed: 689_408_476,
    wrong:
      "an instance whose new root volume was completed was held on its way to its death: the drain went on as one that is completed, and no heartbeat kept its hook alive",
    scenario: {
      name: "past failure 689408476",
      functions: {
        deregister: deregister({
          target_groups: ["static"],
          elb_names: ["classic"],
          cluster_names: ["c0", "c1"],
        }),
        terminate: sweeping({
          auto_scaling_groups: ["g0", "g1"],
          sweep_minutes: 1,
          target_groups: ["static"],
          elb_names: ["classic"],
          cluster_names: ["c0", "c1"],
        }),
      },
      queues,
      target_groups: [{ name: "static" }],
      load_balancers: [{ name: "classic", listeners: [{ port: 80, instance_port: 3001 }] }],
      auto_scaling_groups: [
        {
          name: "g1",
          instance_ids: ["i-10000000000000001"],
          registers_with: { load_balancers: ["classic"] },
          hooks: [
            { ...drain, heartbeat_timeout_seconds: 300 },
            { name: "backup", heartbeat_timeout_seconds: 600 },
          ],
        },
      ],
      timeline: [
        { at_seconds: 27, replace_root_volume: { instance_ids: ["i-10000000000000001"] } },
        { at_seconds: 126, fail: { actions: ["sqs:SendMessageBatch"], for_seconds: 150 } },
      ],
    },
  },
  {
    seed: 838_260_046,
    wrong:
      "the agent of an instance with a new root volume was lost two seconds after it was back: the container instance was left DRAINING, and no task would have come to it once the agent was back",
    scenario: {
      name: "past failure 838260046",
      functions: {
        deregister: deregister({ cluster_names: ["c1"], settle_seconds: 30 }, 8),
        terminate: {
          ...sweeping({ auto_scaling_groups: ["g1"], cluster_names: ["c1"] }),
          first_after_seconds: 56,
        },
      },
      queues,
      clusters: [{ name: "c1" }],
      auto_scaling_groups: [
        {
          name: "g1",
          instance_ids: ["i-10000000000000001", "i-10000000000000002"],
          cluster: "c1",
          hooks: [drain],
        },
      ],
      timeline: [
        {
          at_seconds: 81,
          replace_root_volume: {
            instance_ids: ["i-10000000000000001", "i-10000000000000002"],
            agent: "same",
          },
        },
        { at_seconds: 252, disconnect_agent: { instance_ids: ["i-10000000000000002"] } },
      ],
    },
  },
  {
    seed: 359_080_672,
    wrong:
      "a sweep had found an instance that got a new root volume; while nothing could be read, it came back and went to the warm pool: the deadline of the first lifecycle action ended the drain of the second too early",
    scenario: {
      name: "past failure 359080672",
      functions: {
        deregister: deregister({ cluster_names: ["c0"], drain_timeout_seconds: 300 }),
        terminate: sweeping({
          auto_scaling_groups: ["g0"],
          cluster_names: ["c0"],
          drain_timeout_seconds: 300,
        }),
      },
      queues,
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        { name: "g0", instance_ids: ["i-10000000000000003"], cluster: "c0", warm_pool: {}, hooks: [drain] },
      ],
      tasks: [{ cluster: "c0", instance_ids: ["i-10000000000000003"] }],
      timeline: [
        { at_seconds: 27, replace_root_volume: { instance_ids: ["i-10000000000000003"] } },
        { at_seconds: 29, lose_messages: { queue: "lifecycle" } },
        {
          at_seconds: 120,
          fail: { actions: ["autoscaling:DescribeAutoScalingInstances"], for_seconds: 60 },
        },
        { at_seconds: 130, complete_actions: { group: "g0", hook: "drain" } },
        { at_seconds: 170, run_tasks: { cluster: "c0" } },
        { at_seconds: 173, scale_in: { group: "g0", count: 1 } },
      ],
    },
  },
];
