// Protects what the drain builds on when it completes a lifecycle action, keeps it alive, or lets it time out: the
// simulated Auto Scaling must answer and end actions as AWS does.
import {
  CompleteLifecycleActionCommand,
  DeleteLifecycleHookCommand,
  DescribeLifecycleHooksCommand,
  PutLifecycleHookCommand,
  type PutLifecycleHookType,
  RecordLifecycleActionHeartbeatCommand,
  SetDesiredCapacityCommand,
} from "@aws-sdk/client-auto-scaling";
import { expect } from "chai";
import { instancesOf, makeGroup, makeTermination, stateOf, terminate } from "./groups.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const UNKNOWN_TOKEN = "00000000-0000-4000-8000-000000000000";
/** Within this time an instance whose hooks are done has left its group, or is retained. */
const LEAVES_WITHIN = 60;
const [FIRST, SECOND] = [{ LifecycleHookName: "first" }, { LifecycleHookName: "second" }];

describe("Auto Scaling's lifecycle actions", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator();
  });
  after(() => aws.stop());

  type Which = { group: string; hook?: string; token?: string | undefined; instanceId?: string };
  const keyOf = ({ group, hook = "drain", token, instanceId }: Which) => ({
    AutoScalingGroupName: group,
    LifecycleHookName: hook,
    ...(token === undefined ? {} : { LifecycleActionToken: token }),
    ...(instanceId === undefined ? {} : { InstanceId: instanceId }),
  });
  const complete = (which: Which, LifecycleActionResult = "CONTINUE") =>
    aws.autoScaling.send(new CompleteLifecycleActionCommand({ ...keyOf(which), LifecycleActionResult }));
  const beat = (which: Which) =>
    aws.autoScaling.send(new RecordLifecycleActionHeartbeatCommand(keyOf(which)));
  const put = (group: string, hook: Partial<PutLifecycleHookType>) =>
    aws.autoScaling.send(
      new PutLifecycleHookCommand({
        AutoScalingGroupName: group,
        LifecycleHookName: "drain",
        LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
        ...hook,
      }),
    );
  const stateAfter = async (instanceId: string, seconds: number) => {
    await aws.advance(seconds);
    return stateOf(aws, instanceId);
  };

  it("facts 1: completing with a token that is not active is a ValidationError that names the token", async () => {
    const { group, instanceId } = await makeTermination(aws, { hooks: [{}] });
    const refusal = await refusalOf(complete({ group, token: UNKNOWN_TOKEN }));
    expect(refusal.name).to.equal("ValidationError");
    expect(refusal.message).to.equal(`No active Lifecycle Action found with token ${UNKNOWN_TOKEN}`);
    expect(refusal.$metadata.httpStatusCode).to.equal(400);
    expect(await stateOf(aws, instanceId)).to.equal("Terminating:Wait");
  });

  it("facts 1: completing by an instance without an active action is a ValidationError that names the instance", async () => {
    const { name: group, instanceIds } = await makeGroup(aws, { hooks: [{}] });
    const instanceId = instanceIds[0] as string;
    const refusal = await refusalOf(complete({ group, instanceId }));
    expect(refusal.name).to.equal("ValidationError");
    expect(refusal.message).to.equal(`No active Lifecycle Action found with instance ID ${instanceId}`);
    expect(await stateOf(aws, instanceId)).to.equal("InService");
  });

  it("facts 1: completing a second time is a ValidationError, not success", async () => {
    // The second hook keeps the instance in its group, so that nothing but the action has ended.
    const { group, instanceId, tokens } = await makeTermination(aws, { hooks: [FIRST, SECOND] });
    const which = { group, hook: "first", token: tokens.get("first") };
    await complete(which);
    expect((await refusalOf(complete(which))).name).to.equal("ValidationError");
    expect(await stateOf(aws, instanceId)).to.equal("Terminating:Wait");
  });

  it("facts 1: the token alone or the instance id alone identifies a hook's action", async () => {
    const { group, instanceId, tokens } = await makeTermination(aws, { hooks: [FIRST, SECOND] });
    // The second hook's action goes first, so that whoever looks at the instance alone ends the wrong one.
    await complete({ group, hook: "second", instanceId });
    await complete({ group, hook: "first", token: tokens.get("first") });
    expect(await stateAfter(instanceId, LEAVES_WITHIN)).to.equal("gone");
  });

  it("facts 1: completing in a group that does not exist is a ValidationError that says so", async () => {
    const refusal = await refusalOf(complete({ group: "nowhere", token: UNKNOWN_TOKEN }));
    expect(refusal.name).to.equal("ValidationError");
    expect(refusal.message).to.match(/AutoScalingGroup name not found/);
  });

  it("facts 1: terminating hooks run in parallel, each with its own token", async () => {
    const { instanceId, messages, tokens } = await makeTermination(aws, { hooks: [FIRST, SECOND] });
    expect(messages.map((each) => each.EC2InstanceId)).to.deep.equal([instanceId, instanceId]);
    expect([...tokens.keys()]).to.have.members(["first", "second"]);
    expect(tokens.get("first")).not.to.equal(tokens.get("second"));
  });

  it("facts 1: CONTINUE lets the other hooks finish, and the instance waits for them", async () => {
    const { group, instanceId } = await makeTermination(aws, { hooks: [FIRST, SECOND] });
    await complete({ group, hook: "first", instanceId });
    expect(await stateAfter(instanceId, LEAVES_WITHIN)).to.equal("Terminating:Wait");
    await complete({ group, hook: "second", instanceId });
    expect(await stateAfter(instanceId, LEAVES_WITHIN)).to.equal("gone");
  });

  it("facts 1: ABANDON cancels the other hooks", async () => {
    const { group, instanceId } = await makeTermination(aws, { hooks: [FIRST, SECOND] });
    await complete({ group, hook: "first", instanceId }, "ABANDON");
    const refusal = await refusalOf(complete({ group, hook: "second", instanceId }));
    expect(refusal.message).to.match(/^No active Lifecycle Action found/);
    expect(await stateAfter(instanceId, LEAVES_WITHIN)).to.equal("gone");
  });

  it("facts 1: CONTINUE and ABANDON both let the instance end", async () => {
    for (const result of ["CONTINUE", "ABANDON"]) {
      const { group, instanceId } = await makeTermination(aws, { hooks: [{}] });
      await complete({ group, instanceId }, result);
      expect(await stateAfter(instanceId, LEAVES_WITHIN), result).to.equal("gone");
    }
  });

  it("facts 1: a retention policy keeps the instance after ABANDON", async () => {
    const { group, instanceId } = await makeTermination(aws, { hooks: [{}], onAbandon: "retain" });
    await complete({ group, instanceId }, "ABANDON");
    expect(await stateAfter(instanceId, LEAVES_WITHIN)).to.equal("Terminating:Retained");
  });

  it("facts 1: a retention policy keeps the instance after a timeout whose default result is ABANDON", async () => {
    const hooks = [{ HeartbeatTimeout: 60, DefaultResult: "ABANDON" }];
    const { instanceId } = await makeTermination(aws, { hooks, onAbandon: "retain" });
    expect(await stateAfter(instanceId, 60 + LEAVES_WITHIN)).to.equal("Terminating:Retained");
  });

  it("facts 1: a retention policy does not keep the instance after CONTINUE", async () => {
    const { group, instanceId } = await makeTermination(aws, { hooks: [{}], onAbandon: "retain" });
    await complete({ group, instanceId });
    expect(await stateAfter(instanceId, LEAVES_WITHIN)).to.equal("gone");
  });

  it("facts 1: a retained instance does not count towards the desired capacity", async () => {
    const wish = { hooks: [{}], onAbandon: "retain", replace: true } as const;
    const { group, instanceId } = await makeTermination(aws, wish);
    await complete({ group, instanceId }, "ABANDON");
    await aws.advance(LEAVES_WITHIN);
    const states = async () => (await instancesOf(aws, group)).map(({ state }) => state);
    expect(await states()).to.have.members(["Terminating:Retained", "InService"]);
    await aws.autoScaling.send(
      new SetDesiredCapacityCommand({ AutoScalingGroupName: group, DesiredCapacity: 2 }),
    );
    await aws.advance(LEAVES_WITHIN);
    expect(await states()).to.have.members(["Terminating:Retained", "InService", "InService"]);
  });

  it("facts 1: a retained instance stays until its termination is asked for", async () => {
    const { group, instanceId } = await makeTermination(aws, { hooks: [{}], onAbandon: "retain" });
    await complete({ group, instanceId }, "ABANDON");
    expect(await stateAfter(instanceId, 7 * 86_400)).to.equal("Terminating:Retained");
    await terminate(aws, instanceId);
    expect(await stateAfter(instanceId, LEAVES_WITHIN)).to.equal("gone");
  });

  it("facts 1: a heartbeat restarts the hook's timeout from the moment of the call", async () => {
    const { group, instanceId } = await makeTermination(aws, { hooks: [{ HeartbeatTimeout: 3600 }] });
    await aws.advance(1800);
    await beat({ group, instanceId });
    expect(await stateAfter(instanceId, 3599)).to.equal("Terminating:Wait");
    expect(await stateAfter(instanceId, 1)).not.to.equal("Terminating:Wait");
  });

  it("facts 1: the global timeout ends the action whatever the heartbeats", async () => {
    const { group, instanceId } = await makeTermination(aws, { hooks: [{ HeartbeatTimeout: 30 }] });
    // The message took up to three seconds of the 3000.
    for (let held = 3; held <= 2970; held += 27) {
      await beat({ group, instanceId });
      await aws.advance(27);
    }
    expect(await stateOf(aws, instanceId)).to.equal("Terminating:Wait");
    await beat({ group, instanceId });
    expect(await stateAfter(instanceId, 29)).not.to.equal("Terminating:Wait");
  });

  it("facts 1: the global timeout is a hundred heartbeat timeouts, and at most 48 hours", async () => {
    const sizes = [30, 1727, 1728, 7200];
    const hooks = sizes.map((seconds) => ({ LifecycleHookName: `of-${seconds}`, HeartbeatTimeout: seconds }));
    const { name } = await makeGroup(aws, { hooks });
    const { LifecycleHooks = [] } = await aws.autoScaling.send(
      new DescribeLifecycleHooksCommand({ AutoScalingGroupName: name }),
    );
    const shown = LifecycleHooks.map((hook) => [hook.HeartbeatTimeout, hook.GlobalTimeout]);
    expect(shown).to.have.deep.members([
      [30, 3000],
      [1727, 172_700],
      [1728, 172_800],
      [7200, 172_800],
    ]);
  });

  it("facts 1: a timeout ends the action with the hook's default result", async () => {
    // The retention policy tells the two results apart.
    const ends = { CONTINUE: "gone", ABANDON: "Terminating:Retained" };
    for (const [DefaultResult, state] of Object.entries(ends)) {
      const hooks = [{ HeartbeatTimeout: 100, DefaultResult }];
      const { instanceId } = await makeTermination(aws, { hooks, onAbandon: "retain" });
      expect(await stateAfter(instanceId, 90)).to.equal("Terminating:Wait");
      expect(await stateAfter(instanceId, LEAVES_WITHIN), DefaultResult).to.equal(state);
    }
  });

  it("facts 1: a new hook times out after an hour with ABANDON unless it says otherwise", async () => {
    // One comes with its group, one is put on it later.
    const { name } = await makeGroup(aws, { hooks: [FIRST] });
    await put(name, { LifecycleHookName: "second" });
    const { LifecycleHooks = [] } = await aws.autoScaling.send(
      new DescribeLifecycleHooksCommand({ AutoScalingGroupName: name }),
    );
    expect(LifecycleHooks.map((each) => each.LifecycleHookName)).to.have.members(["first", "second"]);
    for (const each of LifecycleHooks) {
      expect(each).to.include({ HeartbeatTimeout: 3600, DefaultResult: "ABANDON" });
    }
  });

  it("facts 1: a heartbeat timeout lies between 30 and 7200 seconds", async () => {
    const { name } = await makeGroup(aws);
    for (const HeartbeatTimeout of [29, 7201]) {
      expect((await refusalOf(put(name, { HeartbeatTimeout }))).name).to.equal("ValidationError");
    }
    for (const HeartbeatTimeout of [30, 7200]) await put(name, { HeartbeatTimeout });
  });

  it("facts 1: deleting a hook completes its pending terminations with CONTINUE", async () => {
    // Had the result been ABANDON, the policy would keep the instance.
    const { group, instanceId } = await makeTermination(aws, { hooks: [{}], onAbandon: "retain" });
    await aws.autoScaling.send(
      new DeleteLifecycleHookCommand({ AutoScalingGroupName: group, LifecycleHookName: "drain" }),
    );
    expect(await stateAfter(instanceId, LEAVES_WITHIN)).to.equal("gone");
  });

  const launching = {
    LifecycleHookName: "launch",
    LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
  };

  it("facts 1: an instance whose launching hook is abandoned ends, and is replaced", async () => {
    const { name: group, instanceIds } = await makeGroup(aws, { hooks: [launching] });
    const instanceId = instanceIds[0] as string;
    expect(await stateOf(aws, instanceId)).to.equal("Pending:Wait");
    await complete({ group, hook: "launch", instanceId }, "ABANDON");
    expect(await stateAfter(instanceId, LEAVES_WITHIN)).to.equal("gone");
    const instances = await instancesOf(aws, group);
    expect(instances.map(({ state }) => state)).to.deep.equal(["Pending:Wait"]);
  });

  it("facts 1: the termination of an instance that a launching hook holds cancels that hook's action", async () => {
    const { name: group, instanceIds } = await makeGroup(aws, { hooks: [launching, {}] });
    const instanceId = instanceIds[0] as string;
    await terminate(aws, instanceId);
    expect((await refusalOf(complete({ group, hook: "launch", instanceId }))).name).to.equal(
      "ValidationError",
    );
    expect(await stateOf(aws, instanceId)).to.equal("Terminating:Wait");
    await complete({ group, instanceId });
    expect(await stateAfter(instanceId, LEAVES_WITHIN)).to.equal("gone");
  });
});
