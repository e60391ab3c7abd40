import * as z from "zod/mini";
import { groupSchema } from "../../deploy/block/schema.ts";
import { OF_HOOKS, PARAMETERS, type Parameter } from "../../deploy/release/parameters.ts";
import { asJsonSchema, type JsonSchema } from "./tables.ts";

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
}

variable "code_key_prefix" {
  description = "What stands before the names of the files in the bucket."
  type        = string
  default     = "asg-drain/"
}

variable "region" {
  description = "The Region of the bucket and of the stack."
  type        = string
}

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
}

variable "groups" {
  description = ${text(GROUPS)}
  type = map(object({
${groupAttributes()}
  }))
  default = {}
}

${parameters.map(variable).join("\n\n")}

locals {
  # The parameters of the template. What is null has its default.
  settings = {
${aligned(parameters.map((each) => [each.name, valueOfVariable(each)]))}
  }
}
`;
}

function groupAttributes(): string {
  const { properties = {} } = asJsonSchema(z.toJSONSchema(groupSchema, { io: "input" }));
  return aligned(Object.entries(properties).map(([key, each]) => [key, `optional(${typeOfKey(each)})`]));
}

function variable({ key, description, kind, values, ...parameter }: Parameter): string {
  const allowed = (values ?? []).filter((each) => each !== "");
  const lines = [
    `  description = ${text(description)}`,
    `  type        = ${TYPES[kind]}`,
    "  default     = null",
  ];
  const check = checkOf(key, kind, allowed, parameter);
  return `variable "${key}" {\n${lines.join("\n")}\n${check}}`;
}

// What the template would refuse is refused when Terraform plans.
function checkOf(
  key: string,
  kind: Parameter["kind"],
  allowed: readonly string[],
  { least, most }: Pick<Parameter, "least" | "most">,
): string {
  const name = `var.${key}`;
  if (kind === "truth") return "";
  if (allowed.length > 0) {
    const list = kind === "number" ? allowed.join(", ") : allowed.map(text).join(", ");
    return validation(`contains([${list}], ${name})`, name, `expected one of ${allowed.join(", ")}`);
  }
  if (kind !== "number" || least === undefined || most === undefined) return "";
  return validation(`${name} >= ${least} && ${name} <= ${most}`, name, `expected ${least} to ${most}`);
}

function validation(condition: string, name: string, expected: string): string {
  return `
  validation {
    condition     = ${name} == null ? true : ${condition}
    error_message = ${text(`${name.slice("var.".length)}: ${expected}.`)}
  }
`;
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

function typeOfKey({ type }: JsonSchema): string {
  if (type === "array") return "list(string)";
  return type === "integer" ? "number" : "string";
}

// As \`terraform fmt\` has it.
function aligned(entries: readonly (readonly [string, string])[]): string {
  const width = Math.max(...entries.map(([key]) => key.length));
  return entries.map(([key, value]) => `    ${key.padEnd(width)} = ${value}`).join("\n");
}

function text(content: string): string {
  return JSON.stringify(content).replaceAll("${", "$${");
}
