// Protects how messages are received, held, deleted and given up: the simulated SQS must keep its promises, and break
// the ones that SQS does not make, as AWS does.
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageRequest,
  SendMessageBatchCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const DAY = 86_400;
const TWELVE_HOURS = 43_200;

describe("SQS's receives", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator();
  });
  after(() => aws.stop());

  const makeQueue = async (Attributes: Record<string, string> = {}, from = aws) => {
    const QueueName = from.unusedName("queue");
    const { QueueUrl = "" } = await from.sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    return QueueUrl;
  };
  /** A queue from which messages move to another one after that many receives. */
  const makeRedrive = async (maxReceiveCount: number, retention = DAY) => {
    const deadLetters = await makeQueue({ MessageRetentionPeriod: String(2 * DAY) });
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:123456789012:${deadLetters.split("/").at(-1)}`;
    const queue = await makeQueue({
      MessageRetentionPeriod: String(retention),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
    });
    return { queue, deadLetters };
  };
  const send = (QueueUrl: string, MessageBody = "body", from = aws) =>
    from.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const receive = async (QueueUrl: string, options: Partial<ReceiveMessageRequest> = {}, from = aws) => {
    const request = { QueueUrl, MessageSystemAttributeNames: ["All" as const], ...options };
    return (await from.sqs.send(new ReceiveMessageCommand(request))).Messages ?? [];
  };
  const receiveOne = async (QueueUrl: string, options: Partial<ReceiveMessageRequest> = {}) => {
    const messages = await receive(QueueUrl, options);
    expect(messages).to.have.lengthOf(1);
    return messages[0] as Message;
  };
  const remove = (QueueUrl: string, { ReceiptHandle }: Message) =>
    aws.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  const hide = (QueueUrl: string, { ReceiptHandle }: Message, VisibilityTimeout: number) =>
    aws.sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
  const bodies = (messages: Message[]) => messages.map((each) => each.Body);

  it("facts 5: an empty receive has no Messages at all", async () => {
    const QueueUrl = await makeQueue();
    const answer = await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(answer).not.to.have.property("Messages");
  });

  it("facts 5: deleting with an old receipt handle succeeds and deletes nothing", async () => {
    const queue = await makeQueue();
    await send(queue);
    const old = await receiveOne(queue, { VisibilityTimeout: 10 });
    await aws.advance(10);
    const recent = await receiveOne(queue, { VisibilityTimeout: 10 });
    const { $metadata } = await remove(queue, old);
    expect($metadata.httpStatusCode).to.equal(200);
    await aws.advance(10);
    await remove(queue, await receiveOne(queue, { VisibilityTimeout: 10 }));
    await aws.advance(10);
    expect(await receive(queue)).to.deep.equal([]);
    expect(recent.ReceiptHandle).not.to.equal(old.ReceiptHandle);
  });

  it("facts 5: what is no receipt handle is a ReceiptHandleIsInvalid with status 404", async () => {
    const queue = await makeQueue();
    const refusal = await refusalOf(remove(queue, { ReceiptHandle: "nothing of ours" }));
    expect(refusal.name).to.equal("ReceiptHandleIsInvalid");
    expect(refusal.$metadata.httpStatusCode).to.equal(404);
  });

  it("facts 5: extending visibility beyond 12 hours from the receive is an error", async () => {
    const queue = await makeQueue();
    await send(queue);
    const message = await receiveOne(queue, { VisibilityTimeout: TWELVE_HOURS });
    await aws.advance(3600);
    const refusal = await refusalOf(hide(queue, message, TWELVE_HOURS - 3599));
    expect(refusal.name).to.equal("InvalidParameterValue");
    expect(refusal.message).to.match(/VisibilityTimeout/);
    // An extension does not begin a new count, and what was refused has changed nothing.
    await hide(queue, message, TWELVE_HOURS - 3600);
    await aws.advance(TWELVE_HOURS - 3601);
    await refusalOf(hide(queue, message, 10));
    await aws.advance(1);
    await receiveOne(queue);
  });

  it("facts 5: a visibility timeout above 43200 seconds is an error", async () => {
    const queue = await makeQueue();
    await send(queue);
    const options = { VisibilityTimeout: TWELVE_HOURS + 1 };
    expect((await refusalOf(receive(queue, options))).name).to.equal("InvalidParameterValue");
    const message = await receiveOne(queue);
    const refusal = await refusalOf(hide(queue, message, TWELVE_HOURS + 1));
    expect(refusal.name).to.equal("InvalidParameterValue");
  });

  it("facts 5: a changed visibility counts from the call and is forgotten at the next receive", async () => {
    const queue = await makeQueue({ VisibilityTimeout: "30" });
    await send(queue);
    const message = await receiveOne(queue);
    await aws.advance(20);
    await hide(queue, message, 100);
    await aws.advance(99);
    expect(await receive(queue)).to.deep.equal([]);
    await aws.advance(1);
    await receiveOne(queue);
    await aws.advance(30);
    await receiveOne(queue);
  });

  it("facts 5: changing the visibility of what is not in flight is a MessageNotInflight", async () => {
    const queue = await makeQueue();
    await send(queue);
    const message = await receiveOne(queue, { VisibilityTimeout: 10 });
    await aws.advance(10);
    const refusal = await refusalOf(hide(queue, message, 10));
    expect(refusal.name).to.equal("MessageNotInflight");
    expect(refusal.Code).to.equal("AWS.SimpleQueueService.MessageNotInflight");
    expect(refusal.$metadata.httpStatusCode).to.equal(400);
  });

  it("facts 5: a message moves to the DLQ when its receives would exceed maxReceiveCount", async () => {
    const { queue, deadLetters } = await makeRedrive(2);
    await send(queue, "stubborn");
    for (const count of ["1", "2"]) {
      const message = await receiveOne(queue, { VisibilityTimeout: 10 });
      expect(message.Attributes?.ApproximateReceiveCount).to.equal(count);
      await aws.advance(10);
      expect(await receive(deadLetters)).to.deep.equal([]);
    }
    expect(await receive(queue)).to.deep.equal([]);
    expect((await receiveOne(deadLetters)).Body).to.equal("stubborn");
  });

  it("facts 5: a message keeps its send time in the DLQ", async () => {
    const { queue, deadLetters } = await makeRedrive(1);
    await send(queue);
    await aws.advance(3600);
    const sent = await receiveOne(queue, { VisibilityTimeout: 0 });
    await receive(queue);
    const moved = await receiveOne(deadLetters);
    expect(moved.MessageId).to.equal(sent.MessageId);
    expect(moved.Attributes?.SentTimestamp).to.equal(sent.Attributes?.SentTimestamp);
  });

  it("facts 5: retention counts from the send, in the DLQ too", async () => {
    // The source forgets after one day, its DLQ after two.
    const { queue, deadLetters } = await makeRedrive(1);
    await send(queue, "moved");
    await receiveOne(queue, { VisibilityTimeout: 0 });
    await aws.advance(DAY - 1);
    await receive(queue);
    await aws.advance(DAY);
    expect(bodies(await receive(deadLetters, { VisibilityTimeout: 0 }))).to.deep.equal(["moved"]);
    await aws.advance(1);
    expect(await receive(deadLetters)).to.deep.equal([]);
    // Holding a message back does not make it younger.
    const patient = await makeQueue({ MessageRetentionPeriod: "3600" });
    await send(patient, "held");
    const held = await receiveOne(patient, { VisibilityTimeout: 3000 });
    await aws.advance(2999);
    await hide(patient, held, 600);
    await aws.advance(600);
    expect(bodies(await receive(patient, { VisibilityTimeout: 0 }))).to.deep.equal(["held"]);
    await aws.advance(1);
    expect(await receive(patient)).to.deep.equal([]);
  });

  it("facts 5: a message that is not deleted comes again, with a new receipt handle", async () => {
    const queue = await makeQueue();
    await send(queue, "again");
    const first = await receiveOne(queue);
    expect(await receive(queue)).to.deep.equal([]);
    await aws.advance(30);
    const second = await receiveOne(queue);
    expect(second).to.include({ MessageId: first.MessageId, Body: "again" });
    expect(second.ReceiptHandle).not.to.equal(first.ReceiptHandle);
    expect(second.Attributes?.ApproximateReceiveCount).to.equal("2");
  });

  it("facts 5: a message received three times goes behind the others where more receives are allowed", async () => {
    const { queue } = await makeRedrive(4);
    await send(queue, "old");
    for (let i = 0; i < 3; i++) await receiveOne(queue, { VisibilityTimeout: 0 });
    await aws.advance(1);
    await send(queue, "new");
    const received = await receive(queue, { MaxNumberOfMessages: 2 });
    expect(bodies(received)).to.deep.equal(["new", "old"]);
  });

  it("facts 5: system attributes come only when they are asked for", async () => {
    const queue = await makeQueue();
    await send(queue);
    const [bare] = await receive(queue, { MessageSystemAttributeNames: [], VisibilityTimeout: 0 });
    expect(bare).not.to.have.property("Attributes");
    const MessageSystemAttributeNames = ["ApproximateReceiveCount" as const];
    const asked = await receiveOne(queue, { MessageSystemAttributeNames });
    expect(asked.Attributes).to.deep.equal({ ApproximateReceiveCount: "2" });
  });

  // Amazon SQS API Reference, ReceiveMessage. IAM User Guide, "IAM identifiers": AROA is a role, AIDA a user, ASIA a key of a role.
  it("facts 5: a message says who sent it: a user by an id, a role by its id and the session", async () => {
    const sentBy = async (sqs: SimulatedAws["sqs"]) => {
      const queue = await makeQueue();
      await sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: "one" }));
      const Entries = [{ Id: "two", MessageBody: "two" }];
      await sqs.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }));
      const messages = await receive(queue, {
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ["SenderId"],
      });
      const [first, second] = messages.map(({ Attributes }) => Attributes?.SenderId);
      expect(second).to.equal(first);
      return first;
    };
    const user = await sentBy(aws.sqs);
    expect(user).to.match(/^AIDA[A-Z0-9]{17}$/);
    const other = await sentBy(aws.sqsOf("AKIAIOSFODNN7EXAMPLE"));
    expect(other).to.match(/^AIDA[A-Z0-9]{17}$/);
    const role = await sentBy(aws.sqsOf("ASIAIOSFODNN7EXAMPLE"));
    expect(role).to.match(/^AROA[A-Z0-9]{17}:[\w+=,.@-]+$/);
    expect(other).not.to.equal(user);
    expect(await sentBy(aws.sqs)).to.equal(user);
  });

  it("facts 5: a short poll may miss a message that is there, a long poll does not", async () => {
    const unlucky = await startSimulator({ short_poll_misses: 1 });
    try {
      const queue = await makeQueue({}, unlucky);
      await send(queue, "there", unlucky);
      expect(await receive(queue, { WaitTimeSeconds: 0 }, unlucky)).to.deep.equal([]);
      expect(bodies(await receive(queue, { WaitTimeSeconds: 1 }, unlucky))).to.deep.equal(["there"]);
    } finally {
      await unlucky.stop();
    }
  });

  it("facts 5: a long poll waits for a message that is still to come", async () => {
    const queue = await makeQueue();
    const received = receive(queue, { WaitTimeSeconds: 20 });
    while ((await aws.waitingReceives(queue)) === 0);
    await send(queue, "to come");
    expect(bodies(await received)).to.deep.equal(["to come"]);
  });

  it("facts 5: a receive takes 1 to 10 messages", async () => {
    const queue = await makeQueue();
    for (let i = 0; i < 12; i++) await send(queue, String(i));
    for (const MaxNumberOfMessages of [0, 11]) {
      const refusal = await refusalOf(receive(queue, { MaxNumberOfMessages }));
      expect(refusal.name).to.equal("InvalidParameterValue");
    }
    expect(await receive(queue)).to.have.lengthOf(1);
    expect(await receive(queue, { MaxNumberOfMessages: 10 })).to.have.lengthOf(10);
  });
});
