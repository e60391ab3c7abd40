import * as logs from "@aws-sdk/client-cloudwatch-logs";
import { AwsError } from "../../wire/errors.ts";
import { byName, type Call, errorSchemas, operation, type Service } from "../../wire/operation.ts";
import { page } from "../../wire/paging.ts";
import { matcherOf } from "./filter-pattern.ts";
import type { LogGroups } from "./log-groups.ts";

/** How many lines a page of FilterLogEvents has at the most. */
const EVENTS = 10_000;

/** The simulated CloudWatch Logs: what functions have written, and what of it a pattern matches. */
export function logsService({ logGroups }: { readonly logGroups: LogGroups }): Service {
  const filter = (input: logs.FilterLogEventsRequest, { paging }: Call): logs.FilterLogEventsResponse => {
    const { logGroupName = "", filterPattern = "", logStreamNames, nextToken: token, limit: size } = input;
    const events = logGroups.of(logGroupName);
    if (!events)
      throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.", 400);
    const isMatch = matcherOf(filterPattern);
    const { startTime = 0, endTime = Number.POSITIVE_INFINITY } = input;
    const found = events.filter(
      ({ at, stream, message }) =>
        startTime <= at && at <= endTime && logStreamNames?.includes(stream) !== false && isMatch(message),
    );
    const request = { size, most: EVENTS, token, invalidCode: "InvalidParameterException" };
    const { items, next } = page(found, request, paging);
    return {
      events: items.map(({ id, stream, at, message }) => ({
        logStreamName: stream,
        timestamp: at,
        message,
        ingestionTime: at,
        eventId: id,
      })),
      searchedLogStreams: [],
      ...(next === undefined ? {} : { nextToken: next }),
    };
  };

  const parameters = ["logGroupName", "logStreamNames[]", "startTime", "endTime", "filterPattern"];
  return {
    name: "logs",
    protocol: { kind: "json", version: "1.1", target: "Logs_20140328", queryCompatible: false },
    errors: errorSchemas(logs),
    invalidParameterCode: "InvalidParameterException",
    operations: byName([operation(logs.FilterLogEvents$, [...parameters, "nextToken", "limit"], filter)]),
  };
}
