import { type EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { type BatchResult, forEachOf, pieces } from "../base/batches.ts";
import { AwsCallError } from "../base/errors.ts";
import { type DrainEvent, EVENT_SOURCE } from "../model/drain-event.ts";
import { call } from "./call.ts";

/** What the functions need of EventBridge. */
export type EventBusPort = {
  /** Puts events on a bus, which is given by its name or ARN, ten a call. Those that could not be put are in `failed`. */
  put: (bus: string, events: readonly DrainEvent[]) => Promise<BatchResult<DrainEvent>>;
};

/** EventBridge's limit of a call: its entries. It takes 256 KB in all, which ten events never have: their texts are cut short. */
const ENTRIES_A_CALL = 10;

/** EventBridge through the SDK. */
export function eventBusPort(client: EventBridgeClient): EventBusPort {
  async function putTen(bus: string, events: readonly DrainEvent[]): Promise<BatchResult<DrainEvent>> {
    const Entries = events.map(({ type, at, detail }) => ({
      EventBusName: bus,
      Source: EVENT_SOURCE,
      DetailType: type,
      Time: new Date(at),
      Detail: JSON.stringify(detail),
    }));
    try {
      const answer = await call("events:PutEvents", () => client.send(new PutEventsCommand({ Entries })));
      // An entry's answer has its place. One that has no id was not put.
      const told = events.map((item, i) => ({ item, answer: answer.Entries?.[i] }));
      return {
        done: told.flatMap(({ item, answer: entry }) => (entry?.EventId ? [item] : [])),
        failed: told.flatMap(({ item, answer: entry }) =>
          entry?.EventId ? [] : [{ item, reason: `${entry?.ErrorCode}: ${entry?.ErrorMessage}` }],
        ),
      };
    } catch (error) {
      if (!(error instanceof AwsCallError)) throw error;
      return { done: [], failed: events.map((item) => ({ item, reason: error.message, cause: error })) };
    }
  }

  return {
    async put(bus, events) {
      const results = await forEachOf(pieces(events, ENTRIES_A_CALL), (those) => putTen(bus, those));
      return {
        done: results.flatMap(({ done }) => done),
        failed: results.flatMap(({ failed }) => failed),
      };
    },
  };
}
