import { cutShort } from "./cut-short.ts";

/**
 * Why a call to AWS failed, and so what can be done about it. "throttled" and "unavailable" pass by themselves. "gone" does not
 * come back. "denied" and "wrong" need somebody to mend them.
 */
export type FailureKind = "throttled" | "unavailable" | "gone" | "denied" | "wrong";

/** A call to AWS that failed after the SDK's own retries. */
export class AwsCallError extends Error {
  override name = "AwsCallError";
  /** The IAM action, such as `ecs:ListTasks`. */
  readonly action: string;
  readonly kind: FailureKind;
  /** Whether it was denied because the role lacks the permission, and not because its credentials are no good. */
  readonly lacksPermission: boolean;

  constructor(action: string, kind: FailureKind, cause: Error, lacksPermission = kind === "denied") {
    super(`${action}: ${kind}: ${cause.name}: ${cause.message}`, { cause });
    this.action = action;
    this.kind = kind;
    this.lacksPermission = lacksPermission;
  }
}

/** A call that was not made: it would have to wait for longer than its run has time. */
export class OutOfTime extends AwsCallError {
  override name = "OutOfTime";

  constructor(action: string) {
    super(action, "unavailable", new Error("the run's time is over"));
  }
}

/** The event that a function was invoked with cannot be used. The message names every key that is wrong. */
export class InputError extends Error {
  override name = "InputError";
}

/** How many failures the error of a run tells, and of each so many characters. */
const TOLD = 20;
const TOLD_CHARACTERS = 500;

/** Thrown at the end of a run in which something failed. It makes the invocation count as an error. */
export class RunFailed extends Error {
  override name = "RunFailed";

  /** @param failures each as a text. The first ones are told, each cut short: they may quote what others wrote */
  constructor(failures: readonly string[]) {
    const count = failures.length === 1 ? "1 failure" : `${failures.length} failures`;
    const told = failures.slice(0, TOLD).map((each) => cutShort(each, TOLD_CHARACTERS));
    const more = failures.length > TOLD ? `; and ${failures.length - TOLD} more` : "";
    super(`${count}: ${told.join("; ")}${more}`);
  }
}
