import { z } from "zod";
import { chance, instanceIds, name, seconds } from "./values.ts";

/** What can happen to messages, by the keys of a timeline's entries. */
export const messageHappenings = {
  repeat_notification: z
    .strictObject({ instance_ids: instanceIds, hook: name.optional() })
    .describe("The hook's message once more, word for word."),
  lose_notifications: z
    .strictObject({ for_seconds: seconds, probability: chance.default(1) })
    .describe("Messages of hooks are lost on their way."),
  send_lifecycle_message: z
    .strictObject({
      queue: name,
      group: name,
      hook: name,
      instance_id: z.string(),
      transition: z.string().default("autoscaling:EC2_INSTANCE_TERMINATING"),
      form: z.enum(["sqs", "sns", "eventbridge"]).default("sqs"),
      token: z.string().optional(),
    })
    .describe("A lifecycle message that no hook sent: stale, forged, or in another of its forms."),
  send: z
    .strictObject({ queue: name, body: z.string(), count: z.int().min(1).default(1) })
    .describe("Any message at all."),
};
