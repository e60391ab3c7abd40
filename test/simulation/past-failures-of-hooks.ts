import { queues } from "./generate.ts";
import { deregister, drain, type PastFailure, sweeping, terminate } from "./past-failure.ts";

/** What seeds have found about hooks that somebody edits or gives to another team, the oldest first. */
export const pastFailuresOfHooks: readonly PastFailure[] = [
  {
    seed: 5_071,
    wrong:
      "a sweep found what a hook held that notifies nobody, and went by its settings as they were by then: the judge knew those of the start",
    scenario: {
      name: "past failure 5071",
      faults_end_after_seconds: 0,
      functions: {
        deregister: deregister({ cluster_names: ["c0"], drain_timeout_seconds: 700 }),
        terminate: sweeping({
          cluster_names: ["c0"],
          drain_timeout_seconds: 700,
          auto_scaling_groups: ["g0"],
          lifecycle_hook_names: ["drain"],
          sweep_minutes: 1,
        }),
      },
      queues,
      clusters: [{ name: "c0" }],
      tasks: [{ cluster: "c0" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001"],
          cluster: "c0",
          hooks: [{ name: "drain" }],
        },
      ],
      timeline: [
        { at_seconds: 5, terminate: { instance_ids: ["i-00000000000000001"], replace: false } },
        {
          at_seconds: 20,
          put_hook: {
            group: "g0",
            hook: { name: "drain", metadata: JSON.stringify({ drain_timeout_seconds: 240 }) },
          },
        },
      ],
    },
  },
  {
    seed: 9_007,
    wrong:
      "a hook of ours was kept alive, and only later given to another team: the judge took it for another's from the start",
    scenario: {
      name: "past failure 9007",
      functions: { deregister: deregister({ cluster_names: ["c0"] }), terminate },
      queues: [...queues, { name: "theirs" }],
      clusters: [{ name: "c0" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001", "i-00000000000000002"],
          cluster: "c0",
          hooks: [{ ...drain, heartbeat_timeout_seconds: 180 }],
        },
      ],
      timeline: [
        {
          at_seconds: 1,
          run_tasks: { cluster: "c0", instance_ids: ["i-00000000000000001"], task: { run_seconds: 300 } },
        },
        { at_seconds: 5, terminate: { instance_ids: ["i-00000000000000001"], replace: false } },
        { at_seconds: 500, put_hook: { group: "g0", hook: { name: "drain", queue: "theirs" } } },
        { at_seconds: 520, terminate: { instance_ids: ["i-00000000000000002"], replace: false } },
      ],
    },
  },
  {
    seed: 5_560_815,
    wrong:
      "a hook that notifies another team was named in terminate's input alone, which never sweeps: the judge took it for drained by sweeps",
    scenario: {
      name: "past failure 5560815",
      faults_end_after_seconds: 0,
      functions: {
        deregister: deregister({ drain_timeout_seconds: 240 }),
        terminate: sweeping({
          drain_timeout_seconds: 240,
          auto_scaling_groups: ["g0"],
          lifecycle_hook_names: ["drain"],
          sweep_minutes: 0,
        }),
      },
      queues: [...queues, { name: "theirs" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001"],
          hooks: [{ name: "drain", queue: "theirs", heartbeat_timeout_seconds: 600 }],
        },
      ],
      timeline: [{ at_seconds: 5, terminate: { instance_ids: ["i-00000000000000001"] } }],
    },
  },
  {
    seed: 94_000_394,
    wrong:
      "a hook was given to another team before its message came, and terminate's input still named it: the judge took the drain for known, though deregister had dropped the message and nobody swept",
    scenario: {
      name: "past failure 94000394",
      faults_end_after_seconds: 0,
      functions: {
        deregister: deregister({ target_groups: ["static"] }),
        terminate: sweeping({
          auto_scaling_groups: ["g0"],
          lifecycle_hook_names: ["drain"],
          target_groups: ["static"],
          sweep_minutes: 0,
        }),
      },
      queues: [...queues, { name: "theirs" }],
      target_groups: [{ name: "static" }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001"],
          registers_with: { target_groups: [{ name: "static" }] },
          hooks: [{ ...drain, heartbeat_timeout_seconds: 600 }],
        },
      ],
      timeline: [
        { at_seconds: 5, terminate: { instance_ids: ["i-00000000000000001"], replace: false } },
        { at_seconds: 10, put_hook: { group: "g0", hook: { name: "drain", queue: "theirs" } } },
      ],
    },
  },
  {
    seed: 93_000_081,
    wrong:
      "a hook was edited after a run had seen it that was then killed: the judge took its timer for known, though the run had passed nothing on",
    scenario: {
      name: "past failure 93000081",
      faults_end_after_seconds: 60,
      functions: {
        deregister: deregister({}),
        terminate: { ...sweeping({ auto_scaling_groups: ["g0"] }), every_seconds: 300 },
      },
      queues,
      target_groups: [{ name: "static", deregistration_delay_seconds: 3600 }],
      auto_scaling_groups: [
        {
          name: "g0",
          instance_ids: ["i-00000000000000001"],
          registers_with: { target_groups: [{ name: "static" }] },
          hooks: [{ ...drain, heartbeat_timeout_seconds: 600 }],
        },
      ],
      timeline: [
        { at_seconds: 4, lose_notifications: { for_seconds: 10 } },
        { at_seconds: 5, terminate: { instance_ids: ["i-00000000000000001"], replace: false } },
        { at_seconds: 6, kill_invocation: { function: "terminate", at_await: 20 } },
        {
          at_seconds: 200,
          put_hook: { group: "g0", hook: { ...drain, heartbeat_timeout_seconds: 3600 } },
        },
      ],
    },
  },
];
