// Protects the calls to SQS: its limits of a batch, and entries that fail under HTTP 200.
import type { SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { queuePort } from "../../../../shared/aws/sqs.ts";
import { type Answer, sdkError, stubClient } from "./client.ts";
import { allSucceed } from "./whole-answers.ts";

const MIB = 1_048_576;
const QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/123456789012/monitor";

type Entries = { Id: string; MessageBody?: string; ReceiptHandle?: string }[];

function sqs(answer: Answer) {
  const { client, sent } = stubClient<SQSClient>((operation, input) =>
    operation === "GetQueueUrl" ? { QueueUrl: QUEUE_URL } : answer(operation, input),
  );
  /** The bodies' sizes, or the receipts, of each batch. */
  const batches = () =>
    sent()
      .filter(([operation]) => operation.endsWith("Batch"))
      .map(([, input]) =>
        (input.Entries as Entries).map((each) => each.MessageBody?.length ?? each.ReceiptHandle ?? ""),
      );
  return { port: queuePort(client, new Map()), sent, batches };
}

const bodies = (...sizes: number[]) => sizes.map((size) => ({ body: "x".repeat(size) }));

describe("SQS: batches", () => {
  it("of ten are sent, and of ten are deleted", async () => {
    const { port, batches } = sqs((_, input) => allSucceed(input));
    const messages = bodies(...Array.from({ length: 21 }, () => 5));
    expect((await port.send("monitor", messages)).done).to.deep.equal(messages);
    const receipts = Array.from({ length: 11 }, (_, i) => `r${i}`);
    expect((await port.delete("monitor", receipts)).done).to.deep.equal(receipts);
    expect(batches().map((batch) => batch.length)).to.deep.equal([10, 10, 1, 10, 1]);
  });

  it("that go out together look their queue's URL up once", async () => {
    const { port, sent } = sqs((_, input) => allSucceed(input));
    const { done } = await port.send("monitor", bodies(...Array.from({ length: 30 }, () => 5)));
    expect(done).to.have.lengthOf(30);
    expect(sent().map(([operation]) => operation)).to.deep.equal([
      "GetQueueUrl",
      ...Array.from({ length: 3 }, () => "SendMessageBatch"),
    ]);
  });

  it("hold 1 MiB in all at the most: more go into the next one", async () => {
    const { port, batches } = sqs(() => ({}));
    await port.send("monitor", bodies(MIB / 2, MIB / 2, 1, MIB, MIB - 1, 1));
    expect(batches()).to.deep.equal([[MIB / 2, MIB / 2], [1], [MIB], [MIB - 1, 1]]);
  });

  it("are measured in bytes, not in characters", async () => {
    const { port, batches } = sqs(() => ({}));
    await port.send("monitor", [{ body: "ü".repeat(MIB / 4) }, ...bodies(MIB / 2), ...bodies(1)]);
    expect(batches()).to.deep.equal([[MIB / 4, MIB / 2], [1]]);
  });

  it("one that is too large by itself is refused by itself", async () => {
    const { port, batches } = sqs((_, { Entries = [] }: Record<string, Entries>) =>
      Entries.some((each) => (each.MessageBody?.length ?? 0) > MIB)
        ? sdkError("BatchRequestTooLong")
        : allSucceed({ Entries }),
    );
    const [small, large, other] = bodies(5, MIB + 1, 6);
    const { done, failed } = await port.send("monitor", [small, large, other] as { body: string }[]);
    expect(batches()).to.deep.equal([[5], [MIB + 1], [6]]);
    expect(done).to.have.members([small, other]);
    expect(failed.map(({ item }) => item)).to.deep.equal([large]);
    expect(failed[0]?.reason).to.match(/^sqs:SendMessage: wrong: BatchRequestTooLong/);
  });

  it("entries that fail under HTTP 200 fail alone, with what SQS says", async () => {
    const { port } = sqs(() => ({
      Successful: [{ Id: "0" }, { Id: "2" }],
      Failed: [{ Id: "1", Code: "InternalError", Message: "try again", SenderFault: false }],
    }));
    const messages = bodies(1, 2, 3);
    expect(await port.send("monitor", messages)).to.deep.equal({
      done: [messages[0], messages[2]],
      failed: [{ item: messages[1], reason: "InternalError: try again" }],
    });
    expect(await port.delete("monitor", ["a", "b", "c"])).to.deep.equal({
      done: ["a", "c"],
      failed: [{ item: "b", reason: "InternalError: try again" }],
    });
  });

  it("a call that fails as a whole fails its ten, not the others", async () => {
    let calls = 0;
    const { port } = sqs((_, input) => {
      calls += 1;
      return calls === 1 ? sdkError("RequestThrottled", "slow down", 403) : allSucceed(input);
    });
    const receipts = Array.from({ length: 12 }, (_, i) => `r${i}`);
    const { done, failed } = await port.delete("monitor", receipts);
    expect(done).to.deep.equal(["r10", "r11"]);
    expect(failed.map(({ item }) => item)).to.deep.equal(receipts.slice(0, 10));
    expect(failed.map(({ cause }) => cause?.kind)).to.deep.equal(
      receipts.slice(0, 10).map(() => "throttled"),
    );
  });

  it("a fault of ours is thrown, and not taken for a failure of the call", async () => {
    const { port } = sqs(() => ({ Failed: "no list" }));
    const thrown = await port.delete("monitor", ["r"]).catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(TypeError);
  });

  it("of nothing are not sent", async () => {
    const { port, sent } = sqs(() => ({}));
    expect(await port.send("monitor", [])).to.deep.equal({ done: [], failed: [] });
    expect(sent()).to.deep.equal([]);
  });
});

describe("SQS: the rest", () => {
  it("an empty receive has no messages; a full one tells when each was sent", async () => {
    const empty = sqs(() => ({}));
    expect(await empty.port.receive("monitor", 5)).to.deep.equal([]);
    const { port, sent } = sqs(() => ({
      Messages: [{ MessageId: "m", Body: "b", ReceiptHandle: "r", Attributes: { SentTimestamp: "1234" } }],
    }));
    expect(await port.receive("monitor", 5)).to.deep.equal([
      { id: "m", body: "b", receipt: "r", sentAt: 1234 },
    ]);
    expect(sent().at(-1)).to.deep.equal([
      "ReceiveMessage",
      {
        QueueUrl: QUEUE_URL,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 5,
        MessageSystemAttributeNames: ["SentTimestamp", "SenderId"],
        MessageAttributeNames: ["reason"],
      },
    ]);
  });

  for (const [what, MessageAttributes, expected] of [
    ["tells who sent it", undefined, { senderId: "AROAEXAMPLEROLEIDAAA1:terminate" }],
    [
      "with an attribute of somebody's does too",
      { other: { DataType: "String", StringValue: "x" } },
      { senderId: "AROAEXAMPLEROLEIDAAA1:terminate" },
    ],
    [
      "that was set aside does not: a role of ours sent it on, and somebody else wrote it",
      { reason: { DataType: "String", StringValue: "expected JSON" } },
      {},
    ],
  ] as const) {
    it(`a message ${what}`, async () => {
      const { port } = sqs(() => ({
        Messages: [
          {
            MessageId: "m",
            Body: "b",
            ReceiptHandle: "r",
            Attributes: { SentTimestamp: "1234", SenderId: "AROAEXAMPLEROLEIDAAA1:terminate" },
            ...(MessageAttributes === undefined ? {} : { MessageAttributes }),
          },
        ],
      }));
      expect(await port.receive("monitor", 5)).to.deep.equal([
        { id: "m", body: "b", receipt: "r", sentAt: 1234, ...expected },
      ]);
    });
  }

  it("a deletion names the queue, and the receipt of each message", async () => {
    const { port, sent } = sqs(() => ({}));
    await port.delete("monitor", ["a", "b"]);
    expect(sent()).to.deep.equal([
      ["GetQueueUrl", { QueueName: "monitor" }],
      [
        "DeleteMessageBatch",
        {
          QueueUrl: QUEUE_URL,
          Entries: [
            { Id: "0", ReceiptHandle: "a" },
            { Id: "1", ReceiptHandle: "b" },
          ],
        },
      ],
    ]);
  });

  it("a queue's URL is asked for once", async () => {
    const { port, sent } = sqs(() => ({}));
    await port.receive("monitor", 0);
    await port.receive("monitor", 0);
    expect(sent().filter(([operation]) => operation === "GetQueueUrl")).to.have.lengthOf(1);
  });

  it("the dead-letter queue is the one that the redrive policy names, or none", async () => {
    const redrive = '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":"5"}';
    const named = sqs(() => ({ Attributes: { RedrivePolicy: redrive } }));
    expect(await named.port.deadLetterQueue("monitor")).to.equal("dead");
    expect(named.sent().at(-1)).to.deep.equal([
      "GetQueueAttributes",
      { QueueUrl: QUEUE_URL, AttributeNames: ["RedrivePolicy"] },
    ]);
    expect(await sqs(() => ({})).port.deadLetterQueue("monitor")).to.equal(undefined);
  });

  it("messages in flight are those that SQS counts as not visible", async () => {
    const { port, sent } = sqs(() => ({ Attributes: { ApproximateNumberOfMessagesNotVisible: "12" } }));
    expect(await port.messagesInFlight("monitor")).to.equal(12);
    expect(sent().at(-1)).to.deep.equal([
      "GetQueueAttributes",
      { QueueUrl: QUEUE_URL, AttributeNames: ["ApproximateNumberOfMessagesNotVisible"] },
    ]);
  });

  it("a reason goes along as an attribute; without one there is none", async () => {
    const { port, sent } = sqs(() => ({}));
    await port.sendWithReason("dead", "body", "expected JSON");
    await port.sendWithReason("dead", "body", undefined);
    const attributes = sent()
      .slice(1)
      .map(([, input]) => input.MessageAttributes);
    expect(attributes).to.deep.equal([
      { reason: { DataType: "String", StringValue: "expected JSON" } },
      undefined,
    ]);
  });
});
