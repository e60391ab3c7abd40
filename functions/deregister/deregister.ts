import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type * as z from "zod/mini";
import { putEvents } from "../../shared/act/put-events.ts";
import type { ReceivedMessage } from "../../shared/aws/sqs.ts";
import type { Fields } from "../../shared/base/log.ts";
import { quote } from "../../shared/base/validation-problems.ts";
import { readArrivals } from "../../shared/messages/arrivals.ts";
import { merge } from "../../shared/messages/merge-duplicates.ts";
import { formatMonitorMessage } from "../../shared/messages/monitor-message.ts";
import {
  BYTES_A_RUN,
  deleteAll,
  type Receipt,
  receiveAll,
  setAside,
  type Unreadable,
} from "../../shared/messages/receive.ts";
import { givenBack, isSqsEvent, messagesOf, queuesOf } from "../../shared/messages/sqs-event.ts";
import type { NoticeBatch, WaitingNotice } from "../../shared/model/notice.ts";
import { drainKeysOf, leadOf, ourHooksOf } from "../../shared/model/settings.ts";
import type { Reconciled } from "../../shared/reconcile/conclude.ts";
import {
  findMaintenances,
  handleNotices,
  type NoticeOptions,
} from "../../shared/reconcile/handle-notices.ts";
import { reconcile } from "../../shared/reconcile/reconcile.ts";
import { sendNotices } from "../../shared/reconcile/replace-noticed.ts";
import { noticePolicyOf } from "../../shared/rules/notices.ts";
import { mayPassOn } from "../../shared/rules/whose-hook.ts";
import { isDryRun } from "../../shared/run/dry-run-switch.ts";
import { readInput, readInputVariable, refuseVariable } from "../../shared/run/input.ts";
import { handsOverAt, type Invocation } from "../../shared/run/invocation.ts";
import type { Ports } from "../../shared/run/ports.ts";
import { Run, writeMetrics } from "../../shared/run/run.ts";
import { readSenderRoleIds } from "../../shared/run/sender-role-ids.ts";
import { deregisterInput } from "./input.ts";

/** Deregister does not wait for messages to come, but with a wait of a second SQS asks all its servers. */
const POLL_SECONDS = 1;
/** What a run has room for at the most. Other messages wait for the next run. */
const ROOM = { messages: 2_000, bytes: BYTES_A_RUN };

/**
 * One run of deregister. It begins the drains of the terminations in the lifecycle queue, and passes them on to the monitor
 * queue. An event source mapping of the lifecycle queue may bring them too. A message is deleted after the work for it is done,
 * so a run that dies loses nothing.
 *
 * Throws an InputError before it calls anything. Throws a RunFailed at its end when something failed, whoever invoked it:
 * Lambda's Errors metric, and the alarm on it, count what is thrown, but no partial batch response. For a mapping, an error
 * means that the whole batch failed. So a run first deletes the messages that it is done with. Without a failure Lambda deletes
 * the batch, except the messages that the answer names.
 */
export async function deregister(
  event: unknown,
  ports: Ports,
  invocation: Invocation,
): Promise<SQSBatchResponse | undefined> {
  // The messages that it reads remember nothing. It only checks the variable, for terminate.
  readSenderRoleIds("deregister", ports.senderRoleIdsVariable, ports.log);
  if (isSqsEvent(event)) return takeRecords(event, ports, invocation);
  const input = readInput(deregisterInput, "deregister", event, ports.log);
  const queue = input.lifecycle_queue_name;
  const run = new Run(ports, handsOverAt(ports.now(), invocation));
  // If an event source mapping brings messages as they come, those at hand need not wait for others.
  const more = ports.inputVariable ? 0 : POLL_SECONDS;
  const messages = await receiveAll(run, queue, { first: POLL_SECONDS, more }, ROOM);
  const found = await findMaintenances(run, noticeOptionsOf(input));
  if (messages.length === 0 && found.length === 0 && !run.hasFailures) {
    ports.log.info("nothing to do", { queue });
    return undefined;
  }
  const { finished, unreadable, counts, bus } = await begin(run, input, messages, found);
  await deleteAll(run, queue, finished);
  await setAside(run, queue, unreadable);
  await putEvents(run, bus);
  writeMetrics(run);
  run.finish(counts);
  return undefined;
}

// At most ten messages. The readable ones do not wait for the unreadable ones.
async function takeRecords(event: SQSEvent, ports: Ports, invocation: Invocation): Promise<SQSBatchResponse> {
  const input = readInputVariable(deregisterInput, "deregister", ports.inputVariable, ports.log);
  const queue = input.lifecycle_queue_name;
  const strangers = queuesOf(event).filter((name) => name !== queue);
  if (strangers.length > 0) {
    const reason = `lifecycle_queue_name: expected the queue of the records, ${strangers.join(", ")}, found ${quote(queue)}`;
    refuseVariable("INPUT", "deregister", reason, ports.log);
  }
  const run = new Run(ports, handsOverAt(ports.now(), invocation));
  const messages = messagesOf(event);
  const { finished, unreadable, counts, bus } = await begin(run, input, messages, []);
  const aside = await setAside(run, queue, unreadable);
  if (run.hasFailures) await deleteAll(run, queue, finished);
  await putEvents(run, bus);
  writeMetrics(run);
  run.finish(counts);
  const done = new Set([...finished, ...aside].map(({ id }) => id));
  return givenBack(messages.map(({ id }) => id).filter((id) => !done.has(id)));
}

/** What became of messages: which are done with, which cannot be read, and numbers for the log. */
type Begun = {
  readonly finished: readonly Receipt[];
  readonly unreadable: readonly Unreadable[];
  readonly counts: Fields;
  /** The event bus that is told, if any is. */
  readonly bus: string | undefined;
};

// Begins the drains that messages ask for, and passes them on. A message that is neither finished nor unreadable is tried again.
async function begin(
  run: Run,
  input: z.infer<typeof deregisterInput>,
  messages: readonly ReceivedMessage[],
  found: readonly WaitingNotice[],
): Promise<Begun> {
  const { lifecycle_queue_name: queue, elb_monitor_queue_name: monitorQueue, dry_run } = input;
  const keys = drainKeysOf(input);
  const dryRun = isDryRun(dry_run, run.ports);
  const { terminations, notices, unreadable, done } = readArrivals(run, queue, messages, keys);
  const options = noticeOptionsOf(input);
  const { drains, toReplace, undone } = await handleNotices(run, notices, options);
  const tracked = merge(run, [...terminations, ...drains]);
  const reconciled = await reconcile(
    run,
    tracked.map((each) => each.termination),
    { mayComplete: false, dryRun, keys, ours: options.replace.ours, until: run.now() },
  );
  // What is dropped may have to be followed.
  const waiting = reconciled.flatMap(({ follow, ...each }): Reconciled[] => {
    if (each.ending === "waiting") return [each];
    return follow === undefined ? [] : [{ ...each, termination: follow }];
  });
  const isKnown = ({ termination }: Reconciled) =>
    mayPassOn(termination, run.cache.hooks.peek(termination.group), options.replace.ours);
  const unsure = waiting.filter((each) => !isKnown(each));
  const kept = [...unsure, ...(await passOn(run, monitorQueue, waiting.filter(isKnown)))];
  const toSend = [...found, ...toReplace.map((each) => each.waiting)];
  const isSent = await passOnNotices(run, monitorQueue, { settings: options.replace, notices: toSend });
  const unsent = isSent ? [] : toReplace.map(({ arrived }) => arrived);
  const open = new Set(
    [...kept.flatMap(({ index }) => tracked[index] ?? []), ...undone, ...unsent]
      .flatMap((each) => each.messages)
      .map(({ id }) => id),
  );
  const finished = [...tracked, ...notices]
    .flatMap((each) => each.messages)
    .filter(({ id }) => !open.has(id));
  return {
    finished: [...new Map([...done, ...finished].map((each) => [each.id, each])).values()],
    unreadable,
    // A dry run writes nothing, and so tells nobody.
    bus: dryRun ? undefined : input.event_bus,
    counts: {
      received: messages.length,
      passed_on: waiting.length - kept.length,
      dropped: reconciled.length - waiting.length,
      ...(toSend.length > 0 ? { notices: toSend.length } : {}),
    },
  };
}

function noticeOptionsOf(input: z.infer<typeof deregisterInput>): NoticeOptions {
  return {
    policy: noticePolicyOf(input),
    lead: leadOf(input),
    replace: {
      atOnce: input.replace_at_once ?? 1,
      last: input.replace_last ?? false,
      ours: ourHooksOf(input),
    },
    keys: drainKeysOf(input),
  };
}

// Returns whether they were sent.
async function passOnNotices(run: Run, monitorQueue: string, batch: NoticeBatch): Promise<boolean> {
  if (!(await sendNotices(run, monitorQueue, [batch]))) return false;
  for (const { instanceId, notice } of batch.notices)
    run.log.info("passed on", { instance_id: instanceId, notice, queue: monitorQueue });
  return true;
}

// Returns those that could not be sent: their lifecycle messages stay, and the next run receives them again.
async function passOn(
  run: Run,
  monitorQueue: string,
  waiting: readonly Reconciled[],
): Promise<readonly Reconciled[]> {
  const { done, failed } = await run.ports.queues.send(
    monitorQueue,
    waiting.map((each) => ({ ...each, body: formatMonitorMessage(each.termination) })),
  );
  for (const { termination } of done.filter(({ ending }) => ending === "waiting"))
    run.logAbout(termination).info("passed on", { queue: monitorQueue });
  for (const { item, reason, cause } of failed)
    run.stepFailed(item.termination, `sending on to ${monitorQueue}`, reason, cause);
  return failed.map(({ item }) => item);
}
