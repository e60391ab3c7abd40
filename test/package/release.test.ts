// Protects the templates of a release: with any parameters, they come to what `serverless package` makes of the same block.
import { expect } from "chai";
import { blockSchema } from "../../deploy/block/schema.ts";
import { LEFT_OUT } from "../../deploy/release/choices.ts";
import { HOOK } from "../../deploy/release/hooks.ts";
import { packageWith } from "../../deploy/release/package-with.ts";
import { PARAMETERS } from "../../deploy/release/parameters.ts";
import { SLOTS } from "../../deploy/release/places.ts";
import { rolePoliciesOf } from "../../deploy/release/task.ts";
import { makeTemplates, type Templates } from "../../deploy/release/template.ts";
import type { Branch, Template, Tree } from "../../deploy/release/tree.ts";
import { deregisterInput } from "../../functions/deregister/input.ts";
import { SWEEP_MINUTES, terminateInput } from "../../functions/terminate/input.ts";
import { leadOf, settingsOf } from "../../shared/model/settings.ts";
import { evaluate, type Values } from "./evaluate.ts";
import { FUNCTIONS, PROJECT, thePackage } from "./packaged.ts";

/** What the template says to the functions where nobody says otherwise. */
const SETTINGS = {
  discover: "all",
  drain_timeout_seconds: 3600,
  on_timeout: "continue",
  stop_tasks: "daemon",
  deregister_container_instance: "when_disconnected",
  poll_seconds: 5,
  on_spot_interruption: "ignore",
  on_rebalance: "ignore",
  on_maintenance: "ignore",
  replace_at_once: 1,
  replace_last: false,
  maintenance_lead_hours: 48,
};
const ROLE = "arn:aws:iam::123456789012:role/on-call";
const RULE = "arn:aws:events:us-east-1:123456789012:rule/lifecycle";
const TOPIC = "arn:aws:sns:us-east-1:123456789012:lifecycle";
const OTHERS_TOPIC = "arn:aws:sns:us-east-1:210987654321:terminations";
const ON_CALL = "arn:aws:sns:us-east-1:123456789012:on-call";
const SERVICE = { cluster_name: "web", service_name: "edge", min_task_count: 2, n_count: 1 };
const many = (count: number) => Array.from({ length: count }, (_, n) => `group-${n}`);

type Block = Readonly<Record<string, unknown>>;
/** A block, but for what each has: its input is deregister's. */
const blockWith = ({ deregister = {}, ...more }: Block & { deregister?: Block } = {}): Block => {
  const settings = { ...SETTINGS, ...deregister };
  return {
    region: "us-east-1",
    stage: "live",
    groups: ["web"],
    heartbeat_timeout_seconds: 3600,
    dry_run: false,
    deregister: settings,
    terminate: { ...settings, sweep_minutes: 5 },
    ...more,
  };
};

/** [why, the template's parameters, the block that says the same] */
const cases: [string, Values, Block][] = [
  ["one group and nothing else", { Groups: "web" }, blockWith()],
  [
    "thirty groups, one of which was taken out, and clusters by name alone",
    {
      Groups: many(SLOTS).join(",").replace(",group-7,", ",,"),
      ClusterNames: "a,b",
      MoreClusters: "c",
      Discover: "named",
    },
    blockWith({
      groups: many(SLOTS).filter((each) => each !== "group-7"),
      deregister: { cluster_names: ["a", "b"], discover: "named" },
      more_clusters: ["c"],
    }),
  ],
  [
    "all clusters, groups of other hooks, and groups by a tag",
    { Groups: "", MoreAutoScalingGroups: "x,y", GroupTagValue: "yes", ClusterNames: "a", Clusters: "*" },
    blockWith({
      groups: [],
      more_auto_scaling_groups: ["x", "y"],
      group_tag: "asg-drain=yes",
      deregister: { cluster_names: ["a"], clusters: "*" },
    }),
  ],
  [
    "clusters by a tag, which count for nothing if only what is named is looked for",
    { Groups: "web", ClusterNames: "a", ClusterTag: "drain=yes", Discover: "named" },
    blockWith({ deregister: { cluster_names: ["a"], cluster_tag: "drain=yes", discover: "named" } }),
  ],
  [
    "settings of drains, notices and names",
    {
      Stage: "blue",
      Groups: "web",
      ElbNames: "classic,old",
      TargetGroups: "a,b",
      ClusterTag: "drain=yes",
      DrainTimeoutSeconds: "900",
      OnTimeout: "leave",
      StopTasks: "all",
      DeregisterContainerInstance: "never",
      SettleSeconds: "30",
      PollSeconds: "10",
      SweepMinutes: "1",
      DryRun: "true",
      DeregisterAtOnce: "true",
      OnSpotInterruption: "drain",
      OnRebalance: "replace",
      ReplaceAtOnce: "3",
      ReplaceLast: "true",
      MaintenanceLeadHours: "72",
      LifecycleQueueName: "in",
      ElbMonitorQueueName: "out",
      LifecycleHookNames: "other,more",
      LifecycleTopicArns: TOPIC,
      HeartbeatTimeoutSeconds: "600",
    },
    blockWith({
      stage: "blue",
      dry_run: true,
      deregister_at_once: true,
      heartbeat_timeout_seconds: 600,
      ...(() => {
        const deregister = {
          ...SETTINGS,
          elb_names: ["classic", "old"],
          target_groups: ["a", "b"],
          cluster_tag: "drain=yes",
          drain_timeout_seconds: 900,
          on_timeout: "leave",
          stop_tasks: "all",
          deregister_container_instance: "never",
          settle_seconds: 30,
          poll_seconds: 10,
          on_spot_interruption: "drain",
          on_rebalance: "replace",
          replace_at_once: 3,
          replace_last: true,
          maintenance_lead_hours: 72,
          lifecycle_queue_name: "in",
          elb_monitor_queue_name: "out",
          lifecycle_hook_names: ["other", "more"],
          lifecycle_topic_arns: [TOPIC],
        };
        const { elb_monitor_queue_name: _, ...terminate } = deregister;
        return { deregister, terminate: { ...terminate, sweep_minutes: 1 } };
      })(),
    }),
  ],
  [
    "topics, one of which was taken out, and hooks whose lifecycle actions a rule brings",
    {
      Groups: "web,batch",
      MoreAutoScalingGroups: "x,y",
      Topics: `${TOPIC},,${OTHERS_TOPIC}`,
      LifecycleEventHooks: "drain,flush",
    },
    blockWith({
      groups: ["web", "batch"],
      more_auto_scaling_groups: ["x", "y"],
      topics: [TOPIC, OTHERS_TOPIC],
      lifecycle_events: { hooks: ["drain", "flush"] },
    }),
  ],
  [
    "the same beside topics and hooks that the inputs name, in groups by a tag, and with other sources",
    {
      Groups: "web",
      GroupTagValue: "yes",
      Topics: TOPIC,
      LifecycleTopicArns: OTHERS_TOPIC,
      LifecycleEventHooks: "drain",
      LifecycleHookNames: "ours",
      MoreRulesThatMaySend: RULE,
      MoreTopicsThatMaySend: ON_CALL,
    },
    blockWith({
      group_tag: "asg-drain=yes",
      topics: [TOPIC],
      lifecycle_events: { hooks: ["drain"] },
      more_sources_that_may_send: [RULE, ON_CALL],
      ...(() => {
        const deregister = {
          ...SETTINGS,
          lifecycle_topic_arns: [OTHERS_TOPIC],
          lifecycle_hook_names: ["ours"],
        };
        return { deregister, terminate: { ...deregister, sweep_minutes: 5 } };
      })(),
    }),
  ],
  [
    "services to scale, who else may send and remember, who is told, and what bounds and encrypts",
    {
      Groups: "web",
      ScaleTasksServices: JSON.stringify(SERVICE),
      ScaleTasksClusterNames: "web",
      MoreSenderRoleIds: "AROAEXAMPLEROLEIDAAA1,AROAEXAMPLEROLEIDAAA2",
      MoreRolesThatMaySend: ROLE,
      MoreRulesThatMaySend: RULE,
      MoreTopicsThatMaySend: TOPIC,
      AlarmActions: ON_CALL,
      OkActions: ON_CALL,
      EventBus: "drains",
      WithDashboard: "true",
      LogRetentionDays: "90",
      PermissionsBoundaryArn: "arn:aws:iam::123456789012:policy/boundary",
      KmsKeyArn: "arn:aws:kms:us-east-1:123456789012:key/1",
    },
    blockWith({
      scale_tasks: { services: [SERVICE] },
      more_sender_role_ids: ["AROAEXAMPLEROLEIDAAA1", "AROAEXAMPLEROLEIDAAA2"],
      more_roles_that_may_send: [ROLE],
      more_sources_that_may_send: [RULE, TOPIC],
      alarm_actions: [ON_CALL],
      ok_actions: [ON_CALL],
      event_bus: "drains",
      dashboard: true,
      log_retention_days: 90,
      permissions_boundary_arn: "arn:aws:iam::123456789012:policy/boundary",
      kms_key_arn: "arn:aws:kms:us-east-1:123456789012:key/1",
    }),
  ],
];

describe("the templates of a release", () => {
  let templates: Templates;

  before(async () => {
    await thePackage();
    const zips = Object.fromEntries(FUNCTIONS.map((name) => [`${name}.zip`, `${name}-1.zip`]));
    templates = await makeTemplates((block) => packageWith(PROJECT, block), zips);
  });

  for (const [why, values, block] of cases) {
    it(`come to what is packaged: ${why}`, async () => {
      const expected = comparable(evaluate(await packageWith(PROJECT, block)));
      const code = { CodeBucket: "code" };
      const made = comparable(evaluate(templates.template, { ...code, ...values }));
      expect(Object.keys(made)).to.have.members(Object.keys(expected));
      for (const [id, each] of Object.entries(expected)) expect(made[id], id).to.deep.equal(each);
      const { HeartbeatTimeoutSeconds: _, ...others } = values;
      const core = comparable(evaluate(templates.core, { ...code, ...others }));
      expect(core).to.deep.equal(withoutHooks(expected));
    });
  }

  it("that of a task gives it terminate's role but for the log, its input and its queue, and nobody else may send", () => {
    const values = {
      Stage: "blue",
      Groups: "web",
      ClusterNames: "a",
      ElbMonitorQueueName: "out",
      EventBus: "drains",
      KmsKeyArn: "arn:aws:kms:us-east-1:123456789012:key/1",
      MoreRolesThatMaySend: ROLE,
      AlarmActions: ON_CALL,
    };
    const core = evaluate(templates.core, { CodeBucket: "code", ...values });
    const made = evaluate(templates.task, { Image: "asg-drain:1", TaskCluster: "tools", ...values });
    const of = (resources: Record<string, Branch>, id: string) =>
      resources[id]?.Properties as Record<string, Tree>;
    const policies = of(core, "TerminateRole").Policies as Branch[];
    expect(policies.map(({ PolicyName }) => PolicyName)).to.include("log");
    // What of it a task calls is in task.test.ts.
    expect(of(made, "TaskRole").Policies).to.deep.equal(rolePoliciesOf({ Policies: policies }));
    const { Policies: [start] = [] } = of(made, "ExecutionRole") as { Policies?: Branch[] };
    expect(JSON.stringify(start))
      .to.include('"Resource":"<TaskLogGroup.Arn>"')
      .and.include("ecr:BatchGetImage");
    expect(JSON.stringify(of(made, "TaskRole").AssumeRolePolicyDocument)).to.include(
      "ecs-tasks.amazonaws.com",
    );
    const others = Object.entries(made).filter(([, { Type }]) => Type === "AWS::IAM::Policy");
    for (const [id, { Properties }] of others) {
      const { PolicyDocument, Roles } = Properties as Branch;
      expect(PolicyDocument, id).to.deep.equal(of(core, id).PolicyDocument);
      expect(Roles, id).to.deep.equal(["<TaskRole>"]);
    }
    expect(others.map(([id]) => id)).to.have.members(["KeyPolicy", "TerminateEventsPolicy"]);
    const [container] = of(made, "TaskDefinition").ContainerDefinitions as Record<string, Tree>[];
    const words = container?.Command as string[];
    expect(words.slice(0, -1)).to.deep.equal([
      "run",
      "--name",
      "asg-drain-blue",
      "--hook",
      "asg-drain-blue",
      "--input",
    ]);
    const rules = Object.values(core).flatMap(
      ({ Properties }) => (Properties as Branch).Targets ?? [],
    ) as Branch[];
    expect(rules.map(({ Input }) => Input)).to.include(words.at(-1));
    expect(terminateInput.parse(JSON.parse(words.at(-1) ?? ""))).to.include({ queue_name: "out" });
    expect(container).to.deep.include({ Image: "asg-drain:1", StopTimeout: 120 });
    expect(container?.Environment).to.deep.include({ Name: "SENDER_ROLE_IDS", Value: "<TaskRole.RoleId>" });
    const [denied] = (of(made, "MonitorQueuePolicy").PolicyDocument as Branch).Statement as Branch[];
    const { Condition = {} } = denied ?? {};
    expect((Condition as Record<string, Branch>).ArnNotLike).to.deep.equal({
      "aws:PrincipalArn": ["<TaskRole.Arn>", ROLE],
    });
    expect(of(made, "MonitorQueue")).to.deep.equal(of(core, "MonitorQueue"));
    expect(of(made, "TaskService")).to.deep.include({ Cluster: "tools", DesiredCount: 1 });
    const { Dimensions, AlarmActions } = of(made, "TaskNotRunningAlarm");
    expect([Dimensions, AlarmActions]).to.deep.equal([
      [
        { Name: "ClusterName", Value: "tools" },
        { Name: "ServiceName", Value: "<TaskService.Name>" },
      ],
      [ON_CALL],
    ]);
    expect(evaluate(templates.task, { Image: "i", Groups: "web" })).to.not.have.any.keys(
      "TaskService",
      "TaskNotRunningAlarm",
    );
    expect(templates.task.Parameters).to.not.have.any.keys("CodeBucket", "DeregisterAtOnce", "WithDashboard");
  });

  it("have a parameter for each key of the block and of the inputs, or a reason why not", () => {
    const keys = [blockSchema, deregisterInput, terminateInput].flatMap(({ shape }) => Object.keys(shape));
    const known = [...PARAMETERS.map(({ key }) => key), ...Object.keys(LEFT_OUT)];
    expect([...new Set(keys)].filter((key) => !known.includes(key))).to.deep.equal([]);
  });

  it("say what the functions do by themselves", () => {
    const defaults = Object.fromEntries(PARAMETERS.map(({ key, otherwise }) => [key, otherwise]));
    const { discover, drainTimeoutSeconds, onTimeout, stopTasks, deregisterContainerInstance, pollSeconds } =
      settingsOf({});
    const own = {
      discover,
      drain_timeout_seconds: drainTimeoutSeconds,
      on_timeout: onTimeout,
      stop_tasks: stopTasks,
      deregister_container_instance: deregisterContainerInstance,
      poll_seconds: pollSeconds,
      sweep_minutes: SWEEP_MINUTES,
      maintenance_lead_hours: leadOf({}) / 3_600_000,
    };
    for (const [key, value] of Object.entries(own)) expect(defaults[key], key).to.equal(String(value));
  });

  it("say in words what a parameter takes, wherever one may be wrong", () => {
    for (const template of [templates.template, templates.core])
      for (const [name, parameter] of Object.entries(template.Parameters as Record<string, Branch>)) {
        const { AllowedPattern, AllowedValues, MinValue, MaxValue, ConstraintDescription } = parameter;
        const isBound = [AllowedPattern, AllowedValues, MinValue, MaxValue].some(
          (each) => each !== undefined,
        );
        if (name.startsWith("Code")) continue;
        expect(String(ConstraintDescription ?? ""), name).to.match(isBound ? /^expected / : /^$/);
      }
  });

  const ARN = "arn:aws:sns:us-east-1:123456789012";
  for (const [name, right, wrong] of [
    [
      "Groups",
      ["", "a", "a,b", "a,,b", ",a,", "a,aa", "aa,a", "web-1,web-11"],
      ["a,a", "a,b,,a", "a*", "a:b"],
    ],
    ["Topics", ["", `${ARN}:a,,${ARN}:b`], [`${ARN}:a,${ARN}:a`, "a", `${ARN}:a, ${ARN}:b`]],
    ["LifecycleQueueName", ["", "in", "a".repeat(67)], ["in.fifo", "a".repeat(68)]],
    ["AlarmActions", ["", `${ARN}:a`], ["me"]],
    ["MoreSenderRoleIds", ["", "AROAEXAMPLEROLEIDAAA1"], ["AIDAEXAMPLEROLEIDAAA1"]],
    ["MoreRulesThatMaySend", ["", RULE], [TOPIC]],
    ["ScaleTasksServices", ["", JSON.stringify(SERVICE)], ["web"]],
  ] as const)
    it(`refuse what ${name} cannot be, as CloudFormation does it`, () => {
      const { AllowedPattern } = (templates.core.Parameters as Record<string, Branch>)[name] as Branch;
      // As Java's `matches`: the whole value.
      const takes = (value: string) => new RegExp(`^(?:${AllowedPattern})$`).test(value);
      expect(right.filter((each) => !takes(each))).to.deep.equal([]);
      expect(wrong.filter(takes)).to.deep.equal([]);
    });

  it("take the code from a bucket and a prefix that are parameters", () => {
    const { DeregisterLambdaFunction } = evaluate(templates.core, {
      CodeBucket: "code",
      CodeKeyPrefix: "a/",
    });
    expect((DeregisterLambdaFunction as { Properties: Branch }).Properties.Code).to.deep.equal({
      S3Bucket: "code",
      S3Key: "a/deregister-1.zip",
    });
  });

  it("tell the version, the queue and the hook's role", () => {
    for (const { Outputs } of [templates.template, templates.core])
      expect(Outputs).to.have.all.keys("Version", "LifecycleQueueArn", "LifecycleHookRoleArn");
  });

  it("have no name twice: a parameter must not be called as a resource", () => {
    for (const { Parameters, Resources } of Object.values(templates) as Template[])
      expect(Object.keys(Resources)).to.not.include.any.members(Object.keys(Parameters as Branch));
  });

  it("are small enough for CloudFormation", () => {
    for (const each of Object.values(templates))
      expect(JSON.stringify(each, null, 1).length).to.be.below(1_000_000);
  });
});

/** What both have in common: without the code's place, and the ids that one of them makes of names. */
function comparable(resources: Record<string, Branch>): Record<string, Tree> {
  const entries = Object.entries(resources)
    .filter(([id]) => !id.startsWith("ServerlessDeploymentBucket"))
    .map(
      ([id, { Metadata: _, Condition: __, ...each }]) => [idOf(id, each), plain(withoutCode(each))] as const,
    );
  return Object.fromEntries(entries);
}

function idOf(id: string, { Type, Properties }: Branch): string {
  if (Type === HOOK) return `hook of ${(Properties as Branch).AutoScalingGroupName}`;
  if (Type === "AWS::SNS::Subscription") return `subscription to ${(Properties as Branch).TopicArn}`;
  return id.replace(/^(Asgdrain)(live|blue)/, "$1");
}

// A list of nobody who is told is as good as none.
function withoutCode({ Properties, ...resource }: Branch): Branch {
  const { Code: _, ...properties } = Properties as Branch;
  const told = Object.entries(properties).filter(
    ([key, each]) => !/^(Alarm|OK)Actions$/.test(key) || (each as Tree[]).length > 0,
  );
  return { ...resource, Properties: Object.fromEntries(told) };
}

function withoutHooks(resources: Record<string, Tree>): Record<string, Tree> {
  return Object.fromEntries(Object.entries(resources).filter(([id]) => !id.startsWith("hook of ")));
}

function plain(tree: Tree): Tree {
  if (Array.isArray(tree)) return tree.map(plain).filter((each) => each !== NEVER);
  if (typeof tree === "string" && tree.startsWith('{"')) return inputOf(tree);
  if (typeof tree !== "object" || tree === null) return tree;
  const { StringEquals, ...condition } = tree as Record<string, Branch>;
  // The ARNs of a template's names say neither account nor Region: a condition says the Region.
  if (StringEquals?.["aws:RequestedRegion"] !== undefined) {
    expect(StringEquals).to.deep.equal({ "aws:RequestedRegion": "*" });
    return plain(condition);
  }
  return statementOf(Object.fromEntries(Object.entries(tree).map(([key, each]) => [key, plain(each)])));
}

/** A statement that is about nothing: a list of names that is empty makes an ARN of no name. */
const NEVER = "never";

function statementOf(statement: Branch): Tree {
  if (statement.Effect === undefined || statement.Resource === undefined) return statement;
  const Resource = named(statement.Resource);
  const { Condition, ...rest } = statement;
  const clusters = (Condition as Record<string, Branch> | undefined)?.ArnEquals?.["ecs:cluster"];
  if (
    (Array.isArray(Resource) && Resource.length === 0) ||
    (clusters && (named(clusters) as Tree[]).length === 0)
  )
    return NEVER;
  const isEmpty = Condition === undefined || Object.keys(Condition as Branch).length === 0;
  return {
    ...rest,
    Resource,
    ...(isEmpty
      ? {}
      : { Condition: clusters ? { ArnEquals: { "ecs:cluster": named(clusters) } } : Condition }),
  } as Branch;
}

function named(arns: Tree): Tree {
  return Array.isArray(arns) ? arns.filter((each) => !String(each).endsWith("/")) : arns;
}

function inputOf(json: string): Tree {
  const input = JSON.parse(json) as Record<string, Tree>;
  for (const key of ["auto_scaling_groups", "lifecycle_topic_arns"]) {
    const list = input[key];
    if (Array.isArray(list)) input[key] = list.filter((name) => name !== "");
  }
  return input;
}
