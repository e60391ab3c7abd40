import type { AwsError } from "./errors.ts";
import type { WireResponse } from "./http.ts";
import type { Operation, Service } from "./operation.ts";
import { answerXml, escapeText, namespaceOf, writeMembers } from "./query.ts";

/** An answer of EC2. Its Query differs: its fields are beside the request id, without an element around them. */
export function writeEc2(
  service: Service,
  operation: Operation,
  output: unknown,
  requestId: string,
): WireResponse {
  const name = operation.schema[2];
  const id = `<requestId>${requestId}</requestId>`;
  const body = `<${name}Response xmlns="${namespaceOf(service)}">${id}${writeMembers(operation, output)}</${name}Response>`;
  return answerXml(200, body, requestId);
}

/** An error of EC2. The model has none, so the code is the one on the wire. */
export function writeEc2Error(_service: Service, error: AwsError, requestId: string): WireResponse {
  const { code, message } = error;
  const each = `<Error><Code>${escapeText(code)}</Code><Message>${escapeText(message)}</Message></Error>`;
  const body = `<Response><Errors>${each}</Errors><RequestID>${requestId}</RequestID></Response>`;
  return answerXml(error.status ?? 400, body, requestId);
}
