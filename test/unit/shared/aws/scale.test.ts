// Protects the calls that scale-tasks makes: only ACTIVE instances count, and a service's own scaling is found.
import type { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import type { ECSClient } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { scalingPort } from "../../../../shared/aws/scaling.ts";
import { serviceScalePort } from "../../../../shared/aws/service-scale.ts";
import { type Answer, stubClient } from "./client.ts";
import { wholeService } from "./whole-answers.ts";

function ecs(answer: Answer) {
  const { client, sent } = stubClient<ECSClient>(answer);
  return { port: serviceScalePort(client), sent };
}

describe("ECS for scale-tasks", () => {
  it("counts the ACTIVE container instances of all pages: those that drain are not asked for", async () => {
    const { port, sent } = ecs((_, { nextToken }) =>
      nextToken ? { containerInstanceArns: ["c"] } : { containerInstanceArns: ["a", "b"], nextToken: "more" },
    );
    expect(await port.activeInstances("main")).to.equal(3);
    expect(sent()).to.deep.equal([
      ["ListContainerInstances", { cluster: "main", status: "ACTIVE" }],
      ["ListContainerInstances", { cluster: "main", status: "ACTIVE", nextToken: "more" }],
    ]);
  });

  it("reads a service's counts; one that is missing is undefined", async () => {
    const { port } = ecs(() => ({
      services: [wholeService("web", { desiredCount: 3, runningCount: 2, pendingCount: 1 })],
    }));
    expect(await port.service("main", "web")).to.include({
      desiredCount: 3,
      runningCount: 2,
      pendingCount: 1,
    });
    const failures = [{ arn: "arn:aws:ecs:us-east-1:123456789012:service/main/web", reason: "MISSING" }];
    expect(await ecs(() => ({ services: [], failures })).port.service("main", "web")).to.equal(undefined);
  });

  it("knows nothing of a cluster that is not there", async () => {
    const { port } = ecs(() => {
      throw Object.assign(new Error("Cluster not found."), { name: "ClusterNotFoundException" });
    });
    expect(await port.activeInstances("main")).to.equal(undefined);
    expect(await port.service("main", "web")).to.equal(undefined);
  });

  it("sets the desired count alone", async () => {
    const { port, sent } = ecs(() => ({}));
    await port.setDesiredCount("main", "web", 4);
    expect(sent()).to.deep.equal([["UpdateService", { cluster: "main", service: "web", desiredCount: 4 }]]);
  });
});

describe("Application Auto Scaling", () => {
  for (const [what, cluster] of [
    ["name", "main"],
    ["ARN", "arn:aws:ecs:us-east-1:123456789012:cluster/main"],
  ] as const) {
    it(`is asked for the service's desired count, by the cluster's name where the input has its ${what}`, async () => {
      const { client, sent } = stubClient<ApplicationAutoScalingClient>(() => ({ ScalableTargets: [{}] }));
      expect(await scalingPort(client).hasTarget(cluster, "web")).to.equal(true);
      expect(sent()).to.deep.equal([
        [
          "DescribeScalableTargets",
          {
            ServiceNamespace: "ecs",
            ResourceIds: ["service/main/web"],
            ScalableDimension: "ecs:service:DesiredCount",
          },
        ],
      ]);
    });
  }

  it("says no where there is no target", async () => {
    const { client } = stubClient<ApplicationAutoScalingClient>(() => ({ ScalableTargets: [] }));
    expect(await scalingPort(client).hasTarget("main", "web")).to.equal(false);
  });
});
