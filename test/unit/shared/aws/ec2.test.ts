// Protects the call to EC2: a filter, for an id that is unknown would fail a call that names it.
import type { EC2Client } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { ec2Port } from "../../../../shared/aws/ec2.ts";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import { type Answer, sdkError, stubClient } from "./client.ts";
import { wholeInterface } from "./whole-answers.ts";

function ec2(answer: Answer) {
  const { client, sent } = stubClient<EC2Client>(answer);
  return { port: ec2Port(client), sent };
}

describe("EC2", () => {
  it("answers the states of those that it knows, over all pages and reservations", async () => {
    const one = (InstanceId: string, Name: string) => ({ Instances: [{ InstanceId, State: { Name } }] });
    const { port, sent } = ec2((_, { NextToken }) =>
      NextToken
        ? { Reservations: [one("i-3", "terminated")] }
        : { Reservations: [one("i-1", "running"), one("i-2", "stopped")], NextToken: "more" },
    );
    expect([...(await port.states(["i-1", "i-2", "i-3", "i-4"]))]).to.deep.equal([
      ["i-1", "running"],
      ["i-2", "stopped"],
      ["i-3", "terminated"],
    ]);
    const Filters = [{ Name: "instance-id", Values: ["i-1", "i-2", "i-3", "i-4"] }];
    expect(sent()).to.deep.equal([
      ["DescribeInstances", { Filters }],
      ["DescribeInstances", { Filters, NextToken: "more" }],
    ]);
  });

  it("answers the group that launched an instance, by the tag that only Auto Scaling can set", async () => {
    const tags = (...all: [string, string][]) => all.map(([Key, Value]) => ({ Key, Value }));
    const { port } = ec2(() => ({
      Reservations: [
        {
          Instances: [
            {
              InstanceId: "i-1",
              State: { Name: "terminated" },
              Tags: tags(["Name", "web"], ["aws:autoscaling:groupName", "fleet"]),
            },
            { InstanceId: "i-2", State: { Name: "running" }, Tags: tags(["autoscaling:groupName", "fleet"]) },
            { InstanceId: "i-3", State: { Name: "terminated" } },
          ],
        },
      ],
    }));
    expect([...(await port.instances(["i-1", "i-2", "i-3", "i-4"]))]).to.deep.equal([
      ["i-1", { state: "terminated", group: "fleet" }],
      ["i-2", { state: "running", group: undefined }],
      ["i-3", { state: "terminated", group: undefined }],
    ]);
  });

  it("is asked for 200 instances a call, and nothing for none", async () => {
    const { port, sent } = ec2(() => ({ Reservations: [] }));
    await port.states(Array.from({ length: 201 }, (_, i) => `i-${i}`));
    await port.states([]);
    const counts = sent().map(([, { Filters }]) => (Filters as { Values: string[] }[])[0]?.Values.length);
    expect(counts).to.deep.equal([200, 1]);
  });

  it("answers the statuses of Spot requests, over all pages, for 200 instances a call", async () => {
    const request = (InstanceId: string, Code: string) => ({ InstanceId, Status: { Code } });
    const { port, sent } = ec2((_, { NextToken }) =>
      NextToken
        ? { SpotInstanceRequests: [request("i-2", "fulfilled")] }
        : { SpotInstanceRequests: [request("i-1", "marked-for-stop")], NextToken: "second" },
    );
    const ids = Array.from({ length: 201 }, (_, i) => `i-${i}`);
    expect([...(await port.spotStatuses(ids))]).to.deep.equal([
      ["i-1", "marked-for-stop"],
      ["i-2", "fulfilled"],
    ]);
    expect(
      sent().map(([call, { Filters, NextToken }]) => [
        call,
        (Filters as { Name: string; Values: string[] }[]).map(({ Name, Values }) => [Name, Values.length]),
        NextToken,
      ]),
    ).to.deep.equal([
      ["DescribeSpotInstanceRequests", [["instance-id", 200]], undefined],
      ["DescribeSpotInstanceRequests", [["instance-id", 200]], "second"],
      ["DescribeSpotInstanceRequests", [["instance-id", 1]], undefined],
      ["DescribeSpotInstanceRequests", [["instance-id", 1]], "second"],
    ]);
  });

  it("answers what it has scheduled, over all pages, and asks for instances with an event alone", async () => {
    const at = new Date("2026-11-22T09:00:00Z");
    const event = (Code: string, Description: string) => ({ Code, Description, NotBefore: at });
    const { port, sent } = ec2((_, { NextToken }) =>
      NextToken
        ? { InstanceStatuses: [{ InstanceId: "i-3", Events: [] }, { InstanceId: "i-4" }] }
        : {
            InstanceStatuses: [
              {
                InstanceId: "i-1",
                Events: [event("system-reboot", "a reboot"), event("instance-stop", "[Canceled] a stop")],
              },
            ],
            NextToken: "more",
          },
    );
    const notBefore = at.getTime();
    expect(await port.scheduledEvents()).to.deep.equal([
      { instanceId: "i-1", code: "system-reboot", notBefore, description: "a reboot" },
      { instanceId: "i-1", code: "instance-stop", notBefore, description: "[Canceled] a stop" },
    ]);
    const codes = [
      "instance-reboot",
      "instance-retirement",
      "instance-stop",
      "system-maintenance",
      "system-reboot",
    ];
    const Filters = [{ Name: "event.code", Values: codes }];
    expect(sent()).to.deep.equal([
      ["DescribeInstanceStatus", { Filters }],
      ["DescribeInstanceStatus", { Filters, NextToken: "more" }],
    ]);
  });

  it("that refuses is not taken for one that knows nothing", async () => {
    const thrown = await ec2(() => sdkError("UnauthorizedOperation", "no", 403))
      .port.states(["i-1"])
      .catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(AwsCallError).and.include({ kind: "denied" });
  });

  const asked = (name: string, values: readonly string[], more = {}) => [
    "DescribeNetworkInterfaces",
    { Filters: [{ Name: name, Values: values }], MaxResults: 1_000, ...more },
  ];

  it("shows the interfaces of instances, with all addresses and prefixes, over all pages", async () => {
    const { port, sent } = ec2((_, { NextToken }) =>
      NextToken
        ? {
            NetworkInterfaces: [
              {
                VpcId: "vpc-b",
                Attachment: { InstanceId: "i-2" },
                Ipv4Prefixes: [{ Ipv4Prefix: "10.0.4.16/28" }],
              },
            ],
          }
        : {
            NetworkInterfaces: [
              {
                VpcId: "vpc-a",
                Description: "arn:aws:ecs:us-east-1:123456789012:attachment/abc",
                Attachment: { InstanceId: "i-1" },
                PrivateIpAddress: "10.0.0.1",
                PrivateIpAddresses: [{ PrivateIpAddress: "10.0.0.1" }, { PrivateIpAddress: "10.0.0.2" }],
                Ipv6Addresses: [{ Ipv6Address: "2001:DB8:0:0::1" }],
                Ipv6Prefixes: [{ Ipv6Prefix: "2001:db8:1::/80" }],
              },
            ],
            NextToken: "more",
          },
    );
    expect(await port.interfacesOf(["i-1", "i-2"])).to.deep.equal([
      {
        vpc: "vpc-a",
        instanceId: "i-1",
        addresses: ["10.0.0.1", "10.0.0.2", "2001:db8::1"],
        prefixes: ["2001:db8:1::/80"],
        isTasks: true,
      },
      { vpc: "vpc-b", instanceId: "i-2", addresses: [], prefixes: ["10.0.4.16/28"], isTasks: false },
    ]);
    expect(sent()).to.deep.equal([
      asked("attachment.instance-id", ["i-1", "i-2"]),
      asked("attachment.instance-id", ["i-1", "i-2"], { NextToken: "more" }),
    ]);
  });

  it("finds interfaces by addresses, those of IPv6 in a call of their own", async () => {
    const { port, sent } = ec2(() => ({ NetworkInterfaces: [wholeInterface({ Attachment: undefined })] }));
    const free = {
      vpc: "vpc-1",
      instanceId: undefined,
      addresses: ["10.0.0.1"],
      prefixes: [],
      isTasks: false,
    };
    expect(await port.interfacesWith(["10.0.0.1", "2001:db8::1"])).to.deep.equal([free, free]);
    expect(sent()).to.deep.equal([
      asked("addresses.private-ip-address", ["10.0.0.1"]),
      asked("ipv6-addresses.ipv6-address", ["2001:db8::1"]),
    ]);
  });

  it("is asked for the interfaces of 200 instances a call, and nothing for none", async () => {
    const { port, sent } = ec2(() => ({ NetworkInterfaces: [] }));
    await port.interfacesOf(Array.from({ length: 201 }, (_, i) => `i-${i}`));
    await port.interfacesOf([]);
    await port.interfacesWith([]);
    expect(sent()).to.have.lengthOf(2);
  });
});
