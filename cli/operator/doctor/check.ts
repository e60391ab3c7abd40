import type { Fact, Facts } from "./facts.ts";

/** The topics of the checks, in the order of the output. */
export const TOPICS = [
  "Functions",
  "Schedules",
  "Queues",
  "Hooks",
  "Names",
  "Permissions",
  "Times",
  "Services",
  "Alarms",
] as const;
type Topic = (typeof TOPICS)[number];

/** Something that a check has found wrong, with the command or the change that mends it. */
export type Finding = { readonly what: string; readonly mend: string };

/** A check: a row of the table. `look` is pure: it knows nothing but the facts. */
export type Check = {
  readonly id: string;
  readonly topic: Topic;
  /** What it looks at, as a statement that is true where all is fine. */
  readonly title: string;
  /** What happens where it is not, in one sentence. */
  readonly why: string;
  /** Whether drains fail or hang by it. A warning is about what may go wrong, or is not meant. */
  readonly severity: "error" | "warning";
  /** What it finds. Throws a NotChecked where a fact is missing. */
  readonly look: (facts: Facts) => readonly Finding[];
};

/** That a check cannot be made, because a fact could not be read or does not exist. */
export class NotChecked extends Error {
  override name = "NotChecked";
}

/** A fact's value. Throws a NotChecked where it could not be read. */
export function known<T>(fact: Fact<T>): T {
  if ("unread" in fact) throw new NotChecked(fact.unread);
  return fact.value;
}

/** A thing that a check is about. Throws a NotChecked where it could not be read, or does not exist: another check tells of that. */
export function there<T>(fact: Fact<T | undefined>, what: string): T {
  const value = known(fact);
  if (value === undefined) throw new NotChecked(`there is no ${what}`);
  return value;
}

/** How a check ended. */
export type Result = {
  readonly check: Check;
  readonly state: "fine" | "error" | "warning" | "not checked";
  readonly findings: readonly Finding[];
  /** Why it could not be made. Undefined where it was. */
  readonly because: string | undefined;
};

/** Makes all checks. One that cannot be made does not stop the others. */
export function examine(checks: readonly Check[], facts: Facts): Result[] {
  return checks.map((check) => {
    try {
      const findings = check.look(facts);
      const state = findings.length === 0 ? "fine" : check.severity;
      return { check, state, findings, because: undefined };
    } catch (error) {
      if (!(error instanceof NotChecked)) throw error;
      return { check, state: "not checked", findings: [], because: error.message };
    }
  });
}
