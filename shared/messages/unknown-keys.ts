import { shortened } from "../base/validation-problems.ts";
import type { Keys } from "./memory-line.ts";

/** How much of what this version does not know is sent on, in bytes. */
const SENT_ON_BYTES = 1_024;
/** How many keys a log line names. */
const NAMED_KEYS = 20;

/** What is sent on as it is, and the names of its keys and of those for which there is no room. */
export type SentOn = {
  readonly values: Keys;
  readonly kept: readonly string[];
  readonly dropped: readonly string[];
};

/** What of a message is sent on though this version does not know it: up to 1 KB. The rest is dropped. */
export function sentOn(unknown: readonly Keys[]): SentOn {
  const kept: [string, unknown][] = [];
  const dropped: string[] = [];
  let bytes = 0;
  for (const [key, value] of unknown.flatMap((each) => Object.entries(each))) {
    const size = sizeOf({ [key]: value });
    if (bytes + size > SENT_ON_BYTES) dropped.push(key);
    else {
      bytes += size;
      kept.push([key, value]);
    }
  }
  return {
    values: Object.fromEntries(kept),
    kept: named(kept.map(([key]) => key)),
    dropped: named(dropped),
  };
}

// JSON.parse reads what is nested deeper than JSON.stringify can write.
function sizeOf(value: Keys): number {
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function named(keys: readonly string[]): string[] {
  return keys.slice(0, NAMED_KEYS).map(shortened);
}
