import type { Phrase } from "../../shared/base/log.ts";
import type { LogLine } from "./log-line.ts";
import { DRAIN_LINES } from "./log-lines-of-drains.ts";
import { RUN_LINES } from "./log-lines-of-runs.ts";

/** Every line that the functions can write: one that is missing does not compile. */
export const LOG_LINES: Record<Phrase, LogLine> = { ...DRAIN_LINES, ...RUN_LINES };
