import * as z from "zod/mini";
import { METADATA } from "../../deploy/block/hooks.ts";
import { blockSchema, groupSchema } from "../../deploy/block/schema.ts";
import {
  CODE,
  expectedBy,
  GROUP_NAME,
  GROUPS_PARAMETER,
  OF_HOOKS,
  PARAMETERS,
  type Parameter,
  parameterOf,
} from "../../deploy/release/parameters.ts";
import { asJsonSchema } from "./tables.ts";

const GROUPS =
  "The Auto Scaling groups that get a lifecycle hook. Without a name, the key is the group's name. What a group does not have, it has of the deployment.";
/** What the module asks for by itself. */
const OWN = ["Groups", ...OF_HOOKS];

/** The variables of the Terraform module: its own, and one for each parameter of the template. */
export function terraformVariables(): string {
  const parameters = PARAMETERS.filter(({ name }) => !OWN.includes(name));
  return `# Made of the template's parameters and the keys of a group by \`npm run docs\`.

variable "code_bucket" {
  description = "The S3 bucket with the files of the release. It must be in the Region of the stack."
  type        = string
${checkOf({ key: "code_bucket", kind: "text", pattern: CODE.CodeBucket.AllowedPattern, expected: "expected the name of a bucket" })}}

variable "code_key_prefix" {
  description = "What stands before the names of the files in the bucket."
  type        = string
  default     = "asg-drain/"
}

variable "region" {
  description = "The Region of the bucket and of the stack."
  type        = string
${checkOf(settingOf("region", blockSchema.shape))}}

variable "template_url" {
  description = "The URL of the core template, if it is not in that bucket."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the stack, which CloudFormation puts on all that can have tags."
  type        = map(string)
  default     = {}
}

variable "heartbeat_timeout_seconds" {
  description = "How long a hook holds an instance when nobody prolongs it, from 30 to 7200. 180 or more is safe."
  type        = number
  default     = 3600
${checkOf(parameterOf("heartbeat_timeout_seconds"))}}

${groupsVariable()}

${parameters.map(variable).join("\n\n")}

locals {
  # What a group does not have is null.
  groups = {
    for key, group in var.groups : key => {
${aligned(
  groupSettings().map(({ key, kind }) => [key, convertedSetting(key, kind)]),
  6,
)}
    }
  }

  # The parameters of the template. What is null has its default.
  settings = {
${aligned(parameters.map((each) => [each.name, valueOfVariable(each)]))}
  }
}
`;
}

/** A setting as Terraform knows it: a parameter, or a key of a group. */
type Setting = Pick<Parameter, "key" | "kind" | "expected"> &
  Partial<Pick<Parameter, "otherwise" | "values" | "pattern" | "item" | "least" | "most">>;

/** What is no setting of a drain, so that no hook carries it. */
const OF_THE_HOOK = ["name", "heartbeat_timeout_seconds"];

function groupSettings(): Setting[] {
  return Object.keys(groupSchema.shape).map((key) =>
    // A comma parts the names in the template's parameter.
    key === "name"
      ? { key, kind: "text", pattern: GROUP_NAME, expected: GROUPS_PARAMETER.expected }
      : settingOf(key, groupSchema.shape),
  );
}

function settingOf(key: string, shape: Readonly<Record<string, z.core.$ZodType>>): Setting {
  const schema = shape[key] as z.core.$ZodType;
  const {
    type,
    items,
    enum: values,
    minimum,
    maximum,
    ...each
  } = asJsonSchema(z.toJSONSchema(schema, { io: "input" }));
  const pattern = items?.pattern ?? each.pattern;
  return {
    key,
    kind: type === "array" ? "list" : type === "integer" ? "number" : "text",
    expected: expectedBy(schema),
    ...(values === undefined ? {} : { values: values.map(String) }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(minimum === undefined ? {} : { least: minimum }),
    ...(maximum === undefined ? {} : { most: maximum }),
  };
}

// Not of a type of objects: Terraform would leave out what the type does not have, and a slip in a key would change nothing.
function groupsVariable(): string {
  const settings = groupSettings();
  const known = listed(settings.map(({ key }) => key));
  const others = `[for each in setsubtract(keys(group), ${known}) : each]`;
  const metadata = `length(jsonencode({ for each, value in group : each => value if value != null && !contains(${listed(OF_THE_HOOK)}, each) }))`;
  const names = "{ for key, group in var.groups : coalesce(try(group.name, null), key) => key... }";
  const checks = [
    ofGroups(
      "can(keys(group))",
      "",
      `expected an object with the settings of a group, found \${jsonencode(group)}`,
    ),
    ofGroups(
      `length(${others}) == 0`,
      "",
      `unknown key \${join(", ", ${others})}, expected only ${settings.map(({ key }) => key).join(", ")}`,
    ),
    ...settings.map((each) => {
      const value = `group.${each.key}`;
      return ofGroups(
        `try(${value}, null) == null ? true : ${isTaken(each, value)}`,
        `.${each.key}`,
        `${each.expected}, found \${jsonencode(${value})}`,
      );
    }),
    ofGroups(
      `${metadata} <= ${METADATA}`,
      "",
      `expected settings of at most ${METADATA} characters as JSON, which is all that a hook's metadata takes, found \${${metadata}}`,
    ),
    validation(
      `alltrue([for name, keys in ${names} : length(keys) == 1])`,
      `join(" ", [for name, keys in ${names} : "groups: expected each group once, found \${name} in \${join(", ", keys)}." if length(keys) > 1])`,
    ),
  ];
  return `variable "groups" {
  description = ${text(GROUPS)}
  type        = any
  default     = {}
  nullable    = false
${checks.join("")}}`;
}

// What holds for each group, and the error of one for which it does not.
function ofGroups(condition: string, at: string, error: string): string {
  return validation(
    `alltrue([for group in var.groups : ${condition}])`,
    `join(" ", [for key, group in var.groups : "groups.\${key}${at}: ${quotesEscaped(error)}." if !(${condition})])`,
  );
}

function convertedSetting(key: string, kind: Parameter["kind"]): string {
  if (key === "name") return "coalesce(try(group.name, null), key)";
  const convert = kind === "list" ? "tolist" : kind === "number" ? "tonumber" : "tostring";
  return `try(${convert}(group.${key}), null)`;
}

function variable(parameter: Parameter): string {
  const { key, description, kind } = parameter;
  const lines = [
    `  description = ${text(description)}`,
    `  type        = ${TYPES[kind]}`,
    "  default     = null",
  ];
  return `variable "${key}" {\n${lines.join("\n")}\n${checkOf(parameter)}}`;
}

// What the template would refuse is refused when Terraform plans.
function checkOf(setting: Setting): string {
  const { key, kind, expected } = setting;
  if (kind === "truth" || isTaken(setting, "any") === "true") return "";
  const name = `var.${key}`;
  const condition = `${name} == null ? true : ${isTaken(setting, name)}`;
  return validation(condition, `"${key}: ${quotesEscaped(expected)}, found \${jsonencode(${name})}."`);
}

/** The expression that says whether a setting takes a value that is there. */
function isTaken(setting: Setting, value: string): string {
  const { kind, values, item, least, most, otherwise } = setting;
  // Terraform's patterns do not look ahead.
  const pattern = item ?? setting.pattern;
  if (kind === "list" || kind === "places") {
    if (pattern === undefined) return "true";
    // What has a comma in it would be two items.
    const each = `alltrue([for each in ${value} : can(regex(${text(pattern)}, each)) && !strcontains(each, ",")])`;
    const once = `length(distinct(compact(${value}))) == length(compact(${value}))`;
    return `try(${each}${kind === "places" ? ` && ${once}` : ""}, false)`;
  }
  if (values !== undefined) {
    const allowed = kind === "number" ? `[${values.join(", ")}]` : listed(values.filter(Boolean));
    return `try(contains(${allowed}, ${value}), false)`;
  }
  if (kind === "number")
    return `try(floor(${value}) == tonumber(${value}) && ${value} >= ${least ?? 0} && ${value} <= ${most}, false)`;
  if (pattern === undefined) return "true";
  return `can(regex(${text(otherwise === "" ? `^$|${pattern}` : pattern)}, ${value}))`;
}

function validation(condition: string, message: string): string {
  return `
  validation {
    condition     = ${condition}
    error_message = ${message}
  }
`;
}

function listed(texts: readonly string[]): string {
  return `[${texts.map(text).join(", ")}]`;
}

// Without what it has of the functions' own quotes, a text of Terraform's.
function quotesEscaped(error: string): string {
  return error.replace(/\$\{[^}]*\}|"/g, (found) => (found === '"' ? '\\"' : found));
}

const TYPES: Readonly<Record<Parameter["kind"], string>> = {
  text: "string",
  json: "string",
  list: "list(string)",
  places: "list(string)",
  number: "number",
  truth: "bool",
};

function valueOfVariable({ key, kind }: Parameter): string {
  if (kind === "list" || kind === "places") return `var.${key} == null ? null : join(",", var.${key})`;
  return kind === "number" || kind === "truth"
    ? `var.${key} == null ? null : tostring(var.${key})`
    : `var.${key}`;
}

// As \`terraform fmt\` has it.
function aligned(entries: readonly (readonly [string, string])[], indent = 4): string {
  const width = Math.max(...entries.map(([key]) => key.length));
  return entries.map(([key, value]) => `${" ".repeat(indent)}${key.padEnd(width)} = ${value}`).join("\n");
}

function text(content: string): string {
  return JSON.stringify(content).replaceAll("${", "$${");
}
