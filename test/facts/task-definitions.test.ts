// Protects what only a task's definition tells: the ports that it listens on in the network mode host.
import {
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { defineTask, makeCluster, makeService, tasksOf } from "./clusters.ts";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

describe("facts: ECS task definitions", () => {
  let aws: SimulatedAws;

  before(async () => {
    aws = await startSimulator();
  });
  after(() => aws.stop());

  async function describeDefinition(taskDefinition: string): Promise<TaskDefinition | undefined> {
    return (await aws.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition;
  }

  it("facts 2: a task names its definition, which tells the network mode and the container ports", async () => {
    const { cluster } = await makeCluster(aws, 1);
    const family = await defineTask(aws, { networkMode: "host", containerPort: 8080 });
    await makeService(aws, cluster, { taskDefinition: family });
    const [task] = await tasksOf(aws, cluster);
    const definition = await describeDefinition(task?.taskDefinitionArn as string);
    expect(definition).to.include({ family, revision: 1, networkMode: "host" });
    expect(definition?.containerDefinitions?.[0]?.portMappings?.[0]?.containerPort).to.equal(8080);
  });

  it("facts 2: a definition is found by its family and revision, and by the family alone it is the newest", async () => {
    const family = await defineTask(aws, {});
    await aws.ecs.send(
      new RegisterTaskDefinitionCommand({ family, containerDefinitions: [{ name: "main", image: "image" }] }),
    );
    expect((await describeDefinition(`${family}:1`))?.revision).to.equal(1);
    expect((await describeDefinition(family))?.revision).to.equal(2);
  });

  it("facts 2: a definition tells the stop timeout of each container that has its own", async () => {
    const family = await defineTask(aws, { stopTimeout: 90 });
    const own = await describeDefinition(family);
    expect(own?.containerDefinitions?.[0]?.stopTimeout).to.equal(90);
  });

  it("facts 2: an unknown task definition is a ClientException", async () => {
    const refusal = await refusalOf(describeDefinition("nobody-defined-it:1"));
    expect(refusal.name).to.equal("ClientException");
    expect(refusal.message).to.include("Unable to describe task definition");
  });
});
