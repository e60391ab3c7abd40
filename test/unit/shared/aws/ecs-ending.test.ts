// Protects the calls to ECS by which a drain ends: stopping tasks, leaving a cluster, coming back, and what explains a wait.
import type { ECSClient } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { ecsPort } from "../../../../shared/aws/ecs.ts";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import { type Answer, sdkError, stubClient } from "./client.ts";
import { wholeService } from "./whole-answers.ts";

function ecs(answer: Answer) {
  const { client, sent } = stubClient<ECSClient>(answer);
  return { port: ecsPort(client), sent };
}

describe("ECS: the end of a drain", () => {
  it("a container instance is set ACTIVE again", async () => {
    const { port, sent } = ecs(() => ({}));
    await port.setStatus("main", ["ci-1"], "ACTIVE");
    expect(sent()).to.deep.equal([
      ["UpdateContainerInstancesState", { cluster: "main", containerInstances: ["ci-1"], status: "ACTIVE" }],
    ]);
  });

  it("a task is stopped with the reason that ECS then shows", async () => {
    const { port, sent } = ecs(() => ({}));
    await port.stopTask("main", "task-1", "nothing else is left");
    expect(sent()).to.deep.equal([
      ["StopTask", { cluster: "main", task: "task-1", reason: "nothing else is left" }],
    ]);
  });

  it("a task that is gone counts as stopped, any other refusal does not", async () => {
    const gone = ecs(() => sdkError("InvalidParameterException", "The referenced task was not found."));
    await gone.port.stopTask("main", "task-1", "");
    const refused = ecs(() => sdkError("InvalidParameterException", "taskId longer than 36."));
    const thrown = await refused.port.stopTask("main", "task-1", "").catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(AwsCallError).and.include({ kind: "wrong" });
  });

  for (const force of [true, false]) {
    it(`a container instance leaves its cluster, ${force ? "by" : "without"} force`, async () => {
      const { port, sent } = ecs(() => ({}));
      await port.deregister("main", "ci-1", force);
      expect(sent()).to.deep.equal([
        ["DeregisterContainerInstance", { cluster: "main", containerInstance: "ci-1", force }],
      ]);
    });
  }

  it("protected tasks are asked for ten a call; those that are not protected are left out", async () => {
    const { port, sent } = ecs((_, { tasks }: Record<string, string[]>) => ({
      protectedTasks: (tasks ?? []).map((taskArn) => ({
        taskArn,
        protectionEnabled: taskArn !== "t2",
        expirationDate: taskArn === "t1" ? new Date(5_000) : undefined,
      })),
    }));
    const found = await port.protections(
      "main",
      Array.from({ length: 11 }, (_, i) => `t${i + 1}`),
    );
    expect(found).to.have.lengthOf(10);
    expect(found.slice(0, 2)).to.deep.equal([
      { task: "t1", until: 5_000 },
      { task: "t3", until: undefined },
    ]);
    expect(sent().map(([, { tasks }]) => (tasks as string[]).length)).to.deep.equal([10, 1]);
  });

  /** [the cluster's attachments, whether ECS drains its instances itself] */
  const attachments: [object[] | undefined, boolean][] = [
    [undefined, false],
    [[], false],
    [[{ type: "as_policy" }], false],
    [[{ type: "as_policy" }, { type: "managed_draining" }], true],
  ];
  for (const [given, expected] of attachments) {
    it(`${JSON.stringify(given)}: ECS ${expected ? "drains" : "does not drain"} itself`, async () => {
      const { port, sent } = ecs(() => ({ clusters: [{ attachments: given }] }));
      expect(await port.managesDraining("main")).to.equal(expected);
      expect(sent()).to.deep.equal([["DescribeClusters", { clusters: ["main"], include: ["ATTACHMENTS"] }]]);
    });
  }

  it("a service's percentages are those that ECS assumes where it does not say", async () => {
    const { port } = ecs(() => ({
      services: [
        wholeService("web"),
        wholeService("agent", { schedulingStrategy: "DAEMON" }),
        wholeService("api", {
          deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 150 },
          events: [{ createdAt: new Date(5_000), message: "was unable to place a task" }],
        }),
      ],
    }));
    const found = await port.services("main", ["web", "agent", "api"]);
    expect(found.map((each) => [each.daemon, each.minimumHealthyPercent, each.maximumPercent])).to.deep.equal(
      [
        [false, 100, 200],
        [true, 0, 100],
        [false, 50, 150],
      ],
    );
    expect(found[2]?.events).to.deep.equal([{ at: 5_000, message: "was unable to place a task" }]);
  });
});
