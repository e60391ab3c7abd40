// Protects the hooks of others: only a hook that notifies our queue or our topic, or that is named, is ever touched. What is
// another's is let go in a line, and what may be ours is warned about.
import { expect } from "chai";
import type { TimelineEntry } from "../../simulator/scenario/schema.ts";
import {
  calls,
  expectDrained,
  functions,
  HOOK,
  instanceIds,
  linesOf,
  type Outcome,
  play,
  QUEUES,
} from "./fixture.ts";

const ids = instanceIds(3);
const [first = "", second = ""] = ids;
const TOPIC = "arn:aws:sns:us-east-1:123456789012:terminations";
const CROSS = "arn:aws:sns:us-east-1:210987654321:shared";
const ENDLESS = { stop_seconds: 20_000, stop_timeout_seconds: 20_000 };
type Entry = Partial<TimelineEntry> & { readonly at_seconds: number };
type Hook = Record<string, unknown>;

const terminated = (id = first): Entry => ({
  at_seconds: 5,
  terminate: { instance_ids: [id], replace: false },
});

/** Two groups: ours, with the given hooks and a task on each instance, and another team's. */
function world(
  hooks: readonly Hook[],
  timeline: readonly Entry[],
  {
    keys = {},
    terminate = {},
    task = {},
    ...more
  }: { keys?: object; terminate?: object; task?: object } & Record<string, unknown> = {},
) {
  const both = functions({ cluster_name: "main", ...keys });
  return {
    functions: {
      ...both,
      terminate: { ...both.terminate, input: { ...both.terminate.input, ...terminate } },
    },
    queues: [...QUEUES, { name: "theirs" }, { name: "snapshots" }],
    clusters: [
      { name: "main", services: [{ name: "worker", desired_count: 3, task: { stop_seconds: 20, ...task } }] },
    ],
    auto_scaling_groups: [
      { name: "fleet", instance_ids: ids, cluster: "main", hooks },
      {
        name: "database",
        instance_ids: ["i-000000000000000d1"],
        hooks: [{ ...HOOK, name: "flush", queue: "theirs", heartbeat_timeout_seconds: 900 }],
      },
    ],
    ends_after_seconds: 9_000,
    timeline,
    ...more,
  };
}

/** Another team's hook of our group: it holds until they complete it. */
const SNAPSHOT = { ...HOOK, name: "snapshot", queue: "snapshots" };
const snapshotDone: Entry = {
  at_seconds: 1_200,
  complete_actions: { group: "fleet", hook: "snapshot", result: "CONTINUE" },
};

/** Who completed a hook's actions, or how else they ended. */
const endsOf = ({ simulation }: Outcome, hook: string) =>
  simulation.world.story.lines.flatMap((line) =>
    line.kind === "action-ended" && line.hook === hook
      ? [line.how === "call" ? `${line.by}: ${line.result}` : line.how]
      : [],
  );
const droppedOf = (outcome: Outcome, id = first) =>
  linesOf(outcome, "termination dropped", id).map(({ level, reason }) => [level, String(reason)]);
const expectNoDamage = ({ damage, violations }: Outcome) => {
  expect(violations).to.deep.equal([]);
  expect(damage).to.deep.equal([]);
};

/** No run failed, and nothing is left in our own queues. */
const expectDone = ({ invocations, simulation }: Outcome) => {
  expect(invocations.filter((each) => each.outcome !== "succeeded")).to.deep.equal([]);
  for (const { name } of QUEUES) expect(simulation.world.queues.byName(name).messages.size, name).to.equal(0);
};

describe("scenarios: another's hook", () => {
  for (const [why, hook, keys, world_] of [
    [
      "an EventBridge rule brings its events, and both inputs name it",
      { ...HOOK, queue: undefined },
      { lifecycle_hook_names: ["drain"] },
      { event_rules: [{ queue: "lifecycle", of: "terminating", hooks: ["drain"] }] },
    ],
    [
      "it notifies a topic of ours",
      { ...HOOK, queue: undefined, topic: "terminations" },
      { lifecycle_topic_arns: [TOPIC] },
      { topics: [{ name: "terminations", queues: [{ queue: "lifecycle" }] }] },
    ],
    [
      "it notifies a topic of ours in another account, with raw message delivery",
      { ...HOOK, queue: undefined, topic: "shared" },
      { lifecycle_topic_arns: [CROSS] },
      { topics: [{ name: "shared", account: "210987654321", queues: [{ queue: "lifecycle", raw: true }] }] },
    ],
  ] as const) {
    it(`a hook is ours where ${why}: the instance is drained`, async () => {
      const outcome = await play(world([hook], [terminated()], { keys, terminate: keys, ...world_ }));
      expectDrained(outcome, { count: 1 });
      expectNoDamage(outcome);
      expectDone(outcome);
    });
  }

  for (const [which, terminate] of [
    ["terminate knows our hook by the queue", { lifecycle_queue_name: "lifecycle" }],
    ["terminate knows our hook by its name", { lifecycle_hook_name: "drain" }],
    ["terminate knows nothing of hooks", {}],
  ] as const) {
    it(`a rule without a hook's name brings the events of all hooks, ECS's own among them: only ours is completed (${which})`, async () => {
      const outcome = await play({
        ...world([HOOK, SNAPSHOT], [terminated(), snapshotDone], {
          event_rules: [{ queue: "lifecycle", of: "terminating" }],
          terminate,
        }),
        auto_scaling_groups: [
          {
            name: "fleet",
            instance_ids: ids,
            cluster: "main",
            managed_draining: true,
            hooks: [HOOK, SNAPSHOT],
          },
        ],
      });
      expectNoDamage(outcome);
      expect(endsOf(outcome, "drain")).to.deep.equal(["terminate: CONTINUE"]);
      expect(endsOf(outcome, "snapshot")).to.deep.equal(["operator: CONTINUE"]);
      expect(endsOf(outcome, "ecs-managed-draining-termination-hook")).to.deep.equal(["ecs: CONTINUE"]);
      const others = droppedOf(outcome).filter(([, reason]) => reason?.includes("its hook is"));
      expect(others).to.have.deep.members([
        ["INFO", "its hook is another's: it notifies arn:aws:sqs:us-east-1:123456789012:snapshots"],
        ["INFO", "its hook is ECS's own, of managed draining"],
      ]);
      expectDone(outcome);
    });
  }

  it("the event of a group that is none of ours is let go in one line, without a call that may be denied", async () => {
    const denied = ["autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat"];
    const outcome = await play(
      world(
        [HOOK],
        [
          { at_seconds: 1, deny: { actions: denied, for_seconds: 2_400, probability: 1 } },
          terminated("i-000000000000000d1"),
        ],
        { event_rules: [{ queue: "lifecycle", of: "terminating" }], ends_after_seconds: 2_400 },
      ),
    );
    expectNoDamage(outcome);
    expectDone(outcome);
    expect(droppedOf(outcome, "i-000000000000000d1")).to.deep.equal([
      ["INFO", "its hook is another's: it notifies arn:aws:sqs:us-east-1:123456789012:theirs"],
    ]);
    for (const action of denied) expect(calls(outcome, action)).to.equal(0);
    expect(endsOf(outcome, "flush")).not.to.include("terminate: CONTINUE");
  });

  it("a topic that no input names is another's", async () => {
    const outcome = await play(
      world(
        [{ ...HOOK, queue: undefined, topic: "terminations", heartbeat_timeout_seconds: 600 }],
        [terminated()],
        { topics: [{ name: "terminations", queues: [{ queue: "lifecycle" }] }], ends_after_seconds: 900 },
      ),
    );
    expect(droppedOf(outcome)).to.deep.equal([["INFO", `its hook is another's: it notifies ${TOPIC}`]]);
    expect(endsOf(outcome, "drain")).not.to.include("terminate: CONTINUE");
    expect(calls(outcome, "autoscaling:RecordLifecycleActionHeartbeat")).to.equal(0);
  });

  it("a queue whose name only ends as ours does is another's", async () => {
    const theirs = { ...HOOK, queue: "their-lifecycle", heartbeat_timeout_seconds: 600 };
    const outcome = await play(
      world([theirs], [terminated()], {
        queues: [...QUEUES, { name: "theirs" }, { name: "snapshots" }, { name: "their-lifecycle" }],
        event_rules: [{ queue: "lifecycle", of: "terminating" }],
        ends_after_seconds: 900,
      }),
    );
    expect(droppedOf(outcome)).to.have.lengthOf(1);
    expect(droppedOf(outcome)[0]?.[1]).to.match(/^its hook is another's: it notifies .*:their-lifecycle$/);
    expect(endsOf(outcome, "drain")).not.to.include("terminate: CONTINUE");
    expect(calls(outcome, "autoscaling:RecordLifecycleActionHeartbeat")).to.equal(0);
  });

  it("one that notifies nobody, and that nobody names, is warned about; once it is named, the sweep drains it", async () => {
    const named = { lifecycle_hook_names: ["drain"] };
    const outcome = await play(
      world(
        [{ ...HOOK, queue: undefined }],
        [
          terminated(),
          ...(["deregister", "terminate"] as const).map(
            (name): Entry => ({ at_seconds: 400, change_input: { function: name, input: named } }),
          ),
          { at_seconds: 900, cold_start: { function: "terminate" } },
        ],
        {
          event_rules: [{ queue: "lifecycle", of: "terminating" }],
          terminate: {
            auto_scaling_groups: ["fleet"],
            lifecycle_queue_name: "lifecycle",
            cluster_name: "main",
          },
        },
      ),
    );
    expect(droppedOf(outcome)[0]).to.deep.equal([
      "WARN",
      "its hook notifies nobody; if it is ours, give its name in lifecycle_hook_names",
    ]);
    expect(linesOf(outcome, "sweep found")).to.have.lengthOf(1);
    expect(endsOf(outcome, "drain")).to.deep.equal(["terminate: CONTINUE"]);
    expect(linesOf(outcome, "lifecycle action completed")[0]?.reason).to.equal("drained");
    expect(outcome.violations).to.deep.equal([]);
  });

  /** [who sent it, how the message is dropped] */
  const senders: [string, object, [string, string]][] = [
    [
      "a stranger",
      {},
      ["INFO", "its hook is another's: it notifies arn:aws:sqs:us-east-1:123456789012:snapshots"],
    ],
    [
      "terminate, before the hook changed",
      { sent_by: "terminate" },
      [
        "WARN",
        "its hook is another's: it notifies arn:aws:sqs:us-east-1:123456789012:snapshots; it was ours when the drain began, and nobody goes on with that now: has the hook or the input changed?",
      ],
    ],
  ];
  for (const [who, by, line] of senders) {
    it(`a message on the monitor queue is held to the same: it completes no hook of others: of ${who}`, async () => {
      await expectHeld(by, line);
    });
  }

  async function expectHeld(by: object, line: [string, string]): Promise<void> {
    const message = {
      version: 1,
      instance_id: first,
      auto_scaling_group: "fleet",
      life_cycle_hook_name: "snapshot",
      cluster_name: "main",
      time: "2026-01-05T08:00:00.000Z",
      memory: { begun_at: "2026-01-05T08:00:00.000Z", look_at: "2026-01-05T08:00:00.000Z" },
    };
    const outcome = await play(
      world(
        [HOOK, SNAPSHOT],
        [
          terminated(),
          { at_seconds: 30, send: { queue: "monitor", body: JSON.stringify(message), count: 1, ...by } },
          snapshotDone,
        ],
        { terminate: { lifecycle_queue_name: "lifecycle" } },
      ),
    );
    expectNoDamage(outcome);
    expect(endsOf(outcome, "snapshot")).to.deep.equal(["operator: CONTINUE"]);
    expect(droppedOf(outcome)).to.deep.include(line);
  }

  it("with queue_name alone, a forged message completes no hook that notifies nobody", async () => {
    const forged = { instance_id: first, auto_scaling_group: "fleet", life_cycle_hook_name: "silent" };
    const outcome = await play(
      world(
        [HOOK, { ...SNAPSHOT, name: "silent", queue: undefined, heartbeat_timeout_seconds: 600 }],
        [
          terminated(),
          { at_seconds: 30, send: { queue: "monitor", body: JSON.stringify(forged), count: 1 } },
        ],
      ),
    );
    expectNoDamage(outcome);
    expect(endsOf(outcome, "silent")).to.deep.equal(["timeout"]);
  });

  describe("a hook of ours that changes while it holds an instance", () => {
    const put = (hook: Hook): Entry =>
      ({ at_seconds: 200, put_hook: { group: "fleet", hook: { ...HOOK, ...hook } } }) as unknown as Entry;
    const gone: Entry = { at_seconds: 200, delete_hook: { group: "fleet", hook: "drain" } };

    it("retargeted: it is another's from then on, and the log warns", async () => {
      const outcome = await play(
        world([{ ...HOOK, heartbeat_timeout_seconds: 1_800 }], [terminated(), put({ queue: "theirs" })], {
          keys: { drain_timeout_seconds: 600 },
          terminate: { lifecycle_queue_name: "lifecycle" },
          task: ENDLESS,
        }),
      );
      expect(outcome.violations).to.deep.equal([]);
      expect(endsOf(outcome, "drain")).to.deep.equal(["timeout"]);
      const [[level, reason] = []] = droppedOf(outcome);
      expect(level).to.equal("WARN");
      expect(reason).to.include("it notifies arn:aws:sqs:us-east-1:123456789012:theirs; it was ours");
    });

    it("given another timeout and metadata: the drain goes on", async () => {
      const outcome = await play(
        world([HOOK], [terminated(), put({ heartbeat_timeout_seconds: 900, metadata: "{}" })], {
          task: { stop_seconds: 400, stop_timeout_seconds: 500 },
        }),
      );
      expectDrained(outcome, { count: 1 });
      expectNoDamage(outcome);
    });

    it("renamed: AWS ends what the old one holds, and the next instance is drained by the new one", async () => {
      const outcome = await play(
        world(
          [HOOK],
          [
            terminated(),
            gone,
            { ...put({ name: "drain-2" }), at_seconds: 201 },
            { ...terminated(second), at_seconds: 300 },
          ],
          { task: { stop_seconds: 280, stop_timeout_seconds: 300 } },
        ),
      );
      expect(outcome.violations).to.deep.equal([]);
      expect(endsOf(outcome, "drain")).to.deep.equal(["hook-deleted"]);
      expect(endsOf(outcome, "drain-2")).to.deep.equal(["terminate: CONTINUE"]);
      expect(outcome.damage.filter(({ allowedBy }) => allowedBy === undefined)).to.deep.equal([]);
      expectDone(outcome);
    });

    it("deleted, while another's holds the instance: nothing is touched any more", async () => {
      const outcome = await play(
        world([HOOK, SNAPSHOT], [terminated(), gone, snapshotDone], { task: ENDLESS }),
      );
      expect(outcome.violations).to.deep.equal([]);
      expect(endsOf(outcome, "snapshot")).to.deep.equal(["operator: CONTINUE"]);
      const [[level, reason] = []] = droppedOf(outcome);
      expect([level, reason?.startsWith("the group has no such hook any more")]).to.deep.equal([
        "WARN",
        true,
      ]);
      expectDone(outcome);
    });

    it("moved to a topic that the inputs name first: the drain goes on", async () => {
      const outcome = await play(
        world(
          [HOOK],
          [
            terminated(),
            ...(["deregister", "terminate"] as const).map(
              (name): Entry => ({
                at_seconds: 100,
                change_input: { function: name, input: { lifecycle_topic_arns: [TOPIC] } },
              }),
            ),
            put({ queue: undefined, topic: "terminations" }),
          ],
          {
            task: { stop_seconds: 400, stop_timeout_seconds: 500 },
            terminate: { lifecycle_queue_name: "lifecycle" },
            topics: [{ name: "terminations", queues: [{ queue: "lifecycle" }] }],
          },
        ),
      );
      expectDrained(outcome, { count: 1 });
      expectNoDamage(outcome);
    });
  });

  it("hooks that cannot be read for ten minutes are unread: the messages are kept, and the instance is drained after", async () => {
    const deny = { actions: ["autoscaling:DescribeLifecycleHooks"], for_seconds: 600, probability: 1 };
    const outcome = await play(world([HOOK], [{ at_seconds: 1, deny }, terminated()]));
    expect(endsOf(outcome, "drain")).to.deep.equal(["terminate: CONTINUE"]);
    expect(outcome.damage).to.deep.equal([]);
    expect(droppedOf(outcome)).to.deep.equal([]);
    const touched = outcome.simulation.calls.filter(
      ({ action, at }) =>
        /UpdateContainerInstances|Heartbeat/.test(action) && at < outcome.startedAt + 600_000,
    );
    expect(touched).to.deep.equal([]);
  });

  it("another's hook that deregister could not read is not passed on: a terminate that is told of no hook would take it for ours", async () => {
    const deny = { actions: ["autoscaling:DescribeLifecycleHooks"], for_seconds: 20, probability: 1 };
    const outcome = await play(
      world(
        [HOOK],
        [
          { at_seconds: 5, terminate: { instance_ids: ["i-000000000000000d1"], replace: false } },
          {
            at_seconds: 8,
            send_lifecycle_message: {
              queue: "lifecycle",
              group: "database",
              hook: "flush",
              instance_id: "i-000000000000000d1",
              transition: "autoscaling:EC2_INSTANCE_TERMINATING",
              form: "sqs",
            } as never,
          },
          { at_seconds: 10, deny },
        ],
      ),
    );
    expect(linesOf(outcome, "call failed").length, "deregister's first run").to.be.at.least(1);
    expect(linesOf(outcome, "passed on")).to.deep.equal([]);
    expect(outcome.damage).to.deep.equal([]);
    expect(calls(outcome, "autoscaling:RecordLifecycleActionHeartbeat")).to.equal(0);
    const [dropped] = linesOf(outcome, "termination dropped", "i-000000000000000d1");
    expect(dropped).to.include({ function: "deregister" });
    expect(dropped?.reason).to.match(/another's/);
  });

  it("the message of a group that was deleted meanwhile is dropped", async () => {
    const outcome = await play(
      world([HOOK], [terminated(), { at_seconds: 12, delete_group: { group: "fleet" } }], {
        ends_after_seconds: 1_200,
      }),
    );
    expect(droppedOf(outcome).map(([, reason]) => reason)).to.have.lengthOf(1);
    expectDone(outcome);
  });

  it("hooks that cannot be read while a drain goes on: heartbeats keep ours alive", async () => {
    const deny = { actions: ["autoscaling:DescribeLifecycleHooks"], for_seconds: 900, probability: 1 };
    const outcome = await play(
      world([{ ...HOOK, heartbeat_timeout_seconds: 180 }], [terminated(), { at_seconds: 90, deny }], {
        task: { stop_seconds: 600, stop_timeout_seconds: 700 },
        faults_end_after_seconds: 990,
      }),
    );
    expect(endsOf(outcome, "drain")).to.deep.equal(["terminate: CONTINUE"]);
    expect(outcome.violations).to.deep.equal([]);
  });
});
