# Made of the template's parameters and the keys of a group by `npm run docs`.

variable "code_bucket" {
  description = "The S3 bucket with the files of the release. It must be in the Region of the stack."
  type        = string
}

variable "code_key_prefix" {
  description = "What stands before the names of the files in the bucket."
  type        = string
  default     = "asg-drain/"
}

variable "region" {
  description = "The Region of the bucket and of the stack."
  type        = string
}

variable "template_url" {
  description = "The URL of the core template, if it is not in that bucket."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the stack, which CloudFormation puts on all that can have tags."
  type        = map(string)
  default     = {}
}

variable "heartbeat_timeout_seconds" {
  description = "How long a hook holds an instance when nobody prolongs it, from 30 to 7200. 180 or more is safe."
  type        = number
  default     = 3600
}

variable "groups" {
  description = "The Auto Scaling groups that get a lifecycle hook. Without a name, the key is the group's name. What a group does not have, it has of the deployment."
  type = map(object({
    name                          = optional(string)
    heartbeat_timeout_seconds     = optional(number)
    elb_name                      = optional(string)
    elb_names                     = optional(list(string))
    target_groups                 = optional(list(string))
    cluster_name                  = optional(string)
    cluster_names                 = optional(list(string))
    discover                      = optional(string)
    clusters                      = optional(string)
    cluster_tag                   = optional(string)
    poll_seconds                  = optional(number)
    drain_timeout_seconds         = optional(number)
    on_timeout                    = optional(string)
    stop_tasks                    = optional(string)
    deregister_container_instance = optional(string)
    settle_seconds                = optional(number)
  }))
  default = {}
}

variable "stage" {
  description = "Part of the functions' names, the hook's and the stack's. A second deployment in the same account and Region needs another one."
  type        = string
  default     = null
}

variable "more_auto_scaling_groups" {
  description = "Groups with hooks of your own that notify the same queue. The functions may act on them, and terminate sweeps them."
  type        = list(string)
  default     = null
}

variable "group_tag_value" {
  description = "Groups whose tag asg-drain has this value are drained too, without being named. Their hooks are yours to make."
  type        = string
  default     = null
}

variable "cluster_names" {
  description = "The ECS clusters that the instances are in, by name, 50 at the most. For more, use Clusters or ClusterTag."
  type        = list(string)
  default     = null
}

variable "more_clusters" {
  description = "ECS clusters that hooks of your own name. The functions may change these too."
  type        = list(string)
  default     = null
}

variable "discover" {
  description = "What is looked for beyond what is named here. With all, a drain finds the classic load balancers, target groups and clusters that have the instance, and takes out what is its own. With named, only what is named counts. With warn, the log says what all would find, and nothing of it is taken out."
  type        = string
  default     = null

  validation {
    condition     = var.discover == null ? true : contains(["all", "named", "warn"], var.discover)
    error_message = "discover: expected one of all, named, warn."
  }
}

variable "clusters" {
  description = "* allows to drain instances in all clusters that are found. Without it, only clusters that are named, or carry ClusterTag, are changed."
  type        = string
  default     = null

  validation {
    condition     = var.clusters == null ? true : contains(["*"], var.clusters)
    error_message = "clusters: expected one of *."
  }
}

variable "cluster_tag" {
  description = "Clusters that carry this tag, key or key=value, may be changed too, where they are found."
  type        = string
  default     = null
}

variable "elb_names" {
  description = "Classic load balancers to take instances out of."
  type        = list(string)
  default     = null
}

variable "target_groups" {
  description = "Target groups, by name or ARN, to take instances out of. In a target group of type ip, the targets of a service's tasks are left to ECS. Other addresses that are the instance's own are taken out."
  type        = list(string)
  default     = null
}

variable "drain_timeout_seconds" {
  description = "How long a drain may take, counted from the first run that can work on it and is not dry. The hook's global limit less two minutes counts instead if that comes first."
  type        = number
  default     = null

  validation {
    condition     = var.drain_timeout_seconds == null ? true : var.drain_timeout_seconds >= 60 && var.drain_timeout_seconds <= 172800
    error_message = "drain_timeout_seconds: expected 60 to 172800."
  }
}

variable "on_timeout" {
  description = "What happens when that time is over. continue (the default) and abandon complete the lifecycle action with that result. leave sends no more heartbeats, and the hook's own timeout and default result decide. abandon also cancels the other hooks that hold the instance."
  type        = string
  default     = null

  validation {
    condition     = var.on_timeout == null ? true : contains(["continue", "abandon", "leave"], var.on_timeout)
    error_message = "on_timeout: expected one of continue, abandon, leave."
  }
}

variable "stop_tasks" {
  description = "Which tasks are stopped once nothing else is left, of those that do not leave by themselves. daemon (the default) stops those of daemon services, and those that the instance itself started. all stops other standalone tasks too, none stops none."
  type        = string
  default     = null

  validation {
    condition     = var.stop_tasks == null ? true : contains(["none", "daemon", "all"], var.stop_tasks)
    error_message = "stop_tasks: expected one of none, daemon, all."
  }
}

variable "deregister_container_instance" {
  description = "Whether the container instance is taken out of its cluster. when_disconnected (the default): once the instance is certainly dead and its agent is disconnected. always: in any case after its last task. never: ECS does it."
  type        = string
  default     = null

  validation {
    condition     = var.deregister_container_instance == null ? true : contains(["never", "when_disconnected", "always"], var.deregister_container_instance)
    error_message = "deregister_container_instance: expected one of never, when_disconnected, always."
  }
}

variable "settle_seconds" {
  description = "How long to wait after everything is gone, before the lifecycle action is completed."
  type        = number
  default     = null

  validation {
    condition     = var.settle_seconds == null ? true : var.settle_seconds >= 0 && var.settle_seconds <= 3600
    error_message = "settle_seconds: expected 0 to 3600."
  }
}

variable "poll_seconds" {
  description = "How often terminate checks again, in seconds."
  type        = number
  default     = null

  validation {
    condition     = var.poll_seconds == null ? true : var.poll_seconds >= 1 && var.poll_seconds <= 60
    error_message = "poll_seconds: expected 1 to 60."
  }
}

variable "sweep_minutes" {
  description = "How often it sweeps, in minutes. A run sweeps when its minute, counted from 1970, is divisible by this number. So does a run that starts up to ten seconds after such a minute. With a schedule of one minute, none is missed. With a schedule of two minutes, 4 may never match."
  type        = number
  default     = null

  validation {
    condition     = var.sweep_minutes == null ? true : var.sweep_minutes >= 0 && var.sweep_minutes <= 60
    error_message = "sweep_minutes: expected 0 to 60."
  }
}

variable "dry_run" {
  description = "For all functions: whether everything is only observed, and the log says what would be done. A function's input may say otherwise."
  type        = bool
  default     = null
}

variable "deregister_at_once" {
  description = "Whether a drain begins seconds after the hook's message, and not with the next minute."
  type        = bool
  default     = null
}

variable "on_spot_interruption" {
  description = "What to do at a Spot interruption notice, two minutes before EC2 takes the instance: drain it at once, or ignore the notice (the default)."
  type        = string
  default     = null

  validation {
    condition     = var.on_spot_interruption == null ? true : contains(["drain", "ignore"], var.on_spot_interruption)
    error_message = "on_spot_interruption: expected one of drain, ignore."
  }
}

variable "on_rebalance" {
  description = "What to do when EC2 recommends to rebalance. replace terminates the instance through Auto Scaling, which starts another one; the hook does the rest. It is left to Auto Scaling in a group with Capacity Rebalancing. ignore is the default."
  type        = string
  default     = null

  validation {
    condition     = var.on_rebalance == null ? true : contains(["replace", "ignore"], var.on_rebalance)
    error_message = "on_rebalance: expected one of replace, ignore."
  }
}

variable "on_maintenance" {
  description = "The same for a change that EC2 has scheduled for an instance, such as a retirement, a maintenance or a reboot. AWS Health tells of it, and deregister asks EC2 each hour. ignore is the default."
  type        = string
  default     = null

  validation {
    condition     = var.on_maintenance == null ? true : contains(["replace", "ignore"], var.on_maintenance)
    error_message = "on_maintenance: expected one of replace, ignore."
  }
}

variable "replace_at_once" {
  description = "How many instances of a group may be under way at once because of such notices. Whatever it says, one instance stays in service."
  type        = number
  default     = null

  validation {
    condition     = var.replace_at_once == null ? true : var.replace_at_once >= 1 && var.replace_at_once <= 1000
    error_message = "replace_at_once: expected 1 to 1000."
  }
}

variable "replace_last" {
  description = "Whether the only instance of a group is replaced too. Nothing serves until the new one is in service."
  type        = bool
  default     = null
}

variable "maintenance_lead_hours" {
  description = "How many hours before a scheduled change its instance is replaced. With many instances in one group, and drains that take long, give more."
  type        = number
  default     = null

  validation {
    condition     = var.maintenance_lead_hours == null ? true : var.maintenance_lead_hours >= 0 && var.maintenance_lead_hours <= 8760
    error_message = "maintenance_lead_hours: expected 0 to 8760."
  }
}

variable "lifecycle_queue_name" {
  description = "The queue that the termination lifecycle hook writes to. A hook that notifies it is ours."
  type        = string
  default     = null
}

variable "elb_monitor_queue_name" {
  description = "The queue that terminate reads."
  type        = string
  default     = null
}

variable "lifecycle_hook_names" {
  description = "Hooks that are yours by their name, in whatever group and whatever they notify. A hook whose messages an EventBridge rule brings needs it. A hook that neither notifies the lifecycle queue or a topic of yours, nor is named, is another's: it is never touched."
  type        = list(string)
  default     = null
}

variable "lifecycle_topic_arns" {
  description = "SNS topics, by ARN, that bring the messages of your hooks to the lifecycle queue. A hook that notifies one of them is yours. An empty ARN is left out."
  type        = list(string)
  default     = null
}

variable "topics" {
  description = "SNS topics that bring messages of your hooks, up to ten ARNs with commas between them. The lifecycle queue is subscribed to each. Add ARNs at the end alone. Leave the place of one that you take out empty: a,,c."
  type        = list(string)
  default     = null
}

variable "lifecycle_event_hooks" {
  description = "Hooks that notify nobody, by name. An EventBridge rule brings their lifecycle actions, of the groups in Groups and MoreAutoScalingGroups. With GroupTagValue, it brings those of all groups that have such a hook."
  type        = list(string)
  default     = null
}

variable "scale_tasks_services" {
  description = "Services for scale-tasks as JSON, with commas between them: {\"cluster_name\":\"web\",\"service_name\":\"edge\",\"min_task_count\":2,\"n_count\":1}."
  type        = string
  default     = null
}

variable "scale_tasks_cluster_names" {
  description = "The clusters of these services. The role of scale-tasks may change services in these alone."
  type        = list(string)
  default     = null
}

variable "more_sender_role_ids" {
  description = "Ids of roles besides the functions' own that may write what a drain remembers. Such a role can end any drain."
  type        = list(string)
  default     = null
}

variable "more_roles_that_may_send" {
  description = "Roles besides the stack's own that may send to the queues. An ARN may have * in it."
  type        = list(string)
  default     = null
}

variable "more_rules_that_may_send" {
  description = "ARNs of EventBridge rules that may send to the lifecycle queue."
  type        = list(string)
  default     = null
}

variable "more_topics_that_may_send" {
  description = "ARNs of SNS topics that may send to the lifecycle queue."
  type        = list(string)
  default     = null
}

variable "alarm_actions" {
  description = "ARNs of SNS topics, for instance, that are told when an alarm goes off."
  type        = list(string)
  default     = null
}

variable "ok_actions" {
  description = "The same, for when an alarm is over."
  type        = list(string)
  default     = null
}

variable "event_bus" {
  description = "The event bus of EventBridge, by name, that is told of drains. default is the account's own. Empty: none is told."
  type        = string
  default     = null
}

variable "dashboard" {
  description = "Whether the stack has a CloudWatch dashboard."
  type        = bool
  default     = null
}

variable "log_retention_days" {
  description = "How many days the functions' log lines are kept."
  type        = number
  default     = null

  validation {
    condition     = var.log_retention_days == null ? true : contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: expected one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "permissions_boundary_arn" {
  description = "The IAM policy that bounds the permissions of all roles of the stack."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "The KMS key that encrypts the queues and the logs. Without it, SQS and CloudWatch Logs use keys of their own."
  type        = string
  default     = null
}

locals {
  # The parameters of the template. What is null has its default.
  settings = {
    Stage                       = var.stage
    MoreAutoScalingGroups       = var.more_auto_scaling_groups == null ? null : join(",", var.more_auto_scaling_groups)
    GroupTagValue               = var.group_tag_value
    ClusterNames                = var.cluster_names == null ? null : join(",", var.cluster_names)
    MoreClusters                = var.more_clusters == null ? null : join(",", var.more_clusters)
    Discover                    = var.discover
    Clusters                    = var.clusters
    ClusterTag                  = var.cluster_tag
    ElbNames                    = var.elb_names == null ? null : join(",", var.elb_names)
    TargetGroups                = var.target_groups == null ? null : join(",", var.target_groups)
    DrainTimeoutSeconds         = var.drain_timeout_seconds == null ? null : tostring(var.drain_timeout_seconds)
    OnTimeout                   = var.on_timeout
    StopTasks                   = var.stop_tasks
    DeregisterContainerInstance = var.deregister_container_instance
    SettleSeconds               = var.settle_seconds == null ? null : tostring(var.settle_seconds)
    PollSeconds                 = var.poll_seconds == null ? null : tostring(var.poll_seconds)
    SweepMinutes                = var.sweep_minutes == null ? null : tostring(var.sweep_minutes)
    DryRun                      = var.dry_run == null ? null : tostring(var.dry_run)
    DeregisterAtOnce            = var.deregister_at_once == null ? null : tostring(var.deregister_at_once)
    OnSpotInterruption          = var.on_spot_interruption
    OnRebalance                 = var.on_rebalance
    OnMaintenance               = var.on_maintenance
    ReplaceAtOnce               = var.replace_at_once == null ? null : tostring(var.replace_at_once)
    ReplaceLast                 = var.replace_last == null ? null : tostring(var.replace_last)
    MaintenanceLeadHours        = var.maintenance_lead_hours == null ? null : tostring(var.maintenance_lead_hours)
    LifecycleQueueName          = var.lifecycle_queue_name
    ElbMonitorQueueName         = var.elb_monitor_queue_name
    LifecycleHookNames          = var.lifecycle_hook_names == null ? null : join(",", var.lifecycle_hook_names)
    LifecycleTopicArns          = var.lifecycle_topic_arns == null ? null : join(",", var.lifecycle_topic_arns)
    Topics                      = var.topics == null ? null : join(",", var.topics)
    LifecycleEventHooks         = var.lifecycle_event_hooks == null ? null : join(",", var.lifecycle_event_hooks)
    ScaleTasksServices          = var.scale_tasks_services
    ScaleTasksClusterNames      = var.scale_tasks_cluster_names == null ? null : join(",", var.scale_tasks_cluster_names)
    MoreSenderRoleIds           = var.more_sender_role_ids == null ? null : join(",", var.more_sender_role_ids)
    MoreRolesThatMaySend        = var.more_roles_that_may_send == null ? null : join(",", var.more_roles_that_may_send)
    MoreRulesThatMaySend        = var.more_rules_that_may_send == null ? null : join(",", var.more_rules_that_may_send)
    MoreTopicsThatMaySend       = var.more_topics_that_may_send == null ? null : join(",", var.more_topics_that_may_send)
    AlarmActions                = var.alarm_actions == null ? null : join(",", var.alarm_actions)
    OkActions                   = var.ok_actions == null ? null : join(",", var.ok_actions)
    EventBus                    = var.event_bus
    WithDashboard               = var.dashboard == null ? null : tostring(var.dashboard)
    LogRetentionDays            = var.log_retention_days == null ? null : tostring(var.log_retention_days)
    PermissionsBoundaryArn      = var.permissions_boundary_arn
    KmsKeyArn                   = var.kms_key_arn
  }
}
