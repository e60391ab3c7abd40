import type { Hook } from "../model/hooks.ts";
import { type Reading, reading } from "./reading.ts";
import type { Run } from "./run.ts";

/** The terminating hooks of a group, asked for once a run. Throws only what is a fault of ours. */
export function readHooks(run: Run, group: string): Promise<Reading<readonly Hook[]>> {
  return reading(run, () => run.cache.hooks.get(group, () => run.ports.autoScaling.terminatingHooks(group)));
}
