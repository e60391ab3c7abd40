import { z } from "zod";
import type { Principal, ServicePrincipal } from "../../kernel/account.ts";
import { isLike } from "../../kernel/policy-text.ts";
import { AwsError, NotSimulated } from "../../wire/errors.ts";

/** Who sends a message: a user or a role of the account, or a service of AWS in its own name. */
export type Sender = Principal | ServicePrincipal;

const ACTIONS = /^(\*|sqs:(\*|sendmessage))$/i;

const texts = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => (typeof given === "string" ? [given] : given));
const conditionKeys = z.enum(["aws:PrincipalArn", "aws:PrincipalIsAWSService", "aws:SourceArn"]);
const operators = z.enum([
  "ArnEquals",
  "ArnEqualsIfExists",
  "ArnLike",
  "ArnLikeIfExists",
  "ArnNotEquals",
  "ArnNotEqualsIfExists",
  "ArnNotLike",
  "ArnNotLikeIfExists",
  "Bool",
  "BoolIfExists",
]);
const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: z.union([
    z.literal("*"),
    z.strictObject({ AWS: texts.default([]), Service: texts.default([]) }),
  ]),
  Action: texts,
  Resource: texts,
  Condition: z.partialRecord(operators, z.partialRecord(conditionKeys, texts)).default({}),
});
const document = z.strictObject({
  Version: z.literal("2012-10-17"),
  Id: z.string().optional(),
  Statement: z.union([statement.transform((one) => [one]), z.array(statement)]),
});

type Statement = z.output<typeof statement>;

/** A queue's policy: its text, and what the text says of who may send. */
export type Policy = { readonly text: string; readonly statements: readonly Statement[] };

/**
 * Reads the text of a queue's policy. Throws as SetQueueAttributes does for what is no JSON. Throws NotSimulated for what a policy
 * may say and nobody heeds here.
 */
export function readPolicy(text: string): Policy {
  const parsed = document.safeParse(jsonOf(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new NotSimulated(`a queue's policy with such a value: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const statements = parsed.data.Statement;
  const other = statements.flatMap(({ Action }) => Action).find((action) => !ACTIONS.test(action));
  if (other !== undefined) throw new NotSimulated(`a queue's policy for ${other}`);
  return { text, statements };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AwsError("InvalidAttributeValue", "Invalid value for the parameter Policy.");
  }
}

/**
 * The error with which SQS refuses a message to a queue, or undefined if it takes the message. What a user's or a role's own
 * policies allow is not simulated: of them, only a Deny here refuses any. A service has no policies of its own, so it needs an Allow
 * here. A queue without a policy takes all messages.
 */
export function denialOf(policy: Policy | undefined, queueArn: string, sender: Sender): AwsError | undefined {
  if (!policy) return undefined;
  const meant = policy.statements.filter((each) => isMeant(each, queueArn, sender));
  const effects = new Set(meant.map(({ Effect }) => Effect));
  if (effects.has("Deny"))
    return denial(queueArn, sender, "with an explicit deny in a resource-based policy");
  if (isService(sender) && !effects.has("Allow"))
    return denial(queueArn, sender, "because no resource-based policy allows the sqs:sendmessage action");
  return undefined;
}

function isMeant({ Principal: who, Resource, Condition }: Statement, arn: string, sender: Sender): boolean {
  const isPrincipal =
    who === "*" ||
    who.AWS.includes("*") ||
    (isService(sender) ? who.Service.includes(sender.service) : who.AWS.includes(sender.arn));
  return (
    isPrincipal &&
    Resource.some((each) => isArnLike(arn, each)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, values, contextOf(sender)[key])),
    )
  );
}

// IAM User Guide, "AWS global condition context keys". A request of a service names no principal's ARN, and one of a
// role no source's.
function contextOf(sender: Sender): Readonly<Record<string, string | undefined>> {
  return {
    "aws:PrincipalIsAWSService": String(isService(sender)),
    "aws:PrincipalArn": isService(sender) ? undefined : sender.arn,
    "aws:SourceArn": isService(sender) ? sender.sourceArn : undefined,
  };
}

// IAM User Guide, "IAM JSON policy elements: Condition operators": a negated operator holds where the key is missing.
// ArnEquals and ArnLike are the same.
function holds(operator: string, values: readonly string[], value: string | undefined): boolean {
  const isNegated = operator.startsWith("ArnNot");
  if (value === undefined) return isNegated || operator.endsWith("IfExists");
  const isOne = values.some((each) =>
    operator.startsWith("Bool") ? each.toLowerCase() === value : isArnLike(value, each),
  );
  return isOne !== isNegated;
}

// Each of the six parts of an ARN is compared by itself. In each, `*` stands for any text and `?` for any character.
function isArnLike(arn: string, pattern: string): boolean {
  if (pattern === "*") return true;
  const [parts, patterns] = [partsOf(arn), partsOf(pattern)];
  return parts.length === patterns.length && parts.every((part, i) => isLike(part, patterns[i] ?? ""));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
}

function isService(sender: Sender): sender is ServicePrincipal {
  return "service" in sender;
}

function denial(queueArn: string, sender: Sender, why: string): AwsError {
  const who = isService(sender) ? sender.service : sessionArnOf(sender);
  const message = `User: ${who} is not authorized to perform: sqs:sendmessage on resource: ${queueArn} ${why}`;
  return new AwsError("AccessDenied", message, 403);
}

// AWS names the session of a role.
function sessionArnOf({ id, arn }: Principal): string {
  const [, session = ""] = id.split(":");
  return arn.replace(/:iam:(.*):role\/(.*)$/, `:sts:$1:assumed-role/$2/${session}`);
}
