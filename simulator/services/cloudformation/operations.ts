import * as cloudFormation from "@aws-sdk/client-cloudformation";
import { byName, type Call, errorSchemas, operation, type Service } from "../../wire/operation.ts";
import { page } from "../../wire/paging.ts";
import { type Stack, type Stacks, stackArn } from "./stacks.ts";

/** How many resources a page has: AWS does not say, so that clients must follow the token. */
const RESOURCES = 10;
/** When a stack that is read was made. */
const CREATED = new Date("2026-01-01T00:00:00Z");

/** The simulated CloudFormation: stacks are read, and what is in them. */
export function cloudFormationService({ stacks }: { readonly stacks: Stacks }): Service {
  const describe = ({ StackName }: cloudFormation.DescribeStacksInput) => ({
    Stacks: (StackName === undefined ? stacks.all : [stacks.byName(StackName)]).map(present),
  });

  const resources = (
    { StackName = "", NextToken: token }: cloudFormation.ListStackResourcesInput,
    { paging }: Call,
  ) => {
    const all = [...stacks.byName(StackName).resources];
    const { items, next } = page(all, { size: RESOURCES, most: RESOURCES, token }, paging);
    return {
      StackResourceSummaries: items.map(([id, { type, physicalId }]) => ({
        LogicalResourceId: id,
        PhysicalResourceId: physicalId,
        ResourceType: type,
        LastUpdatedTimestamp: CREATED,
        ResourceStatus: "CREATE_COMPLETE" as const,
      })),
      ...(next === undefined ? {} : { NextToken: next }),
    };
  };

  return {
    name: "cloudformation",
    protocol: {
      kind: "query",
      version: "2010-05-15",
      namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
    },
    errors: errorSchemas(cloudFormation),
    invalidParameterCode: "ValidationError",
    operations: byName([
      operation(cloudFormation.DescribeStacks$, ["StackName"], describe),
      operation(cloudFormation.ListStackResources$, ["StackName", "NextToken"], resources),
    ]),
  };
}

function present(stack: Stack): cloudFormation.Stack {
  return {
    StackId: stackArn(stack),
    StackName: stack.name,
    CreationTime: CREATED,
    StackStatus: stack.status as cloudFormation.StackStatus,
    Outputs: Object.entries(stack.outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
  };
}
