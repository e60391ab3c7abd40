// Protects the calls to ECS: how many there are, which limits they keep, and how failures under a success are read.
import type { ECSClient } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { ecsPort } from "../../../../shared/aws/ecs.ts";
import { AwsCallError, apart } from "../../../../shared/base/errors.ts";
import { type Answer, sdkError, stubClient } from "./client.ts";
import { wholeContainerInstance, wholeTask } from "./whole-answers.ts";

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
const arn = (id: string) => `arn:aws:ecs:us-east-1:123456789012:container-instance/main/${id}`;

function ecs(answer: Answer) {
  const { client, sent } = stubClient<ECSClient>(answer);
  return { port: ecsPort(client), sent };
}

/** How many of each operation were sent, those of ListTasks told apart. */
function counted(sent: () => (readonly [string, Readonly<Record<string, unknown>>])[]): string[] {
  const counts = new Map<string, number>();
  for (const [operation, { containerInstance }] of sent()) {
    const what =
      operation === "ListTasks" ? (containerInstance ? "list one" : "list the cluster") : operation;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => `${count} x ${what}`);
}

describe("ECS: setting DRAINING", () => {
  it("fails only those that `failures` names under HTTP 200, by ARN or by id alone", async () => {
    const { port, sent } = ecs(() => ({
      containerInstances: ["aaaa", "cccc"].map((id) => wholeContainerInstance(arn(id))),
      failures: [
        { arn: arn("bbbb"), reason: "MISSING" },
        { arn: "dddd", reason: "INACTIVE", detail: "it left the cluster" },
      ],
    }));
    const arns = ["aaaa", "bbbb", "cccc", "dddd"].map(arn);
    expect(await port.setStatus("main", arns, "DRAINING")).to.deep.equal({
      done: [arn("aaaa"), arn("cccc")],
      failed: [
        { item: arn("bbbb"), reason: "MISSING" },
        { item: arn("dddd"), reason: "INACTIVE: it left the cluster" },
      ],
    });
    expect(sent()).to.deep.equal([
      ["UpdateContainerInstancesState", { cluster: "main", containerInstances: arns, status: "DRAINING" }],
    ]);
  });

  it("takes those alone for done that the answer names", async () => {
    const containerInstances = [wholeContainerInstance(arn("aaaa"))];
    const { port } = ecs(() => ({ containerInstances }));
    expect(await port.setStatus("main", [arn("aaaa"), arn("bbbb")], "DRAINING")).to.deep.equal({
      done: [arn("aaaa")],
      failed: [{ item: arn("bbbb"), reason: "the answer does not name it" }],
    });
  });

  it("says of a call that fails as a whole what kind of failure it is", async () => {
    const { port } = ecs(() => sdkError("InvalidParameterException"));
    const thrown = await port.setStatus("main", [arn("aaaa")], "DRAINING").catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(AwsCallError);
    expect(thrown).to.include({ action: "ecs:UpdateContainerInstancesState", kind: "wrong" });
  });
});

describe("ECS: listing tasks", () => {
  it("follows the pages of each list, for each container instance", async () => {
    const pages: Record<string, object> = {
      "RUNNING ": { taskArns: ["t1", "t2"], nextToken: "more" },
      "RUNNING more": { taskArns: ["t3"] },
      "STOPPED ": { taskArns: ["t3"], nextToken: "more" },
      "STOPPED more": { taskArns: ["t4"] },
    };
    const { port, sent } = ecs(
      (_, { desiredStatus, nextToken = "" }) => pages[`${desiredStatus} ${nextToken}`],
    );
    expect(await port.listTasksToRun("main", ["ci-1"])).to.deep.equal(["t1", "t2", "t3"]);
    expect(await port.listStoppingTasks("main", ["ci-1"])).to.deep.equal(["t3", "t4"]);
    expect(sent().map(([, input]) => input)).to.deep.equal([
      { cluster: "main", containerInstance: "ci-1", desiredStatus: "RUNNING" },
      { cluster: "main", containerInstance: "ci-1", desiredStatus: "RUNNING", nextToken: "more" },
      { cluster: "main", containerInstance: "ci-1", desiredStatus: "STOPPED" },
      { cluster: "main", containerInstance: "ci-1", desiredStatus: "STOPPED", nextToken: "more" },
    ]);
  });

  /** [container instances, tasks that the cluster counts, the calls] */
  const choices: [number, { running: number; pending: number } | undefined, string[]][] = [
    [1, { running: 0, pending: 0 }, ["1 x list one"]],
    [4, { running: 0, pending: 0 }, ["4 x list one"]],
    [5, { running: 249, pending: 0 }, ["1 x DescribeClusters", "1 x list the cluster"]],
    [5, { running: 250, pending: 0 }, ["1 x DescribeClusters", "5 x list one"]],
    [5, { running: 200, pending: 50 }, ["1 x DescribeClusters", "5 x list one"]],
    [20, { running: 999, pending: 0 }, ["1 x DescribeClusters", "1 x list the cluster"]],
    [20, { running: 1000, pending: 0 }, ["1 x DescribeClusters", "20 x list one"]],
    [20, undefined, ["1 x DescribeClusters", "1 x list the cluster"]],
  ];
  for (const [containerInstances, counts, expected] of choices) {
    const tasks = counts ? `${counts.running} tasks running, ${counts.pending} pending` : "no count";
    it(`that are to run, of ${containerInstances} container instances in a cluster with ${tasks}: ${expected.join(", ")}`, async () => {
      const { port, sent } = ecs((operation) => {
        if (operation !== "DescribeClusters") return { taskArns: [] };
        return counts
          ? { clusters: [{ runningTasksCount: counts.running, pendingTasksCount: counts.pending }] }
          : { clusters: [], failures: [{ reason: "MISSING" }] };
      });
      await port.listTasksToRun("main", names("ci-", containerInstances));
      expect(counted(sent)).to.deep.equal(expected);
    });
  }

  it("of a whole cluster: those that are to run, by its count of them, and those that are not", async () => {
    const { port, sent } = ecs(() => ({ taskArns: [] }));
    expect(await port.listTasksToRun("main", names("ci-", 5))).to.deep.equal([]);
    expect(await port.listStoppingTasks("main", names("ci-", 5))).to.deep.equal([]);
    expect(sent()).to.deep.equal([
      ["DescribeClusters", { clusters: ["main"] }],
      ["ListTasks", { cluster: "main", desiredStatus: "RUNNING" }],
      ["ListTasks", { cluster: "main", desiredStatus: "STOPPED" }],
    ]);
  });

  /** [container instances, pages of the cluster's list, the calls] */
  const budgets: [number, number, string[]][] = [
    [4, 1, ["4 x list one"]],
    [5, 2, ["2 x list the cluster"]],
    [5, 3, ["2 x list the cluster", "5 x list one"]],
    [20, 10, ["10 x list the cluster"]],
    [20, 11, ["10 x list the cluster", "20 x list one"]],
  ];
  for (const [containerInstances, pages, expected] of budgets) {
    it(`that are not to run, of ${containerInstances} container instances where the cluster has ${pages} pages of them: ${expected.join(", ")}`, async () => {
      const { port, sent } = ecs((_, { containerInstance, nextToken = "page 1" }) => {
        if (containerInstance !== undefined) return { taskArns: [`of ${containerInstance}`] };
        const page = Number(nextToken.slice("page ".length));
        return { taskArns: [`of ${nextToken}`], ...(page < pages ? { nextToken: `page ${page + 1}` } : {}) };
      });
      const arns = await port.listStoppingTasks("main", names("ci-", containerInstances));
      const isByOne = expected.some((each) => each.endsWith("one"));
      expect(arns).to.deep.equal(isByOne ? names("of ci-", containerInstances) : names("of page ", pages));
      expect(counted(sent)).to.deep.equal(expected);
    });
  }
});

describe("ECS: describing tasks", () => {
  it("asks for a hundred a call, and has an odd answer for one that the cluster does not know any more", async () => {
    const { port, sent } = ecs((_, { tasks }: Record<string, string[]>) => ({
      tasks: (tasks ?? []).filter((each) => each !== "t7").map((each) => wholeTask(each)),
      failures: [{ arn: "t7", reason: "MISSING" }],
    }));
    const found = await port.describeTasks("main", names("t", 201));
    const { read, odd } = apart(found);
    expect(read).to.have.lengthOf(200);
    expect(odd.map(({ ids, isMissing }) => [ids, isMissing])).to.deep.equal([[["t7"], true]]);
    expect(sent().map(([, input]) => (input.tasks as string[]).length)).to.deep.equal([100, 100, 1]);
  });

  it("asks nothing for no tasks", async () => {
    const { port, sent } = ecs(() => ({}));
    expect(await port.describeTasks("main", [])).to.deep.equal([]);
    expect(sent()).to.deep.equal([]);
  });

  const tasks: [string, object, object][] = [
    ["a service's task", { group: "service:web" }, { service: "web" }],
    ["a standalone task", { group: "family:batch" }, { service: undefined }],
    [
      "one that is to run",
      { lastStatus: "PENDING", desiredStatus: "RUNNING" },
      { status: "PENDING", shouldRun: true },
    ],
    [
      "one that stops, though it still serves",
      { lastStatus: "DEACTIVATING", desiredStatus: "STOPPED" },
      { status: "DEACTIVATING", shouldRun: false },
    ],
    ["one that stopped", { stoppedAt: new Date(5_000) }, { stoppedAt: 5_000 }],
    ["its definition", { taskDefinitionArn: "web:7" }, { definition: "web:7" }],
    ["who started it", { startedBy: "i-1" }, { startedBy: "i-1" }],
    [
      "the addresses of its own network interface",
      {
        attachments: [
          {
            type: "ElasticNetworkInterface",
            details: [
              { name: "subnetId", value: "subnet-1" },
              { name: "privateIPv4Address", value: "10.0.0.7" },
            ],
          },
          { type: "Service Connect" },
        ],
      },
      { addresses: ["10.0.0.7"] },
    ],
    [
      "the host ports of all its containers",
      {
        containers: [
          { networkBindings: [{ hostPort: 80 }, { hostPort: 81 }] },
          { networkBindings: [{ hostPort: 90 }] },
          {},
        ],
      },
      { hostPorts: [80, 81, 90] },
    ],
    [
      "a range of host ports, each of them",
      { containers: [{ networkBindings: [{ hostPortRange: "49153-49155" }, { hostPort: 80 }] }] },
      { hostPorts: [49_153, 49_154, 49_155, 80] },
    ],
  ];
  for (const [what, described, expected] of tasks) {
    it(`reads ${what}`, async () => {
      const { port } = ecs(() => ({ tasks: [wholeTask("t1", described)] }));
      expect((await port.describeTasks("main", ["t1"]))[0]).to.deep.include(expected);
    });
  }
});

describe("ECS: finding container instances", () => {
  it("asks for 25 instances a call by the filter, quoted as the documentation has it, and follows the pages", async () => {
    const { port, sent } = ecs((_, { filter, nextToken }: Record<string, string>) =>
      nextToken
        ? { containerInstanceArns: [`last of ${filter?.length}`] }
        : { containerInstanceArns: [`first of ${filter?.length}`], nextToken: "more" },
    );
    const found = await port.findContainerInstances("main", names("i-", 26));
    expect(found).to.have.lengthOf(4);
    const filters = sent().map(([, input]) => [input.filter, input.nextToken]);
    const first = `ec2InstanceId in [${names("i-", 25)
      .map((id) => `'${id}'`)
      .join(", ")}]`;
    expect(filters).to.deep.equal([
      [first, undefined],
      [first, "more"],
      ["ec2InstanceId in ['i-26']", undefined],
      ["ec2InstanceId in ['i-26']", "more"],
    ]);
  });

  it("lists those whose agents are silent by the cluster query language, over all pages", async () => {
    const { port, sent } = ecs((_, { nextToken }) =>
      nextToken
        ? { containerInstanceArns: ["ci-2"] }
        : { containerInstanceArns: ["ci-1"], nextToken: "more" },
    );
    expect(await port.listSilent("main")).to.deep.equal(["ci-1", "ci-2"]);
    expect(sent().map(([operation, input]) => [operation, input.filter, input.nextToken])).to.deep.equal([
      ["ListContainerInstances", "agentConnected == false", undefined],
      ["ListContainerInstances", "agentConnected == false", "more"],
    ]);
  });

  it("asks nothing for no instances", async () => {
    const { port, sent } = ecs(() => ({}));
    expect(await port.findContainerInstances("main", [])).to.deep.equal([]);
    expect(sent()).to.deep.equal([]);
  });

  it("describes a hundred a call, counting what is wanted, and has an odd answer for the unknown", async () => {
    const { port, sent } = ecs((_, { containerInstances }: Record<string, string[]>) => ({
      containerInstances: (containerInstances ?? [])
        .filter((each) => each !== "ci-2")
        .map((each) => wholeContainerInstance(each, { runningTasksCount: 2, pendingTasksCount: 1 })),
      failures: [{ arn: "ci-2", reason: "MISSING" }],
    }));
    const found = await port.describeContainerInstances("main", names("ci-", 101));
    const { read, odd } = apart(found);
    expect(read).to.have.lengthOf(100);
    expect(odd.map(({ ids, isMissing }) => [ids, isMissing])).to.deep.equal([[["ci-2"], true]]);
    expect(read[0]).to.deep.equal({
      arn: "ci-1",
      instanceId: "i-1",
      status: "ACTIVE",
      version: 7,
      tasksToRun: 3,
      agentConnected: true,
      capacityProvider: undefined,
    });
    expect(sent().map(([, input]) => (input.containerInstances as string[]).length)).to.deep.equal([100, 1]);
  });
});
