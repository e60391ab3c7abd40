import { timeText } from "../../shared/base/time-text.ts";
import type { LogLine } from "../aws/logs.ts";
import type { Explanation } from "./explain.ts";

/** The fields of a line that say what its phrase is about, the first that it has. */
const TOLD = ["waiting_for", "reason", "load_balancer", "cluster", "task", "result", "step"] as const;

/** What each run says again, and what only one function tells the other. */
const QUIET = new Set(["handed over", "passed on"]);

/** What the functions' lines say of one instance, the oldest first. A line that repeats the one before is left out. */
export function storyOf(lines: readonly LogLine[], instanceId: string): Explanation["story"] {
  const story = lines
    .filter((line) => line.instance_id === instanceId && !QUIET.has(line.message))
    .map((line) => ({
      at: timeText(Date.parse(line.time)),
      function: String(line.function ?? ""),
      what: whatOf(line),
    }));
  return story.filter(({ what }, i) => story[i - 1]?.what !== what);
}

function whatOf(line: LogLine): string {
  const key = TOLD.find((each) => line[each] !== undefined);
  return key === undefined ? line.message : `${line.message}: ${line[key]}`;
}
