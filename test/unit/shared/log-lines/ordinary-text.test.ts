// Protects the words for what an ordinary message is: one row a kind, and each where the sender left something out.
import { expect } from "chai";
import { ordinaryText } from "../../../../shared/log-lines/ordinary-text.ts";
import type { Ordinary } from "../../../../shared/model/ordinary-message.ts";

type Row<W extends Ordinary["what"]> = readonly [Extract<Ordinary, { what: W }>, string];
const TEXTS: { readonly [W in Ordinary["what"]]: readonly Row<W>[] } = {
  "group notification": [
    [
      { what: "group notification", event: "autoscaling:EC2_INSTANCE_LAUNCH" },
      "it is the group's own notification autoscaling:EC2_INSTANCE_LAUNCH, of no hook",
    ],
  ],
  "launch hook": [
    [{ what: "launch hook", hook: "boot" }, "the hook boot holds a launch: only terminations are drained"],
    [{ what: "launch hook", hook: undefined }, "the hook holds a launch: only terminations are drained"],
  ],
  event: [
    [
      { what: "event", type: "Scheduled Event", source: "aws.events" },
      "the event is Scheduled Event of aws.events",
    ],
    [{ what: "event", type: "Scheduled Event", source: undefined }, "the event is Scheduled Event"],
  ],
  "part of an event": [
    [
      { what: "part of an event", part: "an instance refresh" },
      "it is a part of an event: an instance refresh",
    ],
  ],
  subscription: [
    [
      { what: "subscription", asks: true, topic: "arn:fleet" },
      "SNS asks to confirm the queue's subscription to the topic arn:fleet: nothing comes from there before",
    ],
    [
      { what: "subscription", asks: false, topic: undefined },
      "SNS says that the queue's subscription to a topic has ended",
    ],
  ],
  alarm: [[{ what: "alarm", alarm: "cpu" }, "it is the alarm cpu of CloudWatch"]],
  text: [
    [
      { what: "text", subject: "Auto Scaling: launch" },
      "it is a notification in words: Auto Scaling: launch",
    ],
  ],
};

describe("the words for what an ordinary message is", () => {
  for (const [ordinary, text] of Object.values(TEXTS).flat())
    it(text, () => expect(ordinaryText(ordinary)).to.equal(text));
});
