import * as autoscaling from "@aws-sdk/client-auto-scaling";
import { ZONES } from "../../kernel/account.ts";
import { AwsError } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import { type Activity, hasEnded } from "./activities.ts";
import type { AutoScalingWorld } from "./groups.ts";
import { pageOf } from "./pages.ts";

/** AWS shows the activities of the last six weeks. */
const SHOWN_MS = 42 * 86_400_000;
/** How many ids a call takes, and how many activities a page has. */
const IDS = 50;
const PAGE = 100;
const FILTERS: readonly string[] = ["StartTimeLowerBound", "StartTimeUpperBound", "Status"];

type Input = autoscaling.DescribeScalingActivitiesType;

/** The operation that shows what groups do to their instances, and have done. */
export function activityOperations(world: AutoScalingWorld): Operation[] {
  const { groups } = world;

  const describe = (input: Input, call: Call) => {
    check(input);
    const { AutoScalingGroupName: name, ActivityIds: ids, Filters: filters = [] } = input;
    if (name !== undefined && input.IncludeDeletedGroups !== true) groups.byName(name);
    const found = groups.activities.all
      .filter(({ startedAt }) => startedAt <= call.asOf && startedAt > call.asOf - SHOWN_MS)
      .filter(({ group }) => input.IncludeDeletedGroups === true || groups.find(group.name) === group)
      .filter(({ group }) => name === undefined || group.name === name)
      .filter(({ id }) => !ids?.length || ids.includes(id))
      .filter((each) => filters.every((filter) => passes(filter, each, call.asOf)));
    const { items, next } = pageOf(inOrder(found, call.asOf), { most: PAGE, byDefault: PAGE }, input, call);
    return { Activities: items.map((each) => presentActivity(world, each, call.asOf)), NextToken: next };
  };

  return [
    operation(
      autoscaling.DescribeScalingActivities$,
      [
        "ActivityIds[]",
        "AutoScalingGroupName",
        "IncludeDeletedGroups",
        "Filters[].Name",
        "Filters[].Values[]",
        "MaxRecords",
        "NextToken",
      ],
      describe,
    ),
  ];
}

/** An activity as it was at a moment. */
export function presentActivity(
  { groups, instances }: AutoScalingWorld,
  { id, group, instanceId, description, inResponseTo, startedAt, status: history }: Activity,
  moment: number,
): autoscaling.Activity {
  const status = history.at(moment);
  const isOver = hasEnded(status);
  const at = new Date(startedAt).toISOString().replace(/\.\d+/, "");
  const zone = instances.get(instanceId)?.zone ?? ZONES[0];
  return {
    ActivityId: id,
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    ...(groups.find(group.name) === group ? {} : { AutoScalingGroupState: "Deleted" }),
    Description: description,
    Cause: `At ${at} an instance was ${verbOf(description)} in response to ${inResponseTo}.`,
    StartTime: new Date(startedAt),
    ...(isOver ? { EndTime: new Date(history.since) } : {}),
    StatusCode: status,
    Progress: isOver ? 100 : status === "PreInService" ? 30 : 50,
    Details: JSON.stringify({ "Availability Zone": zone }),
  };
}

function verbOf(description: string): string {
  if (description.startsWith("Launching")) return "started";
  return description.startsWith("Terminating") ? "taken out of service" : "changed";
}

// "Activities are sorted by start time. Activities still in progress are described first." (API reference; the newest first)
function inOrder(activities: readonly Activity[], moment: number): Activity[] {
  const isOver = ({ status }: Activity) => Number(hasEnded(status.at(moment)));
  return [...activities].sort((a, b) => isOver(a) - isOver(b) || b.startedAt - a.startedAt);
}

function passes({ Name, Values = [] }: autoscaling.Filter, activity: Activity, moment: number): boolean {
  if (Name === "Status") return Values.includes(activity.status.at(moment) ?? "");
  const bounds = Values.map((each) => Date.parse(each));
  return bounds.some((bound) =>
    Name === "StartTimeLowerBound" ? activity.startedAt >= bound : activity.startedAt <= bound,
  );
}

function check({ ActivityIds: ids = [], Filters: filters = [], AutoScalingGroupName: name }: Input): void {
  if (ids.length > IDS)
    throw invalid(
      `1 validation error detected: Value at 'activityIds' failed to satisfy constraint: Member must have length less than or equal to ${IDS}`,
    );
  for (const { Name: filter = "" } of filters) {
    if (!FILTERS.includes(filter))
      throw invalid(`Filter type ${filter} is not correct. Allowed filter types are: ${FILTERS.join(", ")}`);
    if (filter === "Status" && name === undefined)
      throw invalid("The Status filter can only be used with AutoScalingGroupName.");
  }
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationError", message, 400);
}
