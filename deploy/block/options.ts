import { inputsOf } from "./inputs.ts";
import { subscriptionsOf } from "./intake.ts";
import type { Block } from "./schema.ts";

/** The roles that send to the queues, or receive from them: these use the key. */
const WITH_QUEUES = ["DeregisterRole", "TerminateRole", "LifecycleHookRole"];
/** The log groups of the functions, by the ids that Serverless gives them. */
export const LOG_GROUPS = ["DeregisterLogGroup", "TerminateLogGroup", "ScaleDashtasksLogGroup"];

type Properties = Record<string, unknown>;
type Resource = { readonly Type?: string | undefined; readonly Properties?: Properties };
/** The resources that are there only if the block asks for them. */
const ASKED_FOR: Readonly<Record<string, (block: Block) => boolean>> = {
  Dashboard: ({ dashboard }) => dashboard === true,
  LifecycleEventsRule: ({ lifecycle_events }) => lifecycle_events !== undefined,
};
/** A service as Serverless holds it, as far as the options change it. */
type Service = {
  readonly provider: Record<string, unknown>;
  readonly resources: { readonly Resources: Record<string, Resource>; extensions?: unknown };
};

/** Puts what the block chooses into the service: in place, because what is packaged is this very object. */
export function applyOptions(service: Service, block: Block): void {
  const { provider, resources } = service;
  if (block.log_retention_days !== undefined) provider.logRetentionInDays = block.log_retention_days;
  if (block.tags !== undefined) provider.stackTags = block.tags;
  for (const [id, isAsked] of Object.entries(ASKED_FOR)) if (!isAsked(block)) delete resources.Resources[id];
  for (const { Type, Properties = {} } of Object.values(resources.Resources)) {
    if (Type === "AWS::CloudWatch::Alarm" && block.ok_actions) Properties.OKActions = block.ok_actions;
    if (Type === "AWS::IAM::Role") bound(Properties, block);
    if (block.kms_key_arn !== undefined) encrypt({ Type, Properties }, block.kms_key_arn);
  }
  Object.assign(resources.Resources, eventPolicies(block), subscriptionsOf(block));
  if (block.kms_key_arn === undefined) return;
  resources.Resources.KeyPolicy = keyPolicy(block.kms_key_arn);
  const encrypted = { Properties: { KmsKeyId: block.kms_key_arn } };
  resources.extensions = Object.fromEntries(LOG_GROUPS.map((id) => [id, encrypted]));
}

function bound(role: Properties, { permissions_boundary_arn }: Block): void {
  if (permissions_boundary_arn !== undefined) role.PermissionsBoundary = permissions_boundary_arn;
}

function encrypt({ Type, Properties = {} }: Resource, key: string): void {
  if (Type !== "AWS::SQS::Queue") return;
  delete Properties.SqsManagedSseEnabled;
  Properties.KmsMasterKeyId = key;
}

// Each function may tell of drains on its own bus, and on no other.
function eventPolicies(block: Block): Record<string, Resource> {
  const { deregister, terminate } = inputsOf(block);
  const buses = { Deregister: deregister.event_bus, Terminate: terminate.event_bus };
  const policies = Object.entries(buses).flatMap(([name, bus]) => {
    if (bus === undefined) return [];
    const named = `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:event-bus/${bus}`;
    const resource = String(bus).startsWith("arn:") ? bus : { "Fn::Sub": named };
    const statement = { Effect: "Allow", Action: ["events:PutEvents"], Resource: resource };
    return [[`${name}EventsPolicy`, policyOf("events", [`${name}Role`], statement)]];
  });
  return Object.fromEntries(policies);
}

// Whoever sends needs both actions, and whoever receives needs the first.
function keyPolicy(key: string): Resource {
  const statement = { Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: key };
  return policyOf("key", WITH_QUEUES, statement);
}

// A resource of its own, so that a template can have it by a condition.
function policyOf(name: string, roles: readonly string[], statement: object): Resource {
  return {
    Type: "AWS::IAM::Policy",
    Properties: {
      PolicyName: name,
      Roles: roles.map((id) => ({ Ref: id })),
      PolicyDocument: { Version: "2012-10-17", Statement: [statement] },
    },
  };
}
