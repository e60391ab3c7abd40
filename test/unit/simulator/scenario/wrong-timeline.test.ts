// Protects what a user is told about a wrong timeline: when the file is read where that is certain, else when its time comes.
import { expect } from "chai";
import { playScenario } from "../../../../simulator/scenario/play.ts";
import { type Change, expectRefused, fleet, group, read, timeline } from "./scenario.ts";

const refused: [what: string, change: Change, problems: string][] = [
  ...["scale_in", "scale_out", "shrink_warm_pool"].map((key): [string, Change, string] => [
    `${key} of a group that is not there`,
    timeline({ [key]: { group: "fleat", count: 1 } }),
    `timeline[0].${key}.group: expected the name of a group (fleet, loose), found "fleat"`,
  ]),
  [
    "more to scale in than there are",
    timeline({ scale_in: { group: "fleet", count: 3 } }),
    "timeline[0].scale_in.count: expected at most 2, the size of fleet by then, found 3",
  ],
  [
    "more to scale in than are left",
    timeline(
      { at_seconds: 9, scale_in: { group: "fleet", count: 2 } },
      { scale_in: { group: "fleet", count: 1 } },
    ),
    "timeline[0].scale_in.count: expected at most 1, the size of fleet by then, found 2",
  ],
  ...[
    "terminate",
    "kill",
    "stop",
    "replace_root_volume",
    "recommend_rebalance",
    "schedule_maintenance",
    "repeat_notification",
    "register",
    "disconnect_agent",
    "hang_agent",
    "set_active",
    "deregister_container_instance",
  ].map((key): [string, Change, string] => [
    `${key} of an instance that is not there`,
    timeline({ [key]: { instance_ids: ["i-0a", "i-0c"] } }),
    `timeline[0].${key}.instance_ids[1]: expected the id of an instance (i-0a, i-0b, i-1a), found "i-0c"`,
  ]),
  [
    "an interruption of an On-Demand Instance",
    timeline({ interrupt_spot: { instance_ids: ["i-0b"] } }),
    'timeline[0].interrupt_spot.instance_ids[0]: expected a Spot Instance, of a group with spot: true, found "i-0b"',
  ],
  [
    "tasks to run in a cluster, and on an instance, that are not there",
    timeline({ run_tasks: { cluster: "mian", instance_ids: ["i-0c"] } }),
    'timeline[0].run_tasks.cluster: expected the name of a cluster (main, spare), found "mian"; timeline[0].run_tasks.instance_ids[0]: expected the id of an instance (i-0a, i-0b, i-1a), found "i-0c"',
  ],
  [
    "tasks to stop in a cluster that is not there",
    timeline({ stop_tasks: { cluster: "mian", family: "standalone" } }),
    'timeline[0].stop_tasks.cluster: expected the name of a cluster (main, spare), found "mian"',
  ],
  [
    "a message for a queue that is not there",
    timeline({ send: { queue: "lifecylce", body: "" } }),
    'timeline[0].send.queue: expected the name of a queue (dead, lifecycle, monitor), found "lifecylce"',
  ],
  [
    "a lifecycle message for a queue that is not there",
    timeline({ send_lifecycle_message: { queue: "a", group: "fleet", hook: "b", instance_id: "c" } }),
    'timeline[0].send_lifecycle_message.queue: expected the name of a queue (dead, lifecycle, monitor), found "a"',
  ],
  [
    "a lifecycle message of a group that is not there",
    timeline({ send_lifecycle_message: { queue: "monitor", group: "a", hook: "b", instance_id: "c" } }),
    'timeline[0].send_lifecycle_message.group: expected the name of a group (fleet, loose), found "a"',
  ],
  [
    "actions of a group that is not there",
    timeline({ complete_actions: { group: "fleat", hook: "drain" } }),
    'timeline[0].complete_actions.group: expected the name of a group (fleet, loose), found "fleat"',
  ],
  [
    "actions of another group's hook",
    timeline({ complete_actions: { group: "loose", hook: "drain" } }),
    'timeline[0].complete_actions.hook: expected the name of a hook of loose (none at all), found "drain"',
  ],
  [
    "a notification of a hook that is not there",
    timeline({ repeat_notification: { instance_ids: ["i-0a"], hook: "dran" } }),
    'timeline[0].repeat_notification.hook: expected the name of a hook (drain), found "dran"',
  ],
  [
    "a hook to put on a group, with a queue, that are not there",
    timeline({ put_hook: { group: "fleat", hook: { name: "late", queue: "a" } } }),
    'timeline[0].put_hook.group: expected the name of a group (fleet, loose), found "fleat"; timeline[0].put_hook.hook.queue: expected the name of a queue (dead, lifecycle, monitor), found "a"',
  ],
  ...[
    { update_service: { cluster: "main", service: "web" } },
    { protect_tasks: { cluster: "main", service: "web", for_seconds: 60 } },
    { delete_service: { cluster: "main", service: "web" } },
  ].flatMap((happening): [string, Change, string][] =>
    Object.entries(happening).flatMap(([key, keys]) => [
      [
        `${key} in a cluster that is not there`,
        timeline({ [key]: { ...keys, cluster: "mian" } }),
        `timeline[0].${key}.cluster: expected the name of a cluster (main, spare), found "mian"`,
      ],
      [
        `${key} of a service that is not there`,
        timeline({ [key]: { ...keys, service: "wbe" } }),
        `timeline[0].${key}.service: expected the name of a service of the cluster main (web, edge), found "wbe"`,
      ],
    ]),
  ),
  [
    "a cluster to delete that is not there",
    timeline({ delete_cluster: { cluster: "mian" } }),
    'timeline[0].delete_cluster.cluster: expected the name of a cluster (main, spare), found "mian"',
  ],
  [
    "a target group to delete that is not there",
    timeline({ delete_target_group: { target_group: "wbe" } }),
    'timeline[0].delete_target_group.target_group: expected the name of a target group (web, static), found "wbe"',
  ],
  [
    "a load balancer to delete that is not there",
    timeline({ delete_load_balancer: { load_balancer: "web" } }),
    'timeline[0].delete_load_balancer.load_balancer: expected the name of a load balancer (classic), found "web"',
  ],
  [
    "neither instances nor addresses to register",
    timeline({ register: { target_group: "web" } }),
    'timeline[0].register: expected either instance_ids or addresses, found {"instance_ids":[],"addresses":[],"target_group":"web"}',
  ],
  [
    "what to register with, when it is not there",
    timeline({ register: { instance_ids: ["i-0a"], target_group: "a", load_balancer: "b" } }),
    'timeline[0].register.target_group: expected the name of a target group (web, static), found "a"; timeline[0].register.load_balancer: expected the name of a load balancer (classic), found "b"',
  ],
  ...["deny", "throttle", "fail"].map((key): [string, Change, string] => [
    `${key} of actions that are not served`,
    timeline({ [key]: { actions: ["ecs:ListTasks", "ecs:ListTask", "elb:*"], for_seconds: 1 } }),
    `timeline[0].${key}.actions[1]: expected an action that is served (docs/simulator-operations.md), found "ecs:ListTask"`,
  ]),
];

const taken: [what: string, change: Change][] = [
  ["all that there are to scale in", timeline({ scale_in: { group: "fleet", count: 2 } })],
  [
    "more to scale in once there are more",
    timeline(
      { scale_out: { group: "fleet", count: 1 } },
      { at_seconds: 9, scale_in: { group: "fleet", count: 3 } },
    ),
  ],
  [
    "an id that may be drawn, because a group's are",
    { auto_scaling_groups: [fleet, { name: "drawn" }], ...timeline({ kill: { instance_ids: ["i-0c"] } }) },
  ],
  ...(
    [
      { scale_out: { group: "fleet", count: 1 } },
      { kill: { instance_ids: ["i-0a"] } },
      { stop: { instance_ids: ["i-0a"] } },
      { terminate: { instance_ids: ["i-0a"], replace: true } },
    ] as Change[]
  ).map((launching): [string, Change] => [
    `an id that may be drawn, after ${Object.keys(launching)[0]}`,
    timeline(launching, { at_seconds: 90, terminate: { instance_ids: ["i-0c"] } }),
  ]),
  [
    "a hook that is put later",
    timeline(
      { put_hook: { group: "loose", hook: { name: "late" } } },
      { complete_actions: { group: "loose", hook: "late" } },
      { repeat_notification: { instance_ids: ["i-1a"], hook: "late" } },
    ),
  ],
  [
    "the hook that managed draining adds",
    {
      ...group({ managed_draining: true }),
      ...timeline({ complete_actions: { group: "fleet", hook: "ecs-managed-draining-termination-hook" } }),
    },
  ],
  [
    "actions by pattern",
    timeline({ deny: { actions: ["*", "ecs:*", "elbv2:Describe*", "*:Describe*"], for_seconds: 1 } }),
  ],
];

const refusedInTime: [what: string, change: Change, problem: string][] = [
  [
    "a capacity beyond the group's",
    timeline({ scale_out: { group: "fleet", count: 999 } }),
    "timeline[0]: ValidationError: New SetDesiredCapacity value 1001 is above max value 1000 for the AutoScalingGroup.",
  ],
  [
    "an id that was never drawn",
    timeline({ kill: { instance_ids: ["i-0a"] } }, { at_seconds: 90, terminate: { instance_ids: ["i-0c"] } }),
    "timeline[1]: InvalidInstanceID.NotFound: The instance ID 'i-0c' does not exist",
  ],
  [
    "what is asked of a cluster that was deleted before",
    timeline(
      { delete_cluster: { cluster: "main" } },
      { at_seconds: 9, delete_service: { cluster: "main", service: "web" } },
    ),
    "timeline[1]: ClusterNotFoundException: Cluster not found.",
  ],
];

describe("wrong timelines", () => {
  for (const [what, change, problems] of refused) {
    it(`refused: ${what}`, () => expectRefused(change, problems));
  }

  for (const [what, change] of taken) {
    it(`taken: ${what}`, () => {
      expect(() => read(change)).to.not.throw();
    });
  }

  for (const [what, change, problem] of refusedInTime) {
    it(`refused in time: ${what}`, async () => {
      const thrown = await playScenario(read(change), { invoke: async () => {} }).catch(String);
      expect(thrown).to.equal(`ScenarioError: test: ${problem}`);
    });
  }
});
