import * as z from "zod/mini";

/** A JSON schema, as far as the pages need it. */
export type JsonSchema = {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
};

/** A schema's JSON form is of this kind; zod's own type leaves every property open. */
export function asJsonSchema(schema: z.core.JSONSchema.BaseSchema): JsonSchema {
  return schema as JsonSchema;
}

/** A Markdown table. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The keys of an object's schema as a table: which are needed, what they take and what they mean. */
export function keysTable(schema: z.core.$ZodType): string {
  const { properties = {}, required = [] } = asJsonSchema(z.toJSONSchema(schema, { io: "input" }));
  return markdownTable(
    ["key", "needed", "value", "meaning"],
    Object.entries(properties).map(([key, each]) => [
      `\`${key}\``,
      required.includes(key) ? "yes" : "",
      kindText(each),
      each.description ?? "",
    ]),
  );
}

/** What kind of value a schema takes, in a few words. */
export function kindText(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(", ");
  // A key that has nothing after it in YAML is null, and counts as left out.
  if (schema.anyOf) {
    const kinds = schema.anyOf.filter(({ type }) => type !== "null").map(kindText);
    return [...new Set(kinds)].join(" or ");
  }
  if (schema.prefixItems) return `list of ${schema.prefixItems.length}`;
  if (schema.type === "array") return `list of ${schema.items ? kindText(schema.items) : "values"}`;
  if (schema.type === "integer" || schema.type === "number") {
    const name = schema.type === "integer" ? "whole number" : "number";
    const { minimum, maximum } = schema;
    const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
    if (minimum !== undefined && most !== undefined) return `${name}, ${minimum} to ${most}`;
    return minimum !== undefined && minimum >= 0 ? `${name}, at least ${minimum}` : name;
  }
  return schema.type ?? "any value";
}
