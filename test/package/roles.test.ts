// Protects least privilege, both ways: each call that the functions really make is allowed by their roles as packaged, and
// the roles hold nothing that the functions do not call.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { inProcess } from "../../cli/in-process.ts";
import { playScenario } from "../../simulator/scenario/play.ts";
import { parseScenario } from "../../simulator/scenario/read.ts";
import type { RecordedCall } from "../../simulator/simulation.ts";
import { type IamRequest, type Role, readRole, requestsOf } from "./iam.ts";
import { FUNCTIONS, type FunctionName, PACKAGING_MS, type Package, PROJECT, thePackage } from "./packaged.ts";
import { hookOf, namesOf, queuesOf } from "./world.ts";

describe("the functions' roles", function () {
  this.timeout(PACKAGING_MS);
  const roles = {} as Record<FunctionName, Role>;
  let calls: readonly RecordedCall[];
  let hasCluster: boolean;

  before(async () => {
    const packaged = await thePackage();
    hasCluster = namesOf(packaged).clusterNames.length > 0;
    for (const name of FUNCTIONS) roles[name] = readRole(packaged.resources, packaged.functions[name].roleId);
    const scenario = parseScenario(JSON.stringify(troubledFleet(packaged)), "roles");
    const played = await playScenario(scenario, { invoke: inProcess(() => {}) });
    expect(played.terminations.map(({ result, reason }) => result ?? reason)).to.include("CONTINUE");
    calls = played.simulation.calls;
  });

  for (const name of FUNCTIONS) {
    it(`${name}: each call that it made is allowed`, () => {
      const requests = made(name).flatMap(requestsOf);
      const refused = new Set(requests.filter((each) => !roles[name].allows(each)).map(textOf));
      expect(requests).to.not.be.empty;
      expect([...refused]).to.deep.equal([]);
    });

    it(`${name}: each action of its role was called, but for those of Lambda's own logging`, () => {
      const called = new Set(
        made(name)
          .flatMap(requestsOf)
          .map(({ action }) => action),
      );
      const granted = roles[name].actions.filter((action) => !action.startsWith("logs:"));
      expect([...called].sort()).to.deep.equal(granted);
    });

    it(`${name}: is refused what is not its own`, () => {
      const arn = "arn:aws:sqs:us-east-1:123456789012:somebody-elses";
      const group =
        "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:x:autoScalingGroupName/other";
      const cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/other";
      const task = "arn:aws:ecs:us-east-1:123456789012:task/other/0";
      const requests: IamRequest[] = [
        { action: "sqs:ReceiveMessage", resource: arn },
        { action: "sqs:SendMessage", resource: arn },
        { action: "autoscaling:CompleteLifecycleAction", resource: group },
        { action: "ecs:ListContainerInstances", resource: cluster, cluster },
        { action: "ecs:DescribeTasks", resource: task, cluster },
        { action: "ecs:DescribeTasks", resource: task },
      ];
      expect(requests.filter(roles[name].allows)).to.deep.equal([]);
    });
  }

  it("together they hold the actions that shared/aws names in its calls, and no more", () => {
    const folder = join(PROJECT, "shared", "aws");
    const source = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
    const named = [...source.join("\n").matchAll(/\bcall\(\s*"(\w+:\w+)"/g)].map(([, action = ""]) => action);
    const isNeeded = (action: string) => hasCluster || !action.startsWith("ecs:");
    const granted = FUNCTIONS.flatMap((name) => roles[name].actions).filter((each) => !/^logs:/.test(each));
    expect(new Set(named.filter(isNeeded))).to.deep.equal(new Set(granted));
  });

  function made(name: FunctionName): RecordedCall[] {
    return calls.filter(({ caller }) => caller === name);
  }
});

function textOf({ action, resource, cluster }: IamRequest): string {
  return `${action} on ${resource}${cluster === undefined ? "" : ` in ${cluster}`}`;
}

// The example's fleet under the names of the packaged stack, with all the trouble that makes the functions call what they
// seldom call: unreadable messages, an outage in which deregister can do nothing, so that terminate does it, a duplicate
// while draining, so many at once that it pays to ask for the whole cluster's tasks, and another hook beside a completion
// by hand.
function troubledFleet(packaged: Package) {
  const fleet = parse(readFileSync(join(PROJECT, "examples", "fleet.yaml"), "utf8"));
  const { group, hook } = hookOf(packaged.resources);
  const [cluster] = namesOf(packaged).clusterNames;
  const { deregister, terminate } = packaged.functions;
  const { lifecycle_queue_name, elb_monitor_queue_name } = deregister.input;
  const { cluster_name: _, ...input } = fleet.functions.deregister.input;
  const instanceIds = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `i-0000000000000000${n}`);
  // Few enough that some of the instances have no task with a host port, so that DRAINING has nothing to wait for.
  const services = fleet.clusters[0].services.map((each: { name: string }) =>
    each.name === "edge" ? { ...each, desired_count: 2 } : each,
  );
  const outage = { actions: ["ecs:*", "elb:Deregister*", "elbv2:Deregister*"], for_seconds: 60 };
  return {
    ...fleet,
    functions: {
      deregister: {
        input: {
          ...input,
          lifecycle_queue_name,
          elb_monitor_queue_name,
          ...(cluster === undefined ? {} : { cluster_name: cluster }),
        },
      },
      terminate: { input: { queue_name: terminate.input.queue_name } },
    },
    queues: [...queuesOf(packaged.resources), { name: "another" }],
    clusters: cluster === undefined ? [] : [{ ...fleet.clusters[0], name: cluster, services }],
    auto_scaling_groups: [
      {
        ...fleet.auto_scaling_groups[0],
        name: group,
        instance_ids: instanceIds,
        cluster,
        hooks: [hook, { name: "another", queue: "another" }],
      },
    ],
    timeline: [
      { at_seconds: 1, send: { queue: lifecycle_queue_name, body: "nothing to read" } },
      { at_seconds: 1, send: { queue: elb_monitor_queue_name, body: "nothing to read" } },
      { at_seconds: 1, deny: outage },
      { at_seconds: 5, terminate: { instance_ids: instanceIds.slice(0, 2) } },
      { at_seconds: 400, terminate: { instance_ids: instanceIds.slice(2, 7) } },
      { at_seconds: 450, repeat_notification: { instance_ids: instanceIds.slice(2, 7), hook: hook.name } },
      { at_seconds: 500, complete_actions: { group, hook: hook.name } },
      { at_seconds: 900, complete_actions: { group, hook: "another" } },
    ],
  };
}
