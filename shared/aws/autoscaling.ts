import {
  type Activity,
  type AutoScalingClient,
  type AutoScalingGroup,
  type AutoScalingInstanceDetails,
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
import { OddAnswer } from "../base/errors.ts";
import {
  type GroupInstance,
  type GroupWithInstances,
  type Hook,
  type LifecycleAction,
  TERMINATING,
} from "../model/hooks.ts";
import { isKnownState } from "../model/lifecycle-state.ts";
import type { GroupCapacity } from "../model/notice.ts";
import { allItems, fieldOf, fieldsOf, itemOrOdd, oneOf, someItems } from "./answers.ts";
import { call, unless, unlessGone } from "./call.ts";

/** Groups by name (up to a hundred), or by a tag's key and, where it is given, its value. */
export type GroupSelection =
  | { readonly names: readonly string[] }
  | { readonly tag: { readonly key: string; readonly value: string | undefined } };

/** What the drain needs of Auto Scaling. All throw an AwsCallError. */
export type AutoScalingPort = {
  /** The groups and states of up to fifty instances; those that no group knows are left out. A state may be odd. */
  describeInstances: (instanceIds: readonly string[]) => Promise<Map<string, GroupInstance | OddAnswer>>;
  /** A group's terminating hooks; none for a group that is gone. */
  terminatingHooks: (group: string) => Promise<Hook[]>;
  /** Groups with their instances, by name, or those that carry a tag. */
  groups: (which: GroupSelection) => Promise<GroupWithInstances[]>;
  /** The capacity of up to a hundred groups, with their instances, by name; a group that does not exist is left out. */
  capacities: (names: readonly string[]) => Promise<Map<string, GroupCapacity | OddAnswer>>;
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
const INSTANCES = "autoscaling:DescribeAutoScalingInstances";
const GROUPS = "autoscaling:DescribeAutoScalingGroups";
const ACTIVITIES = "autoscaling:DescribeScalingActivities";
/** The states of activities that are over. The reference says that those under way come first. */
const OVER = ["Successful", "Failed", "Cancelled"];
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
  const describeGroups = (which: GroupSelection): Promise<AutoScalingGroup[]> => {
    const selection =
      "names" in which ? { AutoScalingGroupNames: [...which.names] } : { Filters: [filterOf(which.tag)] };
    return allItems({ call, action: GROUPS, key: "AutoScalingGroups" }, (NextToken) =>
      client.send(
        new DescribeAutoScalingGroupsCommand({ ...selection, MaxRecords: GROUPS_A_CALL, NextToken }),
      ),
    );
  };
  return {
    async describeInstances(instanceIds) {
      const shown = await allItems({ call, action: INSTANCES, key: "AutoScalingInstances" }, (NextToken) =>
        client.send(
          new DescribeAutoScalingInstancesCommand({
            InstanceIds: [...instanceIds],
            MaxRecords: INSTANCES_A_CALL,
            NextToken,
          }),
        ),
      );
      return new Map(shown.map(readGroupInstance));
    },

    async terminatingHooks(group) {
      const action = "autoscaling:DescribeLifecycleHooks";
      const answer = await unlessGone(() =>
        call(action, () => client.send(new DescribeLifecycleHooksCommand({ AutoScalingGroupName: group }))),
      );
      if (!answer) return [];
      return fieldOf(action, answer, "LifecycleHooks")
        .map((hook) => ({ hook, field: fieldsOf(action, hook) }))
        .filter(({ field }) => field("LifecycleTransition") === TERMINATING)
        .map(({ hook, field }) => ({
          name: field("LifecycleHookName"),
          heartbeatTimeout: field("HeartbeatTimeout") * SECOND,
          globalTimeout: field("GlobalTimeout") * SECOND,
          target: hook.NotificationTargetARN,
          metadata: hook.NotificationMetadata,
        }));
    },

    async groups(which) {
      return (await describeGroups(which)).map((each) => {
        const field = fieldsOf(GROUPS, each);
        return {
          name: field("AutoScalingGroupName"),
          instances: field("Instances").map((one) => readInstance(GROUPS, one)),
          hasWarmPool: each.WarmPoolConfiguration !== undefined,
        };
      });
    },

    async capacities(names) {
      return new Map((await describeGroups({ names })).map(readCapacity));
    },

    async warmPool(group) {
      const action = "autoscaling:DescribeWarmPool";
      const shown = await allItems({ call, action, key: "Instances" }, (NextToken) =>
        client.send(new DescribeWarmPoolCommand({ AutoScalingGroupName: group, NextToken })),
      );
      return shown.map((each) => readInstance(action, each));
    },

    async terminating(group) {
      const { items } = await someItems(
        { call, action: ACTIVITIES, key: "Activities" },
        (NextToken) =>
          client.send(
            new DescribeScalingActivitiesCommand({
              AutoScalingGroupName: group,
              MaxRecords: ACTIVITIES_A_PAGE,
              NextToken,
            }),
          ),
        ACTIVITY_PAGES,
        (activities) => activities.some(isOver),
      );
      return startsOf(group, items);
    },

    async retains(group) {
      const answer = await call(GROUPS, () =>
        client.send(
          new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group], IncludeInstances: false }),
        ),
      );
      const [found] = fieldOf(GROUPS, answer, "AutoScalingGroups");
      const then = found?.InstanceLifecyclePolicy?.RetentionTriggers?.TerminateHookAbandon;
      return (
        then !== undefined &&
        oneOf(GROUPS, "TerminateHookAbandon", then, ["retain", "terminate"]) === "retain"
      );
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

function isOver(each: Activity): boolean {
  return OVER.includes(fieldOf(ACTIVITIES, each, "StatusCode"));
}

// When each instance's latest activity began. Its description names the instance: "Terminating EC2 instance: i-0123...". An
// instance may still warm up from its launch when it is terminated.
function startsOf(group: string, activities: readonly Activity[]): Map<string, number> {
  const starts = new Map<string, number>();
  for (const each of activities) {
    const field = fieldsOf(ACTIVITIES, each);
    const description = field("Description");
    if (field("AutoScalingGroupName") !== group || isOver(each) || LAUNCH.test(description)) continue;
    for (const id of description.match(INSTANCE_ID) ?? [])
      starts.set(id, Math.max(starts.get(id) ?? 0, field("StartTime").getTime()));
  }
  return starts;
}

function readGroupInstance(each: AutoScalingInstanceDetails): [string, GroupInstance | OddAnswer] {
  const field = fieldsOf(INSTANCES, each);
  const instanceId = field("InstanceId");
  const read = () => ({
    group: field("AutoScalingGroupName"),
    state: known(INSTANCES, field("LifecycleState")),
  });
  return [instanceId, itemOrOdd([instanceId], read)];
}

function readInstance(action: string, each: Instance): GroupWithInstances["instances"][number] {
  const field = fieldsOf(action, each);
  return { instanceId: field("InstanceId"), state: field("LifecycleState") };
}

// Nobody knows what follows from a state that AWS has added.
function known(action: string, state: string): string {
  if (!isKnownState(state)) throw new OddAnswer(action, "LifecycleState", state);
  return state;
}

function readCapacity(group: AutoScalingGroup): [string, GroupCapacity | OddAnswer] {
  const field = fieldsOf(GROUPS, group);
  const name = field("AutoScalingGroupName");
  const read = (): GroupCapacity => ({
    name,
    desired: field("DesiredCapacity"),
    // -1 stands for none, too.
    warmup: Math.max(0, group.DefaultInstanceWarmup ?? 0) * SECOND,
    rebalancesItself: group.CapacityRebalance === true,
    suspended: field("SuspendedProcesses").map((each) => fieldOf(GROUPS, each, "ProcessName")),
    instances: field("Instances").map((each) => {
      const { instanceId, state } = readInstance(GROUPS, each);
      const isHealthy = fieldOf(GROUPS, each, "HealthStatus") === "Healthy";
      return { instanceId, state: known(GROUPS, state), isHealthy };
    }),
  });
  return [name, itemOrOdd([name], read)];
}

/** The filter of groups with a tag. */
export function filterOf({
  key,
  value,
}: {
  readonly key: string;
  readonly value: string | undefined;
}): Filter {
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
