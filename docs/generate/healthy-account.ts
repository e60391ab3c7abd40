// An account in which everything is deployed as the template does it, with a small fleet: the doctor finds nothing there.
import { createRequire } from "node:module";
import { ACCOUNT, arn, REGION, roleNamed } from "../../simulator/kernel/account.ts";
import type { PolicyStatement } from "../../simulator/services/iam/evaluate.ts";
import type { World } from "../../simulator/services/world.ts";
import { type ServedAccount, serveAccount } from "./served-account.ts";

type Variables = { resolveConfigurationProperty: (path: readonly string[]) => Promise<unknown> };
type Made = Readonly<Record<string, (variables: Variables) => Promise<unknown>>>;

const load: (path: string) => Made = createRequire(import.meta.url);
const permissions = load("../../deploy/permissions.cjs");
const policies = load("../../deploy/queue-policies.cjs");

const LIFECYCLE = "asg-drain-lifecycle";
const MONITOR = "asg-drain-monitor";
const DRAIN = {
  cluster_name: "shop",
  target_groups: ["static"],
  elb_name: "classic",
  event_bus: "default",
  on_maintenance: "replace",
};
/** What somebody has written at the top of serverless.yml. */
const BLOCK: Readonly<Record<string, unknown>> = {
  region: REGION,
  stage: "live",
  auto_scaling_group_name: "web",
  heartbeat_timeout_seconds: 3600,
  deregister_at_once: true,
  event_bus: DRAIN.event_bus,
  deregister: { lifecycle_queue_name: LIFECYCLE, elb_monitor_queue_name: MONITOR, ...DRAIN },
  scale_tasks: {
    services: [{ cluster_name: "shop", service_name: "edge", min_task_count: 1, n_count: 1 }],
  },
};
const VARIABLES: Variables = { resolveConfigurationProperty: async ([, key = ""]) => BLOCK[key] };

/** The ARNs of what the template makes, by logical ids. */
const ARNS: Readonly<Record<string, string>> = {
  LifecycleHookRole: roleNamed("hook").arn,
  DeregisterRole: roleNamed("deregister").arn,
  TerminateRole: roleNamed("terminate").arn,
  LifecycleQueue: arn("sqs", LIFECYCLE),
  MonitorQueue: arn("sqs", MONITOR),
  LifecycleDeadLetterQueue: arn("sqs", `${LIFECYCLE}-dead-letters`),
  MonitorDeadLetterQueue: arn("sqs", `${MONITOR}-dead-letters`),
  NoticesRule: arn("events", "rule/notices"),
};

/** A scenario as a file has it, to be changed before it is served. */
export type Scenario = ReturnType<typeof scenarioAt> & Record<string, unknown>;

/** How the account is made otherwise. */
export type Changed = {
  /** Changes the scenario before it is served. */
  readonly scenario?: ((scenario: Scenario) => Scenario) | undefined;
  /** Changes what is deployed. */
  readonly world?: ((world: World) => void) | undefined;
};

/** For so long the functions have run when the account is looked at, in seconds. */
const RUNS_SECONDS = 60;

/** Serves the account, once the functions have run. Its time is about this machine's, as the doctor expects it. */
export async function serveHealthyAccount({
  scenario = (same) => same,
  world,
}: Changed = {}): Promise<ServedAccount> {
  const startsAt = new Date(Date.now() - RUNS_SECONDS * 1_000).toISOString();
  const account = await serveAccount(scenario(scenarioAt(startsAt, await queuePolicies())));
  await allow(account.simulation.world);
  await account.advance(RUNS_SECONDS);
  world?.(account.simulation.world);
  return account;
}

function scenarioAt(starts_at: string, policy: Readonly<Record<string, Record<string, unknown>>>) {
  const { deregister, scale_tasks } = BLOCK as Record<string, Record<string, unknown>>;
  const queue = (name: string, more: object) => ({ name, policy: policy[name] ?? {}, ...more });
  const deadLetters = (name: string) => queue(`${name}-dead-letters`, { retention_seconds: 1_209_600 });
  const own = (name: string) =>
    queue(name, {
      visibility_timeout_seconds: 120,
      dead_letter_queue: `${name}-dead-letters`,
      max_receive_count: 240,
    });
  return {
    name: "healthy",
    starts_at,
    queues: [deadLetters(LIFECYCLE), deadLetters(MONITOR), own(LIFECYCLE), own(MONITOR)],
    event_rules: [{ name: "notices", queue: LIFECYCLE, of: "notices" }],
    functions: {
      deregister: { input: { ...deregister }, first_after_seconds: 20, event_source_mapping: {} },
      terminate: {
        input: {
          queue_name: MONITOR,
          lifecycle_queue_name: LIFECYCLE,
          auto_scaling_groups: ["web"],
          ...DRAIN,
        } as Record<string, unknown>,
        first_after_seconds: 40,
      },
      scale_tasks: { input: { ...scale_tasks } as Record<string, unknown>, first_after_seconds: 50 },
    },
    target_groups: [
      { name: "web", port: 80, deregistration_delay_seconds: 60 },
      { name: "static", port: 8080, deregistration_delay_seconds: 60 },
    ],
    load_balancers: [
      { name: "classic", listeners: [{ port: 80, instance_port: 8081 }], connection_draining_seconds: 30 },
    ],
    clusters: [
      {
        name: "shop",
        services: [
          {
            name: "web",
            desired_count: 2,
            load_balancers: [{ target_group: "web", container_port: 80 }],
            task: { ports: [{ container_port: 80 }] },
          },
          { name: "edge", desired_count: 1, task: {} },
        ] as Record<string, unknown>[],
      },
    ],
    auto_scaling_groups: [
      {
        name: "web",
        instances: 2,
        cluster: "shop",
        registers_with: { target_groups: [{ name: "static" }], load_balancers: ["classic"] },
        hooks: [
          {
            name: "asg-drain-live",
            queue: LIFECYCLE,
            heartbeat_timeout_seconds: 3600,
            default_result: "CONTINUE",
          },
        ] as Record<string, unknown>[],
      } as Record<string, unknown>,
    ],
  };
}

async function queuePolicies(): Promise<Record<string, Record<string, unknown>>> {
  const of = async (key: string) => ({
    Version: "2012-10-17",
    Statement: resolved(await policies[key]?.(VARIABLES)),
  });
  return {
    [LIFECYCLE]: await of("lifecycleQueue"),
    [MONITOR]: await of("monitorQueue"),
    [`${LIFECYCLE}-dead-letters`]: await of("lifecycleDeadLetterQueue"),
    [`${MONITOR}-dead-letters`]: await of("monitorDeadLetterQueue"),
  };
}

/** Gives the roles the policies of the template, as deploy/permissions.cjs writes them. */
async function allow({ roles }: World): Promise<void> {
  const made = async (...keys: string[]) =>
    (await Promise.all(keys.map((key) => permissions[key]?.(VARIABLES)))).flatMap(
      (each) => resolved(each) as PolicyStatement[],
    );
  const log = (name: string) =>
    allowing(
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      arn("logs", `log-group:/aws/lambda/asg-drain-live-${name}:*`),
    );
  const receives = ["sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
  const sends = ["sqs:GetQueueUrl", "sqs:SendMessage"];
  const {
    LifecycleQueue = "",
    MonitorQueue = "",
    LifecycleDeadLetterQueue = "",
    MonitorDeadLetterQueue = "",
  } = ARNS;
  const events = allowing(["events:PutEvents"], arn("events", "event-bus/default"));
  // What stands in serverless.yml itself.
  roles.byName("hook").statements = [allowing(sends, LifecycleQueue)];
  roles.byName("deregister").statements = [
    log("deregister"),
    events,
    allowing(receives, LifecycleQueue),
    allowing(sends, MonitorQueue, LifecycleDeadLetterQueue),
    ...(await made("drainStatements", "deregisterGroupStatements")),
  ];
  roles.byName("terminate").statements = [
    log("terminate"),
    events,
    allowing(receives, MonitorQueue),
    allowing(sends, MonitorQueue, MonitorDeadLetterQueue),
    ...(await made("drainStatements", "finishStatements", "terminateGroupStatements")),
  ];
  roles.byName("scale-tasks").statements = [log("scale-tasks"), ...(await made("scaleStatements"))];
}

function allowing(Action: readonly string[], ...Resource: string[]): PolicyStatement {
  return { Effect: "Allow", Action, Resource };
}

// As CloudFormation does it.
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== "object" || value === null) return value;
  const { "Fn::Sub": text, "Fn::GetAtt": attribute } = value as Record<string, unknown>;
  if (typeof text === "string")
    return text
      .replaceAll(`\${AWS::Partition}`, "aws")
      .replaceAll(`\${AWS::Region}`, REGION)
      .replaceAll(`\${AWS::AccountId}`, ACCOUNT);
  if (Array.isArray(attribute)) return ARNS[String(attribute[0])];
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each)]));
}
