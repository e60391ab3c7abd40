import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { isDryRun } from "../../shared/dry-run.ts";
import {
  deleteAll,
  type Held,
  type Receipt,
  receive,
  setAside,
  type Unreadable,
} from "../../shared/intake.ts";
import { secondsBetween } from "../../shared/log.ts";
import { look } from "../../shared/look.ts";
import { merge } from "../../shared/merge.ts";
import { formatMonitorMessage, parseMonitorMessage } from "../../shared/monitor-message.ts";
import type { Invocation, Ports } from "../../shared/ports.ts";
import { endRehearsal } from "../../shared/rehearse.ts";
import { Run } from "../../shared/run.ts";
import { type DrainKeys, readInput } from "../../shared/settings.ts";
import { terminateInput } from "./input.ts";

/** How long a run receives: its predecessor, a minute older, hands over within this time. */
const RECEIVE_MS = 5_000;
/** How long a run holds what it received: its successor, a minute later, is then still receiving. */
const HOLD_MS = 62_000;
/** What is due this much later is looked at too, so that the batch shares its calls. */
const TOGETHER_MS = 2_000;
/** Kept of Lambda's time, for handing over. */
const HAND_OVER_MS = 15_000;

/**
 * One run of terminate: takes in what drains, looks again until nothing is left, completes the lifecycle actions, and
 * hands the rest over to the next run. A run that is killed loses nothing: what it held comes back by itself.
 *
 * Throws an InputError before it calls anything, and a RunFailed once all is done when something of it failed. Invoked
 * by an event source mapping it refuses every record: a function that feeds its own queue is cut off by Lambda after 16
 * rounds, so terminate only works as scheduled.
 */
export async function terminate(
  event: unknown,
  ports: Ports,
  invocation: Invocation,
): Promise<SQSBatchResponse | undefined> {
  if (isSqsEvent(event)) return refuse(event, ports);
  const { queue_name: queue, dry_run, ...keys } = readInput(terminateInput, "terminate", event, ports.log);
  const dryRun = isDryRun(dry_run, ports);
  const run = new Run(ports.log, ports.now());
  const watched = new Watch(ports, run, { queue, keys, dryRun });
  await watched.takeIn(RECEIVE_MS / 1000);
  if (watched.received === 0 && !run.hasFailures) {
    ports.log.info("nothing to do", { queue });
    return undefined;
  }
  await watched.lookUntil(() =>
    Math.min(run.startedAt + HOLD_MS, ports.now() + invocation.remainingMilliseconds() - HAND_OVER_MS),
  );
  await handOver(ports, run, queue, watched.held);
  await setAside(ports, run, queue, watched.unreadable);
  const { received, completed, letGo, held } = watched;
  run.finish(ports.now(), { received, completed, let_go: letGo, handed_over: held.length });
  return undefined;
}

/** What one run of terminate holds, and what became of it. */
class Watch {
  held: Held[] = [];
  readonly unreadable: Unreadable[] = [];
  received = 0;
  completed = 0;
  letGo = 0;
  #receives = true;
  readonly #ports: Ports;
  readonly #run: Run;
  readonly #queue: string;
  readonly #keys: DrainKeys;
  readonly #dryRun: boolean;

  constructor(ports: Ports, run: Run, input: { queue: string; keys: DrainKeys; dryRun: boolean }) {
    this.#ports = ports;
    this.#run = run;
    this.#queue = input.queue;
    this.#keys = input.keys;
    this.#dryRun = input.dryRun;
  }

  /** Takes in what waits in the queue, or comes within some seconds. One message stands for each drain from then on. */
  async takeIn(waitSeconds: number): Promise<void> {
    const { messages, failed } = await receive(this.#ports, this.#run, this.#queue, waitSeconds);
    this.received += messages.length;
    if (failed) this.#receives = false;
    const arrivals: Held[] = [];
    for (const message of messages) {
      const read = parseMonitorMessage(message.body, message.sentAt, this.#keys);
      if (read.kind === "termination") {
        const termination = this.#dryRun ? read.termination : endRehearsal(this.#ports, read.termination);
        arrivals.push({ termination, messages: [message] });
      } else this.unreadable.push({ message, reason: read.reason });
    }
    if (arrivals.length === 0) return;
    const merged = merge(this.#ports, [...this.held, ...arrivals]);
    await this.#delete(merged.flatMap((each) => each.messages.slice(1)));
    this.held = merged.map((each) => ({ ...each, messages: each.messages.slice(0, 1) }));
  }

  /**
   * Looks at all that is due, again and again, until nothing is left or nothing can change before the time is over. For
   * the first seconds it receives while it waits: what a predecessor hands over late must not wait for the next run.
   */
  async lookUntil(end: () => number): Promise<void> {
    const receivesUntil = this.#run.startedAt + RECEIVE_MS;
    for (;;) {
      const now = this.#ports.now();
      const next = Math.min(...this.held.map(lookAtOf));
      if (next <= now) await this.#lookAtDue(end());
      else if (this.#receives && now < receivesUntil) {
        await this.takeIn(Math.ceil((Math.min(next, receivesUntil) - now) / 1000));
      } else if (this.held.length === 0 || next >= end()) return;
      else await this.#ports.sleep(next - now);
    }
  }

  async #lookAtDue(until: number): Promise<void> {
    const soon = this.#ports.now() + TOGETHER_MS;
    const due = this.held.filter((each) => lookAtOf(each) <= soon);
    const messagesOf = new Map(due.map((each) => [each.termination, each.messages]));
    const looked = await look(this.#ports, this.#run, [...messagesOf.keys()], {
      mayComplete: true,
      dryRun: this.#dryRun,
      until,
    });
    this.completed += looked.filter(({ fate }) => fate === "completed").length;
    this.letGo += looked.filter(({ fate }) => fate === "let go").length;
    const ended = looked.filter(({ fate }) => fate !== "watch");
    await this.#delete(ended.flatMap(({ before }) => messagesOf.get(before) ?? []));
    this.held = [
      ...this.held.filter((each) => !messagesOf.has(each.termination)),
      ...looked
        .filter(({ fate }) => fate === "watch")
        .map(({ before, termination }) => ({ termination, messages: messagesOf.get(before) ?? [] })),
    ];
  }

  #delete(messages: readonly Receipt[]): Promise<void> {
    return deleteAll(this.#ports, this.#run, this.#queue, messages);
  }
}

function lookAtOf({ termination }: Held): number {
  return termination.memory.lookAt ?? 0;
}

// Sent anew before it is deleted: a fresh message has a fresh receive count, age and visibility, so that hours of
// waiting never look like failing.
async function handOver(ports: Ports, run: Run, queue: string, left: readonly Held[]): Promise<void> {
  if (left.length === 0) return;
  const { done, failed } = await ports.queues.send(
    queue,
    left.map((held) => ({ held, body: formatMonitorMessage(held.termination) })),
  );
  for (const { item, reason } of failed)
    run.stepFailed(item.held.termination.instanceId, `handing over to ${queue}`, reason);
  for (const { held } of done) {
    const { instanceId, since, memory } = held.termination;
    ports.log.info("handed over", {
      instance_id: instanceId,
      waiting_for: memory.waitingFor,
      held_seconds: secondsBetween(since, ports.now()),
      ...(memory.failures > 0 ? { failures: memory.failures } : {}),
    });
  }
  await deleteAll(
    ports,
    run,
    queue,
    done.flatMap(({ held }) => held.messages),
  );
}

function isSqsEvent(event: unknown): event is SQSEvent {
  const records = (event as Partial<SQSEvent> | null | undefined)?.Records;
  return Array.isArray(records) && records.some((record) => record?.eventSource === "aws:sqs");
}

function refuse({ Records }: SQSEvent, ports: Ports): SQSBatchResponse {
  ports.log.error("invoked by an event source mapping", {
    records: Records.length,
    reason:
      "terminate sends to the queue that it reads, and Lambda ends such a loop after 16 rounds; invoke it by a schedule, and remove the mapping",
  });
  return { batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}
