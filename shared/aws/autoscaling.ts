import {
  type AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeLifecycleHooksCommand,
} from "@aws-sdk/client-auto-scaling";
import { AwsCallError } from "../errors.ts";
import { call } from "./call.ts";

/** Where Auto Scaling shows an instance. */
export type Membership = { readonly group: string; readonly state: string };

/** Which lifecycle action is meant: by its token, or where that is unknown by its instance. */
export type ActionName = {
  readonly group: string;
  readonly hook: string;
  readonly instanceId: string;
  readonly token: string | undefined;
};

/** What the drain needs of Auto Scaling. All throw an AwsCallError. */
export type AutoScalingPort = {
  /** The groups and states of up to fifty instances; those that no group knows are left out. */
  describeInstances: (instanceIds: readonly string[]) => Promise<Map<string, Membership>>;
  /** The names of a group's terminating hooks. */
  terminatingHooks: (group: string) => Promise<string[]>;
  /**
   * Completes a lifecycle action. "no such action" is an answer: it was completed before, has timed out, or is too
   * new for what this call reads (AWS answers all three alike).
   */
  complete: (action: ActionName, result: "CONTINUE" | "ABANDON") => Promise<"completed" | "no such action">;
};

/** How many instances DescribeAutoScalingInstances takes. */
export const INSTANCES_A_CALL = 50;

const NO_ACTION = /no active lifecycle action found/i;

/** Auto Scaling through the SDK. */
export function autoScalingPort(client: AutoScalingClient): AutoScalingPort {
  return {
    async describeInstances(instanceIds) {
      const found = new Map<string, Membership>();
      let token: string | undefined;
      do {
        const page = await call("autoscaling:DescribeAutoScalingInstances", () =>
          client.send(
            new DescribeAutoScalingInstancesCommand({
              InstanceIds: [...instanceIds],
              MaxRecords: INSTANCES_A_CALL,
              NextToken: token,
            }),
          ),
        );
        for (const each of page.AutoScalingInstances ?? []) {
          found.set(each.InstanceId as string, {
            group: each.AutoScalingGroupName as string,
            state: each.LifecycleState as string,
          });
        }
        // A page may be short while there is more: only the token tells.
        token = page.NextToken;
      } while (token);
      return found;
    },

    async terminatingHooks(group) {
      const { LifecycleHooks = [] } = await call("autoscaling:DescribeLifecycleHooks", () =>
        client.send(new DescribeLifecycleHooksCommand({ AutoScalingGroupName: group })),
      );
      return LifecycleHooks.filter(
        (hook) => hook.LifecycleTransition === "autoscaling:EC2_INSTANCE_TERMINATING",
      ).map((hook) => hook.LifecycleHookName as string);
    },

    async complete({ group, hook, instanceId, token }, result) {
      try {
        await call("autoscaling:CompleteLifecycleAction", () =>
          client.send(
            new CompleteLifecycleActionCommand({
              AutoScalingGroupName: group,
              LifecycleHookName: hook,
              LifecycleActionResult: result,
              ...(token === undefined ? { InstanceId: instanceId } : { LifecycleActionToken: token }),
            }),
          ),
        );
        return "completed";
      } catch (error) {
        if (error instanceof AwsCallError && NO_ACTION.test(error.message)) return "no such action";
        throw error;
      }
    },
  };
}
