import { AwsCallError, apart, OddAnswer, OutOfTime, RunFailed } from "../base/errors.ts";
import { type Fields, type Log, logWith, type Phrase } from "../base/log.ts";
import { MetricValues } from "../base/metrics.ts";
import { secondsBetween } from "../base/time-text.ts";
import { Waiting } from "../base/waiting.ts";
import type { Unread } from "../model/blocker.ts";
import type { DrainEvent } from "../model/drain-event.ts";
import type { Hook } from "../model/hooks.ts";
import type { Termination } from "../model/termination.ts";
import { Cache } from "./cache.ts";
import type { Ports } from "./ports.ts";
import { Round } from "./round.ts";

/** Whose drain a line is about. */
export type About = Pick<Termination, "instanceId" | "group" | "hook">;

/** The ports that the runs of all functions use. */
export type RunPorts = Pick<Ports, "now" | "log">;

/** Writes what a run of the pair has counted, for CloudWatch. */
export function writeMetrics({ metrics, ports }: Run): void {
  for (const line of metrics.linesOf(ports.deployment, ports.now())) ports.writeMetrics(line);
}

/** One run of a function. It keeps what failed, and answers that do not change while it lasts. */
export class Run<P extends RunPorts = Ports> {
  readonly ports: P;
  readonly startedAt: number;
  readonly until: number;
  /** Answers that do not change while the run lasts. */
  readonly cache = new Cache();
  /** What it counts for CloudWatch. */
  readonly metrics = new MetricValues();
  /** What it has to tell on an event bus, if there is one. */
  readonly events: DrainEvent[] = [];
  /** What it has found of the load balancers that nobody named. */
  readonly round = new Round();
  /** The questions for the hooks of groups that wait for their answers. */
  readonly askedHooks = new Waiting<readonly Hook[]>();
  readonly #failures = new Map<string, number>();
  readonly #told = new Set<string>();

  /** @param until when it may make calls other than those to hand over, in milliseconds since 1970 */
  constructor(ports: P, until: number) {
    this.ports = ports;
    this.startedAt = ports.now();
    this.until = until;
  }

  get log(): Log {
    return this.ports.log;
  }

  /** A log for the lines about one drain: each says which. */
  logAbout({ instanceId, group, hook }: About): Log {
    return logWith(this.log, {
      instance_id: instanceId,
      auto_scaling_group: group,
      ...(hook === undefined ? {} : { lifecycle_hook_name: hook }),
    });
  }

  /** In milliseconds since 1970. */
  now(): number {
    return this.ports.now();
  }

  /**
   * Whether it may still receive, which it may for a third of its time. When AWS is slow and messages take long to receive, the
   * rest of the work takes long too.
   */
  get mayReceive(): boolean {
    return this.now() < this.startedAt + (this.until - this.startedAt) / 3;
  }

  /** Whether there is no time for other calls. A question that was not asked counts as unread. */
  get isOutOfTime(): boolean {
    return this.now() >= this.until;
  }

  /** Logs the end of the run. Throws a RunFailed when something failed, so that the invocation counts as an error. */
  finish(fields: Fields): void {
    this.log.info("run finished", {
      ...fields,
      failures: this.#failures.size,
      took_seconds: secondsBetween(this.startedAt, this.now()),
    });
    if (this.#failures.size === 0) return;
    throw new RunFailed(
      [...this.#failures].map(([text, times]) => (times === 1 ? text : `${text} (${times} times)`)),
    );
  }

  /** Warns of something once in this run. */
  warn(phrase: Phrase, fields: Fields): void {
    if (this.#isNews(JSON.stringify([phrase, fields]))) this.log.warn(phrase, fields);
  }

  /** Whether anything has failed so far. */
  get hasFailures(): boolean {
    return this.#failures.size > 0;
  }

  /**
   * Notes that a call failed, and logs it the first time. A cluster that is deleted meanwhile is no failure. Returns why the answer is
   * unread. Throws anything that is no failure of AWS: it is a fault of ours, which nothing should hide.
   */
  callFailed(cause: unknown): Unread {
    if (cause instanceof OutOfTime) return this.ranOutOfTime();
    if (cause instanceof OddAnswer) return this.#isOdd(cause);
    if (!(cause instanceof AwsCallError)) throw cause;
    const { action, kind, lacksPermission } = cause;
    this.metrics.add(kind === "throttled" ? "CallsThrottled" : "CallsFailed");
    const reason =
      cause.cause instanceof Error ? `${cause.cause.name}: ${cause.cause.message}` : cause.message;
    const text = `${action} ${kind}`;
    // A cluster that was there for the call before. The next pass finds out that somebody has deleted it, or that the read lagged.
    if (kind === "gone" && action.startsWith("ecs:")) {
      if (this.#isNews(text)) this.log.warn("call failed", { action, kind, reason });
    } else if (this.#note(text)) {
      const missing = lacksPermission ? { missing_permission: action } : {};
      this.log.error("call failed", { action, kind, ...missing, reason });
    }
    return { call: action, why: kind };
  }

  /** The items that could be read. The others are noted. */
  understood<T>(items: readonly (T | OddAnswer)[]): T[] {
    const { read, odd } = apart(items);
    for (const each of odd) this.callFailed(each);
    return read;
  }

  /** Notes that time ran out before all was asked for, and logs it the first time. */
  ranOutOfTime(): Unread {
    if (this.#note("the run's time ran out")) {
      this.log.error("out of time", {
        took_seconds: secondsBetween(this.startedAt, this.now()),
        reason: "AWS was too slow to be asked for all; what is left is handed over as it is",
      });
    }
    return { call: undefined, why: "out of time" };
  }

  /**
   * Notes that a step failed for one instance, and logs it the first time.
   *
   * @param cause the call that failed, if nobody has noted it
   */
  stepFailed(about: About, step: string, reason: string, cause?: AwsCallError): void {
    if (cause) this.callFailed(cause);
    if (this.#note(`${step} of ${about.instanceId}: ${reason}`)) {
      this.logAbout(about).error("step failed", { step, reason });
    }
  }

  /** Notes that the input names something that cannot be used, and logs it the first time. */
  cannotUse(name: string, reason: string): void {
    if (this.#note(`${name}: ${reason}`)) this.log.error("cannot be used", { name, reason });
  }

  /**
   * Notes that a message could not be deleted, and logs it the first time. It comes back by itself, and is then merged as a
   * duplicate.
   *
   * @param cause the call that failed, if nobody has noted it
   */
  notDeleted(queue: string, reason: string, cause?: AwsCallError): void {
    if (cause) this.callFailed(cause);
    if (this.#note(`a message stays in ${queue}: ${reason}`))
      this.log.error("message not deleted", { queue, reason });
  }

  /**
   * Notes that something could not be sent to a queue, and logs it the first time. What it stands for is tried again.
   *
   * @param cause the call that failed, if nobody has noted it
   */
  notSent(queue: string, reason: string, cause?: AwsCallError): void {
    if (cause) this.callFailed(cause);
    if (this.#note(`a message for ${queue} was not sent: ${reason}`))
      this.log.error("message not sent", { queue, reason });
  }

  // What AWS lists, and does not know when it is asked about, may be a read that lags. That passes by itself, and is no failure.
  #isOdd({ action, field, value, ids: [id], isMissing }: OddAnswer): Unread {
    const fields = { action, field, value, ...(id === undefined ? {} : { about: id }) };
    const text = `${action} odd: ${field} is ${value}`;
    if (isMissing) {
      if (this.#isNews(text)) this.log.warn("odd answer", fields);
    } else if (this.#note(text)) this.log.error("odd answer", fields);
    return { call: action, why: "odd" };
  }

  #isNews(text: string): boolean {
    const isNews = !this.#told.has(text);
    this.#told.add(text);
    return isNews;
  }

  #note(text: string): boolean {
    const times = this.#failures.get(text) ?? 0;
    this.#failures.set(text, times + 1);
    return times === 0;
  }
}
