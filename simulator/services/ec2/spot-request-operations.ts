import * as ec2 from "@aws-sdk/client-ec2";
import { AwsError, NotSimulated } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import type { Instance, Instances } from "./instances.ts";
import { PAGE, pageOf } from "./pages.ts";
import { type SpotRequest, type SpotStatus, spotStateOf } from "./spot-requests.ts";

/** "Spot Instance requests are deleted four hours after they are canceled and their instances are terminated." */
const SHOWN_MS = 4 * 3_600_000;

/** A request as a read shows it, which may lag. */
type Seen = { readonly instance: Instance; readonly request: SpotRequest; readonly status: SpotStatus };

/** The operation that shows the requests of Spot Instances. */
export function spotRequestOperations({ instances }: { readonly instances: Instances }): Operation[] {
  const describe = (input: ec2.DescribeSpotInstanceRequestsRequest, call: Call) => {
    const { SpotInstanceRequestIds: ids = [], Filters: filters = [], MaxResults: size } = input;
    if (size !== undefined && (size < PAGE.least || size > PAGE.most))
      throw new AwsError(
        "InvalidParameterValue",
        `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value between ${PAGE.least} and ${PAGE.most}.`,
        400,
      );
    const all = seenIn(instances, call.asOf);
    const missing = ids.find((id) => !all.some(({ request }) => request.id === id));
    if (missing !== undefined)
      throw new AwsError(
        "InvalidSpotInstanceRequestID.NotFound",
        `The spot instance request ID '${missing}' does not exist`,
        400,
      );
    const found = all.filter(
      (each) =>
        (ids.length === 0 || ids.includes(each.request.id)) &&
        filters.every((filter) => passes(filter, each)),
    );
    const { items, next } = pageOf(found, input, call);
    return { SpotInstanceRequests: items.map((each) => present(each)), NextToken: next };
  };
  const known = [
    "SpotInstanceRequestIds[]",
    "Filters[].Name",
    "Filters[].Values[]",
    "MaxResults",
    "NextToken",
  ];
  return [operation(ec2.DescribeSpotInstanceRequests$, known, describe)];
}

function seenIn({ all }: Instances, moment: number): Seen[] {
  return all.flatMap((instance) => {
    const request = instance.spot;
    const status = request?.status.at(moment);
    if (request === undefined || status === undefined) return [];
    const isDeleted = spotStateOf(status) === "closed" && request.status.since + SHOWN_MS <= moment;
    return isDeleted ? [] : [{ instance, request, status }];
  });
}

function passes(
  { Name: name, Values: values = [] }: ec2.Filter,
  { instance, request, status }: Seen,
): boolean {
  switch (name) {
    case "instance-id":
      return values.includes(instance.id);
    case "spot-instance-request-id":
      return values.includes(request.id);
    case "state":
      return values.includes(spotStateOf(status));
    case "status-code":
      return values.includes(status);
    default:
      throw new NotSimulated(`the filter ${name} of ec2:DescribeSpotInstanceRequests`);
  }
}

function present({ instance, request, status }: Seen): ec2.SpotInstanceRequest {
  return {
    SpotInstanceRequestId: request.id,
    InstanceId: instance.id,
    CreateTime: new Date(request.createdAt),
    LaunchedAvailabilityZone: instance.zone,
    State: spotStateOf(status),
    Status: { Code: status, UpdateTime: new Date(request.status.since) },
    Type: "one-time",
  };
}
