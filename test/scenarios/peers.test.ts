// Protects drains from what was measured to break other drainers: one scenario for each failure, asserting what went wrong.
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
} from "./fixture.ts";

const [leaving] = instanceIds(1) as [string];
const begin = { at_seconds: 5, terminate: { instance_ids: [leaving] } };

/** A fleet of a service with a task on each instance that takes some seconds to stop; the rest is the scenario's. */
const fleet = (instances: number, stopSeconds: number, timeline: Record<string, unknown>[]) => ({
  functions: functions({ cluster_name: "main" }),
  clusters: [
    {
      name: "main",
      services: [
        {
          name: "worker",
          desired_count: instances,
          task: { stop_seconds: stopSeconds, stop_timeout_seconds: stopSeconds },
        },
      ],
    },
  ],
  auto_scaling_groups: [
    { name: "fleet", instance_ids: instanceIds(instances), cluster: "main", hooks: [HOOK] },
  ],
  timeline,
});

/** When the last task on the instance was STOPPED. */
function stoppedAt({ simulation }: Outcome): number {
  return Math.max(
    ...simulation.world.story.lines.map((line) =>
      line.kind === "task" && line.instanceId === leaving && line.status === "STOPPED" ? line.at : 0,
    ),
  );
}

/** The world's account of it, without the judge: completed once, and not while a task was left. */
function expectCompletedOnceAfterTheTasks(outcome: Outcome): void {
  expect(calls(outcome, "autoscaling:CompleteLifecycleAction")).to.equal(1);
  expect(stoppedAt(outcome)).to.be.above(0);
  expect(outcome.terminations[0]?.completedAt).to.be.at.least(stoppedAt(outcome));
}

describe("scenarios: what broke other drainers", () => {
  // A second run found the instance DRAINING, listed no tasks, and completed 35 s before they had stopped. Another went on
  // completing what was completed for as long as it ran.
  it("duplicate event", async () => {
    const again = { repeat_notification: { instance_ids: [leaving] } };
    const outcome = await play(
      fleet(3, 200, [begin, ...[10, 75, 140, 300].map((at_seconds) => ({ at_seconds, ...again }))]),
    );
    expectDrained(outcome, { count: 1 });
    expectCompletedOnceAfterTheTasks(outcome);
    expect(calls(outcome, "ecs:UpdateContainerInstancesState")).to.equal(1);
    expectQuiet(outcome);
  });

  // A throttled read was swallowed and read as "not found", or ended the run, whose retry completed in the middle of the
  // drain; elsewhere the drain was forgotten after two retries.
  it("throttled then retried", async () => {
    const actions = ["ecs:Describe*", "ecs:List*"];
    const outcome = await play(
      fleet(3, 240, [
        begin,
        { at_seconds: 15, throttle: { actions, for_seconds: 60 } },
        { at_seconds: 120, throttle: { actions, for_seconds: 100 } },
      ]),
    );
    expectDrained(outcome, { count: 1 });
    expectCompletedOnceAfterTheTasks(outcome);
    const kinds = new Set(linesOf(outcome, "call failed").map((line) => line.kind));
    expect([...kinds]).to.deep.equal(["throttled"]);
    expect(linesOf(outcome, "cluster lacks the instance"), "not read is not absent").to.deep.equal([]);
    for (const queue of outcome.simulation.world.queues.all) expect(queue.messages.size).to.equal(0);
  });

  // Only the first page of container instances was read, so an instance beyond the first hundred never drained; or all were
  // read, page by page, for each instance that left.
  it("more than 100 instances", async () => {
    const many = instanceIds(250);
    const last = [...many.slice(0, 2), ...many.slice(120, 122), ...many.slice(-2)];
    const outcome = await play(fleet(250, 20, [{ at_seconds: 5, terminate: { instance_ids: last } }]));
    expectDrained(outcome, { count: 6 });
    // Once for the instances that go, and once by the sweep, for container instances whose agent is silent.
    expect(calls(outcome, "ecs:ListContainerInstances")).to.equal(2);
    expectQuiet(outcome);
  });

  // A message that is no JSON was sent on for ever, 219 times in 17 seconds; elsewhere it was never deleted, received again
  // every 20 seconds, and ended the process.
  it("poison", async () => {
    const poison = ["not JSON", "[]", '{"source": "somebody.else"}', "null"];
    const outcome = await play(
      fleet(3, 20, [
        ...poison.flatMap((body) => [
          { at_seconds: 4, send: { queue: "lifecycle", body } },
          { at_seconds: 4, send: { queue: "monitor", body } },
        ]),
        begin,
      ]),
    );
    expectDrained(outcome, { count: 1 });
    for (const name of ["lifecycle", "monitor"]) {
      const { queues } = outcome.simulation.world;
      expect(queues.byName(name).messages.size, name).to.equal(0);
      const letters = [...queues.byName(`${name}-dead-letters`).messages.values()];
      const unreadable = linesOf(outcome, "message cannot be read").filter((line) => line.queue === name);
      expect(letters.map(({ body }) => body).sort(), "each once").to.deep.equal(
        [...new Set(letters.map(({ body }) => body))].sort(),
      );
      expect(unreadable).to.have.lengthOf(letters.length);
      expect(letters.length).to.be.at.least(3);
      for (const { attributes } of letters) expect(attributes.reason?.StringValue).to.be.a("string");
    }
    expect(outcome.invocations.filter((each) => each.outcome !== "succeeded")).to.deep.equal([]);
  });

  // A function that its own message invokes again is cut off by Lambda after 16 rounds: a drain of three minutes was never
  // completed. Here only the schedule invokes, and every hand-over is a message of its own.
  it("16 hops", async () => {
    const outcome = await play(fleet(3, 2_000, [begin]));
    expectDrained(outcome, { count: 1, withinSeconds: 35 });
    expectCompletedOnceAfterTheTasks(outcome);
    expect(linesOf(outcome, "handed over", leaving)).to.have.lengthOf.above(16);
    expectQuiet(outcome);
  });

  // An instance that was gone failed the run, three times, and left the hook to time out; or it was asked for for ever; or
  // its message was dropped while the hook still held it.
  it("gone instance", async () => {
    const killed = await play(fleet(3, 600, [begin, { at_seconds: 100, kill: { instance_ids: [leaving] } }]));
    expect(killed.violations).to.deep.equal([]);
    expect(killed.endedAt - killed.startedAt, "neither the task's time nor the hook's").to.be.below(400_000);
    expectQuiet(killed);

    const stopped = await play(fleet(3, 600, [{ at_seconds: 5, stop: { instance_ids: [leaving] } }]));
    expect(stopped.violations).to.deep.equal([]);
    expect(stopped.terminations.map((each) => each.result)).to.deep.equal(["CONTINUE"]);
    expectQuiet(stopped);

    const unknown = { queue: "lifecycle", group: "fleet", hook: "drain", instance_id: "i-0fedcba9876543210" };
    const absent = await play(fleet(3, 20, [{ at_seconds: 5, send_lifecycle_message: unknown }]));
    expect(linesOf(absent, "termination dropped", unknown.instance_id)).to.have.lengthOf(1);
    expect(calls(absent, "autoscaling:CompleteLifecycleAction")).to.equal(0);
    expectQuiet(absent);
  });

  // One invocation watched one instance, asleep: at Lambda's limit of 15 minutes it was killed, and its retry completed the
  // action while the tasks ran on.
  it("longer than the function's timeout", async () => {
    const outcome = await play(fleet(3, 1_200, [begin]));
    expectDrained(outcome, { count: 1, withinSeconds: 35 });
    expectCompletedOnceAfterTheTasks(outcome);
    for (const { startedAt, endedAt, outcome: end } of outcome.invocations) {
      expect(end).to.equal("succeeded");
      expect(endedAt - startedAt).to.be.below(90_000);
    }
  });

  // The message was deleted as soon as it was received; a process killed after that left the instance to its hook's timeout.
  it("message deleted before it was handled", async () => {
    const scenario = fleet(3, 20, [begin]);
    const whole = await play(scenario);
    const made = whole.simulation.calls.filter((each) => each.caller === "deregister");
    const received = made.findIndex(
      (each) => each.action === "sqs:ReceiveMessage" && each.at > whole.startedAt + 5_000,
    );
    const sent = made.findIndex((each) => each.action === "sqs:SendMessageBatch");
    // The test notification of the new hook is deleted in the same run.
    const deleted = made.findLastIndex((each) => each.action === "sqs:DeleteMessageBatch");
    expect(received).to.be.at.least(0);
    expect(sent, "passed on first").to.be.above(received);
    expect(deleted, "then deleted").to.be.above(sent);
    // Each of these calls is the last that the run makes: it is killed, and the message must come back.
    for (let atCall = received + 1; atCall <= deleted + 1; atCall++) {
      const outcome = await play(scenario, { crash: { name: "deregister", atCall } });
      expect(outcome.violations, `killed after call ${atCall}`).to.deep.equal([]);
      expect(outcome.terminations[0]?.result, `killed after call ${atCall}`).to.equal("CONTINUE");
      const { completedAt, askedAt } = outcome.terminations[0] as { completedAt: number; askedAt: number };
      expect(completedAt - askedAt, "not the hook's timeout").to.be.below(300_000);
    }
  });

  // Ten workers took ten messages: the eleventh instance waited, without a heartbeat, until one of the first was done.
  it("ten at a time", async () => {
    const twenty = instanceIds(20);
    const outcome = await play({
      ...fleet(40, 120, [{ at_seconds: 5, terminate: { instance_ids: twenty } }]),
      queues: QUEUES,
    });
    expectDrained(outcome, { count: 20 });
    const began = outcome.simulation.world.story.lines.flatMap((line) =>
      line.kind === "container-instance" && line.status === "DRAINING" ? [line.at] : [],
    );
    expect(began).to.have.lengthOf(20);
    expect(Math.max(...began) - Math.min(...began), "all in one run").to.be.below(10_000);
    const ends = outcome.terminations.map((each) => each.completedAt as number);
    expect(Math.max(...ends) - Math.min(...ends), "and end together").to.be.below(20_000);
    expectQuiet(outcome);
  });
});
