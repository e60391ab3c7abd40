import type { Hook } from "../model/hooks.ts";
import { type Reading, reading } from "./reading.ts";
import type { Run } from "./run.ts";

/**
 * The terminating hooks of a group, asked for once a run. Throws only what is a fault of ours.
 *
 * @param notBefore an older answer is asked for again; in milliseconds since 1970
 */
export async function readHooks(
  run: Run,
  group: string,
  notBefore = Number.NEGATIVE_INFINITY,
): Promise<Reading<readonly Hook[]>> {
  const known = run.cache.hooks.peek(group);
  if (known && known.at >= notBefore) return { value: known.hooks };
  return reading(run, () => run.askedHooks.ask(group, () => ask(run, group)));
}

// Throws an AwsCallError.
async function ask(run: Run, group: string): Promise<readonly Hook[]> {
  const at = run.now();
  const hooks = await run.ports.autoScaling.terminatingHooks(group);
  run.cache.hooks.set(group, { hooks, at });
  return hooks;
}
