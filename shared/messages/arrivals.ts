import type { ReceivedMessage } from "../aws/sqs.ts";
import { timeText } from "../base/time-text.ts";
import { ordinaryText } from "../log-lines/ordinary-text.ts";
import { NO_MEMORY } from "../model/memory.ts";
import type { NoticeKind } from "../model/notice.ts";
import { type DrainKeys, settingsOf } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import type { Run } from "../run/run.ts";
import { tooLarge } from "./body-size.ts";
import { type LifecycleMessage, parseLifecycleMessage } from "./lifecycle-message.ts";
import { type Receipt, receiptOf, type Tracked, type Unreadable } from "./receive.ts";

/** A notice about an instance, and the message that brought it. */
export type InstanceNotice = {
  readonly notice: NoticeKind;
  readonly instanceId: string;
  /** When it was sent, in milliseconds since 1970. */
  readonly at: number;
  /** When a scheduled change starts, in milliseconds since 1970, if the event says it. */
  readonly startsAt?: number | undefined;
  readonly messages: readonly Receipt[];
};

/** What messages of the lifecycle queue bring. Each message is in one of these lists, or is done with. */
export type Arrivals = {
  readonly terminations: readonly Tracked[];
  readonly notices: readonly InstanceNotice[];
  readonly unreadable: readonly Unreadable[];
  readonly done: readonly ReceivedMessage[];
};

const NOTHING: Arrivals = { terminations: [], notices: [], unreadable: [], done: [] };

/**
 * Reads messages of the lifecycle queue, and logs what each brings.
 *
 * @param keys the settings of the function's input; a pass puts those of the hook over them
 */
export function readArrivals(
  run: Run,
  queue: string,
  messages: readonly ReceivedMessage[],
  keys: DrainKeys,
): Arrivals {
  const all = messages.map((message) => ({ ...NOTHING, ...readArrival(run, queue, message, keys) }));
  return {
    terminations: all.flatMap(({ terminations }) => terminations),
    notices: all.flatMap(({ notices }) => notices),
    unreadable: all.flatMap(({ unreadable }) => unreadable),
    done: all.flatMap(({ done }) => done),
  };
}

function readArrival(run: Run, queue: string, message: ReceivedMessage, keys: DrainKeys): Partial<Arrivals> {
  const large = tooLarge(message.body);
  if (large !== undefined) return { unreadable: [{ message, reason: large }] };
  const read = parseLifecycleMessage(message.body);
  switch (read.kind) {
    case "termination": {
      const termination = terminationOf(read, message.sentAt, keys);
      run.logAbout(termination).info("termination received", { since: timeText(termination.since) });
      return { terminations: [{ termination, messages: [receiptOf(message)] }] };
    }
    case "notice":
      return { notices: noticesOf(run, message, read) };
    case "other notice":
      run.log.info("notice ignored", { queue, reason: read.reason });
      return { done: [message] };
    case "test notification":
      run.log.info("test notification deleted", { queue, auto_scaling_group: read.group });
      return { done: [message] };
    case "ordinary":
      run.log.info("message dropped", {
        queue,
        reason: ordinaryText(read.ordinary),
        ...(read.instanceId === undefined ? {} : { instance_id: read.instanceId }),
        ...(read.group === undefined ? {} : { auto_scaling_group: read.group }),
      });
      return { done: [message] };
    case "unreadable":
      return { unreadable: [{ message, reason: read.reason }] };
    default:
      return read satisfies never;
  }
}

/**
 * The drain that a termination's message begins.
 *
 * @param sentAt when SQS took the message, in milliseconds since 1970
 * @param keys the settings of the function's input; a pass puts those of the hook over them
 */
export function terminationOf(
  { instanceId, group, hook, token, time }: Extract<LifecycleMessage, { kind: "termination" }>,
  sentAt: number,
  keys: DrainKeys,
): Termination {
  // A message's own time counts only if it is before SQS's. With a wrong one in the future, its deadline would never come.
  const since = Math.min(time ?? sentAt, sentAt);
  return {
    instanceId,
    group,
    hook,
    token,
    since,
    noticedAt: undefined,
    interruptedAt: undefined,
    dryRun: false,
    told: keys,
    settings: settingsOf(keys),
    // The hook's timer began with the lifecycle action.
    memory: { ...NO_MEMORY, lastHeartbeatAt: time === undefined ? undefined : since },
  };
}

function noticesOf(
  run: Run,
  message: ReceivedMessage,
  { notice, instanceIds, at: told, startsAt }: Extract<LifecycleMessage, { kind: "notice" }>,
): InstanceNotice[] {
  // As with a termination: one in the future would never be too late.
  const at = Math.min(told ?? message.sentAt, message.sentAt);
  return instanceIds.map((instanceId) => {
    run.log.info("notice received", {
      instance_id: instanceId,
      notice,
      since: timeText(at),
      ...(startsAt === undefined ? {} : { starts_at: timeText(startsAt) }),
    });
    return {
      notice,
      instanceId,
      at,
      ...(startsAt === undefined ? {} : { startsAt }),
      messages: [receiptOf(message)],
    };
  });
}
