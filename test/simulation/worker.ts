import { planOf } from "./deployments.ts";
import { scenarioOf } from "./generate.ts";
import { run } from "./run.ts";

// Plays one seed after the other, as they are asked for. The virtual clock replaces the timers of a whole process, so each
// process plays one at a time.
process.on("message", async (seed: number) => {
  const { played, lines, ...result } = await run(scenarioOf(seed), planOf(seed));
  process.send?.(result);
});
