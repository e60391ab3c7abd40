// Protects what proves that EC2 takes an instance back: the simulated Spot requests must show what AWS's show, while the two
// minutes of a notice run and after.
import {
  DescribeInstancesCommand,
  DescribeSpotInstanceRequestsCommand,
  type DescribeSpotInstanceRequestsCommandInput,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const ids = Array.from({ length: 7 }, (_, i) => `i-0aaaaaaaaaaaaaaa${i}`);
const [CAPACITY, PRICE, STOPPED, STOPPED_BY_PRICE, HIBERNATED, ENDED, SERVING] = ids as [string, ...string[]];
const ON_DEMAND = "i-0bbbbbbbbbbbbbbb0";
const interrupt = (id: string | undefined, more: Record<string, string> = {}) => ({
  at_seconds: 10,
  interrupt_spot: { instance_ids: [id], ...more },
});
const SCENARIO = {
  auto_scaling_groups: [
    // Held by a hook, so that nothing is launched in place of what ends.
    { name: "fleet", instance_ids: ids, spot: true, hooks: [{ name: "drain" }] },
    { name: "on-demand", instance_ids: [ON_DEMAND] },
  ],
  timeline: [
    interrupt(CAPACITY),
    interrupt(PRICE, { cause: "price" }),
    interrupt(STOPPED, { action: "stop" }),
    interrupt(STOPPED_BY_PRICE, { action: "stop", cause: "price" }),
    interrupt(HIBERNATED, { action: "hibernate" }),
  ],
};

describe("Spot requests", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator(SCENARIO);
    await aws.advance(9);
  });
  after(() => aws.stop());

  const describeAll = async (input: DescribeSpotInstanceRequestsCommandInput = {}) => {
    const answer = await aws.ec2.send(new DescribeSpotInstanceRequestsCommand(input));
    return { ...answer, requests: answer.SpotInstanceRequests ?? [] };
  };
  const requestOf = async (instanceId = "") => {
    const Filters = [{ Name: "instance-id", Values: [instanceId] }];
    return (await describeAll({ Filters })).requests[0];
  };
  const statusOf = async (instanceId: string | undefined) => {
    const request = await requestOf(instanceId);
    return [request?.Status?.Code, request?.State];
  };
  const instanceOf = async (instanceId: string | undefined) => {
    const { Reservations } = await aws.ec2.send(
      new DescribeInstancesCommand({ InstanceIds: [instanceId ?? ""] }),
    );
    return Reservations?.[0]?.Instances?.[0];
  };

  it("facts 9: a Spot Instance says that it is one, and names its request, which is fulfilled", async () => {
    const request = await requestOf(SERVING);
    expect(request).to.include({ InstanceId: SERVING, State: "active", Type: "one-time" });
    expect(request?.Status?.Code).to.equal("fulfilled");
    expect(request?.SpotInstanceRequestId).to.match(/^sir-[0-9a-z]{8}$/);
    expect(await instanceOf(SERVING)).to.include({
      InstanceLifecycle: "spot",
      SpotInstanceRequestId: request?.SpotInstanceRequestId,
    });
  });

  it("facts 9: an On-Demand Instance has no Spot request", async () => {
    expect(await requestOf(ON_DEMAND)).to.equal(undefined);
    expect(await instanceOf(ON_DEMAND)).not.to.have.any.keys("InstanceLifecycle", "SpotInstanceRequestId");
  });

  it("facts 9: Spot requests come in pages, and are found by their ids, states and status codes", async () => {
    const first = await describeAll({ MaxResults: 5 });
    expect(first.requests).to.have.lengthOf(5);
    expect((await describeAll({ MaxResults: 5, NextToken: first.NextToken })).requests).to.have.lengthOf(2);
    expect((await refusalOf(describeAll({ MaxResults: 4 }))).name).to.equal("InvalidParameterValue");
    const id = (await requestOf(SERVING))?.SpotInstanceRequestId ?? "";
    expect((await describeAll({ SpotInstanceRequestIds: [id] })).requests).to.have.lengthOf(1);
    const byId = { Name: "spot-instance-request-id", Values: [id, "sir-unknown0"] };
    const active = { Name: "state", Values: ["active"] };
    const fulfilled = { Name: "status-code", Values: ["fulfilled"] };
    expect((await describeAll({ Filters: [byId, active, fulfilled] })).requests).to.have.lengthOf(1);
    const closed = { Name: "state", Values: ["closed"] };
    expect((await describeAll({ Filters: [byId, closed] })).requests).to.deep.equal([]);
    const refusal = await refusalOf(describeAll({ SpotInstanceRequestIds: ["sir-unknown0"] }));
    expect(refusal.name).to.equal("InvalidSpotInstanceRequestID.NotFound");
  });

  it("facts 9: while the two minutes run, an instance that EC2 takes for its capacity has the last status of its request", async () => {
    await aws.advance(5);
    expect(await statusOf(CAPACITY)).to.deep.equal(["instance-terminated-no-capacity", "closed"]);
    expect((await instanceOf(CAPACITY))?.State?.Name).to.equal("running");
  });

  it("facts 9: while the two minutes run, other interrupted instances are marked for termination or for stop", async () => {
    expect(await statusOf(PRICE)).to.deep.equal(["marked-for-termination", "active"]);
    expect(await statusOf(STOPPED)).to.deep.equal(["marked-for-stop", "active"]);
    expect(await statusOf(STOPPED_BY_PRICE)).to.deep.equal(["marked-for-stop", "active"]);
    expect((await instanceOf(PRICE))?.State?.Name).to.equal("running");
  });

  it("facts 9: once EC2 has taken an instance back, its request says why", async () => {
    await aws.advance(130);
    expect(await statusOf(CAPACITY)).to.deep.equal(["instance-terminated-no-capacity", "closed"]);
    expect(await statusOf(PRICE)).to.deep.equal(["instance-terminated-by-price", "closed"]);
    expect(await statusOf(STOPPED)).to.deep.equal(["instance-stopped-no-capacity", "disabled"]);
    expect(await statusOf(STOPPED_BY_PRICE)).to.deep.equal(["instance-stopped-by-price", "disabled"]);
    expect(await statusOf(HIBERNATED)).to.deep.equal(["instance-stopped-no-capacity", "disabled"]);
  });

  it("facts 9: the request of an instance that somebody ended says that, and is shown for four hours", async () => {
    await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [ENDED ?? ""] }));
    expect(await statusOf(ENDED)).to.deep.equal(["instance-terminated-by-user", "closed"]);
    await aws.advance(4 * 3_600 - 60);
    expect(await statusOf(ENDED)).to.deep.equal(["instance-terminated-by-user", "closed"]);
    await aws.advance(120);
    expect(await requestOf(ENDED)).to.equal(undefined);
  });
});
