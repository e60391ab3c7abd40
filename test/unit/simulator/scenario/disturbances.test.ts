// Protects what goes wrong on purpose: a fault that does nothing proves nothing, and one that does too much accuses the
// functions of what nobody could have done better.

import { ListTasksCommand } from "@aws-sdk/client-ecs";
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { type Clients, createClients } from "../../../../shared/aws/clients.ts";
import { clientOptions, transport } from "../../../../simulator/cloud/transport.ts";
import { type Played, playScenario } from "../../../../simulator/scenario/play.ts";
import { parseScenario } from "../../../../simulator/scenario/read.ts";
import type { Invoke } from "../../../../simulator/scenario/stage.ts";
import { functions, HOOK, instanceIds, QUEUES } from "../../../scenarios/fixture.ts";

const ids = instanceIds(2);
const QueueUrl = "https://sqs.us-east-1.amazonaws.com/123456789012/monitor";

async function played(timeline: object[], invoke: Invoke, more: object = {}): Promise<Played> {
  const scenario = {
    name: "disturbed",
    queues: QUEUES,
    functions: functions({ cluster_name: "main" }),
    clusters: [{ name: "main" }],
    auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
    timeline: [{ at_seconds: 0, terminate: { instance_ids: [ids[0]] } }, ...timeline],
    ends_after_seconds: 300,
    ...more,
  };
  return playScenario(parseScenario(JSON.stringify(scenario), "disturbed"), { invoke });
}

const nothing: Invoke = async () => undefined;

/** Calls made by deregister's first run, with what they came to: the error's name, or the output. */
async function answers(
  timeline: object[],
  calls: (clients: Clients) => Promise<unknown>[],
): Promise<{ answers: unknown[]; world: Played["simulation"]["world"]; fired: (kind: string) => number }> {
  let found: unknown[] | undefined;
  const { simulation } = await played(timeline, async (name, _event, where) => {
    if (name !== "deregister" || found) return;
    found = [];
    const clients = createClients({
      ...clientOptions(transport(where.simulation, name)),
      maxAttempts: 1,
    });
    for (const each of calls(clients)) found.push(await each.catch((error: Error) => error.name));
  });
  return {
    answers: found ?? [],
    world: simulation.world,
    fired: (kind) => simulation.world.firings.counts.get(kind) ?? 0,
  };
}

const forAWhile = (actions: string[], probability = 1) => ({ actions, for_seconds: 100, probability });

describe("what goes wrong on purpose", () => {
  it("answers are lost, and what was asked is done", async () => {
    const {
      answers: given,
      world,
      fired,
    } = await answers([{ at_seconds: 0, lose_answers: forAWhile(["sqs:SendMessage"]) }], ({ sqs }) => [
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "said" })),
    ]);
    expect(given).to.deep.equal(["TimeoutError"]);
    expect([...world.queues.byName("monitor").messages.values()].map(({ body }) => body)).to.deep.equal([
      "said",
    ]);
    expect(fired("lose_answers")).to.equal(1);
  });

  it("credentials expire, in the words of each protocol", async () => {
    const { answers: given } = await answers(
      [{ at_seconds: 0, expire_credentials: forAWhile(["*"]) }],
      ({ ecs, sqs }) => [
        ecs.send(new ListTasksCommand({ cluster: "main" })),
        sqs.send(new ReceiveMessageCommand({ QueueUrl })),
      ],
    );
    expect(given).to.deep.equal(["ExpiredTokenException", "ExpiredTokenException"]);
  });

  it("entries of a batch fail, and nothing is done about those alone", async () => {
    const Entries = Array.from({ length: 10 }, (_, i) => ({ Id: String(i), MessageBody: `body ${i}` }));
    const {
      answers: given,
      world,
      fired,
    } = await answers([{ at_seconds: 0, fail_entries: forAWhile(["*"], 0.5) }], ({ sqs }) => [
      sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })),
    ]);
    const { Successful = [], Failed = [] } = given[0] as { Successful?: object[]; Failed?: { Id: string }[] };
    expect(Failed.length).to.be.within(1, 9);
    expect(Successful.length + Failed.length).to.equal(10);
    expect(fired("fail_entries")).to.equal(Failed.length);
    const sent = [...world.queues.byName("monitor").messages.values()].map(({ body }) => body);
    expect(sent).to.have.lengthOf(Successful.length);
    for (const { Id } of Failed) expect(sent).to.not.include(`body ${Id}`);
  });

  it("all entries of a batch fail", async () => {
    const { answers: given } = await answers(
      [{ at_seconds: 0, fail_entries: forAWhile(["sqs:*"]) }],
      ({ sqs }) => [
        sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: "a", ReceiptHandle: "x" }] })),
      ],
    );
    expect((given[0] as { Failed: { Code: string }[] }).Failed.map(({ Code }) => Code)).to.deep.equal([
      "InternalError",
    ]);
  });

  it("answers are odd, and what was asked is done; what cannot be odd is not", async () => {
    const Entries = [{ Id: "a", MessageBody: "said" }];
    const {
      answers: given,
      world,
      fired,
    } = await answers([{ at_seconds: 0, odd_answers: forAWhile(["*"]) }], ({ ecs, sqs }) => [
      ecs.send(new ListTasksCommand({ cluster: "main" })),
      sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })),
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "said too" })),
    ]);
    const [listed, sent, single] = given as Record<string, unknown>[];
    expect(listed?.taskArns).to.equal(undefined);
    expect(sent?.Successful).to.equal(undefined);
    expect(single?.MessageId).to.be.a("string");
    const bodies = [...world.queues.byName("monitor").messages.values()].map(({ body }) => body);
    expect(bodies).to.have.members(["said", "said too"]);
    expect(fired("odd_answers")).to.equal(2);
  });

  it("others use up the buckets, which fill again after them", async () => {
    const throttled = await played(
      [{ at_seconds: 0, other_calls: { actions: ["ecs:ListTasks"], for_seconds: 60, per_second: 50 } }],
      async (name, _event, { simulation, clock }) => {
        if (name !== "deregister") return;
        const { ecs } = createClients({ ...clientOptions(transport(simulation, name)), maxAttempts: 1 });
        const ask = () => ecs.send(new ListTasksCommand({ cluster: "main" })).catch(() => undefined);
        await ask();
        await clock.sleep(30_000);
        await ask();
      },
      { throttling: true, ends_after_seconds: 200 },
    );
    const errors = throttled.simulation.calls
      .filter(({ action }) => action === "ecs:ListTasks")
      .map(({ error }) => error !== undefined);
    expect(errors.slice(0, 2)).to.deep.equal([false, true]);
    expect(errors.at(-1)).to.equal(false);
    expect(throttled.simulation.world.firings.counts.get("token buckets")).to.equal(1);
  });

  it("a notification is late", async () => {
    const { simulation, startedAt } = await played(
      [{ at_seconds: 0, delay_notifications: { for_seconds: 10, by_seconds: 60 } }],
      nothing,
      {
        timeline: [
          { at_seconds: 0, delay_notifications: { for_seconds: 10, by_seconds: 60 } },
          { at_seconds: 1, terminate: { instance_ids: [ids[0]] } },
        ],
      },
    );
    const [, message] = [...simulation.world.queues.byName("lifecycle").messages.values()];
    expect(((message?.sentAt ?? 0) - startedAt) / 1_000).to.be.within(61, 63);
    expect(simulation.world.firings.counts.get("late notifications")).to.equal(1);
  });

  it("messages are lost, and it is told which instances they were about", async () => {
    const { simulation } = await played([{ at_seconds: 30, lose_messages: { queue: "lifecycle" } }], nothing);
    expect(simulation.world.queues.byName("lifecycle").messages.size).to.equal(0);
    const lost = simulation.world.story.lines.flatMap((line) =>
      line.kind === "message-lost" ? [line.instanceId] : [],
    );
    expect(lost).to.deep.equal([ids[0]]);
    // The hook's test notification is one too.
    expect(simulation.world.firings.counts.get("lost messages")).to.equal(2);
  });
});

describe("queues that lose messages by themselves", () => {
  const lostIn = ({ simulation: { world } }: Played) =>
    world.story.lines.flatMap((line) => (line.kind === "message-lost" ? [line.instanceId] : []));
  const left = ({ simulation: { world } }: Played, queue: string) => [
    ...world.queues.byName(queue).messages.values(),
  ];

  it("a queue is deleted with what is in it, what comes meanwhile is lost, and it is there again as it was", async () => {
    const gone: unknown[] = [];
    const outcome = await played(
      [
        { at_seconds: 10, remake_queue: { queue: "lifecycle", after_seconds: 65 } },
        { at_seconds: 30, terminate: { instance_ids: [ids[1]] } },
        { at_seconds: 80, repeat_notification: { instance_ids: [ids[0]] } },
      ],
      async (name, _event, { simulation, clock }) => {
        if (name === "deregister")
          gone.push([(clock.now() / 1_000) % 3_600, simulation.world.queues.all.length]);
      },
    );
    expect(gone.slice(0, 2)).to.deep.equal([
      [20, QUEUES.length - 1],
      [80, QUEUES.length],
    ]);
    // What was in it is told of once more when it is there again: until then its receiver could send it nowhere.
    expect(lostIn(outcome)).to.deep.equal([...ids, ids[0]]);
    expect(left(outcome, "lifecycle").map(({ body }) => JSON.parse(body).EC2InstanceId)).to.deep.equal([
      ids[0],
    ]);
    const { attributes } = outcome.simulation.world.queues.byName("lifecycle");
    expect([attributes.VisibilityTimeout, attributes.redrive?.maxReceiveCount]).to.deep.equal([120, 240]);
    expect(outcome.simulation.world.firings.counts.get("queues made again")).to.equal(1);
  });

  // SQS drops what is too old when somebody asks for messages.
  const receiving: Invoke = async (name, _event, { simulation }) => {
    if (name !== "deregister") return;
    const { sqs } = createClients({ ...clientOptions(transport(simulation, name)), maxAttempts: 1 });
    await sqs.send(new ReceiveMessageCommand({ QueueUrl: QueueUrl.replace("monitor", "lifecycle") }));
  };

  it("a message whose retention period is over is gone, and it is told which instance it was about", async () => {
    const kept = (retention_seconds: number) =>
      played([], receiving, {
        queues: QUEUES.map((each) => (each.name === "lifecycle" ? { ...each, retention_seconds } : each)),
      });
    const late = await kept(60);
    expect(lostIn(late)).to.deep.equal([ids[0]]);
    expect(late.simulation.world.firings.counts.get("messages past retention")).to.equal(2);
    const inTime = await kept(3_600);
    expect(lostIn(inTime)).to.deep.equal([]);
    expect(left(inTime, "lifecycle")).to.have.lengthOf(1);
  });
});

describe("what goes wrong with invocations on purpose", () => {
  const invocations = ({ invocations: all, startedAt }: Played, name: string) =>
    all
      .filter((each) => each.name === name)
      .map((each) => [(each.startedAt - startedAt) / 1_000, each.outcome])
      .slice(0, 4);

  it("an invocation is killed at its n-th await, one that ends before is not", async () => {
    let awaits = 0;
    const kill = { at_seconds: 0, kill_invocation: { function: "deregister", at_await: 3 } };
    const outcome = await played([kill], async (name, _event, { clock, invocation }) => {
      if (name !== "deregister") return;
      awaits += 1;
      for (let i = 0; i < awaits; i++) {
        await clock.sleep(1_000);
        if (!invocation.goesOn()) await new Promise(() => {});
      }
    });
    expect(invocations(outcome, "deregister")).to.deep.equal([
      [20, "succeeded"],
      [80, "succeeded"],
      [140, "killed"],
      [200, "succeeded"],
    ]);
    expect(outcome.simulation.world.firings.counts.get("killed invocations")).to.equal(1);
  });

  it("nobody is killed once faults have ended", async () => {
    const kill = { at_seconds: 0, kill_invocation: { function: "deregister", at_await: 1 } };
    const invoke: Invoke = async (_name, _event, { invocation }) => {
      if (!invocation.goesOn()) await new Promise(() => {});
    };
    const outcome = await played([kill], invoke, { faults_end_after_seconds: 10 });
    expect(invocations(outcome, "deregister")[0]).to.deep.equal([20, "succeeded"]);
  });

  it("ticks are skipped, and doubled", async () => {
    const outcome = await played(
      [
        { at_seconds: 60, skip_ticks: { function: "terminate", for_seconds: 70 } },
        { at_seconds: 62, invoke: { function: "terminate" } },
      ],
      nothing,
    );
    expect(invocations(outcome, "terminate")).to.deep.equal([
      [40, "succeeded"],
      [62, "succeeded"],
      [160, "succeeded"],
      [220, "succeeded"],
    ]);
    expect(outcome.simulation.world.firings.counts.get("skipped ticks")).to.equal(1);
    expect(outcome.simulation.world.firings.counts.get("doubled ticks")).to.equal(1);
  });

  it("a function is throttled: its schedule's ticks are lost", async () => {
    const outcome = await played(
      [{ at_seconds: 60, throttle_function: { function: "terminate", for_seconds: 70 } }],
      nothing,
    );
    expect(invocations(outcome, "terminate").map(([at]) => at)).to.deep.equal([40, 160, 220, 280]);
    expect(outcome.simulation.world.firings.counts.get("throttled invocations")).to.equal(1);
  });

  it("an invocation begins in a new process, and the next in that", async () => {
    const cold: boolean[] = [];
    await played(
      [{ at_seconds: 30, cold_start: { function: "deregister" } }],
      async (name, _event, { invocation }) => {
        if (name === "deregister") cold.push(invocation.cold);
      },
    );
    expect(cold.slice(0, 3)).to.deep.equal([false, true, false]);
  });

  it("a new process takes its time, which is none of the run's", async () => {
    const entry = { at_seconds: 30, cold_start: { function: "deregister" as const, init_seconds: 7.5 } };
    const left: number[] = [];
    const outcome = await played([entry], async (name, _event, { invocation }) => {
      if (name === "deregister") left.push(invocation.remainingMilliseconds());
    });
    expect(invocations(outcome, "deregister").slice(0, 3)).to.deep.equal([
      [20, "succeeded"],
      [87.5, "succeeded"],
      [140, "succeeded"],
    ]);
    expect(new Set(left)).to.deep.equal(new Set([60_000]));
    expect(outcome.simulation.world.firings.counts.get("slow cold starts")).to.equal(1);
  });

  it("a clock is wrong", async () => {
    const skewed = functions({ cluster_name: "main" });
    const clocks: number[] = [];
    await played(
      [],
      async (name, _event, { clock, simulation }) => {
        if (name === "deregister") clocks.push(clock.now() - simulation.world.agenda.now);
      },
      { functions: { ...skewed, deregister: { ...skewed.deregister, clock_skew_seconds: -3 } } },
    );
    expect(clocks[0]).to.be.within(-3_000, -2_000);
  });
});
