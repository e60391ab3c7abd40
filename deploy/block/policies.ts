import { SERVICE } from "./inputs.ts";
import { figure } from "./lists.ts";
import type { Block } from "./schema.ts";

/** IAM's limit for all inline policies of a role together, in characters without white space. */
const INLINE = 10_240;
const ACCOUNT = "123456789012";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
/** The resources of a template. */
type Resources = Readonly<
  Record<string, { readonly Type?: string; readonly Properties?: Readonly<Record<string, Json>> }>
>;

/** The roles of the template whose inline policies are longer than IAM takes, one problem each, with what to do instead. */
export function problemsOfRoles(resources: Resources, block: Block): string[] {
  return longRoles(resources, block).map(
    ({ role, length }) => `serverless.yml: custom.${longest(block)}: ${tooLong(role, length)}`,
  );
}

/** The same for a template that no serverless.yml makes. */
export function problemsOfRolesIn(resources: Resources, block: Block): string[] {
  return longRoles(resources, block).map(({ role, length }) => `groups: ${tooLong(role, length)}`);
}

function longRoles(resources: Resources, block: Block): { role: string; length: number }[] {
  return Object.entries(resources).flatMap(([role, { Type, Properties }]) => {
    if (Type !== "AWS::IAM::Role") return [];
    const policies = (Properties?.Policies ?? []) as unknown as readonly Policy[];
    const length = [...policies, ...attachedTo(role, resources)]
      .map(({ PolicyDocument }) => JSON.stringify(resolved(PolicyDocument, resources, block)).length)
      .reduce((sum, each) => sum + each, 0);
    return length <= INLINE ? [] : [{ role, length }];
  });
}

type Policy = { readonly PolicyDocument: Json };

// Policies of their own that are put into a role count as inline too.
function attachedTo(role: string, resources: Resources): Policy[] {
  return Object.values(resources)
    .filter(({ Type, Properties }) => Type === "AWS::IAM::Policy" && holds(Properties?.Roles, role))
    .map(({ Properties }) => Properties as unknown as Policy);
}

function holds(roles: Json | undefined, role: string): boolean {
  return Array.isArray(roles) && roles.some((each) => (each as { Ref?: string }).Ref === role);
}

function tooLong(role: string, length: number): string {
  const what = `expected inline policies of at most ${figure(INLINE)} characters, which is all that IAM takes for a role`;
  const instead =
    "let groups carry group_tag and clusters cluster_tag in place of their names, or deploy a second stage for the others";
  return `${what}, found ${figure(length)} of ${role}; ${instead}`;
}

// The list of the block that makes the policies long.
function longest(block: Block): string {
  const inputs = [block.deregister, block.terminate] as (Record<string, unknown> | undefined)[];
  const lists: [key: string, list: unknown][] = [
    ["groups", block.groups],
    ["more_auto_scaling_groups", block.more_auto_scaling_groups],
    ["more_clusters", block.more_clusters],
    ["deregister.cluster_names", inputs[0]?.cluster_names],
    ["terminate.cluster_names", inputs[1]?.cluster_names],
    ["scale_tasks.services", (block.scale_tasks as Record<string, unknown> | undefined)?.services],
  ];
  const lengthOf = (list: unknown) => (Array.isArray(list) ? list.length : 0);
  return lists.reduce((most, each) => (lengthOf(each[1]) > lengthOf(most[1]) ? each : most))[0];
}

// As CloudFormation does it, as far as roles have references. An account's id has always as many digits.
function resolved(value: Json, resources: Resources, block: Block): Json {
  if (Array.isArray(value)) return value.map((each) => resolved(each, resources, block));
  if (typeof value !== "object" || value === null) return value;
  const { "Fn::Sub": text, "Fn::GetAtt": attribute, "Fn::Join": join, Ref } = value as Record<string, Json>;
  const region = block.region ?? "us-east-1";
  const partition = /^cn-/.test(region) ? "aws-cn" : /^us-gov-/.test(region) ? "aws-us-gov" : "aws";
  const start = (service: string) => `arn:${partition}:${service}:${region}:${ACCOUNT}`;
  const known: Readonly<Record<string, string>> = {
    "AWS::Partition": partition,
    "AWS::Region": region,
    "AWS::AccountId": ACCOUNT,
  };
  if (typeof Ref === "string") return known[Ref] ?? value;
  if (typeof text === "string")
    return text.replace(/\$\{([\w:]+)\}/g, (reference, name: string) => known[name] ?? reference);
  if (Array.isArray(join)) {
    const parts = resolved(join[1] as Json, resources, block) as readonly Json[];
    return parts.map((each) => (typeof each === "string" ? each : "")).join(String(join[0]));
  }
  if (Array.isArray(attribute)) {
    const queue = resources[String(attribute[0])]?.Properties?.QueueName;
    return typeof queue === "string"
      ? `${start("sqs")}:${queue}`
      : // That of a log group, which is Serverless's own: none is longer than this.
        `${start("logs")}:log-group:/aws/lambda/${SERVICE}-${block.stage}-scale-tasks:*`;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, resolved(each as Json, resources, block)]),
  );
}
