// Protects how an event of an event source mapping is told from a schedule's.
import { expect } from "chai";
import { isSqsEvent } from "../../../../shared/messages/sqs-event.ts";
import { eventOf } from "../../functions/sqs-event.ts";

describe("an event", () => {
  const { Records } = eventOf(["{}", "{}"]);
  const [record] = Records;
  const without = (key: string) =>
    Object.fromEntries(Object.entries(record ?? {}).filter(([k]) => k !== key));
  const records: [what: string, event: unknown, isSqs: boolean][] = [
    ["with records of SQS is an event source mapping's", { Records }, true],
    ["with records of something else is not", { Records: [{ ...record, eventSource: "aws:s3" }] }, false],
    ["without records is not", { Records: [] }, false],
    ["with records that are none is not", { Records: [null] }, false],
    ["with a record among others that is none is not", { Records: [record, null] }, false],
    ...["messageId", "receiptHandle", "body", "attributes", "eventSourceARN"].map(
      (key): [string, unknown, boolean] => [
        `with a record that has no ${key} is not`,
        { Records: [without(key)] },
        false,
      ],
    ),
    ...["then", "", "1000 ms", "-1000", "1".repeat(16)].map((SentTimestamp): [string, unknown, boolean] => [
      `with a record that was sent at "${SentTimestamp}" is not`,
      { Records: [{ ...record, attributes: { SentTimestamp } }] },
      false,
    ]),
    ["with something else that has a length is not", { Records: { length: [{ toString: null }] } }, false],
    ["that is a schedule's is not", { queue_name: "monitor" }, false],
    ["that is nothing is not", undefined, false],
  ];
  for (const [what, event, isSqs] of records) {
    it(what, () => expect(isSqsEvent(event)).to.equal(isSqs));
  }
});
