import { VERSION } from "../shared/base/version.ts";
import type { FunctionsOptions, WriteLog } from "../simulator/front/served-functions.ts";
import type { Clock } from "../simulator/kernel/clock.ts";
import type { FunctionName } from "../simulator/scenario/stage.ts";
import { inProcess } from "./in-process.ts";
import { reportOf } from "./report.ts";

/** The functions of this project's source, for a simulator that is served. Their lines go to stderr too, unless `prints` is false. */
export function fromSource({ prints = true }: { readonly prints?: boolean } = {}): FunctionsOptions {
  return {
    version: VERSION,
    reportOf,
    invokeWith: (log) => {
      const write = written(log, prints);
      let clock: Clock | undefined;
      const tell = (line: string, name: FunctionName) => clock && write(name, line, clock);
      const invoke = inProcess(tell, { writeMetrics: tell });
      return (name, event, where) => {
        clock = where.clock;
        return invoke(name, event, where);
      };
    },
  };
}

/** Writes a function's line to stderr and to its log group, with the simulated time as its own. */
export function written(
  log: WriteLog,
  prints = true,
): (name: FunctionName, line: string, clock: Clock) => void {
  return (name, line, clock) => {
    const told = withTime(line, clock.now());
    if (prints) process.stderr.write(`${told}\n`);
    log(name, told);
  };
}

// A line says when it was written by the process's own clock. The simulated one may be faster.
function withTime(line: string, now: number): string {
  return line.replace(/^\{"time":"[^"]*"/, `{"time":"${new Date(now).toISOString()}"`);
}
