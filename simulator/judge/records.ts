/** One termination, as it really went. Times in milliseconds since 1970. */
export type TerminationRecord = {
  readonly instanceId: string;
  readonly group: string;
  readonly hook: string;
  readonly token: string;
  readonly askedAt: number;
  /** When the last registration, and the last task, was gone; undefined where there never was one, or still is. */
  targetsGoneAt: number | undefined;
  tasksGoneAt: number | undefined;
  /** When nothing was left any more: the later of both, or when it was asked for. */
  readyAt: number | undefined;
  completedAt: number | undefined;
  result: "CONTINUE" | "ABANDON" | undefined;
  /** How the lifecycle action ended, in words; empty while it is pending. */
  reason: string;
};

/** Something that should never have happened. */
export type Violation = {
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly instanceId: string;
  readonly rule: string;
  readonly what: string;
};
