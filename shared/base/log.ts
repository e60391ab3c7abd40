import { LogFormatter, Logger, LogItem } from "@aws-lambda-powertools/logger";
import type { LogAttributes, UnformattedAttributes } from "@aws-lambda-powertools/logger/types";
import { cutShort } from "./cut-short.ts";
import { VERSION } from "./version.ts";

/** The phrases of all log lines. docs/log-lines.md tells what each means, and what to do about it. */
export type Phrase =
  | "run started"
  | "nothing to do"
  | "run finished"
  | "input refused"
  | "call failed"
  | "odd answer"
  | "out of time"
  | "sweep found"
  | "no hook of ours"
  | "dry run"
  | "dry run is over"
  | "DRYRUN is set"
  | "invoked by an event source mapping"
  | "test notification deleted"
  | "message dropped"
  | "message cannot be read"
  | "message not deleted"
  | "message not sent"
  | "events not put"
  | "unknown memory kept"
  | "memory of another sender ignored"
  | "notices of another sender ignored"
  | "round does not fit into a run"
  | "termination received"
  | "notice received"
  | "notice ignored"
  | "notice waits"
  | "maintenance found"
  | "instance not replaced"
  | "duplicate merged"
  | "held by the lifecycle hook"
  | "short hook"
  | "heartbeat recorded"
  | "heartbeat refused"
  | "held by another lifecycle action"
  | "two hooks of ours on one group"
  | "metadata ignored"
  | "ECS drains it too"
  | "drained out of order"
  | "set DRAINING"
  | "set DRAINING again"
  | "set ACTIVE again"
  | "deregistered"
  | "registration came back"
  | "orphaned target deregistered"
  | "registered again"
  | "registrations not restored"
  | "task stopped"
  | "container instance deregistered"
  | "container instance followed"
  | "container instance left behind"
  | "followed no further"
  | "instance replaced"
  | "step failed"
  | "cluster lacks the instance"
  | "in no cluster"
  | "address left alone"
  | "cannot be used"
  | "found, not named"
  | "name not found"
  | "cluster not permitted"
  | "no progress"
  | "held by tasks"
  | "time does not suffice"
  | "open to new tasks"
  | "task placed on it"
  | "half of the drain's time is over"
  | "deadline not proven"
  | "interruption not proven"
  | "waiting"
  | "passed on"
  | "handed over"
  | "completion refused"
  | "lifecycle action completed"
  | "comes back"
  | "termination dropped"
  | "nothing to change"
  | "desired count set"
  | "service has a scaling target"
  | "not scaled"
  | "own instance found"
  | "own instance not found"
  | "own instance waits";

/** What a line says besides its phrase. Times are ISO strings, durations end in `_seconds`. */
export type Fields = Readonly<Record<string, Field | readonly string[] | readonly Item[] | undefined>>;

type Field = string | number | boolean;
type Item = Readonly<Record<string, Field>>;

/** A line that says more than so many characters is cut short: each text, and each list. */
const LINE_CHARACTERS = 16_000;
const TEXT_CHARACTERS = 2_000;
const LISTED = 20;
const LISTED_CHARACTERS = 200;

/** Writes log lines: one JSON object each, with the same names for the same things everywhere. */
export type Log = {
  info: (phrase: Phrase, fields?: Fields) => void;
  warn: (phrase: Phrase, fields?: Fields) => void;
  error: (phrase: Phrase, fields?: Fields) => void;
};

/**
 * The names of these keys and phrases up to 0.1.0. The release after it writes both names, so that saved queries go on working:
 * a key beside its new name, a phrase as `formerly`.
 */
export const FORMER_KEYS: Readonly<Record<string, string>> = {
  lifecycle_hook_name: "life_cycle_hook_name",
  next_pass_at: "looks_again",
  next_pass_in: "looks_again",
  dropped: "let_go",
};
export const FORMER_PHRASES: Readonly<Partial<Record<Phrase, string>>> = {
  "termination dropped": "let go",
  "metadata ignored": "metadata not heeded",
};

// Time, level and phrase stand first, as they are read. Powertools' own order begins with the level.
class LineFormatter extends LogFormatter {
  override formatAttributes(attributes: UnformattedAttributes, fields: LogAttributes): LogItem {
    return new LogItem({
      attributes: {
        time: attributes.timestamp.toISOString(),
        level: attributes.logLevel,
        message: attributes.message,
        function: attributes.serviceName,
        ...fields,
      },
    });
  }
}

class LineLogger extends Logger {
  readonly #write: ((line: string) => void) | undefined;

  constructor(functionName: string, requestId: string, write: ((line: string) => void) | undefined) {
    super({
      serviceName: functionName,
      logFormatter: new LineFormatter(),
      persistentKeys: { request_id: requestId, version: VERSION },
    });
    this.#write = write;
  }

  protected override printLog(level: number, item: LogItem): void {
    if (!this.#write) {
      super.printLog(level, item);
      return;
    }
    item.prepareForPrint();
    this.#write(JSON.stringify(item.getAttributes()));
  }
}

/**
 * A log for one invocation of a function. Lines go to the function's standard output and error, where CloudWatch Logs
 * picks them up, or to `write`.
 */
export function createLog(functionName: string, requestId: string, write?: (line: string) => void): Log {
  const logger = new LineLogger(functionName, requestId, write);
  return {
    info: (phrase, fields) => logger.info(phrase, underBothNames(phrase, bounded(fields))),
    warn: (phrase, fields) => logger.warn(phrase, underBothNames(phrase, bounded(fields))),
    error: (phrase, fields) => logger.error(phrase, underBothNames(phrase, bounded(fields))),
  };
}

// A line quotes what others wrote, and may come each minute.
function bounded(fields: Fields = {}): Fields {
  if (JSON.stringify(fields).length <= LINE_CHARACTERS) return fields;
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, boundedValue(value)]));
}

function boundedValue(value: Fields[string]): Fields[string] {
  if (typeof value === "string") return cutShort(value, TEXT_CHARACTERS);
  if (typeof value !== "object") return value;
  const more = value.length - LISTED;
  const first = value.slice(0, LISTED).map((each) => cutShort(textOf(each), LISTED_CHARACTERS));
  return more > 0 ? [...first, `and ${more} more`] : first;
}

function textOf(item: string | Item): string {
  return typeof item === "string" ? item : JSON.stringify(item);
}

function underBothNames(phrase: Phrase, fields: Fields = {}): Fields {
  const former = Object.entries(fields).flatMap(([key, value]) => {
    const name = FORMER_KEYS[key];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  const formerly = FORMER_PHRASES[phrase];
  return {
    ...fields,
    ...Object.fromEntries(former),
    ...(formerly === undefined ? {} : { formerly }),
  };
}

/** A log that adds the same fields to each line. */
export function logWith(log: Log, all: Fields): Log {
  return {
    info: (phrase, fields) => log.info(phrase, { ...all, ...fields }),
    warn: (phrase, fields) => log.warn(phrase, { ...all, ...fields }),
    error: (phrase, fields) => log.error(phrase, { ...all, ...fields }),
  };
}
