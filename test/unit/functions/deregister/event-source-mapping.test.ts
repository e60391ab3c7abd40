// Protects what an event source mapping brings to deregister: it takes the records, but none by an input that is wrong.
import { expect } from "chai";
import { deregister } from "../../../../functions/deregister/deregister.ts";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import type { Ports } from "../../../../shared/run/ports.ts";
import { untouchablePorts } from "../../shared/fake-ports.ts";
import { thrownBy } from "../../thrown.ts";
import { eventOf } from "../sqs-event.ts";

const INPUT = { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor" };
const TEST_NOTIFICATION = JSON.stringify({
  Event: "autoscaling:TEST_NOTIFICATION",
  AutoScalingGroupName: "g",
});
const denied = new AwsCallError("sqs:SendMessage", "denied", new Error("no"));

describe("deregister, invoked by an event source mapping", () => {
  const wrong: [why: string, variable: string | undefined, queue: string, reason: string][] = [
    [
      "there is no INPUT",
      undefined,
      "lifecycle",
      "(the whole): expected an object with the function's input, found nothing",
    ],
    [
      "INPUT is empty",
      "",
      "lifecycle",
      "(the whole): expected an object with the function's input, found nothing",
    ],
    [
      "INPUT is no JSON",
      "{lifecycle",
      "lifecycle",
      '(the whole): expected an object with the function\'s input, found "{lifecycle"',
    ],
    [
      "INPUT has a wrong key",
      JSON.stringify({ ...INPUT, elb_nam: "web" }),
      "lifecycle",
      "elb_nam: unknown key; did you mean elb_name?",
    ],
    [
      "the records are of another queue",
      JSON.stringify(INPUT),
      "other-lifecycle",
      'lifecycle_queue_name: expected the queue of the records, other-lifecycle, found "lifecycle"',
    ],
  ];
  for (const [why, variable, queue, reason] of wrong) {
    it(`${why}: one error that names the variable, which gives all back, and nothing is touched`, async () => {
      const { ports, invocation, lines } = untouchablePorts();
      const run = deregister(
        eventOf(["{}", TEST_NOTIFICATION], queue),
        { ...ports, inputVariable: variable },
        invocation,
      );
      expect(await thrownBy(() => run)).to.equal(
        `InputError: deregister: the environment's variable INPUT is wrong: ${reason}`,
      );
      expect(lines.at(-1)).to.deep.equal(["error", "input refused", { variable: "INPUT", reason }]);
    });
  }

  /** Ports with a lifecycle queue that has a dead-letter queue or none, or whose dead letters cannot be sent. */
  function queuePorts(deadLetters: string | undefined | AwsCallError) {
    const { ports, invocation } = untouchablePorts();
    const done: string[] = [];
    const queues: Ports["queues"] = {
      ...ports.queues,
      send: async (_, all) => ({ done: all, failed: [] }),
      deadLetterQueue: async () => (deadLetters instanceof AwsCallError ? "dead" : deadLetters),
      sendWithReason: async (queue, body) => {
        if (deadLetters instanceof AwsCallError) throw deadLetters;
        done.push(`${body} to ${queue}`);
      },
      delete: async (_, receipts) => {
        done.push(`deleted ${receipts.join(" ")}`);
        return { done: receipts, failed: [] };
      },
    };
    return { done, invocation, ports: { ...ports, inputVariable: JSON.stringify(INPUT), queues } };
  }

  it("gives back none of what is done with: Lambda deletes it", async () => {
    const { ports, invocation, done } = queuePorts("dead");
    const answer = await deregister(eventOf([TEST_NOTIFICATION, TEST_NOTIFICATION]), ports, invocation);
    expect(answer).to.deep.equal({ batchItemFailures: [] });
    expect(done).to.deep.equal([]);
  });

  it("sets aside what cannot be read, and gives back none of it", async () => {
    const { ports, invocation, done } = queuePorts("dead");
    const answer = await deregister(eventOf([TEST_NOTIFICATION, "{}"]), ports, invocation);
    expect(answer).to.deep.equal({ batchItemFailures: [] });
    expect(done).to.deep.equal(["{} to dead", "deleted r1"]);
  });

  it("gives back what cannot be read where there is no dead-letter queue, and no other", async () => {
    const { ports, invocation, done } = queuePorts(undefined);
    const answer = await deregister(eventOf([TEST_NOTIFICATION, "{}"]), ports, invocation);
    expect(answer).to.deep.equal({ batchItemFailures: [{ itemIdentifier: "m1" }] });
    expect(done).to.deep.equal([]);
  });

  it("deletes what it is done with before it fails, because its error gives all back that is still there", async () => {
    const { ports, invocation, done } = queuePorts(denied);
    const run = deregister(eventOf([TEST_NOTIFICATION, "{}", TEST_NOTIFICATION]), ports, invocation);
    expect(await thrownBy(() => run)).to.equal("RunFailed: 1 failure: sqs:SendMessage denied");
    expect(done).to.deep.equal(["deleted r0 r2"]);
  });
});

describe("deregister, invoked by its schedule", () => {
  async function waitsOf(inputVariable: string | undefined): Promise<number[]> {
    const { ports: untouchable, invocation } = untouchablePorts();
    const waits: number[] = [];
    const bodies = ["not JSON"];
    const ports: Ports = {
      ...untouchable,
      inputVariable,
      queues: {
        ...untouchable.queues,
        receive: async (_, waitSeconds) => {
          waits.push(waitSeconds);
          return bodies.splice(0).map((body) => ({ id: "m", receipt: "r", body, sentAt: 0 }));
        },
        deadLetterQueue: async () => undefined,
      },
    };
    await thrownBy(() => deregister(INPUT, ports, invocation));
    return waits;
  }

  it("waits a second for each receive, so that SQS asks all its servers", async () => {
    expect(await waitsOf(undefined)).to.deep.equal([1, 1]);
    expect(await waitsOf("")).to.deep.equal([1, 1]);
  });

  it("beside a mapping does not wait for more messages than there are: that brings those that come", async () => {
    expect(await waitsOf(JSON.stringify(INPUT))).to.deep.equal([1, 0]);
  });
});
