import { forEachOf, groupBy } from "../base/batches.ts";
import type { InPass, TerminatingActivity } from "../model/observation.ts";
import { type Reading, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/** How long an answer counts for an instance that is not in it, in milliseconds. */
const FRESH_MS = 30_000;

/**
 * Reads when the activities began that terminate instances, by the records' places in the batch. It takes a call a group, once a
 * run, and now and then one more while an instance has none. Throws only what is a fault of ours.
 */
export async function observeActivities(
  run: Run,
  records: readonly InPass[],
): Promise<Map<number, Reading<TerminatingActivity>>> {
  const byGroup = groupBy(records, ({ termination }) => termination.group);
  const read = await forEachOf(byGroup, async ([group, own]) => {
    const starts = await readStarts(
      run,
      group,
      own.map(({ termination }) => termination.instanceId),
    );
    return own.map(({ index, termination }): [number, Reading<TerminatingActivity>] => {
      if ("unread" in starts) return [index, starts];
      const startedAt = starts.value.get(termination.instanceId);
      return [index, { value: startedAt === undefined ? "none" : { startedAt } }];
    });
  });
  return new Map(read.flat());
}

async function readStarts(
  run: Run,
  group: string,
  instanceIds: readonly string[],
): Promise<Reading<ReadonlyMap<string, number>>> {
  const at = run.now();
  const known = run.cache.terminating.peek(group);
  const isWhole = instanceIds.every((id) => known?.starts.has(id));
  if (known && (isWhole || known.at > at - FRESH_MS)) return { value: known.starts };
  const read = await reading(run, () => run.ports.autoScaling.terminating(group));
  if ("value" in read) run.cache.terminating.set(group, { starts: read.value, at });
  return read;
}
