/** The parts of events that are known without their envelope: an EventBridge rule may send a part of an event alone. */
export type EventPart = "an activity of Auto Scaling" | "an instance refresh" | "a state change of EC2";

/**
 * What a message is that ordinary accounts send, and that asks nothing of us. A queue or topic with more than one use brings many
 * of Auto Scaling, SNS and EventBridge. Its words are in shared/log-lines.
 */
export type Ordinary =
  /** A notification that a group sends of its own launches and terminations, beside any hook. */
  | { readonly what: "group notification"; readonly event: string }
  /** A hook that holds launching instances. */
  | { readonly what: "launch hook"; readonly hook: string | undefined }
  /** An event of EventBridge about something else, by its detail type. */
  | { readonly what: "event"; readonly type: string; readonly source: string | undefined }
  | { readonly what: "part of an event"; readonly part: EventPart }
  /** SNS asks to confirm a subscription, or says that one has ended. */
  | { readonly what: "subscription"; readonly asks: boolean; readonly topic: string | undefined }
  /** An alarm of CloudWatch. */
  | { readonly what: "alarm"; readonly alarm: string }
  /** A notification of Auto Scaling in words, by its subject. */
  | { readonly what: "text"; readonly subject: string };

/** An ordinary message, with what it is about, as far as it tells. */
export type OrdinaryMessage = {
  readonly ordinary: Ordinary;
  readonly instanceId: string | undefined;
  readonly group: string | undefined;
};
