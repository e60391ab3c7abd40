// Protects clusters from ghosts: ECS goes on counting the tasks of an instance that ended while its agent was silent, and their
// services run too few. Whoever ends the drain, the container instance leaves its cluster once EC2 says that it is terminated.
import { expect } from "chai";
import type { Simulation } from "../../simulator/cloud/simulation.ts";
import { calls, expectQuiet, functions, HOOK, instanceIds, linesOf, type Outcome, play } from "./fixture.ts";

const ids = instanceIds(3);
const [leaving] = ids as [string];
const silentFrom = (at_seconds: number, for_seconds?: number) => ({
  at_seconds,
  disconnect_agent: { instance_ids: [leaving], ...(for_seconds === undefined ? {} : { for_seconds }) },
});
const terminated = { at_seconds: 60, terminate: { instance_ids: [leaving] } };

const fleet = (
  timeline: Record<string, unknown>[],
  { keys = {}, group = {} }: { keys?: Record<string, unknown>; group?: Record<string, unknown> } = {},
) => ({
  functions: functions({ cluster_name: "main", drain_timeout_seconds: 300, ...keys }),
  clusters: [
    {
      name: "main",
      services: [
        {
          name: "worker",
          desired_count: 6,
          minimum_healthy_percent: 50,
          maximum_percent: 100,
          task: { stop_seconds: 5 },
        },
      ],
    },
  ],
  auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK], ...group }],
  timeline,
});

/** The statuses of the container instances that the leaving instance had. */
function statusesOf({ simulation }: Outcome): string[] {
  const { containerInstances } = simulation.world.clusters.byName("main");
  const own = [...containerInstances.values()].filter(({ instanceId }) => instanceId === leaving);
  return own.map(({ status }) => status.latest);
}

/** Expects that ECS counts nothing any more that was on the instance, and that the service has all its tasks. */
function expectNoGhost(outcome: Outcome): void {
  expect(outcome.violations).to.deep.equal([]);
  expect(new Set(statusesOf(outcome))).to.deep.equal(new Set(["INACTIVE"]));
  const live = [...outcome.simulation.world.clusters.byName("main").tasks.values()].filter(
    ({ lastStatus, containerInstance }) =>
      lastStatus.latest === "RUNNING" && containerInstance.instanceId === leaving,
  );
  expect(live.map(({ arn }) => arn)).to.deep.equal([]);
}

/** How long after its drain the container instance left its cluster, in seconds. */
function secondsToLeave({ simulation, terminations }: Outcome): number {
  const left = simulation.world.story.lines.find(
    (line) => line.kind === "container-instance" && line.instanceId === leaving && line.status === "INACTIVE",
  );
  return ((left?.at ?? Number.NaN) - (terminations[0]?.completedAt ?? Number.NaN)) / 1000;
}

describe("scenarios: ghosts", () => {
  it("cut off at its deadline with its agent silent: followed, and out of its cluster once it is terminated", async () => {
    const outcome = await play(fleet([silentFrom(2), terminated]));
    expectNoGhost(outcome);
    const held = (outcome.terminations[0]?.completedAt ?? 0) - outcome.startedAt;
    expect(held, "until its deadline, and no longer").to.be.within(360_000, 395_000);
    expect(secondsToLeave(outcome)).to.be.within(20, 120);
    expect(linesOf(outcome, "container instance followed", leaving)).to.have.lengthOf(1);
    expect(linesOf(outcome, "container instance deregistered", leaving)[0]?.force).to.equal(true);
    expectQuiet(outcome);
  });

  it("emptied first, then silent: its completion does not wait, and its container instance leaves too", async () => {
    const outcome = await play(fleet([terminated, silentFrom(100)], { keys: { settle_seconds: 60 } }));
    expectNoGhost(outcome);
    expect(linesOf(outcome, "lifecycle action completed", leaving)[0]?.reason).to.equal("drained");
    expectQuiet(outcome);
  });

  it("completed by hand in the middle", async () => {
    const by = { at_seconds: 180, complete_actions: { group: "fleet", hook: "drain" } };
    const outcome = await play(fleet([silentFrom(2), terminated, by]));
    expectNoGhost(outcome);
    expect(String(linesOf(outcome, "termination dropped", leaving)[0]?.reason)).to.include(
      "nothing to complete",
    );
    expect(linesOf(outcome, "container instance followed", leaving)).to.have.lengthOf(1);
    expectQuiet(outcome);
  });

  it("completed by hand before anybody has looked at it", async () => {
    const by = { at_seconds: 65, complete_actions: { group: "fleet", hook: "drain" } };
    const outcome = await play(fleet([silentFrom(2), terminated, by]));
    expectNoGhost(outcome);
    expectQuiet(outcome);
  });

  it("completed by hand just after its agent fell silent: no pass has seen that", async () => {
    const by = { at_seconds: 121, complete_actions: { group: "fleet", hook: "drain" } };
    const keys = { stop_tasks: "none" };
    const batch = { cluster: "main", instance_ids: [leaving] };
    const outcome = await play({ ...fleet([terminated, silentFrom(118), by], { keys }), tasks: [batch] });
    expectNoGhost(outcome);
    expectQuiet(outcome);
  });

  it("by the hook's own timeout, with on_timeout leave", async () => {
    const hook = { ...HOOK, heartbeat_timeout_seconds: 200 };
    const outcome = await play(
      fleet([silentFrom(2), terminated], {
        keys: { on_timeout: "leave", drain_timeout_seconds: 120 },
        group: { hooks: [hook] },
      }),
    );
    expectNoGhost(outcome);
    expectQuiet(outcome);
  });

  it("while another hook holds it for half an hour more", async () => {
    const backup = { name: "backup", heartbeat_timeout_seconds: 2_100, default_result: "CONTINUE" };
    const outcome = await play(fleet([silentFrom(2), terminated], { group: { hooks: [HOOK, backup] } }));
    expectNoGhost(outcome);
    expect(secondsToLeave(outcome)).to.be.above(1_700);
    expectQuiet(outcome);
  });

  it("in a cluster that nobody names, and that all clusters may be changed", async () => {
    const keys = { cluster_name: undefined, clusters: "*" };
    const outcome = await play(fleet([silentFrom(2), terminated], { keys }));
    expectNoGhost(outcome);
    expect(linesOf(outcome, "container instance deregistered", leaving)).to.have.lengthOf(1);
  });

  it("in a cluster that nobody names, completed by hand before anybody has looked", async () => {
    const by = { at_seconds: 65, complete_actions: { group: "fleet", hook: "drain" } };
    const keys = { cluster_name: undefined, clusters: "*" };
    expectNoGhost(await play(fleet([silentFrom(2), terminated, by], { keys })));
  });

  it("in a cluster that may be read, and not changed: left, with a warning that says what to set", async () => {
    const outcome = await play(fleet([silentFrom(2), terminated], { keys: { cluster_name: undefined } }));
    expect(statusesOf(outcome)).to.deep.equal(["ACTIVE"]);
    expect(calls(outcome, "ecs:DeregisterContainerInstance")).to.equal(0);
    const [line] = linesOf(outcome, "container instance left behind", leaving);
    expect(String(line?.reason)).to.include("name it in cluster_names");
  });

  it("in a warm pool, stopped: its agent is silent, as it must be", async () => {
    const [pooled] = ["i-0000000000000000a"] as const;
    const outcome = await play({
      ...fleet(
        [
          { at_seconds: 60, scale_in: { group: "fleet", count: 1 } },
          { at_seconds: 300, shrink_warm_pool: { group: "fleet", count: 3 } },
        ],
        {
          group: { warm_pool: { state: "Stopped", instance_ids: [pooled], reuse_on_scale_in: true } },
        },
      ),
    });
    expect(outcome.violations).to.deep.equal([]);
    const { containerInstances } = outcome.simulation.world.clusters.byName("main");
    const { instances } = outcome.simulation.world;
    const ghosts = [...containerInstances.values()].filter(
      ({ instanceId, status }) =>
        status.latest !== "INACTIVE" && instances.get(instanceId)?.state.latest === "terminated",
    );
    expect(ghosts.map(({ instanceId }) => instanceId)).to.deep.equal([]);
    expectQuiet(outcome);
  });

  it("where no variable names the roles, nobody follows it: a sweep takes it out, if its group is swept", async () => {
    for (const [groups, status, damage] of [
      [["fleet"], "INACTIVE", []],
      [[], "DRAINING", ["no damage: left_behind"]],
    ] as const) {
      const world = fleet([silentFrom(2), terminated]);
      const unset = { sender_role_ids: "" };
      const { deregister, terminate } = world.functions;
      const input = { ...deregister.input, ...terminate.input, auto_scaling_groups: groups };
      const outcome = await play({
        ...world,
        functions: { deregister: { ...deregister, ...unset }, terminate: { ...terminate, input, ...unset } },
        ends_after_seconds: 900,
      });
      expect(outcome.violations.map(({ rule }) => rule)).to.deep.equal(damage);
      expect(linesOf(outcome, "container instance followed")).to.deep.equal([]);
      expect(statusesOf(outcome)).to.deep.equal([status]);
      expectQuiet(outcome);
    }
  });

  it("kept by the group's retention policy: it lives, and stays in its cluster", async () => {
    const outcome = await play(
      fleet([silentFrom(2), terminated], {
        keys: { on_timeout: "abandon" },
        group: { on_abandon: "retain" },
      }),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(statusesOf(outcome)).to.deep.equal(["DRAINING"]);
    expect(String(linesOf(outcome, "followed no further", leaving)[0]?.reason)).to.include(
      "Terminating:Retained",
    );
    expect(calls(outcome, "ecs:DeregisterContainerInstance")).to.equal(0);
    expectQuiet(outcome);
  });

  it("whose agent comes back in its last moments: ECS takes it out by itself", async () => {
    const outcome = await play(fleet([silentFrom(2, 359), terminated]));
    expectNoGhost(outcome);
    expect(calls(outcome, "ecs:DeregisterContainerInstance")).to.equal(0);
    expectQuiet(outcome);
  });

  it("with deregister_container_instance never: left as it is", async () => {
    const outcome = await play(
      fleet([silentFrom(2), terminated], { keys: { deregister_container_instance: "never" } }),
    );
    expect(statusesOf(outcome)).to.deep.equal(["DRAINING"]);
    expect(linesOf(outcome, "container instance followed")).to.deep.equal([]);
    expectQuiet(outcome);
  });

  it("with its agent connected: nobody follows it, and it costs no call", async () => {
    const outcome = await play(fleet([terminated], { keys: { discover: "named" } }));
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "container instance followed")).to.deep.equal([]);
    expect(
      calls(outcome, "ec2:DescribeInstances") + calls(outcome, "ecs:DeregisterContainerInstance"),
    ).to.equal(0);
  });

  it("EC2 denied for half an hour: not taken for terminated, followed on, then out", async () => {
    const deny = { at_seconds: 300, deny: { actions: ["ec2:DescribeInstances"], for_seconds: 1_800 } };
    const outcome = await play(fleet([silentFrom(2), terminated, deny]));
    expectNoGhost(outcome);
    expect(secondsToLeave(outcome)).to.be.within(1_700, 1_900);
    expect(linesOf(outcome, "call failed").map((line) => line.missing_permission)).to.include(
      "ec2:DescribeInstances",
    );
  });

  it("deregistering denied for good: given up after an hour, with what to do", async () => {
    const deny = {
      at_seconds: 1,
      deny: { actions: ["ecs:DeregisterContainerInstance"], for_seconds: 14_400 },
    };
    const outcome = await play({ ...fleet([silentFrom(2), terminated, deny]), ends_after_seconds: 7_200 });
    expect(outcome.violations).to.deep.equal([]);
    expect(statusesOf(outcome)).to.deep.equal(["DRAINING"]);
    const [line, ...more] = linesOf(outcome, "container instance left behind", leaving);
    expect(more).to.deep.equal([]);
    expect(line?.level).to.equal("WARN");
    expect(line?.followed_seconds).to.be.within(3_600, 3_700);
    for (const queue of outcome.simulation.world.queues.all)
      expect(queue.messages.size, queue.name).to.equal(0);
  });

  it("following is no open drain: it is not handed over by the minute, and takes a few calls", async () => {
    const outcome = await play(fleet([silentFrom(2), terminated]), { seed: 1 });
    const end = outcome.terminations[0]?.completedAt ?? 0;
    const after = outcome.log.filter((line) => Date.parse(String(line.time)) > end);
    expect(after.filter((line) => line.message === "handed over")).to.deep.equal([]);
    expect(
      after.filter((line) => line.message === "run finished").map((line) => line.handed_over),
    ).to.not.include(1);
    expect(after.filter((line) => line.message === "run finished").map((line) => line.following)).to.include(
      1,
    );
    const made = outcome.simulation.calls.filter(({ at, caller }) => at > end && caller === "terminate");
    expect(made.filter(({ action }) => !action.startsWith("sqs:")).length).to.be.at.most(12);
  });
});

describe("scenarios: silent twins", () => {
  /** The agent registers again, as after a reboot in which its state file was lost. */
  const registersAnew = (seconds: number) => ({
    watch: ({ world }: Simulation) =>
      world.agenda.at(world.agenda.now + seconds * 1000, () => {
        world.clusters.agents.halt(leaving);
        world.clusters.join(world.clusters.byName("main"), leaving);
      }),
  });

  for (const [when, anewAt] of [
    ["before its termination", 40],
    ["before anybody has looked", 62],
    ["while it drains", 90],
  ] as const) {
    it(`its agent has registered again ${when}: the old one holds nothing, and leaves the cluster after it`, async () => {
      const outcome = await play(fleet([terminated]), registersAnew(anewAt));
      expectNoGhost(outcome);
      expect(statusesOf(outcome)).to.have.lengthOf(2);
      const [end] = outcome.terminations;
      expect(linesOf(outcome, "lifecycle action completed", leaving)[0]?.reason).to.equal("drained");
      expect((end?.completedAt ?? 0) - outcome.startedAt, "long before its deadline").to.be.below(300_000);
      expectQuiet(outcome);
    });
  }

  it("with a new root volume before, and a new agent: the next drain is not held by the old one", async () => {
    const outcome = await play(
      fleet([
        { at_seconds: 10, replace_root_volume: { instance_ids: [leaving], agent: "new" } },
        { at_seconds: 900, terminate: { instance_ids: [leaving] } },
      ]),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(new Set(statusesOf(outcome))).to.deep.equal(new Set(["INACTIVE"]));
    expectQuiet(outcome);
  });

  it("two silent ones: no agent has registered again as far as anybody knows, and both hold it", async () => {
    const outcome = await play(fleet([terminated, silentFrom(50)]), registersAnew(40));
    expectNoGhost(outcome);
    expect(String(linesOf(outcome, "lifecycle action completed", leaving)[0]?.reason)).to.include(
      "time is over",
    );
  });
});

describe("scenarios: ghosts that a sweep finds", () => {
  const CLEARED =
    "a sweep found it: EC2 says that the instance is terminated, and its ECS agent is disconnected";
  /** A group without a hook, so that nobody drains it. Its instance ends with its agent silent. */
  const undrained = ({
    sweeps = { auto_scaling_groups: ["fleet"], lifecycle_queue_name: "lifecycle" },
    timeline = [silentFrom(2), terminated],
    until = 700,
    keys = {},
    group = {},
    others = [],
  }: {
    sweeps?: Record<string, unknown>;
    timeline?: Record<string, unknown>[];
    until?: number;
    keys?: Record<string, unknown>;
    group?: Record<string, unknown>;
    others?: Record<string, unknown>[];
  } = {}) => {
    const world = fleet([...timeline, { at_seconds: until, invoke: { function: "terminate" } }], {
      group: { hooks: [], ...group },
    });
    const { deregister } = world.functions;
    const input = { queue_name: "monitor", cluster_name: "main", ...sweeps, ...keys };
    return {
      ...world,
      functions: { deregister, terminate: { input, first_after_seconds: 40 } },
      auto_scaling_groups: [...world.auto_scaling_groups, ...others],
    };
  };
  const cleared = (outcome: Outcome) =>
    linesOf(outcome, "container instance deregistered", leaving).map((line) => line.reason);
  const left = (outcome: Outcome) =>
    linesOf(outcome, "container instance left behind").map((line) => String(line.reason));

  it("of a group that the input names: taken out", async () => {
    const outcome = await play(undrained());
    expectNoGhost(outcome);
    expect(cleared(outcome)).to.deep.equal([CLEARED]);
    expect(left(outcome)).to.deep.equal([]);
    expectQuiet(outcome);
  });

  it("of a group that carries the tag: taken out", async () => {
    const outcome = await play(
      undrained({
        sweeps: { group_tag: "drained=yes", lifecycle_queue_name: "lifecycle" },
        group: { tags: { drained: "yes" } },
      }),
    );
    expectNoGhost(outcome);
    expect(cleared(outcome)).to.deep.equal([CLEARED]);
  });

  for (const [why, keys, isOurs] of [
    ["all of which may be changed", { cluster_name: undefined, clusters: "*" }, true],
    ["that carries the tag", { cluster_name: undefined, cluster_tag: "team=web" }, true],
    ["that carries another tag", { cluster_name: undefined, cluster_tag: "team=batch" }, false],
    ["that nobody names", { cluster_name: undefined }, false],
  ] as const) {
    it(`in a cluster ${why}: ${isOurs ? "taken out" : "not even read"}`, async () => {
      const world = undrained({ keys });
      const [cluster] = world.clusters;
      const tagged = { ...world, clusters: [{ ...cluster, tags: { team: "web" } }] };
      const outcome = await play(tagged);
      expect(cleared(outcome)).to.deep.equal(isOurs ? [CLEARED] : []);
      expect(left(outcome)).to.deep.equal([]);
      if (!isOurs) expect(calls(outcome, "ecs:ListContainerInstances")).to.equal(0);
    });
  }

  const ended = [
    silentFrom(2),
    { at_seconds: 50, lose_notifications: { for_seconds: 30, probability: 1 } },
    terminated,
    { at_seconds: 90, complete_actions: { group: "fleet", hook: "drain" } },
  ];
  for (const [what, change] of Object.entries<Parameters<typeof undrained>[0]>({
    "a drain whose message was lost after its end": { group: { hooks: [HOOK] } },
    "a group whose hook says when_disconnected over the input's never": {
      keys: { deregister_container_instance: "never" },
      sweeps: { auto_scaling_groups: ["fleet"], lifecycle_queue_name: "lifecycle" },
      group: {
        hooks: [
          { ...HOOK, metadata: JSON.stringify({ deregister_container_instance: "when_disconnected" }) },
        ],
      },
    },
  })) {
    it(`of ${what}: taken out`, async () => {
      const outcome = await play(undrained({ ...change, timeline: ended }));
      expectNoGhost(outcome);
      expect(cleared(outcome)).to.deep.equal([CLEARED]);
    });
  }

  const kept: Record<string, [Parameters<typeof undrained>[0], string]> = {
    "of a group that is none of ours": [
      {
        sweeps: { auto_scaling_groups: ["other"], lifecycle_queue_name: "lifecycle" },
        others: [{ name: "other", instances: 1 }],
      },
      "its group fleet is none of ours",
    ],
    "whose tags EC2 shows no more": [
      { timeline: [silentFrom(2), terminated, { at_seconds: 100, lose_tags: { instance_ids: [leaving] } }] },
      "EC2 shows no Auto Scaling group of it",
    ],
    "with deregister_container_instance never": [
      { keys: { deregister_container_instance: "never" } },
      "deregister_container_instance is never",
    ],
    "with never in the hook's metadata alone": [
      {
        group: { hooks: [{ ...HOOK, metadata: JSON.stringify({ deregister_container_instance: "never" }) }] },
        timeline: [silentFrom(2), { at_seconds: 60, kill: { instance_ids: [leaving] } }],
      },
      "deregister_container_instance is never",
    ],
    "that ended over an hour ago, so that EC2 does not know it": [
      {
        timeline: [
          silentFrom(2),
          terminated,
          { at_seconds: 70, skip_ticks: { function: "terminate", for_seconds: 4_000 } },
        ],
        until: 5_000,
      },
      "EC2 does not know the instance",
    ],
  };
  for (const [why, [change, expected]] of Object.entries(kept)) {
    it(`${why}: left, with a warning`, async () => {
      const outcome = await play({ ...undrained(change), ends_after_seconds: 14_400 });
      expect(outcome.violations).to.deep.equal([]);
      expect(cleared(outcome)).to.deep.equal([]);
      expect(statusesOf(outcome)).to.not.include("INACTIVE");
      expect(left(outcome)).to.not.be.empty;
      for (const reason of left(outcome)) expect(reason).to.include(expected);
      expect(linesOf(outcome, "container instance left behind")[0]?.instance_ids).to.deep.equal([leaving]);
    });
  }

  const alive: Record<string, Record<string, unknown>[]> = {
    "runs, with its agent silent for long": [silentFrom(2)],
    "was stopped, and may be started again": [{ at_seconds: 60, stop: { instance_ids: [leaving] } }],
  };
  for (const [why, timeline] of Object.entries(alive)) {
    it(`an instance that ${why}: no ghost, and no word of it`, async () => {
      const outcome = await play(undrained({ timeline, group: { hooks: [{ ...HOOK, queue: undefined }] } }));
      expect(cleared(outcome)).to.deep.equal([]);
      expect(left(outcome)).to.deep.equal([]);
    });
  }

  it("on a dry run: told, and left", async () => {
    const outcome = await play(undrained({ keys: { dry_run: true } }));
    expect(calls(outcome, "ecs:DeregisterContainerInstance")).to.equal(0);
    expect(linesOf(outcome, "dry run", leaving).map((line) => line.would)).to.include(
      "deregistration of the container instance from main",
    );
  });

  for (const action of [
    "ec2:DescribeInstances",
    "ecs:ListContainerInstances",
    "ecs:DeregisterContainerInstance",
  ]) {
    it(`while ${action} is denied: left as it is, and taken out by the next sweep`, async () => {
      const deny = { at_seconds: 1, deny: { actions: [action], for_seconds: 500 } };
      const outcome = await play(undrained({ timeline: [silentFrom(2), terminated, deny] }));
      expectNoGhost(outcome);
      expect(cleared(outcome)).to.deep.equal([CLEARED]);
      expect(linesOf(outcome, "call failed").map((line) => line.missing_permission)).to.include(action);
    });
  }

  it("without a ghost, a sweep takes one call more for each cluster", async () => {
    const outcome = await play(undrained({ timeline: [] }));
    const sweeps = calls(outcome, "autoscaling:DescribeAutoScalingGroups");
    expect(sweeps).to.be.above(0);
    expect(calls(outcome, "ecs:ListContainerInstances")).to.equal(sweeps);
    expect(
      calls(outcome, "ecs:DescribeContainerInstances") + calls(outcome, "ec2:DescribeInstances"),
    ).to.equal(0);
  });
});
