// Protects those who deploy by CDK: what is wrong is refused when the stack is synthesised, with the key, what was expected and what was found.
import { expect } from "chai";
import { type Given, problemsOfConstruct, problemsOfResources } from "../../../deploy/release/construct.ts";

const given = (settings: Given["settings"] = {}, groups: Given["groups"] = [{ name: "web" }]): Given => ({
  region: undefined,
  heartbeat_timeout_seconds: 3600,
  groups,
  settings,
});
const LONG = Array.from({ length: 40 }, (_, n) => `group-${"x".repeat(20)}-${n}`);

/** [why, what is given, what is said of it] */
const WRONG: readonly (readonly [why: string, given: Given, problems: readonly string[]])[] = [
  [
    "a slip in a setting's key",
    given({ drain_timeout: 60 }),
    ["drainTimeout: unknown key; did you mean drainTimeoutSeconds?"],
  ],
  [
    "a slip in a group's key",
    given({}, [{ name: "web", drain_timeout: 60 }]),
    ["groups[0].drainTimeout: unknown key; did you mean drainTimeoutSeconds?"],
  ],
  [
    "a word that is none of those",
    given({ on_timeout: "stop" }),
    ['onTimeout: expected one of "continue", "abandon", "leave", found "stop"'],
  ],
  [
    "a group's word that is none of those",
    given({}, [{ name: "web" }, { name: "batch", deregister_container_instance: "when_gone" }]),
    [
      'groups[1].deregisterContainerInstance: expected one of "never", "when_disconnected", "always", found "when_gone"',
    ],
  ],
  [
    "numbers below and above their bounds",
    given({ drain_timeout_seconds: 59, poll_seconds: 61, maintenance_lead_hours: 8761 }),
    [
      "pollSeconds: expected a whole number of seconds from 1 to 60, found 61",
      "drainTimeoutSeconds: expected a whole number of seconds from 60 to 172800, found 59",
      "maintenanceLeadHours: expected a whole number of hours from 0 to 8760, found 8761",
    ],
  ],
  [
    "a group's numbers",
    given({}, [{ name: "web", heartbeat_timeout_seconds: 29, settle_seconds: 1.5, poll_seconds: "5" }]),
    [
      "groups[0].heartbeatTimeoutSeconds: expected a whole number of seconds from 30 to 7200, found 29",
      'groups[0].pollSeconds: expected a whole number of seconds from 1 to 60, found "5"',
      "groups[0].settleSeconds: expected a whole number of seconds from 0 to 3600, found 1.5",
    ],
  ],
  [
    "a hook that is too long for all groups",
    { ...given(), heartbeat_timeout_seconds: 7201 },
    ["heartbeatTimeoutSeconds: expected a whole number of seconds from 30 to 7200, found 7201"],
  ],
  [
    "names that AWS does not have",
    given({ stage: "a_b", elb_names: ["web", "a b"], lifecycle_queue_name: "in.fifo" }),
    [
      'stage: expected a name of up to 42 letters, digits and hyphens, found "a_b"',
      'lifecycleQueueName: expected the name of a standard SQS queue, found "in.fifo"',
      'elbNames[1]: expected the name of a classic load balancer, found "a b"',
    ],
  ],
  [
    "a name that would be two, where the template has commas between them",
    given({ more_auto_scaling_groups: ["a,b"] }, [{ name: "c,d" }]),
    [
      'groups[0].name: expected the name of one Auto Scaling group, without : , * ? and $, found "c,d"',
      'moreAutoScalingGroups[0]: expected the name of one Auto Scaling group, without : , * ? and $, found "a,b"',
    ],
  ],
  [
    "a cluster by its ARN, of which the template makes a policy",
    given({ cluster_names: ["arn:aws:ecs:us-east-1:123456789012:cluster/web"] }),
    [
      'clusterNames[0]: expected the name of an ECS cluster, and not its ARN, found "arn:aws:ecs:us-east-1:123456789012:cluster/web"',
    ],
  ],
  [
    "lists that are none",
    given({ alarm_actions: "arn:aws:sns:us-east-1:123456789012:alarms" }, [{ name: "web", elb_names: "a" }]),
    [
      'groups[0].elbNames: expected a list of classic load balancer names, found "a"',
      'alarmActions: expected a list of ARNs, found "arn:aws:sns:us-east-1:123456789012:alarms"',
    ],
  ],
  [
    "other things than ARNs",
    given({ alarm_actions: ["alarms"], more_rules_that_may_send: ["rule"], topics: ["", "topic"] }),
    [
      'alarmActions[0]: expected an ARN that CloudWatch tells, such as that of an SNS topic, found "alarms"',
      'moreRulesThatMaySend[0]: expected the ARN of an EventBridge rule, found "rule"',
      'topics[1]: expected the ARN of an SNS topic, found "topic"',
    ],
  ],
  ["yes in place of true", given({ dry_run: "yes" }), ['dryRun: expected true or false, found "yes"']],
  [
    "services that are no JSON",
    given({ scale_tasks_services: "web" }),
    ['scaleTasksServices: expected JSON objects of services, with commas between them, found "web"'],
  ],
  [
    "a service without its keys",
    given({ scale_tasks_services: '{"cluster_name":"web","service_name":"edge","min_task_count":2}' }),
    ["scaleTasksServices[0].nCount: expected a whole number from 0 on, found nothing"],
  ],
  [
    "a group twice",
    given({}, [{ name: "web" }, { name: "web", poll_seconds: 5 }]),
    ['groups[1].name: expected each name once, found "web" in groups[0].name too'],
  ],
  [
    "no group at all",
    given({}, []),
    ["groups: expected a group, groupTagValue or moreAutoScalingGroups, found nothing"],
  ],
  [
    "one queue for both",
    given({ lifecycle_queue_name: "a", elb_monitor_queue_name: "a" }),
    ['elbMonitorQueueName: expected another queue than lifecycleQueueName, found "a"'],
  ],
  [
    "a queue whose name leaves no room for that of its dead letters",
    given({ lifecycle_queue_name: "a".repeat(68) }),
    [
      "lifecycleQueueName: expected at most 67 characters, because SQS takes 80 and the dead letters' queue has -dead-letters after it, found 68",
    ],
  ],
  [
    "a key of another Region",
    {
      ...given({ kms_key_arn: "arn:aws:kms:eu-west-1:123456789012:key/a" }),
      region: "us-east-1",
    },
    ['kmsKeyArn: expected an ARN in us-east-1, found "arn:aws:kms:eu-west-1:123456789012:key/a"'],
  ],
  [
    "settings that no hook's metadata can have",
    given({}, [{ name: "web", target_groups: LONG }]),
    [
      "groups[0]: expected settings of at most 1,023 characters as JSON, which is all that a hook's metadata takes, found 1,289; name fewer load balancers and target groups: what has the instance is found without a name, too",
    ],
  ],
];

describe("the construct's check", () => {
  for (const [why, wrong, problems] of WRONG)
    it(`refuses ${why}`, () => expect(problemsOfConstruct(wrong)).to.deep.equal(problems));

  it("takes what is right, with places that are empty", () => {
    const settings = {
      stage: "blue",
      cluster_names: ["web"],
      topics: ["arn:aws:sns:us-east-1:123456789012:a", "", "arn:aws:sns:us-east-1:123456789012:b"],
      lifecycle_topic_arns: [],
      scale_tasks_services: '{"cluster_name":"web","service_name":"edge","min_task_count":2,"n_count":1}',
      settle_seconds: 0,
      log_retention_days: 30,
      event_bus: "",
    };
    const groups = [{ name: "web" }, { name: "batch", heartbeat_timeout_seconds: 900, on_timeout: "leave" }];
    expect(problemsOfConstruct(given(settings, groups))).to.deep.equal([]);
  });

  it("refuses an input that EventBridge would not take, and takes the longest that it does", () => {
    const rule = (length: number) => ({
      Rule: { Type: "AWS::Events::Rule", Properties: { Targets: [{ Input: "x".repeat(length) }] } },
    });
    expect(problemsOfResources(rule(8192), "us-east-1")).to.deep.equal([]);
    expect(problemsOfResources(rule(8193), "us-east-1").join()).to.match(
      /^groups: expected an input of at most 8,192 .* found 8,193;/,
    );
  });

  it("refuses policies that IAM would not take, also where the template joins their texts", () => {
    const role = (length: number) => ({
      Role: {
        Type: "AWS::IAM::Role",
        Properties: {
          Policies: [
            { PolicyDocument: { a: { "Fn::Join": ["", [{ Ref: "AWS::Partition" }, "x".repeat(length)]] } } },
          ],
        },
      },
    });
    // {"a":""} and aws are eleven characters.
    expect(problemsOfResources(role(10_240 - 11), "us-east-1")).to.deep.equal([]);
    expect(problemsOfResources(role(10_241 - 11), "us-east-1").join()).to.match(
      /^groups: expected inline policies of at most 10,240 .* found 10,241 of Role;/,
    );
  });
});
