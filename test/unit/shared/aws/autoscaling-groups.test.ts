// Protects how groups are read for a sweep: by name or by tag, all their pages, and their warm pools.
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { expect } from "chai";
import { autoScalingPort } from "../../../../shared/aws/autoscaling.ts";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import { type Answer, sdkError, stubClient } from "./client.ts";
import { wholeGroup, wholeHook } from "./whole-answers.ts";

function autoScaling(answer: Answer) {
  const { client, sent } = stubClient<AutoScalingClient>(answer);
  return { port: autoScalingPort(client, () => client), sent };
}

const instance = (InstanceId: string, LifecycleState = "InService") => ({ InstanceId, LifecycleState });

describe("Auto Scaling groups", () => {
  it("are asked for by name, page after page, with the states of their instances", async () => {
    const { port, sent } = autoScaling((_, { NextToken }) =>
      NextToken === undefined
        ? {
            AutoScalingGroups: [
              {
                AutoScalingGroupName: "a",
                Instances: [instance("i-1"), instance("i-2", "Terminating:Wait")],
              },
            ],
            NextToken: "more",
          }
        : { AutoScalingGroups: [{ AutoScalingGroupName: "b", Instances: [], WarmPoolConfiguration: {} }] },
    );
    expect(await port.groups({ names: ["a", "b"] })).to.deep.equal([
      {
        name: "a",
        instances: [
          { instanceId: "i-1", state: "InService" },
          { instanceId: "i-2", state: "Terminating:Wait" },
        ],
        hasWarmPool: false,
      },
      { name: "b", instances: [], hasWarmPool: true },
    ]);
    const asked = { AutoScalingGroupNames: ["a", "b"], MaxRecords: 100 };
    expect(sent()).to.deep.equal([
      ["DescribeAutoScalingGroups", asked],
      ["DescribeAutoScalingGroups", { ...asked, NextToken: "more" }],
    ]);
  });

  it("have a capacity, and say which of their instances are healthy", async () => {
    const { port, sent } = autoScaling(() => ({
      AutoScalingGroups: [
        {
          AutoScalingGroupName: "a",
          DesiredCapacity: 2,
          DefaultInstanceWarmup: 300,
          CapacityRebalance: true,
          SuspendedProcesses: [{ ProcessName: "Launch" }],
          Instances: [
            { InstanceId: "i-1", LifecycleState: "InService", HealthStatus: "Healthy" },
            { InstanceId: "i-2", LifecycleState: "Pending", HealthStatus: "Unhealthy" },
          ],
        },
        wholeGroup("b", { DefaultInstanceWarmup: -1 }),
      ],
    }));
    expect([...(await port.capacities(["a", "b"])).values()]).to.deep.equal([
      {
        name: "a",
        desired: 2,
        warmup: 300_000,
        rebalancesItself: true,
        suspended: ["Launch"],
        instances: [
          { instanceId: "i-1", state: "InService", isHealthy: true },
          { instanceId: "i-2", state: "Pending", isHealthy: false },
        ],
      },
      { name: "b", desired: 0, warmup: 0, rebalancesItself: false, suspended: [], instances: [] },
    ]);
    const asked = { AutoScalingGroupNames: ["a", "b"], MaxRecords: 100 };
    expect(sent()).to.deep.equal([["DescribeAutoScalingGroups", asked]]);
  });

  /** [the tag, the filter that finds it] */
  const tags: [{ key: string; value: string | undefined }, object][] = [
    [
      { key: "drain", value: "yes" },
      { Name: "tag:drain", Values: ["yes"] },
    ],
    [
      { key: "drain", value: "" },
      { Name: "tag:drain", Values: [""] },
    ],
    [
      { key: "drain", value: undefined },
      { Name: "tag-key", Values: ["drain"] },
    ],
  ];
  for (const [tag, filter] of tags) {
    it(`are asked for by the tag ${JSON.stringify(tag)}`, async () => {
      const { port, sent } = autoScaling(() => ({ AutoScalingGroups: [] }));
      await port.groups({ tag });
      expect(sent()).to.deep.equal([["DescribeAutoScalingGroups", { Filters: [filter], MaxRecords: 100 }]]);
    });
  }

  it("have a warm pool of instances that they do not list, page after page", async () => {
    const { port, sent } = autoScaling((_, { NextToken }) =>
      NextToken === undefined
        ? { Instances: [instance("i-1", "Warmed:Stopped")], NextToken: "more" }
        : { Instances: [instance("i-2", "Warmed:Terminating:Wait")] },
    );
    expect(await port.warmPool("fleet")).to.deep.equal([
      { instanceId: "i-1", state: "Warmed:Stopped" },
      { instanceId: "i-2", state: "Warmed:Terminating:Wait" },
    ]);
    expect(sent()).to.deep.equal([
      ["DescribeWarmPool", { AutoScalingGroupName: "fleet" }],
      ["DescribeWarmPool", { AutoScalingGroupName: "fleet", NextToken: "more" }],
    ]);
  });

  it("that are gone have no hooks, and a failure is no answer", async () => {
    const gone = autoScaling(() => sdkError("ValidationError", "AutoScalingGroup name not found - null"));
    expect(await gone.port.terminatingHooks("fleet")).to.deep.equal([]);
    const thrown = await autoScaling(() => sdkError("Throttling"))
      .port.terminatingHooks("fleet")
      .catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(AwsCallError).and.include({ kind: "throttled" });
  });

  it("have hooks with their timeouts, and may notify nobody", async () => {
    const { port, sent } = autoScaling(() => ({
      LifecycleHooks: [
        wholeHook({ HeartbeatTimeout: 3_600, GlobalTimeout: 172_800, NotificationMetadata: "{}" }),
      ],
    }));
    expect(await port.terminatingHooks("fleet")).to.deep.equal([
      {
        name: "drain",
        heartbeatTimeout: 3_600_000,
        globalTimeout: 172_800_000,
        target: undefined,
        metadata: "{}",
      },
    ]);
    expect(sent()).to.deep.equal([["DescribeLifecycleHooks", { AutoScalingGroupName: "fleet" }]]);
  });
});
