import { writeEc2, writeEc2Error } from "./ec2-query.ts";
import type { AwsError } from "./errors.ts";
import type { WireRequest, WireResponse } from "./http.ts";
import { readJson, writeJson, writeJsonError } from "./json.ts";
import type { Operation, Service } from "./operation.ts";
import { readQuery, writeQuery, writeQueryError } from "./query.ts";
import { operationAt, readRest, writeRest, writeRestError } from "./rest.ts";

/** How one protocol puts answers and errors on the wire. */
type Writer = {
  readonly write: (
    service: Service,
    operation: Operation,
    output: unknown,
    requestId: string,
  ) => WireResponse;
  readonly writeError: (service: Service, error: AwsError, requestId: string) => WireResponse;
};

/** The writers of each protocol that a simulated service speaks. */
export const WRITERS: Readonly<Record<Service["protocol"]["kind"], Writer>> = {
  json: { write: writeJson, writeError: writeJsonError },
  query: { write: writeQuery, writeError: writeQueryError },
  ec2: { write: writeEc2, writeError: writeEc2Error },
  rest: { write: writeRest, writeError: writeRestError },
};

/** The operation that a request is for. `read` returns the raw input, and throws an AwsError when it cannot be read. */
export type Routed = { readonly service: Service; readonly name: string; readonly read: () => unknown };

/**
 * Finds the service and the operation that a request is for. A JSON request has the header X-Amz-Target, and a REST request a path.
 * In a Query request, the parameter Version names the service: no two of them share one.
 */
export function route(services: readonly Service[], request: WireRequest): Routed | undefined {
  const target = request.headers["x-amz-target"];
  if (target) {
    const [prefix, name = ""] = target.split(".");
    const service = services.find(({ protocol }) => protocol.kind === "json" && protocol.target === prefix);
    return service && { service, name, read: () => readJson(request.body) };
  }
  for (const service of services) {
    const schema = operationAt(service, request);
    if (schema) return { service, name: schema[2], read: () => readRest(schema, request) };
  }
  const parameters = new URLSearchParams(request.body);
  const version = parameters.get("Version");
  const service = services.find(
    ({ protocol }) => (protocol.kind === "query" || protocol.kind === "ec2") && protocol.version === version,
  );
  return service && { service, name: parameters.get("Action") ?? "", read: () => readQuery(parameters) };
}
