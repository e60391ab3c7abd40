// Protects the calls of a search for what nobody named: as many a page as AWS gives, what is left out, and how fast they go.
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect } from "chai";
import { type Call, call } from "../../../../shared/aws/call.ts";
import { ec2Port } from "../../../../shared/aws/ec2.ts";
import { ecsPort } from "../../../../shared/aws/ecs.ts";
import { classicLoadBalancers } from "../../../../shared/aws/elb.ts";
import { targetGroups } from "../../../../shared/aws/elbv2.ts";
import { createPace, DISCOVERIES_A_SECOND, discoveryBuckets } from "../../../../shared/aws/pace.ts";
import { type Answer, stubClient } from "./client.ts";
import { wholeTargetGroup as group, wholeClassic, wholeCluster, wholeInstance } from "./whole-answers.ts";

/** A port, and the actions that went at the pace of discovery. */
function discovering<C, P>(make: (client: C, discovers: Call) => P, answer: Answer) {
  const { client, sent } = stubClient<C>(answer);
  const paced: string[] = [];
  const discovers: Call = async (action, send) => {
    paced.push(action);
    return call(action, send);
  };
  return { port: make(client, discovers), sent, paced };
}

describe("the list of target groups", () => {
  it("takes all pages of 400, at the pace of discovery", async () => {
    const { port, sent, paced } = discovering<ElasticLoadBalancingV2Client, ReturnType<typeof targetGroups>>(
      targetGroups,
      (_, { Marker }) =>
        Marker ? { TargetGroups: [group("b")] } : { TargetGroups: [group("a")], NextMarker: "more" },
    );
    expect((await port.list()).map(({ loadBalancer }) => loadBalancer.name)).to.deep.equal(["a", "b"]);
    expect(sent()).to.deep.equal([
      ["DescribeTargetGroups", { PageSize: 400 }],
      ["DescribeTargetGroups", { PageSize: 400, Marker: "more" }],
    ]);
    expect(paced).to.deep.equal(Array(2).fill("elasticloadbalancing:DescribeTargetGroups"));
  });

  it("leaves out those that nothing forwards to, and those that have no instances", async () => {
    const all = [
      group("web"),
      group("ip", { TargetType: "ip", Protocol: "TCP", VpcId: "vpc-2" }),
      group("idle", { LoadBalancerArns: [] }),
      group("function", { TargetType: "lambda" }),
      group("balancer", { TargetType: "alb" }),
    ];
    const { port } = discovering<ElasticLoadBalancingV2Client, ReturnType<typeof targetGroups>>(
      targetGroups,
      () => ({ TargetGroups: all }),
    );
    expect(await port.list()).to.deep.equal([
      {
        loadBalancer: {
          kind: "target",
          id: "arn:web",
          name: "web",
          targetType: "instance",
          network: false,
          vpc: "vpc-1",
        },
        vpc: "vpc-1",
        registered: [],
      },
      {
        loadBalancer: {
          kind: "target",
          id: "arn:ip",
          name: "ip",
          targetType: "ip",
          network: true,
          vpc: "vpc-2",
        },
        vpc: "vpc-2",
        registered: [],
      },
    ]);
  });

  it("is empty where there are none, and the targets of a group are asked at the same pace", async () => {
    const { port, paced } = discovering<ElasticLoadBalancingV2Client, ReturnType<typeof targetGroups>>(
      targetGroups,
      () => ({ TargetGroups: [], TargetHealthDescriptions: [] }),
    );
    expect(await port.list()).to.deep.equal([]);
    expect(await port.discoverTargets("arn:web", ["i-1"])).to.deep.equal([]);
    await port.targets("arn:web", ["i-1"]);
    expect(paced).to.deep.equal([
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
    ]);
  });
});

describe("the list of classic load balancers", () => {
  const make = (answer: Answer) =>
    discovering<ElasticLoadBalancingClient, ReturnType<typeof classicLoadBalancers>>(
      classicLoadBalancers,
      answer,
    );

  it("takes all pages of 400, and says what is registered; an empty marker is the end", async () => {
    const { port, sent, paced } = make((_, { Marker }) =>
      Marker
        ? { LoadBalancerDescriptions: [wholeClassic({ LoadBalancerName: "b" })], NextMarker: "" }
        : {
            LoadBalancerDescriptions: [
              wholeClassic({
                LoadBalancerName: "a",
                Instances: [{ InstanceId: "i-1" }, { InstanceId: "i-2" }],
              }),
            ],
            NextMarker: "more",
          },
    );
    const plain = { kind: "classic", targetType: "instance", network: false };
    expect(await port.list()).to.deep.equal([
      { loadBalancer: { ...plain, id: "a", name: "a" }, vpc: undefined, registered: ["i-1", "i-2"] },
      { loadBalancer: { ...plain, id: "b", name: "b" }, vpc: undefined, registered: [] },
    ]);
    expect(sent()).to.deep.equal([
      ["DescribeLoadBalancers", { PageSize: 400 }],
      ["DescribeLoadBalancers", { PageSize: 400, Marker: "more" }],
    ]);
    expect(paced).to.have.lengthOf(2);
  });

  it("is empty where there are none", async () => {
    expect(await make(() => ({ LoadBalancerDescriptions: [] })).port.list()).to.deep.equal([]);
  });

  it("leaves out what a load balancer drains, so it is asked about that at the same pace", async () => {
    const { port, sent, paced } = make(() => ({
      InstanceStates: [
        {
          InstanceId: "i-1",
          State: "InService",
          Description: "Instance deregistration currently in progress.",
        },
        { InstanceId: "i-2", State: "OutOfService", Description: "Instance is not currently registered." },
      ],
    }));
    const found = await port.discoverTargets("a", ["i-1", "i-2"]);
    expect(found?.map(({ id, state }) => [id, state])).to.deep.equal([["i-1", "draining"]]);
    expect(sent()).to.deep.equal([
      [
        "DescribeInstanceHealth",
        { LoadBalancerName: "a", Instances: [{ InstanceId: "i-1" }, { InstanceId: "i-2" }] },
      ],
    ]);
    expect(paced).to.deep.equal(["elasticloadbalancing:DescribeInstanceHealth"]);
  });
});

describe("the list of clusters", () => {
  it("is described by the hundred, with tags and with the number of container instances", async () => {
    const arns = Array.from({ length: 101 }, (_, i) => `arn:cluster/${i}`);
    const { client, sent } = stubClient<ECSClient>((operation, { nextToken, clusters }) => {
      if (operation === "ListClusters")
        return nextToken
          ? { clusterArns: arns.slice(100) }
          : { clusterArns: arns.slice(0, 100), nextToken: "more" };
      const main = { registeredContainerInstancesCount: 3, tags: [{ key: "drain", value: "yes" }, {}] };
      return {
        clusters: (clusters as unknown as string[]).map((arn) =>
          wholeCluster(arn, arn === "arn:cluster/0" ? main : {}),
        ),
      };
    });
    const found = await ecsPort(client).clusters();
    expect([found[0], found[100]]).to.deep.equal([
      {
        name: "0",
        instances: 3,
        tags: [
          { key: "drain", value: "yes" },
          { key: "", value: "" },
        ],
      },
      { name: "100", instances: 0, tags: [] },
    ]);
    const described = sent().filter(([operation]) => operation === "DescribeClusters");
    expect(
      described.map(([, { clusters, include }]) => [(clusters as string[]).length, include]),
    ).to.deep.equal([
      [100, ["TAGS"]],
      [1, ["TAGS"]],
    ]);
  });

  it("describes nothing where there is none", async () => {
    const { client, sent } = stubClient<ECSClient>(() => ({ clusterArns: [] }));
    expect(await ecsPort(client).clusters()).to.deep.equal([]);
    expect(sent()).to.have.lengthOf(1);
  });
});

describe("where instances are in the network", () => {
  it("is their VPC, and all addresses of their interfaces, each once", async () => {
    const { client } = stubClient<EC2Client>(() => ({
      Reservations: [
        {
          Instances: [
            {
              InstanceId: "i-1",
              VpcId: "vpc-1",
              PrivateIpAddress: "10.0.0.1",
              NetworkInterfaces: [
                {
                  PrivateIpAddresses: [
                    { PrivateIpAddress: "10.0.0.1" },
                    { PrivateIpAddress: "10.0.0.2" },
                    {},
                  ],
                  Ipv6Addresses: [{ Ipv6Address: "fd00::1" }],
                },
                {},
              ],
            },
            wholeInstance("i-2", { VpcId: "vpc-2" }),
            // It has ended.
            wholeInstance("i-3", { VpcId: undefined }),
          ],
        },
        { Instances: [] },
      ],
    }));
    expect([...(await ec2Port(client).networks(["i-1", "i-2", "i-3", "i-4"]))]).to.deep.equal([
      ["i-1", { vpc: "vpc-1", addresses: ["10.0.0.1", "10.0.0.2", "fd00::1"] }],
      ["i-2", { vpc: "vpc-2", addresses: [] }],
    ]);
  });
});

describe("the pace of discovery", () => {
  it("is five calls a second for both functions together, and as many with an event source mapping", () => {
    const { deregister, mapped, terminate } = DISCOVERIES_A_SECOND;
    expect(deregister + terminate).to.be.at.most(5);
    expect(3 * mapped + terminate).to.be.at.most(5);
  });

  it("lets one call go after the other, evenly, and holds no other service up", async () => {
    const waits: number[] = [];
    const pace = createPace(
      () => 0,
      async (milliseconds) => {
        waits.push(milliseconds);
      },
      Number.POSITIVE_INFINITY,
      discoveryBuckets(2),
    );
    for (let i = 0; i < 3; i++) await pace("elasticloadbalancing:DescribeTargetHealth");
    await pace("ecs:ListTasks");
    expect(waits).to.deep.equal([500, 1_000]);
  });
});
