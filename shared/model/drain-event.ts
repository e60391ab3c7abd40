import type { Fields } from "../base/log.ts";

/** Where the events come from, by which a rule of EventBridge knows them. */
export const EVENT_SOURCE = "asg-drain";

/** What is told of a drain on an event bus. docs/events.md says when, and what each says. */
export type DrainEventType =
  | "drain started"
  | "drain stalled"
  | "drain half over"
  | "drain cut off"
  | "drain completed";

/** An event about a drain. */
export type DrainEvent = {
  readonly type: DrainEventType;
  /** When it happened, in milliseconds since 1970. */
  readonly at: number;
  /** What it says, by the keys of the log lines. */
  readonly detail: Fields;
};
