// Protects instances that are held from `serverless remove`: the plugin asks the simulated AWS as it asks the real one.
import { createRequire } from "node:module";
import { expect } from "chai";
import { PROJECT } from "./packaged.ts";
import { type SimulatorProcess, startSimulator } from "./simulator.ts";

type Plugin = new (serverless: unknown) => { hooks: Record<string, () => Promise<void>> };
const RefuseRemoval: Plugin = createRequire(import.meta.url)(`${PROJECT}/deploy/refuse-removal.cjs`);

const QUEUES = { lifecycle_queue_name: "in", elb_monitor_queue_name: "out" };
const SCENARIO = {
  name: "removal",
  functions: { deregister: { input: QUEUES }, terminate: { input: { queue_name: "out" } } },
  queues: [{ name: "in" }, { name: "out" }],
  auto_scaling_groups: [
    {
      name: "web",
      tags: { drain: "yes=no" },
      instance_ids: ["i-00000000000000001", "i-00000000000000002"],
      hooks: [{ name: "ours", queue: "in" }],
    },
    { name: "quiet", instance_ids: ["i-00000000000000003"], hooks: [{ name: "ours", queue: "in" }] },
  ],
  timeline: [{ at_seconds: 0, terminate: { instance_ids: ["i-00000000000000001"] } }],
};
const GROUP = "- group web: waiting in Terminating:Wait: i-00000000000000001";

/** [why, the block, what is said to be held] */
const table: [string, Record<string, unknown>, string[]][] = [
  [
    "an instance and its message, beside the test messages of two hooks",
    { auto_scaling_group_name: "quiet", groups: ["web", "gone"], deregister: QUEUES },
    [GROUP, "- queue in: 3 messages"],
  ],
  [
    "an instance of a group that carries the tag, without queues",
    { group_tag: "drain=yes=no", deregister: {} },
    [GROUP],
  ],
  ["the same by the tag's key", { group_tag: "drain", deregister: {} }, [GROUP]],
  ["messages alone", { auto_scaling_group_name: "quiet", deregister: QUEUES }, ["- queue in: 3 messages"]],
  ["nothing of the block's", { auto_scaling_group_name: "quiet", group_tag: "drain=no", deregister: {} }, []],
  ["what may be lost", { groups: ["web"], deregister: QUEUES, remove_while_held: true }, []],
];

describe("a removal of the stack", () => {
  let simulator: SimulatorProcess;
  before(async () => {
    simulator = await startSimulator(SCENARIO);
    // The hooks' test messages and the termination's come one by one, some of them later than the instance is held.
    const isHeld = async () => {
      const { groups, queues } = await simulator.world();
      const states = groups.flatMap(({ instances }) => instances.map(({ state }) => state));
      return states.includes("Terminating:Wait") && queues.some(({ visible }) => visible === 3);
    };
    while (!(await isHeld())) await new Promise((resolve) => setTimeout(resolve, 100));
  });
  after(() => simulator?.stop());

  for (const [why, custom, expected] of table) {
    it(`${expected.length > 0 ? "is refused" : "goes on"}: ${why}`, async () => {
      const config = {
        endpoint: simulator.url,
        region: "us-east-1",
        credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" },
      };
      const plugin = new RefuseRemoval({
        service: { custom },
        classes: { Error },
        getProvider: () => ({ getAwsSdkV3Config: async () => config }),
      });
      const refusal = await plugin.hooks["before:remove:remove"]?.().then(
        () => "",
        (error: Error) => error.message,
      );
      expect(refusal?.split("\n").filter((line) => line.startsWith("- "))).to.deep.equal(expected);
      expect(refusal?.includes("custom.remove_while_held")).to.equal(expected.length > 0);
    });
  }
});
