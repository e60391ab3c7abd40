import { LogFormatter, Logger, LogItem } from "@aws-lambda-powertools/logger";
import type { LogAttributes, UnformattedAttributes } from "@aws-lambda-powertools/logger/types";

/** All that a log line can say. What each means, and what to do about it, stands in docs/log-lines.md. */
export type Phrase =
  | "nothing to do"
  | "run finished"
  | "input refused"
  | "call failed"
  | "out of time"
  | "sweep found"
  | "no hook of ours"
  | "dry run"
  | "dry run is over"
  | "DRYRUN is set"
  | "invoked by an event source mapping"
  | "test notification deleted"
  | "message cannot be read"
  | "message not deleted"
  | "termination received"
  | "notice received"
  | "notice ignored"
  | "duplicate merged"
  | "held by the lifecycle hook"
  | "short hook"
  | "heartbeat recorded"
  | "heartbeat refused"
  | "held by another lifecycle action"
  | "two hooks of ours on one group"
  | "metadata ignored"
  | "ECS drains it too"
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
  | "instance replaced"
  | "step failed"
  | "cluster lacks the instance"
  | "cannot be used"
  | "no progress"
  | "half of the drain's time is over"
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
  | "not scaled";

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
