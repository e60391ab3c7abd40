// Protects the event source mapping of the lifecycle queue: drains begin with the message, and whatever becomes of a batch,
// no message is lost and nothing is done twice.
import { expect } from "chai";
import {
  calls,
  expectDrained,
  expectQuiet,
  functions,
  HOOK,
  instanceIds,
  linesOf,
  type Outcome,
  play,
  QUEUES,
  violationsButLate,
} from "./fixture.ts";

const ids = instanceIds(4);
const [first, second, third] = ids as [string, string, string];
const keys = { cluster_name: "main", elb_name: "classic", target_groups: ["static"] };

function mapped(mapping: Record<string, unknown> = {}) {
  const { deregister, terminate } = functions(keys, [50, 40]);
  return { deregister: { ...deregister, event_source_mapping: mapping }, terminate };
}

const world = {
  functions: mapped(),
  target_groups: [{ name: "static", port: 9000, deregistration_delay_seconds: 15 }],
  load_balancers: [
    { name: "classic", listeners: [{ port: 80, instance_port: 9001 }], connection_draining_seconds: 15 },
  ],
  clusters: [
    {
      name: "main",
      services: [{ name: "worker", desired_count: 4, minimum_healthy_percent: 0, task: { stop_seconds: 5 } }],
    },
  ],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      hooks: [HOOK],
      registers_with: { target_groups: [{ name: "static" }], load_balancers: ["classic"] },
    },
  ],
  timeline: [{ at_seconds: 25, terminate: { instance_ids: [first, second, third] } }],
};

/** Nobody can receive until all three messages are there: they come as one batch then. */
const together = { at_seconds: 1, fail: { actions: ["sqs:ReceiveMessage"], for_seconds: 30 } };

/** How long after the instance's message its container instance was DRAINING, in seconds, each time. */
function begun({ simulation, terminations }: Outcome, instanceId: string): number[] {
  const { askedAt = Number.NaN } = terminations.find((each) => each.instanceId === instanceId) ?? {};
  return simulation.world.story.lines
    .filter(
      (each) =>
        each.kind === "container-instance" && each.instanceId === instanceId && each.status === "DRAINING",
    )
    .map(({ at }) => (at - askedAt) / 1_000);
}

/** How often each instance's termination was taken in. */
function received(outcome: Outcome): number[] {
  return [first, second, third].map((id) => linesOf(outcome, "termination received", id).length);
}

/** The request id of the schedule's run of deregister that began so many seconds after the start. */
function requestAt({ invocations, startedAt }: Outcome, seconds: number): string {
  const inOrder = [...invocations].sort((a, b) => a.startedAt - b.startedAt);
  const at = startedAt + seconds * 1_000;
  const index = inOrder.findIndex((each) => each.name === "deregister" && each.startedAt === at);
  return `deregister-${index + 1}`;
}

function failures({ invocations }: Outcome): (string | undefined)[] {
  return invocations.flatMap(({ outcome, error }) => (outcome === "succeeded" ? [] : [error]));
}

describe("scenarios: an event source mapping of the lifecycle queue", () => {
  it("a drain begins within six seconds of its message, a round of the search included, between two ticks of the schedule", async () => {
    const outcome = await play(world);
    for (const id of [first, second, third]) {
      expect(begun(outcome, id), id).to.have.lengthOf(1);
      expect(begun(outcome, id)[0], id).to.be.within(0, 6);
    }
    expect(received(outcome)).to.deep.equal([1, 1, 1]);
    expectDrained(outcome, { count: 3 });
    expectQuiet(outcome);
  });

  it("Lambda polls and deletes, and the function need not: neither is counted as its call", async () => {
    const outcome = await play(world);
    const of = (action: string) =>
      new Set(outcome.simulation.calls.filter((each) => each.action === action).map(({ caller }) => caller));
    expect([...of("sqs:DeleteMessageBatch")]).to.deep.equal(["lambda", "terminate"]);
    expect([...of("sqs:ReceiveMessage")]).to.have.members(["lambda", "terminate"]);
    expect(calls(outcome, "sqs:DeleteMessageBatch")).to.equal(1);
  });

  it("one of three cannot be passed on: it alone comes back, the run counts as failed, and all are drained", async () => {
    const outcome = await play(
      {
        ...world,
        timeline: [
          together,
          {
            at_seconds: 20,
            fail_entries: { actions: ["sqs:SendMessageBatch"], for_seconds: 40, probability: 0.4 },
          },
          ...world.timeline,
        ],
      },
      { seed: 5 },
    );
    expect(received(outcome).sort()).to.deep.equal([1, 1, 2]);
    const [failed, ...others] = failures(outcome);
    expect(failed).to.match(/^RunFailed: 1 failure: sending on to monitor of i-/);
    expect(others).to.deep.equal([]);
    expect(outcome.simulation.world.firings.counts.get("records given back")).to.equal(3);
    expectDrained(outcome, { count: 3, withinSeconds: 140 });
  });

  it("nothing can be passed on for three minutes: each message stays until it can, and all are drained", async () => {
    const outcome = await play({
      ...world,
      timeline: [
        together,
        { at_seconds: 20, throttle: { actions: ["sqs:SendMessage*"], for_seconds: 180 } },
        ...world.timeline,
      ],
    });
    expect(received(outcome)).to.deep.equal([3, 3, 3]);
    expect(failures(outcome)).to.have.lengthOf(2);
    expectDrained(outcome, { count: 3, withinSeconds: 260 });
    for (const { name, messages } of outcome.simulation.world.queues.all)
      expect(messages.size, name).to.equal(0);
  });

  it("killed after each of its calls in turn: nothing is lost, and nothing is done too early", async () => {
    const one = { ...world, timeline: [{ at_seconds: 25, terminate: { instance_ids: [first] } }] };
    const whole = await play(one);
    const made = whole.simulation.calls.filter(({ caller }) => caller === "deregister").length;
    expect(made).to.be.at.least(10);
    for (let atCall = 1; atCall <= made; atCall++) {
      const outcome = await play(one, { crash: { name: "deregister", atCall } });
      expect(violationsButLate(outcome), `killed after call ${atCall}`).to.deep.equal([]);
      expect(outcome.terminations[0]?.result, `killed after call ${atCall}`).to.equal("CONTINUE");
      for (const queue of outcome.simulation.world.queues.all)
        expect(queue.messages.size, `killed after call ${atCall}: ${queue.name}`).to.equal(0);
    }
  });

  it("Lambda cannot delete what is done: it comes back, and nothing is done once more", async () => {
    const outcome = await play({
      ...world,
      timeline: [
        together,
        { at_seconds: 20, fail: { actions: ["sqs:DeleteMessageBatch"], for_seconds: 18 } },
        ...world.timeline,
      ],
    });
    expect(outcome.simulation.world.firings.counts.get("batches not deleted")).to.equal(1);
    expect(received(outcome)).to.deep.equal([2, 2, 2]);
    expect(failures(outcome)).to.deep.equal([]);
    expectDoneOnce(outcome);
  });

  it("the mapping and the schedule take the same messages at the same time: nothing is done twice", async () => {
    let shared = 0;
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
      const outcome = await play(
        {
          ...world,
          duplicates: 0.5,
          faults_end_after_seconds: 60,
          timeline: [{ at_seconds: 50, terminate: { instance_ids: [first, second, third] } }],
        },
        { seed },
      );
      expectDoneOnce(outcome);
      const scheduled = requestAt(outcome, 50);
      const taken = linesOf(outcome, "termination received");
      shared += taken.filter(
        (line) =>
          line.request_id === scheduled &&
          taken.some((each) => each.instance_id === line.instance_id && each.request_id !== scheduled),
      ).length;
    }
    expect(shared, "messages that both took").to.be.at.least(3);
  });

  it("a message that cannot be read is set aside with its reason, and no other waits for it", async () => {
    const outcome = await play({
      ...world,
      timeline: [{ at_seconds: 25, send: { queue: "lifecycle", body: "{}" } }, ...world.timeline],
    });
    const [aside, ...more] = outcome.simulation.world.queues
      .byName("lifecycle-dead-letters")
      .messages.values();
    expect(more).to.deep.equal([]);
    expect(aside?.attributes.reason?.StringValue).to.match(/expected/);
    expect(outcome.simulation.world.firings.counts.get("records given back")).to.equal(undefined);
    expect(received(outcome)).to.deep.equal([1, 1, 1]);
    expect(failures(outcome)).to.deep.equal([]);
    expectDrained(outcome, { count: 3 });
  });

  it("one that cannot be read, and no dead-letter queue: it alone is given back, again and again", async () => {
    const outcome = await play({
      ...world,
      ends_after_seconds: 300,
      queues: QUEUES.map(({ name, visibility_timeout_seconds = 30 }) => ({
        name,
        visibility_timeout_seconds,
      })),
      timeline: [{ at_seconds: 25, send: { queue: "lifecycle", body: "{}" } }, ...world.timeline],
    });
    const left = outcome.simulation.world.queues.byName("lifecycle").messages.values();
    expect([...left].map(({ body }) => body)).to.deep.equal(["{}"]);
    expect(outcome.simulation.world.firings.counts.get("records given back")).to.equal(3);
    expect(received(outcome)).to.deep.equal([1, 1, 1]);
    expect(failures(outcome)).to.deep.equal([]);
  });

  it("INPUT is wrong: all is given back with one error, nothing is called, and the sweep finds the drains", async () => {
    const { terminate, ...others } = mapped({ input_variable: '{"lifecycle_queue_name":"lifecycle"}' });
    const swept = { auto_scaling_groups: ["fleet"], lifecycle_queue_name: "lifecycle", sweep_minutes: 1 };
    const outcome = await play({
      ...world,
      ends_after_seconds: 600,
      functions: { ...others, terminate: { ...terminate, input: { ...terminate.input, ...keys, ...swept } } },
    });
    const refused = linesOf(outcome, "input refused");
    expect(refused.map(({ variable, reason }) => [variable, reason])[0]).to.deep.equal([
      "INPUT",
      "elb_monitor_queue_name: expected the name of a standard SQS queue, found nothing",
    ]);
    expect(new Set(failures(outcome)).size).to.equal(1);
    expect(failures(outcome)).to.have.lengthOf(refused.length);
    expect(received(outcome)).to.deep.equal([0, 0, 0]);
    expect(outcome.terminations.map(({ result }) => result)).to.deep.equal([
      "CONTINUE",
      "CONTINUE",
      "CONTINUE",
    ]);
    // With the notification that Auto Scaling sent when the hook was put.
    expect(outcome.simulation.world.queues.byName("lifecycle").messages.size).to.equal(4);
  });
});

/** Expects that each registration was taken out once, each status set once, and each lifecycle action completed once. */
function expectDoneOnce(outcome: Outcome): void {
  expect(outcome.violations).to.deep.equal([]);
  const told = outcome.simulation.world.story.lines.flatMap((line) => {
    if (line.kind === "container-instance" && line.status === "DRAINING") return [line.instanceId];
    if (line.kind === "target" && line.state === "draining") return [`${line.id} ${line.targetGroup}`];
    if (line.kind === "classic" && line.state === "draining")
      return [`${line.instanceId} ${line.loadBalancer}`];
    return line.kind === "action-ended" ? [`${line.instanceId} ${line.result}`] : [];
  });
  expect(told.sort()).to.deep.equal(
    [first, second, third].flatMap((id) => [id, `${id} CONTINUE`, `${id} classic`, `${id} static`]),
  );
}
