// Protects what warns of an end that no hook announces: the simulated notices must have the forms of AWS's events, and
// what they announce must come when they say it, whatever holds the instance.
import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { stateOf, takeMessages } from "./groups.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const ids = Array.from({ length: 8 }, (_, i) => `i-0aaaaaaaaaaaaaaa${i}`);
const [SPOT, HELD, STOPPED, HIBERNATED, REBALANCED, RETIRED, REBOOTED, ALSO_REBOOTED] = ids as [
  string,
  ...string[],
];
const REBOOT = "AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SCENARIO = {
  queues: [{ name: "notices" }],
  event_rules: [{ queue: "notices" }],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      spot: true,
      hooks: [{ name: "drain", heartbeat_timeout_seconds: 7200 }],
    },
  ],
  timeline: [
    { at_seconds: 5, terminate: { instance_ids: [HELD] } },
    { at_seconds: 10, interrupt_spot: { instance_ids: [SPOT, HELD] } },
    { at_seconds: 10, interrupt_spot: { instance_ids: [STOPPED], action: "stop" } },
    { at_seconds: 10, interrupt_spot: { instance_ids: [HIBERNATED], action: "hibernate" } },
    { at_seconds: 10, recommend_rebalance: { instance_ids: [REBALANCED] } },
    { at_seconds: 10, schedule_maintenance: { instance_ids: [RETIRED] } },
    {
      at_seconds: 10,
      schedule_maintenance: { instance_ids: [REBOOTED, ALSO_REBOOTED], code: REBOOT, arns: true },
    },
  ],
};

type Event = { resources: string[]; detail: Record<string, unknown> } & Record<string, unknown>;

describe("Notices", () => {
  let aws: SimulatedAws;
  const events: Event[] = [];
  let now = 0;
  /** Lets time pass until that second of the scenario, where it has not passed yet. */
  const until = async (second: number) => {
    await aws.advance(Math.max(0, second - now));
    now = Math.max(now, second);
  };
  before(async () => {
    aws = await startSimulator(SCENARIO);
    // All notices have come, and no instance has been taken back yet.
    await until(20);
    const { QueueUrl = "" } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName: "notices" }));
    events.push(...((await takeMessages(aws, QueueUrl)) as unknown as Event[]));
  });
  after(() => aws.stop());

  const noticeOf = (instanceId: string) =>
    events.find(({ resources }) => resources.some((each) => each.endsWith(instanceId))) as Event;
  const ec2StateOf = async (instanceId: string) => {
    const { Reservations } = await aws.ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
    return Reservations?.[0]?.Instances?.[0]?.State?.Name;
  };

  it("facts 8: a notice comes to a queue as the whole event, with the envelope of EventBridge", () => {
    expect(events).to.have.lengthOf(7);
    for (const event of events) {
      expect(event).to.have.all.keys(
        ...["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"],
      );
      expect(event).to.include({ version: "0", account: "123456789012", region: "us-east-1" });
      expect(event.id).to.match(UUID);
      expect(event.time).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    }
  });

  it("facts 8: a Spot interruption notice has its action, and the zone in the ARN", () => {
    const { resources, detail, ...envelope } = noticeOf(SPOT);
    expect(envelope).to.include({
      source: "aws.ec2",
      "detail-type": "EC2 Spot Instance Interruption Warning",
    });
    expect(detail).to.deep.equal({ "instance-id": SPOT, "instance-action": "terminate" });
    expect(resources[0]).to.match(new RegExp(`^arn:aws:ec2:us-east-1[a-c]:instance/${SPOT}$`));
  });

  it("facts 8: a rebalance recommendation names the instance, and does nothing to it", async () => {
    const { resources, detail, ...envelope } = noticeOf(REBALANCED as string);
    expect(envelope).to.include({
      source: "aws.ec2",
      "detail-type": "EC2 Instance Rebalance Recommendation",
    });
    expect(detail).to.deep.equal({ "instance-id": REBALANCED });
    expect(resources).to.deep.equal([`arn:aws:ec2:us-east-1:123456789012:instance/${REBALANCED}`]);
    expect(await stateOf(aws, REBALANCED as string)).to.equal("InService");
  });

  it("facts 8: a scheduled change is an event of AWS Health with its instances as affected entities", () => {
    const { detail, ...envelope } = noticeOf(RETIRED as string);
    expect(envelope).to.include({ source: "aws.health", "detail-type": "AWS Health Event" });
    expect(detail).to.include({
      service: "EC2",
      eventTypeCode: "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
      eventTypeCategory: "scheduledChange",
      statusCode: "upcoming",
      eventRegion: "us-east-1",
      affectedAccount: "123456789012",
      page: "1",
      totalPages: "1",
      backupEvent: "false",
    });
    expect(detail.startTime).to.match(/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/);
    const [entity] = detail.affectedEntities as Record<string, unknown>[];
    expect(entity).to.include({ entityValue: RETIRED, lastUpdatedTime: detail.lastUpdatedTime });
    expect(entity).to.have.property("status");
  });

  it("facts 8: the affected entities of a scheduled change are ids or ARNs", () => {
    const { detail } = noticeOf(REBOOTED as string);
    expect(detail.eventTypeCode).to.equal(REBOOT);
    const named = (detail.affectedEntities as { entityValue: string }[]).map((each) => each.entityValue);
    expect(named).to.deep.equal(
      [REBOOTED, ALSO_REBOOTED].map((id) => `arn:aws:ec2:us-east-1:123456789012:instance/${id}`),
    );
  });

  it("facts 8: an interrupted instance ends two minutes after the notice, whatever hook holds it", async () => {
    expect(await stateOf(aws, HELD as string)).to.equal("Terminating:Wait");
    await until(125);
    expect(await ec2StateOf(SPOT)).to.equal("running");
    expect(await ec2StateOf(HELD as string)).to.equal("running");
    await until(135);
    expect(await ec2StateOf(SPOT)).to.equal("shutting-down");
    expect(await ec2StateOf(HELD as string)).to.equal("shutting-down");
    expect(await stateOf(aws, HELD as string)).to.equal("Terminating:Wait");
  });

  it("facts 8: Auto Scaling acts on an interruption only once the instance is gone", async () => {
    await until(135);
    expect(await stateOf(aws, SPOT)).to.equal("InService");
    await until(195);
    expect(await stateOf(aws, SPOT)).to.equal("Terminating:Wait");
  });

  it("facts 8: an interrupted instance can be stopped, or hibernated at once", async () => {
    expect(noticeOf(STOPPED as string).detail).to.include({ "instance-action": "stop" });
    expect(noticeOf(HIBERNATED as string).detail).to.include({ "instance-action": "hibernate" });
    await until(40);
    expect(await ec2StateOf(HIBERNATED as string)).to.equal("stopped");
    await until(195);
    expect(await ec2StateOf(STOPPED as string)).to.equal("stopped");
    expect(await stateOf(aws, HIBERNATED as string)).to.equal("Terminating:Wait");
  });
});
