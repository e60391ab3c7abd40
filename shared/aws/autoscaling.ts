import {
  type Activity,
  type AutoScalingClient,
  type AutoScalingGroup,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeLifecycleHooksCommand,
  DescribeScalingActivitiesCommand,
  DescribeWarmPoolCommand,
  type Filter,
  type Instance,
  RecordLifecycleActionHeartbeatCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  type GroupInstance,
  type GroupWithInstances,
  type Hook,
  type LifecycleAction,
  TERMINATING,
} from "../model/hooks.ts";
import type { GroupCapacity } from "../model/notice.ts";
import { allPages, call, unless, unlessGone } from "./call.ts";

/** Groups by name (up to a hundred), or by a tag's key and, where it is given, its value. */
export type GroupSelection =
  | { readonly names: readonly string[] }
  | { readonly tag: { readonly key: string; readonly value: string | undefined } };

/** What the drain needs of Auto Scaling. All throw an AwsCallError. */
export type AutoScalingPort = {
  /** The groups and states of up to fifty instances; those that no group knows are left out. */
  describeInstances: (instanceIds: readonly string[]) => Promise<Map<string, GroupInstance>>;
  /** A group's terminating hooks; none for a group that is gone. */
  terminatingHooks: (group: string) => Promise<Hook[]>;
  /** Groups with their instances, by name, or those that carry a tag. */
  groups: (which: GroupSelection) => Promise<GroupWithInstances[]>;
  /** The capacity of up to a hundred groups, with their instances; a group that does not exist is left out. */
  capacities: (names: readonly string[]) => Promise<GroupCapacity[]>;
  /** The instances of a group's warm pool, which the group itself does not list. */
  warmPool: (group: string) => Promise<GroupWithInstances["instances"]>;
  /**
   * When the instances of a group began to leave service, in milliseconds since 1970: the start of each one's scaling activity that is
   * under way. It reads as many pages as a mass scale-in takes, and no more.
   */
  terminating: (group: string) => Promise<Map<string, number>>;
  /** Whether a group keeps an instance whose terminating hook ends with ABANDON (its InstanceLifecyclePolicy). */
  retains: (group: string) => Promise<boolean>;
  /**
   * Completes a lifecycle action. "no such action" is an answer: it was completed before, has timed out, or is too new for this
   * call to see. AWS answers all three alike.
   */
  complete: (
    action: LifecycleAction,
    result: "CONTINUE" | "ABANDON",
  ) => Promise<"completed" | "no such action">;
  /** Starts the hook's timer again. It cannot outlast the hook's global limit. "no such action" as above. */
  heartbeat: (action: LifecycleAction) => Promise<"recorded" | "no such action">;
  /** Terminates an instance through its group's hooks; the group starts another one in its place. */
  replace: (instanceId: string) => Promise<void>;
};

/** How many instances DescribeAutoScalingInstances takes. */
export const INSTANCES_A_CALL = 50;
/** How many groups DescribeAutoScalingGroups takes, and gives a page. */
export const GROUPS_A_CALL = 100;
/** How many activities a page of DescribeScalingActivities has, and how many pages are read: a run tracks 3,000 terminations. */
const ACTIVITIES_A_PAGE = 100;
const ACTIVITY_PAGES = 40;

const SECOND = 1_000;
/** The states of activities that are over. The reference says that those under way come first. */
const OVER: readonly unknown[] = ["Successful", "Failed", "Cancelled"];
const LAUNCH = /^launching/i;
const INSTANCE_ID = /\bi-[0-9a-f]+\b/g;
const NO_ACTION = /no active lifecycle action found/i;

/**
 * Auto Scaling through the SDK.
 *
 * @param createCompletions makes the client that completes lifecycle actions. That client may wait after AWS refused too many
 * calls. It is made once, before the first completion.
 */
export function autoScalingPort(
  client: AutoScalingClient,
  createCompletions: () => AutoScalingClient,
): AutoScalingPort {
  let completions: AutoScalingClient | undefined;
  const describeGroups = async (which: GroupSelection): Promise<AutoScalingGroup[]> => {
    const selection =
      "names" in which ? { AutoScalingGroupNames: [...which.names] } : { Filters: [filterOf(which.tag)] };
    const pages = await allPages((token) =>
      call("autoscaling:DescribeAutoScalingGroups", () =>
        client.send(
          new DescribeAutoScalingGroupsCommand({
            ...selection,
            MaxRecords: GROUPS_A_CALL,
            NextToken: token,
          }),
        ),
      ),
    );
    return pages.flatMap((page) => page.AutoScalingGroups ?? []);
  };
  return {
    async describeInstances(instanceIds) {
      const pages = await allPages((token) =>
        call("autoscaling:DescribeAutoScalingInstances", () =>
          client.send(
            new DescribeAutoScalingInstancesCommand({
              InstanceIds: [...instanceIds],
              MaxRecords: INSTANCES_A_CALL,
              NextToken: token,
            }),
          ),
        ),
      );
      const shown = pages.flatMap((page) => page.AutoScalingInstances ?? []);
      return new Map(
        shown.map((each) => [
          each.InstanceId as string,
          { group: each.AutoScalingGroupName as string, state: each.LifecycleState as string },
        ]),
      );
    },

    async terminatingHooks(group) {
      const answer = await unlessGone(() =>
        call("autoscaling:DescribeLifecycleHooks", () =>
          client.send(new DescribeLifecycleHooksCommand({ AutoScalingGroupName: group })),
        ),
      );
      return (answer?.LifecycleHooks ?? [])
        .filter((hook) => hook.LifecycleTransition === TERMINATING)
        .map((hook) => ({
          name: hook.LifecycleHookName as string,
          heartbeatTimeout: (hook.HeartbeatTimeout ?? 3600) * SECOND,
          globalTimeout: (hook.GlobalTimeout ?? 172_800) * SECOND,
          target: hook.NotificationTargetARN,
          metadata: hook.NotificationMetadata,
        }));
    },

    async groups(which) {
      return (await describeGroups(which)).map((each) => ({
        name: each.AutoScalingGroupName as string,
        instances: (each.Instances ?? []).map(readInstance),
        hasWarmPool: each.WarmPoolConfiguration !== undefined,
      }));
    },

    async capacities(names) {
      return (await describeGroups({ names })).map(readCapacity);
    },

    async warmPool(group) {
      const pages = await allPages((token) =>
        call("autoscaling:DescribeWarmPool", () =>
          client.send(new DescribeWarmPoolCommand({ AutoScalingGroupName: group, NextToken: token })),
        ),
      );
      return pages.flatMap((page) => page.Instances ?? []).map(readInstance);
    },

    async terminating(group) {
      const pages = await allPages(
        (token) =>
          call("autoscaling:DescribeScalingActivities", () =>
            client.send(
              new DescribeScalingActivitiesCommand({
                AutoScalingGroupName: group,
                MaxRecords: ACTIVITIES_A_PAGE,
                NextToken: token,
              }),
            ),
          ),
        ({ Activities = [] }, read) => read >= ACTIVITY_PAGES || Activities.some(isOver),
      );
      return startsOf(
        group,
        pages.flatMap(({ Activities = [] }) => Activities),
      );
    },

    async retains(group) {
      const { AutoScalingGroups = [] } = await call("autoscaling:DescribeAutoScalingGroups", () =>
        client.send(
          new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group], IncludeInstances: false }),
        ),
      );
      const triggers = AutoScalingGroups[0]?.InstanceLifecyclePolicy?.RetentionTriggers;
      return triggers?.TerminateHookAbandon === "retain";
    },

    async complete(action, result) {
      completions ??= createCompletions();
      const client = completions;
      const answer = await unlessNoAction(() =>
        call("autoscaling:CompleteLifecycleAction", () =>
          client.send(
            new CompleteLifecycleActionCommand({ ...named(action), LifecycleActionResult: result }),
          ),
        ),
      );
      return answer ? "completed" : "no such action";
    },

    async heartbeat(action) {
      const answer = await unlessNoAction(() =>
        call("autoscaling:RecordLifecycleActionHeartbeat", () =>
          client.send(new RecordLifecycleActionHeartbeatCommand(named(action))),
        ),
      );
      return answer ? "recorded" : "no such action";
    },

    async replace(instanceId) {
      await call("autoscaling:TerminateInstanceInAutoScalingGroup", () =>
        client.send(
          new TerminateInstanceInAutoScalingGroupCommand({
            InstanceId: instanceId,
            ShouldDecrementDesiredCapacity: false,
          }),
        ),
      );
    },
  };
}

function isOver({ StatusCode }: Activity): boolean {
  return OVER.includes(StatusCode);
}

// When each instance's latest activity began. Its description names the instance: "Terminating EC2 instance: i-0123...". An
// instance may still warm up from its launch when it is terminated.
function startsOf(group: string, activities: readonly Activity[]): Map<string, number> {
  const starts = new Map<string, number>();
  for (const each of activities) {
    const { AutoScalingGroupName: name, Description: description = "", StartTime } = each;
    if (name !== group || StartTime === undefined || isOver(each) || LAUNCH.test(description)) continue;
    for (const id of description.match(INSTANCE_ID) ?? [])
      starts.set(id, Math.max(starts.get(id) ?? 0, StartTime.getTime()));
  }
  return starts;
}

function readInstance({ InstanceId, LifecycleState }: Instance): GroupWithInstances["instances"][number] {
  return { instanceId: InstanceId as string, state: LifecycleState as string };
}

function readCapacity(group: AutoScalingGroup): GroupCapacity {
  return {
    name: group.AutoScalingGroupName as string,
    desired: group.DesiredCapacity ?? 0,
    // -1 stands for none, too.
    warmup: Math.max(0, group.DefaultInstanceWarmup ?? 0) * SECOND,
    rebalancesItself: group.CapacityRebalance === true,
    suspended: (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []),
    instances: (group.Instances ?? []).map((each) => ({
      ...readInstance(each),
      isHealthy: each.HealthStatus === "Healthy",
    })),
  };
}

function filterOf({ key, value }: { readonly key: string; readonly value: string | undefined }): Filter {
  return value === undefined ? { Name: "tag-key", Values: [key] } : { Name: `tag:${key}`, Values: [value] };
}

function named({ group, hook, instanceId, token }: LifecycleAction) {
  return {
    AutoScalingGroupName: group,
    LifecycleHookName: hook,
    ...(token === undefined ? { InstanceId: instanceId } : { LifecycleActionToken: token }),
  };
}

async function unlessNoAction<T>(ask: () => Promise<T>): Promise<T | undefined> {
  return unless(({ message }) => NO_ACTION.test(message), ask);
}
