import type { Context } from "aws-lambda";
import { createScaleClients } from "../../shared/aws/clients.ts";
import { createScalePorts } from "./ports.ts";
import { scaleTasks } from "./scale-tasks.ts";

const clients = createScaleClients();

/** What Lambda invokes: one run of scale-tasks. */
export async function handler(event: unknown, context: Context): Promise<void> {
  await scaleTasks(event, createScalePorts(clients, context.awsRequestId));
}
