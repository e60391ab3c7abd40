import type { Presence } from "../observation.ts";
import type { Memory, Termination } from "../termination.ts";
import { returnOf, situationOf } from "./lifecycle-state.ts";

/** Whether a hook holds an instance on its way to its death that was held on its way back at the look before. */
export function diesAfterAll({ returns }: Memory, { membership }: Pick<Presence, "membership">): boolean {
  if (returns === undefined || membership === undefined) return false;
  return situationOf(membership.state) === "held" && returnOf(membership.state) === undefined;
}

/**
 * A termination as it goes on where its instance dies after all. Another lifecycle action holds it then, or the read before
 * lagged. A token tells which: a heartbeat is due at once. Without one nothing tells, and the drain's time begins now.
 *
 * @param now in milliseconds since 1970
 */
export function begunAnew(
  termination: Termination,
  presence: Pick<Presence, "membership">,
  now: number,
): Termination {
  const { token, since, memory } = termination;
  const hasEnded = (memory.returningSince ?? memory.completedAt) !== undefined;
  if (hasEnded || !diesAfterAll(memory, presence)) return termination;
  return {
    ...termination,
    since: token === undefined ? now : since,
    memory: { ...memory, lastBeatAt: undefined },
  };
}
