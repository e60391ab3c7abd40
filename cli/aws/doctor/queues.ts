import { GetQueueAttributesCommand, GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import { call, unless } from "../../../shared/aws/call.ts";
import { parseJson } from "../../../shared/base/json.ts";
import type { QueueShown } from "../../operator/doctor/facts.ts";
import type { Account } from "../account.ts";
import { isNotFound } from "./not-found.ts";

/** Reads a queue with its attributes. Undefined if there is none of that name. Throws an AwsCallError. */
export type QueueRead = (name: string) => Promise<QueueShown | undefined>;

/** SQS through the SDK. */
export function queueRead({ clients: { sqs: client } }: Pick<Account, "clients">): QueueRead {
  return async (name) => {
    const found = await unless(isNotFound, () =>
      call("sqs:GetQueueUrl", () => client.send(new GetQueueUrlCommand({ QueueName: name }))),
    );
    if (!found) return undefined;
    const { Attributes: all = {} } = await call("sqs:GetQueueAttributes", () =>
      client.send(new GetQueueAttributesCommand({ QueueUrl: found.QueueUrl, AttributeNames: ["All"] })),
    );
    const redrive = parseJson(all.RedrivePolicy ?? "") as
      | { readonly deadLetterTargetArn?: string; readonly maxReceiveCount?: number | string }
      | undefined;
    return {
      name,
      url: found.QueueUrl ?? "",
      arn: all.QueueArn ?? "",
      visibilitySeconds: Number(all.VisibilityTimeout ?? 30),
      retentionSeconds: Number(all.MessageRetentionPeriod ?? 345_600),
      delaySeconds: Number(all.DelaySeconds ?? 0),
      messages: Number(all.ApproximateNumberOfMessages ?? 0),
      key: all.KmsMasterKeyId || undefined,
      isEncrypted: all.SqsManagedSseEnabled === "true" || Boolean(all.KmsMasterKeyId),
      policy: all.Policy || undefined,
      deadLetters: redrive?.deadLetterTargetArn?.split(":").at(-1),
      receives: redrive?.maxReceiveCount === undefined ? undefined : Number(redrive.maxReceiveCount),
    };
  };
}
