// Protects the calls to Elastic Load Balancing v2: targets by id and port, and what of their states means gone.
import {
  type ElasticLoadBalancingV2Client,
  TargetHealthReasonEnum,
  TargetHealthStateEnum,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect } from "chai";
import { targetGroups } from "../../../../shared/aws/elbv2.ts";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import { type Answer, sdkError, stubClient } from "./client.ts";
import { wholeTargetGroup } from "./whole-answers.ts";

function elbv2(answer: Answer) {
  const { client, sent } = stubClient<ElasticLoadBalancingV2Client>(answer);
  return { port: targetGroups(client), sent };
}

describe("target groups", () => {
  it("targets are taken out by id and port: without the port AWS does nothing", async () => {
    const { port, sent } = elbv2(() => ({}));
    await port.deregister("arn:tg", [
      { id: "i-1", port: 80 },
      { id: "i-1", port: 81 },
    ]);
    expect(sent()).to.deep.equal([
      [
        "DeregisterTargets",
        {
          TargetGroupArn: "arn:tg",
          Targets: [
            { Id: "i-1", Port: 80 },
            { Id: "i-1", Port: 81 },
          ],
        },
      ],
    ]);
  });

  it("targets are registered again by id and port", async () => {
    const { port, sent } = elbv2(() => ({}));
    await port.register("arn:tg", [{ id: "i-1", port: 80 }]);
    expect(sent()).to.deep.equal([
      ["RegisterTargets", { TargetGroupArn: "arn:tg", Targets: [{ Id: "i-1", Port: 80 }] }],
    ]);
  });

  /** [the states of an instance's targets, whether it is sent to; undefined if it has none] */
  const health: [string[], boolean | undefined][] = [
    [["healthy"], true],
    [["initial"], false],
    [["unhealthy"], false],
    [["unhealthy.draining"], false],
    // No load balancer forwards to the group, or nothing checks its targets: nothing better is to be waited for.
    [["unused"], true],
    [["unavailable"], true],
    [["healthy", "initial"], false],
    [["initial", "healthy"], false],
    [["draining", "healthy"], true],
    [["draining"], undefined],
  ];
  for (const [states, isSentTo] of health)
    it(`an instance whose targets are ${states.join(" and ")} is ${isSentTo ? "" : "not "}sent to`, async () => {
      const { port } = elbv2(() => ({
        TargetHealthDescriptions: states.map((State, i) => ({
          Target: { Id: "i-1", Port: 80 + i },
          TargetHealth: { State },
        })),
      }));
      const shown = await port.health("arn:tg", ["i-1"]);
      expect([...(shown ?? [])]).to.deep.equal(isSentTo === undefined ? [] : [["i-1", isSentTo]]);
    });

  it("a group that is gone, and a target that is not registered, tell nothing", async () => {
    expect(await elbv2(() => sdkError("TargetGroupNotFoundException")).port.health("arn:tg", [])).to.equal(
      undefined,
    );
    const { port } = elbv2(() => ({
      TargetHealthDescriptions: [
        {
          Target: { Id: "i-1", Port: 80 },
          TargetHealth: { State: "unused", Reason: "Target.NotRegistered" },
        },
      ],
    }));
    expect(await port.health("arn:tg", ["i-1"])).to.deep.equal(new Map());
  });

  /** [protocol, whether a Network Load Balancer's] */
  const protocols: [string, boolean][] = [
    ["HTTP", false],
    ["HTTPS", false],
    ["GENEVE", false],
    ["TCP", true],
    ["TLS", true],
    ["UDP", true],
    ["TCP_UDP", true],
  ];
  for (const [Protocol, network] of protocols) {
    it(`${Protocol} is ${network ? "" : "not "}a Network Load Balancer's`, async () => {
      const { port } = elbv2(() => ({ TargetGroups: [wholeTargetGroup("web", { Protocol })] }));
      expect(await port.describe("web")).to.include({ network });
    });
  }

  /** [state, reason, what it is] */
  const states: [string, string | undefined, string][] = [
    ["initial", "Elb.RegistrationInProgress", "registered"],
    ["healthy", undefined, "registered"],
    ["unhealthy", "Target.FailedHealthChecks", "registered"],
    ["unhealthy.draining", "Target.FailedHealthChecks", "registered"],
    ["unavailable", "Target.HealthCheckDisabled", "registered"],
    ["draining", "Target.DeregistrationInProgress", "draining"],
    ["unused", "Target.NotInUse", "registered"],
    ["unused", "Target.InvalidState", "registered"],
    ["unused", "Target.IpUnusable", "registered"],
    ["unused", "Target.NotRegistered", "gone"],
  ];
  for (const [State, Reason, expected] of states) {
    it(`${State}${Reason ? ` (${Reason})` : ""}: ${expected}`, async () => {
      const { port } = elbv2(() => ({
        TargetHealthDescriptions: [{ Target: { Id: "i-1", Port: 80 }, TargetHealth: { State, Reason } }],
      }));
      expect(await port.targets("arn:tg", ["i-1"])).to.deep.equal(
        expected === "gone"
          ? []
          : [
              {
                id: "i-1",
                port: 80,
                state: expected,
                invalid: Reason === "Target.InvalidState",
                pointsAt: [80],
              },
            ],
      );
    });
  }

  it("each documented state and reason is known", async () => {
    const all = [
      ...Object.values(TargetHealthStateEnum).map((State) => ({ State })),
      ...Object.values(TargetHealthReasonEnum).map((Reason) => ({ State: "unused", Reason })),
    ];
    const { port } = elbv2(() => ({
      TargetHealthDescriptions: all.map((TargetHealth) => ({
        Target: { Id: "i-1", Port: 80 },
        TargetHealth,
      })),
    }));
    const found = await port.targets("arn:tg", ["i-1"]);
    expect(found?.filter(({ odd }) => odd !== undefined)).to.deep.equal([]);
    expect(found).to.have.lengthOf(all.length - 1);
  });

  it("all targets are asked for in one call, whatever instances are meant", async () => {
    const { port, sent } = elbv2(() => ({ TargetHealthDescriptions: [] }));
    expect(await port.targets("arn:tg", ["i-1", "i-2"])).to.deep.equal([]);
    expect(sent()).to.deep.equal([["DescribeTargetHealth", { TargetGroupArn: "arn:tg" }]]);
  });

  it("drain for the deregistration delay, where one is set", async () => {
    const delayOf = (...Attributes: { Key: string; Value?: string }[]) =>
      elbv2(() => ({ Attributes })).port.deregistrationDelay("arn:tg");
    const Key = "deregistration_delay.timeout_seconds";
    expect(await delayOf({ Key: "stickiness.enabled", Value: "false" }, { Key, Value: "30" })).to.equal(
      30_000,
    );
    expect(await delayOf({ Key, Value: "0" })).to.equal(0);
    expect(await delayOf()).to.equal(undefined);
    expect(await delayOf({ Key })).to.equal(undefined);
    const { port } = elbv2(() => sdkError("TargetGroupNotFoundException"));
    expect(await port.deregistrationDelay("arn:tg")).to.equal(undefined);
    const Attributes = [{ Key, Value: "3600" }];
    expect(await elbv2(() => ({ Attributes })).port.drainLimit("arn:tg")).to.equal(3_600_000);
  });

  it("are found by name or by ARN", async () => {
    const { port, sent } = elbv2(() => ({
      TargetGroups: [wholeTargetGroup("web", { TargetGroupArn: "arn:tg", TargetType: "ip" })],
    }));
    const found = {
      kind: "target",
      id: "arn:tg",
      name: "web",
      targetType: "ip",
      network: false,
      vpc: "vpc-1",
    };
    expect(await port.describe("web")).to.deep.equal(found);
    expect(await port.describe("arn:tg")).to.deep.equal(found);
    expect(sent()).to.deep.equal([
      ["DescribeTargetGroups", { Names: ["web"] }],
      ["DescribeTargetGroups", { TargetGroupArns: ["arn:tg"] }],
    ]);
  });

  it("one that does not exist is undefined; one that could not be asked for throws", async () => {
    const { port } = elbv2(() => sdkError("TargetGroupNotFoundException"));
    expect(await port.describe("web")).to.equal(undefined);
    expect(await port.targets("arn:tg", ["i-1"])).to.equal(undefined);
    const thrown = await elbv2(() => sdkError("HealthUnavailableException", "", 500))
      .port.targets("arn:tg", ["i-1"])
      .catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(AwsCallError).and.include({ kind: "unavailable" });
  });
});
