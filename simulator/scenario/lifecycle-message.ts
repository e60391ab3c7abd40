import { ACCOUNT, arn, REGION, userNamed } from "../kernel/account.ts";
import type { Random } from "../kernel/random.ts";
import type { World } from "../services/world.ts";
import type { TimelineEntry } from "./schema.ts";

/** Who sends what no function, no hook and no service of AWS's sends. */
export const STRANGER = userNamed("stranger");

type Given = NonNullable<TimelineEntry["send_lifecycle_message"]>;

/** Sends a lifecycle message that no hook has sent. */
export function sendLifecycleMessage({ agenda, queues, story, random: source }: World, given: Given): void {
  const random = source("notifications");
  story.tell(agenda.now, { kind: "message-forged", instanceId: given.instance_id });
  const core = {
    LifecycleActionToken: given.token ?? random.uuid(),
    AutoScalingGroupName: given.group,
    LifecycleHookName: given.hook,
    EC2InstanceId: given.instance_id,
    LifecycleTransition: given.transition,
    Origin: "AutoScalingGroup",
    Destination: "EC2",
    ...(given.metadata === undefined ? {} : { NotificationMetadata: given.metadata }),
  };
  const direct = {
    ...core,
    AccountId: ACCOUNT,
    RequestId: random.uuid(),
    Service: "AWS Auto Scaling",
    Time: new Date(agenda.now).toISOString(),
  };
  const forms = {
    sqs: () => direct,
    sns: () => throughSns(direct, random),
    eventbridge: () => throughEventBridge(core, direct.Time, random),
  };
  queues.byName(given.queue).deliver(JSON.stringify(forms[given.form]()), STRANGER);
}

function throughSns(direct: { readonly EC2InstanceId: string; readonly Time: string }, random: Random) {
  return {
    Type: "Notification",
    MessageId: random.uuid(),
    TopicArn: arn("sns", "lifecycle"),
    Subject: `Auto Scaling:  Lifecycle action 'TERMINATING' for instance ${direct.EC2InstanceId} in progress.`,
    Message: JSON.stringify(direct),
    Timestamp: direct.Time,
    SignatureVersion: "1",
  };
}

function throughEventBridge(detail: { readonly AutoScalingGroupName: string }, time: string, random: Random) {
  const id = random.uuid();
  const group = `autoScalingGroup:${random.uuid()}:autoScalingGroupName/${detail.AutoScalingGroupName}`;
  return {
    version: "0",
    id,
    "detail-type": "EC2 Instance-terminate Lifecycle Action",
    source: "aws.autoscaling",
    account: ACCOUNT,
    time,
    region: REGION,
    resources: [arn("autoscaling", group)],
    detail,
  };
}
