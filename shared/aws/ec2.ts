import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeSpotInstanceRequestsCommand,
  type EC2Client,
  EventCode,
  type Instance,
  type InstanceStatus,
  type InstanceStatusEvent,
  type SpotInstanceRequest,
} from "@aws-sdk/client-ec2";
import { pieces } from "../base/batches.ts";
import type { OddAnswer } from "../base/errors.ts";
import { EC2_STATES, type Ec2Instance, type InstanceState } from "../model/instance-state.ts";
import type { NetworkInterface } from "../model/network-interface.ts";
import type { ScheduledEvent } from "../model/notice.ts";
import { allItems, fieldOf, fieldsOf, itemOrOdd, oneOf } from "./answers.ts";
import { call } from "./call.ts";
import { interfacesOf, interfacesWith } from "./network-interfaces.ts";

/** What the drain needs of EC2. Throws an AwsCallError. */
export type Ec2Port = {
  /** The states of instances; one that EC2 does not know is left out. A state may be odd. */
  states: (instanceIds: readonly string[]) => Promise<Map<string, InstanceState | OddAnswer>>;
  /**
   * All changes that EC2 has scheduled for running instances of the account and Region. Those that are completed or canceled
   * are shown for up to a week, and are among them. One may be odd.
   */
  scheduledEvents: () => Promise<(ScheduledEvent | OddAnswer)[]>;
  /** The status codes of instances' Spot requests; an On-Demand Instance has none, and is left out. One may be odd. */
  spotStatuses: (instanceIds: readonly string[]) => Promise<Map<string, string | OddAnswer>>;
  /** Where instances are in the network; one that EC2 does not know, or that has ended, is left out. */
  networks: (instanceIds: readonly string[]) => Promise<Map<string, InstanceNetwork>>;
  /** The network interfaces that are attached to instances. */
  interfacesOf: (instanceIds: readonly string[]) => Promise<NetworkInterface[]>;
  /** The network interfaces that have addresses. One that has an address in a prefix is not found. */
  interfacesWith: (addresses: readonly string[]) => Promise<NetworkInterface[]>;
  /** Instances with the groups that launched them; one that EC2 does not know is left out. One may be odd. */
  instances: (instanceIds: readonly string[]) => Promise<Map<string, Ec2Instance | OddAnswer>>;
};

/** The VPC of an instance, and the addresses of its own network interfaces, with prefixes such as `10.0.4.16/28`. */
export type InstanceNetwork = { readonly vpc: string; readonly addresses: readonly string[] };

/** How many values a filter takes. */
const FILTER_LIMIT = 200;
/** The tag by which Auto Scaling marks an instance that it launches. Nobody else can set a tag that begins with `aws:`. */
const GROUP_TAG = "aws:autoscaling:groupName";

const INSTANCES = "ec2:DescribeInstances";
const STATUSES = "ec2:DescribeInstanceStatus";
const SPOT = "ec2:DescribeSpotInstanceRequests";

/** EC2 through the SDK. */
export function ec2Port(client: EC2Client): Ec2Port {
  return {
    async states(instanceIds) {
      const found = await describe(client, instanceIds);
      return new Map(found.map((each) => [idOf(each), itemOrOdd([each.InstanceId], () => stateOf(each))]));
    },

    async networks(instanceIds) {
      const found = await describe(client, instanceIds);
      return new Map(
        found.flatMap((each): [string, InstanceNetwork][] =>
          each.VpcId === undefined ? [] : [[idOf(each), { vpc: each.VpcId, addresses: addressesOf(each) }]],
        ),
      );
    },

    async instances(instanceIds) {
      const found = await describe(client, instanceIds);
      const read = (each: Instance) => ({
        state: stateOf(each),
        group: each.Tags?.find(({ Key }) => Key === GROUP_TAG)?.Value,
      });
      return new Map(found.map((each) => [idOf(each), itemOrOdd([each.InstanceId], () => read(each))]));
    },

    async scheduledEvents() {
      // The filter leaves out the instances that have no event, which are nearly all.
      const Filters = [{ Name: "event.code", Values: Object.values(EventCode) }];
      const statuses = await allItems({ call, action: STATUSES, key: "InstanceStatuses" }, (NextToken) =>
        client.send(new DescribeInstanceStatusCommand({ Filters, NextToken })),
      );
      return statuses.flatMap((status) => (status.Events ?? []).map((each) => readEvent(status, each)));
    },

    async spotStatuses(instanceIds) {
      const found: SpotInstanceRequest[] = [];
      for (const Values of pieces(instanceIds, FILTER_LIMIT)) {
        const Filters = [{ Name: "instance-id", Values }];
        const requests = await allItems({ call, action: SPOT, key: "SpotInstanceRequests" }, (NextToken) =>
          client.send(new DescribeSpotInstanceRequestsCommand({ Filters, NextToken })),
        );
        found.push(...requests);
      }
      return new Map(
        found.map((each) => {
          const id = fieldOf(SPOT, each, "InstanceId");
          return [id, itemOrOdd([id], () => fieldOf(SPOT, fieldOf(SPOT, each, "Status"), "Code"))];
        }),
      );
    },

    interfacesOf: (instanceIds) => interfacesOf(client, instanceIds),

    interfacesWith: (addresses) => interfacesWith(client, addresses),
  };
}

// By a filter, since one unknown id would fail a call that names them.
async function describe(client: EC2Client, instanceIds: readonly string[]): Promise<Instance[]> {
  const found: Instance[] = [];
  for (const Values of pieces(instanceIds, FILTER_LIMIT)) {
    const Filters = [{ Name: "instance-id", Values }];
    const reservations = await allItems({ call, action: INSTANCES, key: "Reservations" }, (NextToken) =>
      client.send(new DescribeInstancesCommand({ Filters, NextToken })),
    );
    found.push(...reservations.flatMap((each) => fieldOf(INSTANCES, each, "Instances")));
  }
  return found;
}

function idOf(instance: Instance): string {
  return fieldOf(INSTANCES, instance, "InstanceId");
}

function stateOf({ State }: Instance): (typeof EC2_STATES)[number] {
  return oneOf(INSTANCES, "State.Name", State?.Name, EC2_STATES);
}

function readEvent({ InstanceId }: InstanceStatus, each: InstanceStatusEvent): ScheduledEvent | OddAnswer {
  const field = fieldsOf(STATUSES, each);
  return itemOrOdd([InstanceId], () => ({
    instanceId: fieldOf(STATUSES, { InstanceId }, "InstanceId"),
    code: field("Code"),
    notBefore: field("NotBefore").getTime(),
    description: field("Description"),
  }));
}

function addressesOf(instance: Instance): string[] {
  const all = fieldOf(INSTANCES, instance, "NetworkInterfaces").flatMap((each) => [
    ...(each.PrivateIpAddresses ?? []).map(({ PrivateIpAddress: address }) => address),
    ...(each.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address),
    ...(each.Ipv4Prefixes ?? []).map(({ Ipv4Prefix }) => Ipv4Prefix),
    ...(each.Ipv6Prefixes ?? []).map(({ Ipv6Prefix }) => Ipv6Prefix),
  ]);
  return [...new Set([instance.PrivateIpAddress, ...all].flatMap((each) => each ?? []))];
}
