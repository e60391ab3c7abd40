import type { Context, SQSBatchResponse } from "aws-lambda";
import { invocationOf } from "../../shared/run/invocation.ts";
import { createEnvironment, createPorts } from "../../shared/run/ports.ts";
import { terminate } from "./terminate.ts";

const environment = createEnvironment();

/** What Lambda invokes: one run of terminate. */
export async function handler(event: unknown, context: Context): Promise<SQSBatchResponse | undefined> {
  const invocation = invocationOf(context);
  return terminate(event, createPorts("terminate", environment, invocation), invocation);
}
