// What must hold of what is read, whoever wrote it.
import { isDeepStrictEqual } from "node:util";
import { ordinaryText } from "../../shared/log-lines/ordinary-text.ts";
import { terminationOf } from "../../shared/messages/arrivals.ts";
import type { LifecycleMessage } from "../../shared/messages/lifecycle-message.ts";
import { formatMonitorMessage, parseMonitorMessage } from "../../shared/messages/monitor-message.ts";
import { formatNoticeBatch, parseNoticeBatch } from "../../shared/messages/notice-batch.ts";
import type { NoticeBatch } from "../../shared/model/notice.ts";
import type { Termination } from "../../shared/model/termination.ts";

/** Something that does not hold of an answer. */
export class Broken extends Error {
  override name = "Broken";
}

/** The longest text that says what is wrong: it goes into a log line, of which CloudWatch Logs takes 256 KiB. */
const REASON_LIMIT = 16_384;
/** When the messages were sent, in milliseconds since 1970. */
export const SENT_AT = Date.parse("2026-11-20T09:00:00Z");
/** What SQS takes (Amazon SQS API Reference, SendMessage): the characters of XML 1.0. */
const TAKEN_BY_SQS = /^[\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

/** Checks a message of the lifecycle queue. */
export function checkLifecycle(read: LifecycleMessage): void {
  switch (read.kind) {
    case "termination":
      expectTime(read.time);
      // As deregister passes it on.
      expectSameAgain(terminationOf(read, SENT_AT, { cluster_name: "main", elb_name: "web" }));
      return;
    case "notice":
      expectTime(read.at);
      if (!["spot interruption", "rebalance", "maintenance"].includes(read.notice))
        throw new Broken(`the notice is ${String(read.notice)}`);
      return;
    case "test notification":
      return;
    case "ordinary":
      expectShort(ordinaryText(read.ordinary));
      return;
    case "other notice":
    case "unreadable":
      expectShort(read.reason);
      return;
    default:
      throw new Broken(`the message is ${JSON.stringify(read satisfies never)}`);
  }
}

/** Checks notices that wait, and that terminate passes them on as the same. */
export function checkNotices(batch: NoticeBatch): void {
  for (const { at, wholeSince } of batch.notices) {
    expectTime(at);
    expectTime(wholeSince);
    if (Math.max(at, wholeSince ?? at) > SENT_AT) throw new Broken("it knows what came after it");
  }
  const bodies = formatNoticeBatch(batch);
  expectTakenBySqs(bodies);
  const again = bodies.flatMap((body) => {
    const read = parseNoticeBatch(body, SENT_AT);
    if (read?.kind !== "notices") throw new Broken(`it is passed on as what cannot be read: ${read?.reason}`);
    if (!isDeepStrictEqual(read.batch.settings, batch.settings))
      throw new Broken("it is passed on with other settings");
    return read.batch.notices;
  });
  if (!isDeepStrictEqual(again, batch.notices)) throw new Broken("it is passed on as other notices");
}

function expectTakenBySqs(bodies: readonly string[]): void {
  if (!bodies.every((body) => TAKEN_BY_SQS.test(body)))
    throw new Broken("it is passed on with characters that SQS refuses");
}

/** Expects a time, if there is one. */
export function expectTime(time: number | undefined): void {
  if (time !== undefined && !Number.isFinite(time)) throw new Broken(`the time is ${time}`);
}

/** Expects that a log line has room for a reason. */
export function expectShort(reason: string): void {
  if (reason.length > REASON_LIMIT) throw new Broken(`the reason has ${reason.length} characters`);
}

/** Expects that what was read is written so that it is read as the same, by SQS and by the next run. */
export function expectSameAgain(termination: Termination): void {
  const body = formatMonitorMessage(termination);
  expectTakenBySqs([body]);
  const again = parseMonitorMessage(body, 0);
  if (again.kind === "unreadable")
    throw new Broken(`it is passed on as what cannot be read: ${again.reason}`);
  if (!isDeepStrictEqual(again.termination, termination) && formatMonitorMessage(again.termination) !== body)
    throw new Broken(`it is passed on as something else: ${body.slice(0, 400)}`);
}
