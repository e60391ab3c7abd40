import { type CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { call, unless } from "../../shared/aws/call.ts";
import type { AwsCallError } from "../../shared/base/errors.ts";
import { parseJson } from "../../shared/base/json.ts";

/** A log line of a function. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly time: string; readonly message: string };

/** Which lines of a log group to read: those that a filter pattern matches, since a time in milliseconds since 1970. */
type LogQuery = { readonly group: string; readonly pattern: string; readonly since: number };

/** What commands read of CloudWatch Logs. */
export type LogsPort = {
  /** The lines, the oldest first. Undefined where there is no such log group. Throws an AwsCallError. */
  readonly lines: (query: LogQuery) => Promise<LogLine[] | undefined>;
};

/** So many pages of an answer are read: CloudWatch Logs may answer with an empty page and more to come. */
const PAGES = 5;

/** CloudWatch Logs through the SDK. */
export function logsPort(client: CloudWatchLogsClient): LogsPort {
  return {
    async lines({ group, pattern, since }) {
      const lines: LogLine[] = [];
      let nextToken: string | undefined;
      for (let page = 0; page < PAGES; page++) {
        const answer = await unless(isNoGroup, () =>
          call("logs:FilterLogEvents", () =>
            client.send(
              new FilterLogEventsCommand({
                logGroupName: group,
                filterPattern: pattern,
                startTime: Math.floor(since),
                nextToken,
              }),
            ),
          ),
        );
        if (!answer) return undefined;
        lines.push(...(answer.events ?? []).flatMap(({ message = "" }) => lineIn(message) ?? []));
        nextToken = answer.nextToken;
        if (nextToken === undefined) break;
      }
      return lines.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    },
  };
}

function isNoGroup({ cause }: AwsCallError): boolean {
  return cause instanceof Error && cause.name === "ResourceNotFoundException";
}

function lineIn(message: string): LogLine | undefined {
  const line = parseJson(message) as Partial<LogLine> | undefined;
  return typeof line?.time === "string" && typeof line.message === "string" ? (line as LogLine) : undefined;
}
