import { secondsBetween } from "../base/time-text.ts";
import { waitingFields } from "../log-lines/blocker-text.ts";
import { formatMonitorMessage } from "../messages/monitor-message.ts";
import { deleteAll, type Tracked } from "../messages/receive.ts";
import type { Termination } from "../model/termination.ts";
import { rememberRound } from "../observe/rounds.ts";
import { isRoundDue } from "../rules/rounds.ts";
import type { Run } from "../run/run.ts";

/**
 * Hands over what still drains to the next run of terminate. It sends a new message before it deletes the old one. A new message
 * has a new receive count, age and visibility, so hours of waiting are not taken for failures. If it could not be sent, the old
 * message stays in the queue, and the run notes that.
 */
export async function handOver(run: Run, queue: string, tracked: readonly Tracked[]): Promise<void> {
  if (tracked.length === 0) return;
  const { done, failed } = await run.ports.queues.send(
    queue,
    tracked.map((each) => ({ ...each, body: formatMonitorMessage(withRound(run, each.termination)) })),
  );
  for (const { item, reason, cause } of failed)
    run.stepFailed(item.termination, `handing over to ${queue}`, reason, cause);
  for (const { termination } of done) {
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

// A round goes on between two passes too.
function withRound(run: Run, termination: Termination): Termination {
  return isRoundDue(termination, run.now()) ? rememberRound(run, termination) : termination;
}
