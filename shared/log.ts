import { LogFormatter, Logger, LogItem } from "@aws-lambda-powertools/logger";
import type { LogAttributes, UnformattedAttributes } from "@aws-lambda-powertools/logger/types";

/** All that a log line can say. What each means, and what to do about it, stands in docs/log-lines.md. */
export type Phrase =
  | "nothing to do"
  | "run finished"
  | "input refused"
  | "call failed"
  | "invoked by an event source mapping"
  | "test notification deleted"
  | "message cannot be read"
  | "message not deleted"
  | "termination received"
  | "duplicate merged"
  | "set DRAINING"
  | "deregistered"
  | "orphaned target deregistered"
  | "step failed"
  | "cluster lacks the instance"
  | "cannot be used"
  | "waiting"
  | "passed on"
  | "handed over"
  | "completion refused"
  | "lifecycle action completed"
  | "let go";

/** What a line says besides its phrase. Times are ISO strings, durations end in `_seconds`. */
export type Fields = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** Writes log lines: one JSON object each, with the same names for the same things everywhere. */
export type Log = {
  info: (phrase: Phrase, fields?: Fields) => void;
  warn: (phrase: Phrase, fields?: Fields) => void;
  error: (phrase: Phrase, fields?: Fields) => void;
};

// What is read first stands first; Powertools' own order begins with the level.
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
      persistentKeys: { request_id: requestId },
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
  const fieldsOf = (fields: Fields = {}) => ({ ...fields });
  return {
    info: (phrase, fields) => logger.info(phrase, fieldsOf(fields)),
    warn: (phrase, fields) => logger.warn(phrase, fieldsOf(fields)),
    error: (phrase, fields) => logger.error(phrase, fieldsOf(fields)),
  };
}

/** A time as log lines show it. */
export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** A duration as log lines show it: whole seconds. */
export function secondsBetween(from: number, to: number): number {
  return Math.round((to - from) / 1000);
}
