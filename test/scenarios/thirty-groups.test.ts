// Protects one deployment for many groups: the block of docs/deployment.md, with the inputs and hooks that are made of it, drains two
// hundred instances that go at once, and loses nothing.
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { parse } from "yaml";
import { hooksOf } from "../../deploy/block/hooks.ts";
import { groupNamesOf, inputsOf } from "../../deploy/block/inputs.ts";
import type { Block } from "../../deploy/block/schema.ts";
import { expectDrained, expectQuiet, linesOf, play } from "./fixture.ts";

const block: Block = parse(readFileSync("examples/blocks/thirty-groups.yml", "utf8"), { merge: true }).custom;
const TOPICS = ["topic-1", "topic-2", "topic-3", "topic-4", "topic-5"];
const topicArn = (name: string) => `arn:aws:sns:us-east-1:123456789012:${name}`;
/** Two groups that nobody names: they carry the tag, and have hooks of other stacks. */
const TAGGED = ["tagged-a", "tagged-b"];
const EACH = 8;
const GOING = 200;

// The block as it is when dry run is over, with what brings more groups along.
const deployed = {
  ...block,
  dry_run: false,
  group_tag: "drain=yes",
  topics: TOPICS.map(topicArn),
} as Block;
const { deregister, terminate } = inputsOf(deployed);
const [lifecycle, monitor] = [deregister.lifecycle_queue_name, deregister.elb_monitor_queue_name] as string[];

type Properties = { AutoScalingGroupName: string; HeartbeatTimeout: number; NotificationMetadata?: string };
const made = Object.values(
  hooksOf(deployed, { Properties: { HeartbeatTimeout: block.heartbeat_timeout_seconds } }),
).map(({ Properties }) => Properties as Properties);
const clusterOf = (group: string) => group.replace(/-[a-d]$/, "").replace(/^tagged$/, "web-1");
const clusters = [...new Set(groupNamesOf(block).map(clusterOf))];

function groupOf(
  { AutoScalingGroupName: name, HeartbeatTimeout, NotificationMetadata }: Properties,
  n: number,
) {
  return {
    name,
    instance_ids: idsOf(n),
    cluster: clusterOf(name),
    tags: TAGGED.includes(name) ? { drain: "yes" } : {},
    hooks: [
      {
        name: "asg-drain-live",
        // Every sixth tells a topic in place of the queue.
        ...(n % 6 === 5 ? { topic: TOPICS[(n - 5) / 6] } : { queue: lifecycle }),
        heartbeat_timeout_seconds: HeartbeatTimeout,
        default_result: "CONTINUE",
        ...(NotificationMetadata === undefined ? {} : { metadata: NotificationMetadata }),
      },
    ],
  };
}

const idsOf = (group: number) =>
  Array.from({ length: EACH }, (_, n) => `i-${String(group * 100 + n + 1).padStart(17, "0")}`);
const groups = [
  ...made,
  ...TAGGED.map((AutoScalingGroupName) => ({ AutoScalingGroupName, HeartbeatTimeout: 3600 })),
].map(groupOf);
/** Of each group seven at the most: one stays. */
const going = groups.flatMap(({ instance_ids }) => instance_ids.slice(0, EACH - 1)).slice(-GOING);

const scenario = {
  queues: [
    { name: lifecycle, visibility_timeout_seconds: 120 },
    { name: monitor, visibility_timeout_seconds: 120 },
  ],
  topics: TOPICS.map((name, n) => ({ name, queues: [{ queue: lifecycle, raw: n === 0 }] })),
  functions: {
    deregister: { input: deregister, first_after_seconds: 20 },
    terminate: { input: terminate, first_after_seconds: 40 },
  },
  clusters: clusters.map((name) => ({
    name,
    services: [{ name: "web", desired_count: 12, task: { stop_seconds: 20 } }],
  })),
  auto_scaling_groups: groups,
  timeline: [{ at_seconds: 5, terminate: { instance_ids: going, replace: true } }],
};

describe("one deployment for thirty groups and two that carry a tag", () => {
  it("drains two hundred instances at once, through a queue and five topics, each by its group's settings", async () => {
    expect(groups).to.have.lengthOf(32);
    expect(clusters).to.have.lengthOf(8);
    const outcome = await play(scenario);
    expectDrained(outcome, { count: GOING, withinSeconds: 10 });
    expect(outcome.damage).to.deep.equal([]);
    expectQuiet(outcome);
    const held = linesOf(outcome, "held by the lifecycle hook");
    const HOUR = 3_600_000;
    for (const { auto_scaling_group, drain_deadline, time } of held) {
      const hours = Math.round((Date.parse(String(drain_deadline)) - Date.parse(String(time))) / HOUR);
      expect(hours, String(auto_scaling_group)).to.equal(
        String(auto_scaling_group).startsWith("batch") ? 12 : 1,
      );
    }
    const of = (start: string) => held.filter((line) => String(line.auto_scaling_group).startsWith(start));
    expect([of("batch"), of("payments"), of("tagged")].map(({ length }) => length)).to.deep.equal([
      21, 21, 14,
    ]);
    expect(held).to.have.lengthOf(GOING);
  });
});
