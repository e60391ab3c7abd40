import * as z from "zod/mini";
import { problemsText } from "../base/validation-problems.ts";
import { TERMINATING } from "../model/hooks.ts";
import type { OrdinaryMessage } from "../model/ordinary-message.ts";
import { instanceId } from "../model/settings.ts";
import { openEnvelopes, propertiesOf } from "./envelope.ts";
import { type Notice, parseNotice } from "./notice.ts";
import { parseOrdinary, parseOrdinaryText } from "./ordinary-message.ts";

/** What a message on the lifecycle queue is. */
export type LifecycleMessage =
  | {
      readonly kind: "termination";
      readonly instanceId: string;
      readonly group: string;
      readonly hook: string;
      readonly token: string;
      /** When the lifecycle action began, in milliseconds since 1970; undefined when the message does not say. */
      readonly time: number | undefined;
    }
  | { readonly kind: "test notification"; readonly group: string | undefined }
  /** What ordinary accounts send, and what asks nothing of us. */
  | ({ readonly kind: "ordinary" } & OrdinaryMessage)
  | Notice;

const TEST = "autoscaling:TEST_NOTIFICATION";

// A regular expression, since zod would compare `length`, and an object may have anything under that key.
const filled = (expected: string) =>
  z.string({ error: expected }).check(z.regex(/^[\s\S]{1,1600}$/, { error: expected }));

/** A lifecycle action's token; AWS refuses any other length. */
export const actionToken = z
  .string({ error: "expected a token of 36 characters" })
  .check(z.regex(/^[\s\S]{36}$/, { error: "expected a token of 36 characters" }));

/** Messages carry times with a year of four digits. */
const EARLIEST = Date.parse("0000-01-01T00:00:00Z");
const timeError = "expected a time such as 2026-11-20T09:00:00.000Z";

const termination = z.object({
  LifecycleTransition: z.literal(TERMINATING, { error: `expected "${TERMINATING}"` }),
  EC2InstanceId: instanceId,
  AutoScalingGroupName: filled("expected the name of an Auto Scaling group"),
  LifecycleHookName: filled("expected the name of a lifecycle hook"),
  LifecycleActionToken: actionToken,
  Time: z.optional(
    z.iso
      .datetime({ offset: true, error: timeError, abort: true })
      .check(z.refine((text) => Date.parse(text) >= EARLIEST, { error: timeError })),
  ),
});

const event = z.object({
  LifecycleTransition: z.optional(z.undefined()),
  time: z.optional(z.string()),
  detail: z.looseObject({}),
});

/**
 * Reads a message of the lifecycle queue in any of its forms. It comes straight from Auto Scaling, through SNS with or without
 * its envelope, or as an EventBridge event; a notice of EC2 or AWS Health is one too. What it says of the hook's
 * NotificationMetadata is not read: anybody may have written it, and the hook itself tells. Never throws: an unreadable message
 * carries a reason.
 *
 * Amazon EC2 Auto Scaling User Guide, "Prepare to add a lifecycle hook".
 */
export function parseLifecycleMessage(body: string): LifecycleMessage {
  const content = openEnvelopes(body);
  if ("problem" in content) {
    const text = parseOrdinaryText(content.subject);
    return text ? { kind: "ordinary", ...text } : unreadable(content.problem);
  }
  const { value } = content;
  const notice = parseNotice(value);
  if (notice) return notice;
  const ordinary = parseOrdinary(value);
  if (ordinary && !isTest(value)) return { kind: "ordinary", ...ordinary };
  const bridged = event.safeParse(value);
  return readNotification(bridged.success ? { Time: bridged.data.time, ...bridged.data.detail } : value);
}

function isTest(value: unknown): boolean {
  const { Event, LifecycleTransition } = propertiesOf(value);
  return Event === TEST || LifecycleTransition === TEST;
}

function readNotification(value: unknown): LifecycleMessage {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return unreadable("expected a JSON object");
  if (isTest(value)) {
    const { AutoScalingGroupName } = propertiesOf(value);
    return {
      kind: "test notification",
      group: typeof AutoScalingGroupName === "string" ? AutoScalingGroupName : undefined,
    };
  }
  const parsed = termination.safeParse(value, { reportInput: true });
  if (!parsed.success) return unreadable(problemsText(parsed.error));
  const { data } = parsed;
  return {
    kind: "termination",
    instanceId: data.EC2InstanceId,
    group: data.AutoScalingGroupName,
    hook: data.LifecycleHookName,
    token: data.LifecycleActionToken,
    time: data.Time === undefined ? undefined : Date.parse(data.Time),
  };
}

function unreadable(reason: string): LifecycleMessage {
  return { kind: "unreadable", reason };
}
