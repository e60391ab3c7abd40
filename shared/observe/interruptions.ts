import { type Interruption, isTakenBack } from "../model/interruption.ts";
import type { InPass } from "../model/observation.ts";
import { type Reading, reading, readingOf } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/**
 * Reads the Spot requests of instances that a notice is about, by the records' places in the batch. It takes a call for two
 * hundred of them. What EC2 has once taken back in a run is not asked for again. Throws only what is a fault of ours.
 */
export async function observeInterruptions(
  run: Run,
  records: readonly InPass[],
): Promise<Map<number, Reading<Interruption>>> {
  const ids = new Set(records.map(({ termination }) => termination.instanceId));
  const asked = [...ids].filter((id) => !run.cache.interruptions.has(id));
  const read =
    asked.length === 0 ? { value: new Map() } : await reading(run, () => run.ports.ec2.spotStatuses(asked));
  return new Map(
    records.map(({ index, termination: { instanceId } }): [number, Reading<Interruption>] => {
      const known = run.cache.interruptions.peek(instanceId);
      if (known) return [index, { value: known }];
      if ("unread" in read) return [index, read];
      const spotStatus = readingOf(run, read.value.get(instanceId));
      if ("unread" in spotStatus) return [index, spotStatus];
      const interruption = { spotStatus: spotStatus.value };
      if (isTakenBack(interruption)) run.cache.interruptions.set(instanceId, interruption);
      return [index, { value: interruption }];
    }),
  );
}
