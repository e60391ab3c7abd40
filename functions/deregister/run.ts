import type { ReceivedMessage } from "../../shared/aws/sqs.ts";
import { deleteAll, type Held, merge, receiveAll, setAside, type Unreadable } from "../../shared/intake.ts";
import { parseLifecycleMessage } from "../../shared/lifecycle-message.ts";
import { timeText } from "../../shared/log.ts";
import { type Looked, look } from "../../shared/look.ts";
import { formatMonitorMessage } from "../../shared/monitor-message.ts";
import type { Ports } from "../../shared/ports.ts";
import { Run } from "../../shared/run.ts";
import { type DrainKeys, overlay, readInput, settingsOf } from "../../shared/settings.ts";
import { NO_MEMORY, type Termination } from "../../shared/termination.ts";
import { deregisterInput } from "./input.ts";

/** A second's wait makes SQS ask all its servers; deregister does not wait for messages to come. */
const FIRST_POLL_SECONDS = 1;

/**
 * One run of deregister: takes in all terminations that wait in the lifecycle queue, begins their drains, and passes
 * them on to the monitor queue. The lifecycle messages are deleted last, so that a run that dies loses nothing.
 *
 * Throws an InputError before it calls anything, and a RunFailed once all is done when something of it failed.
 */
export async function deregister(event: unknown, ports: Ports): Promise<void> {
  const input = readInput(deregisterInput, "deregister", event, ports.log);
  const { lifecycle_queue_name: queue, elb_monitor_queue_name: monitorQueue, ...keys } = input;
  const run = new Run(ports.log, ports.now());
  const messages = await receiveAll(ports, run, queue, FIRST_POLL_SECONDS);
  if (messages.length === 0 && !run.hasFailures) {
    ports.log.info("nothing to do", { queue });
    return;
  }
  const { arrivals, unreadable } = await readAll(ports, run, queue, messages, keys);
  const held = merge(ports, arrivals);
  const looked = await look(
    ports,
    run,
    held.map((each) => each.termination),
    { mayComplete: false, until: ports.now() },
  );
  const watched = looked.filter(({ fate }) => fate === "watch");
  const kept = await passOn(ports, run, monitorQueue, watched);
  const finished = held.filter(({ termination }) => !kept.has(termination));
  await deleteAll(
    ports,
    run,
    queue,
    finished.flatMap((each) => each.messages),
  );
  await setAside(ports, run, queue, unreadable);
  run.finish(ports.now(), {
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
): Promise<{ arrivals: Held[]; unreadable: Unreadable[] }> {
  const arrivals: Held[] = [];
  const unreadable: Unreadable[] = [];
  const tests: ReceivedMessage[] = [];
  for (const message of messages) {
    const read = parseLifecycleMessage(message.body);
    switch (read.kind) {
      case "termination": {
        const { instanceId, group, hook, token, time } = read;
        const settings = settingsOf(overlay(keys, read.keys));
        const termination = {
          instanceId,
          group,
          hook,
          token,
          // What the message says of its time is not believed where it was sent sooner: a wrong one would be kept for ever.
          since: Math.min(time ?? message.sentAt, message.sentAt),
          settings,
          memory: NO_MEMORY,
        };
        ports.log.info("termination received", {
          instance_id: instanceId,
          auto_scaling_group: group,
          life_cycle_hook_name: hook,
          since: timeText(termination.since),
        });
        arrivals.push({ termination, messages: [message] });
        break;
      }
      case "test notification":
        ports.log.info("test notification deleted", { queue, auto_scaling_group: read.group });
        tests.push(message);
        break;
      case "unreadable":
        unreadable.push({ message, reason: read.reason });
        break;
      default:
        read satisfies never;
    }
  }
  await deleteAll(ports, run, queue, tests);
  return { arrivals, unreadable };
}
