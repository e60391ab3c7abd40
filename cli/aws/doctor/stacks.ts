import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStackResourcesCommand,
} from "@aws-sdk/client-cloudformation";
import { allItems } from "../../../shared/aws/answers.ts";
import { call, unless } from "../../../shared/aws/call.ts";
import type { AwsCallError } from "../../../shared/base/errors.ts";
import type { StackShown } from "../../operator/doctor/facts.ts";
import type { Account } from "../account.ts";

/** What the doctor reads of CloudFormation. Each read throws an AwsCallError. */
export type StackReads = {
  /** Undefined if there is no such stack. */
  readonly shown: (name: string) => Promise<StackShown | undefined>;
  /** The physical ids of what is in a stack, by logical ids. */
  readonly resources: (name: string) => Promise<ReadonlyMap<string, string>>;
};

/** CloudFormation through the SDK. */
export function stackReads({ open }: Pick<Account, "open">): StackReads {
  const client = open(CloudFormationClient);
  return {
    async shown(StackName) {
      const answer = await unless(isNoStack, () =>
        call("cloudformation:DescribeStacks", () => client.send(new DescribeStacksCommand({ StackName }))),
      );
      const [stack] = answer?.Stacks ?? [];
      if (!stack) return undefined;
      return {
        name: StackName,
        status: stack.StackStatus ?? "",
        version: stack.Outputs?.find(({ OutputKey }) => OutputKey === "Version")?.OutputValue,
      };
    },
    async resources(StackName) {
      const all = await allItems(
        { call, action: "cloudformation:ListStackResources", key: "StackResourceSummaries" },
        (NextToken) => client.send(new ListStackResourcesCommand({ StackName, NextToken })),
      );
      return new Map(all.map((each) => [each.LogicalResourceId ?? "", each.PhysicalResourceId ?? ""]));
    },
  };
}

// CloudFormation has no error of its own for it.
function isNoStack({ cause }: AwsCallError): boolean {
  return cause instanceof Error && /does not exist/.test(cause.message);
}
