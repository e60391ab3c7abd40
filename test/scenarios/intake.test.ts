// Protects what comes through SNS topics and an EventBridge rule, with what the template makes of `topics` and `lifecycle_events`: its
// subscriptions, its rule, its queue policy and the inputs of both functions. Each instance is drained by its message, not by a sweep.
import { createRequire } from "node:module";
import { expect } from "chai";
import { inputsOf } from "../../deploy/block/inputs.ts";
import { lifecycleEventPatternOf, subscriptionsOf } from "../../deploy/block/intake.ts";
import type { Block } from "../../deploy/block/schema.ts";
import { arn, roleNamed } from "../../simulator/kernel/account.ts";
import { expectDrained, expectQuiet, HOOK, linesOf, type Outcome, play, QUEUES } from "./fixture.ts";

type Variables = { resolveConfigurationProperty: (path: readonly string[]) => Promise<unknown> };
const policies: Readonly<Record<string, (variables: Variables) => Promise<object[]>>> = createRequire(
  import.meta.url,
)("../../deploy/queue-policies.cjs");

const topicArn = (name: string, account = "123456789012") => `arn:aws:sns:us-east-1:${account}:${name}`;
const TOPICS = [topicArn("orders"), topicArn("payments"), topicArn("central", "210987654321")];
/** The hook of each group, and how its messages come. */
const GROUPS = {
  queue: { ...HOOK, name: "asg-drain-live" },
  orders: { ...HOOK, queue: undefined, topic: "orders" },
  payments: { ...HOOK, queue: undefined, topic: "payments" },
  central: { ...HOOK, queue: undefined, topic: "central" },
  evented: { ...HOOK, queue: undefined, name: "flush" },
};
const names = Object.keys(GROUPS);
const idOf = (group: string, n = 0) => `i-${String(names.indexOf(group) * 10 + n + 1).padStart(17, "0")}`;
const going = names.map((name) => idOf(name));
const ARNS: Readonly<Record<string, string>> = {
  LifecycleQueue: arn("sqs", "lifecycle"),
  LifecycleHookRole: roleNamed("hook").arn,
  NoticesRule: arn("events", "rule/notices"),
  LifecycleEventsRule: arn("events", "rule/actions"),
};

const block: Block = {
  groups: ["queue"],
  more_auto_scaling_groups: names.slice(1),
  deregister: { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor", cluster_name: "main" },
  // One from before, that knows no hook.
  terminate: { cluster_name: "main", sweep_minutes: 0 },
  topics: TOPICS,
  lifecycle_events: { hooks: ["flush"], groups: ["evented"] },
};

/** What the template has of a block, in a world in which an instance of each group goes. */
async function worldOf(deployed: Block): Promise<Record<string, unknown>> {
  const { deregister, terminate } = inputsOf(deployed);
  const { detail } = lifecycleEventPatternOf(deployed) as {
    detail: { LifecycleHookName: string[]; AutoScalingGroupName?: string[] };
  };
  return {
    queues: QUEUES.map((queue) => (queue.name === "lifecycle" ? { ...queue } : queue)),
    topics: Object.values(subscriptionsOf({ topics: TOPICS })).map(({ Properties }) => {
      const [, , , , account, name] = String(Properties.TopicArn).split(":");
      expect(Properties.Endpoint).to.deep.equal({ "Fn::GetAtt": ["LifecycleQueue", "Arn"] });
      return { name, account, queues: [{ queue: "lifecycle", raw: Properties.RawMessageDelivery ?? false }] };
    }),
    event_rules: [
      {
        name: "actions",
        queue: "lifecycle",
        of: "terminating",
        hooks: detail.LifecycleHookName,
        groups: detail.AutoScalingGroupName,
      },
    ],
    functions: {
      deregister: { input: deregister, first_after_seconds: 20 },
      terminate: { input: terminate, first_after_seconds: 40 },
    },
    clusters: [
      { name: "main", services: [{ name: "web", desired_count: 8, task: { stop_seconds: 20 } }] },
      { name: "other", services: [{ name: "web", desired_count: 2 }] },
    ],
    auto_scaling_groups: [
      ...Object.entries(GROUPS).map(([name, hook]) => ({
        name,
        instance_ids: [idOf(name), idOf(name, 1)],
        cluster: "main",
        hooks: [hook],
      })),
      // Another team's, with a hook of the same name that nobody of ours completes.
      {
        name: "others",
        instance_ids: ["i-0000000000000000f"],
        cluster: "other",
        hooks: [{ ...GROUPS.evented, heartbeat_timeout_seconds: 300 }],
      },
    ],
    timeline: [{ at_seconds: 5, terminate: { instance_ids: going, replace: true } }],
  };
}

async function policyOf(deployed: Block): Promise<object> {
  const variables = {
    resolveConfigurationProperty: async ([, key = ""]: readonly string[]) =>
      (deployed as Record<string, unknown>)[key] ?? null,
  };
  const Statement = JSON.parse(JSON.stringify(await policies.lifecycleQueue?.(variables)), (_, value) =>
    Array.isArray(value?.["Fn::GetAtt"]) ? ARNS[value["Fn::GetAtt"][0]] : value,
  );
  return { Version: "2012-10-17", Statement };
}

// With the queue policy of a block that may be another one.
async function played(policyBlock: Block, more: object[] = []): Promise<Outcome> {
  const world = await worldOf(block);
  const policy = await policyOf(policyBlock);
  const queues = QUEUES.map((queue) => (queue.name === "lifecycle" ? { ...queue, policy } : queue));
  const timeline = [...(world.timeline as object[]), ...more];
  return play(
    { ...world, queues, timeline },
    {
      // What the groups themselves tell the topic, if somebody asked them to.
      watch: ({ world: { agenda, topics } }) =>
        agenda.in(30_000, () => {
          const topic = topics.byArn(TOPICS[0] as string);
          if (topic === undefined) throw new Error("there is no such topic");
          for (const message of [JSON.stringify(OWN_NOTIFICATION), "Auto Scaling group name: orders"])
            topics.publish(topic, { subject: "Auto Scaling: termination", message, at: agenda.now });
        }),
    },
  );
}

const OWN_NOTIFICATION = {
  Service: "AWS Auto Scaling",
  Event: "autoscaling:EC2_INSTANCE_TERMINATE",
  AutoScalingGroupName: "orders",
  EC2InstanceId: idOf("orders"),
  ActivityId: "a",
};

const begunOf = (outcome: Outcome) =>
  linesOf(outcome, "held by the lifecycle hook").map(({ instance_id }) => instance_id);

describe("scenarios: topics and a rule, as the template makes them", () => {
  it("a hook's message is drained through each topic and through the rule; a group's own notifications are let go", async () => {
    const outcome = await played(block);
    expectDrained(outcome, { count: going.length, withinSeconds: 10 });
    expectQuiet(outcome);
    expect(begunOf(outcome)).to.have.members(going);
    expect(linesOf(outcome, "sweep found")).to.deep.equal([]);
    expect(linesOf(outcome, "message set aside")).to.deep.equal([]);
    expect(linesOf(outcome, "message dropped")).to.have.lengthOf(2);
  });

  it("another team's hook of the same name is in no event of ours, because the rule names the groups", async () => {
    const other = { at_seconds: 6, terminate: { instance_ids: ["i-0000000000000000f"], replace: false } };
    const outcome = await played(block, [other]);
    expect(begunOf(outcome)).to.have.members(going);
    expect(outcome.log.filter(({ instance_id }) => instance_id === "i-0000000000000000f")).to.deep.equal([]);
  });

  it("without the keys, the queue's policy refuses each message of a topic and of the rule", async () => {
    const { topics: _, lifecycle_events: __, ...without } = block;
    const outcome = await played(without);
    expect(begunOf(outcome)).to.deep.equal([idOf("queue")]);
    // Of each topic the hook's test message and its termination, of one the group's own two, and the event.
    expect(outcome.simulation.world.firings.counts.get("messages that a queue's policy refused")).to.equal(9);
  });
});
