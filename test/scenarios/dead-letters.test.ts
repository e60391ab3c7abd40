// Protects what can be done about messages that were set aside: what was wrong is put right, a message move task brings
// them back, and their instances are drained like any other.
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import type { Simulation } from "../../simulator/cloud/simulation.ts";
import { clientOptions, transport } from "../../simulator/cloud/transport.ts";
import { functions, HOOK, instanceIds, linesOf, type Outcome, play, QUEUES } from "./fixture.ts";

const ids = instanceIds(3);
const [leaving] = ids as [string];
const REASON = /^Time: expected a time/;

const fleet = (timeline: readonly Record<string, unknown>[] = []) => ({
  functions: functions({ cluster_name: "main" }),
  clusters: [{ name: "main", services: [{ name: "worker", desired_count: 2, task: { stop_seconds: 10 } }] }],
  auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
  timeline: [
    ...timeline,
    { at_seconds: 5, terminate: { instance_ids: [leaving] } },
    // The operator comes before this.
    { at_seconds: 900, send: { queue: "unused", body: "{}" } },
  ],
  queues: [...QUEUES, { name: "unused" }],
});

/** What forwards the hook's message writes a time that is none. */
const garbled = [
  { at_seconds: 1, lose_notifications: { for_seconds: 30, probability: 1 } },
  {
    at_seconds: 6,
    send: {
      queue: "lifecycle",
      body: JSON.stringify({
        LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
        EC2InstanceId: leaving,
        AutoScalingGroupName: "fleet",
        LifecycleHookName: "drain",
        LifecycleActionToken: "00000000-0000-4000-8000-000000000000",
        Time: "a minute ago",
      }),
    },
  },
];

/** An operator who comes after so many seconds, and whose calls are not those of a function. */
const operator = (atSeconds: number, work: (sqs: SQSClient) => Promise<unknown>) => ({
  watch: (simulation: Simulation) => {
    const sqs = new SQSClient(clientOptions(transport(simulation, "operator")));
    simulation.world.agenda.in(atSeconds * 1_000, () => void work(sqs));
  },
});

const LETTERS = "https://sqs.us-east-1.amazonaws.com/123456789012/lifecycle-dead-letters";
const arnOf = (name: string) => `arn:aws:sqs:us-east-1:123456789012:${name}`;

async function take(sqs: SQSClient): Promise<Message> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: LETTERS, MessageAttributeNames: ["reason"], VisibilityTimeout: 0 }),
  );
  expect(Messages).to.have.lengthOf(1);
  return Messages[0] as Message;
}

const moveBack = (sqs: SQSClient, to?: string) =>
  sqs.send(
    new StartMessageMoveTaskCommand({
      SourceArn: arnOf("lifecycle-dead-letters"),
      ...(to === undefined ? {} : { DestinationArn: arnOf(to) }),
    }),
  );

function expectReleased(outcome: Outcome): void {
  expect(outcome.violations).to.deep.equal([]);
  expect(outcome.terminations.map((each) => each.result)).to.deep.equal(["CONTINUE"]);
  expect(linesOf(outcome, "lifecycle action completed", leaving)).to.have.lengthOf(1);
}

describe("scenarios: dead letters", () => {
  it("one that could not be read, put right and moved back, is drained", async () => {
    let reason: string | undefined;
    const outcome = await play(
      fleet(garbled),
      operator(300, async (sqs) => {
        const letter = await take(sqs);
        reason = letter.MessageAttributes?.reason?.StringValue;
        const body = JSON.parse(letter.Body as string);
        const MessageBody = JSON.stringify({ ...body, Time: "2026-01-05T09:00:05.000Z" });
        await sqs.send(new SendMessageCommand({ QueueUrl: LETTERS, MessageBody }));
        await sqs.send(
          new DeleteMessageCommand({ QueueUrl: LETTERS, ReceiptHandle: letter.ReceiptHandle as string }),
        );
        await moveBack(sqs, "lifecycle");
      }),
    );
    expectReleased(outcome);
    expect(reason).to.match(REASON);
    expect(outcome.simulation.world.queues.byName("lifecycle-dead-letters").messages.size).to.equal(0);
  });

  it("moved back as it was, it is set aside once more, and not lost", async () => {
    const outcome = await play(
      fleet(garbled),
      operator(300, (sqs) => moveBack(sqs, "lifecycle")),
    );
    expect(outcome.terminations.map((each) => each.result)).to.deep.equal([undefined]);
    expect(linesOf(outcome, "message cannot be read")).to.have.lengthOf(2);
    const [letter, ...more] = outcome.simulation.world.queues
      .byName("lifecycle-dead-letters")
      .messages.values();
    expect(more).to.deep.equal([]);
    expect(letter?.attributes.reason?.StringValue).to.match(REASON);
  });

  it("one that only made runs fail goes back by itself, because SQS knows where it came from", async () => {
    const queues = fleet().queues.map((queue) =>
      queue.name === "lifecycle" ? { ...queue, max_receive_count: 2, visibility_timeout_seconds: 60 } : queue,
    );
    const outcome = await play(
      {
        ...fleet(),
        queues,
        timeline: [
          { at_seconds: 1, deny: { actions: ["sqs:SendMessage*"], for_seconds: 590 } },
          ...fleet().timeline,
        ],
      },
      operator(600, async (sqs) => {
        expect((await take(sqs)).MessageAttributes).to.equal(undefined);
        await moveBack(sqs);
      }),
    );
    expectReleased(outcome);
  });

  it("one that could not be set aside stays in its queue until it can", async () => {
    const { queues } = fleet();
    const outcome = await play({
      ...fleet(),
      queues,
      timeline: [
        { at_seconds: 4, deny: { actions: ["sqs:SendMessage*"], for_seconds: 100 } },
        { at_seconds: 5, send: { queue: "lifecycle", body: "not JSON" } },
        { at_seconds: 600, send: { queue: "unused", body: "{}" } },
      ],
    });
    const [first] = linesOf(outcome, "message cannot be read");
    expect(first?.left).to.equal("in the queue");
    const letters = outcome.simulation.world.queues.byName("lifecycle-dead-letters").messages;
    expect([...letters.values()].map(({ body }) => body)).to.deep.equal(["not JSON"]);
  });

  it("many of 0.7 MiB, in both queues: the drain between them ends as ever, and all are set aside", async () => {
    const many = (queue: string) =>
      Array.from({ length: 60 }, (_, i) => ({
        at_seconds: 4,
        send: { queue, body: String(i).padEnd(700_000, "x") },
      }));
    const { queues } = fleet();
    const outcome = await play({
      ...fleet(),
      queues,
      timeline: [
        ...many("lifecycle"),
        ...many("monitor"),
        { at_seconds: 5, terminate: { instance_ids: [leaving] } },
        { at_seconds: 900, send: { queue: "unused", body: "{}" } },
      ],
    });
    expectReleased(outcome);
    for (const queue of ["lifecycle-dead-letters", "monitor-dead-letters"])
      expect(outcome.simulation.world.queues.byName(queue).messages.size, queue).to.equal(60);
  });
});
