// Protects `asg-drain doctor`: it finds each planted misconfiguration by its check and no other, nothing on a healthy deployment, and
// calls nothing fine that it could not read.
import { expect } from "chai";
import { withAccount } from "../../../cli/aws/account.ts";
import { CHECKS } from "../../../cli/operator/doctor/checks.ts";
import { type DoctorReport, diagnose, doctorSchema } from "../../../cli/operator/doctor/report.ts";
import { type Changed, type Scenario, serveHealthyAccount } from "../../../docs/generate/healthy-account.ts";
import type { ServedAccount } from "../../../docs/generate/served-account.ts";
import type { PolicyStatement } from "../../../simulator/services/iam/evaluate.ts";
import type { LambdaFunction } from "../../../simulator/services/lambda/functions.ts";
import type { World } from "../../../simulator/services/world.ts";

/** So many calls it takes at the most in this account. */
const CALLS_MAX = 130;

const LIFECYCLE = "asg-drain-lifecycle";
const MONITOR = "asg-drain-monitor";

/** Plants something in the account, or in the scenario that it is made from. */
const inWorld = (world: (world: World) => void): Changed => ({ world });
const inScenario = (scenario: (scenario: Scenario) => Scenario): Changed => ({ scenario });

const ofFunction = (name: string, change: (each: LambdaFunction) => void) =>
  inWorld(({ functions }) => change(functions.byName(`asg-drain-live-${name}`)));
const terminate = (change: (each: LambdaFunction) => void) => ofFunction("terminate", change);
const deregister = (change: (each: LambdaFunction) => void) => ofFunction("deregister", change);
const ofSchedule = (change: (each: World["schedules"]["all"][number]) => void) =>
  inWorld(({ schedules }) => {
    for (const each of schedules.all) if (each.name.includes("terminate")) change(each);
  });
const ofQueue = (name: string, attributes: Record<string, string>) =>
  inWorld(({ queues }) => queues.setAttributes(queues.byName(name), attributes));
const denying = (role: string, ...actions: string[]) =>
  inWorld(({ roles }) => {
    const denial: PolicyStatement = { Effect: "Deny", Action: actions, Resource: "*" };
    const found = roles.byName(role);
    found.statements = [...(found.statements ?? []), denial];
  });
const group = (change: Record<string, unknown>) =>
  inScenario((scenario) => ({
    ...scenario,
    auto_scaling_groups: scenario.auto_scaling_groups.map((each) => ({ ...each, ...change })),
  }));
const HOOK = {
  name: "asg-drain-live",
  queue: LIFECYCLE,
  heartbeat_timeout_seconds: 3600,
  default_result: "CONTINUE",
};
const hook = (change: Record<string, unknown>, ...more: Record<string, unknown>[]) =>
  group({ hooks: [{ ...HOOK, ...change }, ...more] });
/** Keys of the inputs of both functions; one with undefined is taken out. */
const keys = (change: Record<string, unknown>, ofTerminate: Record<string, unknown> = {}) =>
  inScenario((scenario) => {
    const { deregister, terminate } = scenario.functions;
    return {
      ...scenario,
      functions: {
        ...scenario.functions,
        deregister: { ...deregister, input: without({ ...deregister.input, ...change }) },
        terminate: { ...terminate, input: without({ ...terminate.input, ...change, ...ofTerminate }) },
      },
    };
  });
const without = (object: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
/** What the rules send is changed after the functions have run with what is right. */
const sends = (name: string, change: (input: Record<string, unknown>) => unknown) =>
  inWorld(({ schedules, functions }) => {
    const schedule = schedules.all.find((each) => each.name.includes(name));
    if (!schedule) throw new Error(name);
    const sent = change(JSON.parse(schedule.input() ?? ""));
    const text = typeof sent === "string" ? sent : JSON.stringify(sent);
    schedule.input = () => text;
    if (name === "deregister") functions.byName("asg-drain-live-deregister").environment.INPUT = text;
  });
const service = (change: Record<string, unknown>) =>
  inScenario((scenario) => ({
    ...scenario,
    clusters: scenario.clusters.map((each) => ({
      ...each,
      services: each.services.map((one) => (one.name === "web" ? { ...one, ...change } : one)),
    })),
  }));
const delays = (secondsOf: (name: string) => number) =>
  inScenario((scenario) => ({
    ...scenario,
    target_groups: scenario.target_groups.map((each) => ({
      ...each,
      deregistration_delay_seconds: secondsOf(each.name),
    })),
  }));
const alarms = (change: (world: World["alarms"]) => void) => inWorld(({ alarms }) => change(alarms));
const withoutAlarm = (part: string) =>
  alarms((all) => {
    for (const { name } of all.all) if (name.includes(part)) all.remove(name);
  });
const DENIES_ALL = {
  Sid: "Closed",
  Effect: "Deny",
  Principal: "*",
  Action: "sqs:SendMessage",
  Resource: "*",
  Condition: { ArnNotLike: { "aws:PrincipalArn": ["arn:aws:iam::123456789012:role/nobody"] } },
};
const policyOf = (name: string, statement: object) =>
  ofQueue(name, { Policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }) });

const together = (...all: readonly Changed[]): Changed => ({
  scenario: (scenario) => all.reduce((changed, each) => each.scenario?.(changed) ?? changed, scenario),
  world: (world) => {
    for (const each of all) each.world?.(world);
  },
});
const withOtherQueue = inScenario((scenario) => ({
  ...scenario,
  queues: [...scenario.queues, { name: "other" }] as Scenario["queues"],
}));

/** The call fails for whoever looks at the account. */
const denied = (action: string) =>
  inScenario((scenario) => ({
    ...scenario,
    timeline: [{ at_seconds: 60, deny: { actions: [action], for_seconds: 7000 } }],
  }));

/** [what is planted, how, the checks that tell of it, what the first of them says] */
const planted: [string, Changed, string[], RegExp][] = [
  // Functions
  [
    "no terminate",
    inWorld(({ functions }) => functions.remove("asg-drain-live-terminate")),
    ["function-there"],
    /no function asg-drain-live-terminate in us-east-1/,
  ],
  [
    "a function that Lambda could not start",
    deregister((each) => {
      each.state = "Failed";
    }),
    ["function-active"],
    /asg-drain-live-deregister is Failed/,
  ],
  [
    "an update that failed",
    terminate((each) => {
      each.updateStatus = "Failed";
    }),
    ["function-active"],
    /its last update was Failed/,
  ],
  [
    "a timeout that is shorter than a run",
    terminate((each) => {
      each.timeoutSeconds = 60;
    }),
    ["function-timeout"],
    /has 60 s, and a run takes up to 90 s/,
  ],
  [
    "a concurrency of 0",
    deregister((each) => {
      each.reservedConcurrency = 0;
    }),
    ["concurrency-zero"],
    /reserved concurrency of 0/,
  ],
  [
    "a concurrency of 1",
    terminate((each) => {
      each.reservedConcurrency = 1;
    }),
    ["concurrency-reserved"],
    /reserved concurrency of 1/,
  ],
  [
    "an account that has hardly any concurrency",
    inWorld(({ functions }) => {
      functions.concurrency = 10;
    }),
    ["concurrency-account"],
    /without a reserve share a concurrency of 10/,
  ],
  [
    "Lambda's own retries",
    terminate((each) => {
      each.eventInvoke = undefined;
    }),
    ["function-retries"],
    /again 2 times, for up to 21600 s/,
  ],
  ["a dry run", keys({ dry_run: true }), ["dry-run"], /has dry_run: true/],
  [
    "a dry run by the environment",
    terminate((each) => {
      each.environment.DRYRUN = "1";
    }),
    ["dry-run"],
    /has DRYRUN/,
  ],
  [
    "an upgrade that reached one function alone",
    deregister((each) => {
      each.tags["asg-drain-version"] = "0.0.9";
    }),
    ["version-same"],
    /deregister is of version 0.0.9/,
  ],
  [
    "another program than what is deployed",
    inWorld(({ functions, stacks }) => {
      for (const each of functions.all) each.tags["asg-drain-version"] = "0.0.9";
      for (const each of stacks.all) each.outputs.Version = "0.0.9";
    }),
    ["version-program"],
    /of version 0.0.9, and this program of/,
  ],
  [
    "code that was changed beside the stack",
    inWorld(({ stacks }) => {
      for (const each of stacks.all) each.outputs.Version = "0.0.9";
    }),
    ["version-stack"],
    /the stack asg-drain-live is of version 0.0.9/,
  ],
  [
    "a stack that was rolled back",
    inWorld(({ stacks }) => {
      for (const each of stacks.all) each.status = "ROLLBACK_COMPLETE";
    }),
    ["stack-status"],
    /is ROLLBACK_COMPLETE/,
  ],
  [
    "a role that the functions do not know",
    terminate((each) => {
      each.environment.SENDER_ROLE_IDS = "AROAOTHEROTHEROTHER00";
    }),
    ["sender-roles"],
    /SENDER_ROLE_IDS of asg-drain-live-terminate lacks AROA/,
  ],
  [
    "functions that do not run",
    inScenario((scenario) => ({
      ...scenario,
      timeline: ["deregister", "terminate"].map((name) => ({
        at_seconds: 0,
        skip_ticks: { function: name, for_seconds: 7000 },
      })),
    })),
    ["function-runs"],
    /has logged no run in the last ten minutes/,
  ],
  [
    "a clock that is an hour ahead",
    inScenario((scenario) => ({
      ...scenario,
      starts_at: new Date(Date.parse(scenario.starts_at) - 3_600_000).toISOString(),
    })),
    ["clock"],
    /this machine's clock is 36\d\d s ahead of AWS's/,
  ],
  // Schedules
  [
    "a rule that sends no input",
    ofSchedule((each) => {
      each.input = () => undefined;
    }),
    ["input-there"],
    /-schedule sends asg-drain-live-terminate no input/,
  ],
  [
    "no rule",
    inWorld(({ schedules }) => schedules.remove("asg-drain-live-terminate-schedule")),
    ["schedule-there"],
    /no rule of EventBridge with a schedule has asg-drain-live-terminate/,
  ],
  [
    "a rule that is disabled",
    ofSchedule((each) => {
      each.isEnabled = false;
    }),
    ["schedule-enabled"],
    /which invokes asg-drain-live-terminate, is disabled/,
  ],
  [
    "a rule for each five minutes",
    ofSchedule((each) => {
      each.expression = "rate(5 minutes)";
    }),
    ["schedule-rate"],
    /by rate\(5 minutes\)/,
  ],
  [
    "two rules",
    inWorld(({ schedules }) => {
      for (const each of [...schedules.all])
        if (each.name.includes("terminate")) schedules.put({ ...each, name: "by-hand" });
    }),
    ["schedule-twice"],
    /asg-drain-live-terminate-schedule and by-hand/,
  ],
  [
    "a rule that keeps its ticks",
    ofSchedule((each) => {
      each.retry = undefined;
    }),
    ["schedule-retries"],
    /again 185 times, for up to 86400 s/,
  ],
  [
    "an input that is no JSON",
    sends("terminate", () => "{"),
    ["input-right"],
    /terminate: expected an object/,
  ],
  [
    "an unknown key",
    sends("terminate", (input) => ({ ...input, stop_task: "all" })),
    ["input-right"],
    /stop_task: unknown key; did you mean stop_tasks/,
  ],
  [
    "a wrong value",
    sends("deregister", (input) => ({ ...input, drain_timeout_seconds: 5 })),
    ["input-right"],
    /drain_timeout_seconds: expected a whole number of seconds/,
  ],
  [
    "terminate reading another queue",
    sends("terminate", (input) => ({ ...input, queue_name: "other" })),
    ["inputs-agree"],
    /terminate.queue_name: expected deregister's elb_monitor_queue_name/,
  ],
  [
    "terminate without a hook that deregister knows",
    together(
      sends("deregister", (input) => ({ ...input, lifecycle_hook_names: ["drain"] })),
      sends("terminate", (input) => ({ ...input, lifecycle_hook_names: ["other"] })),
    ),
    ["inputs-agree"],
    /terminate.lifecycle_hook_names: expected all of deregister's, "drain" too/,
  ],
  [
    "notices that no rule brings",
    inScenario((scenario) => ({ ...scenario, event_rules: [] })),
    ["notices-rule"],
    /on_maintenance, and no rule/,
  ],
  [
    "a hook that notifies nobody, without a rule",
    together(keys({ lifecycle_hook_names: ["drain"] }), hook({ name: "drain", queue: undefined })),
    ["lifecycle-rule"],
    /the hook drain of the group web notifies nobody/,
  ],
  [
    "a mapping that is off",
    deregister(({ mappings: [each] }) => {
      if (each) each.isEnabled = false;
    }),
    ["mapping-enabled"],
    /is Disabled/,
  ],
  [
    "a mapping that loses what failed",
    deregister(({ mappings: [each] }) => {
      if (each) each.reportsFailures = false;
    }),
    ["mapping-reports"],
    /no ReportBatchItemFailures/,
  ],
  [
    "a mapping without a limit",
    deregister(({ mappings: [each] }) => {
      if (each) each.maximumConcurrency = undefined;
    }),
    ["mapping-concurrency"],
    /has no limit as its maximum/,
  ],
  [
    "another input in the environment",
    deregister((each) => {
      each.environment.INPUT = "{}";
    }),
    ["mapping-input"],
    /is not what its rule sends/,
  ],
  [
    "no input in the environment",
    deregister((each) => {
      delete each.environment.INPUT;
    }),
    ["mapping-input"],
    /has no INPUT/,
  ],
  [
    "a mapping of the monitor queue",
    inWorld(({ functions }) => {
      const [mapping] = functions.byName("asg-drain-live-deregister").mappings;
      if (mapping)
        functions
          .byName("asg-drain-live-terminate")
          .mappings.push({ ...mapping, sourceArn: `arn:aws:sqs:us-east-1:123456789012:${MONITOR}` });
    }),
    ["mapping-monitor"],
    /with the messages of arn:aws:sqs:.*:asg-drain-monitor/,
  ],
  // Queues
  [
    "no queue",
    inWorld(({ queues }) => queues.delete(queues.byName(MONITOR))),
    ["queue-there"],
    /no queue asg-drain-monitor, which the input names as elb_monitor_queue_name/,
  ],
  [
    "no redrive policy",
    ofQueue(LIFECYCLE, { RedrivePolicy: "" }),
    ["queue-dead-letters"],
    /asg-drain-lifecycle has no redrive policy/,
  ],
  [
    "no queue of dead letters",
    inWorld(({ queues }) => queues.delete(queues.byName(`${MONITOR}-dead-letters`))),
    ["queue-dead-letters"],
    /to asg-drain-monitor-dead-letters, which there is not/,
  ],
  [
    "a visibility timeout that is shorter than a run",
    ofQueue(MONITOR, { VisibilityTimeout: "30" }),
    ["queue-visibility"],
    /hides messages for 30 s/,
  ],
  [
    "a retention that is shorter than a drain",
    ofQueue(MONITOR, { MessageRetentionPeriod: "3600" }),
    ["queue-retention"],
    /keeps messages for 3600 s/,
  ],
  [
    "dead letters that arrive expired",
    ofQueue(`${LIFECYCLE}-dead-letters`, { MessageRetentionPeriod: "345600" }),
    ["queue-dead-letter-retention"],
    /keeps messages for 345600 s, and asg-drain-lifecycle for 345600 s/,
  ],
  [
    "few receives",
    ofQueue(LIFECYCLE, {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: `arn:aws:sqs:us-east-1:123456789012:${LIFECYCLE}-dead-letters`,
        maxReceiveCount: 3,
      }),
    }),
    ["queue-receives"],
    /after 3 receives/,
  ],
  ["a delay", ofQueue(LIFECYCLE, { DelaySeconds: "60" }), ["queue-delay"], /delays messages by 60 s/],
  [
    "a dead letter",
    inWorld(({ queues }) => {
      queues.byName(`${MONITOR}-dead-letters`).send("what nobody can read", "AIDA", {}, 0);
    }),
    ["queue-dead-letters-empty"],
    /has 1 message$/,
  ],
  [
    "a policy that denies the hook's role",
    policyOf(LIFECYCLE, DENIES_ALL),
    ["queue-policy-hook"],
    /denies arn:aws:iam::123456789012:role\/hook to send/,
  ],
  [
    "a policy that denies the functions",
    policyOf(MONITOR, DENIES_ALL),
    ["queue-policy-functions"],
    /asg-drain-monitor denies arn:aws:iam::123456789012:role\/deregister/,
  ],
  [
    "no policy",
    ofQueue(LIFECYCLE, { Policy: "" }),
    ["queue-policy-others"],
    /the queue asg-drain-lifecycle has no policy/,
  ],
  [
    "a queue that is not encrypted",
    ofQueue(MONITOR, { SqsManagedSseEnabled: "false" }),
    ["queue-encrypted"],
    /asg-drain-monitor is not encrypted/,
  ],
  [
    "a key that services cannot use",
    ofQueue(LIFECYCLE, { KmsMasterKeyId: "alias/aws/sqs" }),
    ["queue-key"],
    /has the key alias\/aws\/sqs, and a rule or a topic sends to it/,
  ],
  // Hooks
  [
    "no hook",
    group({ hooks: [] }),
    ["hook-there"],
    /no terminating hook of the group web notifies asg-drain-lifecycle$/,
  ],
  [
    "a hook that notifies another queue",
    together(withOtherQueue, hook({ queue: "other" })),
    ["hook-there"],
    /asg-drain-live notifies arn:aws:sqs:.*:other/,
  ],
  [
    "a launching hook at our queue",
    hook({}, { ...HOOK, name: "launch", transition: "launching" }),
    ["hook-launching"],
    /the launching hook launch of the group web/,
  ],
  [
    "a short hook",
    hook({ heartbeat_timeout_seconds: 60 }),
    ["hook-timeout"],
    /holds for 60 s, and 180 s or more are safe/,
  ],
  [
    "a hook that ends before the drain may",
    together(keys({ drain_timeout_seconds: 86_400 }), hook({ heartbeat_timeout_seconds: 200 })),
    ["hook-global-limit"],
    /ends after 20000 s, and a drain may take 86400 s/,
  ],
  ["ABANDON as the default result", hook({ default_result: "ABANDON" }), ["hook-result"], /is ABANDON/],
  [
    "a wrong value in the metadata",
    hook({ metadata: '{"poll_seconds":0}' }),
    ["hook-metadata"],
    /NotificationMetadata.poll_seconds/,
  ],
  [
    "a key in the metadata that nobody knows",
    hook({ metadata: '{"poll_second":5}' }),
    ["hook-metadata-keys"],
    /has poll_second in its metadata/,
  ],
  [
    "two hooks of ours",
    hook({}, { ...HOOK, name: "again" }),
    ["hook-once"],
    /asg-drain-live and again of the group web/,
  ],
  [
    "another deployment",
    together(withOtherQueue, hook({}, { ...HOOK, name: "asg-drain-old", queue: "other" })),
    ["two-drainers"],
    /the hook asg-drain-old of another deployment/,
  ],
  [
    "Terminate suspended",
    inWorld(({ groups }) => {
      groups.byName("web").suspended.add("Terminate");
    }),
    ["suspended-terminate"],
    /the group web has Terminate suspended/,
  ],
  [
    "Launch suspended",
    inWorld(({ groups }) => {
      groups.byName("web").suspended.add("Launch");
    }),
    ["suspended-launch"],
    /the group web has Launch suspended/,
  ],
  // Names
  [
    "a group that there is not",
    sends("terminate", (input) => ({ ...input, auto_scaling_groups: ["web", "wbe"] })),
    ["name-group"],
    /no Auto Scaling group wbe/,
  ],
  [
    "no group at all",
    sends("terminate", (input) => without({ ...input, auto_scaling_groups: undefined })),
    ["name-any-group"],
    /names no auto_scaling_groups and no group_tag/,
  ],
  [
    "a tag that no group carries",
    sends("terminate", (input) =>
      without({ ...input, auto_scaling_groups: undefined, group_tag: "drain=yes" }),
    ),
    ["name-any-group"],
    /no group carries the tag drain=yes/,
  ],
  ["a cluster that there is not", keys({ cluster_names: ["shpo"] }), ["name-cluster"], /no ECS cluster shpo/],
  [
    "a target group that there is not",
    keys({ target_groups: ["sttaic"] }),
    ["name-load-balancer"],
    /no load balancer or target group sttaic/,
  ],
  [
    "a classic load balancer that there is not",
    keys({ elb_name: "clasic" }),
    ["name-load-balancer"],
    /clasic/,
  ],
  [
    "a service that there is not",
    inScenario((scenario) => ({
      ...scenario,
      functions: {
        ...scenario.functions,
        scale_tasks: {
          ...scenario.functions.scale_tasks,
          input: { cluster_name: "shop", service_name: "egde", min_task_count: 1, n_count: 1 },
        },
      },
    })),
    ["name-service"],
    /no ECS service shop\/egde/,
  ],
  [
    "a cluster that nobody named",
    keys({ cluster_name: undefined }),
    ["cluster-permitted"],
    /instances are in the cluster shop, which is not named/,
  ],
  [
    "a registration that nobody named",
    keys({ discover: "named", target_groups: [] }),
    ["registration-named"],
    /instances are registered in static, which is not named/,
  ],
  [
    "a classic load balancer that nobody named",
    keys({ discover: "named", elb_name: undefined }),
    ["registration-named"],
    /registered in classic/,
  ],
  // Permissions
  [
    "a hook's role that may not send",
    denying("hook", "sqs:SendMessage"),
    ["permission-hook"],
    /the role of the hook may not call sqs:SendMessage/,
  ],
  [
    "no access to a queue",
    denying("deregister", "sqs:ReceiveMessage"),
    ["permission-queues"],
    /the role of deregister may not call sqs:ReceiveMessage/,
  ],
  [
    "no read of tasks",
    denying("terminate", "ecs:DescribeTasks"),
    ["permission-read"],
    /the role of terminate may not call ecs:DescribeTasks/,
  ],
  [
    "no DRAINING",
    denying("deregister", "ecs:UpdateContainerInstancesState"),
    ["permission-drain"],
    /ecs:UpdateContainerInstancesState on arn:aws:ecs:.*container-instance\/shop/,
  ],
  [
    "no deregistration",
    denying("deregister", "elasticloadbalancing:DeregisterTargets"),
    ["permission-deregister"],
    /DeregisterTargets/,
  ],
  [
    "no heartbeat",
    denying("terminate", "autoscaling:RecordLifecycleActionHeartbeat"),
    ["permission-heartbeat"],
    /RecordLifecycleActionHeartbeat/,
  ],
  [
    "no completion",
    denying("terminate", "autoscaling:CompleteLifecycleAction"),
    ["permission-complete"],
    /CompleteLifecycleAction/,
  ],
  [
    "no stop of a task",
    denying("terminate", "ecs:StopTask"),
    ["permission-stop-task"],
    /ecs:StopTask on arn:aws:ecs/,
  ],
  [
    "no registration",
    denying("terminate", "elasticloadbalancing:RegisterTargets"),
    ["permission-restore"],
    /RegisterTargets/,
  ],
  [
    "no dead container instance",
    denying("terminate", "ecs:DeregisterContainerInstance"),
    ["permission-container-instance"],
    /DeregisterContainerInstance/,
  ],
  [
    "no replacement",
    denying("terminate", "autoscaling:TerminateInstanceInAutoScalingGroup"),
    ["permission-replace"],
    /TerminateInstanceInAutoScalingGroup/,
  ],
  [
    "no event",
    denying("terminate", "events:PutEvents"),
    ["permission-events"],
    /events:PutEvents on arn:aws:events:.*event-bus\/default/,
  ],
  [
    "a key that the roles may not use",
    ofQueue(MONITOR, {
      KmsMasterKeyId: "arn:aws:kms:us-east-1:123456789012:key/8d7b2f3e-0000-4000-8000-000000000000",
    }),
    ["permission-key"],
    /kms:Decrypt, kms:GenerateDataKey/,
  ],
  [
    "no scaling",
    denying("scale-tasks", "ecs:UpdateService"),
    ["permission-scale"],
    /the role of scale-tasks may not call ecs:UpdateService/,
  ],
  ["no log", denying("deregister", "logs:PutLogEvents"), ["permission-log"], /logs:PutLogEvents/],
  [
    "a role that Auto Scaling may not use",
    inWorld(({ roles }) => {
      roles.byName("hook").trusted = ["ec2.amazonaws.com"];
    }),
    ["role-trust"],
    /role\/hook does not trust autoscaling.amazonaws.com/,
  ],
  // Times and services
  [
    "a service whose delay and stop timeout are longer than the drain",
    delays((name) => (name === "web" ? 3_590 : 60)),
    ["time-drain"],
    /may need 3620 s \(web drains for 3590 s, tasks of web may take 30 s to stop\), and has 3600 s/,
  ],
  [
    "a delay of our own that is longer than the drain",
    together(
      delays((name) => (name === "static" ? 3_600 : 60)),
      keys({ drain_timeout_seconds: 1_800 }),
    ),
    ["time-drain"],
    /may need 3600 s \(static drains for 3600 s\), and has 1800 s/,
  ],
  [
    "a drain that is shorter than what settles after it",
    keys({ drain_timeout_seconds: 600, settle_seconds: 900 }),
    ["time-drain"],
    /may need 990 s/,
  ],
  [
    "no sweep",
    sends("terminate", (input) => ({ ...input, sweep_minutes: 0 })),
    ["time-sweep"],
    /sweep_minutes is 0/,
  ],
  [
    "percents that can never drain",
    service({ minimum_healthy_percent: 100, maximum_percent: 100 }),
    ["percents"],
    /web in shop must keep 100 % of 2 tasks, and may have 100 %/,
  ],
  [
    "managed draining",
    group({ managed_draining: true }),
    ["managed-draining"],
    /the capacity provider web-capacity drains the group web too/,
  ],
  // Alarms
  [
    "no alarm of dead letters",
    withoutAlarm("ApproximateNumberOfMessagesVisible"),
    ["alarm-dead-letters"],
    /no alarm watches ApproximateNumberOfMessagesVisible of AWS\/SQS for QueueName asg-drain-lifecycle-dead-letters/,
  ],
  [
    "no alarm of old messages",
    withoutAlarm("ApproximateAgeOfOldestMessage"),
    ["alarm-unread"],
    /ApproximateAgeOfOldestMessage/,
  ],
  ["no alarm of runs", withoutAlarm("Invocations"), ["alarm-runs"], /Invocations/],
  ["no alarm of errors", withoutAlarm("Errors"), ["alarm-errors"], /Errors/],
  [
    "no alarm of drains",
    withoutAlarm("DrainsStalled"),
    ["alarm-drains"],
    /DrainsStalled of asg-drain for service asg-drain-live/,
  ],
  [
    "alarms that tell nobody",
    alarms(({ all }) => {
      for (const each of all) each.actions = [];
    }),
    ["alarm-tells"],
    /alarms have no action/,
  ],
  [
    "an alarm whose actions are off",
    alarms(({ all: [each] }) => {
      if (each) each.isEnabled = false;
    }),
    ["alarm-enabled"],
    /one alarm has actions that are switched off/,
  ],
];

describe("asg-drain doctor", function () {
  this.timeout(600_000);
  let account: ServedAccount | undefined;
  const kept = { ...process.env };
  before(() => {
    Object.assign(process.env, {
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "operator",
      AWS_SECRET_ACCESS_KEY: "operator",
    });
  });
  after(() => {
    process.env = kept;
  });
  afterEach(async () => {
    await account?.close();
    account = undefined;
  });

  async function examined(changed: Changed = {}): Promise<DoctorReport> {
    account = await serveHealthyAccount(changed);
    process.env.AWS_ENDPOINT_URL = account.url;
    return withAccount({}, (opened) => diagnose(opened, { deployment: "asg-drain-live" }));
  }
  const troubledIn = ({ checks }: DoctorReport) =>
    checks.filter(({ state }) => state === "error" || state === "warning");

  it("finds nothing on a healthy deployment, and checks all", async () => {
    const report = await examined();
    expect(troubledIn(report)).to.deep.equal([]);
    expect(report.counts).to.deep.equal({ fine: CHECKS.length, error: 0, warning: 0, not_checked: 0 });
    expect(report.not_read).to.deep.equal([]);
  });

  it("has a planted misconfiguration for each check", () => {
    const found = planted.flatMap(([, , ids]) => ids);
    expect(CHECKS.map(({ id }) => id).filter((id) => !found.includes(id))).to.deep.equal([]);
    expect(new Set(CHECKS.map(({ id }) => id)).size).to.equal(CHECKS.length);
  });

  for (const [what, changed, ids, told] of planted) {
    it(`finds ${what}`, async () => {
      const report = await examined(changed);
      const found = troubledIn(report);
      expect(found.map(({ id }) => id)).to.deep.equal(ids);
      expect(found[0]?.findings[0]?.what).to.match(told);
      for (const { findings } of found)
        for (const { mend } of findings)
          expect(mend)
            .to.match(/^\S.{5,}/)
            .and.not.match(/undefined|\[object|NaN/);
      expect(doctorSchema.parse(report)).to.deep.equal(report);
    });
  }

  /** [the call that is denied, some of the checks that cannot be made without it] */
  const unread: [string, string[]][] = [
    [
      "lambda:GetFunctionConfiguration",
      ["function-there", "function-timeout", "schedule-there", "sender-roles"],
    ],
    ["lambda:GetAccountSettings", ["concurrency-account"]],
    ["lambda:GetFunctionConcurrency", ["concurrency-zero", "concurrency-reserved"]],
    ["lambda:GetFunctionEventInvokeConfig", ["function-retries"]],
    ["lambda:ListTags", ["version-same", "version-program"]],
    ["lambda:ListEventSourceMappings", ["mapping-enabled", "mapping-monitor"]],
    ["events:ListRuleNamesByTarget", ["schedule-there", "input-right", "queue-there"]],
    ["events:DescribeRule", ["schedule-enabled", "notices-rule"]],
    ["events:ListTargetsByRule", ["schedule-there"]],
    ["sqs:GetQueueUrl", ["queue-there", "queue-delay", "permission-queues"]],
    ["sqs:GetQueueAttributes", ["queue-visibility", "queue-policy-hook"]],
    ["autoscaling:DescribeAutoScalingGroups", ["hook-there", "name-group", "suspended-terminate"]],
    ["autoscaling:DescribeLifecycleHooks", ["hook-there", "hook-timeout", "queue-policy-hook"]],
    ["ecs:DescribeClusters", ["name-cluster", "percents"]],
    ["ecs:ListClusters", ["cluster-permitted"]],
    ["ecs:ListContainerInstances", ["cluster-permitted"]],
    ["ecs:ListServices", ["percents", "time-drain"]],
    ["ecs:DescribeServices", ["percents", "name-service"]],
    ["ecs:DescribeTaskDefinition", ["time-drain"]],
    ["ecs:DescribeCapacityProviders", ["managed-draining"]],
    ["elbv2:DescribeTargetGroups", ["name-load-balancer", "time-drain"]],
    ["elbv2:DescribeTargetHealth", ["name-load-balancer"]],
    ["elbv2:DescribeTargetGroupAttributes", ["name-load-balancer"]],
    ["elb:DescribeLoadBalancers", ["name-load-balancer"]],
    ["elb:DescribeLoadBalancerAttributes", ["name-load-balancer"]],
    ["iam:GetRole", ["role-trust", "sender-roles"]],
    ["iam:SimulatePrincipalPolicy", ["permission-hook", "permission-complete"]],
    ["cloudwatch:DescribeAlarmsForMetric", ["alarm-tells", "alarm-runs"]],
    ["cloudformation:DescribeStacks", ["stack-status", "version-stack"]],
    ["logs:FilterLogEvents", ["function-runs"]],
  ];
  for (const [action, ids] of unread) {
    it(`calls nothing fine without ${action}`, async () => {
      const report = await examined(denied(action));
      const state = (id: string) => report.checks.find((each) => each.id === id)?.state;
      expect(ids.map((id) => [id, state(id)])).to.deep.equal(ids.map((id) => [id, "not checked"]));
      expect(troubledIn(report)).to.deep.equal([]);
      const iam = action.replace(/^elb(v2)?:/, "elasticloadbalancing:");
      expect(report.not_read.map(({ call }) => call)).to.include(iam);
      const because = report.checks.find(({ id }) => id === ids[0])?.because;
      expect(because).to.equal(`${iam} was denied`);
    });
  }

  it("calls nothing but the clock fine where nothing can be read", async () => {
    const { checks } = await examined(denied("*"));
    const others = checks.filter(({ state }) => state !== "not checked").map(({ id, state }) => [id, state]);
    expect(others).to.deep.equal([["clock", "fine"]]);
  });

  /** [the check of what is planted, a service that is denied] */
  const hidden: [string, string][] = [
    ["hook-there", "autoscaling"],
    ["hook-there", "events"],
    ["permission-hook", "autoscaling"],
    ["permission-hook", "iam"],
    ["permission-hook", "lambda"],
    ["permission-complete", "autoscaling"],
    ["permission-complete", "events"],
    ["permission-complete", "sqs"],
    ["permission-stop-task", "ecs"],
    ["permission-scale", "events"],
    ["permission-scale", "lambda"],
    ["role-trust", "autoscaling"],
    ["percents", "events"],
    ["percents", "ecs"],
    ["cluster-permitted", "autoscaling"],
    ["cluster-permitted", "ecs"],
    ["registration-named", "autoscaling"],
    ["registration-named", "elb*"],
    ["alarm-runs", "lambda"],
    ["alarm-dead-letters", "sqs"],
    ["alarm-dead-letters", "events"],
    ["suspended-terminate", "events"],
    ["dry-run", "events"],
    ["mapping-input", "events"],
    ["queue-policy-functions", "lambda"],
    ["queue-policy-hook", "autoscaling"],
    ["queue-key", "events"],
    ["name-service", "events"],
    ["time-drain", "elb*"],
    ["managed-draining", "autoscaling"],
  ];
  for (const [id, name] of hidden) {
    it(`does not call ${id} fine where it is not, and ${name} is denied`, async () => {
      const [, changed = {}] = planted.find(([, , [first]]) => first === id) ?? [];
      const { checks } = await examined(together(changed, denied(`${name}:*`)));
      expect(checks.find((each) => each.id === id)?.state).to.not.equal("fine");
    });
  }

  it("reads each thing once, and writes nothing", async () => {
    await examined();
    const calls = account?.calls() ?? [];
    expect(calls.filter((each) => !/:(Describe|List|Get|Filter|Simulate)/.test(each))).to.deep.equal([]);
    expect(calls.length).to.be.at.most(CALLS_MAX);
  });

  it("looks at the groups that are named", async () => {
    account = await serveHealthyAccount();
    process.env.AWS_ENDPOINT_URL = account.url;
    const options = { deployment: "asg-drain-live", group: ["nobody"] };
    const report = await withAccount({}, (opened) => diagnose(opened, options));
    expect(troubledIn(report).map(({ id }) => id)).to.deep.equal(["name-group"]);
  });

  it("finds the functions by their stack", async () => {
    account = await serveHealthyAccount({
      world: ({ stacks }) => stacks.put({ ...stacks.byName("asg-drain-live"), name: "drainer" }),
    });
    process.env.AWS_ENDPOINT_URL = account.url;
    const options = { deployment: "other", stack: "drainer" };
    const report = await withAccount({}, (opened) => diagnose(opened, options));
    expect(troubledIn(report)).to.deep.equal([]);
    expect(report.deployment).to.equal("asg-drain-live");
  });

  describe("as a command", () => {
    const broken = together(
      deregister((each) => {
        each.reservedConcurrency = 0;
      }),
      ofQueue(MONITOR, { VisibilityTimeout: "30" }),
    );

    it("prints a line a topic, what is wrong under it, and 1 for an error", async () => {
      account = await serveHealthyAccount(broken);
      const { stdout, stderr, status } = await account.run("doctor");
      expect(stderr).to.equal("");
      expect(stdout.split("\n").slice(0, 12)).to.deep.equal([
        "asg-drain-live, us-east-1: 1 error, 1 warning",
        "",
        "✗ Functions    14 of 15 fine",
        "  ✗ error concurrency-zero: asg-drain-live-deregister has a reserved concurrency of 0",
        "      Why:  Lambda refuses each invocation, and all drains stand still",
        "      Mend: aws lambda delete-function-concurrency --function-name asg-drain-live-deregister",
        "✓ Schedules    15 of 15 fine",
        "! Queues       12 of 13 fine",
        "  ! warning queue-visibility: the queue asg-drain-monitor hides messages for 30 s",
        "      Why:  the next run receives it too, and both make the same calls",
        `      Mend: aws sqs set-queue-attributes --queue-url ${account.url}/123456789012/asg-drain-monitor --attributes VisibilityTimeout=120`,
        "✓ Hooks        11 of 11 fine",
      ]);
      expect(stdout).to.include(`${CHECKS.length} checks: ${CHECKS.length - 2} fine, 1 error, 1 warning\n`);
      expect(status).to.equal(1);
    });

    it("prints JSON, and 0 for warnings alone", async () => {
      account = await serveHealthyAccount(ofQueue(MONITOR, { VisibilityTimeout: "30" }));
      for (const words of [["--json"], ["--format", "json"]]) {
        const { stdout, status } = await account.run("doctor", ...words);
        const report = doctorSchema.parse(JSON.parse(stdout));
        expect(report.counts).to.include({ error: 0, warning: 1 });
        expect(report.calls).to.be.greaterThan(0);
        expect(status).to.equal(0);
      }
    });

    it("prints JUnit and SARIF, with the same status as text", async () => {
      account = await serveHealthyAccount(broken);
      const junit = await account.run("doctor", "--format", "junit");
      expect(junit.stdout).to.match(
        /^<\?xml .*\n<testsuites name="asg-drain doctor asg-drain-live" tests="\d+" failures="1"/,
      );
      const sarif = await account.run("doctor", "--format", "sarif");
      const [{ results }] = JSON.parse(sarif.stdout).runs;
      expect(results.map(({ ruleId }: { ruleId: string }) => ruleId)).to.deep.equal([
        "concurrency-zero",
        "queue-visibility",
      ]);
      expect([junit.status, sarif.status]).to.deep.equal([1, 1]);
    });

    it("says what it could not read, and 1 where that is the functions", async () => {
      account = await serveHealthyAccount(denied("*"));
      const { stdout, status } = await account.run("doctor");
      expect(stdout).to.include(`us-east-1: nothing wrong was found, ${CHECKS.length - 1} not checked`);
      expect(stdout).to.include("? not checked function-there, function-active");
      expect(stdout).to.include("lambda:GetFunctionConfiguration was denied");
      expect(status).to.equal(1);
    });

    it("refuses a wrong format and a stack that there is not", async () => {
      account = await serveHealthyAccount();
      const wrong = await account.run("doctor", "--format", "xml");
      expect([wrong.status, wrong.stdout]).to.deep.equal([2, ""]);
      const none = await account.run("doctor", "--stack", "nobody");
      expect([none.status, none.stdout]).to.deep.equal([2, ""]);
      expect(none.stderr).to.equal(
        "asg-drain doctor: --stack: expected a stack, found none of the name nobody\n",
      );
    });
  });
});
