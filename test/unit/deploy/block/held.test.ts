// Protects what `serverless remove` goes by: what a removal would release or lose is found, and nothing else hinders it.
import { expect } from "chai";
import { heldBy, type ShownGroup } from "../../../../deploy/block/held.ts";
import type { Block } from "../../../../deploy/block/schema.ts";

const group = (name: string, ...states: string[]): ShownGroup => ({
  name,
  instances: states.map((state, n) => ({ id: `i-${name}${n}`, state })),
});
const BLOCK: Block = {
  auto_scaling_group_name: "web",
  groups: [{ name: "batch" }],
  more_auto_scaling_groups: ["pay"],
  deregister: { lifecycle_queue_name: "in", elb_monitor_queue_name: "out" },
};

type World = {
  readonly groups?: readonly ShownGroup[];
  readonly tagged?: readonly ShownGroup[];
  readonly messages?: Record<string, number>;
};

/** [why, the block, the world, what is held] */
const table: [string, Block, World, string[]][] = [
  ["nothing", BLOCK, { groups: [group("web", "InService", "Terminating:Proceed", "Pending:Wait")] }, []],
  [
    "an instance of each group, wherever the block names it",
    BLOCK,
    { groups: ["web", "batch", "pay"].map((name) => group(name, "InService", "Terminating:Wait")) },
    ["web", "batch", "pay"].map((name) => `group ${name}: waiting in Terminating:Wait: i-${name}1`),
  ],
  [
    "one that goes from the warm pool",
    BLOCK,
    { groups: [group("web", "Warmed:Terminating:Wait")] },
    ["group web: waiting in Terminating:Wait: i-web0"],
  ],
  [
    "more than anybody would read",
    BLOCK,
    { groups: [group("web", ...Array.from({ length: 7 }, () => "Terminating:Wait"))] },
    ["group web: waiting in Terminating:Wait: i-web0, i-web1, i-web2, i-web3, i-web4 and 2 more"],
  ],
  ["messages", BLOCK, { messages: { in: 1, out: 12 } }, ["queue in: 1 message", "queue out: 12 messages"]],
  [
    "an instance of a group that carries the tag, told once",
    { ...BLOCK, group_tag: "drain=yes=no" },
    {
      groups: [group("web", "Terminating:Wait")],
      tagged: [group("web", "Terminating:Wait"), group("z", "Terminating:Wait")],
    },
    ["group web: waiting in Terminating:Wait: i-web0", "group z: waiting in Terminating:Wait: i-z0"],
  ],
];

describe("what a removal would release", () => {
  for (const [why, block, { groups = [], tagged = [], messages = {} }, expected] of table) {
    it(why, async () => {
      const asked: unknown[] = [];
      const held = await heldBy(block, {
        messagesIn: async (queue) => messages[queue] ?? 0,
        groupsNamed: async (names) => {
          asked.push(names);
          return groups;
        },
        groupsTagged: async (key, value) => {
          asked.push({ key, value });
          return tagged;
        },
      });
      expect(held).to.deep.equal(expected);
      const tag = block.group_tag === undefined ? [] : [{ key: "drain", value: "yes=no" }];
      expect(asked).to.deep.equal([["web", "batch", "pay"], ...tag]);
    });
  }

  it("Auto Scaling is not asked for all groups where none is named, and a tag may have any value", async () => {
    const asked: unknown[] = [];
    const held = await heldBy(
      { group_tag: "drain" },
      {
        messagesIn: async () => 0,
        groupsNamed: async () => {
          throw new Error("without names, it would answer with all groups");
        },
        groupsTagged: async (key, value) => {
          asked.push([key, value]);
          return [];
        },
      },
    );
    expect([held, asked]).to.deep.equal([[], [["drain", undefined]]]);
  });
});
