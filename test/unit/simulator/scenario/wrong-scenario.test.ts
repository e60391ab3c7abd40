// Protects what a user is told about a wrong scenario file: every key by name, what was expected and what was found.
import { expect } from "chai";
import { playScenario } from "../../../../simulator/scenario/play.ts";
import { parseScenario, ScenarioError } from "../../../../simulator/scenario/read.ts";
import {
  type Change,
  expectRefused,
  fleet,
  group,
  input,
  lifecycle,
  read,
  service,
  world,
} from "./scenario.ts";

const refused: [what: string, change: Change, problems: string][] = [
  [
    "an event rule for a queue that is not there",
    { event_rules: [{ queue: "lifecyle" }] },
    'event_rules[0].queue: expected the name of a queue (dead, lifecycle, monitor), found "lifecyle"',
  ],
  [
    "an instance of a warm pool with the id of another one",
    {
      auto_scaling_groups: [{ name: "fleet", instance_ids: ["i-0a"], warm_pool: { instance_ids: ["i-0a"] } }],
    },
    'auto_scaling_groups[0].warm_pool.instance_ids[0]: expected an id that no other instance has, found "i-0a"',
  ],
  [
    "a scalable target whose bounds are turned around",
    { clusters: [{ name: "main", services: [{ name: "web", scaling: { min: 2, max: 1 } }] }] },
    'clusters[0].services[0].scaling: expected a max of at least min, found {"min":2,"max":1}',
  ],
  [
    "Fargate in another network mode",
    { clusters: [{ name: "main", services: [{ name: "web", launch_type: "FARGATE" }] }] },
    'clusters[0].services[0].task.network_mode: expected awsvpc, as Fargate needs it, found "bridge"',
  ],
  [
    "a daemon by blue/green",
    {
      clusters: [
        {
          name: "main",
          services: [{ name: "web", scheduling_strategy: "DAEMON", deployment: "blue_green" }],
        },
      ],
    },
    'clusters[0].services[0].deployment: expected rolling, as each daemon has it, found "blue_green"',
  ],
  [
    "an alternate target group that is not there",
    {
      clusters: [
        {
          name: "main",
          services: [
            {
              name: "web",
              load_balancers: [{ target_group: "blue", alternate_target_group: "green", container_port: 80 }],
            },
          ],
        },
      ],
      target_groups: [{ name: "blue" }],
    },
    'clusters[0].services[0].load_balancers[0].alternate_target_group: expected the name of a target group (blue), found "green"',
  ],
  [
    "a start that is no time",
    { starts_at: "tomorrow" },
    'starts_at: expected a time such as 2026-01-05T09:00:00Z, found "tomorrow"',
  ],
  [
    "a lifecycle queue that is not there",
    input("deregister", { lifecycle_queue_name: "lifecylce" }),
    'functions.deregister.input.lifecycle_queue_name: expected the name of a queue (dead, lifecycle, monitor), found "lifecylce"',
  ],
  [
    "deregister's monitor queue that is not there",
    input("deregister", { elb_monitor_queue_name: "m" }),
    'functions.deregister.input.elb_monitor_queue_name: expected the name of a queue (dead, lifecycle, monitor), found "m"',
  ],
  [
    "terminate's queue that is not there",
    input("terminate", { queue_name: 5 }),
    "functions.terminate.input.queue_name: expected the name of a queue (dead, lifecycle, monitor), found 5",
  ],
  [
    "no queue in an input",
    input("terminate", { queue_name: undefined }),
    "functions.terminate.input.queue_name: expected the name of a queue (dead, lifecycle, monitor), found nothing",
  ],
  [
    "a dead-letter queue that is not there",
    { queues: [{ name: "lifecycle" }, { name: "monitor", dead_letter_queue: "dead" }] },
    'queues[1].dead_letter_queue: expected the name of a queue that is listed before (lifecycle), found "dead"',
  ],
  [
    "a dead-letter queue that is listed after its queue",
    { queues: [lifecycle, { name: "dead" }, { name: "monitor" }] },
    'queues[0].dead_letter_queue: expected the name of a queue that is listed before (none at all), found "dead"',
  ],
  [
    "a queue that is its own dead-letter queue",
    { queues: [{ name: "lifecycle", dead_letter_queue: "lifecycle" }, { name: "monitor" }] },
    'queues[0].dead_letter_queue: expected the name of a queue that is listed before (none at all), found "lifecycle"',
  ],
  [
    "a queue twice",
    { queues: [...world.queues, { name: "dead" }] },
    'queues[3].name: expected a name that no other queue has, found "dead"',
  ],
  [
    "a target group twice",
    { target_groups: [...world.target_groups, { name: "web" }] },
    'target_groups[2].name: expected a name that no other target group has, found "web"',
  ],
  [
    "a load balancer twice",
    { load_balancers: [...world.load_balancers, ...world.load_balancers] },
    'load_balancers[1].name: expected a name that no other load balancer has, found "classic"',
  ],
  [
    "a cluster twice",
    { clusters: [...world.clusters, { name: "spare" }] },
    'clusters[2].name: expected a name that no other cluster has, found "spare"',
  ],
  [
    "a service twice in a cluster",
    { clusters: [{ name: "main", services: [{ name: "web" }, { name: "web" }] }] },
    'clusters[0].services[1].name: expected a name that no other service of its cluster has, found "web"',
  ],
  [
    "a group twice",
    { auto_scaling_groups: [fleet, { ...fleet, instance_ids: ["i-2a"] }] },
    'auto_scaling_groups[1].name: expected a name that no other group has, found "fleet"',
  ],
  [
    "a hook twice in a group",
    group({ hooks: [{ name: "drain" }, { name: "drain" }] }),
    'auto_scaling_groups[0].hooks[1].name: expected a name that no other hook of its group has, found "drain"',
  ],
  [
    "an instance in two groups",
    group({ instance_ids: ["i-0a", "i-1a"] }),
    'auto_scaling_groups[1].instance_ids[0]: expected an id that no other instance has, found "i-1a"',
  ],
  [
    "a service's target group that is not there",
    service({ load_balancers: [{ target_group: "wbe", container_port: 80 }] }),
    'clusters[0].services[0].load_balancers[0].target_group: expected the name of a target group (web, static), found "wbe"',
  ],
  [
    "a service's load balancer that is not there",
    service({ load_balancers: [{ load_balancer: "web", container_port: 80 }] }),
    'clusters[0].services[0].load_balancers[0].load_balancer: expected the name of a load balancer (classic), found "web"',
  ],
  [
    "managed draining without a cluster",
    group({ managed_draining: true, cluster: undefined }),
    "auto_scaling_groups[0].cluster: expected the name of a cluster beside managed_draining, found nothing",
  ],
  [
    "a group's names that are not there",
    group({
      cluster: "mian",
      target_groups: ["a"],
      load_balancers: ["b"],
      hooks: [{ name: "drain", queue: "c" }],
    }),
    'auto_scaling_groups[0].cluster: expected the name of a cluster (main, spare), found "mian"; auto_scaling_groups[0].target_groups[0]: expected the name of a target group (web, static), found "a"; auto_scaling_groups[0].load_balancers[0]: expected the name of a load balancer (classic), found "b"; auto_scaling_groups[0].hooks[0].queue: expected the name of a queue (dead, lifecycle, monitor), found "c"',
  ],
  [
    "what instances register with, when it is not there",
    group({ registers_with: { target_groups: [{ name: "web" }, { name: "a" }], load_balancers: ["b"] } }),
    'auto_scaling_groups[0].registers_with.target_groups[1].name: expected the name of a target group (web, static), found "a"; auto_scaling_groups[0].registers_with.load_balancers[0]: expected the name of a load balancer (classic), found "b"',
  ],
  [
    "tasks in a cluster, and on an instance, that are not there",
    { tasks: [{ cluster: "mian", instance_ids: ["i-0c"] }] },
    'tasks[0].cluster: expected the name of a cluster (main, spare), found "mian"; tasks[0].instance_ids[0]: expected the id of an instance (i-0a, i-0b, i-1a), found "i-0c"',
  ],
  [
    "a long list of names, of which some are told",
    { clusters: Array.from({ length: 15 }, (_, i) => ({ name: `c${i}` })) },
    'auto_scaling_groups[0].cluster: expected the name of a cluster (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11 and 3 more), found "main"',
  ],
];

const taken: [what: string, change: Change][] = [
  ["the world of these tests", {}],
  ["a file without functions", { functions: undefined }],
  [
    "the same name in parts of different kinds",
    { clusters: [{ name: "web", services: [{ name: "web" }] }, { name: "main" }] },
  ],
];

/** What AWS itself refuses, so that no schema of ours has to know it. */
const refusedByAws: [what: string, change: Change, problem: string][] = [
  [
    "a queue's name",
    { queues: [...world.queues, { name: "a b" }] },
    "queues[3]: InvalidParameterValue: Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
  ],
  [
    "more than 50 hooks",
    group({ hooks: Array.from({ length: 51 }, (_, i) => ({ name: `hook-${i}` })) }),
    "auto_scaling_groups[0]: LimitExceededFault: You have reached the limit of 50 lifecycle hooks per Auto Scaling group.",
  ],
  [
    "standalone tasks where there is no instance",
    { tasks: [{ cluster: "main" }, { cluster: "spare" }] },
    "tasks[1]: InvalidParameterException: No Container Instances were found in your cluster.",
  ],
  [
    "a second task on a host port",
    { tasks: [{ cluster: "main", count: 3, task: { ports: [{ container_port: 80, host_port: 80 }] } }] },
    "tasks[0]: InvalidParameterException: Host port 80 is already in use.",
  ],
];

/** What is wrong with a file before it is a scenario. */
const refusedTexts: [what: string, text: string, problem: string][] = [
  [
    "an alias of nothing",
    "name: *nothing",
    "expected YAML: Unresolved alias (the anchor must be set before the alias): nothing",
  ],
  [
    "aliases that unfold to more than memory holds",
    [
      "x1: &x1 [a, a]",
      ...Array.from({ length: 40 }, (_, i) => `x${i + 2}: &x${i + 2} [*x${i + 1}, *x${i + 1}]`),
    ].join("\n"),
    "expected YAML: Excessive alias count indicates a resource exhaustion attack",
  ],
  [
    "something that contains itself",
    "name: &name [*name]",
    "1 problem\n  name: expected string, found something nested too deeply",
  ],
  [
    "a name with a length that cannot be compared",
    "name: { length: { toString: 0 } }",
    "expected a scenario, found a length that is no number",
  ],
  [
    "a file that is too long to be read in a moment",
    "#".repeat(131_073),
    "expected a file of at most 131072 characters, found 131073",
  ],
  [
    "more that is wrong than anybody would read",
    `name: test\n${Array.from({ length: 30 }, (_, i) => `key${i}: 1`).join("\n")}`,
    `30 problems\n${Array.from({ length: 20 }, (_, i) => `  key${i}: unknown key\n`).join("")}  and 10 more`,
  ],
];

describe("wrong scenarios", () => {
  for (const [what, text, problem] of refusedTexts) {
    it(`no scenario: ${what}`, () => {
      expect(() => parseScenario(text, "test"))
        .to.throw(ScenarioError)
        .with.property("message", `test: ${problem}`);
    });
  }

  for (const [what, change, problems] of refused) {
    it(`refused: ${what}`, () => expectRefused(change, problems));
  }

  for (const [what, change] of taken) {
    it(`taken: ${what}`, () => {
      expect(() => read(change)).to.not.throw();
    });
  }

  for (const [what, change, problem] of refusedByAws) {
    it(`refused by AWS: ${what}`, async () => {
      const thrown = await playScenario(read(change), { invoke: async () => {} }).catch(String);
      expect(thrown).to.equal(`ScenarioError: test: ${problem}`);
    });
  }
});
