// Made of the template's parameters and the keys of a group by `npm run docs`.

/** The settings of the deployment: the parameters of the template. */
export interface AsgDrainSettings {
  /** Part of the functions' names, the hook's and the stack's. A second deployment in the same account and Region needs another one. */
  readonly stage?: string;
  /** Groups with hooks of your own that notify the same queue. The functions may act on them, and terminate sweeps them. */
  readonly moreAutoScalingGroups?: readonly string[];
  /** Groups whose tag asg-drain has this value are drained too, without being named. Their hooks are yours to make. */
  readonly groupTagValue?: string;
  /** The ECS clusters that the instances are in, by name, 50 at the most. For more, use Clusters or ClusterTag. */
  readonly clusterNames?: readonly string[];
  /** ECS clusters that hooks of your own name. The functions may change these too. */
  readonly moreClusters?: readonly string[];
  /** What is looked for beyond what is named here. With all, a drain finds the classic load balancers, target groups and clusters that have the instance, and takes out what is its own. With named, only what is named counts. With warn, the log says what all would find, and nothing of it is taken out. What was found is given back after a new root volume. An instance that returns to its warm pool is registered nowhere again: whatever registers it at launch does that. */
  readonly discover?: "all" | "named" | "warn";
  /** * allows to drain instances in all clusters that are found. Without it, only clusters that are named, or carry ClusterTag, are changed. */
  readonly clusters?: "*";
  /** Clusters that carry this tag, key or key=value, may be changed too, where they are found. */
  readonly clusterTag?: string;
  /** Classic load balancers to take instances out of. */
  readonly elbNames?: readonly string[];
  /** Target groups, by name or ARN, to take instances out of. In a target group of type ip, the targets of a service's tasks are left to ECS. Other addresses that are the instance's own are taken out. */
  readonly targetGroups?: readonly string[];
  /** How long a drain may take, counted from the first run that can work on it and is not dry. The hook's global limit less two minutes counts instead if that comes first. */
  readonly drainTimeoutSeconds?: number;
  /** What happens when that time is over. continue (the default) and abandon complete the lifecycle action with that result. leave sends no more heartbeats, and the hook's own timeout and default result decide. abandon also cancels the other hooks that hold the instance. */
  readonly onTimeout?: "continue" | "abandon" | "leave";
  /** Which tasks are stopped once nothing else is left, of those that do not leave by themselves. daemon (the default) stops those of daemon services, and those that the instance itself started. all stops other standalone tasks too, none stops none. */
  readonly stopTasks?: "none" | "daemon" | "all";
  /** Whether the container instance is taken out of its cluster. when_disconnected (the default): once the instance is certainly dead and its agent is disconnected. always: in any case after its last task. never: ECS does it. */
  readonly deregisterContainerInstance?: "never" | "when_disconnected" | "always";
  /** How long to wait after everything is gone, before the lifecycle action is completed. */
  readonly settleSeconds?: number;
  /** How often terminate checks again, in seconds. */
  readonly pollSeconds?: number;
  /** How often it sweeps, in minutes. A run sweeps when its minute, counted from 1970, is divisible by this number. So does a run that starts up to ten seconds after such a minute. With a schedule of one minute, none is missed. With a schedule of two minutes, 4 may never match. */
  readonly sweepMinutes?: number;
  /** For all functions: whether everything is only observed, and the log says what would be done. A function's input may say otherwise. */
  readonly dryRun?: boolean;
  /** Whether a drain begins seconds after the hook's message, and not with the next minute. */
  readonly deregisterAtOnce?: boolean;
  /** What to do at a Spot interruption notice, two minutes before EC2 takes the instance: drain it at once, or ignore the notice (the default). */
  readonly onSpotInterruption?: "drain" | "ignore";
  /** What to do when EC2 recommends to rebalance. replace terminates the instance through Auto Scaling, which starts another one; the hook does the rest. It is left to Auto Scaling in a group with Capacity Rebalancing. ignore is the default. */
  readonly onRebalance?: "replace" | "ignore";
  /** The same for a change that EC2 has scheduled for an instance, such as a retirement, a maintenance or a reboot. AWS Health tells of it, and deregister asks EC2 each hour. ignore is the default. */
  readonly onMaintenance?: "replace" | "ignore";
  /** How many instances of a group may be under way at once because of such notices. Whatever it says, one instance stays in service. */
  readonly replaceAtOnce?: number;
  /** Whether the only instance of a group is replaced too. Nothing serves until the new one is in service. */
  readonly replaceLast?: boolean;
  /** How many hours before a scheduled change its instance is replaced. With many instances in one group, and drains that take long, give more. */
  readonly maintenanceLeadHours?: number;
  /** The queue that the termination lifecycle hook writes to. A hook that notifies it is ours. */
  readonly lifecycleQueueName?: string;
  /** The queue that terminate reads. */
  readonly elbMonitorQueueName?: string;
  /** Hooks that are yours by their name, in whatever group and whatever they notify. A hook whose messages an EventBridge rule brings needs it. A hook that neither notifies the lifecycle queue or a topic of yours, nor is named, is another's: it is never touched. */
  readonly lifecycleHookNames?: readonly string[];
  /** SNS topics, by ARN, that bring the messages of your hooks to the lifecycle queue. A hook that notifies one of them is yours. An empty ARN is left out. */
  readonly lifecycleTopicArns?: readonly string[];
  /** SNS topics that bring messages of your hooks, up to ten ARNs with commas between them. The lifecycle queue is subscribed to each. Add ARNs at the end alone. Leave the place of one that you take out empty: a,,c. */
  readonly topics?: readonly string[];
  /** Hooks that notify nobody, by name. An EventBridge rule brings their lifecycle actions, of the groups in Groups and MoreAutoScalingGroups. With GroupTagValue, it brings those of all groups that have such a hook. */
  readonly lifecycleEventHooks?: readonly string[];
  /** Services for scale-tasks as JSON, with commas between them: {"cluster_name":"web","service_name":"edge","min_task_count":2,"n_count":1}. */
  readonly scaleTasksServices?: string;
  /** The clusters of these services. The role of scale-tasks may change services in these alone. */
  readonly scaleTasksClusterNames?: readonly string[];
  /** Ids of roles besides the functions' own that may write what a drain remembers. Such a role can end any drain. */
  readonly moreSenderRoleIds?: readonly string[];
  /** Roles besides the stack's own that may send to the queues. An ARN may have * in it. */
  readonly moreRolesThatMaySend?: readonly string[];
  /** ARNs of EventBridge rules that may send to the lifecycle queue. */
  readonly moreRulesThatMaySend?: readonly string[];
  /** ARNs of SNS topics that may send to the lifecycle queue. */
  readonly moreTopicsThatMaySend?: readonly string[];
  /** ARNs of SNS topics, for instance, that are told when an alarm goes off. */
  readonly alarmActions?: readonly string[];
  /** The same, for when an alarm is over. */
  readonly okActions?: readonly string[];
  /** The event bus of EventBridge, by name, that is told of drains. default is the account's own. Empty: none is told. */
  readonly eventBus?: string;
  /** Whether the stack has a CloudWatch dashboard. */
  readonly dashboard?: boolean;
  /** How many days the functions' log lines are kept. */
  readonly logRetentionDays?: number;
  /** The IAM policy that bounds the permissions of all roles of the stack. */
  readonly permissionsBoundaryArn?: string;
  /** The KMS key that encrypts the queues and the logs. Without it, SQS and CloudWatch Logs use keys of their own. */
  readonly kmsKeyArn?: string;
}

/** The settings of one group, which its hook carries. What it does not name, it has of the deployment. */
export interface GroupSettings {
  /** A classic load balancer to take instances out of. */
  readonly elbName?: string;
  /** More classic load balancers. */
  readonly elbNames?: readonly string[];
  /** Target groups, by name or ARN, to take instances out of. In a target group of type ip, the targets of a service's tasks are left to ECS. Other addresses that are the instance's own are taken out. */
  readonly targetGroups?: readonly string[];
  /** The ECS cluster that the instances are in. */
  readonly clusterName?: string;
  /** More ECS clusters to look for the instances in, 50 at the most. For more, use clusters or cluster_tag. */
  readonly clusterNames?: readonly string[];
  /** What is looked for beyond what is named here. With all, a drain finds the classic load balancers, target groups and clusters that have the instance, and takes out what is its own. With named, only what is named counts. With warn, the log says what all would find, and nothing of it is taken out. What was found is given back after a new root volume. An instance that returns to its warm pool is registered nowhere again: whatever registers it at launch does that. The default is all. */
  readonly discover?: "all" | "named" | "warn";
  /** * allows to drain instances in all clusters that are found. Without it, only clusters that are named, or carry cluster_tag, are changed. */
  readonly clusters?: "*";
  /** Clusters that carry this tag, key or key=value, may be changed too, where they are found. */
  readonly clusterTag?: string;
  /** How often terminate checks again, in seconds. The default is 5. */
  readonly pollSeconds?: number;
  /** How long a drain may take, counted from the first run that can work on it and is not dry. The default is 3600. The hook's global limit less two minutes counts instead if that comes first. */
  readonly drainTimeoutSeconds?: number;
  /** What happens when that time is over. continue (the default) and abandon complete the lifecycle action with that result. leave sends no more heartbeats, and the hook's own timeout and default result decide. abandon also cancels the other hooks that hold the instance. */
  readonly onTimeout?: "continue" | "abandon" | "leave";
  /** Which tasks are stopped once nothing else is left, of those that do not leave by themselves. daemon (the default) stops those of daemon services, and those that the instance itself started. all stops other standalone tasks too, none stops none. */
  readonly stopTasks?: "none" | "daemon" | "all";
  /** Whether the container instance is taken out of its cluster. when_disconnected (the default): once the instance is certainly dead and its agent is disconnected. always: in any case after its last task. never: ECS does it. */
  readonly deregisterContainerInstance?: "never" | "when_disconnected" | "always";
  /** How long to wait after everything is gone, before the lifecycle action is completed. The default is 0, or 120 behind a Network Load Balancer, which may take minutes to take a target out. */
  readonly settleSeconds?: number;
}

/** The template's names of the settings. */
export const PARAMETERS: Readonly<Record<keyof AsgDrainSettings, string>> = {
  stage: "Stage",
  moreAutoScalingGroups: "MoreAutoScalingGroups",
  groupTagValue: "GroupTagValue",
  clusterNames: "ClusterNames",
  moreClusters: "MoreClusters",
  discover: "Discover",
  clusters: "Clusters",
  clusterTag: "ClusterTag",
  elbNames: "ElbNames",
  targetGroups: "TargetGroups",
  drainTimeoutSeconds: "DrainTimeoutSeconds",
  onTimeout: "OnTimeout",
  stopTasks: "StopTasks",
  deregisterContainerInstance: "DeregisterContainerInstance",
  settleSeconds: "SettleSeconds",
  pollSeconds: "PollSeconds",
  sweepMinutes: "SweepMinutes",
  dryRun: "DryRun",
  deregisterAtOnce: "DeregisterAtOnce",
  onSpotInterruption: "OnSpotInterruption",
  onRebalance: "OnRebalance",
  onMaintenance: "OnMaintenance",
  replaceAtOnce: "ReplaceAtOnce",
  replaceLast: "ReplaceLast",
  maintenanceLeadHours: "MaintenanceLeadHours",
  lifecycleQueueName: "LifecycleQueueName",
  elbMonitorQueueName: "ElbMonitorQueueName",
  lifecycleHookNames: "LifecycleHookNames",
  lifecycleTopicArns: "LifecycleTopicArns",
  topics: "Topics",
  lifecycleEventHooks: "LifecycleEventHooks",
  scaleTasksServices: "ScaleTasksServices",
  scaleTasksClusterNames: "ScaleTasksClusterNames",
  moreSenderRoleIds: "MoreSenderRoleIds",
  moreRolesThatMaySend: "MoreRolesThatMaySend",
  moreRulesThatMaySend: "MoreRulesThatMaySend",
  moreTopicsThatMaySend: "MoreTopicsThatMaySend",
  alarmActions: "AlarmActions",
  okActions: "OkActions",
  eventBus: "EventBus",
  dashboard: "WithDashboard",
  logRetentionDays: "LogRetentionDays",
  permissionsBoundaryArn: "PermissionsBoundaryArn",
  kmsKeyArn: "KmsKeyArn",
};
