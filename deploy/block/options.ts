import type { Block } from "./schema.ts";

/** The roles that send to the queues, or receive from them. */
const WITH_QUEUES = ["DeregisterRole", "TerminateRole", "LifecycleHookRole"];
/** The log groups of the functions, by the ids that Serverless gives them. */
const LOG_GROUPS = ["DeregisterLogGroup", "TerminateLogGroup", "ScaleDashtasksLogGroup"];

type Properties = Record<string, unknown>;
type Resource = { readonly Type?: string | undefined; readonly Properties?: Properties };
/** The resources that are there only if the block asks for them. */
const ASKED_FOR = { Dashboard: "dashboard" } as const;
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
  for (const [id, key] of Object.entries(ASKED_FOR)) if (block[key] !== true) delete resources.Resources[id];
  for (const [id, { Type, Properties = {} }] of Object.entries(resources.Resources)) {
    if (Type === "AWS::CloudWatch::Alarm" && block.ok_actions) Properties.OKActions = block.ok_actions;
    if (Type === "AWS::IAM::Role") bound(Properties, block);
    if (block.kms_key_arn !== undefined) encrypt({ id, Type, Properties }, block.kms_key_arn);
  }
  if (block.kms_key_arn === undefined) return;
  const encrypted = { Properties: { KmsKeyId: block.kms_key_arn } };
  resources.extensions = Object.fromEntries(LOG_GROUPS.map((id) => [id, encrypted]));
}

function bound(role: Properties, { permissions_boundary_arn }: Block): void {
  if (permissions_boundary_arn !== undefined) role.PermissionsBoundary = permissions_boundary_arn;
}

// Whoever sends needs both actions, and whoever receives needs the first.
function encrypt(
  { id, Type, Properties }: Resource & { id: string; Properties: Properties },
  key: string,
): void {
  if (Type === "AWS::SQS::Queue") {
    delete Properties.SqsManagedSseEnabled;
    Properties.KmsMasterKeyId = key;
  }
  if (!WITH_QUEUES.includes(id)) return;
  const statement = { Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: key };
  const document = { Version: "2012-10-17", Statement: [statement] };
  Properties.Policies = [
    ...((Properties.Policies ?? []) as unknown[]),
    { PolicyName: "key", PolicyDocument: document },
  ];
}
