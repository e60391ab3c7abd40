// Protects the call to EC2: a filter, for an id that is unknown would fail a call that names it.
import type { EC2Client } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { ec2Port } from "../../../../shared/aws/ec2.ts";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import { type Answer, sdkError, stubClient } from "./client.ts";

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

  it("is asked for 200 instances a call, and nothing for none", async () => {
    const { port, sent } = ec2(() => ({}));
    await port.states(Array.from({ length: 201 }, (_, i) => `i-${i}`));
    await port.states([]);
    const counts = sent().map(([, { Filters }]) => (Filters as { Values: string[] }[])[0]?.Values.length);
    expect(counts).to.deep.equal([200, 1]);
  });

  it("that refuses is not taken for one that knows nothing", async () => {
    const thrown = await ec2(() => sdkError("UnauthorizedOperation", "no", 403))
      .port.states(["i-1"])
      .catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(AwsCallError).and.include({ kind: "denied" });
  });
});
