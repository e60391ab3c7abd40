// Describes worlds for the simulator that fit the packaged stack: its queues and its hook as the template has them, and
// load balancers and a cluster of the names that the functions' inputs say.
import { arn, callerOf, roleNamed } from "../../simulator/kernel/account.ts";
import { accessKeyOf } from "./lambda.ts";
import { type Json, type Package, type Resources, resourceOf } from "./packaged.ts";

/** What the inputs name, each name once; ARNs are left out, because the simulator makes its own. */
export type Names = { readonly elbNames: string[]; readonly clusterNames: string[] };

/** The load balancers and clusters that the functions' inputs name. */
export function namesOf({ functions }: Package): Names {
  const keys = [functions.deregister.input, functions.terminate.input];
  const all = (one: string, more: string) => [
    ...new Set(
      keys
        .flatMap((input) => [input[one], ...((input[more] as string[] | undefined) ?? [])])
        .filter((name): name is string => typeof name === "string" && !name.startsWith("arn:")),
    ),
  ];
  return {
    elbNames: all("elb_name", "elb_names"),
    clusterNames: all("cluster_name", "cluster_names"),
  };
}

/** The stack's queues in a scenario's words, dead-letter queues first. */
export function queuesOf(resources: Resources): Record<string, unknown>[] {
  const queues = Object.values(resources)
    .filter(({ Type }) => Type === "AWS::SQS::Queue")
    .map(({ Properties }) => {
      const redrive = Properties.RedrivePolicy as
        | { deadLetterTargetArn: { "Fn::GetAtt": [string, "Arn"] }; maxReceiveCount: number }
        | undefined;
      return {
        name: Properties.QueueName,
        ...(Properties.VisibilityTimeout === undefined
          ? {}
          : { visibility_timeout_seconds: Properties.VisibilityTimeout }),
        retention_seconds: Properties.MessageRetentionPeriod,
        ...(redrive && {
          dead_letter_queue: resources[redrive.deadLetterTargetArn["Fn::GetAtt"][0]]?.Properties.QueueName,
          max_receive_count: redrive.maxReceiveCount,
        }),
      };
    });
  return queues.sort((a, b) => Number("dead_letter_queue" in a) - Number("dead_letter_queue" in b));
}

/** The stack's queues, each with its policy. Only functions that run as packaged may then send. */
export function closedQueuesOf(resources: Resources): Record<string, unknown>[] {
  const idOf = (name: unknown) =>
    Object.keys(resources).find((id) => resources[id]?.Properties.QueueName === name) ?? "";
  return queuesOf(resources).map((queue) => ({ ...queue, policy: policyOf(resources, idOf(queue.name)) }));
}

// The policy of a queue, as it is once the resources of the stack have their ARNs.
function policyOf(resources: Resources, queueId: string): Json {
  const { properties } = resourceOf(
    resources,
    "AWS::SQS::QueuePolicy",
    ({ Queues }) => JSON.stringify(Queues) === JSON.stringify([{ Ref: queueId }]),
  );
  return JSON.parse(
    JSON.stringify(properties.PolicyDocument, (_, value: Json) =>
      typeof value === "object" && value !== null && "Fn::GetAtt" in value
        ? arnIn(resources, (value["Fn::GetAtt"] as string[])[0] ?? "")
        : value,
    ),
  );
}

// The simulated hooks have one role, and a packaged function has that of its access key.
function arnIn(resources: Resources, id: string): string {
  const { Type = "", Properties } = resources[id] ?? {};
  switch (Type) {
    case "AWS::SQS::Queue":
      return arn("sqs", String(Properties?.QueueName));
    case "AWS::Events::Rule":
      return arn("events", `rule/${id}`);
    case "AWS::IAM::Role":
      return (id === "LifecycleHookRole" ? roleNamed("hook") : callerOf(accessKeyOf(id))).arn;
    default:
      throw new Error(`cannot tell the ARN of ${id}`);
  }
}

/** The stack's hook in a scenario's words, and the name of the group that it is for. */
export function hookOf(resources: Resources): { group: string; hook: Record<string, unknown> } {
  const { properties } = resourceOf(resources, "AWS::AutoScaling::LifecycleHook");
  const [queueId = ""] = (properties.NotificationTargetARN as { "Fn::GetAtt": string[] })["Fn::GetAtt"];
  return {
    group: properties.AutoScalingGroupName as string,
    hook: {
      name: properties.LifecycleHookName,
      queue: resources[queueId]?.Properties.QueueName,
      heartbeat_timeout_seconds: properties.HeartbeatTimeout,
      default_result: properties.DefaultResult,
    },
  };
}
