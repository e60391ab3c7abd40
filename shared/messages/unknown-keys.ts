import { shortened } from "../base/validation-problems.ts";
import type { Keys } from "./memory-line.ts";

/** How many bytes of unknown keys are sent on. */
const SENT_ON_BYTES = 1_024;
/** How many keys a log line names. */
const NAMED_KEYS = 20;

/** The unknown keys that are sent on as they are, their names, and the names of those for which there is no room. */
export type SentOn = {
  readonly values: Keys;
  readonly kept: readonly string[];
  readonly dropped: readonly string[];
};

/** Chooses which of a message's unknown keys are sent on: up to 1 KB. The rest is dropped. */
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

// JSON.parse reads deeper nesting than JSON.stringify can write.
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
