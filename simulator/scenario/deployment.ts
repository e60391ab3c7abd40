import { arn, roleNamed } from "../kernel/account.ts";
import { functionArn, type LambdaFunction } from "../services/lambda/functions.ts";
import type { World } from "../services/world.ts";
import type { Inputs } from "./inputs.ts";
import type { Scenario } from "./schema.ts";
import { FUNCTIONS, type FunctionName } from "./stage.ts";

/** What a stack of the template is called, and the functions' names without what tells them apart. */
const DEPLOYMENT = "asg-drain-live";

/** What Lambda knows a function as, as the template names it. */
export const deployedName = (name: FunctionName) => `${DEPLOYMENT}-${name}`;

/** The topic that the alarms tell, and the role that the scenarios' hooks have. */
const TOPIC = arn("sns", "on-call");
const HOOK_ROLE = "hook";

type Functions = NonNullable<Scenario["functions"]>;
type Added = { readonly logicalId: string; readonly type: string; readonly physicalId: string };

/**
 * Shows in the account what the template makes for a scenario's functions: the functions, their schedules, roles and alarms, and the
 * stack with all of it. It is for reading alone: the functions run as the scenario says.
 *
 * @param version what the functions say that they are
 */
export function deployFunctions(
  world: World,
  scenario: Scenario & { readonly functions: Functions },
  inputs: Inputs,
  version: string,
): void {
  const made = FUNCTIONS.flatMap((name) => {
    const scheduled = scenario.functions[name === "scale-tasks" ? "scale_tasks" : name];
    return scheduled ? [{ name, deployed: deploy(world, { name, scheduled, inputs, version }) }] : [];
  });
  world.roles.create(HOOK_ROLE, ["autoscaling.amazonaws.com"]);
  const input = inputs.of("deregister");
  const queues = [input.lifecycle_queue_name, input.elb_monitor_queue_name].map(String);
  const alarms = addAlarms(world, queues);
  addStack(world, version, [
    ...made.map(({ name, deployed }) => ({
      logicalId: `${{ deregister: "Deregister", terminate: "Terminate", "scale-tasks": "ScaleDashtasks" }[name]}LambdaFunction`,
      type: "AWS::Lambda::Function",
      physicalId: deployed.name,
    })),
    ...queues.map((name, i) => ({
      logicalId: i === 0 ? "LifecycleQueue" : "MonitorQueue",
      type: "AWS::SQS::Queue",
      physicalId: name,
    })),
    ...alarms.map((name, i) => ({
      logicalId: `Alarm${i}`,
      type: "AWS::CloudWatch::Alarm",
      physicalId: name,
    })),
  ]);
}

function deploy(
  world: World,
  {
    name,
    scheduled,
    inputs,
    version,
  }: {
    readonly name: FunctionName;
    readonly scheduled:
      | Functions["deregister"]
      | Functions["terminate"]
      | NonNullable<Functions["scale_tasks"]>;
    readonly inputs: Inputs;
    readonly version: string;
  },
): LambdaFunction {
  const mapping = "event_source_mapping" in scheduled ? scheduled.event_source_mapping : undefined;
  world.roles.create(name, ["lambda.amazonaws.com"]);
  const deployed = world.functions.deploy({
    name: deployedName(name),
    timeoutSeconds: scheduled.timeout_seconds,
    role: name,
    environment: {
      ...("sender_role_ids" in scheduled ? { SENDER_ROLE_IDS: scheduled.sender_role_ids } : {}),
      ...(mapping ? { INPUT: mapping.input_variable ?? JSON.stringify(inputs.of(name)) } : {}),
    },
    tags: { "asg-drain-version": version },
  });
  if (mapping)
    deployed.mappings.push({
      id: "8d7b2f3e-0000-4000-8000-000000000000",
      sourceArn: arn("sqs", String(inputs.of(name).lifecycle_queue_name)),
      isEnabled: true,
      batchSize: 10,
      maximumConcurrency: mapping.maximum_concurrency,
      reportsFailures: true,
    });
  world.schedules.put({
    name: `${deployed.name}-schedule`,
    expression: rateOf(scheduled.every_seconds),
    isEnabled: true,
    target: functionArn(deployed),
    input: () => JSON.stringify(inputs.of(name)),
    retry: { maximumRetryAttempts: 0, maximumEventAgeSeconds: 60 },
  });
  return deployed;
}

// EventBridge knows no shorter rate than a minute.
function rateOf(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  return `rate(${minutes} ${minutes === 1 ? "minute" : "minutes"})`;
}

// As in serverless.yml.
function addAlarms({ alarms, queues }: World, names: readonly string[]): string[] {
  const deadLetters = names.flatMap((name) => {
    const queue = queues.all.find((each) => each.name === name);
    return queue?.attributes.redrive?.targetArn.split(":").at(-1) ?? [];
  });
  const ofQueue = (metric: string) => (QueueName: string) => ["AWS/SQS", metric, { QueueName }] as const;
  const ofFunction = (metric: string) => (name: FunctionName) =>
    ["AWS/Lambda", metric, { FunctionName: deployedName(name) }] as const;
  const rows = [
    ...deadLetters.map(ofQueue("ApproximateNumberOfMessagesVisible")),
    ...names.map(ofQueue("ApproximateAgeOfOldestMessage")),
    ...(["DrainsCutOff", "DrainsStalled"] as const).map(
      (metric) => ["asg-drain", metric, { service: DEPLOYMENT }] as const,
    ),
    ...(["deregister", "terminate"] as const).flatMap((name) => [
      ofFunction("Invocations")(name),
      ofFunction("Errors")(name),
    ]),
  ];
  return rows.map(([namespace, metric, dimensions]) => {
    const name = [DEPLOYMENT, metric, ...Object.values(dimensions)].join("-");
    alarms.put({ name, namespace, metric, dimensions, isEnabled: true, actions: [TOPIC] });
    return name;
  });
}

function addStack({ stacks }: World, version: string, added: readonly Added[]): void {
  stacks.put({
    name: DEPLOYMENT,
    status: "CREATE_COMPLETE",
    outputs: { Version: version, LifecycleHookRoleArn: roleNamed(HOOK_ROLE).arn },
    resources: new Map(added.map(({ logicalId, ...resource }) => [logicalId, resource])),
  });
}
