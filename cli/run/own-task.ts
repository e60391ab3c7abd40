import * as z from "zod/mini";
import type { EcsPort } from "../../shared/aws/ecs.ts";
import { isRead } from "../../shared/base/errors.ts";
import { parseJson } from "../../shared/base/json.ts";
import { problemsText } from "../../shared/base/validation-problems.ts";

/** The environment's variable by which ECS tells a container where it can ask about its own task. */
export const METADATA_VARIABLE = "ECS_CONTAINER_METADATA_URI_V4";

/** ECS answers from the same instance, so within milliseconds. */
const METADATA_MS = 5_000;

/** ECS does not tell which task this process runs in, or not in words that can be understood. */
export class OwnTaskError extends Error {
  override readonly name = "OwnTaskError";
}

/** The task that this process runs in. */
export type OwnTask = { readonly cluster: string; readonly arn: string };

/** The same, with the instance that it runs on. */
export type OwnPlace = OwnTask & { readonly instanceId: string; readonly containerInstance: string };

// Amazon ECS Developer Guide, "Task metadata endpoint version 4": the answer of ${ECS_CONTAINER_METADATA_URI_V4}/task.
const answer = z.object(
  {
    Cluster: z
      .string({ error: "expected the name or ARN of the cluster" })
      .check(z.minLength(1, { error: "expected the name or ARN of the cluster" })),
    TaskARN: z
      .string({ error: "expected the ARN of the task" })
      .check(z.regex(/^arn:[^:]+:ecs:[^:]+:\d{12}:task\/.+$/, { error: "expected the ARN of the task" })),
  },
  { error: "expected an object with Cluster and TaskARN" },
);

/**
 * Asks ECS which task this process runs in. Undefined outside of ECS. Throws an OwnTaskError with what was found if the answer cannot be
 * understood: a drainer that does not know its own task might wait for itself.
 *
 * @param get reads JSON from an address
 */
export async function readOwnTask(
  address: string | undefined,
  get: (url: string) => Promise<unknown>,
): Promise<OwnTask | undefined> {
  if (!address) return undefined;
  const url = `${address}/task`;
  const parsed = z.safeParse(answer, await get(url), { reportInput: true });
  if (!parsed.success) throw new OwnTaskError(`${METADATA_VARIABLE}: ${url}: ${problemsText(parsed.error)}`);
  return { cluster: parsed.data.Cluster, arn: parsed.data.TaskARN };
}

/** Asks an address for JSON. Undefined if the answer is none. Throws an OwnTaskError if there is no answer, or one with another status. */
export async function askMetadata(url: string): Promise<unknown> {
  const expected = `${METADATA_VARIABLE}: expected an answer of ${url}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(METADATA_MS) }).catch((cause: unknown) => {
    throw new OwnTaskError(`${expected}, found none: ${cause}`, { cause });
  });
  if (!answer.ok) throw new OwnTaskError(`${expected}, found status ${answer.status}`);
  return parseJson(await answer.text());
}

/** The instance on which a task runs. Undefined for one on Fargate, or of which ECS does not know yet. Throws an AwsCallError. */
export async function findOwnPlace(ecs: EcsPort, task: OwnTask): Promise<OwnPlace | undefined> {
  const [own] = await ecs.describeTasks(task.cluster, [task.arn]);
  if (own === undefined || !isRead(own) || own.containerInstance === "") return undefined;
  const { containerInstance } = own;
  const [on] = await ecs.describeContainerInstances(task.cluster, [containerInstance]);
  if (on === undefined || !isRead(on)) return undefined;
  return { ...task, containerInstance, instanceId: on.instanceId };
}
