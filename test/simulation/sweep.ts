import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Result } from "./run.ts";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));

/**
 * Plays many seeds in some processes, and gives their results in order of the seeds.
 *
 * @param done is called with each result as it comes
 */
export async function sweep(
  seeds: readonly number[],
  workers: number,
  done: (result: Result) => void,
): Promise<Result[]> {
  const results = new Map<number, Result>();
  const waiting = [...seeds];
  await Promise.all(
    Array.from({ length: Math.min(workers, seeds.length) }, async () => {
      const worker = fork(WORKER, { serialization: "advanced" });
      try {
        for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
          const result = await played(worker, seed);
          results.set(seed, result);
          done(result);
        }
      } finally {
        worker.kill();
      }
    }),
  );
  return seeds.map((seed) => results.get(seed) as Result);
}

function played(worker: ChildProcess, seed: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const died = () => reject(new Error(`the process that played seed ${seed} has died`));
    worker.once("exit", died);
    worker.once("message", (result) => {
      worker.off("exit", died);
      resolve(result as Result);
    });
    worker.send(seed);
  });
}
