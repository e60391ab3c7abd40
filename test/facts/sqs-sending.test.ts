// Protects how messages are sent, singly and in batches, and how queues are found: the simulated SQS must check,
// refuse and sum up as AWS does, because the SDK and the hand-over of terminations rely on it.
import { createHash } from "node:crypto";
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  type SendMessageRequest,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { type Refusal, refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const MEBIBYTE = 1_048_576;

describe("SQS's sends and queues", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator();
  });
  after(() => aws.stop());

  const createQueue = async (QueueName: string) => {
    const { QueueUrl = "" } = await aws.sqs.send(new CreateQueueCommand({ QueueName }));
    return QueueUrl;
  };
  const makeQueue = () => createQueue(aws.unusedName("queue"));
  const send = (QueueUrl: string, MessageBody: string, more: Partial<SendMessageRequest> = {}) =>
    aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
  const sendBatch = (QueueUrl: string, Entries: SendMessageBatchRequestEntry[]) =>
    aws.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const receive = async (QueueUrl: string) =>
    (await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ["All"] }))).Messages ??
    [];
  const entries = (count: number): SendMessageBatchRequestEntry[] =>
    Array.from({ length: count }, (_, i) => ({ Id: `entry-${i}`, MessageBody: "body" }));
  const expectBatchRefusal = async (Entries: SendMessageBatchRequestEntry[], name: string) => {
    const queue = await makeQueue();
    const refusal: Refusal = await refusalOf(sendBatch(queue, Entries));
    expect(refusal.name).to.equal(name);
    expect(refusal.Code).to.equal(`AWS.SimpleQueueService.${name}`);
    expect(refusal.$metadata.httpStatusCode).to.equal(400);
    expect(await receive(queue), "nothing of it was sent").to.deep.equal([]);
  };

  it("facts 5: the MD5 of a body is that of its UTF-8 bytes, when sent and when received", async () => {
    const queue = await makeQueue();
    const body = "derp with ümläuts, 汉字 and 🚰";
    const md5 = createHash("md5").update(Buffer.from(body, "utf8")).digest("hex");
    expect((await send(queue, body)).MD5OfMessageBody).to.equal(md5);
    const batch = await sendBatch(queue, [{ Id: "one", MessageBody: body }]);
    expect(batch.Successful?.[0]?.MD5OfMessageBody).to.equal(md5);
    expect((await receive(queue))[0]).to.include({ MD5OfBody: md5, Body: body });
  });

  it("facts 5: the MD5 of message attributes is as AWS calculates it", async () => {
    // A pair that the tests of several other implementations of SQS agree on.
    const md5 = "235c5c510d26fb653d073faed50ae77c";
    const MessageAttributes = { timestamp: { DataType: "Number", StringValue: "1493147359900" } };
    const queue = await makeQueue();
    const sent = await send(queue, "derp", { MessageAttributes });
    expect(sent.MD5OfMessageAttributes).to.equal(md5);
    expect((await receive(queue))[0]?.MD5OfMessageAttributes).to.equal(md5);
  });

  it("facts 5: a delayed message cannot be received before its delay is over", async () => {
    const queue = await makeQueue();
    await send(queue, "late", { DelaySeconds: 900 });
    await aws.advance(899);
    expect(await receive(queue)).to.deep.equal([]);
    await aws.advance(1);
    expect((await receive(queue))[0]?.Body).to.equal("late");
  });

  it("facts 5: a delay above 900 seconds is an error", async () => {
    const queue = await makeQueue();
    const refusal = await refusalOf(send(queue, "too late", { DelaySeconds: 901 }));
    expect(refusal.name).to.equal("InvalidParameterValue");
  });

  it("facts 5: an unknown queue is a QueueDoesNotExist with its old code beside it", async () => {
    const url = (await makeQueue()).replace(/[^/]+$/, "no-such-queue");
    const byName = new GetQueueUrlCommand({ QueueName: "no-such-queue" });
    for (const call of [aws.sqs.send(byName), send(url, "body"), receive(url)]) {
      const refusal = await refusalOf(call);
      expect(refusal.name).to.equal("QueueDoesNotExist");
      expect(refusal.Code).to.equal("AWS.SimpleQueueService.NonExistentQueue");
      expect(refusal.$metadata.httpStatusCode).to.equal(400);
    }
  });

  it("facts 5: a deleted queue's name is taken for 60 seconds", async () => {
    const name = aws.unusedName("queue");
    await aws.sqs.send(new DeleteQueueCommand({ QueueUrl: await createQueue(name) }));
    await aws.advance(59);
    const refusal = await refusalOf(createQueue(name));
    expect(refusal.name).to.equal("QueueDeletedRecently");
    expect(refusal.Code).to.equal("AWS.SimpleQueueService.QueueDeletedRecently");
    await aws.advance(1);
    expect(await createQueue(name)).to.match(new RegExp(`/123456789012/${name}$`));
  });

  it("facts 5: a batch whose entry fails is status 200 with Failed", async () => {
    const queue = await makeQueue();
    const answer = await sendBatch(queue, [
      { Id: "good", MessageBody: "good" },
      { Id: "bad", MessageBody: "bad", DelaySeconds: 901 },
    ]);
    expect(answer.$metadata.httpStatusCode).to.equal(200);
    expect(answer.Successful?.map((each) => each.Id)).to.deep.equal(["good"]);
    expect(answer.Failed).to.have.lengthOf(1);
    expect(answer.Failed?.[0]).to.include({ Id: "bad", SenderFault: true, Code: "InvalidParameterValue" });
    expect((await receive(queue))[0]?.Body).to.equal("good");
  });

  it("facts 5: more than 10 entries in a batch are a TooManyEntriesInBatchRequest", async () => {
    await expectBatchRefusal(entries(11), "TooManyEntriesInBatchRequest");
    expect((await sendBatch(await makeQueue(), entries(10))).Successful).to.have.lengthOf(10);
  });

  it("facts 5: an empty batch is an EmptyBatchRequest", async () => {
    await expectBatchRefusal([], "EmptyBatchRequest");
  });

  it("facts 5: two entries of one id are a BatchEntryIdsNotDistinct", async () => {
    await expectBatchRefusal([...entries(2), ...entries(1)], "BatchEntryIdsNotDistinct");
  });

  it("facts 5: an entry id of more than 80 characters is an InvalidBatchEntryId", async () => {
    const entry = (length: number) => ({ Id: "x".repeat(length), MessageBody: "body" });
    await expectBatchRefusal([entry(81)], "InvalidBatchEntryId");
    expect((await sendBatch(await makeQueue(), [entry(80)])).Failed ?? []).to.deep.equal([]);
  });

  it("facts 5: a batch of more than 1 MiB is a BatchRequestTooLong", async () => {
    const halves = (more: number) => [
      { Id: "one", MessageBody: "x".repeat(MEBIBYTE / 2) },
      { Id: "two", MessageBody: "x".repeat(MEBIBYTE / 2 + more) },
    ];
    await expectBatchRefusal(halves(1), "BatchRequestTooLong");
    expect((await sendBatch(await makeQueue(), halves(0))).Successful).to.have.lengthOf(2);
  });

  it("facts 5: a message of more than 1 MiB is refused", async () => {
    const queue = await makeQueue();
    const refusal = await refusalOf(send(queue, "x".repeat(MEBIBYTE + 1)));
    expect(refusal.name).to.equal("InvalidParameterValue");
    expect((await send(queue, "x".repeat(MEBIBYTE))).$metadata.httpStatusCode).to.equal(200);
  });
});
