import { NormalizedSchema } from "@smithy/core/schema";
import type { StaticOperationSchema } from "@smithy/types";
import type { AwsError } from "./errors.ts";
import type { WireRequest, WireResponse } from "./http.ts";
import { readJson, writeBody } from "./json.ts";
import type { Operation, Service } from "./operation.ts";

/** An operation's method and path, as its schema has them. */
type Http = { readonly http: readonly [method: string, path: string, status: number] };

/** What stands for a parameter in an operation's path. */
const LABEL = /\{(\w+)\+?\}/g;

/** Finds all operations in what an SDK client exports, the longest paths first: a path may begin as another one does. */
export function operationSchemas(client: Readonly<Record<string, unknown>>): StaticOperationSchema[] {
  const schemas = Object.values(client).filter(
    (value): value is StaticOperationSchema => Array.isArray(value) && value[0] === 9,
  );
  const length = (schema: StaticOperationSchema) => httpOf(schema)[1].replace(LABEL, "").length;
  return schemas.sort((a, b) => length(b) - length(a));
}

/** The operation of a service that speaks REST which a method and a path are for. Undefined if it has none. */
export function operationAt(
  { protocol }: Service,
  { method, path }: Pick<WireRequest, "method" | "path">,
): StaticOperationSchema | undefined {
  if (protocol.kind !== "rest" || path === "/") return undefined;
  const queried = new URLSearchParams(path.split("?")[1]);
  return protocol.all.find((schema) => {
    const [asked, template] = httpOf(schema);
    const needed = [...new URLSearchParams(template.split("?")[1])];
    return (
      asked === method &&
      patternOf(schema).test(pathOf(path)) &&
      needed.every(([key, value]) => queried.get(key) === value)
    );
  });
}

/** The raw input of a REST request: what its path, its query string and its body say, by the names of parameters. */
export function readRest(
  schema: StaticOperationSchema,
  { path, body }: WireRequest,
): Record<string, unknown> {
  const labels = [...templateOf(schema).matchAll(LABEL)].map(([, label = ""]) => label);
  const values = patternOf(schema).exec(pathOf(path))?.slice(1) ?? [];
  const named = labels.map((label, i) => [label, decodeURIComponent(values[i] ?? "")] as const);
  const queried = [...new URLSearchParams(path.split("?")[1] ?? "")].map(
    ([key, value]) => [memberOf(schema, key), value] as const,
  );
  return { ...(readJson(body) as object), ...Object.fromEntries([...named, ...queried]) };
}

// A parameter may have another name in the query string. One that nobody knows keeps its own.
function memberOf(schema: StaticOperationSchema, key: string): string {
  const members = NormalizedSchema.of(schema[4]).structIterator();
  for (const [name, member] of members)
    if ((member.getMergedTraits() as { httpQuery?: string }).httpQuery === key) return name;
  return key;
}

/** A REST answer with the operation's output as JSON. */
export function writeRest(
  _service: Service,
  operation: Operation,
  output: unknown,
  requestId: string,
): WireResponse {
  const [, , status] = httpOf(operation.schema);
  return { status, headers: headers(requestId), body: writeBody(operation, output) };
}

/** A REST error: a header names it. */
export function writeRestError(service: Service, error: AwsError, requestId: string): WireResponse {
  const traits = service.errors.get(error.code)?.[3] as { httpError?: number } | undefined;
  const status = error.status ?? traits?.httpError ?? 400;
  return {
    status,
    headers: { ...headers(requestId), "x-amzn-errortype": error.code },
    body: JSON.stringify({ Type: status < 500 ? "User" : "Service", Message: error.message }),
  };
}

function httpOf(schema: StaticOperationSchema): Http["http"] {
  return (schema[3] as Http).http;
}

function templateOf(schema: StaticOperationSchema): string {
  return pathOf(httpOf(schema)[1]);
}

// Clients differ in whether a path ends with a slash.
function pathOf(path: string): string {
  return (path.split("?")[0] ?? "").replace(/\/$/, "");
}

function patternOf(schema: StaticOperationSchema): RegExp {
  const parts = templateOf(schema).split(/(\{\w+\+?\})/);
  const pattern = parts.map((part) =>
    part.endsWith("+}") ? "(.+)" : part.startsWith("{") ? "([^/]+)" : part.replace(/[.+]/g, "\\$&"),
  );
  return new RegExp(`^${pattern.join("")}$`);
}

function headers(requestId: string): Record<string, string> {
  return { "content-type": "application/json", "x-amzn-requestid": requestId };
}
