import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Result } from "./run.ts";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));

/** A seed that could not be played to its end. */
export class SeedError extends Error {
  override name = "SeedError";
  readonly seed: number;

  /** Whether its process has died. Otherwise it goes on and on. */
  readonly hasDied: boolean;

  constructor(seed: number, hasDied: boolean) {
    super(
      `seed ${seed}: ${hasDied ? "the process that played it has died" : "it has not ended in its time"}`,
    );
    this.seed = seed;
    this.hasDied = hasDied;
  }
}

/** How seeds are played otherwise than usual. */
export type SweepOptions = {
  /** The module that plays them: the worker of a copy of the sources, say. */
  readonly worker?: string;
  /** Whether no seed is wanted after this result. */
  readonly isEnough?: (result: Result) => boolean;
  /** How long a seed may take, in milliseconds of real time: one that goes on for ever never ends by itself. */
  readonly limit?: number;
};

/**
 * Plays many seeds in some processes, and gives their results in order of the seeds. Rejects with a SeedError if a
 * process dies over its seed, or does not end it.
 *
 * @param done is called with each result as it comes
 */
export async function sweep(
  seeds: readonly number[],
  workers: number,
  done: (result: Result) => void,
  { worker: module = WORKER, isEnough = () => false, limit }: SweepOptions = {},
): Promise<Result[]> {
  const results = new Map<number, Result>();
  const waiting = [...seeds];
  await Promise.all(
    Array.from({ length: Math.min(workers, seeds.length) }, async () => {
      const worker = fork(module, { serialization: "advanced" });
      try {
        for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
          const result = await played(worker, seed, limit);
          results.set(seed, result);
          done(result);
          if (isEnough(result)) waiting.length = 0;
        }
      } finally {
        worker.kill();
      }
    }),
  );
  return seeds.flatMap((seed) => results.get(seed) ?? []);
}

function played(worker: ChildProcess, seed: number, limit: number | undefined): Promise<Result> {
  return new Promise((resolve, reject) => {
    const died = () => reject(new SeedError(seed, true));
    const timer =
      limit === undefined ? undefined : setTimeout(() => reject(new SeedError(seed, false)), limit);
    worker.once("exit", died);
    worker.once("message", (result) => {
      worker.off("exit", died);
      clearTimeout(timer);
      resolve(result as Result);
    });
    worker.send(seed);
  });
}
