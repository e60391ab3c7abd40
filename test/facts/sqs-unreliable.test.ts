// Protects what standard queues do not promise, and the way back out of a DLQ: the simulated SQS must break the promises
// that SQS does not make, and move dead letters as SQS does.
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ListMessageMoveTasksCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

type Sqs = Pick<SimulatedAws, "sqs" | "unusedName">;

const arnOf = (url: string) => `arn:aws:sqs:us-east-1:123456789012:${url.split("/").at(-1)}`;
const makeQueue = async ({ sqs, unusedName }: Sqs, Attributes: Record<string, string> = {}) => {
  const made = await sqs.send(new CreateQueueCommand({ QueueName: unusedName("queue"), Attributes }));
  return made.QueueUrl as string;
};
const send = ({ sqs }: Sqs, QueueUrl: string, MessageBody: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
const receive = async ({ sqs }: Sqs, QueueUrl: string, MaxNumberOfMessages = 10): Promise<Message[]> => {
  const command = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages,
    MessageSystemAttributeNames: ["All"],
  });
  return (await sqs.send(command)).Messages ?? [];
};
const bodies = (messages: Message[]) => messages.map((each) => each.Body);

describe("SQS's broken promises and dead letters", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator();
  });
  after(() => aws.stop());

  it("facts 5: a message may come twice within its visibility timeout", async () => {
    const unsteady = await startSimulator({ duplicates: 1 });
    try {
      const queue = await makeQueue(unsteady, { VisibilityTimeout: "600" });
      await send(unsteady, queue, "twice");
      const [first] = await receive(unsteady, queue);
      const [second] = await receive(unsteady, queue);
      expect(second?.MessageId).to.equal(first?.MessageId);
      expect(second?.ReceiptHandle).not.to.equal(first?.ReceiptHandle);
      expect(second?.Attributes?.ApproximateReceiveCount).to.equal("2");
      const { ReceiptHandle } = second as Message;
      await unsteady.sqs.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle }));
      expect(await receive(unsteady, queue)).to.deep.equal([]);
    } finally {
      await unsteady.stop();
    }
  });

  it("facts 5: messages may come in any order", async () => {
    const orders: unknown[] = [];
    // The same seed brings the same disorder.
    for (const seed of [1, 1, 2]) {
      const disordered = await startSimulator({ disorder: 1, seed });
      try {
        const queue = await makeQueue(disordered);
        for (const body of "abcdefgh") await send(disordered, queue, body);
        orders.push(bodies(await receive(disordered, queue)));
      } finally {
        await disordered.stop();
      }
    }
    const [first, again, other] = orders;
    expect(first).to.have.members([..."abcdefgh"]);
    expect(first).not.to.deep.equal([..."abcdefgh"]);
    expect(again).to.deep.equal(first);
    expect(other).not.to.deep.equal(first);
  });

  /** A queue whose messages are in its DLQ, after one receive each. */
  const makeDead = async (...letters: string[]) => {
    const deadLetters = await makeQueue(aws);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(deadLetters), maxReceiveCount: 1 });
    const queue = await makeQueue(aws, { RedrivePolicy, VisibilityTimeout: "0" });
    for (const each of letters) await send(aws, queue, each);
    await receive(aws, queue);
    await receive(aws, queue);
    return { queue, deadLetters };
  };
  const move = (SourceArn: string, DestinationArn?: string, MaxNumberOfMessagesPerSecond?: number) =>
    aws.sqs.send(
      new StartMessageMoveTaskCommand({
        SourceArn,
        ...(DestinationArn ? { DestinationArn } : {}),
        ...(MaxNumberOfMessagesPerSecond ? { MaxNumberOfMessagesPerSecond } : {}),
      }),
    );
  const taskOf = async (source: string) => {
    const { Results } = await aws.sqs.send(new ListMessageMoveTasksCommand({ SourceArn: arnOf(source) }));
    return Results?.[0];
  };

  it("facts 5: a move task sends the messages of a DLQ back to where they came from, as new messages", async () => {
    const { queue, deadLetters } = await makeDead("a", "b");
    await aws.advance(100);
    await move(arnOf(deadLetters));
    expect(await taskOf(deadLetters)).to.include({ Status: "RUNNING", ApproximateNumberOfMessagesToMove: 2 });
    await aws.advance(3);
    const task = await taskOf(deadLetters);
    expect(task).to.include({ Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 2 });
    expect(task).not.to.have.property("TaskHandle");
    const [first, ...more] = await receive(aws, queue);
    expect(bodies([first as Message, ...more])).to.deep.equal(["a", "b"]);
    const { ApproximateReceiveCount, SentTimestamp } = first?.Attributes ?? {};
    expect(ApproximateReceiveCount).to.equal("1");
    expect(Number(SentTimestamp)).to.be.above(Number(task?.StartedTimestamp));
  });

  it("facts 5: a move task sends the messages of a DLQ to a queue of one's choice, at a rate of one's choice", async () => {
    const { deadLetters } = await makeDead("a", "b", "c");
    const elsewhere = await makeQueue(aws);
    await move(arnOf(deadLetters), arnOf(elsewhere), 1);
    await aws.advance(1.5);
    expect(await taskOf(deadLetters)).to.include({ Status: "RUNNING", ApproximateNumberOfMessagesMoved: 1 });
    await aws.advance(3);
    expect(bodies(await receive(aws, elsewhere))).to.deep.equal(["a", "b", "c"]);
  });

  it("facts 5: only the DLQ of a queue can be the source of a move task, and of one at a time", async () => {
    const plain = await makeQueue(aws);
    expect((await refusalOf(move(arnOf(plain)))).name).to.equal("InvalidParameterValue");
    expect((await refusalOf(move(`${arnOf(plain)}0`))).name).to.equal("ResourceNotFoundException");
    const { deadLetters } = await makeDead("a");
    await move(arnOf(deadLetters));
    expect((await refusalOf(move(arnOf(deadLetters)))).name).to.equal("InvalidParameterValue");
    await aws.advance(3);
    await move(arnOf(deadLetters));
  });

  it("facts 5: a move task without destination fails at a message that was sent to the DLQ itself", async () => {
    const { deadLetters } = await makeDead();
    await send(aws, deadLetters, "direct");
    await move(arnOf(deadLetters));
    await aws.advance(3);
    expect(await taskOf(deadLetters)).to.include({
      Status: "FAILED",
      FailureReason: "CouldNotDetermineMessageSource",
    });
    expect(bodies(await receive(aws, deadLetters))).to.deep.equal(["direct"]);
  });
});
