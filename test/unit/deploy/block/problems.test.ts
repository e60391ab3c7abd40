// Protects what is said of a block that is wrong, and that nothing is said of one that is right.
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { parse } from "yaml";
import { problemsOfBlock, warningsOfBlock } from "../../../../deploy/block/problems.ts";
import { RIGHT, WRONG } from "../../../package/wrong-blocks.ts";

const OF_POLICIES = /inline policies/;

describe("the block of serverless.yml", () => {
  it("as it is committed, has nothing wrong with it, beside what else stands in custom", () => {
    const { custom } = parse(readFileSync("serverless.yml", "utf8"), { merge: true, logLevel: "error" });
    expect(Object.keys(custom)).to.include.members(["esbuild", "queue", "errors-alarm"]);
    expect(problemsOfBlock(custom)).to.deep.equal([]);
  });

  it("may leave out what need not be named", () => {
    const { region, stage, auto_scaling_group_name, heartbeat_timeout_seconds } = RIGHT;
    const least = { region, stage, auto_scaling_group_name, heartbeat_timeout_seconds, deregister: {} };
    for (const block of [RIGHT, least]) expect(problemsOfBlock(block)).to.deep.equal([]);
  });

  // What is too long for a policy is only known of the whole template: test/package/block.test.ts.
  for (const [why, block, problems] of WRONG.filter(
    ([, , told]) => !told.some((each) => OF_POLICIES.test(each)),
  )) {
    it(`says what is wrong: ${why}`, () =>
      expect(problemsOfBlock(block)).to.deep.equal(problems.map((each) => `serverless.yml: custom.${each}`)));
  }

  for (const custom of [undefined, null, "web", []]) {
    it(`must be there: ${JSON.stringify(custom)}`, () =>
      expect(problemsOfBlock(custom))
        .to.have.lengthOf(1)
        .and.to.match(/expected an object with the keys of the block/));
  }

  it("has the stage that the command line says, because another one would share its queues", () => {
    expect(problemsOfBlock(RIGHT, { stage: "blue" })).to.deep.equal([]);
    expect(problemsOfBlock(RIGHT, { stage: "green" })).to.deep.equal([
      'serverless.yml: custom.stage: expected the stage of the command line, "green", found "blue"; set it here and leave out --stage, because a second deployment needs queues of its own too',
    ]);
  });

  it("is warned of queues' names of the stage live in another stage, and of a hook that is short", () => {
    const names = {
      lifecycle_queue_name: "asg-drain-lifecycle",
      elb_monitor_queue_name: "asg-drain-monitor",
    };
    const doubtful = { ...RIGHT, deregister: names, heartbeat_timeout_seconds: 179 };
    const short = (key: string, seconds: number) =>
      `serverless.yml: custom.${key}: ${seconds} is short, and the hook may end between two runs; set it to 180 or more`;
    const shared = (name: string) =>
      `serverless.yml: custom.deregister: "${name}" is the name of a queue of the stage live; if that is deployed here too, leave the name out`;
    const groups = ["batch", { name: "pay", heartbeat_timeout_seconds: 30 }];
    expect(warningsOfBlock({ ...doubtful, groups })).to.deep.equal([
      ...Object.values(names).map(shared),
      short("heartbeat_timeout_seconds", 179),
      short("groups[1].heartbeat_timeout_seconds", 30),
    ]);
    expect(warningsOfBlock({ ...doubtful, stage: "live", dry_run: true })).to.deep.equal([]);
    expect(warningsOfBlock({ ...RIGHT, heartbeat_timeout_seconds: 180 })).to.deep.equal([]);
  });
});
