import { XmlShapeSerializer } from "@aws-sdk/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import type { AwsError } from "./errors.ts";
import type { WireResponse } from "./http.ts";
import type { Operation, Service } from "./operation.ts";

type Tree = { [key: string]: string | Tree };

/** The parameters of an AWS Query request as a tree: `A.member.1=x` becomes `{A: {member: {1: "x"}}}`. */
export function readQuery(parameters: URLSearchParams): Tree {
  const tree: Tree = Object.create(null);
  for (const [key, value] of parameters) {
    if (key === "Action" || key === "Version") continue;
    const steps = key.split(".");
    const last = steps.pop() as string;
    let node = tree;
    for (const step of steps) {
      const next = node[step];
      const child: Tree = typeof next === "object" ? next : Object.create(null);
      node[step] = child;
      node = child;
    }
    node[last] = value;
  }
  return tree;
}

/** An AWS Query answer: `<OpResponse><OpResult>..</OpResult><ResponseMetadata>..</ResponseMetadata></OpResponse>`. */
export function writeQuery(
  service: Service,
  operation: Operation,
  output: unknown,
  requestId: string,
): WireResponse {
  const name = operation.schema[2];
  const result = NormalizedSchema.of(operation.schema[5]).isStructSchema()
    ? `<${name}Result>${writeMembers(operation, output)}</${name}Result>`
    : "";
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  return answerXml(
    200,
    `<${name}Response xmlns="${namespaceOf(service)}">${result}${metadata}</${name}Response>`,
    requestId,
  );
}

/** An AWS Query error, with the wire code that the model gives for the error's shape. */
export function writeQueryError(service: Service, error: AwsError, requestId: string): WireResponse {
  const traits = service.errors.get(error.code)?.[3] as
    | { awsQueryError?: [string, number]; httpError?: number }
    | undefined;
  const code = traits?.awsQueryError?.[0] ?? error.code;
  const status = error.status ?? traits?.awsQueryError?.[1] ?? traits?.httpError ?? 400;
  const type = status < 500 ? "Sender" : "Receiver";
  return answerXml(
    status,
    `<ErrorResponse xmlns="${namespaceOf(service)}"><Error><Type>${type}</Type><Code>${escapeText(code)}</Code>` +
      `<Message>${escapeText(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    requestId,
  );
}

/**
 * The fields of an output as XML. The serializer wraps them in an element with the shape's name. On the wire that element
 * has another name, or there is none, so it is cut off.
 */
export function writeMembers(operation: Operation, output: unknown): string {
  const serializer = new XmlShapeSerializer({
    timestampFormat: { useTrait: true, default: 5 },
    httpBindings: false,
    xmlNamespace: "",
    serviceNamespace: "",
  });
  serializer.write(operation.schema[5] as never, output ?? {});
  const xml = String(serializer.flush());
  return xml.slice(xml.indexOf(">") + 1, Math.max(xml.lastIndexOf("</"), xml.indexOf(">") + 1));
}

/** An XML answer with the headers of AWS Query. */
export function answerXml(status: number, body: string, requestId: string): WireResponse {
  return {
    status,
    headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
    body: `<?xml version="1.0"?>\n${body}`,
  };
}

/** The XML namespace of a service that speaks Query. */
export function namespaceOf(service: Service): string {
  return "namespace" in service.protocol ? service.protocol.namespace : "";
}

/** Escapes text for the inside of an XML element. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
