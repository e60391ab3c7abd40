import * as z from "zod/mini";
import { pieces } from "../base/batches.ts";
import { orUndefined } from "../base/or-undefined.ts";
import { problemsText } from "../base/validation-problems.ts";
import type { NoticeBatch, WaitingNotice } from "../model/notice.ts";
import { instanceId, objectIn, queueName } from "../model/settings.ts";
import { bodyText } from "./body-text.ts";
import { iso, isoOf } from "./memory-values.ts";

/** How many notices one message carries: it stays under 16 KB. */
const NOTICES_A_MESSAGE = 60;

const names = z._default(z.array(z.string()), []);

const schema = z.object({
  notices: z.array(
    z.object({
      instance_id: instanceId,
      notice: z.enum(["rebalance", "maintenance"]),
      time: z.iso.datetime({ error: "expected a time such as 2026-11-20T09:00:00.000Z" }),
      denials: z._default(z.int(), 0),
      whole_since: orUndefined(z.optional(iso)),
      waits_for: orUndefined(
        z.optional(z.enum(["others under way", "warms up", "unhealthy targets", "suspended", "unread"])),
      ),
    }),
  ),
  replace_at_once: z.int().check(z.gte(1)),
  replace_last: z.boolean(),
  lifecycle_queue_name: z.optional(queueName),
  lifecycle_hook_names: names,
  lifecycle_topic_arns: names,
});

/**
 * Reads a message of the monitor queue that carries notices that wait until their group allows them. Undefined for any other message. Never
 * throws.
 *
 * @param sentAt when the message was sent, in milliseconds since 1970; no time in it is later
 */
export function parseNoticeBatch(
  body: string,
  sentAt: number,
): { kind: "notices"; batch: NoticeBatch } | { kind: "unreadable"; reason: string } | undefined {
  const value = objectIn(body);
  if (value === undefined || !Object.hasOwn(value, "notices")) return undefined;
  const parsed = schema.safeParse(value, { reportInput: true });
  if (!parsed.success) return { kind: "unreadable", reason: problemsText(parsed.error) };
  const { data } = parsed;
  return {
    kind: "notices",
    batch: {
      settings: {
        atOnce: data.replace_at_once,
        last: data.replace_last,
        ours: {
          queue: data.lifecycle_queue_name,
          topics: data.lifecycle_topic_arns,
          names: data.lifecycle_hook_names,
        },
      },
      notices: data.notices.map((each) => ({
        instanceId: each.instance_id,
        notice: each.notice,
        at: Math.min(Date.parse(each.time), sentAt),
        denials: each.denials,
        waitsFor: each.waits_for,
        wholeSince:
          each.whole_since === undefined ? undefined : Math.min(Date.parse(each.whole_since), sentAt),
      })),
    },
  };
}

/** Notices as messages of the monitor queue: as few as their number allows. */
export function formatNoticeBatch({ settings, notices }: NoticeBatch): string[] {
  const { atOnce, last, ours } = settings;
  return pieces(notices, NOTICES_A_MESSAGE).map((some) =>
    bodyText({
      notices: some.map(written),
      replace_at_once: atOnce,
      replace_last: last,
      ...(ours.queue === undefined ? {} : { lifecycle_queue_name: ours.queue }),
      ...(ours.topics.length === 0 ? {} : { lifecycle_topic_arns: ours.topics }),
      ...(ours.names.length === 0 ? {} : { lifecycle_hook_names: ours.names }),
    }),
  );
}

function written({ instanceId: instance_id, notice, at, denials, waitsFor, wholeSince }: WaitingNotice) {
  return {
    instance_id,
    notice,
    time: isoOf(at),
    ...(denials === 0 ? {} : { denials }),
    ...(waitsFor === undefined ? {} : { waits_for: waitsFor }),
    ...(wholeSince === undefined ? {} : { whole_since: isoOf(wholeSince) }),
  };
}
