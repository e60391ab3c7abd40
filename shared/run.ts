import type { ServiceLoadBalancers } from "./aws/ecs.ts";
import type { TargetGroup } from "./aws/elbv2.ts";
import { AwsCallError, RunFailed } from "./errors.ts";
import { type Fields, type Log, secondsBetween } from "./log.ts";

/** What one run of a function learns and keeps to its end: what failed, and what does not change while it runs. */
export class Run {
  readonly startedAt: number;
  /** Target groups by the name or ARN that they were asked for; undefined is one that does not exist. */
  readonly targetGroups = new Map<string, TargetGroup | undefined>();
  /** The load balancers of services, by cluster and name. */
  readonly services = new Map<string, ServiceLoadBalancers>();
  readonly #log: Log;
  readonly #failures = new Map<string, number>();

  constructor(log: Log, startedAt: number) {
    this.#log = log;
    this.startedAt = startedAt;
  }

  /** Logs the end of the run. Throws a RunFailed when something failed, so that the invocation counts as an error. */
  finish(now: number, fields: Fields): void {
    this.#log.info("run finished", {
      ...fields,
      failures: this.#failures.size,
      took_seconds: secondsBetween(this.startedAt, now),
    });
    if (this.#failures.size === 0) return;
    throw new RunFailed(
      [...this.#failures].map(([text, times]) => (times === 1 ? text : `${text} (${times} times)`)),
    );
  }

  /** Whether anything has failed so far. */
  get hasFailures(): boolean {
    return this.#failures.size > 0;
  }

  /**
   * Notes that a call failed, and logs it the first time. Returns what is not known because of it, for the log.
   * Throws what is no failure of AWS: that is a fault of ours, which nothing should hide.
   */
  callFailed(cause: unknown): string {
    if (!(cause instanceof AwsCallError)) throw cause;
    const { action, kind } = cause;
    const reason =
      cause.cause instanceof Error ? `${cause.cause.name}: ${cause.cause.message}` : cause.message;
    if (this.#note(`${action} ${kind}`)) {
      const missing = kind === "denied" ? { missing_permission: action } : {};
      this.#log.error("call failed", { action, kind, ...missing, reason });
    }
    return `${action} to be answered (${kind})`;
  }

  /** Notes that a step failed for one instance, and logs it the first time. */
  stepFailed(instanceId: string, step: string, reason: string): void {
    if (this.#note(`${step} of ${instanceId}: ${reason}`)) {
      this.#log.error("step failed", { instance_id: instanceId, step, reason });
    }
  }

  /** Notes that the input names what cannot be used, and logs it the first time. */
  cannotUse(name: string, reason: string): void {
    if (this.#note(`${name}: ${reason}`)) this.#log.error("cannot be used", { name, reason });
  }

  /** Notes that a message could not be deleted: it comes back by itself, and is then known as a duplicate. */
  notDeleted(queue: string, reason: string): void {
    if (this.#note(`a message stays in ${queue}: ${reason}`))
      this.#log.error("message not deleted", { queue, reason });
  }

  #note(text: string): boolean {
    const times = this.#failures.get(text) ?? 0;
    this.#failures.set(text, times + 1);
    return times === 0;
  }
}
