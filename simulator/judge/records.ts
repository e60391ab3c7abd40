/** How one termination really went. Times in milliseconds since 1970. */
export type TerminationRecord = {
  readonly instanceId: string;
  readonly group: string;
  readonly hook: string;
  readonly token: string;
  readonly askedAt: number;
  /** When the last registration, and the last task, was gone; undefined while one is left, or where there was none. */
  targetsGoneAt: number | undefined;
  tasksGoneAt: number | undefined;
  /** When nothing was left: the later of the two, or when the termination began. */
  readyAt: number | undefined;
  completedAt: number | undefined;
  result: "CONTINUE" | "ABANDON" | undefined;
  /** How the lifecycle action ended, in words; empty while it is pending. */
  reason: string;
};

/** Something that must never happen, and did. */
export type Violation = {
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly instanceId: string;
  readonly rule: string;
  readonly what: string;
};
