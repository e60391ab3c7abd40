// What checkov finds in the template and is meant to be so, each with its reason. It stands in the resource, where whoever runs checkov sees it.
import type { Branch, Resource, Template } from "./tree.ts";

type Finding = { readonly id: string; readonly comment: string };

const FINDINGS: Readonly<Record<string, readonly Finding[]>> = {
  "AWS::Lambda::Function": [
    {
      id: "CKV_AWS_115",
      comment: "Reserved concurrency would make ticks wait, and a tick that is late is worth nothing",
    },
    {
      id: "CKV_AWS_116",
      comment: "Each run does all the work of the run before: a tick that failed need not be kept",
    },
    { id: "CKV_AWS_117", comment: "The functions call AWS alone, and nothing in a VPC" },
    { id: "CKV_AWS_173", comment: "The environment has names and ids of roles, and no secrets" },
  ],
  "AWS::Logs::LogGroup": [
    {
      id: "CKV_AWS_158",
      comment: "The key is yours to give, by KmsKeyArn; without it CloudWatch Logs has its own",
    },
  ],
  "AWS::SQS::Queue": [
    {
      id: "CKV_AWS_27",
      comment: "Without KmsKeyArn, SQS encrypts by a key of its own: SqsManagedSseEnabled",
    },
  ],
};

/** The template with the reason for each finding in the resource. */
export function withReasons(template: Template): Template {
  const resources = Object.entries(template.Resources).map(([id, resource]) => [id, reasoned(resource)]);
  return { ...template, Resources: Object.fromEntries(resources) };
}

function reasoned(resource: Resource): Resource {
  const skip = FINDINGS[resource.Type];
  if (skip === undefined) return resource;
  return {
    ...resource,
    Metadata: { ...(resource.Metadata as Branch), checkov: { skip } },
  } as unknown as Resource;
}
