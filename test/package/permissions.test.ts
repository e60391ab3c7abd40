// Protects what the roles may act on when the block names clusters and groups in any of the ways that it can.
import { createRequire } from "node:module";
import { expect } from "chai";

type Variables = { resolveConfigurationProperty: (path: readonly string[]) => Promise<unknown> };
type Statement = { Action: string[]; Resource: unknown[]; Condition?: unknown };
type Permissions = {
  drainStatements: (variables: Variables) => Promise<Statement[]>;
  finishStatements: (variables: Variables) => Promise<Statement[]>;
  scaleStatements: (variables: Variables) => Promise<Statement[]>;
  groupArns: (variables: Variables) => Promise<unknown[]>;
  groupNames: (variables: Variables) => Promise<string[]>;
  scalesTasks: (variables: Variables) => Promise<boolean>;
  noticesState: (variables: Variables) => Promise<string>;
  deregistersAtOnce: (variables: Variables) => Promise<unknown>;
  deregisterEnvironment: (variables: Variables) => Promise<Record<string, string>>;
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
  ["those that other hooks bring along", { more_clusters: ["d", ARN] }, [clusterArn("d"), ARN]],
  ["no cluster at all", {}, undefined],
];

/** [why, the block, the groups] */
const groups: [string, Record<string, unknown>, unknown[]][] = [
  ["the group that gets the hook", { auto_scaling_group_name: "web" }, [groupArn("web")]],
  [
    "more groups, each once",
    { auto_scaling_group_name: "web", more_auto_scaling_groups: ["batch", "web"] },
    [groupArn("web"), groupArn("batch")],
  ],
];

const scaled = (cluster_name: string) => ({ cluster_name, service_name: "edge" });

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
    it(`clusters: ${why}`, async () => {
      const variables = variablesOf(block);
      const drain = (await permissions.drainStatements(variables)).filter(isOfEcs);
      const finish = (await permissions.finishStatements(variables)).filter(isOfEcs);
      if (expected === undefined) {
        expect([...drain, ...finish]).to.deep.equal([]);
        return;
      }
      expect(drain).to.have.lengthOf(4);
      expect(finish).to.have.lengthOf(1);
      expect(drain[0]).to.deep.include({
        Action: ["ecs:DeregisterContainerInstance", "ecs:DescribeClusters", "ecs:ListContainerInstances"],
        Resource: expected,
      });
      for (const { Action, Condition } of [...drain.slice(1), ...finish]) {
        // IAM has no condition for a task definition, which is of no cluster.
        if (Action.includes("ecs:DescribeTaskDefinition")) expect(Action).to.have.lengthOf(1);
        else expect(Condition).to.deep.equal({ ArnEquals: { "ecs:cluster": expected } });
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
    const deregister = { cluster_name: "a" };
    for (const off of [{}, { deregister_at_once: false }]) {
      const variables = variablesOf({ ...off, deregister });
      expect(await permissions.deregistersAtOnce(variables)).to.equal(false);
      expect(await permissions.deregisterEnvironment(variables)).to.deep.equal({});
    }
    const variables = variablesOf({ deregister_at_once: true, deregister });
    expect(await permissions.deregistersAtOnce(variables)).to.equal(true);
    expect(await permissions.deregisterEnvironment(variables)).to.deep.equal({
      INPUT: '{"cluster_name":"a"}',
    });
  });

  for (const [why, block, expected] of groups) {
    it(`groups: ${why}`, async () => {
      const variables = variablesOf(block);
      expect(await permissions.groupArns(variables)).to.deep.equal(expected);
      const names = await permissions.groupNames(variables);
      expect(names.map(groupArn), "they are swept too").to.deep.equal(expected);
    });
  }
});

function isOfEcs({ Action }: Statement): boolean {
  return Action.some((action) => action.startsWith("ecs:"));
}

// As Serverless does: a key that the file does not have is null.
function variablesOf(block: Record<string, unknown>): Variables {
  const custom: Record<string, unknown> = { deregister: {}, terminate: {}, ...block };
  return { resolveConfigurationProperty: async ([, key = ""]) => custom[key] ?? null };
}
