import { JsonCodec2 } from "@smithy/core/protocols";
import { AwsError } from "./errors.ts";
import type { WireResponse } from "./http.ts";
import type { Operation, Service } from "./operation.ts";

const codec = new JsonCodec2({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false });

// Errors that SQS's model does not list: their types in JSON by their codes in Query.
const UNMODELLED: Record<string, string> = {
  AccessDenied: "AccessDeniedException",
  InvalidParameterValue: "InvalidParameterValueException",
  MissingParameter: "MissingRequiredParameterException",
};

/** The raw input of an AWS JSON request. Throws an AwsError (SerializationException) when the body is not JSON. */
export function readJson(body: string): unknown {
  try {
    return body === "" ? {} : JSON.parse(body);
  } catch {
    throw new AwsError("SerializationException", "The request body is not valid JSON.", 400);
  }
}

/** An AWS JSON answer with the operation's output. */
export function writeJson(
  service: Service,
  operation: Operation,
  output: unknown,
  requestId: string,
): WireResponse {
  return { status: 200, headers: headers(service, requestId), body: writeBody(operation, output) };
}

/** An operation's output as JSON. */
export function writeBody({ schema }: Operation, output: unknown): string {
  const serializer = codec.createSerializer();
  serializer.write(schema[5] as never, output ?? {});
  const json = serializer.flush();
  return (typeof json === "string" ? json : new TextDecoder().decode(json)) || "{}";
}

/** An AWS JSON error. A service that once used Query also names the old code in a header. */
export function writeJsonError(service: Service, error: AwsError, requestId: string): WireResponse {
  const traits = service.errors.get(error.code)?.[3] as
    | { awsQueryError?: [string, number]; httpError?: number; error?: string }
    | undefined;
  const status = error.status ?? traits?.awsQueryError?.[1] ?? traits?.httpError ?? 400;
  const namespace = service.errors.get(error.code)?.[1];
  const type = !isQueryCompatible(service)
    ? error.code
    : namespace
      ? `${namespace}#${error.code}`
      : (UNMODELLED[error.code] ?? error.code);
  return {
    status,
    headers: {
      ...headers(service, requestId),
      ...(isQueryCompatible(service)
        ? {
            "x-amzn-query-error": `${traits?.awsQueryError?.[0] ?? error.code};${status < 500 ? "Sender" : "Receiver"}`,
          }
        : {}),
    },
    body: JSON.stringify({ __type: type, message: error.message }),
  };
}

function isQueryCompatible(service: Service): boolean {
  return service.protocol.kind === "json" && service.protocol.queryCompatible;
}

function headers(service: Service, requestId: string): Record<string, string> {
  const version = service.protocol.kind === "json" ? service.protocol.version : "1.1";
  return { "content-type": `application/x-amz-json-${version}`, "x-amzn-requestid": requestId };
}
