// Protects the comparison with other drainers: from when a lag counts, who has none to show, and what slow calls do to a model.
import { expect } from "chai";
import { awsSamples } from "../../../bench/peers/aws-samples.ts";
import { lagsAfterReady } from "../../../bench/peers/bare.ts";
import { getsocial } from "../../../bench/peers/getsocial.ts";
import { kayac } from "../../../bench/peers/kayac.ts";
import { original } from "../../../bench/peers/original.ts";
import { runPeer } from "../../../bench/peers/run.ts";
import type { StoryLine } from "../../../simulator/kernel/story.ts";

const ONE = { terminations: 1, instances: 3 };
const action = { group: "fleet", hook: "drain", token: "1" };

function task(at: number, arn: string, instanceId: string, gone: boolean): StoryLine {
  const shown = {
    status: gone ? "STOPPED" : "RUNNING",
    hostPorts: [],
    address: undefined,
    reason: undefined,
  };
  return { at, kind: "task", arn, cluster: "fleet", service: undefined, instanceId, gone, ...shown };
}

function started(at: number, instanceId: string): StoryLine {
  return { at, kind: "action-started", instanceId, ...action, terminating: true };
}

function ended(at: number, instanceId: string): StoryLine {
  return { at, kind: "action-ended", instanceId, ...action, how: "call", result: "CONTINUE", by: "peer" };
}

describe("a lag after ready", () => {
  it("counts from the end of the instance's last task", () => {
    const lines = [
      task(0, "a", "i-1", false),
      task(0, "b", "i-1", false),
      task(0, "c", "i-2", false),
      started(1_000, "i-1"),
      task(2_000, "a", "i-1", true),
      task(5_000, "b", "i-1", true),
      task(5_500, "b", "i-1", true),
      ended(7_500, "i-1"),
    ];
    expect(lagsAfterReady(lines)).to.deep.equal([2.5]);
  });

  it("counts from when an instance was told to go that had no tasks any more", () => {
    const lines = [
      task(0, "a", "i-1", false),
      task(500, "a", "i-1", true),
      started(1_000, "i-1"),
      ended(1_200, "i-1"),
      started(2_000, "i-2"),
      ended(2_300, "i-2"),
    ];
    expect(lagsAfterReady(lines)).to.deep.equal([0.2, 0.3]);
  });

  it("is none where a task still ran", () => {
    const lines = [
      task(0, "a", "i-1", false),
      task(0, "b", "i-1", false),
      started(1_000, "i-1"),
      task(2_000, "a", "i-1", true),
      ended(3_000, "i-1"),
    ];
    expect(lagsAfterReady(lines)).to.deep.equal([undefined]);
  });
});

describe("a model of another drainer", () => {
  it("completes while tasks still run where the real one looks at none", async () => {
    const { lags } = await runPeer(original, ONE, { order: "any" });
    expect(lags).to.deep.equal([undefined]);
  });

  it("is ended by Lambda after 15 minutes and invoked again, and some then complete while tasks still run", async () => {
    const long = { ...ONE, endEachSeconds: 1_200 };
    const careless = await runPeer(getsocial, long, { order: "any" });
    expect([careless.lost, careless.lags]).to.deep.equal([0, [undefined]]);
    const careful = await runPeer(kayac, long, { order: "any" });
    expect(careful.lost).to.equal(0);
    expect(careful.lags[0]).to.be.within(0, 20);
  });

  it("loses a drain where Lambda cuts off the loop of its own messages", async () => {
    const { lost, lags } = await runPeer(
      awsSamples,
      { ...ONE, endEachSeconds: 120, endsAfterSeconds: 1_000 },
      { order: "any" },
    );
    expect([lost, lags]).to.deep.equal([1, []]);
  });

  it("sleeps before each look at tasks, and takes the time of its calls besides", async () => {
    const { calls, lambdaSeconds, lags } = await runPeer(kayac, ONE, { order: "any", callSeconds: 0.5 });
    expect([calls, lambdaSeconds]).to.deep.equal([13, 7 * 10 + 13 * 0.5]);
    expect(lags).to.have.lengthOf(1);
    expect(lags[0]).to.be.within(10, 20);
  });

  it("scans further for an instance that is listed last", async () => {
    const { calls } = await runPeer(awsSamples, { terminations: 1, instances: 101 }, { order: "going last" });
    const polls = 13;
    const scans = polls * 2 * 2;
    const republished = polls - 1;
    expect(calls).to.equal(scans + republished + 2);
  });
});
