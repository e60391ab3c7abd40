import { parentPort } from "node:worker_threads";
import { scenarioOf } from "./generate.ts";
import { run } from "./run.ts";

// Plays one seed after the other, as they are asked for. The virtual clock replaces the timers of a whole thread, so each
// thread plays one at a time.
parentPort?.on("message", async (seed: number) => {
  const { played, lines, ...result } = await run(scenarioOf(seed));
  parentPort?.postMessage(result);
});
