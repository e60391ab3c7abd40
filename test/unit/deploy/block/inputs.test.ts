// Protects the functions' inputs as the block makes them: nothing need be named twice, and a block from before means the same.
import { expect } from "chai";
import { inputsOf } from "../../../../deploy/block/inputs.ts";
import type { Block } from "../../../../deploy/block/schema.ts";

const QUEUES = { lifecycle_queue_name: "in", elb_monitor_queue_name: "out" };

/** [why, the block, terminate's input] */
const terminates: [string, Block, Record<string, unknown>][] = [
  [
    "a block from before, which names all",
    {
      auto_scaling_group_name: "web",
      deregister: QUEUES,
      terminate: { ...QUEUES, queue_name: "out", auto_scaling_groups: ["web"] },
    },
    { ...QUEUES, queue_name: "out", auto_scaling_groups: ["web"] },
  ],
  [
    "deregister's keys alone",
    { auto_scaling_group_name: "web", deregister: QUEUES, terminate: QUEUES },
    { ...QUEUES, queue_name: "out", auto_scaling_groups: ["web"] },
  ],
  [
    "none of its own: deregister's",
    { auto_scaling_group_name: "web", deregister: { ...QUEUES, poll_seconds: 9 } },
    { ...QUEUES, poll_seconds: 9, queue_name: "out", auto_scaling_groups: ["web"] },
  ],
  [
    "one from before that knows no hook, and sweeps nothing",
    { auto_scaling_group_name: "web", deregister: QUEUES, terminate: { poll_seconds: 9 } },
    { poll_seconds: 9, queue_name: "out" },
  ],
  [
    "the same with groups, which it sweeps by the queue",
    { groups: ["a", { name: "b" }], deregister: QUEUES, terminate: {}, more_auto_scaling_groups: ["c"] },
    { queue_name: "out", lifecycle_queue_name: "in", auto_scaling_groups: ["a", "b", "c"] },
  ],
  [
    "the same with a tag",
    { group_tag: "drain=yes", deregister: QUEUES, terminate: {} },
    { queue_name: "out", lifecycle_queue_name: "in", auto_scaling_groups: [], group_tag: "drain=yes" },
  ],
  [
    "groups of its own beside the block's",
    { groups: ["a"], deregister: QUEUES, terminate: { ...QUEUES, auto_scaling_groups: ["z", "a"] } },
    { ...QUEUES, queue_name: "out", auto_scaling_groups: ["a", "z"] },
  ],
  [
    "a hook by its name: that of the block notifies the queue",
    {
      auto_scaling_group_name: "web",
      deregister: QUEUES,
      terminate: { lifecycle_hook_names: ["ours"] },
    },
    {
      lifecycle_hook_names: ["ours"],
      lifecycle_queue_name: "in",
      queue_name: "out",
      auto_scaling_groups: ["web"],
    },
  ],
  [
    "deregister's topics and hooks by name, if it has none of its own",
    {
      groups: ["a"],
      deregister: { ...QUEUES, lifecycle_topic_arns: ["arn"], lifecycle_hook_names: ["one"] },
      terminate: { lifecycle_hook_names: ["one", "two"] },
    },
    {
      lifecycle_topic_arns: ["arn"],
      lifecycle_hook_names: ["one", "two"],
      lifecycle_queue_name: "in",
      queue_name: "out",
      auto_scaling_groups: ["a"],
    },
  ],
  [
    "topics and hooks of a rule, beside its own, though it is from before and knew no hook",
    {
      auto_scaling_group_name: "web",
      deregister: QUEUES,
      terminate: { poll_seconds: 9 },
      topics: ["arn"],
      lifecycle_events: { hooks: ["one"] },
    },
    {
      poll_seconds: 9,
      queue_name: "out",
      lifecycle_queue_name: "in",
      lifecycle_topic_arns: ["arn"],
      lifecycle_hook_names: ["one"],
      auto_scaling_groups: ["web"],
    },
  ],
  [
    "each topic and hook once, where its own input has them too",
    {
      groups: ["a"],
      deregister: { ...QUEUES, lifecycle_topic_arns: ["other", "arn"] },
      terminate: { lifecycle_hook_names: ["two", "one"], lifecycle_topic_arns: ["other", "arn"] },
      topics: ["arn"],
      lifecycle_events: { hooks: ["one"] },
    },
    {
      lifecycle_topic_arns: ["other", "arn"],
      lifecycle_hook_names: ["two", "one"],
      lifecycle_queue_name: "in",
      queue_name: "out",
      auto_scaling_groups: ["a"],
    },
  ],
  [
    "queues of default names, with the stage in them",
    { stage: "blue", auto_scaling_group_name: "web", deregister: {} },
    {
      queue_name: "asg-drain-blue-monitor",
      lifecycle_queue_name: "asg-drain-blue-lifecycle",
      auto_scaling_groups: ["web"],
    },
  ],
];

describe("the inputs of the block", () => {
  for (const [why, block, expected] of terminates) {
    it(`terminate's: ${why}`, () => expect(inputsOf(block).terminate).to.deep.equal(expected));
  }

  it("dry run is that of the block, where an input has none of its own", () => {
    const block: Block = { dry_run: true, deregister: QUEUES, terminate: { ...QUEUES, dry_run: false } };
    const { deregister, terminate, scale_tasks } = inputsOf(block);
    expect([deregister.dry_run, terminate.dry_run, scale_tasks.dry_run]).to.deep.equal([true, false, true]);
  });

  it("deregister's has the topics and the rule's hooks beside its own", () => {
    const keys = { ...QUEUES, lifecycle_hook_names: ["mine"] };
    const block: Block = { deregister: keys, topics: ["arn"], lifecycle_events: { hooks: ["one"] } };
    expect(inputsOf(block).deregister).to.deep.equal({
      ...keys,
      lifecycle_topic_arns: ["arn"],
      lifecycle_hook_names: ["mine", "one"],
    });
    expect(inputsOf({ deregister: QUEUES, topics: [] }).deregister).to.deep.equal(QUEUES);
  });

  it("scale-tasks has no service without its key", () =>
    expect(inputsOf({}).scale_tasks).to.deep.equal({ services: [] }));
});
