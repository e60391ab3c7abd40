// Protects how the drainer finds its own task: by what ECS tells a container, and by nothing else.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { askMetadata, findOwnPlace, readOwnTask } from "../../../../cli/run/own-task.ts";
import type { EcsPort } from "../../../../shared/aws/ecs.ts";

const TASK = "arn:aws:ecs:us-east-1:123456789012:task/main/0123456789abcdef0123456789abcdef";
const ON = "arn:aws:ecs:us-east-1:123456789012:container-instance/main/0123456789abcdef0123456789abcdef";
/** As ECS answers, shortened (Amazon ECS Developer Guide, "Task metadata endpoint version 4"). */
const ANSWER = {
  Cluster: "main",
  TaskARN: TASK,
  Family: "asg-drain",
  Revision: "1",
  DesiredStatus: "RUNNING",
  KnownStatus: "RUNNING",
  AvailabilityZone: "us-east-1d",
  LaunchType: "EC2",
  Containers: [],
};

describe("the drainer's own task", () => {
  let server: Server;
  let address: string;
  let answer: unknown;
  let status = 200;
  const asked: (string | undefined)[] = [];

  before(async () => {
    server = createServer(({ url }, response) => {
      asked.push(url);
      response.statusCode = status;
      response.end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4/0123`;
  });
  after(() => server.close());

  it("is that of which the endpoint tells", async () => {
    answer = ANSWER;
    expect(await readOwnTask(address, askMetadata)).to.deep.equal({ cluster: "main", arn: TASK });
    expect(asked).to.deep.equal(["/v4/0123/task"]);
  });

  it("is none outside of ECS, and nothing is asked", async () => {
    const never = async () => expect.fail("asked");
    for (const none of [undefined, ""]) expect(await readOwnTask(none, never)).to.equal(undefined);
  });

  for (const [why, odd, expected] of [
    ["no object", [], "(the whole): expected an object with Cluster and TaskARN, found []"],
    ["no JSON", undefined, "(the whole): expected an object with Cluster and TaskARN, found nothing"],
    ["no ARN", { ...ANSWER, TaskARN: "main/1" }, 'TaskARN: expected the ARN of the task, found "main/1"'],
    ["no cluster", { TaskARN: TASK }, "Cluster: expected the name or ARN of the cluster, found nothing"],
  ] as const)
    it(`is an error where the answer has ${why}: a drainer that does not know it might wait for itself`, async () => {
      answer = odd;
      const error = await readOwnTask(address, askMetadata).then(
        () => undefined,
        ({ message }: Error) => message,
      );
      expect(error).to.equal(`ECS_CONTAINER_METADATA_URI_V4: ${address}/task: ${expected}`);
    });

  it("is an error where the endpoint answers with another status, or not at all", async () => {
    const told = (of: string) => readOwnTask(of, askMetadata).catch(({ message }: Error) => message);
    status = 500;
    const expected = "ECS_CONTAINER_METADATA_URI_V4: expected an answer of";
    expect(await told(address)).to.equal(`${expected} ${address}/task, found status 500`);
    status = 200;
    // Nobody listens on the port of the discard protocol.
    expect(await told("http://127.0.0.1:9")).to.match(/expected an answer of http:\S+, found none: /);
  });

  const ecs = (tasks: unknown[], instances: unknown[] = []) =>
    ({
      describeTasks: async () => tasks,
      describeContainerInstances: async () => instances,
    }) as unknown as EcsPort;
  const own = { cluster: "main", arn: TASK };

  it("is on the instance of its container instance", async () =>
    expect(
      await findOwnPlace(ecs([{ arn: TASK, containerInstance: ON }], [{ arn: ON, instanceId: "i-1" }]), own),
    ).to.deep.equal({
      ...own,
      containerInstance: ON,
      instanceId: "i-1",
    }));

  it("is on none on Fargate", async () =>
    expect(await findOwnPlace(ecs([{ arn: TASK, containerInstance: "" }]), own)).to.equal(undefined));
});
