import { Worker } from "node:worker_threads";
import type { Result } from "./run.ts";

/**
 * Plays many seeds on some threads, and gives their results in order of the seeds.
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
      const worker = new Worker(new URL("./worker.ts", import.meta.url));
      try {
        for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
          const result = await played(worker, seed);
          results.set(seed, result);
          done(result);
        }
      } finally {
        await worker.terminate();
      }
    }),
  );
  return seeds.map((seed) => results.get(seed) as Result);
}

function played(worker: Worker, seed: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const failed = (error: unknown) => reject(new Error(`seed ${seed}: ${error}`, { cause: error }));
    worker.once("error", failed);
    worker.once("message", (result: Result) => {
      worker.off("error", failed);
      resolve(result);
    });
    worker.postMessage(seed);
  });
}
