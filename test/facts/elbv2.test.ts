// Protects how the drain takes targets out of target groups and sees that they are gone: the simulated Elastic Load
// Balancing must deregister, drain and describe them as AWS does, its traps included.
import { DeregisterTargetsCommand, type TargetDescription } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect } from "chai";
import { makeGroup, stateOf, terminate } from "./groups.ts";
import { makeTargetGroup, registerTargets, type TargetGroupWish, targetsOf } from "./load-balancers.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const NEVER_WAS = "i-0fffffffffffffff0";
/** Ports that the target group is not set to, as dynamic host ports are. */
const [PORT, OTHER_PORT] = [32_768, 32_769];

describe("Target groups", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator();
  });
  after(() => aws.stop());

  /** An instance that is registered with those ports; without any, with the target group's own. */
  const makeWorld = async (wish: TargetGroupWish & { ports?: number[] }) => {
    const { instanceIds } = await makeGroup(aws);
    const id = instanceIds[0] as string;
    const arn = await makeTargetGroup(aws, wish);
    const targets = wish.ports?.map((Port) => ({ Id: id, Port })) ?? [{ Id: id }];
    await registerTargets(aws, arn, targets);
    return { arn, id };
  };
  const deregister = (TargetGroupArn: string, ...Targets: TargetDescription[]) =>
    aws.elbv2.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets }));
  /** What the group lists, as `port state` or `port state reason`. */
  const listed = async (arn: string) =>
    (await targetsOf(aws, arn)).map(({ port, state, reason }) =>
      [port, state, ...(reason ? [reason] : [])].join(" "),
    );

  it("facts 4: deregistering without the port does nothing", async () => {
    const { arn, id } = await makeWorld({ ports: [PORT] });
    const answer = await deregister(arn, { Id: id });
    expect(answer.$metadata.httpStatusCode).to.equal(200);
    expect(await listed(arn)).to.deep.equal([`${PORT} healthy`]);
    await aws.advance(3600);
    expect(await listed(arn)).to.deep.equal([`${PORT} healthy`]);
  });

  it("facts 4: deregistering with the id and the port takes out that target alone", async () => {
    const { arn, id } = await makeWorld({ ports: [PORT, OTHER_PORT] });
    await deregister(arn, { Id: id, Port: OTHER_PORT });
    expect(await listed(arn)).to.have.members([
      `${PORT} healthy`,
      `${OTHER_PORT} draining Target.DeregistrationInProgress`,
    ]);
  });

  it("facts 4: deregistering an unknown target is success", async () => {
    const { arn, id } = await makeWorld({});
    for (const target of [{ Id: NEVER_WAS }, { Id: id, Port: PORT }]) {
      expect((await deregister(arn, target)).$metadata.httpStatusCode).to.equal(200);
    }
    expect(await listed(arn)).to.deep.equal(["80 healthy"]);
  });

  it("facts 4: draining lasts the whole deregistration delay", async () => {
    const { arn, id } = await makeWorld({ delaySeconds: 600 });
    await deregister(arn, { Id: id });
    // Nothing is connected to it, and still it takes its time.
    await aws.advance(599);
    expect(await listed(arn)).to.deep.equal(["80 draining Target.DeregistrationInProgress"]);
    await aws.advance(1);
    expect(await listed(arn)).to.deep.equal([]);
  });

  it("facts 4: the deregistration delay is 300 seconds unless set", async () => {
    const { arn, id } = await makeWorld({});
    await deregister(arn, { Id: id });
    await aws.advance(299);
    expect(await listed(arn)).to.deep.equal(["80 draining Target.DeregistrationInProgress"]);
    await aws.advance(1);
    expect(await listed(arn)).to.deep.equal([]);
  });

  it("facts 4: a target that drains is listed as draining, and as nothing once it has drained", async () => {
    const { arn, id } = await makeWorld({ delaySeconds: 30, ports: [PORT, OTHER_PORT] });
    await deregister(arn, { Id: id, Port: PORT });
    expect(await listed(arn)).to.have.members([
      `${PORT} draining Target.DeregistrationInProgress`,
      `${OTHER_PORT} healthy`,
    ]);
    await aws.advance(31);
    expect(await listed(arn)).to.deep.equal([`${OTHER_PORT} healthy`]);
  });

  it("facts 4: a target that has left is unused with Target.NotRegistered when it is asked for", async () => {
    const { arn, id } = await makeWorld({ delaySeconds: 30, ports: [PORT] });
    const asked = { Id: id, Port: PORT };
    await deregister(arn, asked);
    await aws.advance(31);
    const answer = await targetsOf(aws, arn, [asked]);
    expect(answer).to.deep.equal([{ id, port: PORT, state: "unused", reason: "Target.NotRegistered" }]);
  });

  it("facts 4: a target asked for without its port looks as if it were not registered", async () => {
    const { arn, id } = await makeWorld({ ports: [PORT] });
    const [answer] = await targetsOf(aws, arn, [{ Id: id }]);
    expect(answer).to.include({ id, port: 80, state: "unused", reason: "Target.NotRegistered" });
    expect(await listed(arn)).to.deep.equal([`${PORT} healthy`]);
  });

  it("facts 4: without a load balancer a registered target is unused with Target.NotInUse", async () => {
    const { arn } = await makeWorld({ inUse: false });
    expect(await listed(arn)).to.deep.equal(["80 unused Target.NotInUse"]);
  });

  it("facts 4: a registered target whose instance ended is unused with Target.InvalidState", async () => {
    const { arn, id } = await makeWorld({});
    await terminate(aws, id);
    await aws.advance(30);
    expect(await stateOf(aws, id)).to.equal("gone");
    expect(await listed(arn)).to.deep.equal(["80 unused Target.InvalidState"]);
  });

  it("facts 4: a new target is initial, with a reason, before it is healthy", async () => {
    const { arn, id } = await makeWorld({});
    const target = { Id: id, Port: PORT };
    await registerTargets(aws, arn, [target], 0);
    expect(await targetsOf(aws, arn, [target])).to.deep.equal([
      { id, port: PORT, state: "initial", reason: "Elb.RegistrationInProgress" },
    ]);
    await aws.advance(60);
    expect(await targetsOf(aws, arn, [target])).to.deep.equal([{ id, port: PORT, state: "healthy" }]);
  });

  it("facts 4: an unknown target group is a TargetGroupNotFoundException", async () => {
    const { arn, id } = await makeWorld({});
    const unknown = `${arn}0`;
    for (const call of [targetsOf(aws, unknown), deregister(unknown, { Id: id })]) {
      const refusal = await refusalOf(call);
      expect(refusal.name).to.equal("TargetGroupNotFoundException");
      expect(refusal.Code).to.equal("TargetGroupNotFound");
      expect(refusal.$metadata.httpStatusCode).to.equal(400);
    }
  });

  it("facts 4: the health of an instance that never was is an InvalidTargetException", async () => {
    const { arn } = await makeWorld({});
    const refusal = await refusalOf(targetsOf(aws, arn, [{ Id: NEVER_WAS }]));
    expect(refusal.name).to.equal("InvalidTargetException");
    expect(refusal.Code).to.equal("InvalidTarget");
    expect(refusal.$metadata.httpStatusCode).to.equal(400);
  });
});
