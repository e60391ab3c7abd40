// Protects what is said of a message that cannot be read: every key by name, what was expected and what was found.
import { expect } from "chai";
import { parseLifecycleMessage } from "../../../../shared/messages/lifecycle-message.ts";
import { parseMonitorMessage } from "../../../../shared/messages/monitor-message.ts";

const lifecycle = {
  LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
  EC2InstanceId: "i-0123456789abcdef0",
  AutoScalingGroupName: "fleet",
  LifecycleHookName: "drain",
  LifecycleActionToken: "87654321-4321-4321-4321-210987654321",
  Time: "2026-11-20T09:00:00.000Z",
};
const without = (key: keyof typeof lifecycle) => JSON.stringify({ ...lifecycle, [key]: undefined });
const lifecycleBodies: [string, string, string][] = [
  ["an empty body", "", "expected JSON"],
  ["text", "Service: AWS Auto Scaling", "expected JSON"],
  ["half a message", JSON.stringify(lifecycle).slice(0, 60), "expected JSON"],
  ["a number", "7", "expected a JSON object"],
  ["null", "null", "expected a JSON object"],
  ["a list", "[]", "expected a JSON object"],
  [
    "a transition that nobody knows",
    JSON.stringify({ ...lifecycle, LifecycleTransition: "autoscaling:EC2_INSTANCE_MOVING" }),
    'LifecycleTransition: expected "autoscaling:EC2_INSTANCE_TERMINATING", found "autoscaling:EC2_INSTANCE_MOVING"',
  ],
  [
    "half of a termination in a Lambda event that was forwarded whole",
    JSON.stringify({
      Records: [
        {
          EventSource: "aws:sns",
          Sns: {
            Type: "Notification",
            Message: JSON.stringify({ ...lifecycle, LifecycleActionToken: undefined }),
          },
        },
      ],
    }),
    "LifecycleActionToken: expected a token of 36 characters, found nothing",
  ],
  [
    "two records of one Lambda event",
    JSON.stringify({
      Records: [1, 2].map(() => ({ eventSource: "aws:sqs", body: JSON.stringify(lifecycle) })),
    }),
    "Records: expected one record, found 2",
  ],
  [
    "text in a record",
    JSON.stringify({ Records: [{ eventSource: "aws:sqs", body: "hello" }] }),
    "Records[0]: expected JSON",
  ],
  [
    "a termination in words, under SNS's subject",
    JSON.stringify({
      Type: "Notification",
      Subject: "Auto Scaling:  Lifecycle action 'TERMINATING' for instance i-0123456789abcdef0 in progress.",
      Message: "Service: AWS Auto Scaling",
    }),
    "Message: expected JSON",
  ],
  [
    "more envelopes than anybody would use",
    [1, 2, 3, 4, 5].reduce(
      (message) => JSON.stringify({ Type: "Notification", Message: message }),
      JSON.stringify(lifecycle),
    ),
    "expected a message in 4 envelopes at most",
  ],
  [
    "no transition",
    without("LifecycleTransition"),
    'LifecycleTransition: expected "autoscaling:EC2_INSTANCE_TERMINATING", found nothing',
  ],
  [
    "no instance",
    without("EC2InstanceId"),
    "EC2InstanceId: expected an instance id such as i-0123456789abcdef0, found nothing",
  ],
  [
    "something else as the instance",
    JSON.stringify({ ...lifecycle, EC2InstanceId: "vol-0123456789abcdef0" }),
    'EC2InstanceId: expected an instance id such as i-0123456789abcdef0, found "vol-0123456789abcdef0"',
  ],
  [
    "no group",
    without("AutoScalingGroupName"),
    "AutoScalingGroupName: expected the name of an Auto Scaling group, found nothing",
  ],
  [
    "no hook",
    without("LifecycleHookName"),
    "LifecycleHookName: expected the name of a lifecycle hook, found nothing",
  ],
  [
    "no token",
    without("LifecycleActionToken"),
    "LifecycleActionToken: expected a token of 36 characters, found nothing",
  ],
  [
    "a short token",
    JSON.stringify({ ...lifecycle, LifecycleActionToken: "abc" }),
    'LifecycleActionToken: expected a token of 36 characters, found "abc"',
  ],
  [
    "a time that is none",
    JSON.stringify({ ...lifecycle, Time: "yesterday" }),
    'Time: expected a time such as 2026-11-20T09:00:00.000Z, found "yesterday"',
  ],
  [
    "an SNS envelope around text",
    JSON.stringify({ Type: "Notification", Message: "hello" }),
    "Message: expected JSON",
  ],
  [
    "an EventBridge event without its detail's instance",
    JSON.stringify({ source: "aws.autoscaling", detail: { ...lifecycle, EC2InstanceId: undefined } }),
    "EC2InstanceId: expected an instance id such as i-0123456789abcdef0, found nothing",
  ],
  [
    "a time before the year 0, of which none of ours could be made",
    JSON.stringify({ ...lifecycle, Time: "0000-01-01T00:00:00+23:59" }),
    'Time: expected a time such as 2026-11-20T09:00:00.000Z, found "0000-01-01T00:00:00+23:59"',
  ],
  [
    "a group and a hook with a length that cannot be compared",
    `${JSON.stringify(lifecycle).slice(0, -1)},"AutoScalingGroupName":{"length":{"toString":0}},"LifecycleActionToken":{"length":{"toString":0}}}`,
    'AutoScalingGroupName: expected the name of an Auto Scaling group, found {"length":{"toString":0}}; LifecycleActionToken: expected a token of 36 characters, found {"length":{"toString":0}}',
  ],
  [
    "something nested deeper than JavaScript's stack",
    `{"LifecycleTransition":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    [
      'LifecycleTransition: expected "autoscaling:EC2_INSTANCE_TERMINATING", found something nested too deeply',
      "EC2InstanceId: expected an instance id such as i-0123456789abcdef0, found nothing",
      "AutoScalingGroupName: expected the name of an Auto Scaling group, found nothing",
      "LifecycleHookName: expected the name of a lifecycle hook, found nothing",
      "LifecycleActionToken: expected a token of 36 characters, found nothing",
    ].join("; "),
  ],
];

const monitorBodies: [string, string, string][] = [
  ["text", "hello", "expected JSON"],
  ["null", "null", "(the whole): expected a JSON object, found null"],
  [
    "no instance",
    '{"auto_scaling_group":"fleet","life_cycle_hook_name":"drain"}',
    "instance_id: expected an instance id such as i-0123456789abcdef0, found nothing",
  ],
  [
    "no group and no hook",
    '{"instance_id":"i-0123456789abcdef0"}',
    "auto_scaling_group: expected the name of an Auto Scaling group, found nothing; life_cycle_hook_name: expected the name of a lifecycle hook, found nothing",
  ],
  [
    "a time of interruption that is none",
    '{"instance_id":"i-0123456789abcdef0","auto_scaling_group":"fleet","interrupted_at":"soon"}',
    'interrupted_at: expected a time such as 2026-11-20T09:00:00.000Z, found "soon"',
  ],
  [
    "dry_run as text",
    '{"instance_id":"i-0123456789abcdef0","auto_scaling_group":"fleet","life_cycle_hook_name":"drain","dry_run":"no"}',
    'dry_run: expected true or false, found "no"',
  ],
  [
    "a group with a length that cannot be compared",
    '{"instance_id":"i-0123456789abcdef0","auto_scaling_group":{"length":{"toString":0}},"life_cycle_hook_name":"drain"}',
    'auto_scaling_group: expected the name of an Auto Scaling group, found {"length":{"toString":0}}',
  ],
  [
    "a token that is a number",
    '{"instance_id":"i-0123456789abcdef0","auto_scaling_group":"fleet","life_cycle_hook_name":"drain","lifecycle_action_token":5}',
    "lifecycle_action_token: expected a token of 36 characters, found 5",
  ],
  [
    "a token that is cut short: AWS would refuse it at each look",
    '{"instance_id":"i-0123456789abcdef0","auto_scaling_group":"fleet","life_cycle_hook_name":"drain","lifecycle_action_token":"87654321"}',
    'lifecycle_action_token: expected a token of 36 characters, found "87654321"',
  ],
  [
    "something else as the instance: AWS would refuse all that it is asked with",
    '{"instance_id":"arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789abcdef0","auto_scaling_group":"fleet","life_cycle_hook_name":"drain"}',
    'instance_id: expected an instance id such as i-0123456789abcdef0, found "arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789abc… (65 characters)',
  ],
];

describe("wrong messages", () => {
  for (const [what, body, reason] of lifecycleBodies) {
    it(`lifecycle queue: ${what}`, () => {
      expect(parseLifecycleMessage(body)).to.deep.equal({ kind: "unreadable", reason });
    });
  }
  for (const [what, body, reason] of monitorBodies) {
    it(`monitor queue: ${what}`, () => {
      expect(parseMonitorMessage(body, 0)).to.deep.equal({ kind: "unreadable", reason });
    });
  }
});
