// Protects that each event is either put or known to be lost: EventBridge answers for each entry by its place.
import type { EventBridgeClient, PutEventsCommandInput } from "@aws-sdk/client-eventbridge";
import { expect } from "chai";
import { eventBusPort } from "../../../../shared/aws/event-bus.ts";
import type { DrainEvent } from "../../../../shared/model/drain-event.ts";
import { sdkError, stubClient } from "./client.ts";

const event = (n: number): DrainEvent => ({
  type: "drain started",
  at: n * 1_000,
  detail: { instance_id: `i-${n}` },
});
const events = (count: number) => Array.from({ length: count }, (_, n) => event(n));
const port = (answer: (input: PutEventsCommandInput) => object) => {
  const { client, sent } = stubClient<EventBridgeClient>((_, input) =>
    answer(input as unknown as PutEventsCommandInput),
  );
  return { bus: eventBusPort(client), sent };
};
const allPut = ({ Entries = [] }: PutEventsCommandInput) => ({
  FailedEntryCount: 0,
  Entries: Entries.map((_, i) => ({ EventId: String(i) })),
});

describe("events on a bus", () => {
  it("go ten a call, each with its source, its time and its bus", async () => {
    const { bus, sent } = port(allPut);
    const { done, failed } = await bus.put("drains", events(21));
    expect([done.length, failed.length]).to.deep.equal([21, 0]);
    const inputs = sent().map(([, input]) => input as unknown as PutEventsCommandInput);
    expect(inputs.map(({ Entries }) => Entries?.length)).to.have.members([10, 10, 1]);
    expect(inputs[0]?.Entries?.[1]).to.deep.equal({
      EventBusName: "drains",
      Source: "asg-drain",
      DetailType: "drain started",
      Time: new Date(1_000),
      Detail: '{"instance_id":"i-1"}',
    });
  });

  it("an entry that is refused fails alone, with EventBridge's reason", async () => {
    const { bus } = port(() => ({
      FailedEntryCount: 1,
      Entries: [{ EventId: "1" }, { ErrorCode: "InternalFailure", ErrorMessage: "try again" }],
    }));
    const { done, failed } = await bus.put("default", events(2));
    expect(done).to.deep.equal([event(0)]);
    expect(failed).to.deep.equal([{ item: event(1), reason: "InternalFailure: try again" }]);
  });

  it("an answer that does not name an entry, or any, does not count as put", async () => {
    for (const odd of [{}, { Entries: [] }, { FailedEntryCount: 0, Entries: [{}] }])
      expect(
        (await port(() => odd).bus.put("default", events(1))).failed,
        JSON.stringify(odd),
      ).to.have.lengthOf(1);
  });

  it("a call that fails fails its own events alone", async () => {
    const { bus } = port((input) =>
      input.Entries?.length === 10 ? allPut(input) : sdkError("ThrottlingException", "slower", 400),
    );
    const { done, failed } = await bus.put("default", events(12));
    expect([done.length, failed.length]).to.deep.equal([10, 2]);
    expect(failed[0]?.cause).to.include({ kind: "throttled" });
  });
});
