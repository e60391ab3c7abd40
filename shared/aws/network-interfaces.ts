import { isIPv4, isIPv6 } from "node:net";
import {
  DescribeNetworkInterfacesCommand,
  type EC2Client,
  type NetworkInterface as SdkNetworkInterface,
} from "@aws-sdk/client-ec2";
import { pieces } from "../base/batches.ts";
import { type NetworkInterface, sameForm } from "../model/network-interface.ts";
import { allPages, call } from "./call.ts";

/** How many values a filter takes. */
const FILTER_LIMIT = 200;
/** How many interfaces a page has at the most. Without a size, a large answer may time out. */
const PAGE_LIMIT = 1_000;
/** How the description of an interface begins that ECS has made for a task. */
const OF_TASK = /^arn:[^:]+:ecs:.*:attachment\//;

/** The network interfaces that are attached to instances. Throws an AwsCallError. */
export function interfacesOf(client: EC2Client, instanceIds: readonly string[]): Promise<NetworkInterface[]> {
  return describe(client, "attachment.instance-id", instanceIds);
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
    const pages = await allPages((token) =>
      call("ec2:DescribeNetworkInterfaces", () =>
        client.send(
          new DescribeNetworkInterfacesCommand({
            Filters: [{ Name: filter, Values }],
            MaxResults: PAGE_LIMIT,
            NextToken: token,
          }),
        ),
      ),
    );
    found.push(...pages.flatMap((page) => page.NetworkInterfaces ?? []).map(readInterface));
  }
  return found;
}

function readInterface(each: SdkNetworkInterface): NetworkInterface {
  const addresses = [
    each.PrivateIpAddress,
    ...(each.PrivateIpAddresses ?? []).map(({ PrivateIpAddress }) => PrivateIpAddress),
    ...(each.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address),
  ].flatMap((address) => (address ? sameForm(address) : []));
  return {
    vpc: each.VpcId ?? "",
    instanceId: each.Attachment?.InstanceId,
    addresses: [...new Set(addresses)],
    prefixes: [
      ...(each.Ipv4Prefixes ?? []).map(({ Ipv4Prefix }) => Ipv4Prefix),
      ...(each.Ipv6Prefixes ?? []).map(({ Ipv6Prefix }) => Ipv6Prefix),
    ].flatMap((prefix) => prefix ?? []),
    isTasks: OF_TASK.test(each.Description ?? ""),
  };
}
