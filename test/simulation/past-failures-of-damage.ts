import { queues } from "./generate.ts";
import { deregister, drain, type PastFailure, sweeping } from "./past-failure.ts";

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
];
