// Protects what counts as managed: every target group that ECS may fill for a service, those of blue/green deployments and
// of task sets too.
import type { ECSClient } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { ecsPort } from "../../shared/aws/ecs.ts";

describe("the load balancers of a service", () => {
  it("are all that its definition and its task sets name", async () => {
    const services = [
      {
        serviceName: "web",
        loadBalancers: [
          { targetGroupArn: "blue", advancedConfiguration: { alternateTargetGroupArn: "green" } },
          { loadBalancerName: "classic" },
        ],
        taskSets: [{ loadBalancers: [{ targetGroupArn: "canary" }] }],
      },
      { serviceName: "worker" },
    ];
    const client = { send: async () => ({ services }) } as unknown as ECSClient;
    expect(await ecsPort(client).serviceLoadBalancers("main", ["web", "worker"])).to.deep.equal(
      new Map([
        ["web", { targetGroups: ["blue", "green", "canary"], elbNames: ["classic"] }],
        ["worker", { targetGroups: [], elbNames: [] }],
      ]),
    );
  });
});
