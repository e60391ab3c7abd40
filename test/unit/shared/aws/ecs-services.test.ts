// Protects which load balancers a service is known to have, and how many services a call takes.
import type { ECSClient } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { ecsPort } from "../../../../shared/aws/ecs.ts";
import { type Answer, stubClient } from "./client.ts";
import { wholeService } from "./whole-answers.ts";

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);

function ecs(answer: Answer) {
  const { client, sent } = stubClient<ECSClient>(answer);
  return { port: ecsPort(client), sent };
}

describe("ECS: the load balancers of services", () => {
  it("are all that the definition, a blue/green deployment and task sets name: ECS fills those", async () => {
    const { port } = ecs(() => ({
      services: [
        wholeService("web", {
          loadBalancers: [
            {
              targetGroupArn: "blue",
              containerPort: 8080,
              advancedConfiguration: { alternateTargetGroupArn: "green" },
            },
            { loadBalancerName: "classic" },
          ],
          taskSets: [{ loadBalancers: [{ targetGroupArn: "canary" }] }],
        }),
        wholeService("worker"),
      ],
    }));
    const found = await port.services("main", ["web", "worker"]);
    expect(found[0]?.registers).to.deep.equal([
      { id: "blue", containerPort: 8080 },
      { id: "green", containerPort: 8080 },
    ]);
    expect(found.map(({ name, loadBalancers }) => ({ name, loadBalancers }))).to.deep.equal([
      {
        name: "web",
        loadBalancers: [
          { kind: "target", id: "blue" },
          { kind: "target", id: "green" },
          { kind: "target", id: "canary" },
          { kind: "classic", id: "classic" },
        ],
      },
      { name: "worker", loadBalancers: [] },
    ]);
  });

  it("are those of all revisions that have tasks, while a deployment changes them", async () => {
    const { port, sent } = ecs((command) =>
      command === "DescribeServices"
        ? {
            services: [
              wholeService("web", {
                loadBalancers: [{ targetGroupArn: "new" }],
                currentServiceRevisions: [{ arn: "revision-2" }, { arn: "revision-1" }],
              }),
              wholeService("api", { currentServiceRevisions: [{ arn: "revision-7" }] }),
            ],
          }
        : {
            serviceRevisions: [
              { serviceRevisionArn: "revision-1", loadBalancers: [{ targetGroupArn: "old" }] },
              { serviceRevisionArn: "revision-2", loadBalancers: [{ targetGroupArn: "new" }] },
            ],
          },
    );
    const found = await port.services("main", ["web", "api"]);
    expect(found.map(({ loadBalancers }) => loadBalancers.map(({ id }) => id))).to.deep.equal([
      ["new", "old"],
      [],
    ]);
    expect(sent().slice(1)).to.deep.equal([
      ["DescribeServiceRevisions", { serviceRevisionArns: ["revision-2", "revision-1"] }],
    ]);
  });

  it("are asked for twenty revisions a call; one that AWS does not know names none", async () => {
    const currentServiceRevisions = names("r", 21).map((arn) => ({ arn }));
    const { port, sent } = ecs((command, { serviceRevisionArns }: Record<string, string[]>) =>
      command === "DescribeServices"
        ? { services: [wholeService("web", { currentServiceRevisions })] }
        : {
            serviceRevisions: serviceRevisionArns
              ?.filter((each) => each !== "r3")
              .map((serviceRevisionArn) => ({ serviceRevisionArn })),
            failures: [{ arn: "r3", reason: "MISSING" }],
          },
    );
    expect((await port.services("main", ["web"]))[0]?.loadBalancers).to.deep.equal([]);
    const asked = sent().slice(1);
    expect(asked.map(([, input]) => (input.serviceRevisionArns as string[]).length)).to.deep.equal([20, 1]);
  });

  it("are asked for ten services a call, and left out for one that is gone", async () => {
    const { port, sent } = ecs((_, { services }: Record<string, string[]>) => ({
      services: (services ?? []).filter((each) => each !== "s3").map((each) => wholeService(each)),
      failures: [{ arn: "arn:aws:ecs:us-east-1:123456789012:service/main/s3", reason: "MISSING" }],
    }));
    const found = await port.services("main", names("s", 11));
    expect(found.map(({ name }) => name)).to.deep.equal(names("s", 11).filter((each) => each !== "s3"));
    expect(sent().map(([, input]) => (input.services as string[]).length)).to.deep.equal([10, 1]);
  });
});
