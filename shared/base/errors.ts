import { cutShort } from "./cut-short.ts";

/**
 * Why a call to AWS failed, and so what can be done about it. "throttled" and "unavailable" pass by themselves. "gone" does not
 * come back. "denied" and "wrong" need somebody to mend them. "odd" is an answer that this program does not understand.
 */
export type FailureKind = "throttled" | "unavailable" | "gone" | "denied" | "wrong" | "odd";

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

/** How much of an odd value is told: it may be anything. */
const VALUE_LENGTH_MAX = 100;

/** What an odd answer is about. */
type OddAbout = {
  /** The ids and ARNs of the thing that it is about, as far as the answer tells. None if it is odd as a whole. */
  readonly ids?: readonly string[];
  /** Whether AWS says that it does not know the thing. It may be gone, or hidden. */
  readonly isMissing?: boolean;
};

/**
 * An answer that lacks what AWS always sends, or that has something in it that this program does not know. Nothing may be concluded
 * from it, so it is unread, as if the call had failed.
 */
export class OddAnswer extends AwsCallError {
  override name = "OddAnswer";
  /** The field that is odd, as AWS calls it. */
  readonly field: string;
  /** The beginning of its value as text, or "missing". */
  readonly value: string;
  readonly ids: readonly string[];
  readonly isMissing: boolean;

  constructor(action: string, field: string, value: unknown, { ids = [], isMissing = false }: OddAbout = {}) {
    const text = value === undefined || value === null ? "missing" : String(value).slice(0, VALUE_LENGTH_MAX);
    super(action, "odd", new Error(`${field} is ${text}`));
    this.field = field;
    this.value = text;
    this.ids = ids;
    this.isMissing = isMissing;
  }
}

/** Whether an item of an answer could be read. */
export function isRead<T>(item: T | OddAnswer): item is T {
  return !(item instanceof OddAnswer);
}

/** The items of an answer that could be read, and what is odd about the others. */
export function apart<T>(items: readonly (T | OddAnswer)[]): { read: T[]; odd: OddAnswer[] } {
  return { read: items.filter(isRead), odd: items.filter((each) => each instanceof OddAnswer) };
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
