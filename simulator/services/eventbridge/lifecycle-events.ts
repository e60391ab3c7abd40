import { type Group, type LifecycleAction, type Passage, TERMINATING } from "../autoscaling/model.ts";
import type { BusEvent } from "./event-rules.ts";

/**
 * The event of a lifecycle action. Auto Scaling puts one on the bus for each hook, whatever the hook notifies besides.
 *
 * Amazon EC2 Auto Scaling User Guide, "Amazon EC2 Auto Scaling event reference".
 */
export function lifecycleEvent(
  group: Group,
  instanceId: string,
  { hook, token }: LifecycleAction,
  { origin, destination, action }: Passage,
): BusEvent {
  return {
    source: "aws.autoscaling",
    detailType: `EC2 Instance-${hook.transition === TERMINATING ? "terminate" : "launch"} Lifecycle Action`,
    resources: [group.arn],
    detail: {
      LifecycleActionToken: token,
      AutoScalingGroupName: group.name,
      LifecycleHookName: hook.name,
      EC2InstanceId: instanceId,
      LifecycleTransition: hook.transition,
      ...(hook.metadata === undefined ? {} : { NotificationMetadata: hook.metadata }),
      Origin: origin,
      Destination: destination,
      ...(action ? { Action: action } : {}),
    },
  };
}
