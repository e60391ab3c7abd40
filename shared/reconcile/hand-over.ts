import { secondsBetween } from "../base/time-text.ts";
import { waitingFields } from "../log-lines/blocker-text.ts";
import { formatMonitorMessage } from "../messages/monitor-message.ts";
import { deleteAll, type Tracked } from "../messages/receive.ts";
import type { Run } from "../run/run.ts";

/**
 * Hands over what still drains to the next run of terminate. It is sent again before it is deleted: a fresh message has a fresh
 * receive count, age and visibility, so that hours of waiting are not taken for failures. What could not be sent stays in the
 * queue, and is noted in the run.
 */
export async function handOver(run: Run, queue: string, tracked: readonly Tracked[]): Promise<void> {
  if (tracked.length === 0) return;
  const { done, failed } = await run.ports.queues.send(
    queue,
    tracked.map((each) => ({ ...each, body: formatMonitorMessage(each.termination) })),
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
