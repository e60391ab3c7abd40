import type { Context, SQSBatchResponse } from "aws-lambda";
import { createEnvironment, createPorts, invocationOf } from "../../shared/run/ports.ts";
import { deregister } from "./deregister.ts";

const environment = createEnvironment();

/** What Lambda invokes: one run of deregister. */
export async function handler(event: unknown, context: Context): Promise<SQSBatchResponse | undefined> {
  const invocation = invocationOf(context);
  return deregister(event, createPorts("deregister", environment, invocation), invocation);
}
