import type { Presence } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { beatInTimeAt } from "./heartbeat.ts";

/** However long it waits for its turn, a termination is looked at after this long. */
const TURN_MS = 3_600_000;

/**
 * Until when a termination that is to be completed may wait for its turn without another look, in milliseconds since 1970:
 * until its timer runs low, as long as that is to begin anew.
 */
export function turnBefore(termination: Termination, presence: Pick<Presence, "hooks">, now: number): number {
  const latest = now + TURN_MS;
  const waiting = { ...termination, memory: { ...termination.memory, turnBefore: latest } };
  return Math.min(beatInTimeAt(waiting, presence, now) ?? latest, latest);
}

/** Whether all that a termination waits for is its turn to be completed, as far as its last look could tell. */
export function waitsForItsTurn({ memory }: Termination, now: number): boolean {
  return now < (memory.turnBefore ?? now);
}
