// What the CDK construct checks its settings with: the schemas of the block and of the functions, and the bounds of the template's parameters.
// A release makes one file of this for the package. What is not known yet when a stack is synthesised is left out by the construct.

import { deregisterInput } from "../../functions/deregister/input.ts";
import { terminateInput } from "../../functions/terminate/input.ts";
import { parseJson } from "../../shared/base/json.ts";
import { meant } from "../../shared/base/meant.ts";
import { meantText, quote } from "../../shared/base/validation-problems.ts";
import { figure } from "../block/lists.ts";
import { problemsOfRolesIn } from "../block/policies.ts";
import { INPUT, problemsOfBlock } from "../block/problems.ts";
import { type Block, blockSchema } from "../block/schema.ts";
import { GROUPS_PARAMETER, OF_HOOKS, PARAMETERS, type Parameter, TOPICS_PARAMETER } from "./parameters.ts";

type Keys = Readonly<Record<string, unknown>>;
type Resources = Parameters<typeof problemsOfRolesIn>[0];

/** What the construct is given, with the keys of the block. */
export type Given = {
  /** Undefined where the stack may be in any Region. */
  readonly region: string | undefined;
  readonly heartbeat_timeout_seconds: unknown;
  readonly groups: readonly Keys[];
  readonly settings: Keys;
};

const SETTINGS = PARAMETERS.filter(({ name }) => name !== GROUPS_PARAMETER.name && !OF_HOOKS.includes(name));

/** All that is wrong with what the construct is given, one problem each: the key as the construct has it, what was expected, and what was found. */
export function problemsOfConstruct(given: Given): string[] {
  const ofBlock = problemsOfBlock(blockOf(given))
    .map((problem) => problem.replace(/^serverless\.yml: custom\.((deregister|terminate)\.)?/, ""))
    .filter((problem) => given.region !== undefined || !problem.startsWith("region: "))
    .map(inWordsOfConstruct);
  const ofSettings = [
    ...given.groups.flatMap(({ name }, n) => itemProblem(GROUPS_PARAMETER, name, `groups[${n}].name`)),
    ...Object.entries(given.settings).flatMap(([key, value]) => problemOf(key, value)),
  ];
  const told = new Set(ofBlock.map(keyOf));
  const all = [...ofBlock, ...ofSettings.filter((problem) => !told.has(keyOf(problem)))];
  return [...new Set(all)].map(inCamelCase);
}

/** What AWS would refuse of the stack's resources: a role's policies, or an input, that are too long. */
export function problemsOfResources(resources: Resources, region: string | undefined): string[] {
  const block = (region === undefined ? {} : { region }) as Block;
  const problems = [...problemsOfRolesIn(resources, block), ...problemsOfTargets(resources)];
  return problems.map((problem) => inCamelCase(problem.replace(/\bgroup_tag\b/, "group_tag_value")));
}

function problemsOfTargets(resources: Resources): string[] {
  const rules = Object.values(resources).filter(({ Type }) => Type === "AWS::Events::Rule");
  return rules.flatMap(({ Properties }) => {
    const targets = (Properties?.Targets ?? []) as unknown as readonly { readonly Input?: unknown }[];
    return targets
      .map(({ Input }) => (typeof Input === "string" ? Input.length : 0))
      .filter((length) => length > INPUT)
      .map(
        (length) =>
          `groups: expected an input of at most ${figure(INPUT)} characters as JSON, which is all that EventBridge takes, found ${figure(length)}; name fewer groups, or let them carry group_tag_value`,
      );
  });
}

// Keys of deregister's and terminate's inputs that the block has itself, or that terminate does not have.
const OF_THE_BLOCK = ["dry_run", "event_bus"];

/** The settings as a block. For what the block has no key, or another one, the template's bounds are there. */
function blockOf({ region, heartbeat_timeout_seconds, groups, settings }: Given): Keys {
  const of = (shape: object, ...less: readonly string[]) =>
    Object.fromEntries(
      Object.entries(settings).filter(
        // An empty text is that of a parameter that is left out.
        ([key, value]) => Object.hasOwn(shape, key) && !less.includes(key) && value !== "",
      ),
    );
  const {
    group_tag_value: tag,
    lifecycle_event_hooks: hooks,
    topics,
    scale_tasks_services: services,
  } = settings;
  return {
    region,
    stage: "live",
    heartbeat_timeout_seconds,
    ...of(blockSchema.shape),
    groups,
    deregister: of(deregisterInput.shape, ...OF_THE_BLOCK),
    terminate: of(terminateInput.shape, ...OF_THE_BLOCK, "elb_monitor_queue_name"),
    ...(tag === undefined ? {} : { group_tag: `asg-drain=${tag}` }),
    ...(isList(topics) ? { topics: topics.filter(isTopic) } : {}),
    ...(isList(hooks) && hooks.length > 0 ? { lifecycle_events: { hooks } } : {}),
    ...servicesOf(services),
  };
}

// Of the others is told by the template's bounds, in which a place may be empty.
function isTopic(topic: unknown): boolean {
  return topic !== "" && isTaken(TOPICS_PARAMETER, topic);
}

function servicesOf(written: unknown): Keys {
  if (typeof written !== "string" || written === "") return {};
  const services = parseJson(`[${written}]`);
  return services === undefined ? {} : { scale_tasks: { services } };
}

/** What is wrong with one setting by the bounds of the template's parameter. */
function problemOf(key: string, value: unknown): string[] {
  const parameter = SETTINGS.find((each) => each.key === key);
  if (parameter === undefined) {
    const known = SETTINGS.map((each) => each.key);
    return [`${key}: unknown key${meantText(meant(key, known))}`];
  }
  const { kind, expected } = parameter;
  if (kind !== "list" && kind !== "places")
    return isTaken(parameter, value) ? [] : [`${key}: ${expected}, found ${quote(value)}`];
  if (!isList(value)) return [`${key}: expected a list, found ${quote(value)}`];
  return value.flatMap((item, n) => itemProblem(parameter, item, `${key}[${n}]`));
}

// What has a comma in it would be two items.
function itemProblem(parameter: Parameter, item: unknown, key: string): string[] {
  const isRight = typeof item === "string" && !item.includes(",") && isTaken(parameter, item);
  return isRight ? [] : [`${key}: ${parameter.expected}, found ${quote(item)}`];
}

function isTaken(
  { kind, values, pattern, least = 0, most = Number.MAX_SAFE_INTEGER }: Parameter,
  value: unknown,
): boolean {
  if (kind === "truth") return typeof value === "boolean";
  if (kind === "number") {
    const isNumber = Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
    return isNumber && (values?.includes(String(value)) ?? true);
  }
  if (typeof value !== "string") return false;
  // Empty is what a template's parameter has that is left out.
  return (
    value === "" || (values?.includes(value) ?? (pattern === undefined || new RegExp(pattern).test(value)))
  );
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function keyOf(problem: string): string {
  return problem.slice(0, problem.indexOf(": "));
}

/** What the block has other keys for than the template. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /^auto_scaling_group_name: expected it, groups or group_tag,/,
    "groups: expected a group, group_tag_value or more_auto_scaling_groups,",
  ],
  [/^group_tag:/, "group_tag_value:"],
  [/^lifecycle_events(\.hooks)?/, "lifecycle_event_hooks"],
  [/^scale_tasks\.services/, "scale_tasks_services"],
];

function inWordsOfConstruct(problem: string): string {
  return WORDS.reduce((text, [word, other]) => text.replace(word, other), problem);
}

// The keys alone: a value, which stands in quotes, is written as the template has it.
function inCamelCase(problem: string): string {
  return problem.replace(/"[^"]*"|\b[a-z]+(?:_[a-z]+)+\b/g, (found) =>
    found.startsWith('"') ? found : found.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  );
}
