import { arn } from "../../kernel/account.ts";
import { AwsError } from "../../wire/errors.ts";

/** A rule that invokes a function at times. What somebody could change by hand can be changed. */
export type Schedule = {
  readonly name: string;
  expression: string;
  isEnabled: boolean;
  /** The ARN of the function. */
  readonly target: string;
  /** What it invokes the function with, as JSON. It is read when it is asked for. Undefined where it sends nothing of its own. */
  input: () => string | undefined;
  retry: { maximumRetryAttempts: number; maximumEventAgeSeconds: number } | undefined;
};

/** The rules of the account's default event bus that invoke functions at times, as EventBridge's reads show them. */
export class Schedules {
  readonly #schedules = new Map<string, Schedule>();

  put(schedule: Schedule): void {
    this.#schedules.set(schedule.name, schedule);
  }

  remove(name: string): void {
    this.#schedules.delete(name);
  }

  get all(): readonly Schedule[] {
    return [...this.#schedules.values()];
  }
}

/** A rule's ARN. */
export function ruleArn(name: string): string {
  return arn("events", `rule/${name}`);
}

/** The error for a rule that there is not. */
export function noRule(name: string): AwsError {
  return new AwsError("ResourceNotFoundException", `Rule ${name} does not exist on EventBus default.`);
}
