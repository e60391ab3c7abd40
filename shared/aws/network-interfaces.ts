import { isIPv4, isIPv6 } from "node:net";
import {
  DescribeNetworkInterfacesCommand,
  type EC2Client,
  type NetworkInterface as SdkNetworkInterface,
} from "@aws-sdk/client-ec2";
import { pieces } from "../base/batches.ts";
import { OddAnswer } from "../base/errors.ts";
import { type NetworkInterface, sameForm } from "../model/network-interface.ts";
import { allItems, fieldOf } from "./answers.ts";
import { call } from "./call.ts";

/** How many values a filter takes. */
const FILTER_LIMIT = 200;
/** How many interfaces a page has at the most. Without a size, a large answer may time out. */
const PAGE_LIMIT = 1_000;
/** How the description of an interface begins that ECS has made for a task. */
const OF_TASK = /^arn:[^:]+:ecs:.*:attachment\//;

const ACTION = "ec2:DescribeNetworkInterfaces";

/** The network interfaces that are attached to instances. Throws an AwsCallError. */
export async function interfacesOf(
  client: EC2Client,
  instanceIds: readonly string[],
): Promise<NetworkInterface[]> {
  const found = await describe(client, "attachment.instance-id", instanceIds);
  for (const { instanceId } of found)
    if (instanceId === undefined) throw new OddAnswer(ACTION, "Attachment.InstanceId", instanceId);
  return found;
}

/** The network interfaces that have addresses, by themselves and not in a prefix. Throws an AwsCallError. */
export async function interfacesWith(
  client: EC2Client,
  addresses: readonly string[],
): Promise<NetworkInterface[]> {
  const [ipv4, ipv6] = [addresses.filter(isIPv4), addresses.filter(isIPv6)];
  return [
    ...(await describe(client, "addresses.private-ip-address", ipv4)),
    ...(await describe(client, "ipv6-addresses.ipv6-address", ipv6)),
  ];
}

async function describe(
  client: EC2Client,
  filter: string,
  values: readonly string[],
): Promise<NetworkInterface[]> {
  const found: NetworkInterface[] = [];
  for (const Values of pieces(values, FILTER_LIMIT)) {
    const Filters = [{ Name: filter, Values }];
    const interfaces = await allItems({ call, action: ACTION, key: "NetworkInterfaces" }, (NextToken) =>
      client.send(new DescribeNetworkInterfacesCommand({ Filters, MaxResults: PAGE_LIMIT, NextToken })),
    );
    found.push(...interfaces.map(readInterface));
  }
  return found;
}

function readInterface(each: SdkNetworkInterface): NetworkInterface {
  const addresses = [
    each.PrivateIpAddress,
    ...(each.PrivateIpAddresses ?? []).map(({ PrivateIpAddress }) => PrivateIpAddress),
    ...(each.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address),
  ].flatMap((address) => (address ? sameForm(address) : []));
  const prefixes = [
    ...(each.Ipv4Prefixes ?? []).map(({ Ipv4Prefix }) => Ipv4Prefix),
    ...(each.Ipv6Prefixes ?? []).map(({ Ipv6Prefix }) => Ipv6Prefix),
  ].flatMap((prefix) => prefix ?? []);
  if (addresses.length + prefixes.length === 0) throw new OddAnswer(ACTION, "PrivateIpAddress", undefined);
  return {
    vpc: fieldOf(ACTION, each, "VpcId"),
    instanceId: each.Attachment?.InstanceId,
    addresses: [...new Set(addresses)],
    prefixes,
    isTasks: OF_TASK.test(each.Description ?? ""),
  };
}
