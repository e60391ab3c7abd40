import type { Context, SQSBatchResponse } from "aws-lambda";
import { invocationOf } from "../../shared/run/invocation.ts";
import { createEnvironment, createPorts } from "../../shared/run/ports.ts";
import { deregister } from "./deregister.ts";

const environment = createEnvironment();

/** What Lambda invokes: one run of deregister. */
export async function handler(event: unknown, context: Context): Promise<SQSBatchResponse | undefined> {
  const invocation = invocationOf(context);
  return deregister(event, createPorts("deregister", environment, invocation), invocation);
}
