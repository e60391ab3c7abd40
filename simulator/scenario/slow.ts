import type { Scenario } from "./schema.ts";

/** Calls that take as long as this are slow, in milliseconds. */
export const SLOW_MS = 500;

/** Whether all calls may be slow. Runs then have no time for all that they have to do. */
export function isSlow({
  latency_milliseconds: [, slowest],
}: Pick<Scenario, "latency_milliseconds">): boolean {
  return slowest >= SLOW_MS;
}
