// A function's input is JSON as text. A parameter's value goes into that text, and what may be left out is there by a condition.
import { inputsOf } from "../block/inputs.ts";
import { blockOfEverything, conditionOf } from "./choices.ts";
import { isOptional, type Parameter, parameterOf } from "./parameters.ts";
import { either, isBranch, joined, partsOf, type Tree } from "./tree.ts";

/** Where inputs stand: a rule's target, and deregister's environment. */
const PLACES = ["Input", "INPUT"];

/** A template whose inputs have parameters in them. */
export function withInputs(tree: Tree): Tree {
  if (Array.isArray(tree)) return tree.map(withInputs);
  if (!isBranch(tree)) return tree;
  return Object.fromEntries(
    Object.entries(tree).map(([key, each]) => [
      key,
      PLACES.includes(key) && typeof each === "string" ? inputText(each) : withInputs(each),
    ]),
  );
}

/** What a parameter's value is: its own, or else a name that is made of the stage. */
export function referenceTo(parameter: Parameter): Tree {
  const reference = { Ref: parameter.name };
  const otherwise = DEFAULTS[parameter.key];
  return otherwise === undefined ? reference : either(conditionOf(parameter), reference, otherwise);
}

/** What a name is if nobody says otherwise. */
const DEFAULTS: Readonly<Record<string, Tree>> = {
  lifecycle_queue_name: joined(["asg-drain-", { Ref: "Stage" }, "-lifecycle"]),
  elb_monitor_queue_name: joined(["asg-drain-", { Ref: "Stage" }, "-monitor"]),
};

/** Whether a parameter always has a value. */
export function hasValue(parameter: Parameter): boolean {
  return !isOptional(parameter) || DEFAULTS[parameter.key] !== undefined;
}

// Of whichever block it is: what a choice leaves out of an input has a condition of its own there.
function inputText(json: string): Tree {
  const { queue_name, services } = JSON.parse(json);
  const { deregister, terminate, scale_tasks } = inputsOf(blockOfEverything());
  const input = queue_name !== undefined ? terminate : services !== undefined ? scale_tasks : deregister;
  const parts = Object.keys(input).map((key, n) => keyText(key, n === 0 ? "" : ","));
  return joined(["{", ...parts.flatMap(partsOf), "}"]);
}

function keyText(key: string, comma: string): Tree {
  const start = `${comma}${JSON.stringify(key)}:`;
  const more = UNIONS[key];
  if (more !== undefined) return unionText(start, parameterOf(key), parameterOf(more));
  const parameter = parameterOf(IN_PLACE_OF[key] ?? key);
  const text = joined([start, ...(TEXTS[key] ?? valueText(parameter)).flatMap(partsOf)]);
  return key in TEXTS || hasValue(parameter) ? text : either(conditionOf(parameter), text, "");
}

/** The lists of inputs that have what another parameter names, too. */
const UNIONS: Readonly<Record<string, string>> = {
  lifecycle_topic_arns: "topics",
  lifecycle_hook_names: "lifecycle_event_hooks",
};

function unionText(start: string, own: Parameter, more: Parameter): Tree {
  const [one, other] = [own, more].map(itemsText) as [Tree, Tree];
  const list = (...items: Tree[]) => joined([start, '["', ...items, '"]']);
  const isOwn = conditionOf(own);
  return either(
    conditionOf(more),
    either(isOwn, list(one, '","', other), list(other)),
    either(isOwn, list(one), ""),
  );
}

function itemsText(parameter: Parameter): Tree {
  const value = referenceTo(parameter);
  return { "Fn::Join": ['","', parameter.kind === "places" ? { "Fn::Split": [",", value] } : value] };
}

/** The keys of inputs that are another parameter's. */
const IN_PLACE_OF: Readonly<Record<string, string>> = {
  queue_name: "elb_monitor_queue_name",
  auto_scaling_groups: "groups",
  group_tag: "group_tag_value",
  services: "scale_tasks_services",
};

/** The values of keys that are made of more than one parameter. */
const TEXTS: Readonly<Record<string, readonly Tree[]>> = {
  // terminate leaves out empty names.
  auto_scaling_groups: [
    '["',
    { "Fn::Join": ['","', { "Fn::Split": [",", { Ref: "Groups" }] }] },
    '","',
    { "Fn::Join": ['","', { Ref: "MoreAutoScalingGroups" }] },
    '"]',
  ],
  services: ["[", { Ref: "ScaleTasksServices" }, "]"],
};

function valueText(parameter: Parameter): readonly Tree[] {
  const value = referenceTo(parameter);
  switch (parameter.kind) {
    case "list":
      return ['["', itemsText(parameter), '"]'];
    case "number":
    case "truth":
      return [value];
    default:
      return [parameter.key === "group_tag_value" ? '"asg-drain=' : '"', value, '"'];
  }
}
