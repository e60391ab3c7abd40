import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parse } from "yaml";
import { FOR_NOTICES } from "../../deploy/release/task.ts";
import { CANNOT, type RoleName, WHY } from "./permissions.ts";
import { markdownTable } from "./tables.ts";

type Statement = {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};
type Role = { readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: unknown } }[] };
type Variables = { resolveConfigurationProperty: (path: readonly string[]) => Promise<unknown> };

const load = createRequire(import.meta.url);
/** One of each, so that each statement is there. */
const BLOCK: Readonly<Record<string, unknown>> = {
  region: "us-east-1",
  stage: "live",
  groups: ["GROUP"],
  deregister: { cluster_names: ["CLUSTER"] },
  terminate: { cluster_names: ["CLUSTER"] },
  scale_tasks: { cluster_name: "CLUSTER", service_name: "SERVICE", min_task_count: 1, n_count: 0 },
};
const ROLES: Readonly<Record<string, RoleName>> = {
  DeregisterRole: "deregister",
  TerminateRole: "terminate",
  ScaleTasksRole: "scale-tasks",
  LifecycleHookRole: "the lifecycle hooks",
};

/** The page on what the roles of the stack may do. It is read from serverless.yml, as Serverless does. */
export async function permissionsPage(): Promise<string> {
  const text = readFileSync("serverless.yml", "utf8");
  const { resources } = parse(text, { merge: true, logLevel: "error" });
  const sections = Object.entries(ROLES).map(
    async ([id, name]) =>
      `## ${name}\n\n${await roleTable(resources.Resources[id].Properties)}\n\nIt cannot:\n\n${cannotDo(name)}`,
  );
  return `# What the roles may do

<!-- Made from serverless.yml by \`npm run docs\`. -->

Each function has a role of its own, and so have the hooks. This is all that they may do, with a block that has the group GROUP and the cluster
CLUSTER. The templates of a release have the same statements. \`npx mocha test/package/roles.test.ts\` plays fleets in which each action is
called, and asks the roles for what they must refuse.

- \`discover: named\` takes the reads of all clusters away. \`clusters: '*'\` and \`cluster_tag\` allow to change all.
- \`group_tag\` adds the same actions on groups that carry the tag, by \`aws:ResourceTag\`.
- \`kms_key_arn\` adds \`kms:Decrypt\` and \`kms:GenerateDataKey\` on that key, for all roles but that of scale-tasks.

${(await Promise.all(sections)).join("\n\n")}

## A task

\`task.json\` ([as-a-task.md](as-a-task.md)) has terminate's role without its log, and without what only notices of EC2 and AWS Health need:
${FOR_NOTICES.map((each) => code(String(each))).join(", ")}. \`npx mocha test/package/task.test.ts\` shows
that a task calls all of the rest. By the execution role, ECS gets the image from any repository of ECR, and writes the task's log.

## Who deploys

CloudFormation makes these types of resources with the permissions of whoever deploys, or of the role that you give it (\`--role-arn\`). Whoever
deploys must be allowed to make them, and to pass the roles to Lambda and Auto Scaling (\`iam:PassRole\`):

${typesList(resources.Resources)}

- With a key of your own, \`AWS::IAM::Policy\`. With \`topics\`, \`AWS::SNS::Subscription\`. For the functions, \`AWS::Lambda::Function\`, \`AWS::Lambda::Permission\`, \`AWS::Lambda::EventInvokeConfig\`, \`AWS::Lambda::EventSourceMapping\` and
  \`AWS::Logs::LogGroup\`.
- \`lambda:TagResource\`, because the functions have their version as a tag, and \`s3:GetObject\` on the zips.
- \`cloudformation:SetStackPolicy\`, for the stack's policy.
`;
}

async function roleTable({ Policies }: Role): Promise<string> {
  const statements = await Promise.all(
    Policies.map(({ PolicyDocument }) => resolved(PolicyDocument.Statement)),
  );
  const rows = statements.flat().map(({ Action, Resource, Condition = {} }) => [
    [Action].flat().map(code).join(", "),
    whyOf([Action].flat()),
    [Resource]
      .flat()
      .map((each) => code(resourceText(each)))
      .join(", "),
    Object.entries(Condition)
      .flatMap(([, keys]) => Object.entries(keys))
      .map(
        ([key, value]) =>
          `${code(key)} is ${[value]
            .flat()
            .map((each) => code(resourceText(each)))
            .join(" or ")}`,
      )
      .join(", "),
  ]);
  return markdownTable(["actions", "why", "on", "if"], rows);
}

// An action has its reason by itself, or with all others of its service that begin with the same word.
function whyOf(actions: readonly string[]): string {
  const reasons = actions.map((action) => {
    const reason = WHY[action] ?? WHY[action.replace(/:(Describe|List|Get)\w+$/, ":reads")];
    if (reason === undefined)
      throw new Error(`docs/generate/permissions.ts: nothing says why ${action} is needed`);
    return reason;
  });
  return [...new Set(reasons)].join(" ");
}

function cannotDo(name: RoleName): string {
  return CANNOT[name].map(({ what }) => `- ${what}`).join("\n");
}

// A statement stands there, or a function of permissions.cjs makes it of the block.
async function resolved(statement: unknown): Promise<readonly Statement[]> {
  const made = /^\$\{file\(\.\/(deploy\/[\w-]+\.cjs)\):(\w+)\}$/.exec(String(statement));
  if (made === null) return statement as readonly Statement[];
  const [, file, name = ""] = made;
  const functions: Record<string, (variables: Variables) => Promise<Statement[]>> = load(`../../${file}`);
  const variables = {
    resolveConfigurationProperty: async ([, key = ""]: readonly string[]) => BLOCK[key] ?? null,
  };
  return (await functions[name]?.(variables)) ?? [];
}

function code(text: string): string {
  return `\`${text}\``;
}

// An ARN without what each has: the partition, the Region and the account.
function resourceText(resource: unknown): string {
  if (typeof resource === "string") return resource.replace(/\.Arn$/, "");
  const { "Fn::Sub": text = "" } = resource as { "Fn::Sub"?: string };
  return text.replace(`arn:\${AWS::Partition}:`, "").replace(`:\${AWS::Region}:\${AWS::AccountId}:`, ":");
}

function typesList(resources: Readonly<Record<string, { readonly Type: string }>>): string {
  const types = new Set(Object.values(resources).map(({ Type }) => Type));
  return [...types]
    .sort()
    .map((type) => `- \`${type}\``)
    .join("\n");
}
