// Protects what the roles may act on when the block names clusters and groups in any of the ways that it can.
import { createRequire } from "node:module";
import { expect } from "chai";

type Variables = { resolveConfigurationProperty: (path: readonly string[]) => Promise<unknown> };
type Statement = { Action: string[]; Resource: unknown[]; Condition?: unknown };
type Permissions = {
  drainStatements: (variables: Variables) => Promise<Statement[]>;
  finishStatements: (variables: Variables) => Promise<Statement[]>;
  scaleStatements: (variables: Variables) => Promise<Statement[]>;
  deregisterGroupStatements: (variables: Variables) => Promise<Statement[]>;
  terminateGroupStatements: (variables: Variables) => Promise<Statement[]>;
  groupNames: (variables: Variables) => Promise<string[]>;
  scalesTasks: (variables: Variables) => Promise<boolean>;
  noticesState: (variables: Variables) => Promise<string>;
  deregistersAtOnce: (variables: Variables) => Promise<unknown>;
  deregisterEnvironment: (variables: Variables) => Promise<Record<string, unknown>>;
  senderRoleIds: (variables: Variables) => Promise<unknown>;
};
const permissions: Permissions = createRequire(import.meta.url)("../../deploy/permissions.cjs");

const ARN = "arn:aws:ecs:us-east-1:123456789012:cluster/by-arn";
const clusterArn = (name: string) => ({
  "Fn::Sub": `arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:cluster/${name}`,
});
const groupArn = (name: string) => ({
  "Fn::Sub": `arn:\${AWS::Partition}:autoscaling:\${AWS::Region}:\${AWS::AccountId}:autoScalingGroup:*:autoScalingGroupName/${name}`,
});

/** [why, the block, the clusters that they are for; undefined is none at all] */
const clusters: [string, Record<string, unknown>, unknown[] | undefined][] = [
  ["one cluster by name", { deregister: { cluster_name: "a" } }, [clusterArn("a")]],
  ["one cluster by ARN", { deregister: { cluster_name: ARN } }, [ARN]],
  [
    "the singular and the plural key, each cluster once",
    { deregister: { cluster_name: "a", cluster_names: ["a", "b"] } },
    [clusterArn("a"), clusterArn("b")],
  ],
  [
    "terminate's own, for messages that carry none",
    { deregister: { cluster_name: "a" }, terminate: { cluster_names: ["c"] } },
    [clusterArn("a"), clusterArn("c")],
  ],
  [
    "those that the hooks of groups name",
    { groups: ["web", { name: "pay", cluster_name: "e" }, { name: "batch", cluster_names: ["f"] }] },
    [clusterArn("e"), clusterArn("f")],
  ],
  ["those that other hooks bring along", { more_clusters: ["d", ARN] }, [clusterArn("d"), ARN]],
  ["no cluster at all", {}, undefined],
];

/** [why, the block, the groups that it names, and the condition on the tags of others] */
const groups: [string, Record<string, unknown>, unknown[], unknown?][] = [
  ["the group that gets the hook", { auto_scaling_group_name: "web" }, [groupArn("web")]],
  [
    "more groups, each once",
    { auto_scaling_group_name: "web", more_auto_scaling_groups: ["batch", "web"] },
    [groupArn("web"), groupArn("batch")],
  ],
  [
    "those that get a hook each, by name or with settings",
    { auto_scaling_group_name: "web", groups: ["batch", { name: "pay", drain_timeout_seconds: 900 }] },
    [groupArn("web"), groupArn("batch"), groupArn("pay")],
  ],
  [
    "those that carry a tag with a value, beside one that is named",
    { auto_scaling_group_name: "web", group_tag: "drain=yes=no" },
    [groupArn("web")],
    { StringEquals: { "aws:ResourceTag/drain": "yes=no" } },
  ],
  ["a tag without a value", { group_tag: "drain=" }, [], { StringEquals: { "aws:ResourceTag/drain": "" } }],
  ["a tag with any value", { group_tag: "drain" }, [], { Null: { "aws:ResourceTag/drain": "false" } }],
  [
    "a tag in terminate's input, as before there was one in the block",
    { auto_scaling_group_name: "web", terminate: { group_tag: "drain=yes" } },
    [groupArn("web")],
    { StringEquals: { "aws:ResourceTag/drain": "yes" } },
  ],
];

const scaled = (cluster_name: string) => ({
  cluster_name,
  service_name: "edge",
  min_task_count: 1,
  n_count: 0,
});

/** [why, scale-tasks' input, its clusters] */
const scales: [string, Record<string, unknown> | undefined, unknown[] | undefined][] = [
  ["no service", { services: [] }, undefined],
  ["no input at all", undefined, undefined],
  ["one service", scaled("a"), [clusterArn("a")]],
  ["two services of one cluster", { services: [scaled("a"), scaled("a")] }, [clusterArn("a")]],
  [
    "services of two clusters, one of them by ARN",
    { services: [scaled("a"), scaled(ARN)] },
    [clusterArn("a"), ARN],
  ],
];

/** [why, deregister's input, the rule's state] */
const notices: [string, Record<string, unknown>, string][] = [
  ["none of the keys", {}, "DISABLED"],
  [
    "all are ignored",
    { on_spot_interruption: "ignore", on_rebalance: "ignore", on_maintenance: "ignore" },
    "DISABLED",
  ],
  ["Spot interruptions", { on_spot_interruption: "drain" }, "ENABLED"],
  ["rebalancing", { on_rebalance: "replace", on_maintenance: "ignore" }, "ENABLED"],
  ["maintenance", { on_maintenance: "replace" }, "ENABLED"],
];

describe("permissions", () => {
  for (const [why, block, expected] of clusters) {
    it(`clusters that are named: ${why}`, async () => {
      const { drain, finish } = await ecsStatements(onlyNamed(block));
      if (expected === undefined) {
        expect([...drain, ...finish]).to.deep.equal([]);
        return;
      }
      expect(resourcesOf(drain, "ecs:ListContainerInstances")).to.deep.equal(expected);
      expect(resourcesOf(drain, "ecs:DeregisterContainerInstance")).to.deep.equal(expected);
      for (const action of OF_CLUSTERS) {
        const statement = find([...drain, ...finish], action);
        expect(statement?.Condition, action).to.deep.equal({ ArnEquals: { "ecs:cluster": expected } });
      }
      expect(find(drain, "ecs:ListClusters")).to.equal(undefined);
    });

    it(`all clusters are read, and these alone are changed: ${why}`, async () => {
      const { drain, finish } = await ecsStatements(block);
      for (const action of READS) {
        const statement = find([...drain, ...finish], action);
        expect(statement, action).to.not.equal(undefined);
        expect(statement?.Condition, action).to.equal(undefined);
      }
      expect(resourcesOf(drain, "ecs:DeregisterContainerInstance")).to.deep.equal(expected);
      for (const action of ["ecs:UpdateContainerInstancesState", "ecs:StopTask"]) {
        const condition = find([...drain, ...finish], action)?.Condition;
        expect(condition, action).to.deep.equal(expected && { ArnEquals: { "ecs:cluster": expected } });
      }
    });
  }

  for (const changed of [{ clusters: "*" }, { cluster_tag: "drain=yes" }]) {
    it(`all clusters may be changed with ${JSON.stringify(changed)}`, async () => {
      const { drain, finish } = await ecsStatements({ deregister: { cluster_name: "a", ...changed } });
      expect(resourcesOf(drain, "ecs:DeregisterContainerInstance")).to.deep.equal([clusterArn("*")]);
      for (const action of ["ecs:UpdateContainerInstancesState", "ecs:StopTask"]) {
        const statement = find([...drain, ...finish], action);
        expect(statement, action).to.not.equal(undefined);
        expect(statement?.Condition, action).to.equal(undefined);
      }
    });
  }

  for (const [why, scale_tasks, expected] of scales) {
    it(`scale-tasks: ${why}`, async () => {
      const variables = variablesOf({ scale_tasks });
      expect(await permissions.scalesTasks(variables)).to.equal(expected !== undefined);
      const statements = (await permissions.scaleStatements(variables)).filter(isOfEcs);
      if (expected === undefined) {
        expect(statements).to.deep.equal([]);
        return;
      }
      expect(statements).to.have.lengthOf(2);
      expect(statements[0]).to.deep.include({ Action: ["ecs:ListContainerInstances"], Resource: expected });
      expect(statements[1]?.Condition).to.deep.equal({ ArnEquals: { "ecs:cluster": expected } });
    });
  }

  for (const [why, deregister, expected] of notices) {
    it(`the rule for notices: ${why}: ${expected}`, async () => {
      expect(await permissions.noticesState(variablesOf({ deregister }))).to.equal(expected);
    });
  }

  it("deregister is invoked at once only where the block says so, and has its input in its environment then", async () => {
    const deregister = {
      lifecycle_queue_name: "in",
      elb_monitor_queue_name: "out",
      cluster_name: "a",
    };
    for (const off of [{}, { deregister_at_once: false }]) {
      const variables = variablesOf({ ...off, deregister });
      expect(await permissions.deregistersAtOnce(variables)).to.equal(false);
      expect(await permissions.deregisterEnvironment(variables)).to.not.have.property("INPUT");
    }
    const variables = variablesOf({ deregister_at_once: true, deregister });
    expect(await permissions.deregistersAtOnce(variables)).to.equal(true);
    expect((await permissions.deregisterEnvironment(variables)).INPUT).to.equal(JSON.stringify(deregister));
  });

  for (const more of [undefined, [], ["AROAEXAMPLEROLEIDAAA1"]]) {
    it(`memory counts of both functions' roles, and of those that the block adds: ${JSON.stringify(more)}`, async () => {
      const variables = variablesOf({ more_sender_role_ids: more, deregister_at_once: true });
      const own = ["DeregisterRole", "TerminateRole"].map((role) => ({ "Fn::GetAtt": [role, "RoleId"] }));
      const ids = { "Fn::Join": [",", [...own, ...(more ?? [])]] };
      expect(await permissions.senderRoleIds(variables)).to.deep.equal(ids);
      expect((await permissions.deregisterEnvironment(variables)).SENDER_ROLE_IDS).to.deep.equal(ids);
    });
  }

  for (const [why, block, expected, condition] of groups) {
    it(`groups: ${why}`, async () => {
      const variables = variablesOf(block);
      for (const statements of [
        await permissions.deregisterGroupStatements(variables),
        await permissions.terminateGroupStatements(variables),
      ]) {
        const ofNames = statements.filter(({ Condition }) => Condition === undefined);
        expect(ofNames.flatMap(({ Resource }) => Resource)).to.deep.equal(expected);
        const ofTag = statements.filter(({ Condition }) => Condition !== undefined);
        expect(ofTag.map(({ Resource, Condition }) => [Resource, Condition])).to.deep.equal(
          condition === undefined ? [] : [[[groupArn("*")], condition]],
        );
      }
      const names = await permissions.groupNames(variables);
      expect(names.map(groupArn), "they are swept too").to.deep.equal(expected);
    });
  }
});

/** What is read of clusters, with a condition where only some are. */
const OF_CLUSTERS = [
  "ecs:DescribeContainerInstances",
  "ecs:DescribeServices",
  "ecs:DescribeTasks",
  "ecs:GetTaskProtection",
  "ecs:ListTasks",
  "ecs:StopTask",
  "ecs:UpdateContainerInstancesState",
];
const READS = [
  ...OF_CLUSTERS.filter((action) => !/Stop|Update/.test(action)),
  "ecs:DescribeClusters",
  "ecs:ListClusters",
  "ecs:ListContainerInstances",
];

async function ecsStatements(block: Record<string, unknown>) {
  const variables = variablesOf(block);
  const drain = (await permissions.drainStatements(variables)).filter(isOfEcs);
  const finish = (await permissions.finishStatements(variables)).filter(isOfEcs);
  return { drain, finish };
}

function onlyNamed({ deregister, terminate, ...block }: Record<string, unknown>): Record<string, unknown> {
  const named = { discover: "named" };
  return {
    ...block,
    deregister: { ...(deregister ?? {}), ...named },
    terminate: { ...(terminate ?? {}), ...named },
  };
}

function find(statements: readonly Statement[], action: string): Statement | undefined {
  return statements.find(({ Action }) => Action.includes(action));
}

function resourcesOf(statements: readonly Statement[], action: string): unknown[] | undefined {
  return find(statements, action)?.Resource;
}

function isOfEcs({ Action }: Statement): boolean {
  return Action.some((action) => action.startsWith("ecs:"));
}

// As Serverless does: a key that the file does not have is null.
function variablesOf(block: Record<string, unknown>): Variables {
  const custom: Record<string, unknown> = { deregister: {}, terminate: {}, ...block };
  return { resolveConfigurationProperty: async ([, key = ""]) => custom[key] ?? null };
}
