import { growthOf, megabytes } from "./memory.ts";
import type { Day, Soaked } from "./soak.ts";

/** One day of a soak as a line. */
export function dayText({ day, ended, calls, heap, violations }: Day): string {
  return `day ${String(day).padStart(2)}: ${ended} terminations ended, ${calls} calls, heap ${megabytes(heap)} MB, ${violations} violations\n`;
}

/**
 * How a soak went, and all for which it fails.
 *
 * @param least how many terminations must have ended
 */
export function verdictOf(
  { ended, calls, heaps, violations, restfulHours, remembered, fired, switchedOn }: Soaked,
  least: number,
): { text: string; failures: string[] } {
  const growth = growthOf(heaps);
  const silent = [...switchedOn].filter((kind) => !fired.get(kind)).sort();
  const failures = [
    ...(violations > 0 ? [`${violations} violations`] : []),
    ...(ended < least ? [`${ended} terminations ended, at least ${least} were to`] : []),
    ...(growth.isFlat ? [] : [growth.text]),
    ...(restfulHours > 0 ? [] : ["nothing ever came to rest"]),
    ...silent.map((kind) => `never fired, though switched on: ${kind}`),
  ];
  const counts = [...fired].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = [
    "how often each fault fired:",
    ...counts.map(([kind, count]) => `  ${kind.padEnd(20)} ${count}`),
    growth.text,
    `hours in which all came to rest, and what was given back was judged: ${restfulHours}`,
    `remembered at the end: ${remembered} lines of the story, calls and invocations`,
    `${heaps.length} days, ${ended} terminations, ${calls} calls, ${violations} violations`,
    ...failures.map((each) => `FAILED: ${each}`),
  ];
  return { text: `${lines.join("\n")}\n`, failures };
}
