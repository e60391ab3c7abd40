// Protects how what EC2 and AWS Health announce is read, in the forms in which they send it.
import { expect } from "chai";
import { parseLifecycleMessage } from "../../../../shared/messages/lifecycle-message.ts";

const ID = "i-0123456789abcdef0";
const at = Date.parse("2026-11-20T09:00:00Z");
const envelope = {
  version: "0",
  id: "1",
  account: "123456789012",
  time: "2026-11-20T09:00:00Z",
  region: "us-east-2",
};

const spot = {
  ...envelope,
  "detail-type": "EC2 Spot Instance Interruption Warning",
  source: "aws.ec2",
  // EC2 puts the Availability Zone in the Region's place here, and no account.
  resources: [`arn:aws:ec2:us-east-2a:instance/${ID}`],
  detail: { "instance-id": ID, "instance-action": "terminate" },
};
const rebalance = {
  ...envelope,
  "detail-type": "EC2 Instance Rebalance Recommendation",
  source: "aws.ec2",
  resources: [`arn:aws:ec2:us-east-2:123456789012:instance/${ID}`],
  detail: { "instance-id": ID },
};
const health = {
  ...envelope,
  "detail-type": "AWS Health Event",
  source: "aws.health",
  detail: {
    eventArn: "arn:aws:health:us-east-2::event/EC2/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED/1",
    service: "EC2",
    eventTypeCode: "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
    eventTypeCategory: "scheduledChange",
    eventScopeCode: "ACCOUNT_SPECIFIC",
    communicationId: "1",
    statusCode: "upcoming",
    startTime: "Thu, 27 Aug 2026 13:19:03 GMT",
    lastUpdatedTime: "Thu, 27 Aug 2026 13:19:03 GMT",
    eventRegion: "us-east-2",
    eventDescription: [{ language: "en_US", latestDescription: "An instance is to be retired." }],
    affectedEntities: [
      { entityValue: ID, status: "PENDING", lastUpdatedTime: "Thu, 27 Aug 2026 13:19:03 GMT" },
    ],
    page: "1",
    totalPages: "1",
    backupEvent: "false",
    affectedAccount: "123456789012",
  },
};
const healthWith = (detail: Partial<Record<keyof typeof health.detail, unknown>>) => ({
  ...health,
  detail: { ...health.detail, ...detail },
});
const entities = (...values: string[]) => ({
  affectedEntities: values.map((entityValue) => ({ entityValue })),
});
const notice = (kind: string, instanceIds = [ID], time: number | undefined = at) => ({
  kind: "notice",
  notice: kind,
  instanceIds,
  at: time,
});
const startsAt = Date.parse("2026-08-27T13:19:03Z");
const scheduled = (instanceIds = [ID]) => ({ ...notice("maintenance", instanceIds), startsAt });
const other = (reason: string) => ({ kind: "other notice", reason });
const unreadable = (reason: string) => ({ kind: "unreadable", reason });

describe("notices", () => {
  /** [what, the message's body, what it is read as] */
  const table: [string, unknown, unknown][] = [
    ["a Spot interruption", spot, notice("spot interruption")],
    ...["stop", "hibernate"].map((action): [string, unknown, unknown] => [
      `a Spot interruption that is to ${action} the instance`,
      { ...spot, detail: { ...spot.detail, "instance-action": action } },
      notice("spot interruption"),
    ]),
    ["a recommendation to rebalance", rebalance, notice("rebalance")],
    ["a retirement", health, scheduled()],
    [
      "a maintenance that is open",
      healthWith({ eventTypeCode: "AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED", statusCode: "open" }),
      scheduled(),
    ],
    [
      "entities that are ARNs",
      healthWith(entities(`arn:aws:ec2:us-east-2:123456789012:instance/${ID}`)),
      scheduled(),
    ],
    ...["AWS_EC2_INSTANCE_STOP_SCHEDULED", "AWS_EC2_INSTANCE_RETIREMENT_EXPEDITED", "AWS_EC2_A_NEW_ONE"].map(
      (eventTypeCode): [string, unknown, unknown] => [
        `a scheduled change of the code ${eventTypeCode}`,
        healthWith({ eventTypeCode }),
        scheduled(),
      ],
    ),
    ...[undefined, "soon", 5].map((startTime): [string, unknown, unknown] => [
      `a scheduled change that starts at ${startTime}`,
      healthWith({ startTime }),
      notice("maintenance"),
    ]),
    [
      "entities whose change is over",
      healthWith({
        affectedEntities: [
          { entityValue: ID, status: "RESOLVED" },
          { entityValue: "i-0fedcba9876543210", status: "PENDING" },
        ],
      }),
      scheduled(["i-0fedcba9876543210"]),
    ],
    [
      "several entities, not all of them instances",
      healthWith(entities(ID, "vol-0123456789abcdef0", "i-0fedcba9876543210")),
      scheduled([ID, "i-0fedcba9876543210"]),
    ],
    [
      "an SNS envelope around one",
      { Type: "Notification", MessageId: "1", Message: JSON.stringify(spot) },
      notice("spot interruption"),
    ],
    ["one that has no time", { ...spot, time: undefined }, { ...notice("spot interruption"), at: undefined }],
    [
      "an instance's state, which is somebody else's to act on",
      {
        ...spot,
        "detail-type": "EC2 Instance State-change Notification",
        detail: { "instance-id": ID, state: "running" },
      },
      other("the event is EC2 Instance State-change Notification"),
    ],
    [
      "one of a kind that has the name of what every object has",
      { ...spot, "detail-type": "constructor" },
      other("the event is constructor"),
    ],
    [
      "one of a kind with a name as long as a message",
      { ...spot, "detail-type": "x".repeat(100_000) },
      other(`the event is ${"x".repeat(60)}… (100000 characters)`),
    ],
    [
      "another service's event",
      healthWith({ service: "RDS", eventTypeCode: "AWS_RDS_MAINTENANCE_SCHEDULED" }),
      other("the event is AWS_RDS_MAINTENANCE_SCHEDULED of RDS"),
    ],
    [
      "an issue, which is no scheduled change",
      healthWith({ eventTypeCategory: "issue", eventTypeCode: "AWS_EC2_OPERATIONAL_ISSUE" }),
      other("the event is AWS_EC2_OPERATIONAL_ISSUE of EC2"),
    ],
    [
      "an issue of a kind that may be scheduled",
      healthWith({ eventTypeCategory: "issue" }),
      other("the event is AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED of EC2"),
    ],
    [
      "a scheduled change that was called off",
      healthWith({ eventTypeCode: "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED_CANCELLED" }),
      other("the event is AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED_CANCELLED of EC2"),
    ],
    [
      "entities that only look like instances",
      healthWith(entities(`${ID}-volume`, `vol-${ID}`, "i-0123456")),
      other("AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED names no instance"),
    ],
    [
      "a Health event without its code",
      healthWith({ eventTypeCode: undefined, eventTypeCategory: 5 }),
      unreadable(
        "detail.eventTypeCode: expected an event type code, found nothing; detail.eventTypeCategory: expected an event type category, found 5",
      ),
    ],
    [
      "a notice of an instance with something before or after its id",
      { ...spot, detail: { "instance-id": `x${ID}` } },
      unreadable(`detail.instance-id: expected an instance id such as i-0123456789abcdef0, found "x${ID}"`),
    ],
    [
      "one that is closed",
      healthWith({ statusCode: "closed" }),
      other("AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED is closed"),
    ],
    [
      "a backup",
      healthWith({ backupEvent: "true" }),
      other("AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED is a backup of another event"),
    ],
    [
      "one without entities",
      healthWith({ affectedEntities: undefined }),
      other("AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED names no instance"),
    ],
    [
      "a notice without an instance",
      { ...spot, detail: {} },
      unreadable("detail.instance-id: expected an instance id such as i-0123456789abcdef0, found nothing"),
    ],
    [
      "a notice of something that is no instance",
      { ...rebalance, detail: { "instance-id": "vol-0123456789abcdef0" } },
      unreadable(
        'detail.instance-id: expected an instance id such as i-0123456789abcdef0, found "vol-0123456789abcdef0"',
      ),
    ],
    [
      "a time that is none",
      { ...spot, time: "soon" },
      unreadable('time: expected a time such as 2026-11-20T09:00:00Z, found "soon"'),
    ],
    [
      "a Health event without a service",
      healthWith({ service: undefined }),
      unreadable("detail.service: expected the name of a service, found nothing"),
    ],
    [
      "entities that are numbers",
      healthWith({ affectedEntities: [{ entityValue: 5 }] }),
      unreadable("detail.affectedEntities[0].entityValue: expected an instance id or ARN, found 5"),
    ],
  ];
  for (const [what, body, expected] of table) {
    it(`${what}`, () => expect(parseLifecycleMessage(JSON.stringify(body))).to.deep.equal(expected));
  }
});
