// Protects what a user is told about a wrong input or message: every key by name, what was expected and what was found.
import { expect } from "chai";
import { deregister } from "../../functions/deregister/run.ts";
import { terminate } from "../../functions/terminate/run.ts";
import { parseLifecycleMessage } from "../../shared/lifecycle-message.ts";
import { parseMonitorMessage } from "../../shared/monitor-message.ts";
import { untouchablePorts } from "./ports.ts";

const good = { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor" };
const deregisterInputs: [string, unknown, string][] = [
  ["nothing at all", undefined, "(the whole): expected an object with the function's input, found nothing"],
  ["a string", "lifecycle", '(the whole): expected an object with the function\'s input, found "lifecycle"'],
  [
    "a list",
    [good],
    '(the whole): expected an object with the function\'s input, found [{"lifecycle_queue_name":"lifecycle","elb_monitor_queue_name… (73 characters)',
  ],
  [
    "no keys: both that are needed are named",
    {},
    "lifecycle_queue_name: expected the name of a standard SQS queue, found nothing; elb_monitor_queue_name: expected the name of a standard SQS queue, found nothing",
  ],
  ["a key that is misspelt", { ...good, elb_nam: "web" }, "elb_nam: unknown key"],
  [
    "an empty queue name",
    { ...good, lifecycle_queue_name: "" },
    'lifecycle_queue_name: expected the name of a standard SQS queue, found ""',
  ],
  [
    "a FIFO queue",
    { ...good, lifecycle_queue_name: "drain.fifo" },
    'lifecycle_queue_name: expected the name of a standard SQS queue, found "drain.fifo"',
  ],
  [
    "one queue for both: deregister would take its own messages for terminations",
    { ...good, elb_monitor_queue_name: "lifecycle" },
    'elb_monitor_queue_name: expected another queue than lifecycle_queue_name, found "lifecycle"',
  ],
  [
    "a queue URL",
    { ...good, elb_monitor_queue_name: "https://sqs.us-east-1.amazonaws.com/123456789012/monitor" },
    'elb_monitor_queue_name: expected the name of a standard SQS queue, found "https://sqs.us-east-1.amazonaws.com/123456789012/monitor"',
  ],
  [
    "elb_name: null",
    { ...good, elb_name: null },
    "elb_name: expected the name of a classic load balancer, found null",
  ],
  [
    "elb_name as a list",
    { ...good, elb_name: ["web"] },
    'elb_name: expected the name of a classic load balancer, found ["web"]',
  ],
  [
    "elb_names as a string",
    { ...good, elb_names: "web" },
    'elb_names: expected a list of classic load balancer names, found "web"',
  ],
  [
    "a number among elb_names",
    { ...good, elb_names: ["web", 5] },
    "elb_names[1]: expected the name of a classic load balancer, found 5",
  ],
  [
    "a target group's load balancer ARN",
    {
      ...good,
      target_groups: [
        "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/0123456789abcdef",
      ],
    },
    'target_groups[0]: expected the name or ARN of a target group, found "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbal… (91 characters)',
  ],
  [
    "cluster_name with a blank",
    { ...good, cluster_name: "my cluster" },
    'cluster_name: expected the name or ARN of an ECS cluster, found "my cluster"',
  ],
  [
    "cluster_names as an object",
    { ...good, cluster_names: {} },
    "cluster_names: expected a list of ECS cluster names or ARNs, found {}",
  ],
  [
    "poll_seconds as text",
    { ...good, poll_seconds: "5" },
    'poll_seconds: expected a whole number of seconds from 1 to 60, found "5"',
  ],
  [
    "poll_seconds of 0",
    { ...good, poll_seconds: 0 },
    "poll_seconds: expected a whole number of seconds from 1 to 60, found 0",
  ],
  [
    "poll_seconds of 61",
    { ...good, poll_seconds: 61 },
    "poll_seconds: expected a whole number of seconds from 1 to 60, found 61",
  ],
  [
    "a broken poll_seconds",
    { ...good, poll_seconds: 2.5 },
    "poll_seconds: expected a whole number of seconds from 1 to 60, found 2.5",
  ],
  [
    "several at once",
    { lifecycle_queue_name: 7, elb_monitor_queue_name: "monitor", cluster_nmae: "main", poll_seconds: -1 },
    "lifecycle_queue_name: expected the name of a standard SQS queue, found 7; poll_seconds: expected a whole number of seconds from 1 to 60, found -1; cluster_nmae: unknown key",
  ],
];

const terminateInputs: [string, unknown, string][] = [
  ["nothing at all", null, "(the whole): expected an object with the function's input, found null"],
  [
    "deregister's input",
    good,
    "queue_name: expected the name of a standard SQS queue, found nothing; lifecycle_queue_name: unknown key; elb_monitor_queue_name: unknown key",
  ],
  [
    "a queue's ARN",
    { queue_name: "arn:aws:sqs:us-east-1:123456789012:monitor" },
    'queue_name: expected the name of a standard SQS queue, found "arn:aws:sqs:us-east-1:123456789012:monitor"',
  ],
];

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
    "a launch",
    JSON.stringify({ ...lifecycle, LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING" }),
    'LifecycleTransition: expected "autoscaling:EC2_INSTANCE_TERMINATING", found "autoscaling:EC2_INSTANCE_LAUNCHING"',
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
    "a hook whose metadata has a wrong setting",
    JSON.stringify({ ...lifecycle, NotificationMetadata: '{"cluster_name":5}' }),
    "NotificationMetadata.cluster_name: expected the name or ARN of an ECS cluster, found 5",
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

describe("wrong inputs", () => {
  for (const [what, input, message] of deregisterInputs) {
    it(`deregister: ${what}`, async () => {
      const { ports, lines, invocation } = untouchablePorts();
      expect(await thrownBy(() => deregister(input, ports, invocation))).to.equal(
        `InputError: deregister: the scheduled event's input is wrong: ${message}`,
      );
      expect(lines).to.deep.equal([["error", "input refused", { reason: message }]]);
    });
  }
  for (const [what, input, message] of terminateInputs) {
    it(`terminate: ${what}`, async () => {
      const { ports, invocation } = untouchablePorts();
      expect(await thrownBy(() => terminate(input, ports, invocation))).to.equal(
        `InputError: terminate: the scheduled event's input is wrong: ${message}`,
      );
    });
  }
});

describe("wrong messages", () => {
  for (const [what, body, reason] of lifecycleBodies) {
    it(`lifecycle queue: ${what}`, () => {
      expect(parseLifecycleMessage(body)).to.deep.equal({ kind: "unreadable", reason });
    });
  }
  for (const [what, body, reason] of monitorBodies) {
    it(`monitor queue: ${what}`, () => {
      expect(parseMonitorMessage(body, 0, {})).to.deep.equal({ kind: "unreadable", reason });
    });
  }
});

async function thrownBy(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    return String(error);
  }
  return "nothing was thrown";
}
