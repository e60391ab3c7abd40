// Protects how the drain takes instances out of classic load balancers and sees that they are gone: the simulated
// Elastic Load Balancing must drain, refuse and describe as AWS does.
import {
  DeregisterInstancesFromLoadBalancerCommand,
  DescribeInstanceHealthCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  RegisterInstancesWithLoadBalancerCommand,
} from "@aws-sdk/client-elastic-load-balancing";
import { expect } from "chai";
import { makeGroup, stateOf, terminate } from "./groups.ts";
import { makeClassic } from "./load-balancers.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const HEALTHY = { State: "InService", ReasonCode: "N/A", Description: "N/A" };
const LEAVING = {
  State: "InService",
  ReasonCode: "N/A",
  Description: "Instance deregistration currently in progress.",
};
const LEFT = {
  State: "OutOfService",
  ReasonCode: "Instance",
  Description: "Instance is not currently registered with the LoadBalancer.",
};
const NEVER_WAS = "i-0fffffffffffffff0";
/** Its draining may take 300 seconds, but its requests are over after 7. */
const QUICK = "quick";
const SCENARIO = {
  load_balancers: [
    {
      name: QUICK,
      listeners: [{ port: 80, instance_port: 8080 }],
      connection_draining_seconds: 300,
      requests_finish_after_seconds: 7,
    },
  ],
};

describe("Classic load balancers", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator(SCENARIO);
  });
  after(() => aws.stop());

  /** A load balancer that has the first instances of a new group, and an instance more that it has not. */
  const makeWorld = async ({
    registered = 1,
    drainingSeconds,
  }: {
    registered?: number;
    drainingSeconds?: number;
  }) => {
    const { instanceIds } = await makeGroup(aws, { instances: registered + 1 });
    const inside = instanceIds.slice(0, registered);
    const loadBalancer = await makeClassic(aws, inside, drainingSeconds);
    return { loadBalancer, inside, first: inside[0] as string, stranger: instanceIds[registered] as string };
  };
  const instances = (ids: readonly string[]) => ids.map((InstanceId) => ({ InstanceId }));
  const deregister = (LoadBalancerName: string, ...ids: string[]) =>
    aws.elb.send(
      new DeregisterInstancesFromLoadBalancerCommand({ LoadBalancerName, Instances: instances(ids) }),
    );
  const healthOf = async (LoadBalancerName: string, ...ids: string[]) => {
    const { InstanceStates } = await aws.elb.send(
      new DescribeInstanceHealthCommand({
        LoadBalancerName,
        ...(ids.length > 0 ? { Instances: instances(ids) } : {}),
      }),
    );
    return InstanceStates ?? [];
  };

  it("facts 3: an instance that drains is InService, and only its description says that it leaves", async () => {
    const { loadBalancer, first } = await makeWorld({ drainingSeconds: 60 });
    expect((await healthOf(loadBalancer, first))[0]).to.include(HEALTHY);
    await deregister(loadBalancer, first);
    await aws.advance(30);
    expect((await healthOf(loadBalancer, first))[0]).to.include({ InstanceId: first, ...LEAVING });
  });

  it("facts 3: an instance that has left is OutOfService with a description of its own", async () => {
    const { loadBalancer, first } = await makeWorld({ drainingSeconds: 60 });
    await deregister(loadBalancer, first);
    await aws.advance(61);
    expect((await healthOf(loadBalancer, first))[0]).to.include({ InstanceId: first, ...LEFT });
    expect(await healthOf(loadBalancer)).to.deep.equal([]);
  });

  it("facts 3: the health of an instance that is not registered is answered when it is asked for", async () => {
    const { loadBalancer, first, stranger } = await makeWorld({});
    const [known, unknown] = await healthOf(loadBalancer, first, stranger);
    expect(known).to.include({ InstanceId: first, ...HEALTHY });
    expect(unknown).to.include({ InstanceId: stranger, ...LEFT });
    expect(await healthOf(loadBalancer)).to.have.lengthOf(1);
  });

  it("facts 3: one instance that was never registered fails the whole batch, with nothing removed", async () => {
    const { loadBalancer, inside, stranger } = await makeWorld({ registered: 2 });
    const refusal = await refusalOf(deregister(loadBalancer, ...inside, stranger));
    expect(refusal.name).to.equal("InvalidEndPointException");
    expect(refusal.Code).to.equal("InvalidInstance");
    expect(refusal.message).to.match(new RegExp(`^Could not find EC2 instance ${stranger}`));
    expect(refusal.$metadata.httpStatusCode).to.equal(400);
    for (const state of await healthOf(loadBalancer, ...inside)) expect(state).to.include(HEALTHY);
  });

  it("facts 3: an instance that never was is the same error", async () => {
    const { loadBalancer, first } = await makeWorld({});
    const refusal = await refusalOf(deregister(loadBalancer, first, NEVER_WAS));
    expect(refusal.name).to.equal("InvalidEndPointException");
    expect(refusal.message).to.match(new RegExp(`^Could not find EC2 instance ${NEVER_WAS}`));
    expect((await healthOf(loadBalancer, first))[0]).to.include(HEALTHY);
  });

  it("facts 3: an instance that was registered once is removed again without an error", async () => {
    const { loadBalancer, inside, first } = await makeWorld({ registered: 2 });
    await deregister(loadBalancer, first);
    const { Instances } = await deregister(loadBalancer, first);
    expect(Instances).to.deep.equal(instances(inside.slice(1)));
  });

  it("facts 3: deregistering returns the instances that remain", async () => {
    const { loadBalancer, inside, first } = await makeWorld({ registered: 3 });
    const { Instances = [] } = await deregister(loadBalancer, first);
    expect(Instances.map((each) => each.InstanceId)).to.have.members(inside.slice(1));
  });

  it("facts 3: with connection draining off an instance leaves at once", async () => {
    const { loadBalancer, first } = await makeWorld({});
    await deregister(loadBalancer, first);
    expect((await healthOf(loadBalancer, first))[0]).to.include(LEFT);
  });

  it("facts 3: connection draining lasts as long as it is set to while requests are in flight", async () => {
    const { loadBalancer, first } = await makeWorld({ drainingSeconds: 3600 });
    await deregister(loadBalancer, first);
    await aws.advance(3599);
    expect((await healthOf(loadBalancer, first))[0]).to.include(LEAVING);
    await aws.advance(1);
    expect((await healthOf(loadBalancer, first))[0]).to.include(LEFT);
  });

  it("facts 3: connection draining ends early once no request is in flight", async () => {
    const { first } = await makeWorld({});
    await aws.elb.send(
      new RegisterInstancesWithLoadBalancerCommand({
        LoadBalancerName: QUICK,
        Instances: instances([first]),
      }),
    );
    await deregister(QUICK, first);
    await aws.advance(6);
    expect((await healthOf(QUICK, first))[0]).to.include(LEAVING);
    await aws.advance(2);
    expect((await healthOf(QUICK, first))[0]).to.include(LEFT);
  });

  it("facts 3: the health of an instance that has ended fails the whole call", async () => {
    const { loadBalancer, inside, first } = await makeWorld({ registered: 2 });
    await terminate(aws, first);
    await aws.advance(120);
    expect(await stateOf(aws, first)).to.equal("gone");
    const refusal = await refusalOf(healthOf(loadBalancer, ...inside));
    expect(refusal.name).to.equal("InvalidEndPointException");
    expect(refusal.message).to.contain(first);
    expect((await healthOf(loadBalancer, inside[1] as string))[0]).to.include(HEALTHY);
  });

  it("facts 3: an unknown load balancer is an AccessPointNotFoundException", async () => {
    for (const call of [healthOf("nowhere"), deregister("nowhere", NEVER_WAS)]) {
      const refusal = await refusalOf(call);
      expect(refusal.name).to.equal("AccessPointNotFoundException");
      expect(refusal.Code).to.equal("LoadBalancerNotFound");
      expect(refusal.$metadata.httpStatusCode).to.equal(400);
    }
  });

  it("facts 3: the last page of load balancers may have an empty string as its marker", async () => {
    for (let i = 0; i < 3; i++) await makeClassic(aws, []);
    const markers: (string | undefined)[] = [];
    const names: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await aws.elb.send(
        new DescribeLoadBalancersCommand({ PageSize: 2, ...(Marker ? { Marker } : {}) }),
      );
      names.push(...(page.LoadBalancerDescriptions ?? []).map((each) => each.LoadBalancerName));
      Marker = page.NextMarker;
      markers.push(Marker);
    } while (Marker);
    expect(markers.length).to.be.at.least(2);
    expect(markers.at(-1)).to.equal("");
    expect(new Set(names).size, "no name twice").to.equal(names.length);
  });

  it("facts 3: its attributes tell whether connections drain, and for how long at the most", async () => {
    const attributesOf = async (drainingSeconds?: number) => {
      const { loadBalancer } = await makeWorld(drainingSeconds === undefined ? {} : { drainingSeconds });
      const { LoadBalancerAttributes } = await aws.elb.send(
        new DescribeLoadBalancerAttributesCommand({ LoadBalancerName: loadBalancer }),
      );
      return LoadBalancerAttributes?.ConnectionDraining;
    };
    expect(await attributesOf(45)).to.deep.equal({ Enabled: true, Timeout: 45 });
    expect((await attributesOf())?.Enabled).to.equal(false);
  });
});
