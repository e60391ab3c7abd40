import * as ec2 from "@aws-sdk/client-ec2";
import { ACCOUNT, REGION } from "../../kernel/account.ts";
import { AwsError, NotSimulated } from "../../wire/errors.ts";
import { byName, type Call, errorSchemas, operation, type Service } from "../../wire/operation.ts";
import type { Instance, InstanceState, Instances, ScheduledEvent } from "./instances.ts";
import {
  type InterfacesAt,
  networkInterfaceOperations,
  presentInterface,
} from "./network-interface-operations.ts";
import type { SeenInterface } from "./network-interfaces.ts";
import { PAGE, pageOf } from "./pages.ts";
import { spotRequestOperations } from "./spot-request-operations.ts";

/** EC2 shows terminated instances for about this long. */
const TERMINATED_SHOWN_MS = 3_600_000;
/** From StartInstances to running. */
const START_MS = 30_000;

const CODES: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** An instance as a read shows it, which may lag. */
type Seen = { readonly instance: Instance; readonly state: InstanceState };

/** What a call that describes instances asks for. */
type Asked = Pick<ec2.DescribeInstancesRequest, "InstanceIds" | "MaxResults">;

/** The simulated EC2: instances, their Spot requests and network interfaces, and nothing else. `tasksAt` are the interfaces of ECS's tasks. */
export function ec2Service({ instances }: { readonly instances: Instances }, tasksAt: InterfacesAt): Service {
  const seen = (moment: number): Seen[] =>
    instances.all.flatMap((instance) => {
      const state = instance.state.at(moment);
      const forgotten = state === "terminated" && instance.state.since + TERMINATED_SHOWN_MS <= moment;
      return state === undefined || forgotten ? [] : [{ instance, state }];
    });

  const describeStatus = (input: ec2.DescribeInstanceStatusRequest, call: Call) => {
    const { Filters: filters = [], IncludeAllInstances } = input;
    const chosen = chosenBy(input, call.asOf);
    const found = chosen
      .filter(({ state }) => IncludeAllInstances === true || state === "running")
      .map((each) => ({ ...each, events: eventsOf(each.instance, call.asOf) }))
      .filter((each) => filters.every((filter) => passesStatus(filter, each)));
    const { items, next } = pageOf(found, input, call);
    return { InstanceStatuses: items.map(presentStatus), NextToken: next };
  };

  // The instances that a call names. Throws if one does not exist.
  const named = (ids: readonly string[], moment: number): Seen[] => {
    const malformed = ids.find((id) => !/^i-[0-9a-f]+$/.test(id));
    if (malformed !== undefined)
      throw new AwsError("InvalidInstanceID.Malformed", `Invalid id: "${malformed}"`, 400);
    const all = new Map(seen(moment).map((each) => [each.instance.id, each]));
    const missing = ids.filter((id) => !all.has(id));
    if (missing.length > 0) {
      const subject = missing.length === 1 ? `ID '${missing[0]}' does` : `IDs '${missing.join(", ")}' do`;
      throw new AwsError("InvalidInstanceID.NotFound", `The instance ${subject} not exist`, 400);
    }
    return [...new Set(ids)].map((id) => all.get(id) as Seen);
  };

  // The instances that a call asks for, before its filters. Throws if one does not exist, or if the call asks for pages of them.
  const chosenBy = ({ InstanceIds: ids = [], MaxResults: size }: Asked, moment: number): Seen[] => {
    if (ids.length > 0 && size !== undefined) {
      throw new AwsError(
        "InvalidParameterCombination",
        "The parameter instancesSet cannot be used with the parameter maxResults",
        400,
      );
    }
    if (size !== undefined && size < PAGE.least) throw tooFew(size);
    return ids.length > 0 ? named(ids, moment) : seen(moment);
  };

  const describe = (input: ec2.DescribeInstancesRequest, call: Call) => {
    const { Filters: filters = [] } = input;
    const chosen = chosenBy(input, call.asOf);
    const found = chosen.filter((each) => filters.every((filter) => passes(filter, each)));
    const { items, next } = pageOf(found, input, call);
    const attached = interfacesAt(call.asOf);
    const of = ({ instance }: Seen) => attached.filter((each) => each.attachment?.instanceId === instance.id);
    return { Reservations: items.map((each) => presentReservation(each, of(each))), NextToken: next };
  };

  // Runs one of the three operations that change instances, and returns how each has changed.
  const change = (ids: readonly string[] | undefined, now: number, act: (each: Seen) => void) => {
    const chosen = named(ids as readonly string[], now);
    for (const each of chosen) act(each);
    return chosen.map(({ instance, state }) => ({
      InstanceId: instance.id,
      CurrentState: presentState(instance.state.latest),
      PreviousState: presentState(state),
    }));
  };

  const terminate = (input: ec2.TerminateInstancesRequest, call: Call) => ({
    TerminatingInstances: change(input.InstanceIds, call.now, ({ instance }) =>
      instances.terminate(instance.id, call.caller),
    ),
  });

  const stop = (input: ec2.StopInstancesRequest, call: Call) => ({
    StoppingInstances: change(input.InstanceIds, call.now, ({ instance, state }) => {
      if (state === "shutting-down" || state === "terminated") throw wrongState(instance.id, "stopped");
      instances.stop(instance.id, call.caller);
    }),
  });

  const start = (input: ec2.StartInstancesRequest, call: Call) => ({
    StartingInstances: change(input.InstanceIds, call.now, ({ instance, state }) => {
      if (state !== "stopped" && state !== "running" && state !== "pending")
        throw wrongState(instance.id, "started");
      instances.start(instance.id, START_MS);
    }),
  });

  const interfacesAt: InterfacesAt = (moment) => [...instances.network.at(moment), ...tasksAt(moment)];

  const described = ["InstanceIds[]", "Filters[].Name", "Filters[].Values[]", "MaxResults", "NextToken"];
  return {
    name: "ec2",
    protocol: {
      kind: "ec2",
      version: "2016-11-15",
      namespace: "http://ec2.amazonaws.com/doc/2016-11-15",
    },
    errors: errorSchemas(ec2),
    invalidParameterCode: "InvalidParameterValue",
    missingParameterCode: "MissingParameter",
    operations: byName([
      operation(ec2.DescribeInstances$, described, describe),
      operation(ec2.DescribeRegions$, [], describeRegions),
      operation(ec2.DescribeInstanceStatus$, [...described, "IncludeAllInstances"], describeStatus),
      operation(ec2.TerminateInstances$, ["InstanceIds[]"], terminate),
      operation(ec2.StopInstances$, ["InstanceIds[]"], stop),
      operation(ec2.StartInstances$, ["InstanceIds[]"], start),
      ...networkInterfaceOperations(interfacesAt),
      ...spotRequestOperations({ instances }),
    ]),
  };
}

// There is one Region, in which all is.
function describeRegions(): ec2.DescribeRegionsResult {
  const Endpoint = `ec2.${REGION}.amazonaws.com`;
  return { Regions: [{ RegionName: REGION, Endpoint, OptInStatus: "opt-in-not-required" }] };
}

/** EC2 shows a change for a week after it is over. */
const OVER_SHOWN_MS = 604_800_000;

type SeenStatus = Seen & { readonly events: readonly ScheduledEvent[] };

function eventsOf({ scheduled }: Instance, moment: number): ScheduledEvent[] {
  return scheduled.filter(
    ({ scheduledAt, over }) => scheduledAt <= moment && (!over || over.at + OVER_SHOWN_MS > moment),
  );
}

function passesStatus(filter: ec2.Filter, { events, ...seen }: SeenStatus): boolean {
  if (filter.Name !== "event.code") return passes(filter, seen);
  return events.some(({ code }) => filter.Values?.includes(code));
}

function presentStatus({ instance, state, events }: SeenStatus): ec2.InstanceStatus {
  return {
    InstanceId: instance.id,
    AvailabilityZone: instance.zone,
    InstanceState: presentState(state),
    Events: events.map(({ id, code, notBefore, notAfter, over }) => ({
      InstanceEventId: id,
      Code: code,
      Description: `${over ? `[${over.how}] ` : ""}${DESCRIPTIONS[code]}`,
      NotBefore: new Date(notBefore),
      NotAfter: new Date(notAfter),
    })),
  };
}

const DESCRIPTIONS: Readonly<Record<ScheduledEvent["code"], string>> = {
  "instance-reboot": "The instance is scheduled for a reboot",
  "instance-retirement": "The instance is running on degraded hardware",
  "instance-stop": "The instance is running on degraded hardware",
  "system-maintenance": "The instance is scheduled for a maintenance of its host",
  "system-reboot": "The host of the instance is scheduled for a reboot",
};

function passes({ Name: name, Values: values = [] }: ec2.Filter, { instance, state }: Seen): boolean {
  switch (name) {
    case "instance-id":
      return values.includes(instance.id);
    case "instance-state-name":
      return values.includes(state);
    default:
      throw new NotSimulated(`the filter ${name} of ec2:DescribeInstances`);
  }
}

// Each instance has its own reservation, because Auto Scaling launches them one by one.
function presentReservation({ instance, state }: Seen, attached: readonly SeenInterface[]): ec2.Reservation {
  const { id, launchedAt, privateIp, spot, tags, vpcId, zone } = instance;
  const gone = state === "shutting-down" || state === "terminated";
  return {
    ReservationId: `r-${id.slice(2)}`,
    OwnerId: ACCOUNT,
    Groups: [],
    Instances: [
      {
        InstanceId: id,
        State: presentState(state),
        LaunchTime: new Date(launchedAt),
        Placement: { AvailabilityZone: zone },
        ...(spot ? { InstanceLifecycle: "spot" as const, SpotInstanceRequestId: spot.id } : {}),
        Tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
        ...(gone ? {} : { PrivateIpAddress: privateIp, VpcId: vpcId }),
        NetworkInterfaces: gone ? [] : attached.map(presentInterface),
      },
    ],
  };
}

function presentState(state: InstanceState): ec2.InstanceState {
  return { Code: CODES[state], Name: state };
}

function wrongState(id: string, participle: string): AwsError {
  return new AwsError(
    "IncorrectInstanceState",
    `The instance '${id}' is not in a state from which it can be ${participle}.`,
    400,
  );
}

function tooFew(size: number): AwsError {
  return new AwsError(
    "InvalidParameterValue",
    `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value greater than 5.`,
    400,
  );
}
