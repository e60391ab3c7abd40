// Protects the judge from being blind to what becomes of messages that nobody can read, and of those that ask nothing.
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { type Clients, createClients } from "../../shared/aws/clients.ts";
import { clientOptions, transport } from "../../simulator/cloud/transport.ts";
import { playScenario } from "../../simulator/scenario/play.ts";
import { parseScenario } from "../../simulator/scenario/read.ts";
import type { Invoke } from "../../simulator/scenario/stage.ts";
import { brokenPromises, functions, instanceIds, play, QUEUES } from "./fixture.ts";

const NOISE = "no JSON at all";
const LAUNCH = JSON.stringify({ Event: "autoscaling:EC2_INSTANCE_LAUNCH", AutoScalingGroupName: "fleet" });
const urlOf = (queue: string) => `https://sqs.us-east-1.amazonaws.com/123456789012/${queue}`;

const world = (body: string, more: Record<string, unknown> = {}) => ({
  queues: QUEUES,
  functions: functions({ discover: "named" }),
  auto_scaling_groups: [{ name: "fleet", instance_ids: instanceIds(1) }],
  timeline: [{ at_seconds: 2, send: { queue: "lifecycle", body } }],
  faults_end_after_seconds: 1,
  ends_after_seconds: 200,
  ...more,
});

/** What a function does with the message: it is deleted in any case. */
type Aside = (clients: Clients, message: Message) => Promise<unknown>;
const sends =
  (body?: string, reason?: string): Aside =>
  (clients, { Body }) =>
    clients.sqs.send(
      new SendMessageCommand({
        QueueUrl: urlOf("lifecycle-dead-letters"),
        MessageBody: body ?? Body,
        ...(reason === undefined
          ? {}
          : { MessageAttributes: { reason: { DataType: "String", StringValue: reason } } }),
      }),
    );
const drops: Aside = async () => {};

async function violations(scenario: Record<string, unknown>, aside: Aside): Promise<string[]> {
  const invoke: Invoke = async (name, _event, { simulation }) => {
    if (name === "terminate") return;
    const clients = createClients(clientOptions(transport(simulation, name)));
    const QueueUrl = urlOf("lifecycle");
    const { Messages = [] } = await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    for (const message of Messages) {
      await aside(clients, message);
      const { ReceiptHandle } = message;
      await clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  };
  const text = JSON.stringify({ name: "judged", ...scenario });
  const played = await playScenario(parseScenario(text, "judged"), { invoke });
  return brokenPromises(played.violations).map(({ rule }) => rule);
}

describe("scenarios: the judge of what is set aside", () => {
  const lost = "what cannot be read is set aside";
  const wrong = "only the unreadable is set aside";

  it("what cannot be read is there with its reason", async () => {
    expect(await violations(world(NOISE), sends(NOISE, "no JSON"))).to.deep.equal([]);
    expect(await violations(world(NOISE), sends(NOISE))).to.deep.equal(["what is set aside has its reason"]);
  });

  it("what was dropped instead is missing, unless something else lost it", async () => {
    expect(await violations(world(NOISE), drops)).to.deep.equal([lost]);
    const loses = (at_seconds: number) => ({
      at_seconds,
      lose_messages: { queue: "lifecycle", probability: 1 },
    });
    const { timeline } = world(NOISE);
    expect(await violations(world(NOISE, { timeline: [...timeline, loses(3)] }), drops)).to.deep.equal([]);
    expect(await violations(world(NOISE, { timeline: [...timeline, loses(1)] }), drops)).to.deep.equal([
      lost,
    ]);
  });

  it("what a queue has kept for as long as it does may be gone", async () => {
    const late = { skip_ticks: { function: "deregister", for_seconds: 170 } };
    const kept = (retention_seconds: number) =>
      world(NOISE, {
        queues: QUEUES.map((queue) => ({ ...queue, retention_seconds })),
        timeline: [
          { at_seconds: 1, ...late },
          { at_seconds: 2, send: { queue: "lifecycle", body: NOISE } },
        ],
      });
    expect(await violations(kept(120), drops)).to.deep.equal([]);
    expect(await violations(kept(1_200), drops)).to.deep.equal([lost]);
  });

  it("another text in its place is found out", async () => {
    expect(await violations(world(NOISE), sends("no JSON", NOISE))).to.have.members([wrong, lost]);
  });

  it("what asks nothing of anybody is not to be there", async () => {
    expect(await violations(world(LAUNCH), sends(LAUNCH, "unknown"))).to.deep.equal([wrong]);
    expect(await violations(world(LAUNCH), drops)).to.deep.equal([]);
  });

  it("the functions' own dead letters are as they must be", async () => {
    for (const body of [NOISE, "{}", LAUNCH]) expect((await play(world(body))).violations).to.deep.equal([]);
  });
});
