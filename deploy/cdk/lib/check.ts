// Refuses what is wrong when the stack is synthesised, as Serverless does when it packages: by the functions' own schemas.
import { Annotations, type Stack, Token } from "aws-cdk-lib";
import type { Construct, IConstruct } from "constructs";
import { problemsOfConstruct, problemsOfResources } from "./schemas";

type Keys = Readonly<Record<string, unknown>>;

/** What the construct is given, with its own keys. */
type Given = {
  readonly settings: object;
  /** With the ids of their hooks' constructs, which no hook carries. */
  readonly groups: readonly { readonly id?: unknown; readonly name?: unknown }[];
  readonly heartbeatTimeoutSeconds: unknown;
};

/** Throws one error with all that is wrong. */
export function check({ settings, groups, heartbeatTimeoutSeconds }: Given, stack: Stack): void {
  refuse([
    ...[settings, ...groups].flatMap(unknownUntilDeployment),
    ...problemsOfConstruct({
      region: regionOf(stack),
      heartbeat_timeout_seconds: heartbeatTimeoutSeconds,
      // Each is another one, whatever it will be called.
      groups: groups.map(({ id: _, ...group }, n) => withoutTokens({ ...group, name: nameOf(group, n) })),
      settings: withoutTokens(settings),
    }),
  ]);
}

/** Throws if AWS would refuse one of the resources for its length. */
export function checkResources(resources: unknown, stack: Stack): void {
  refuse(problemsOfResources(resources, regionOf(stack)));
}

/** The names of what has been deployed in each app, with who has them. */
const TAKEN = new WeakMap<IConstruct, Map<string, string>>();

/**
 * Throws if another construct of the app makes something of the same name in the same account and Region. Where nobody knows yet whether
 * it is the same, it warns.
 */
export function checkNames(construct: Construct, stack: Stack, names: readonly string[]): void {
  const { root, path } = construct.node;
  const taken = TAKEN.get(root) ?? new Map<string, string>();
  TAKEN.set(root, taken);
  const isKnown = !Token.isUnresolved(stack.account) && !Token.isUnresolved(stack.region);
  for (const name of names) {
    const where = isKnown ? `${stack.account}/${stack.region}` : stack.node.path;
    const other = taken.get(`${where}/${name}`);
    if (other !== undefined)
      throw new Error(
        `asg-drain: stage: expected another one than ${other}'s, or queues with names of their own: both make ${name}`,
      );
    const like = taken.get(name);
    if (like !== undefined)
      Annotations.of(construct).addWarningV2(
        "asg-drain:same-name",
        `${like} makes ${name} too: deploy the two to different accounts or Regions, or give one of them another stage`,
      );
    taken.set(`${where}/${name}`, path);
    if (!isKnown) taken.set(name, path);
  }
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0)
    throw new Error(`asg-drain: this is wrong:\n${problems.map((each) => `- ${each}`).join("\n")}`);
}

function regionOf({ region }: Stack): string | undefined {
  return Token.isUnresolved(region) ? undefined : region;
}

function nameOf({ name }: { readonly name?: unknown }, n: number): unknown {
  return Token.isUnresolved(name) ? `not-known-yet-${n}` : name;
}

// A text may become known with the deployment. Of a number, and of which items a list has, the template is made.
function unknownUntilDeployment(keys: object): string[] {
  return Object.entries(keys)
    .filter(([, value]) => typeof value !== "string" && Token.isUnresolved(value))
    .map(([key]) => `${key}: expected a value that is known when the stack is synthesised`);
}

// Without what is not known yet, and with the keys of the block. What is undefined is left out.
function withoutTokens(keys: object): Keys {
  const known = Object.entries(keys).flatMap(([key, value]) => {
    if (value === undefined || (!Array.isArray(value) && Token.isUnresolved(value))) return [];
    const items = Array.isArray(value) ? value.filter((each) => !Token.isUnresolved(each)) : value;
    return [[withUnderscores(key), items]];
  });
  return Object.fromEntries(known);
}

/** A key as the block has it. */
export function withUnderscores(key: string): string {
  return key.replace(/[A-Z]/g, (each) => `_${each.toLowerCase()}`);
}
