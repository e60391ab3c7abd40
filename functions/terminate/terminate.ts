import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type * as z from "zod/mini";
import { putEvents } from "../../shared/act/put-events.ts";
import type { Fields } from "../../shared/base/log.ts";
import { setAside } from "../../shared/messages/receive.ts";
import { givenBack, isSqsEvent } from "../../shared/messages/sqs-event.ts";
import { ourHooksOf, ownKeysOf } from "../../shared/model/settings.ts";
import { countOpenDrains } from "../../shared/reconcile/count-drains.ts";
import { handOver, warnOfUnfinishedRounds } from "../../shared/reconcile/hand-over.ts";
import {
  type ReceivedNotices,
  type ReplaceOptions,
  replaceNoticed,
} from "../../shared/reconcile/replace-noticed.ts";
import { sweepGhosts } from "../../shared/reconcile/sweep-ghosts.ts";
import { sweepGroups } from "../../shared/reconcile/sweep-groups.ts";
import { tellStalled } from "../../shared/reconcile/tell-events.ts";
import { RECEIVE_MS, TrackedTerminations } from "../../shared/reconcile/tracked-terminations.ts";
import { passesUntil, runsUntil } from "../../shared/rules/due.ts";
import { isFollowed } from "../../shared/rules/following.ts";
import { replaceLimitsOf } from "../../shared/rules/replacements.ts";
import { isSweepDue, type SweepOptions } from "../../shared/rules/sweep.ts";
import { isDryRun } from "../../shared/run/dry-run-switch.ts";
import { readInput } from "../../shared/run/input.ts";
import { handsOverAt, type Invocation } from "../../shared/run/invocation.ts";
import type { Ports } from "../../shared/run/ports.ts";
import { Run, writeMetrics } from "../../shared/run/run.ts";
import { readSenderRoleIds } from "../../shared/run/sender-role-ids.ts";
import { SWEEP_MINUTES, terminateInput } from "./input.ts";

/**
 * One run of terminate. It receives the messages of drains, and has one pass after the other until nothing is left or its time
 * is over. It completes lifecycle actions, and hands the rest over to the next run. Every few minutes it sweeps for held
 * instances without a message.
 * A run that is killed loses nothing: its messages come back to the queue by themselves.
 *
 * Throws an InputError before it calls anything, and a RunFailed at its end when something failed. An event source mapping
 * cannot invoke it: it refuses every record. Lambda cuts off a function that feeds its own queue after 16 rounds, so terminate
 * only works on a schedule.
 */
export async function terminate(
  event: unknown,
  ports: Ports,
  invocation: Invocation,
): Promise<SQSBatchResponse | undefined> {
  if (isSqsEvent(event)) return refuse(event, ports);
  const input = readInput(terminateInput, "terminate", event, ports.log);
  const senderRoleIds = readSenderRoleIds("terminate", ports.senderRoleIdsVariable, ports.log);
  const { queue_name: queue, sweep_minutes = SWEEP_MINUTES } = input;
  const sweepOptions = sweepOptionsOf(input);
  const now = ports.now();
  const run = new Run(ports, runsUntil(now, handsOverAt(now, invocation)));
  const dryRun = isDryRun(input.dry_run, ports);
  const hasQueueNameAlone = Object.keys(input).length === 1;
  const all = new TrackedTerminations(run, {
    ...sweepOptions,
    hasQueueNameAlone,
    queue,
    dryRun,
    senderRoleIds,
  });
  const end = () => passesUntil(run, all.tracked.length);
  await all.receive(RECEIVE_MS / 1_000);
  // Any message ends the long poll at once. After a notice too, the run before this one has yet to hand over.
  if (all.received > 0) await all.receiveHandOvers(end);
  const swept = await sweepWhenDue(run, all, sweep_minutes, { ...sweepOptions, dryRun });
  const limits = replaceLimitsOf(input, sweepOptions.ours, senderRoleIds !== undefined);
  const noticed = await replaceWhenNoticed(run, all.notices, {
    queue,
    dryRun,
    limits,
    keys: sweepOptions.keys ?? {},
  });
  if (all.received === 0 && all.tracked.length === 0 && !run.hasFailures) {
    ports.log.info("nothing to do", { queue, ...(swept ? { swept } : {}) });
    return undefined;
  }
  await all.passUntil(end);
  if (senderRoleIds === undefined) warnOfUnfinishedRounds(run, all.tracked);
  // A dry run writes nothing, and so tells nobody.
  const bus = dryRun ? undefined : input.event_bus;
  await handOver(run, queue, bus === undefined ? all.tracked : tellStalled(run, all.tracked));
  await setAside(run, queue, all.unreadable);
  await putEvents(run, bus);
  const { received, completed, dropped, tracked } = all;
  const following = tracked.filter(({ termination }) => isFollowed(termination)).length;
  countOpenDrains(run, tracked);
  writeMetrics(run);
  run.finish({
    received,
    completed,
    dropped,
    handed_over: tracked.length - following,
    ...(following > 0 ? { following } : {}),
    ...noticed,
    ...(swept ? { swept } : {}),
  });
  return undefined;
}

// Once a run, near its beginning: a minute later Auto Scaling is sure to show the next run what this one has begun.
async function replaceWhenNoticed(
  run: Run,
  notices: readonly ReceivedNotices[],
  options: ReplaceOptions,
): Promise<Fields> {
  if (notices.length === 0) return {};
  const { replaced, waiting } = await replaceNoticed(run, notices, options);
  return { replaced, notices_waiting: waiting };
}

// Returns whether it has swept. It sweeps when that is due, and only if the run tracks all messages in the queue.
async function sweepWhenDue(
  run: Run,
  all: TrackedTerminations,
  everyMinutes: number,
  options: SweepOptions,
): Promise<boolean> {
  if (!isSweepDue(run.startedAt, everyMinutes)) return false;
  await all.receiveRest();
  if (!all.tracksAll) return false;
  for (const found of await sweepGroups(run, all, options)) all.add(found);
  await sweepGhosts(run, all.seen, options);
  return true;
}

function sweepOptionsOf(input: z.infer<typeof terminateInput>): Omit<SweepOptions, "dryRun"> {
  const { auto_scaling_groups: listed = [], group_tag: tag } = input;
  // A template whose list of groups has an empty place makes an empty name of it.
  const groups = listed.filter((name) => name !== "");
  return { groups, tag, ours: ourHooksOf(input), keys: ownKeysOf(input) };
}

function refuse({ Records }: SQSEvent, ports: Ports): SQSBatchResponse {
  ports.log.error("invoked by an event source mapping", {
    records: Records.length,
    reason:
      "terminate sends to the queue that it reads, and Lambda ends such a loop after 16 rounds; invoke it by a schedule, and remove the mapping",
  });
  return givenBack(Records.map(({ messageId }) => messageId));
}
