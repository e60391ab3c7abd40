// Protects the numbers that only make sense together, and the promise of serverless.yml's first lines: what a user edits
// stands in the block at its top, and what is left out of it there is left out of the stack.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { THIRTY_GROUPS } from "../../docs/generate/deployment-page.ts";
import { terminateInput } from "../../functions/terminate/input.ts";
import { keysOfMetadata } from "../../shared/model/settings.ts";
import {
  FUNCTIONS,
  type Json,
  type Package,
  PROJECT,
  packageWith,
  type Resource,
  type Resources,
  readBlock,
  resourceOf,
  thePackage,
} from "./packaged.ts";

/** The queries that test/insights runs. */
const { queries } = createRequire(import.meta.url)("../../deploy/queries.cjs") as {
  readonly queries: Readonly<Record<string, { readonly name: string; readonly query: string }>>;
};
const HOUR = 3600;
const OPERATOR = "arn:aws:iam::123456789012:role/on-call";
/** A block that has as little in common with the committed one as it can. */
const PLAIN = {
  region: "eu-west-1",
  stage: "blue",
  auto_scaling_group_name: "other-plain",
  heartbeat_timeout_seconds: 900,
  deregister: {
    lifecycle_queue_name: "other-plain-in",
    elb_monitor_queue_name: "other-plain-out",
    target_groups: ["other-plain-a"],
    on_rebalance: "replace",
  },
  terminate: { queue_name: "other-plain-out", poll_seconds: 10 },
  scale_tasks: { services: [] },
  more_auto_scaling_groups: [],
  more_clusters: [],
  more_sender_role_ids: ["AROAEXAMPLEROLEIDAAA1"],
  more_roles_that_may_send: [OPERATOR],
  more_sources_that_may_send: [
    "arn:aws:events:eu-west-1:123456789012:rule/lifecycle",
    "arn:aws:sns:eu-west-1:123456789012:lifecycle",
  ],
  alarm_actions: ["arn:aws:sns:eu-west-1:123456789012:on-call"],
};
const IGNORED = { on_spot_interruption: "ignore", on_rebalance: "ignore", on_maintenance: "ignore" };

describe("the packaged template", () => {
  let packaged: Package;
  let resources: Resources;

  before(async () => {
    packaged = await thePackage();
    resources = packaged.resources;
  });

  for (const name of ["LifecycleQueue", "MonitorQueue"]) {
    it(`${name}: its dead letters outlive it, and redrive outlasts an hour's outage`, () => {
      const queue = propertiesOf(name);
      const { deadLetterTargetArn, maxReceiveCount } = queue.RedrivePolicy as {
        deadLetterTargetArn: { "Fn::GetAtt": [string, string] };
        maxReceiveCount: number;
      };
      const deadLetters = propertiesOf(deadLetterTargetArn["Fn::GetAtt"][0]);
      expect(deadLetters.MessageRetentionPeriod).to.be.above(queue.MessageRetentionPeriod as number);
      // Two ticks a minute at the most: schedules may deliver twice.
      expect(maxReceiveCount).to.be.above(2 * 60);
      for (const { timeoutSeconds } of Object.values(packaged.functions)) {
        expect(queue.VisibilityTimeout, "longer than a run").to.be.above(timeoutSeconds);
      }
      for (const each of [queue, deadLetters]) expect(each.SqsManagedSseEnabled).to.equal(true);
    });
  }

  for (const name of FUNCTIONS) {
    it(`${name}: runs every minute on Lambda's arm64 Node 24, and stale ticks do not pile up`, () => {
      const { functionName } = packaged.functions[name];
      const lambda = resourceOf(
        resources,
        "AWS::Lambda::Function",
        ({ FunctionName }) => FunctionName === functionName,
      );
      expect(lambda.properties).to.include({ Runtime: "nodejs24.x", MemorySize: 256 });
      expect(lambda.properties.Architectures).to.deep.equal(["arm64"]);
      expect(lambda.properties).to.not.have.property("ReservedConcurrentExecutions");
      const isOfIt = (properties: Resource["Properties"]) => JSON.stringify(properties).includes(lambda.id);
      const asynchronous = resourceOf(resources, "AWS::Lambda::EventInvokeConfig", isOfIt);
      const once = { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 };
      expect(asynchronous.properties).to.include(once);
      const rule = resourceOf(resources, "AWS::Events::Rule", isOfIt);
      const { input } = packaged.functions[name];
      // Without a service to scale, nobody is invoked.
      const isIdle = name === "scale-tasks" && (input.services as unknown[]).length === 0;
      expect(rule.properties).to.include({
        ScheduleExpression: "rate(1 minute)",
        State: isIdle ? "DISABLED" : "ENABLED",
      });
      expect(rule.properties.Targets).to.have.lengthOf(1);
      expect((rule.properties.Targets as { RetryPolicy: unknown }[])[0]?.RetryPolicy).to.deep.equal(once);
      const log = resourceOf(
        resources,
        "AWS::Logs::LogGroup",
        ({ LogGroupName }) => LogGroupName === `/aws/lambda/${functionName}`,
      );
      expect(log.properties.RetentionInDays).to.be.a("number");
    });
  }

  it("terminate is told what deregister is, and which groups it sweeps: the block's, and those of other hooks", async () => {
    const { deregister, terminate } = packaged.functions;
    const { queue_name, auto_scaling_groups, ...told } = terminate.input;
    expect(told).to.deep.equal(deregister.input);
    expect(queue_name).to.equal(deregister.input.elb_monitor_queue_name);
    const block = await readBlock();
    expect(auto_scaling_groups).to.deep.equal(
      [block.auto_scaling_group_name, block.groups, block.more_auto_scaling_groups].flat(),
    );
    expect(terminateInput.safeParse(terminate.input).success).to.equal(true);
  });

  it("deregister and terminate know by which roles both of them send, and by no others", () => {
    const { deregister, terminate, "scale-tasks": scaleTasks } = packaged.functions;
    const ids = [deregister, terminate].map(({ roleId }) => ({ "Fn::GetAtt": [roleId, "RoleId"] }));
    for (const { environment } of [deregister, terminate])
      expect(environment.SENDER_ROLE_IDS).to.deep.equal({ "Fn::Join": [",", ids] });
    for (const id of [deregister.roleId, terminate.roleId])
      expect(resources[id]?.Type, id).to.equal("AWS::IAM::Role");
    expect(deregister.roleId).not.to.equal(terminate.roleId);
    expect(scaleTasks.environment).to.not.have.property("SENDER_ROLE_IDS");
  });

  it("the hook waits for instances that terminate, tells the lifecycle queue, and can write to it alone", () => {
    const { properties } = resourceOf(resources, "AWS::AutoScaling::LifecycleHook");
    const queue = { "Fn::GetAtt": ["LifecycleQueue", "Arn"] };
    expect(properties).to.deep.include({
      LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      DefaultResult: "CONTINUE",
      NotificationTargetARN: queue,
      RoleARN: { "Fn::GetAtt": ["LifecycleHookRole", "Arn"] },
    });
    expect(properties.HeartbeatTimeout).to.be.within(30, 2 * HOUR);
    const role = propertiesOf("LifecycleHookRole");
    expect(role.AssumeRolePolicyDocument).to.deep.include({
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "autoscaling.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: {
            StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
            ArnLike: {
              "aws:SourceArn": {
                "Fn::Sub": `arn:\${AWS::Partition}:autoscaling:\${AWS::Region}:\${AWS::AccountId}:autoScalingGroup:*`,
              },
            },
          },
        },
      ],
    });
    expect(
      (role.Policies as unknown as { PolicyDocument: { Statement: unknown } }[]).map(
        ({ PolicyDocument }) => PolicyDocument.Statement,
      ),
    ).to.deep.equal([[{ Effect: "Allow", Action: ["sqs:SendMessage", "sqs:GetQueueUrl"], Resource: queue }]]);
  });

  it("no deployment replaces or deletes a queue or a hook, unless the block lets it", async () => {
    const denied = {
      Effect: "Deny",
      Action: ["Update:Replace", "Update:Delete"],
      Principal: "*",
      Resource: "*",
      Condition: { StringEquals: { ResourceType: ["AWS::SQS::Queue", "AWS::AutoScaling::LifecycleHook"] } },
    };
    const allowed = { Effect: "Allow", Action: ["Update:*"], Principal: "*", Resource: "*" };
    expect(packaged.stackPolicy).to.deep.equal([allowed, denied]);
    const { stackPolicy } = await packageWith({ ...PLAIN, replace_and_delete: true });
    expect(stackPolicy).to.deep.equal([allowed]);
    for (const each of Object.values(resources).filter(({ Type }) => Type === "AWS::SQS::Queue"))
      expect(each, "if it is replaced, it stays").to.include({
        UpdateReplacePolicy: "Retain",
        DeletionPolicy: "Delete",
      });
  });

  it("each queue, each dead-letter queue and each function has its alarm, and so have drains that hang or are cut off", () => {
    const alarms = Object.values(resources).filter(({ Type }) => Type === "AWS::CloudWatch::Alarm");
    const watched = alarms.map(({ Properties }) => {
      const [{ Value }] = Properties.Dimensions as [
        { Value: string | { Ref?: string; "Fn::GetAtt"?: string[] } },
      ];
      const of = typeof Value === "string" ? Value : (Value.Ref ?? Value["Fn::GetAtt"]?.[0]);
      return `${of} ${Properties.MetricName}`;
    });
    expect(watched).to.have.members([
      "LifecycleDeadLetterQueue ApproximateNumberOfMessagesVisible",
      "MonitorDeadLetterQueue ApproximateNumberOfMessagesVisible",
      "LifecycleQueue ApproximateAgeOfOldestMessage",
      "MonitorQueue ApproximateAgeOfOldestMessage",
      "asg-drain-live DrainsCutOff",
      "asg-drain-live DrainsStalled",
      "DeregisterLambdaFunction Invocations",
      "TerminateLambdaFunction Invocations",
      "DeregisterLambdaFunction Errors",
      "TerminateLambdaFunction Errors",
      "ScaleDashtasksLambdaFunction Errors",
    ]);
    for (const { Properties } of alarms) expect(Properties.AlarmActions).to.be.an("array");
  });

  it("notices of EC2 and AWS Health: one rule sends all of them to the lifecycle queue, and it alone may", () => {
    const arn = { "Fn::GetAtt": ["LifecycleQueue", "Arn"] };
    const { EventPattern, Targets } = propertiesOf("NoticesRule");
    expect(EventPattern).to.deep.equal({
      source: ["aws.ec2", "aws.health"],
      "detail-type": [
        "EC2 Spot Instance Interruption Warning",
        "EC2 Instance Rebalance Recommendation",
        "AWS Health Event",
      ],
    });
    expect(Targets).to.deep.equal([{ Id: "lifecycle-queue", Arn: arn }]);
    // Under another id, an upgrade would delete the policy that it has just made.
    expect(resources.NoticesPolicy?.Type).to.equal("AWS::SQS::QueuePolicy");
    expect(propertiesOf("NoticesPolicy").Queues).to.deep.equal([{ Ref: "LifecycleQueue" }]);
    expect(statementsOf("NoticesPolicy").filter(({ Effect }) => Effect === "Allow")).to.deep.equal([
      {
        Sid: "RulesMaySend",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: arn,
        Condition: { ArnLike: { "aws:SourceArn": [{ "Fn::GetAtt": ["NoticesRule", "Arn"] }] } },
      },
    ]);
  });

  it("each queue denies its messages to all but the roles that have sqs:SendMessage for it, and the services", () => {
    const policies = Object.entries(resources).filter(([, { Type }]) => Type === "AWS::SQS::QueuePolicy");
    const queues = Object.keys(resources).filter((id) => resources[id]?.Type === "AWS::SQS::Queue");
    expect(policies.flatMap(([, { Properties }]) => Properties.Queues)).to.have.deep.members(
      queues.map((Ref) => ({ Ref })),
    );
    expect(queues).to.have.lengthOf(4);
    for (const [id, { Properties }] of policies) {
      const [{ Ref: queue }] = Properties.Queues as [{ Ref: string }];
      const senders = Object.keys(resources).filter((role) => maySend(role, queue));
      expect(senders, queue).to.not.deep.equal([]);
      const denials = statementsOf(id).filter(({ Effect }) => Effect === "Deny");
      expect(denials, queue).to.deep.equal([
        {
          Sid: "OthersMayNotSend",
          Effect: "Deny",
          Principal: "*",
          Action: "sqs:SendMessage",
          Resource: { "Fn::GetAtt": [queue, "Arn"] },
          Condition: {
            BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
            ArnNotLike: { "aws:PrincipalArn": denials.flatMap(exceptionsOf) },
          },
        },
      ]);
      expect(denials.flatMap(exceptionsOf), queue).to.have.deep.members(
        senders.map((role) => ({ "Fn::GetAtt": [role, "Arn"] })),
      );
    }
  });

  it("an event source mapping of the lifecycle queue alone, switched off, without a window, and spared of throttles", () => {
    const { properties } = resourceOf(resources, "AWS::Lambda::EventSourceMapping");
    expect(properties).to.deep.equal({
      EventSourceArn: { "Fn::GetAtt": ["LifecycleQueue", "Arn"] },
      FunctionName: { "Fn::GetAtt": ["DeregisterLambdaFunction", "Arn"] },
      Enabled: false,
      BatchSize: 10,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    for (const each of FUNCTIONS) expect(packaged.functions[each].environment).to.not.have.property("INPUT");
    // Lambda takes no mapping of a queue that hides a message for less time than a run may have.
    expect(propertiesOf("LifecycleQueue").VisibilityTimeout).to.be.at.least(
      packaged.functions.deregister.timeoutSeconds,
    );
  });

  it("with another block, all names are the block's, and what it leaves out is not there", async () => {
    const { resources: Resources, functions, text } = await packageWith(PLAIN);
    expect(FUNCTIONS.map((name) => functions[name].input)).to.deep.equal([
      {
        lifecycle_queue_name: "other-plain-in",
        elb_monitor_queue_name: "other-plain-out",
        target_groups: ["other-plain-a"],
        on_rebalance: "replace",
      },
      { queue_name: "other-plain-out", poll_seconds: 10 },
      { services: [] },
    ]);
    expect(Resources.LifecycleHook?.Properties).to.include({
      AutoScalingGroupName: "other-plain",
      HeartbeatTimeout: 900,
    });
    for (const each of [functions.deregister, functions.terminate])
      expect(JSON.stringify(each.environment.SENDER_ROLE_IDS)).to.include(',"AROAEXAMPLEROLEIDAAA1"]');
    expect(Resources.DeregisterErrorsAlarm?.Properties.AlarmActions).to.deep.equal(PLAIN.alarm_actions);
    for (const policy of Object.values(Resources).filter(({ Type }) => Type === "AWS::SQS::QueuePolicy"))
      expect(JSON.stringify(policy.Properties)).to.include(`"${OPERATOR}"]`);
    for (const source of PLAIN.more_sources_that_may_send)
      expect(JSON.stringify(Resources.NoticesPolicy?.Properties)).to.include(`"${source}"]`);
    expect(Resources.NoticesRule?.Properties.State, "one notice is wanted").to.equal("ENABLED");
    expect(text, "no cluster, so nothing of ECS may be changed").to.not.match(/ecs:(Update|Stop|Deregister)/);
    for (const name of namesIn(await readBlock())) {
      expect(text, "a name of the block as it is committed").to.not.match(
        new RegExp(`(?<![\\w-])${name}(?![\\w-])`),
      );
    }
  });

  it("of a block from before groups, all that is deployed keeps its logical id and its name, and the inputs are the same", async () => {
    const fixture = (name: string) =>
      readFileSync(join(PROJECT, "test", "package", "fixtures", name), "utf8");
    const { custom } = parse(fixture("block-before-groups.yml"), { merge: true });
    const { resources: Resources, functions } = await packageWith(custom);
    const before: Record<string, Record<string, string>> = JSON.parse(
      fixture("resources-before-groups.json"),
    );
    for (const [id, { Type, ...names }] of Object.entries(before)) {
      expect(Resources[id]?.Type, id).to.equal(Type);
      expect(Resources[id]?.Properties ?? {}, id).to.include(names);
    }
    const { deregister } = custom;
    const told = { ...deregister, dry_run: false };
    expect(FUNCTIONS.map((name) => functions[name].input)).to.deep.equal([
      told,
      { ...told, queue_name: deregister.elb_monitor_queue_name, auto_scaling_groups: ["web-instances"] },
      { services: [], dry_run: false },
    ]);
  });

  it("topics and hooks of a rule: a subscription each, a rule for the block's groups, and both functions know them", async () => {
    const topics = [
      "arn:aws:sns:eu-west-1:123456789012:terminations",
      "arn:aws:sns:eu-west-1:210987654321:terminations",
    ];
    const made = await packageWith({
      ...PLAIN,
      more_auto_scaling_groups: ["other-plain-b"],
      topics,
      lifecycle_events: { hooks: ["drain"] },
    });
    const queue = { "Fn::GetAtt": ["LifecycleQueue", "Arn"] };
    const subscriptions = Object.values(made.resources).filter(
      ({ Type }) => Type === "AWS::SNS::Subscription",
    );
    expect(subscriptions.map(({ Properties }) => Properties)).to.deep.equal(
      topics.map((TopicArn) => ({ TopicArn, Protocol: "sqs", Endpoint: queue })),
    );
    expect(made.resources.LifecycleEventsRule?.Properties).to.deep.include({
      EventPattern: {
        source: ["aws.autoscaling"],
        "detail-type": ["EC2 Instance-terminate Lifecycle Action"],
        detail: { LifecycleHookName: ["drain"], AutoScalingGroupName: ["other-plain", "other-plain-b"] },
      },
      Targets: [{ Id: "lifecycle-queue", Arn: queue }],
    });
    for (const { input } of [made.functions.deregister, made.functions.terminate])
      expect(input).to.deep.include({ lifecycle_topic_arns: topics, lifecycle_hook_names: ["drain"] });
    expect(terminateInput.safeParse(made.functions.terminate.input).success).to.equal(true);
    for (const [id, { Type }] of Object.entries(resources))
      expect([id, Type], "off until named").to.not.include.oneOf([
        "LifecycleEventsRule",
        "AWS::SNS::Subscription",
      ]);
  });

  it("with a tag, the rule goes by the hooks' names alone, and by groups that it names", async () => {
    const { auto_scaling_group_name: _, more_auto_scaling_groups: __, ...unnamed } = PLAIN;
    for (const groups of [undefined, ["other-plain-c"]]) {
      const { resources: made } = await packageWith({
        ...unnamed,
        group_tag: "drain=yes",
        lifecycle_events: { hooks: ["drain"], ...(groups === undefined ? {} : { groups }) },
      });
      const { detail } = (made.LifecycleEventsRule as Resource).Properties.EventPattern as {
        detail: unknown;
      };
      expect(detail).to.deep.equal({
        LifecycleHookName: ["drain"],
        ...(groups === undefined ? {} : { AutoScalingGroupName: groups }),
      });
    }
  });

  it("a boundary, tags, a key, a retention and who is told of an end are put wherever they belong", async () => {
    const key = "arn:aws:kms:eu-west-1:123456789012:key/1";
    const boundary = "arn:aws:iam::123456789012:policy/boundary";
    const { resources: Resources, stackTags } = await packageWith({
      ...PLAIN,
      ok_actions: PLAIN.alarm_actions,
      log_retention_days: 90,
      tags: { team: "web" },
      permissions_boundary_arn: boundary,
      kms_key_arn: key,
    });
    const of = (type: string) => Object.entries(Resources).filter(([, { Type }]) => Type === type);
    for (const [id, { Properties }] of of("AWS::SQS::Queue")) {
      expect(Properties.KmsMasterKeyId, id).to.equal(key);
      expect(Properties, id).to.not.have.property("SqsManagedSseEnabled");
    }
    for (const [id, { Properties }] of of("AWS::Logs::LogGroup"))
      expect(Properties, id).to.include({ KmsKeyId: key, RetentionInDays: 90 });
    const roles = of("AWS::IAM::Role");
    for (const [id, { Properties }] of roles) expect(Properties.PermissionsBoundary, id).to.equal(boundary);
    const [withKey] = of("AWS::IAM::Policy");
    expect(withKey?.[1].Properties.Roles).to.have.deep.members(
      ["DeregisterRole", "TerminateRole", "LifecycleHookRole"].map((Ref) => ({ Ref })),
    );
    expect(JSON.stringify(withKey?.[1].Properties.PolicyDocument)).to.include(key);
    for (const [id, { Properties }] of of("AWS::CloudWatch::Alarm"))
      expect(Properties, id).to.deep.include({
        AlarmActions: PLAIN.alarm_actions,
        OKActions: PLAIN.alarm_actions,
      });
    expect([of("AWS::SQS::Queue").length, of("AWS::Logs::LogGroup").length, roles.length]).to.deep.equal([
      4, 3, 4,
    ]);
    expect(stackTags).to.deep.equal({ team: "web" });
  });

  it("thirty groups, as docs/deployment.md has them: a hook each, with its settings, and all are swept", async () => {
    const { custom } = parse(THIRTY_GROUPS, { merge: true });
    const { resources: Resources, functions } = await packageWith(custom);
    const hooks = Object.values(Resources).filter(({ Type }) => Type === "AWS::AutoScaling::LifecycleHook");
    const names = hooks.map(({ Properties }) => Properties.AutoScalingGroupName);
    expect(new Set(names).size).to.equal(30);
    expect(Resources).to.not.have.property("LifecycleHook");
    expect(functions.terminate.input.auto_scaling_groups).to.have.members(names);
    for (const { Properties } of hooks) {
      expect(Properties).to.include({ LifecycleHookName: "asg-drain-live", DefaultResult: "CONTINUE" });
      expect(Properties.NotificationTargetARN).to.deep.equal({ "Fn::GetAtt": ["LifecycleQueue", "Arn"] });
    }
    const metadata = hooks.map(({ Properties }) => Properties.NotificationMetadata).filter(Boolean);
    expect(metadata).to.have.lengthOf(6);
    for (const each of metadata) expect(keysOfMetadata(String(each))?.problems).to.deep.equal([]);
  });

  it("dry run is one line for all functions, and so is what each other line of the block switches", async () => {
    const committed = await readBlock();
    const service = { cluster_name: "web", service_name: "edge", min_task_count: 2, n_count: 1 };
    const changed = await packageWith({
      ...committed,
      dry_run: true,
      deregister_at_once: true,
      deregister: { ...committed.deregister, ...IGNORED },
      scale_tasks: { ...committed.scale_tasks, services: [service] },
    });
    for (const each of FUNCTIONS) expect(changed.functions[each].input.dry_run, each).to.equal(true);
    expect(changed.resources.NoticesRule?.Properties.State).to.equal("DISABLED");
    expect(changed.functions["scale-tasks"].input.services).to.deep.equal([service]);
    const rule = resourceOf(changed.resources, "AWS::Events::Rule", (properties) =>
      JSON.stringify(properties).includes("ScaleDashtasksLambdaFunction"),
    );
    expect(rule.properties.State).to.equal("ENABLED");
    expect(resourceOf(changed.resources, "AWS::Lambda::EventSourceMapping").properties.Enabled).to.equal(
      true,
    );
    const { input, environment } = changed.functions.deregister;
    expect(JSON.parse(String(environment.INPUT)), "what the schedule brings").to.deep.equal(input);
    expect(changed.functions.terminate.environment).to.not.have.property("INPUT");
  });

  it("saves the queries that are run against the functions' own lines, and no others, for all their log groups", () => {
    const saved = Object.entries(resources).filter(([, { Type }]) => Type === "AWS::Logs::QueryDefinition");
    const groups = ["Deregister", "Terminate", "ScaleDashtasks"].map((name) => ({ Ref: `${name}LogGroup` }));
    expect(Object.fromEntries(saved.map(([id, { Properties }]) => [id, Properties]))).to.deep.equal(
      Object.fromEntries(
        Object.entries(queries).map(([id, { name, query }]) => [
          id,
          { Name: `asg-drain-live/${name}`, LogGroupNames: groups, QueryString: query },
        ]),
      ),
    );
  });

  type Statement = Record<string, Json> & { Effect: string };
  function statementsOf(policy: string): Statement[] {
    return (propertiesOf(policy).PolicyDocument as unknown as { Statement: Statement[] }).Statement;
  }

  function exceptionsOf({ Condition }: Statement): Json[] {
    return (Condition as { ArnNotLike: Record<string, Json[]> }).ArnNotLike["aws:PrincipalArn"] ?? [];
  }

  /** Whether a resource is a role whose own policies let it send to a queue. */
  function maySend(role: string, queue: string): boolean {
    if (resources[role]?.Type !== "AWS::IAM::Role") return false;
    const policies = propertiesOf(role).Policies as unknown as { PolicyDocument: { Statement: Json[] } }[];
    const arn = JSON.stringify({ "Fn::GetAtt": [queue, "Arn"] });
    return policies
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement.map((each) => JSON.stringify(each)))
      .some((statement) => statement.includes("sqs:SendMessage") && statement.includes(arn));
  }

  function propertiesOf(id: string): Resource["Properties"] {
    const found = resources[id];
    if (!found) throw new Error(`the template has no ${id}`);
    return found.Properties;
  }
});

// The names that a block gives: of the group, the queues, the load balancers and the clusters.
function namesIn(block: Record<string, unknown>): string[] {
  const { auto_scaling_group_name, deregister } = block;
  const named = Object.entries(deregister as object).filter(([key]) => /_names?$|^target_groups$/.test(key));
  return [auto_scaling_group_name, ...named.map(([, value]) => value)]
    .flat()
    .filter((value): value is string => typeof value === "string" && !value.startsWith("arn:"));
}
