import { writeEc2, writeEc2Error } from "./ec2-query.ts";
import type { AwsError } from "./errors.ts";
import type { WireRequest, WireResponse } from "./http.ts";
import { readJson, writeJson, writeJsonError } from "./json.ts";
import type { Operation, Service } from "./operation.ts";
import { readQuery, writeQuery, writeQueryError } from "./query.ts";

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
};

/** A request on its way to an operation; `read` gives the raw input, and throws an AwsError when it is not readable. */
export type Routed = { readonly service: Service; readonly name: string; readonly read: () => unknown };

/**
 * Finds the service and the operation that a request is for: by the header X-Amz-Target where it is JSON, else by the
 * parameter Version, which no two of the services that speak Query share.
 */
export function route(services: readonly Service[], request: WireRequest): Routed | undefined {
  const target = request.headers["x-amz-target"];
  if (target) {
    const [prefix, name = ""] = target.split(".");
    const service = services.find(({ protocol }) => protocol.kind === "json" && protocol.target === prefix);
    return service && { service, name, read: () => readJson(request.body) };
  }
  const parameters = new URLSearchParams(request.body);
  const version = parameters.get("Version");
  const service = services.find(({ protocol }) => protocol.kind !== "json" && protocol.version === version);
  return service && { service, name: parameters.get("Action") ?? "", read: () => readQuery(parameters) };
}
