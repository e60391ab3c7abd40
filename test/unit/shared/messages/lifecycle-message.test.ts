// Protects what a termination is read from: each form that AWS sends.
import { expect } from "chai";
import { parseLifecycleMessage } from "../../../../shared/messages/lifecycle-message.ts";

const at = (time: string) => Date.parse(`2026-11-20T${time}Z`);

describe("the lifecycle message", () => {
  const core = {
    LifecycleActionToken: "87654321-4321-4321-4321-210987654321",
    AutoScalingGroupName: "fleet",
    LifecycleHookName: "drain",
    EC2InstanceId: "i-0123456789abcdef0",
    LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
  };
  const expected = {
    kind: "termination",
    instanceId: "i-0123456789abcdef0",
    group: "fleet",
    hook: "drain",
    token: core.LifecycleActionToken,
    time: at("09:00:00"),
  };
  const direct = {
    ...core,
    Service: "AWS Auto Scaling",
    Time: "2026-11-20T09:00:00.000Z",
    AccountId: "123456789012",
  };
  const forms: [string, unknown][] = [
    ["straight from Auto Scaling", direct],
    ["with Origin and Destination", { ...direct, Origin: "AutoScalingGroup", Destination: "EC2" }],
    ["with its time in another time zone", { ...direct, Time: "2026-11-20T10:30:00.000+01:30" }],
    ["in an SNS envelope", { Type: "Notification", MessageId: "1", Message: JSON.stringify(direct) }],
    [
      "as an EventBridge event",
      {
        version: "0",
        source: "aws.autoscaling",
        "detail-type": "EC2 Instance-terminate Lifecycle Action",
        time: "2026-11-20T09:00:00Z",
        detail: core,
      },
    ],
    [
      "as the detail of such an event alone, with the time that a rule puts in",
      { ...core, Time: direct.Time },
    ],
    [
      "as an EventBridge event in SNS's envelope",
      {
        Type: "Notification",
        Message: JSON.stringify({
          source: "aws.autoscaling",
          "detail-type": "EC2 Instance-terminate Lifecycle Action",
          time: "2026-11-20T09:00:00Z",
          detail: core,
        }),
      },
    ],
    [
      "in a Lambda event of SNS, which a function forwarded whole",
      {
        Records: [{ EventSource: "aws:sns", Sns: { Type: "Notification", Message: JSON.stringify(direct) } }],
      },
    ],
    [
      "in a Lambda event of SQS, with SNS's envelope in it",
      {
        Records: [
          {
            eventSource: "aws:sqs",
            body: JSON.stringify({ Type: "Notification", Message: JSON.stringify(direct) }),
          },
        ],
      },
    ],
    ["with metadata that is not for us", { ...direct, NotificationMetadata: '{"team":"web"}' }],
    ["with metadata that is no JSON", { ...direct, NotificationMetadata: "team web" }],
    ["with empty metadata", { ...direct, NotificationMetadata: "" }],
    [
      "without the settings in its metadata: the hook itself tells",
      { ...direct, NotificationMetadata: '{"cluster_name":"other","on_timeout":"abandon"}' },
    ],
    ["with settings that are wrong", { ...direct, NotificationMetadata: '{"cluster_name":5}' }],
    ["with metadata that is no text", { ...direct, NotificationMetadata: { cluster_name: "other" } }],
  ];
  for (const [what, body] of forms) {
    it(`is read ${what}`, () => expect(parseLifecycleMessage(JSON.stringify(body))).to.deep.equal(expected));
  }

  it("without a time says so", () => {
    expect(parseLifecycleMessage(JSON.stringify(core))).to.deep.equal({ ...expected, time: undefined });
  });

  for (const key of ["Event", "LifecycleTransition"]) {
    it(`is a test notification by ${key}`, () => {
      const body = {
        [key]: "autoscaling:TEST_NOTIFICATION",
        AutoScalingGroupName: "fleet",
        Service: "AWS Auto Scaling",
      };
      expect(parseLifecycleMessage(JSON.stringify(body))).to.deep.equal({
        kind: "test notification",
        group: "fleet",
      });
    });
  }
});
