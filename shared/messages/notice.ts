import * as z from "zod/mini";
import { orUndefined } from "../base/or-undefined.ts";
import { problemsText, shortened } from "../base/validation-problems.ts";
import type { NoticeKind } from "../model/notice.ts";
import { instanceId } from "../model/settings.ts";

/** A notice about instances, or an event that this program does not act on. */
export type Notice =
  | {
      readonly kind: "notice";
      readonly notice: NoticeKind;
      readonly instanceIds: readonly string[];
      /** When EC2 or AWS Health sent it, in milliseconds since 1970. */
      readonly at: number | undefined;
      /** When a scheduled change starts, in milliseconds since 1970. Undefined if the event does not say. */
      readonly startsAt?: number | undefined;
    }
  | { readonly kind: "other notice"; readonly reason: string }
  | { readonly kind: "unreadable"; readonly reason: string };

const time = z.optional(z.iso.datetime({ error: "expected a time such as 2026-11-20T09:00:00Z" }));

const ofEc2 = z.object({ time, detail: z.object({ "instance-id": instanceId }) });
const ofHealth = z.object({
  time,
  detail: z.object({
    service: z.string({ error: "expected the name of a service" }),
    eventTypeCode: z.string({ error: "expected an event type code" }),
    eventTypeCategory: z.string({ error: "expected an event type category" }),
    statusCode: z.optional(z.string()),
    backupEvent: z.optional(z.string()),
    startTime: orUndefined(z.optional(z.string())),
    affectedEntities: z._default(
      z.array(
        z.object({
          entityValue: z.string({ error: "expected an instance id or ARN" }),
          status: orUndefined(z.optional(z.string())),
        }),
      ),
      [],
    ),
  }),
});

const OF_EC2: ReadonlyMap<string, NoticeKind> = new Map([
  ["EC2 Spot Instance Interruption Warning", "spot interruption"],
  ["EC2 Instance Rebalance Recommendation", "rebalance"],
]);
const CALLED_OFF = /_CANCELL?ED$/;
const INSTANCE_ID = /(?:^|instance\/)(i-[0-9a-f]{8,17})$/;

/**
 * Reads an EventBridge event of EC2 or of AWS Health about instances (Amazon EC2 User Guide, Spot interruption notices and
 * rebalance recommendations; AWS Health User Guide, event schema). Undefined for anything else. Never throws.
 */
export function parseNotice(value: unknown): Notice | undefined {
  const { source, "detail-type": detailType } = (value ?? {}) as Record<string, unknown>;
  if (source === "aws.ec2" && typeof detailType === "string") {
    const notice = OF_EC2.get(detailType);
    if (notice === undefined)
      return { kind: "other notice", reason: `the event is ${shortened(detailType)}` };
    const parsed = ofEc2.safeParse(value, { reportInput: true });
    if (!parsed.success) return { kind: "unreadable", reason: problemsText(parsed.error) };
    const { time: at, detail } = parsed.data;
    return {
      kind: "notice",
      notice,
      instanceIds: [detail["instance-id"]],
      at: at === undefined ? undefined : Date.parse(at),
    };
  }
  return source === "aws.health" ? parseHealth(value) : undefined;
}

function parseHealth(value: unknown): Notice {
  const parsed = ofHealth.safeParse(value, { reportInput: true });
  if (!parsed.success) return { kind: "unreadable", reason: problemsText(parsed.error) };
  const { time: at, detail } = parsed.data;
  const { service, eventTypeCode, eventTypeCategory, statusCode, backupEvent, startTime } = detail;
  const other = (reason: string): Notice => ({ kind: "other notice", reason });
  const code = shortened(eventTypeCode);
  // Whatever its code: there are stops and expedited retirements besides the retirements and maintenances.
  if (service !== "EC2" || eventTypeCategory !== "scheduledChange" || CALLED_OFF.test(eventTypeCode))
    return other(`the event is ${code} of ${shortened(service)}`);
  if (statusCode === "closed") return other(`${code} is closed`);
  // AWS sends these to a second Region too, in case the first one does not work.
  if (backupEvent === "true") return other(`${code} is a backup of another event`);
  // The entity is a bare id in some events, and an ARN in others.
  const instanceIds = detail.affectedEntities
    .filter(({ status }) => status !== "RESOLVED")
    .flatMap(({ entityValue }) => INSTANCE_ID.exec(entityValue)?.[1] ?? []);
  if (instanceIds.length === 0) return other(`${code} names no instance`);
  return {
    kind: "notice",
    notice: "maintenance",
    instanceIds,
    at: at === undefined ? undefined : Date.parse(at),
    ...startOf(startTime),
  };
}

// `Thu, 27 Aug 2026 13:19:03 GMT` (AWS Health User Guide, event schema).
function startOf(text: string | undefined): { startsAt?: number } {
  const startsAt = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(startsAt) ? {} : { startsAt };
}
