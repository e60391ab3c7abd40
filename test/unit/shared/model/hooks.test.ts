// Protects which hooks are ours: those that notify an SQS queue of exactly our queue's name.
import { expect } from "chai";
import { notifiesQueue } from "../../../../shared/model/hooks.ts";
import { hook } from "../rules/builders.ts";

describe("a hook notifies a queue", () => {
  /** [the hook's target, whether it is the queue named lifecycle] */
  const table: [string | undefined, boolean][] = [
    ["arn:aws:sqs:us-east-1:123456789012:lifecycle", true],
    ["arn:aws-cn:sqs:cn-north-1:123456789012:lifecycle", true],
    ["arn:aws:sqs:us-east-1:123456789012:other-lifecycle", false],
    ["arn:aws:sqs:us-east-1:123456789012:lifecycle-2", false],
    ["arn:aws:sns:us-east-1:123456789012:lifecycle", false],
    [undefined, false],
  ];
  for (const [target, does] of table) {
    it(`${target}: ${does ? "yes" : "no"}`, () => {
      expect(notifiesQueue(hook({ target }), "lifecycle")).to.equal(does);
    });
  }
});
