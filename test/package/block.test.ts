// Protects that no wrong block is packaged, and so none is deployed: all that is wrong with it is told at once, by its key.
import { expect } from "chai";
import { packageWith, refusalOf } from "./packaged.ts";
import { RIGHT, WRONG } from "./wrong-blocks.ts";

describe("a block that is wrong is not packaged", () => {
  for (const [why, block, problems] of WRONG) {
    it(why, async () => {
      const printed = await refusalOf(block);
      const told = [...printed.matchAll(/^- serverless\.yml: custom\.(.*)$/gm)].map(([, problem]) => problem);
      expect(told, printed).to.deep.equal(problems);
    });
  }

  it("two stages in one file that share a queue", async () => {
    const stages = "params: { blue: {}, green: {} }\n";
    const printed = await refusalOf({ ...RIGHT, stage: `\${opt:stage, "blue"}` }, stages);
    expect(printed).to.include(
      '- serverless.yml: custom.deregister.lifecycle_queue_name: expected another queue for each stage in params, found "blue-in" for blue and green;',
    );
    expect(printed).to.include("- serverless.yml: custom.deregister.elb_monitor_queue_name: ");
  });

  it("while the same block without what is wrong is", async () => {
    const { functions } = await packageWith(RIGHT);
    expect(functions.terminate.input).to.include({ queue_name: "blue-out", lifecycle_queue_name: "blue-in" });
  });
});
