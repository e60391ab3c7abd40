import type { ReceivedMessage } from "../../shared/aws/sqs.ts";
import { isDryRun } from "../../shared/dry-run.ts";
import { deleteAll, type Held, receiveAll, setAside, type Unreadable } from "../../shared/intake.ts";
import { type LifecycleMessage, parseLifecycleMessage } from "../../shared/lifecycle-message.ts";
import { timeText } from "../../shared/log.ts";
import { type Looked, look } from "../../shared/look.ts";
import { merge } from "../../shared/merge.ts";
import { formatMonitorMessage } from "../../shared/monitor-message.ts";
import type { Invocation, Ports } from "../../shared/ports.ts";
import { Run } from "../../shared/run.ts";
import { type DrainKeys, overlay, readInput, settingsOf } from "../../shared/settings.ts";
import { NO_MEMORY, type Termination } from "../../shared/termination.ts";
import { deregisterInput } from "./input.ts";
import { handleNotices, type InstanceNotice } from "./notices.ts";

/** A second's wait makes SQS ask all its servers; deregister does not wait for messages to come. */
const FIRST_POLL_SECONDS = 1;
/** How many messages a run takes at the most: what is beyond waits for the next run. */
const TAKES_AT_MOST = 2_000;
/** Kept of Lambda's time, for a call that hangs, and for passing on. */
const PASS_ON_MS = 24_000;

/**
 * One run of deregister: takes in all terminations that wait in the lifecycle queue, begins their drains, and passes
 * them on to the monitor queue. The lifecycle messages are deleted last, so that a run that dies loses nothing.
 *
 * Throws an InputError before it calls anything, and a RunFailed once all is done when something of it failed.
 */
export async function deregister(event: unknown, ports: Ports, invocation: Invocation): Promise<void> {
  const input = readInput(deregisterInput, "deregister", event, ports.log);
  const { lifecycle_queue_name: queue, elb_monitor_queue_name: monitorQueue, dry_run, ...policy } = input;
  const { on_spot_interruption, on_rebalance, on_maintenance, ...keys } = policy;
  const dryRun = isDryRun(dry_run, ports);
  const until = ports.now() + invocation.remainingMilliseconds() - PASS_ON_MS;
  const run = new Run(ports.log, ports.now, until);
  const messages = await receiveAll(ports, run, queue, FIRST_POLL_SECONDS, TAKES_AT_MOST);
  if (messages.length === 0 && !run.hasFailures) {
    ports.log.info("nothing to do", { queue });
    return;
  }
  const { arrivals, notices, unreadable } = await readAll(ports, run, queue, messages, keys);
  const { drains, undone } = await handleNotices(ports, run, notices, {
    policy: {
      "spot interruption": on_spot_interruption ?? "ignore",
      rebalance: on_rebalance ?? "ignore",
      maintenance: on_maintenance ?? "ignore",
    },
    settings: settingsOf(keys),
    queue,
    dryRun,
  });
  const held = merge(ports, [...arrivals, ...drains]);
  const looked = await look(
    ports,
    run,
    held.map((each) => each.termination),
    { mayComplete: false, dryRun, until: ports.now() },
  );
  const watched = looked.filter(({ fate }) => fate === "watch");
  const kept = await passOn(ports, run, monitorQueue, watched);
  const open = new Set(
    [...held.filter(({ termination }) => kept.has(termination)), ...undone].flatMap(idsOf),
  );
  const finished = [...held, ...notices].flatMap((each) => each.messages).filter(({ id }) => !open.has(id));
  await deleteAll(ports, run, queue, [...new Map(finished.map((each) => [each.id, each])).values()]);
  await setAside(ports, run, queue, unreadable);
  run.finish({
    received: messages.length,
    passed_on: watched.length - kept.size,
    let_go: looked.length - watched.length,
  });
}

// Returns those that could not be sent: their lifecycle messages stay, and the next run takes them in again.
async function passOn(
  ports: Ports,
  run: Run,
  monitorQueue: string,
  watched: readonly Looked[],
): Promise<Set<Termination>> {
  const { done, failed } = await ports.queues.send(
    monitorQueue,
    watched.map(({ before, termination }) => ({
      before,
      termination,
      body: formatMonitorMessage(termination),
    })),
  );
  for (const { termination } of done) {
    ports.log.info("passed on", { instance_id: termination.instanceId, queue: monitorQueue });
  }
  for (const { item, reason } of failed)
    run.stepFailed(item.termination.instanceId, `sending on to ${monitorQueue}`, reason);
  return new Set(failed.map(({ item }) => item.before));
}

async function readAll(
  ports: Ports,
  run: Run,
  queue: string,
  messages: readonly ReceivedMessage[],
  keys: DrainKeys,
): Promise<{ arrivals: Held[]; notices: InstanceNotice[]; unreadable: Unreadable[] }> {
  const arrivals: Held[] = [];
  const notices: InstanceNotice[] = [];
  const unreadable: Unreadable[] = [];
  const finished: ReceivedMessage[] = [];
  for (const message of messages) {
    const read = parseLifecycleMessage(message.body);
    switch (read.kind) {
      case "termination":
        arrivals.push(arrivalOf(ports, message, read, keys));
        break;
      case "notice":
        notices.push(...noticesOf(ports, message, read));
        break;
      case "other notice":
        ports.log.info("notice ignored", { queue, reason: read.reason });
        finished.push(message);
        break;
      case "test notification":
        ports.log.info("test notification deleted", { queue, auto_scaling_group: read.group });
        finished.push(message);
        break;
      case "unreadable":
        unreadable.push({ message, reason: read.reason });
        break;
      default:
        read satisfies never;
    }
  }
  await deleteAll(ports, run, queue, finished);
  return { arrivals, notices, unreadable };
}

function arrivalOf(
  ports: Ports,
  message: ReceivedMessage,
  read: Extract<LifecycleMessage, { kind: "termination" }>,
  keys: DrainKeys,
): Held {
  const { instanceId, group, hook, token, time } = read;
  // What the message says of its time is not believed where it was sent sooner: a wrong one would be kept for ever.
  const since = Math.min(time ?? message.sentAt, message.sentAt);
  ports.log.info("termination received", {
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
    memory: { ...NO_MEMORY, lastBeatAt: time === undefined ? undefined : since },
  };
  return { termination, messages: [message] };
}

function noticesOf(
  ports: Ports,
  message: ReceivedMessage,
  { notice, instanceIds, at = message.sentAt }: Extract<LifecycleMessage, { kind: "notice" }>,
): InstanceNotice[] {
  return instanceIds.map((instanceId) => {
    ports.log.info("notice received", { instance_id: instanceId, notice, since: timeText(at) });
    return { notice, instanceId, at, messages: [message] };
  });
}

function idsOf({ messages }: Pick<Held, "messages">): string[] {
  return messages.map(({ id }) => id);
}
