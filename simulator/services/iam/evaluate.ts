import { isLike } from "../../kernel/policy-text.ts";
import { NotSimulated } from "../../wire/errors.ts";

/** A statement of a role's policy. */
export type PolicyStatement = {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
};

/** What is asked: whether an action on a resource is allowed, where the context's keys have these values. */
export type Asked = {
  readonly action: string;
  readonly resource: string;
  readonly context: ReadonlyMap<string, readonly string[]>;
};

/**
 * IAM's decision about a request, by a role's policies alone: a Deny counts before an Allow, and nothing is denied too. Throws
 * NotSimulated for a condition that is not known here.
 *
 * IAM User Guide, "Policy evaluation logic".
 */
export function decide(
  statements: readonly PolicyStatement[],
  asked: Asked,
): "allowed" | "explicitDeny" | "implicitDeny" {
  const effects = new Set(statements.filter((each) => isMeant(each, asked)).map(({ Effect }) => Effect));
  if (effects.has("Deny")) return "explicitDeny";
  return effects.has("Allow") ? "allowed" : "implicitDeny";
}

/** The keys that the statements' conditions name and the request has no value of. */
export function missingKeys(statements: readonly PolicyStatement[], { action, context }: Asked): string[] {
  const keys = statements
    .filter(({ Action }) => [Action].flat().some((each) => isLike(action, each, "i")))
    .flatMap(({ Condition = {} }) => Object.values(Condition).flatMap((each) => Object.keys(each)));
  return [...new Set(keys)].filter((key) => !context.has(key));
}

function isMeant(
  { Action, Resource, Condition = {} }: PolicyStatement,
  { action, resource, context }: Asked,
): boolean {
  return (
    [Action].flat().some((each) => isLike(action, each, "i")) &&
    [Resource].flat().some((each) => isLike(resource, each)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, expected]) => holds(operator, [expected].flat(), context.get(key))),
    )
  );
}

function holds(
  operator: string,
  expected: readonly string[],
  values: readonly string[] | undefined,
): boolean {
  switch (operator) {
    case "Null":
      return String(values === undefined) === expected[0];
    case "StringEquals":
      return values?.some((value) => expected.includes(value)) ?? false;
    case "ArnEquals":
    case "ArnLike":
    case "StringLike":
      return values?.some((value) => expected.some((each) => isLike(value, each))) ?? false;
    default:
      throw new NotSimulated(`the condition ${operator} of a role's policy`);
  }
}
