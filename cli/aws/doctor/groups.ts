import {
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  DescribeLifecycleHooksCommand,
  type Filter,
} from "@aws-sdk/client-auto-scaling";
import { allItems, fieldsOf } from "../../../shared/aws/answers.ts";
import { filterOf } from "../../../shared/aws/autoscaling.ts";
import { call, unlessGone } from "../../../shared/aws/call.ts";
import { pieces } from "../../../shared/base/batches.ts";
import { tagIn } from "../../../shared/model/settings.ts";
import type { GroupShown, HookShown } from "../../operator/doctor/facts.ts";
import type { Account } from "../account.ts";

const GROUPS = "autoscaling:DescribeAutoScalingGroups";
const HOOKS = "autoscaling:DescribeLifecycleHooks";
/** How many groups a call takes by name. */
const NAMES = 50;

/** What the doctor reads of Auto Scaling. Each read throws an AwsCallError. */
export type GroupReads = {
  /** The groups with these names, as far as they exist. */
  readonly named: (names: readonly string[]) => Promise<GroupShown[]>;
  /** The groups with a tag, `key` or `key=value`. */
  readonly tagged: (tag: string) => Promise<GroupShown[]>;
  readonly hooks: (group: string) => Promise<HookShown[]>;
};

/** Auto Scaling through the SDK. */
export function groupReads({ clients: { autoScaling: client } }: Pick<Account, "clients">): GroupReads {
  const described = async (which: { AutoScalingGroupNames?: string[]; Filters?: Filter[] }) => {
    const all = await allItems({ call, action: GROUPS, key: "AutoScalingGroups" }, (NextToken) =>
      client.send(new DescribeAutoScalingGroupsCommand({ ...which, NextToken })),
    );
    return all.map(readGroup);
  };
  return {
    async named(names) {
      const read = [...pieces(names, NAMES)].map((AutoScalingGroupNames) =>
        described({ AutoScalingGroupNames }),
      );
      return (await Promise.all(read)).flat();
    },
    tagged: (tag) => described({ Filters: [filterOf(tagIn(tag))] }),
    async hooks(AutoScalingGroupName) {
      const answer = await unlessGone(() =>
        call(HOOKS, () => client.send(new DescribeLifecycleHooksCommand({ AutoScalingGroupName }))),
      );
      return (answer?.LifecycleHooks ?? []).map((hook) => {
        const field = fieldsOf(HOOKS, hook);
        return {
          name: field("LifecycleHookName"),
          transition: field("LifecycleTransition"),
          target: hook.NotificationTargetARN,
          role: hook.RoleARN,
          metadata: hook.NotificationMetadata,
          timeoutSeconds: field("HeartbeatTimeout"),
          globalSeconds: field("GlobalTimeout"),
          result: hook.DefaultResult ?? "ABANDON",
        };
      });
    },
  };
}

function readGroup(each: AutoScalingGroup): GroupShown {
  const field = fieldsOf(GROUPS, each);
  return {
    name: field("AutoScalingGroupName"),
    arn: field("AutoScalingGroupARN"),
    suspended: (each.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []),
    instanceIds: (each.Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []),
    rebalances: each.CapacityRebalance ?? false,
    tags: Object.fromEntries((each.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
  };
}
