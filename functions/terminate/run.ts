import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { type Arrival, deleteAll, type Held, merge, receiveAll, setAside } from "../../shared/intake.ts";
import { secondsBetween, timeText } from "../../shared/log.ts";
import { look } from "../../shared/look.ts";
import { formatMonitorMessage, parseMonitorMessage } from "../../shared/monitor-message.ts";
import type { Invocation, Ports } from "../../shared/ports.ts";
import { Run } from "../../shared/run.ts";
import { type DrainKeys, readInput } from "../../shared/settings.ts";
import { terminateInput } from "./input.ts";

/** How long the first receive waits: a run's predecessor hands over within this time. */
const FIRST_POLL_SECONDS = 5;
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
  const { queue_name: queue, ...keys } = readInput(terminateInput, "terminate", event, ports.log);
  const run = new Run(ports.log, ports.now());
  const { received, held } = await takeIn(ports, run, queue, keys);
  if (received === 0 && !run.hasFailures) {
    ports.log.info("nothing to do", { queue });
    return undefined;
  }
  const ended = { completed: 0, "let go": 0 };
  const left = await watch(ports, run, queue, held, invocation, ended);
  await handOver(ports, run, queue, left);
  run.finish(ports.now(), {
    received,
    completed: ended.completed,
    let_go: ended["let go"],
    handed_over: left.length,
  });
  return undefined;
}

async function takeIn(
  ports: Ports,
  run: Run,
  queue: string,
  keys: DrainKeys,
): Promise<{ received: number; held: Held[] }> {
  const messages = await receiveAll(ports, run, queue, FIRST_POLL_SECONDS);
  const arrivals: Arrival[] = [];
  for (const message of messages) {
    const read = parseMonitorMessage(message.body, message.sentAt, keys);
    if (read.kind === "termination")
      arrivals.push({ termination: read.termination, receipt: message.receipt });
    else await setAside(ports, run, queue, message, read.reason);
  }
  const held = merge(ports, arrivals);
  // One message stands for each drain from here on.
  await deleteAll(
    ports,
    run,
    queue,
    held.flatMap((each) => each.receipts.slice(1)),
  );
  return {
    received: messages.length,
    held: held.map(({ termination, receipts }) => ({ termination, receipts: receipts.slice(0, 1) })),
  };
}

// Looks at all that is due, again and again, until nothing is left or the time is over. Returns what still drains.
async function watch(
  ports: Ports,
  run: Run,
  queue: string,
  held: readonly Held[],
  invocation: Invocation,
  ended: { completed: number; "let go": number },
): Promise<Held[]> {
  let watched = [...held];
  while (watched.length > 0) {
    const next = Math.min(...watched.map(lookAtOf));
    const until = Math.min(
      run.startedAt + HOLD_MS,
      ports.now() + invocation.remainingMilliseconds() - HAND_OVER_MS,
    );
    // Nothing can change before the next run begins, or this one is at its end.
    if (next >= until) break;
    if (next > ports.now()) await ports.sleep(next - ports.now());
    const now = ports.now();
    const due = watched.filter((each) => lookAtOf(each) <= now + TOGETHER_MS);
    const receiptsOf = new Map(due.map((each) => [each.termination, each.receipts]));
    const looked = await look(ports, run, [...receiptsOf.keys()], { mayComplete: true });
    const over = looked.filter(({ fate }) => fate !== "watch");
    for (const { fate } of over) if (fate !== "watch") ended[fate] += 1;
    await deleteAll(
      ports,
      run,
      queue,
      over.flatMap(({ before }) => receiptsOf.get(before) ?? []),
    );
    const still = looked.filter(({ fate }) => fate === "watch");
    watched = [
      ...watched.filter((each) => !due.includes(each)),
      ...still.map(({ before, termination }) => ({ termination, receipts: receiptsOf.get(before) ?? [] })),
    ];
  }
  return watched;
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
      ...(memory.lookAt === undefined ? {} : { looks_again_at: timeText(memory.lookAt) }),
    });
  }
  await deleteAll(
    ports,
    run,
    queue,
    done.flatMap(({ held }) => held.receipts),
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
