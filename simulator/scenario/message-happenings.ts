import { z } from "zod";
import { instanceIds, named } from "./values.ts";

/** What can happen to messages, by the keys of a timeline's entries. */
export const messageHappenings = {
  repeat_notification: z
    .strictObject({ instance_ids: instanceIds, hook: named("the hook; all when not given").optional() })
    .describe("Sends the hook's message once more, word for word."),
  send_lifecycle_message: z
    .strictObject({
      queue: named("the queue"),
      group: named("the group that the message names"),
      hook: named("the hook that it names, which need not be there"),
      instance_id: z.string().describe("The instance that it names, which need not be there."),
      transition: z
        .string()
        .default("autoscaling:EC2_INSTANCE_TERMINATING")
        .describe("Its LifecycleTransition."),
      form: z
        .enum(["sqs", "sns", "eventbridge"])
        .default("sqs")
        .describe("How it is wrapped: not at all, by SNS, or by EventBridge."),
      token: z.string().optional().describe("Its token; drawn when not given."),
      metadata: z.string().optional().describe("Its NotificationMetadata."),
    })
    .describe("Sends a lifecycle message that no hook sent: stale, forged, or in another form."),
  send: z
    .strictObject({
      queue: named("the queue"),
      body: z.string().describe("Its body, word for word."),
      sent_by: z
        .enum(["deregister", "terminate"])
        .optional()
        .describe("The function whose role sends it, as SQS then says. A stranger sends it when not given."),
      count: z.int().min(1).default(1).describe("How often it is sent."),
    })
    .describe("Sends any message."),
};
