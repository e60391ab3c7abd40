import * as eventBridge from "@aws-sdk/client-eventbridge";
import { objectIn } from "../../kernel/json.ts";
import { AwsError } from "../../wire/errors.ts";
import { byName, type Call, errorSchemas, operation, type Service } from "../../wire/operation.ts";
import type { EventBuses } from "./event-buses.ts";
import type { EventRules } from "./event-rules.ts";
import { ruleOperations } from "./rule-operations.ts";
import type { Schedules } from "./schedules.ts";

/** The limits of a call (Amazon EventBridge User Guide, "Sending events with PutEvents", and its model). */
const ENTRIES = 10;
const BYTES = 262_144;
/** What the time of an entry adds to its size, whatever it is. */
const TIME_BYTES = 14;

type Entry = eventBridge.PutEventsRequestEntry;

/** The simulated EventBridge: events are put on buses, and nothing is done with them. Rules are read. */
export function eventBridgeService(world: {
  readonly eventBuses: EventBuses;
  readonly eventRules: EventRules;
  readonly schedules: Schedules;
}): Service {
  const { eventBuses } = world;
  const put = ({ Entries = [] }: eventBridge.PutEventsRequest, { now }: Call) => {
    if (Entries.length < 1 || Entries.length > ENTRIES) {
      const least = Entries.length < 1;
      throw invalid(
        `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${least ? "greater than or equal to 1" : `less than or equal to ${ENTRIES}`}`,
      );
    }
    if (Entries.reduce((sum, each) => sum + bytesOf(each), 0) > BYTES)
      throw invalid("Total size of the entries in the request is over the limit.");
    const told = Entries.map((entry): eventBridge.PutEventsResultEntry => {
      const wrong = wrongIn(entry);
      if (wrong) return wrong;
      const { Source = "", DetailType = "", Detail = "", Time, EventBusName = "default" } = entry;
      return {
        EventId: eventBuses.put({
          bus: EventBusName,
          source: Source,
          detailType: DetailType,
          detail: Detail,
          at: Time?.getTime() ?? now,
        }),
      };
    });
    return {
      FailedEntryCount: told.filter(({ EventId }) => EventId === undefined).length,
      Entries: told,
    };
  };

  const entry = ["Source", "DetailType", "Detail", "Time", "EventBusName"].map((key) => `Entries[].${key}`);
  return {
    name: "events",
    protocol: { kind: "json", version: "1.1", target: "AWSEvents", queryCompatible: false },
    errors: errorSchemas(eventBridge),
    invalidParameterCode: "ValidationException",
    operations: byName([operation(eventBridge.PutEvents$, entry, put), ...ruleOperations(world)]),
  };
}

// An entry that is wrong fails alone. AWS's own sources are AWS's.
function wrongIn({ Source, DetailType, Detail }: Entry): eventBridge.PutEventsResultEntry | undefined {
  const missing = Object.entries({ Source, DetailType, Detail }).find(([, value]) => !value)?.[0];
  if (missing !== undefined) {
    return {
      ErrorCode: "InvalidArgument",
      ErrorMessage: `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`,
    };
  }
  if (Source?.startsWith("aws."))
    return {
      ErrorCode: "NotAuthorizedForSourceException",
      ErrorMessage: "Not authorized for the source.",
    };
  return objectIn(Detail ?? "")
    ? undefined
    : { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
}

function bytesOf({ Source = "", DetailType = "", Detail = "", Time }: Entry): number {
  const texts = [Source, DetailType, Detail].map((each) => Buffer.byteLength(each));
  return texts.reduce((sum, each) => sum + each, Time === undefined ? 0 : TIME_BYTES);
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message, 400);
}
