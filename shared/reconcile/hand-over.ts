import { forEachOf, groupBy } from "../base/batches.ts";
import { secondsBetween } from "../base/time-text.ts";
import { waitingFields } from "../log-lines/blocker-text.ts";
import { formatMonitorMessage } from "../messages/monitor-message.ts";
import { deleteAll, type Tracked } from "../messages/receive.ts";
import type { Termination } from "../model/termination.ts";
import { leftOfRounds, rememberRound } from "../observe/rounds.ts";
import { delaySeconds, isFollowed } from "../rules/following.ts";
import { isRoundDue } from "../rules/rounds.ts";
import type { Run } from "../run/run.ts";

/**
 * Hands over what still drains to the next run of terminate. It sends a new message before it deletes the old one. A new message
 * has a new receive count, age and visibility, so hours of waiting are not taken for failures. If it could not be sent, the old
 * message stays in the queue, and the run notes that.
 */
export async function handOver(run: Run, queue: string, tracked: readonly Tracked[]): Promise<void> {
  if (tracked.length === 0) return;
  const now = run.now();
  const byDelay = groupBy(tracked, ({ termination }) => delaySeconds(termination, now));
  const sent = await forEachOf(byDelay, ([delay, those]) =>
    run.ports.queues.send(
      queue,
      those.map((each) => ({ ...each, body: formatMonitorMessage(withRound(run, each.termination)) })),
      delay,
    ),
  );
  const [done, failed] = [sent.flatMap((each) => each.done), sent.flatMap((each) => each.failed)];
  for (const { item, reason, cause } of failed)
    run.stepFailed(item.termination, `handing over to ${queue}`, reason, cause);
  // What is only followed is no open drain.
  for (const { termination } of done.filter((each) => !isFollowed(each.termination))) {
    const { since, memory } = termination;
    run.logAbout(termination).info("handed over", {
      ...waitingFields([...memory.blockers, ...memory.unread]),
      held_seconds: secondsBetween(since, run.now()),
      ...(memory.failures > 0 ? { failures: memory.failures } : {}),
    });
  }
  await deleteAll(
    run,
    queue,
    done.flatMap(({ messages }) => messages),
  );
}

/**
 * Warns if the run's time for its round was over before all was asked. Where nobody knows whose memory a message has, the next run
 * begins its own round, and will not end it either. Such drains are held.
 */
export function warnOfUnfinishedRounds(run: Run, tracked: readonly Tracked[]): void {
  const due = tracked
    .map(({ termination }) => termination)
    .filter((termination) => isRoundDue(termination, run.now()));
  const left = leftOfRounds(run, due);
  if (left === 0) return;
  run.log.warn("round does not fit into a run", {
    variable: "SENDER_ROLE_IDS",
    drains: due.length,
    load_balancers_left: left,
    reason:
      "without the variable a round counts only in the run that made it; set it to the ids of both functions' roles",
  });
}

// A round goes on between two passes too.
function withRound(run: Run, termination: Termination): Termination {
  return isRoundDue(termination, run.now()) ? rememberRound(run, termination) : termination;
}
