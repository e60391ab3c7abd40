import * as ec2 from "@aws-sdk/client-ec2";
import { ACCOUNT } from "../../kernel/account.ts";
import { byFamily } from "../../kernel/addresses.ts";
import { AwsError, NotSimulated } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import type { SeenInterface } from "./network-interfaces.ts";
import { PAGE, pageOf } from "./pages.ts";

/** How many values a filter takes (Amazon EC2 User Guide, "List and filter your resources"). */
const FILTER_LIMIT = 200;

/** The interfaces of the account as they were at a moment: those of instances, and those of tasks. */
export type InterfacesAt = (moment: number) => readonly SeenInterface[];

/** The operation that shows network interfaces. */
export function networkInterfaceOperations(interfacesAt: InterfacesAt): Operation[] {
  const describe = (input: ec2.DescribeNetworkInterfacesRequest, call: Call) => {
    const { NetworkInterfaceIds: ids = [], Filters: filters = [], MaxResults: size } = input;
    checkPage(ids, size);
    for (const { Values = [] } of filters) {
      if (Values.length > FILTER_LIMIT)
        throw new AwsError(
          "FilterLimitExceeded",
          `The maximum number of filter values specified on a single call is ${FILTER_LIMIT}`,
          400,
        );
    }
    const all = interfacesAt(call.asOf);
    const missing = ids.find((id) => !all.some((each) => each.id === id));
    if (missing !== undefined)
      throw new AwsError(
        "InvalidNetworkInterfaceID.NotFound",
        `The networkInterface ID '${missing}' does not exist`,
        400,
      );
    const found = all.filter(
      (each) =>
        (ids.length === 0 || ids.includes(each.id)) && filters.every((filter) => passes(filter, each)),
    );
    const { items, next } = pageOf(found, input, call);
    return { NetworkInterfaces: items.map(presentInterface), NextToken: next };
  };
  const known = ["NetworkInterfaceIds[]", "Filters[].Name", "Filters[].Values[]", "MaxResults", "NextToken"];
  return [operation(ec2.DescribeNetworkInterfaces$, known, describe)];
}

function checkPage(ids: readonly string[], size: number | undefined): void {
  if (size === undefined) return;
  if (ids.length > 0)
    throw new AwsError(
      "InvalidParameterCombination",
      "The parameter networkInterfaceIdsSet cannot be used with the parameter maxResults",
      400,
    );
  if (size < PAGE.least || size > PAGE.most)
    throw new AwsError(
      "InvalidParameterValue",
      `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value between ${PAGE.least} and ${PAGE.most}.`,
      400,
    );
}

function passes({ Name: name, Values: values = [] }: ec2.Filter, each: SeenInterface): boolean {
  const [private4, private6] = byFamily(each.addresses);
  switch (name) {
    case "addresses.private-ip-address":
      return values.some((value) => private4.includes(value));
    case "ipv6-addresses.ipv6-address":
      return values.some((value) => private6.includes(value));
    case "private-ip-address":
      return values.includes(private4[0] ?? "");
    case "attachment.instance-id":
      return values.includes(each.attachment?.instanceId ?? "");
    case "network-interface-id":
      return values.includes(each.id);
    case "interface-type":
      return values.includes(each.type);
    case "vpc-id":
      return values.includes(each.vpcId);
    default:
      throw new NotSimulated(`the filter ${name} of ec2:DescribeNetworkInterfaces`);
  }
}

/** A network interface as its description shows it; that of its instance shows nearly as much. */
export function presentInterface(each: SeenInterface) {
  const { attachment, description, id, type, vpcId } = each;
  const [addresses, addresses6] = byFamily(each.addresses);
  const [prefixes, prefixes6] = byFamily(each.prefixes);
  return {
    NetworkInterfaceId: id,
    InterfaceType: type,
    Description: description,
    OwnerId: ACCOUNT,
    Status: "in-use" as const,
    VpcId: vpcId,
    ...(addresses[0] === undefined ? {} : { PrivateIpAddress: addresses[0] }),
    PrivateIpAddresses: addresses.map((PrivateIpAddress, i) => ({ PrivateIpAddress, Primary: i === 0 })),
    Ipv6Addresses: addresses6.map((Ipv6Address) => ({ Ipv6Address })),
    Ipv4Prefixes: prefixes.map((Ipv4Prefix) => ({ Ipv4Prefix })),
    Ipv6Prefixes: prefixes6.map((Ipv6Prefix) => ({ Ipv6Prefix })),
    ...(attachment === undefined
      ? {}
      : {
          Attachment: {
            AttachmentId: `eni-attach-${id.slice(4)}`,
            InstanceId: attachment.instanceId,
            InstanceOwnerId: ACCOUNT,
            DeviceIndex: attachment.deviceIndex,
            AttachTime: new Date(attachment.attachedAt),
            Status: "attached" as const,
          },
        }),
  };
}
