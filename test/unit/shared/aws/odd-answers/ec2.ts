import type { EC2Client } from "@aws-sdk/client-ec2";
import { ec2Port } from "../../../../../shared/aws/ec2.ts";
import { stubClient } from "../client.ts";
import { wholeInstance, wholeInterface } from "../whole-answers.ts";
import { type OddRow, rowsOf } from "./row.ts";

const port = (answer: object) => ec2Port(stubClient<EC2Client>(() => answer).client);

const instance = (change: object) => ({ Reservations: [{ Instances: [wholeInstance("i-1", change)] }] });
const event = (change: object) => ({
  InstanceStatuses: [
    {
      InstanceId: "i-1",
      Events: [{ Code: "instance-stop", NotBefore: new Date(0), Description: "It stops.", ...change }],
    },
  ],
});
const request = (change: object) => ({
  SpotInstanceRequests: [{ InstanceId: "i-1", Status: { Code: "fulfilled" }, ...change }],
});
const attached = (change: object) => ({ NetworkInterfaces: [wholeInterface(change)] });

const states = rowsOf("ec2:DescribeInstances", (it) => port(it).states(["i-1"]));
const launched = rowsOf("ec2:DescribeInstances", (it) => port(it).instances(["i-1"]));
const networks = rowsOf("ec2:DescribeInstances", (it) => port(it).networks(["i-1"]));
const scheduled = rowsOf("ec2:DescribeInstanceStatus", (it) => port(it).scheduledEvents());
const spot = rowsOf("ec2:DescribeSpotInstanceRequests", (it) => port(it).spotStatuses(["i-1"]));
const interfaces = rowsOf("ec2:DescribeNetworkInterfaces", (it) => port(it).interfacesOf(["i-1"]));
const having = rowsOf("ec2:DescribeNetworkInterfaces", (it) => port(it).interfacesWith(["10.0.0.1"]));

/** Odd answers of EC2. */
export const OF_EC2: readonly OddRow[] = [
  states.withoutList("Reservations", "EC2 knew none of them: dead after 30 s, and completed"),
  states.row(
    "a reservation without `Instances`",
    ["Instances", "missing"],
    { did: "EC2 did not know the instance: dead after 30 s, and completed", does: "unread" },
    { Reservations: [{}] },
  ),
  ...states.withoutField({ InstanceId: "EC2 did not know the instance" }, "unread", instance),
  states.row(
    "`State.Name` is missing",
    ["State.Name", "missing"],
    { did: "EC2 did not know the instance: dead after 30 s, and completed", does: "unread alone" },
    instance({ State: {} }),
  ),
  states.row(
    "a `State.Name` that is not documented",
    ["State.Name", "hovering"],
    { did: "alive", does: "unread alone" },
    instance({ State: { Name: "hovering" } }),
  ),
  launched.row(
    "a `State.Name` that is not documented, of a ghost's instance",
    ["State.Name", "hovering"],
    { did: "no ghost", does: "unread alone" },
    instance({ State: { Name: "hovering" } }),
  ),
  ...networks.withoutField(
    { NetworkInterfaces: "the first address was the only one: the round overlooked others" },
    "unread",
    instance,
  ),
  scheduled.withoutList("InstanceStatuses", "nothing was scheduled"),
  ...scheduled.withoutField(
    {
      Code: "due",
      NotBefore: "due at once: the instance was replaced",
      Description: "due, even if canceled",
    },
    "unread alone",
    event,
  ),
  spot.withoutList("SpotInstanceRequests", "On-Demand: the notice was not proven"),
  ...spot.withoutField({ InstanceId: "On-Demand: the notice was not proven" }, "unread", request),
  ...spot.withoutField(
    { Status: "EC2 did not take it back: the notice was not proven" },
    "unread alone",
    request,
  ),
  spot.row(
    "`Status.Code` is missing",
    ["Code", "missing"],
    { did: "EC2 did not take it back: the notice was not proven", does: "unread alone" },
    request({ Status: {} }),
  ),
  interfaces.withoutList("NetworkInterfaces", "the addresses were nobody's: the targets counted as gone"),
  ...interfaces.withoutField({ VpcId: "in another VPC: the target was left" }, "unread", attached),
  interfaces.row(
    "`Attachment.InstanceId` is missing, of what was asked for by it",
    ["Attachment.InstanceId", "missing"],
    { did: "nobody's: the targets counted as gone", does: "unread" },
    attached({ Attachment: {} }),
  ),
  interfaces.row(
    "no address at all, and no prefix",
    ["PrivateIpAddress", "missing"],
    { did: "nobody's: the targets counted as gone", does: "unread" },
    attached({ PrivateIpAddress: undefined }),
  ),
  having.withoutList("NetworkInterfaces", "the address was nobody's: its target was taken out"),
];
