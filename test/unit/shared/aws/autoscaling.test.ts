// Protects the calls to Auto Scaling: pages, and what a refused completion means.
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { expect } from "chai";
import { autoScalingPort } from "../../../../shared/aws/autoscaling.ts";
import { AwsCallError, type FailureKind } from "../../../../shared/base/errors.ts";
import { type Answer, sdkError, stubClient } from "./client.ts";

const TOKEN = "87654321-4321-4321-4321-210987654321";
const action = { group: "fleet", hook: "drain", instanceId: "i-1", token: TOKEN };

function autoScaling(answer: Answer) {
  const { client, sent } = stubClient<AutoScalingClient>(answer);
  return { port: autoScalingPort(client, () => client), sent };
}

describe("Auto Scaling", () => {
  it("fifty instances are asked for in one call, whose pages may be short, or empty, while there is more", async () => {
    const one = (InstanceId: string) => ({
      InstanceId,
      AutoScalingGroupName: "fleet",
      LifecycleState: "Terminating:Wait",
    });
    const pages: Record<string, object> = {
      "": { AutoScalingInstances: [one("i-1")], NextToken: "second" },
      second: { AutoScalingInstances: [], NextToken: "third" },
      third: { AutoScalingInstances: [one("i-3")] },
    };
    const { port, sent } = autoScaling((_, { NextToken = "" }) => pages[NextToken]);
    const ids = Array.from({ length: 50 }, (_, i) => `i-${i + 1}`);
    const found = await port.describeInstances(ids);
    expect([...found]).to.deep.equal([
      ["i-1", { group: "fleet", state: "Terminating:Wait" }],
      ["i-3", { group: "fleet", state: "Terminating:Wait" }],
    ]);
    expect(sent().map(([, input]) => input)).to.deep.equal(
      [undefined, "second", "third"].map((NextToken) => ({
        InstanceIds: ids,
        MaxRecords: 50,
        ...(NextToken === undefined ? {} : { NextToken }),
      })),
    );
  });

  it("a group's terminating hooks are those of that transition alone", async () => {
    const { port } = autoScaling(() => ({
      LifecycleHooks: [
        {
          LifecycleHookName: "drain",
          LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
          HeartbeatTimeout: 300,
          GlobalTimeout: 30_000,
          NotificationTargetARN: "arn:aws:sqs:us-east-1:123456789012:lifecycle",
        },
        { LifecycleHookName: "boot", LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING" },
      ],
    }));
    expect(await port.terminatingHooks("fleet")).to.deep.equal([
      {
        name: "drain",
        heartbeatTimeout: 300_000,
        globalTimeout: 30_000_000,
        target: "arn:aws:sqs:us-east-1:123456789012:lifecycle",
        metadata: undefined,
      },
    ]);
  });

  it("an action is completed by its token, and by the instance where that is unknown", async () => {
    const { port, sent } = autoScaling(() => ({}));
    expect(await port.complete(action, "CONTINUE")).to.equal("completed");
    await port.complete({ ...action, token: undefined }, "CONTINUE");
    const names = {
      AutoScalingGroupName: "fleet",
      LifecycleHookName: "drain",
      LifecycleActionResult: "CONTINUE",
    };
    expect(sent().map(([, input]) => input)).to.deep.equal([
      { ...names, LifecycleActionToken: TOKEN },
      { ...names, InstanceId: "i-1" },
    ]);
  });

  it("a heartbeat names the action as a completion does, and a refusal is an answer too", async () => {
    const { port, sent } = autoScaling(() => ({}));
    expect(await port.heartbeat(action)).to.equal("recorded");
    await port.heartbeat({ ...action, token: undefined });
    const names = { AutoScalingGroupName: "fleet", LifecycleHookName: "drain" };
    expect(sent()).to.deep.equal([
      ["RecordLifecycleActionHeartbeat", { ...names, LifecycleActionToken: TOKEN }],
      ["RecordLifecycleActionHeartbeat", { ...names, InstanceId: "i-1" }],
    ]);
    const refused = autoScaling(() =>
      sdkError("ValidationError", `No active Lifecycle Action found with token ${TOKEN}`),
    );
    expect(await refused.port.heartbeat(action)).to.equal("no such action");
  });

  /** [the group's lifecycle policy, whether it keeps an instance that was abandoned] */
  const policies: [object | undefined, boolean][] = [
    [undefined, false],
    [{}, false],
    [{ RetentionTriggers: { TerminateHookAbandon: "terminate" } }, false],
    [{ RetentionTriggers: { TerminateHookAbandon: "retain" } }, true],
  ];
  for (const [InstanceLifecyclePolicy, retains] of policies) {
    it(`a group with ${JSON.stringify(InstanceLifecyclePolicy)} as its policy ${retains ? "keeps" : "does not keep"} the abandoned`, async () => {
      const { port, sent } = autoScaling(() => ({ AutoScalingGroups: [{ InstanceLifecyclePolicy }] }));
      expect(await port.retains("fleet")).to.equal(retains);
      expect(sent()).to.deep.equal([
        ["DescribeAutoScalingGroups", { AutoScalingGroupNames: ["fleet"], IncludeInstances: false }],
      ]);
    });
  }

  const AT = "2026-01-05T09:00:00.000Z";
  const activity = (Description: string, change: object = {}) => ({
    AutoScalingGroupName: "fleet",
    Description,
    StartTime: new Date(AT),
    StatusCode: "MidLifecycleAction",
    ...change,
  });
  it("of a group's activities, those count that take an instance out of service and are under way", async () => {
    const { port, sent } = autoScaling(() => ({
      Activities: [
        activity("Terminating EC2 instance: i-0a1"),
        activity("Terminating EC2 instance: i-0a2", { StatusCode: "WaitingForELBConnectionDraining" }),
        activity("Replacing root volume of EC2 instance: i-0a3", { StatusCode: "InPlaceUpdateInProgress" }),
        // It warms up from its launch, and its termination began later.
        activity("Launching a new EC2 instance: i-0a1", { StartTime: new Date(Date.parse(AT) + 1) }),
        activity("Terminating EC2 instance: i-0b1", { AutoScalingGroupName: "other" }),
        activity("Terminating EC2 instance: i-0b3", { StatusCode: "Successful" }),
        activity("Terminating EC2 instance: i-0b4", { StatusCode: "Failed" }),
        activity("Terminating EC2 instance: i-0b5", { StatusCode: "Cancelled" }),
      ],
    }));
    const began = Date.parse(AT);
    expect([...(await port.terminating("fleet"))]).to.deep.equal([
      ["i-0a1", began],
      ["i-0a2", began],
      ["i-0a3", began],
    ]);
    expect(sent()).to.deep.equal([
      ["DescribeScalingActivities", { AutoScalingGroupName: "fleet", MaxRecords: 100 }],
    ]);
  });

  it("of two activities about an instance, the later one counts", async () => {
    const later = new Date(Date.parse(AT) + 1_000);
    for (const order of [
      [new Date(AT), later],
      [later, new Date(AT)],
    ]) {
      const { port } = autoScaling(() => ({
        Activities: order.map((StartTime) => activity("Terminating EC2 instance: i-0a1", { StartTime })),
      }));
      expect([...(await port.terminating("fleet"))]).to.deep.equal([["i-0a1", later.getTime()]]);
    }
  });

  it("activities are read until the first one that is over, and no more than forty pages", async () => {
    const endless = autoScaling((_, { NextToken = "" }) => ({
      Activities: [activity("Terminating EC2 instance: i-0a1")],
      NextToken: `${NextToken}.`,
    }));
    await endless.port.terminating("fleet");
    expect(endless.sent()).to.have.lengthOf(40);
    const { port, sent } = autoScaling((_, { NextToken }) => ({
      Activities: [
        activity("Terminating EC2 instance: i-0a1"),
        ...(NextToken === undefined ? [] : [activity("Terminating", { StatusCode: "Successful" })]),
      ],
      NextToken: `${NextToken}.`,
    }));
    await port.terminating("fleet");
    expect(sent()).to.have.lengthOf(2);
  });

  it("an instance is replaced: the desired capacity stays as it is", async () => {
    const { port, sent } = autoScaling(() => ({}));
    await port.replace("i-1");
    expect(sent()).to.deep.equal([
      ["TerminateInstanceInAutoScalingGroup", { InstanceId: "i-1", ShouldDecrementDesiredCapacity: false }],
    ]);
  });

  for (const message of [
    `No active Lifecycle Action found with token ${TOKEN}`,
    "No active Lifecycle Action found with instance ID i-1",
    "no active lifecycle action found with token",
  ]) {
    it(`"${message}" is an answer`, async () => {
      const { port } = autoScaling(() => sdkError("ValidationError", message));
      expect(await port.complete(action, "CONTINUE")).to.equal("no such action");
    });
  }

  /** [error, its text, its status, the kind] */
  const failures: [string, string, number, FailureKind][] = [
    ["ValidationError", "AutoScalingGroup name not found - AutoScalingGroup fleet not found", 400, "gone"],
    ["ValidationError", "1 validation error detected", 400, "wrong"],
    ["ResourceContentionFault", "You already have a pending update", 500, "unavailable"],
    ["Throttling", "Rate exceeded", 400, "throttled"],
    ["RateExceeded", "Rate exceeded", 400, "throttled"],
    ["AccessDenied", "not authorized", 403, "denied"],
  ];
  for (const [name, message, status, kind] of failures) {
    it(`a completion that fails with ${name}, ${message}: ${kind}`, async () => {
      const { port } = autoScaling(() => sdkError(name, message, status));
      const thrown = await port.complete(action, "CONTINUE").catch((error: unknown) => error);
      expect(thrown).to.be.instanceOf(AwsCallError).and.include({ kind });
    });
  }
});
