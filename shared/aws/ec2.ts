import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  type EC2Client,
  EventCode,
  type Instance,
} from "@aws-sdk/client-ec2";
import { pieces } from "../base/batches.ts";
import type { Ec2Instance, InstanceState } from "../model/instance-state.ts";
import type { NetworkInterface } from "../model/network-interface.ts";
import type { ScheduledEvent } from "../model/notice.ts";
import { allPages, call } from "./call.ts";
import { interfacesOf, interfacesWith } from "./network-interfaces.ts";

/** What the drain needs of EC2. Throws an AwsCallError. */
export type Ec2Port = {
  /** The states of instances; one that EC2 does not know is left out. */
  states: (instanceIds: readonly string[]) => Promise<Map<string, InstanceState>>;
  /**
   * All changes that EC2 has scheduled for running instances of the account and Region. Those that are completed or canceled
   * are shown for up to a week, and are among them.
   */
  scheduledEvents: () => Promise<ScheduledEvent[]>;
  /** Where instances are in the network; one that EC2 does not know, or that has ended, is left out. */
  networks: (instanceIds: readonly string[]) => Promise<Map<string, InstanceNetwork>>;
  /** The network interfaces that are attached to instances. */
  interfacesOf: (instanceIds: readonly string[]) => Promise<NetworkInterface[]>;
  /** The network interfaces that have addresses. One that has an address in a prefix is not found. */
  interfacesWith: (addresses: readonly string[]) => Promise<NetworkInterface[]>;
  /** Instances with the groups that launched them; one that EC2 does not know is left out. */
  instances: (instanceIds: readonly string[]) => Promise<Map<string, Ec2Instance>>;
};

/** The VPC of an instance, and the addresses of its own network interfaces, with prefixes such as `10.0.4.16/28`. */
export type InstanceNetwork = { readonly vpc: string; readonly addresses: readonly string[] };

/** How many values a filter takes. */
const FILTER_LIMIT = 200;
/** The tag by which Auto Scaling marks an instance that it launches. Nobody else can set a tag that begins with `aws:`. */
const GROUP_TAG = "aws:autoscaling:groupName";

/** EC2 through the SDK. */
export function ec2Port(client: EC2Client): Ec2Port {
  return {
    async states(instanceIds) {
      const found = await describe(client, instanceIds);
      return new Map(found.map((each) => [each.InstanceId as string, each.State?.Name as InstanceState]));
    },

    async networks(instanceIds) {
      const found = await describe(client, instanceIds);
      return new Map(
        found.flatMap((each): [string, InstanceNetwork][] =>
          each.VpcId === undefined
            ? []
            : [[each.InstanceId as string, { vpc: each.VpcId, addresses: addressesOf(each) }]],
        ),
      );
    },

    async instances(instanceIds) {
      const found = await describe(client, instanceIds);
      return new Map(
        found.map((each) => [
          each.InstanceId as string,
          {
            state: each.State?.Name as InstanceState,
            group: each.Tags?.find(({ Key }) => Key === GROUP_TAG)?.Value,
          },
        ]),
      );
    },

    async scheduledEvents() {
      // The filter leaves out the instances that have no event, which are nearly all.
      const pages = await allPages((token) =>
        call("ec2:DescribeInstanceStatus", () =>
          client.send(
            new DescribeInstanceStatusCommand({
              Filters: [{ Name: "event.code", Values: Object.values(EventCode) }],
              NextToken: token,
            }),
          ),
        ),
      );
      return pages
        .flatMap((page) => page.InstanceStatuses ?? [])
        .flatMap(({ InstanceId, Events = [] }) =>
          Events.map((each) => ({
            instanceId: InstanceId as string,
            code: each.Code ?? "",
            notBefore: each.NotBefore?.getTime(),
            description: each.Description ?? "",
          })),
        );
    },

    interfacesOf: (instanceIds) => interfacesOf(client, instanceIds),

    interfacesWith: (addresses) => interfacesWith(client, addresses),
  };
}

// By a filter, since one unknown id would fail a call that names them.
async function describe(client: EC2Client, instanceIds: readonly string[]): Promise<Instance[]> {
  const found: Instance[] = [];
  for (const ids of pieces(instanceIds, FILTER_LIMIT)) {
    const pages = await allPages((token) =>
      call("ec2:DescribeInstances", () =>
        client.send(
          new DescribeInstancesCommand({ Filters: [{ Name: "instance-id", Values: ids }], NextToken: token }),
        ),
      ),
    );
    const reservations = pages.flatMap((page) => page.Reservations ?? []);
    found.push(...reservations.flatMap((each) => each.Instances ?? []));
  }
  return found;
}

function addressesOf({ PrivateIpAddress, NetworkInterfaces = [] }: Instance): string[] {
  const all = NetworkInterfaces.flatMap((each) => [
    ...(each.PrivateIpAddresses ?? []).map(({ PrivateIpAddress: address }) => address),
    ...(each.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address),
    ...(each.Ipv4Prefixes ?? []).map(({ Ipv4Prefix }) => Ipv4Prefix),
    ...(each.Ipv6Prefixes ?? []).map(({ Ipv6Prefix }) => Ipv6Prefix),
  ]);
  return [...new Set([PrivateIpAddress, ...all].flatMap((each) => each ?? []))];
}
