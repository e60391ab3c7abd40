import { queues } from "./generate.ts";
import { deregister, drain, type PastFailure, sweeping, terminate } from "./past-failure.ts";

/** What seeds have found about damage that nothing allows, the oldest first. */
export const pastFailuresOfDamage: readonly PastFailure[] = [
  {
    seed: 500_027,
    wrong:
      "somebody ran a task where an instance had been stopped: the simulated ECS placed it behind a silent agent, and its containers were to run on nothing",
    scenario: {
      name: "past failure 500027",
      functions: {
        deregister: deregister({ cluster_names: ["c0"] }),
        terminate: sweeping({ cluster_names: ["c0"] }),
      },
      queues,
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        { name: "g1", instance_ids: ["i-10000000000000002"], cluster: "c0", hooks: [drain] },
      ],
      timeline: [
        { at_seconds: 73, stop: { instance_ids: ["i-10000000000000002"] } },
        { at_seconds: 86, run_tasks: { cluster: "c0" } },
      ],
    },
  },
  {
    seed: 610_000,
    wrong:
      "the judge took the target of a task for ours to take out, which ECS went on counting because deregister_container_instance is never",
    scenario: {
      name: "past failure 610000",
      functions: {
        deregister: deregister({ cluster_names: ["c0"], deregister_container_instance: "never" }),
        terminate: sweeping({
          auto_scaling_groups: ["g0"],
          cluster_names: ["c0"],
          deregister_container_instance: "never",
        }),
      },
      queues,
      target_groups: [{ name: "own0" }],
      clusters: [
        {
          name: "c0",
          services: [
            {
              name: "own0",
              load_balancers: [{ target_group: "own0", container_port: 3000 }],
              task: { network_mode: "awsvpc" },
            },
          ],
        },
      ],
      auto_scaling_groups: [
        { name: "g0", instance_ids: ["i-00000000000000003"], cluster: "c0", spot: true, hooks: [drain] },
      ],
      timeline: [
        { at_seconds: 72, interrupt_spot: { instance_ids: ["i-00000000000000003"], action: "stop" } },
      ],
    },
  },
  {
    seed: 500_053,
    wrong:
      "a dead instance was in a cluster that nobody lets us change: the judge did not know that its ghost stays there",
    scenario: {
      name: "past failure 500053",
      functions: { deregister: deregister({}), terminate: sweeping({ auto_scaling_groups: ["g1"] }) },
      queues,
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        { name: "g1", instance_ids: ["i-10000000000000002"], cluster: "c0", spot: true, hooks: [drain] },
      ],
      timeline: [
        { at_seconds: 38, interrupt_spot: { instance_ids: ["i-10000000000000002"], action: "stop" } },
      ],
    },
  },
  {
    seed: 610_079,
    wrong:
      "a search found a target group, which then could not be read: the search counted as whole, the next run knew nothing of the group, and the action was completed over its target",
    scenario: {
      name: "past failure 610079",
      seed: 610_079,
      faults_end_after_seconds: 400,
      throttling: true,
      functions: {
        deregister: deregister({}, 5),
        terminate: sweeping({ auto_scaling_groups: ["g0"], sweep_minutes: 0 }),
      },
      queues,
      target_groups: ["static", "other-0", "other-1", "other-3", "other-4"].map((name) => ({ name })),
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001"],
          registers_with: { target_groups: [{ name: "static" }] },
          hooks: [drain],
        },
      ],
      timeline: [
        { at_seconds: 102, terminate: { instance_ids: ["i-00000000000000001"] } },
        {
          at_seconds: 120,
          fail: { actions: ["elbv2:DescribeTargetHealth"], for_seconds: 138, probability: 0.6 },
        },
        { at_seconds: 134, invoke: { function: "terminate" } },
        { at_seconds: 143, other_calls: { actions: ["*"], for_seconds: 166, per_second: 20 } },
      ],
    },
  },
  {
    seed: 610_028,
    wrong:
      "a service got another target group while a run knew what it named before: the search found the group, and a target of the service was taken out",
    scenario: {
      name: "past failure 610028",
      latency_milliseconds: [100, 1_500],
      faults_end_after_seconds: 600,
      functions: {
        deregister: deregister({ target_groups: ["static", "addresses"], cluster_names: ["c0"] }),
        terminate: {
          ...sweeping({
            auto_scaling_groups: ["g0"],
            sweep_minutes: 2,
            target_groups: ["static", "addresses"],
            cluster_names: ["c0"],
          }),
          first_after_seconds: 28,
        },
      },
      queues,
      target_groups: [
        { name: "own0-alternate", target_type: "ip" },
        { name: "addresses" },
        { name: "other-0" },
      ],
      clusters: [{ name: "c0", services: [{ name: "own0", task: { network_mode: "awsvpc" } }] }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["1", "2", "3", "4"].map((each) => `i-0000000000000000${each}`),
          cluster: "c0",
          registers_with: { target_groups: [{ name: "addresses" }] },
          hooks: [drain],
        },
      ],
      timeline: [
        { at_seconds: 62, instance_refresh: { group: "g0" } },
        {
          at_seconds: 157,
          update_service: {
            cluster: "c0",
            service: "own0",
            load_balancers: [{ target_group: "own0-alternate", container_port: 3000 }],
          },
        },
      ],
    },
  },
  {
    seed: 848_910_355,
    wrong:
      "a task on Fargate got the address of a task that had stopped on the instance: EC2 showed no interface of Fargate's tasks, and its target was taken out as an orphan",
    scenario: {
      name: "past failure 848910355",
      functions: {
        deregister: deregister({
          cluster_names: ["c0"],
          target_groups: ["fargate0"],
          drain_timeout_seconds: 300,
        }),
        terminate,
      },
      queues,
      target_groups: [{ name: "fargate0", target_type: "ip" }],
      clusters: [
        {
          name: "c0",
          services: [
            { name: "web0" },
            {
              name: "fargate0",
              launch_type: "FARGATE",
              load_balancers: [{ target_group: "fargate0", container_port: 3000 }],
              task: { network_mode: "awsvpc" },
            },
            { name: "own0", minimum_healthy_percent: 0, task: { network_mode: "awsvpc" } },
          ],
          addresses: ["10.9.0.1", "10.9.0.2"],
        },
      ],
      auto_scaling_groups: [
        { name: "g0", instance_ids: ["i-00000000000000003"], cluster: "c0", hooks: [drain] },
      ],
      timeline: [
        { at_seconds: 37, terminate: { instance_ids: ["i-00000000000000003"] } },
        { at_seconds: 102, update_service: { cluster: "c0", service: "fargate0", redeploy: true } },
      ],
    },
  },
  {
    seed: 40_025,
    wrong:
      "an instance without tasks was in a cluster that nobody lets us change: the judge did not know that it is held until its deadline",
    scenario: {
      name: "past failure 40025",
      faults_end_after_seconds: 0,
      functions: {
        deregister: deregister({ drain_timeout_seconds: 500 }),
        terminate: sweeping({ auto_scaling_groups: ["g0"] }),
      },
      queues,
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        { name: "g0", instance_ids: ["i-00000000000000001"], cluster: "c0", hooks: [drain] },
      ],
      timeline: [{ at_seconds: 21, scale_in: { group: "g0", count: 1 } }],
    },
  },
  {
    seed: 848_910_193,
    wrong:
      "the search ended more than a minute after the pass that found the instance dead: the action was completed over the address that it had just found",
    scenario: {
      name: "past failure 848910193",
      functions: {
        deregister: deregister({ target_groups: ["static"], cluster_names: ["c0"] }, 40),
        terminate: { ...sweeping({ sweep_minutes: 0, cluster_names: ["c0"] }), first_after_seconds: 110 },
      },
      queues,
      target_groups: [
        { name: "addresses", target_type: "ip" },
        ...["static", "other-1", "other-2", "other-3", "other-4"].map((name) => ({ name })),
      ],
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000003"],
          cluster: "c0",
          registers_with: { target_groups: [{ name: "addresses" }, { name: "static" }] },
          hooks: [drain],
        },
      ],
      timeline: [{ at_seconds: 1, stop: { instance_ids: ["i-00000000000000003"] } }],
    },
  },
  {
    seed: 51_130_104,
    wrong:
      "behind a Network Load Balancer that drains nothing: the judge counted its two minutes from when the target was gone, which nobody looks at before terminate's first run",
    scenario: {
      name: "past failure 51130104",
      functions: {
        deregister: deregister({ cluster_names: ["c0"], target_groups: ["static"] }),
        terminate: {
          ...sweeping({ sweep_minutes: 0, cluster_names: ["c0"], target_groups: ["static"] }),
          first_after_seconds: 8,
        },
      },
      queues,
      target_groups: [{ name: "static", protocol: "TCP", in_use: false }],
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000002"],
          cluster: "c0",
          registers_with: { target_groups: [{ name: "static" }] },
          hooks: [
            {
              ...drain,
              metadata: '{"drain_timeout_seconds":400,"deregister_container_instance":"always"}',
            },
          ],
        },
      ],
      timeline: [{ at_seconds: 59, terminate: { instance_ids: ["i-00000000000000002"] } }],
    },
  },
  {
    seed: 51_130_330,
    wrong:
      "instances were replaced one after the other, as the policy says: the judge missed their targets, which a person had registered by hand",
    scenario: {
      name: "past failure 51130330",
      functions: {
        deregister: deregister({ cluster_names: ["c0"], on_rebalance: "replace" }),
        terminate: {
          input: {
            queue_name: "monitor",
            auto_scaling_groups: ["g0"],
            lifecycle_hook_name: "drain",
            sweep_minutes: 1,
            cluster_names: ["c0"],
          },
        },
      },
      queues,
      event_rules: [{ queue: "lifecycle" }, { queue: "lifecycle", of: "terminating" }],
      target_groups: [{ name: "addresses", target_type: "ip" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001", "i-00000000000000002"],
          hooks: [drain],
          network_interfaces: {
            "i-00000000000000001": [{ addresses: ["10.8.0.1"] }],
            "i-00000000000000002": [{ addresses: ["10.8.0.9", "10.8.0.10"] }],
          },
        },
      ],
      timeline: [
        {
          at_seconds: 4,
          register: { addresses: ["10.8.0.1", "10.8.0.9", "10.8.0.10"], target_group: "addresses" },
        },
        {
          at_seconds: 58,
          recommend_rebalance: { instance_ids: ["i-00000000000000001", "i-00000000000000002"] },
        },
      ],
    },
  },
  {
    seed: 51_130_185,
    wrong:
      "a hook was made another's while Auto Scaling throttled every read of it: the judge took the next heartbeat for a touch of what is known to be another's",
    scenario: {
      name: "past failure 51130185",
      throttling: true,
      faults_end_after_seconds: 600,
      functions: {
        deregister: deregister({ cluster_names: ["c1"] }),
        terminate: sweeping({ auto_scaling_groups: ["g1"], cluster_names: ["c1"] }),
      },
      queues,
      clusters: [{ name: "c1" }],
      auto_scaling_groups: [
        {
          name: "g1",
          instance_ids: ["i-10000000000000004"],
          cluster: "c1",
          hooks: [{ ...drain, heartbeat_timeout_seconds: 180 }],
        },
      ],
      tasks: [{ cluster: "c1" }],
      timeline: [
        { at_seconds: 47, replace_root_volume: { instance_ids: ["i-10000000000000004"] } },
        { at_seconds: 218, put_hook: { group: "g1", hook: { name: "drain" } } },
        { at_seconds: 223, other_calls: { actions: ["*"], for_seconds: 90, per_second: 20 } },
        { at_seconds: 271, other_calls: { actions: ["*"], for_seconds: 149, per_second: 10 } },
      ],
    },
  },
  {
    seed: 4_331,
    wrong:
      "an instance was terminated while it got its new root volume: the judge knew that its tasks had ended, which neither ECS nor EC2 shows",
    scenario: {
      name: "past failure 4331",
      functions: {
        deregister: deregister({ lifecycle_hook_names: ["drain-2"] }),
        terminate: sweeping({
          auto_scaling_groups: ["g0"],
          lifecycle_hook_names: ["drain-2"],
          sweep_minutes: 1,
        }),
      },
      queues,
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        { name: "g0", instance_ids: ["i-00000000000000002"], cluster: "c0", hooks: [{ name: "drain" }] },
      ],
      timeline: [
        { at_seconds: 22, replace_root_volume: { instance_ids: ["i-00000000000000002"] } },
        { at_seconds: 37, delete_hook: { group: "g0", hook: "drain" } },
        { at_seconds: 61, put_hook: { group: "g0", hook: { name: "drain-2" } } },
        { at_seconds: 66, terminate: { instance_ids: ["i-00000000000000002"] } },
      ],
    },
  },
  {
    seed: 51_131_062,
    wrong:
      "a hook was made another's in the middle of a drain: the judge went on to count how late it was completed",
    scenario: {
      name: "past failure 51131062",
      functions: {
        deregister: deregister({ target_groups: ["static"] }),
        terminate: sweeping({ auto_scaling_groups: ["g0"], target_groups: ["static"] }),
      },
      queues,
      target_groups: [{ name: "static" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000003"],
          registers_with: { target_groups: [{ name: "static" }] },
          hooks: [drain],
        },
      ],
      timeline: [
        { at_seconds: 42, terminate: { instance_ids: ["i-00000000000000003"] } },
        { at_seconds: 119, put_hook: { group: "g0", hook: { name: "drain" } } },
      ],
    },
  },
  {
    seed: 51_240_733,
    wrong:
      "an agent joined a cluster that nobody had named, within the read lag before the completion: the judge forgave that in a named one alone",
    scenario: {
      name: "past failure 51240733",
      read_lag_seconds: 10,
      functions: {
        deregister: deregister({ cluster_names: ["c1"] }, 26),
        terminate: { ...sweeping({ cluster_names: ["c1"], sweep_minutes: 1 }), first_after_seconds: 8 },
      },
      queues,
      clusters: [{ name: "c0", services: [{ name: "host0" }] }],
      auto_scaling_groups: [{ name: "g2", instance_ids: ["i-20000000000000002"], hooks: [drain] }],
      timeline: [
        { at_seconds: 12, terminate: { instance_ids: ["i-20000000000000002"] } },
        { at_seconds: 60, join_cluster: { instance_ids: ["i-20000000000000002"], cluster: "c0" } },
      ],
    },
  },
  {
    seed: 51_240_809,
    wrong:
      "an instance was stopped in the middle of its drain, and terminated once its hook was completed: the judge counted that second end, by which nothing was lost any more",
    scenario: {
      name: "past failure 51240809",
      functions: {
        deregister: deregister({ cluster_names: ["c0"] }),
        terminate: sweeping({ auto_scaling_groups: ["g0"], cluster_names: ["c0"], sweep_minutes: 2 }),
      },
      queues,
      target_groups: [{ name: "web0" }],
      clusters: [
        {
          name: "c0",
          services: [{ name: "web0", load_balancers: [{ target_group: "web0", container_port: 3000 }] }],
        },
      ],
      auto_scaling_groups: [
        { name: "g0", instance_ids: ["i-00000000000000001"], cluster: "c0", hooks: [drain] },
      ],
      timeline: [
        { at_seconds: 5, update_service: { cluster: "c0", service: "web0", redeploy: true } },
        { at_seconds: 67, stop: { instance_ids: ["i-00000000000000001"] } },
      ],
    },
  },
  {
    seed: 52_001_467,
    wrong:
      "a hook was made another's that terminate knew by its name, without sweeps: nothing told of it any more, and the judge missed the end of its ghost",
    scenario: {
      name: "past failure 52001467",
      faults_end_after_seconds: 900,
      functions: {
        deregister: deregister({}),
        terminate: {
          input: {
            queue_name: "monitor",
            auto_scaling_groups: ["g1"],
            lifecycle_hook_name: "drain",
            sweep_minutes: 0,
            clusters: "*",
          },
        },
      },
      queues,
      clusters: [{ name: "c1" }],
      auto_scaling_groups: [
        { name: "g1", instance_ids: ["i-10000000000000001"], cluster: "c1", hooks: [drain] },
      ],
      timeline: [
        { at_seconds: 195, put_hook: { group: "g1", hook: { name: "drain" } } },
        { at_seconds: 414, disconnect_agent: { instance_ids: ["i-10000000000000001"] } },
        { at_seconds: 480, terminate: { instance_ids: ["i-10000000000000001"] } },
      ],
    },
  },
  {
    seed: 60_000_953,
    wrong:
      "the input let nobody deregister a container instance when its instance had died, and was changed later: the judge went by the later settings",
    scenario: {
      name: "past failure 60000953",
      functions: {
        deregister: deregister({ cluster_names: ["c0"], deregister_container_instance: "never" }),
        terminate: sweeping({
          auto_scaling_groups: ["g0"],
          cluster_names: ["c0"],
          deregister_container_instance: "never",
          sweep_minutes: 0,
        }),
      },
      queues,
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        { name: "g0", instance_ids: ["i-00000000000000001"], cluster: "c0", hooks: [drain] },
      ],
      timeline: [
        { at_seconds: 2, disconnect_agent: { instance_ids: ["i-00000000000000001"] } },
        { at_seconds: 5, terminate: { instance_ids: ["i-00000000000000001"] } },
        { at_seconds: 200, kill: { instance_ids: ["i-00000000000000001"] } },
        ...(["deregister", "terminate"] as const).map((name) => ({
          at_seconds: 600,
          change_input: { function: name, input: { deregister_container_instance: "when_disconnected" } },
        })),
      ],
    },
  },
];
