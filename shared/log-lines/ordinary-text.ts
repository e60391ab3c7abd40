import type { Ordinary } from "../model/ordinary-message.ts";

/** What an ordinary message is, in the words of the log: why it is dropped. */
export function ordinaryText(ordinary: Ordinary): string {
  switch (ordinary.what) {
    case "group notification":
      return `it is the group's own notification ${ordinary.event}, of no hook`;
    case "launch hook": {
      const hook = ordinary.hook === undefined ? "" : ` ${ordinary.hook}`;
      return `the hook${hook} holds a launch: only terminations are drained`;
    }
    case "event": {
      const source = ordinary.source === undefined ? "" : ` of ${ordinary.source}`;
      return `the event is ${ordinary.type}${source}`;
    }
    case "part of an event":
      return `it is a part of an event: ${ordinary.part}`;
    case "subscription": {
      const topic = ordinary.topic === undefined ? "a topic" : `the topic ${ordinary.topic}`;
      return ordinary.asks
        ? `SNS asks to confirm the queue's subscription to ${topic}: nothing comes from there before`
        : `SNS says that the queue's subscription to ${topic} has ended`;
    }
    case "alarm":
      return `it is the alarm ${ordinary.alarm} of CloudWatch`;
    case "text":
      return `it is a notification in words: ${ordinary.subject}`;
    default:
      return ordinary satisfies never;
  }
}
