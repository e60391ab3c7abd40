// Protects that a bus that refuses events is asked once more, and that no run fails for one.
import { expect } from "chai";
import { putEvents } from "../../../../shared/act/put-events.ts";
import type { EventBusPort } from "../../../../shared/aws/event-bus.ts";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import type { DrainEvent } from "../../../../shared/model/drain-event.ts";
import { Run } from "../../../../shared/run/run.ts";
import { untouchablePorts } from "../fake-ports.ts";

const event = (instance_id: string): DrainEvent => ({
  type: "drain started",
  at: 0,
  detail: { instance_id },
});
const [first, second] = [event("i-1"), event("i-2")] as const;

/** A run with two events, whose bus answers so, call by call. */
function runWith(...answers: Awaited<ReturnType<EventBusPort["put"]>>[]) {
  const { ports, lines } = untouchablePorts();
  const asked: (readonly DrainEvent[])[] = [];
  const eventBus: EventBusPort = {
    put: async (_, events) => {
      asked.push(events);
      return answers[asked.length - 1] ?? { done: events, failed: [] };
    },
  };
  const run = new Run({ ...ports, eventBus }, Number.POSITIVE_INFINITY);
  run.events.push(first, second);
  return { run, lines, asked };
}
const metricsOf = (run: Run) => run.metrics.linesOf("asg-drain", 0).join();

describe("putting events", () => {
  it("without a bus or an event, nothing is called", async () => {
    const { run, asked } = runWith();
    await putEvents(run, undefined);
    run.events.length = 0;
    await putEvents(run, "default");
    expect(asked).to.deep.equal([]);
  });

  it("what is refused is put once more, alone", async () => {
    const { run, lines, asked } = runWith({ done: [first], failed: [{ item: second, reason: "busy" }] });
    await putEvents(run, "default");
    expect(asked).to.deep.equal([[first, second], [second]]);
    expect(lines).to.deep.equal([]);
    expect(metricsOf(run)).to.equal("");
  });

  it("what is refused twice is lost, with a warning and a failed call, and the run does not fail", async () => {
    const refused = { done: [], failed: [{ item: second, reason: "busy" }] };
    const { run, lines } = runWith(refused, refused);
    await putEvents(run, "default");
    expect(lines).to.deep.equal([
      ["warn", "events not put", { event_bus: "default", events: 1, reason: "busy" }],
    ]);
    expect(metricsOf(run)).to.include('"CallsFailed":1');
    expect(run.hasFailures).to.equal(false);
  });

  it("a call that failed is not made again: the SDK has repeated it", async () => {
    const cause = new AwsCallError("events:PutEvents", "denied", new Error("not authorized"), true);
    const failed = [first, second].map((item) => ({ item, reason: cause.message, cause }));
    const { run, lines, asked } = runWith({ done: [], failed });
    await putEvents(run, "default");
    expect(asked).to.have.lengthOf(1);
    expect(lines[0]?.[2]).to.deep.equal({
      event_bus: "default",
      events: 2,
      missing_permission: "events:PutEvents",
      reason: "Error: not authorized",
    });
    expect(metricsOf(run)).to.include('"CallsFailed":1');
  });
});
