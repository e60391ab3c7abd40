import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type * as z from "zod/mini";
import type { Reconciled } from "../../shared/act/conclude.ts";
import type { ReceivedMessage } from "../../shared/aws/sqs.ts";
import { type Fields, timeText } from "../../shared/base/log.ts";
import { quote } from "../../shared/base/validation-problems.ts";
import { type LifecycleMessage, parseLifecycleMessage } from "../../shared/messages/lifecycle-message.ts";
import { merge } from "../../shared/messages/merge-duplicates.ts";
import { formatMonitorMessage } from "../../shared/messages/monitor-message.ts";
import {
  deleteAll,
  type Receipt,
  receiveAll,
  setAside,
  type Tracked,
  type Unreadable,
} from "../../shared/messages/receive.ts";
import { givenBack, isSqsEvent, messagesOf, queuesOf } from "../../shared/messages/sqs-event.ts";
import {
  type DrainKeys,
  overlay,
  readInput,
  readInputVariable,
  refuseInputVariable,
  settingsOf,
} from "../../shared/model/settings.ts";
import { NO_MEMORY, type Termination } from "../../shared/model/termination.ts";
import { reconcile } from "../../shared/reconcile.ts";
import { isDryRun } from "../../shared/run/dry-run-switch.ts";
import { handsOverAt, type Invocation } from "../../shared/run/invocation.ts";
import type { Ports } from "../../shared/run/ports.ts";
import { Run } from "../../shared/run/run.ts";
import { deregisterInput } from "./input.ts";
import { handleNotices, type InstanceNotice } from "./notices.ts";

/** A second's wait makes SQS ask all its servers; deregister does not wait for messages to come. */
const POLL_SECONDS = 1;
/** How many messages a run takes at the most: what is beyond waits for the next run. */
const TAKES_AT_MOST = 2_000;

/**
 * One run of deregister: begins the drains of the terminations that wait in the lifecycle queue, or of those that an event
 * source mapping of that queue brings, and passes them on to the monitor queue. What a message says is done before the
 * message is deleted, so that a run that dies loses nothing.
 *
 * Throws an InputError before it calls anything, and a RunFailed once all is done when something of it failed, whoever
 * invoked it: Lambda's Errors, and the alarm on them, count what is thrown and no partial batch response. To a mapping
 * what is thrown gives back the whole batch, so a run deletes what it is done with before it fails. Without a failure
 * Lambda deletes the batch, but for what the answer names.
 */
export async function deregister(
  event: unknown,
  ports: Ports,
  invocation: Invocation,
): Promise<SQSBatchResponse | undefined> {
  if (isSqsEvent(event)) return takeRecords(event, ports, invocation);
  const input = readInput(deregisterInput, "deregister", event, ports.log);
  const queue = input.lifecycle_queue_name;
  const run = runOf(ports, invocation);
  // Where an event source mapping brings messages as they come, those at hand need not wait for others.
  const more = run.ports.inputVariable ? 0 : POLL_SECONDS;
  const messages = await receiveAll(run, queue, { first: POLL_SECONDS, more }, TAKES_AT_MOST);
  if (messages.length === 0 && !run.hasFailures) {
    run.log.info("nothing to do", { queue });
    return undefined;
  }
  const { finished, unreadable, counts } = await begin(run, input, messages);
  await deleteAll(run, queue, finished);
  await setAside(run, queue, unreadable);
  run.finish(counts);
  return undefined;
}

// No more than ten messages, of which none waits for what is unreadable among them.
async function takeRecords(event: SQSEvent, ports: Ports, invocation: Invocation): Promise<SQSBatchResponse> {
  const input = readInputVariable(deregisterInput, "deregister", ports.inputVariable, ports.log);
  const queue = input.lifecycle_queue_name;
  const strangers = queuesOf(event).filter((name) => name !== queue);
  if (strangers.length > 0) {
    const reason = `lifecycle_queue_name: expected the queue of the records, ${strangers.join(", ")}, found ${quote(queue)}`;
    refuseInputVariable("deregister", reason, ports.log);
  }
  const run = runOf(ports, invocation);
  const messages = messagesOf(event);
  const { finished, unreadable, counts } = await begin(run, input, messages);
  const aside = await setAside(run, queue, unreadable);
  if (run.hasFailures) await deleteAll(run, queue, finished);
  run.finish(counts);
  const done = new Set([...finished, ...aside].map(({ id }) => id));
  return givenBack(messages.map(({ id }) => id).filter((id) => !done.has(id)));
}

function runOf(ports: Ports, invocation: Invocation): Run {
  return new Run(ports, handsOverAt(ports.now(), invocation));
}

/** What became of messages: those that are done with, those that cannot be read, and numbers for the log. */
type Begun = {
  readonly finished: readonly Receipt[];
  readonly unreadable: readonly Unreadable[];
  readonly counts: Fields;
};

// Begins the drains that messages ask for, and passes them on. What is neither finished nor unreadable is to be tried again.
async function begin(
  run: Run,
  input: z.infer<typeof deregisterInput>,
  messages: readonly ReceivedMessage[],
): Promise<Begun> {
  const { lifecycle_queue_name: queue, elb_monitor_queue_name: monitorQueue, dry_run, ...policy } = input;
  const { on_spot_interruption, on_rebalance, on_maintenance, ...keys } = policy;
  const dryRun = isDryRun(dry_run, run.ports);
  const { arrivals, notices, unreadable, done } = readAll(run, queue, messages, keys);
  const { drains, undone } = await handleNotices(run, notices, {
    policy: {
      "spot interruption": on_spot_interruption ?? "ignore",
      rebalance: on_rebalance ?? "ignore",
      maintenance: on_maintenance ?? "ignore",
    },
    settings: settingsOf(keys),
    queue,
    dryRun,
  });
  const held = merge(run, [...arrivals, ...drains]);
  const reconciled = await reconcile(
    run,
    held.map((each) => each.termination),
    { mayComplete: false, dryRun, until: run.now() },
  );
  const watched = reconciled.filter(({ ending }) => ending === "waiting");
  const kept = await passOn(run, monitorQueue, watched);
  const open = new Set(
    [...held.filter(({ termination }) => kept.has(termination)), ...undone].flatMap(idsOf),
  );
  const finished = [...held, ...notices].flatMap((each) => each.messages).filter(({ id }) => !open.has(id));
  return {
    finished: [...new Map([...done, ...finished].map((each) => [each.id, each])).values()],
    unreadable,
    counts: {
      received: messages.length,
      passed_on: watched.length - kept.size,
      let_go: reconciled.length - watched.length,
    },
  };
}

// Returns those that could not be sent: their lifecycle messages stay, and the next run takes them in again.
async function passOn(
  run: Run,
  monitorQueue: string,
  watched: readonly Reconciled[],
): Promise<Set<Termination>> {
  const { done, failed } = await run.ports.queues.send(
    monitorQueue,
    watched.map(({ before, termination }) => ({
      before,
      termination,
      body: formatMonitorMessage(termination),
    })),
  );
  for (const { termination } of done) {
    run.log.info("passed on", { instance_id: termination.instanceId, queue: monitorQueue });
  }
  for (const { item, reason, cause } of failed)
    run.stepFailed(item.termination.instanceId, `sending on to ${monitorQueue}`, reason, cause);
  return new Set(failed.map(({ item }) => item.before));
}

function readAll(
  run: Run,
  queue: string,
  messages: readonly ReceivedMessage[],
  keys: DrainKeys,
): { arrivals: Tracked[]; notices: InstanceNotice[]; unreadable: Unreadable[]; done: ReceivedMessage[] } {
  const arrivals: Tracked[] = [];
  const notices: InstanceNotice[] = [];
  const unreadable: Unreadable[] = [];
  const done: ReceivedMessage[] = [];
  for (const message of messages) {
    const read = parseLifecycleMessage(message.body);
    switch (read.kind) {
      case "termination":
        arrivals.push(arrivalOf(run, message, read, keys));
        break;
      case "notice":
        notices.push(...noticesOf(run, message, read));
        break;
      case "other notice":
        run.log.info("notice ignored", { queue, reason: read.reason });
        done.push(message);
        break;
      case "test notification":
        run.log.info("test notification deleted", { queue, auto_scaling_group: read.group });
        done.push(message);
        break;
      case "unreadable":
        unreadable.push({ message, reason: read.reason });
        break;
      default:
        read satisfies never;
    }
  }
  return { arrivals, notices, unreadable, done };
}

function arrivalOf(
  run: Run,
  message: ReceivedMessage,
  read: Extract<LifecycleMessage, { kind: "termination" }>,
  keys: DrainKeys,
): Tracked {
  const { instanceId, group, hook, token, time } = read;
  // What the message says of its time is not believed where it was sent sooner: a wrong one would be kept for ever.
  const since = Math.min(time ?? message.sentAt, message.sentAt);
  run.log.info("termination received", {
    instance_id: instanceId,
    auto_scaling_group: group,
    life_cycle_hook_name: hook,
    since: timeText(since),
  });
  const termination: Termination = {
    instanceId,
    group,
    hook,
    token,
    since,
    interruptedAt: undefined,
    dryRun: false,
    settings: settingsOf(overlay(keys, read.keys)),
    // The hook's timer began with the lifecycle action.
    memory: { ...NO_MEMORY, lastHeartbeatAt: time === undefined ? undefined : since },
  };
  return { termination, messages: [message] };
}

function noticesOf(
  run: Run,
  message: ReceivedMessage,
  { notice, instanceIds, at = message.sentAt }: Extract<LifecycleMessage, { kind: "notice" }>,
): InstanceNotice[] {
  return instanceIds.map((instanceId) => {
    run.log.info("notice received", { instance_id: instanceId, notice, since: timeText(at) });
    return { notice, instanceId, at, messages: [message] };
  });
}

function idsOf({ messages }: Pick<Tracked, "messages">): string[] {
  return messages.map(({ id }) => id);
}
