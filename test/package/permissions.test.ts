// Protects what the roles may act on when the block names clusters and groups in any of the ways that it can.
import { createRequire } from "node:module";
import { expect } from "chai";

type Variables = { resolveConfigurationProperty: (path: readonly string[]) => Promise<unknown> };
type Statement = { Action: string[]; Resource: unknown[]; Condition?: unknown };
type Permissions = {
  drainStatements: (variables: Variables) => Promise<Statement[]>;
  groupArns: (variables: Variables) => Promise<unknown[]>;
};
const { drainStatements, groupArns }: Permissions = createRequire(import.meta.url)(
  "../../deploy/permissions.cjs",
);

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

describe("permissions", () => {
  for (const [why, block, expected] of clusters) {
    it(`clusters: ${why}`, async () => {
      const statements = await drainStatements(variablesOf(block));
      const ofEcs = statements.filter(({ Action }) => Action.some((action) => action.startsWith("ecs:")));
      if (expected === undefined) {
        expect(ofEcs).to.deep.equal([]);
        return;
      }
      expect(ofEcs).to.have.lengthOf(3);
      expect(ofEcs[0]).to.deep.include({
        Action: ["ecs:DescribeClusters", "ecs:ListContainerInstances"],
        Resource: expected,
      });
      for (const { Condition } of ofEcs.slice(1)) {
        expect(Condition).to.deep.equal({ ArnEquals: { "ecs:cluster": expected } });
      }
    });
  }

  for (const [why, block, expected] of groups) {
    it(`groups: ${why}`, async () => {
      expect(await groupArns(variablesOf(block))).to.deep.equal(expected);
    });
  }
});

// As Serverless does: a key that the file does not have is null.
function variablesOf(block: Record<string, unknown>): Variables {
  const custom: Record<string, unknown> = { deregister: {}, terminate: {}, ...block };
  return { resolveConfigurationProperty: async ([, key = ""]) => custom[key] ?? null };
}
