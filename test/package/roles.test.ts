// Protects least privilege, both ways: each call that the functions really make is allowed by their roles as packaged, and
// the roles hold nothing that the functions do not call.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { inProcess } from "../../cli/in-process.ts";
import { CANNOT } from "../../docs/generate/permissions.ts";
import type { RecordedCall } from "../../simulator/cloud/simulation.ts";
import { playScenario } from "../../simulator/scenario/play.ts";
import { parseScenario } from "../../simulator/scenario/read.ts";
import { type IamRequest, type Role, readRole, requestsOf } from "./iam.ts";
import { FUNCTIONS, type FunctionName, type Package, PROJECT, packageWith, readBlock } from "./packaged.ts";
import { SCALED, troubledFleets } from "./troubled-fleets.ts";
import { hookOf, namesOf } from "./world.ts";

describe("the functions' roles", () => {
  const roles = {} as Record<FunctionName, Role>;
  /** Those of a block that names a tag in place of the group. */
  const byTag = {} as Record<FunctionName, Role>;
  const calls: RecordedCall[] = [];
  let packaged: Package;
  let group: string;
  let hasCluster: boolean;
  let lifecycleQueue: unknown;

  before(async () => {
    const block = await readBlock();
    packaged = await packageWith({
      ...block,
      event_bus: "drains",
      scale_tasks: { services: [SCALED] },
    });
    group = hookOf(packaged.resources).group;
    lifecycleQueue = packaged.functions.deregister.input.lifecycle_queue_name;
    hasCluster = namesOf(packaged).clusterNames.length > 0;
    const { auto_scaling_group_name: _, ...unnamed } = block;
    const tagged = await packageWith({
      ...unnamed,
      group_tag: "drain=yes",
      event_bus: "drains",
      scale_tasks: { services: [SCALED] },
    });
    for (const name of FUNCTIONS) {
      roles[name] = readRole(packaged.resources, packaged.functions[name].roleId);
      byTag[name] = readRole(tagged.resources, tagged.functions[name].roleId);
    }
    for (const fleet of troubledFleets(packaged)) {
      const scenario = parseScenario(JSON.stringify(fleet), "roles");
      const played = await playScenario(scenario, { invoke: inProcess(() => {}) });
      calls.push(...played.simulation.calls);
    }
  });

  for (const name of FUNCTIONS) {
    it(`${name}: each call that it made is allowed`, () => {
      const requests = made(name).flatMap((each) => requestsOf(each, group));
      const refused = new Set(requests.filter((each) => !roles[name].allows(each)).map(textOf));
      expect(requests).to.not.be.empty;
      expect([...refused]).to.deep.equal([]);
    });

    it(`${name}: each action of its role was called, but for those of Lambda's own logging`, () => {
      const called = new Set(
        made(name).flatMap((each) => requestsOf(each, group).map(({ action }) => action)),
      );
      const granted = roles[name].actions.filter((action) => !action.startsWith("logs:"));
      expect([...called].sort()).to.deep.equal(granted);
    });

    it(`${name}: is refused what docs/permissions.md says that it cannot do`, () => {
      for (const { what, requests } of CANNOT[name])
        expect(requests.filter(roles[name].allows), what).to.deep.equal([]);
      // The pair reads all clusters, to find what nobody named.
      const cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/other";
      const task = "arn:aws:ecs:us-east-1:123456789012:task/other/0";
      const reads: IamRequest[] = [
        { action: "ecs:ListClusters", resource: "*" },
        { action: "ecs:ListContainerInstances", resource: cluster, cluster },
        { action: "ecs:DescribeTasks", resource: task, cluster },
      ];
      expect(reads.filter(roles[name].allows)).to.deep.equal(name === "scale-tasks" ? [] : reads);
    });
  }

  for (const name of ["deregister", "terminate"] as const) {
    it(`${name}: by a tag in place of names, the same calls are allowed on groups that carry it, and on no others`, () => {
      const requests = made(name).flatMap((each) => requestsOf(each, group));
      const allowedWith = (tags: Readonly<Record<string, string>>) =>
        requests.filter((each) => byTag[name].allows({ ...each, tags })).map(textOf);
      expect(allowedWith({ drain: "yes" })).to.deep.equal(requests.map(textOf));
      const others = requests.filter(({ resource }) => !resource.includes(":autoScalingGroup:"));
      expect(others.length, "some are on groups").to.be.below(requests.length);
      for (const tags of [{}, { drain: "no" }, { other: "yes" }])
        expect(allowedWith(tags)).to.deep.equal(others.map(textOf));
      expect(byTag[name].actions).to.deep.equal(roles[name].actions);
    });
  }

  it("the hooks' role may send to the lifecycle queue, and is refused all else", () => {
    const { allows, actions } = readRole(packaged.resources, "LifecycleHookRole");
    expect(actions).to.deep.equal(["sqs:GetQueueUrl", "sqs:SendMessage"]);
    const resource = `arn:aws:sqs:us-east-1:123456789012:${lifecycleQueue}`;
    expect(allows({ action: "sqs:SendMessage", resource })).to.equal(true);
    for (const { what, requests } of CANNOT["the lifecycle hooks"])
      expect(requests.filter(allows), what).to.deep.equal([]);
  });

  it("deregister: Lambda may poll the lifecycle queue by its role, as an event source mapping does", () => {
    const resource = `arn:aws:sqs:us-east-1:123456789012:${lifecycleQueue}`;
    for (const action of ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"])
      expect(roles.deregister.allows({ action, resource }), action).to.equal(true);
  });

  it("together they hold the actions that shared/aws names in its calls, and no more", () => {
    const folder = join(PROJECT, "shared", "aws");
    const source = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
    const named = [...source.join("\n").matchAll(/"([\w-]+:[A-Z]\w+)"/g)].map(([, action = ""]) => action);
    // Without a cluster, nothing of ECS is granted but what scale-tasks needs.
    const isCompared = (action: string) => hasCluster || !action.startsWith("ecs:");
    const granted = FUNCTIONS.flatMap((name) => roles[name].actions).filter((each) => !/^logs:/.test(each));
    expect(new Set(named.filter(isCompared))).to.deep.equal(new Set(granted.filter(isCompared)));
  });

  function made(name: FunctionName): RecordedCall[] {
    return calls.filter(({ caller }) => caller === name);
  }
});

function textOf({ action, resource, cluster }: IamRequest): string {
  return `${action} on ${resource}${cluster === undefined ? "" : ` in ${cluster}`}`;
}
