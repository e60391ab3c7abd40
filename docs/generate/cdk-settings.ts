import * as z from "zod/mini";
import { groupSchema } from "../../deploy/block/schema.ts";
import { OF_HOOKS, PARAMETERS, type Parameter } from "../../deploy/release/parameters.ts";
import { asJsonSchema, type JsonSchema } from "./tables.ts";

/** A setting as the construct has it. */
type Setting = { readonly key: string; readonly type: string; readonly description: string };

/** What the construct asks for by itself. */
const OWN = ["Groups", ...OF_HOOKS];
/** More values than a type is read with. */
const MANY = 10;

/** The settings of the CDK construct, of the template's parameters and the keys of a group. */
export function cdkSettings(): string {
  const { properties = {} } = asJsonSchema(z.toJSONSchema(groupSchema, { io: "input" }));
  const { name: _, heartbeat_timeout_seconds: __, ...ofGroup } = properties;
  const parameters = PARAMETERS.filter(({ name }) => !OWN.includes(name));
  const named = Object.fromEntries(parameters.map((each) => [camelCase(each.key), each.name]));
  return `// Made of the template's parameters and the keys of a group by \`npm run docs\`.

/** The settings of the deployment: the parameters of the template. */
export interface AsgDrainSettings {
${parameters.map((each) => property({ ...each, type: typeOf(each) })).join("\n")}
}

/** The settings of one group, which its hook carries. What it does not name, it has of the deployment. */
export interface GroupSettings {
${Object.entries(ofGroup)
  .map(([key, each]) => property({ key, type: typeOfKey(each), description: plain(each.description) }))
  .join("\n")}
}

/** The template's names of the settings. */
export const PARAMETERS: Readonly<Record<keyof AsgDrainSettings, string>> = ${JSON.stringify(named, null, 2)
    .replace(/^( *)"(\w+)":/gm, "$1$2:")
    .replace(/"\n\}$/, '",\n}')};
`;
}

function property({ key, type, description }: Setting): string {
  return `  /** ${description} */\n  readonly ${camelCase(key)}?: ${type};`;
}

function typeOf({ kind, values = [] }: Parameter): string {
  if (kind === "list" || kind === "places") return "readonly string[]";
  if (kind === "number") return "number";
  if (kind === "truth") return "boolean";
  return unionOf(values.filter((each) => each !== ""));
}

function typeOfKey({ type, enum: values = [] }: JsonSchema): string {
  if (type === "array") return "readonly string[]";
  if (type === "integer") return "number";
  return unionOf(values.map(String));
}

function unionOf(values: readonly string[]): string {
  if (values.length === 0 || values.length > MANY) return "string";
  return values.map((each) => JSON.stringify(each)).join(" | ");
}

function plain(description = ""): string {
  return description.replaceAll("`", "");
}

function camelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
