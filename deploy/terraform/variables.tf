# Made of the template's parameters and the keys of a group by `npm run docs`.

variable "code_bucket" {
  description = "The S3 bucket with the files of the release. It must be in the Region of the stack."
  type        = string

  validation {
    condition     = var.code_bucket == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.code_bucket))
    error_message = "code_bucket: expected the name of a bucket, found ${jsonencode(var.code_bucket)}."
  }
}

variable "code_key_prefix" {
  description = "What stands before the names of the files in the bucket."
  type        = string
  default     = "asg-drain/"
}

variable "region" {
  description = "The Region of the bucket and of the stack."
  type        = string

  validation {
    condition     = var.region == null ? true : can(regex("^[a-z]{2,4}(-[a-z]+)+-\\d{1,2}$", var.region))
    error_message = "region: expected the name of an AWS Region, such as us-east-1, found ${jsonencode(var.region)}."
  }
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

  validation {
    condition     = var.heartbeat_timeout_seconds == null ? true : try(floor(var.heartbeat_timeout_seconds) == tonumber(var.heartbeat_timeout_seconds) && var.heartbeat_timeout_seconds >= 30 && var.heartbeat_timeout_seconds <= 7200, false)
    error_message = "heartbeat_timeout_seconds: expected a whole number of seconds from 30 to 7200, found ${jsonencode(var.heartbeat_timeout_seconds)}."
  }
}

variable "groups" {
  description = "The Auto Scaling groups that get a lifecycle hook. Without a name, the key is the group's name. What a group does not have, it has of the deployment."
  type        = any
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for group in var.groups : can(keys(group))])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}: expected an object with the settings of a group, found ${jsonencode(group)}." if !(can(keys(group)))])
  }

  validation {
    condition     = alltrue([for group in var.groups : length([for each in setsubtract(keys(group), ["name", "heartbeat_timeout_seconds", "elb_name", "elb_names", "target_groups", "cluster_name", "cluster_names", "discover", "clusters", "cluster_tag", "poll_seconds", "drain_timeout_seconds", "on_timeout", "stop_tasks", "deregister_container_instance", "settle_seconds"]) : each]) == 0])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}: unknown key ${join(", ", [for each in setsubtract(keys(group), ["name", "heartbeat_timeout_seconds", "elb_name", "elb_names", "target_groups", "cluster_name", "cluster_names", "discover", "clusters", "cluster_tag", "poll_seconds", "drain_timeout_seconds", "on_timeout", "stop_tasks", "deregister_container_instance", "settle_seconds"]) : each])}, expected only name, heartbeat_timeout_seconds, elb_name, elb_names, target_groups, cluster_name, cluster_names, discover, clusters, cluster_tag, poll_seconds, drain_timeout_seconds, on_timeout, stop_tasks, deregister_container_instance, settle_seconds." if !(length([for each in setsubtract(keys(group), ["name", "heartbeat_timeout_seconds", "elb_name", "elb_names", "target_groups", "cluster_name", "cluster_names", "discover", "clusters", "cluster_tag", "poll_seconds", "drain_timeout_seconds", "on_timeout", "stop_tasks", "deregister_container_instance", "settle_seconds"]) : each]) == 0)])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.name, null) == null ? true : can(regex("^[^:,*?$]{1,255}$", group.name))])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.name: expected the name of one Auto Scaling group, without : , * ? and $, found ${jsonencode(group.name)}." if !(try(group.name, null) == null ? true : can(regex("^[^:,*?$]{1,255}$", group.name)))])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.heartbeat_timeout_seconds, null) == null ? true : try(floor(group.heartbeat_timeout_seconds) == tonumber(group.heartbeat_timeout_seconds) && group.heartbeat_timeout_seconds >= 30 && group.heartbeat_timeout_seconds <= 7200, false)])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.heartbeat_timeout_seconds: expected a whole number of seconds from 30 to 7200, found ${jsonencode(group.heartbeat_timeout_seconds)}." if !(try(group.heartbeat_timeout_seconds, null) == null ? true : try(floor(group.heartbeat_timeout_seconds) == tonumber(group.heartbeat_timeout_seconds) && group.heartbeat_timeout_seconds >= 30 && group.heartbeat_timeout_seconds <= 7200, false))])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.elb_name, null) == null ? true : can(regex("^[A-Za-z0-9-]{1,32}$", group.elb_name))])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.elb_name: expected the name of a classic load balancer, found ${jsonencode(group.elb_name)}." if !(try(group.elb_name, null) == null ? true : can(regex("^[A-Za-z0-9-]{1,32}$", group.elb_name)))])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.elb_names, null) == null ? true : try(alltrue([for each in group.elb_names : can(regex("^[A-Za-z0-9-]{1,32}$", each)) && !strcontains(each, ",")]), false)])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.elb_names: expected the name of a classic load balancer, found ${jsonencode(group.elb_names)}." if !(try(group.elb_names, null) == null ? true : try(alltrue([for each in group.elb_names : can(regex("^[A-Za-z0-9-]{1,32}$", each)) && !strcontains(each, ",")]), false))])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.target_groups, null) == null ? true : try(alltrue([for each in group.target_groups : can(regex("^([A-Za-z0-9-]{1,32}|arn:[^:]+:elasticloadbalancing:[^:]+:\\d+:targetgroup\\/[^/]+\\/[^/]+)$", each)) && !strcontains(each, ",")]), false)])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.target_groups: expected the name or ARN of a target group, found ${jsonencode(group.target_groups)}." if !(try(group.target_groups, null) == null ? true : try(alltrue([for each in group.target_groups : can(regex("^([A-Za-z0-9-]{1,32}|arn:[^:]+:elasticloadbalancing:[^:]+:\\d+:targetgroup\\/[^/]+\\/[^/]+)$", each)) && !strcontains(each, ",")]), false))])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.cluster_name, null) == null ? true : can(regex("^(arn:[^:]+:ecs:[^:]+:\\d+:cluster\\/)?[A-Za-z0-9_-]{1,255}$", group.cluster_name))])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.cluster_name: expected the name or ARN of an ECS cluster, found ${jsonencode(group.cluster_name)}." if !(try(group.cluster_name, null) == null ? true : can(regex("^(arn:[^:]+:ecs:[^:]+:\\d+:cluster\\/)?[A-Za-z0-9_-]{1,255}$", group.cluster_name)))])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.cluster_names, null) == null ? true : try(alltrue([for each in group.cluster_names : can(regex("^(arn:[^:]+:ecs:[^:]+:\\d+:cluster\\/)?[A-Za-z0-9_-]{1,255}$", each)) && !strcontains(each, ",")]), false)])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.cluster_names: expected the name or ARN of an ECS cluster, found ${jsonencode(group.cluster_names)}." if !(try(group.cluster_names, null) == null ? true : try(alltrue([for each in group.cluster_names : can(regex("^(arn:[^:]+:ecs:[^:]+:\\d+:cluster\\/)?[A-Za-z0-9_-]{1,255}$", each)) && !strcontains(each, ",")]), false))])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.discover, null) == null ? true : try(contains(["all", "named", "warn"], group.discover), false)])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.discover: expected one of \"all\", \"named\", \"warn\", found ${jsonencode(group.discover)}." if !(try(group.discover, null) == null ? true : try(contains(["all", "named", "warn"], group.discover), false))])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.clusters, null) == null ? true : try(contains(["*"], group.clusters), false)])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.clusters: expected one of \"*\", found ${jsonencode(group.clusters)}." if !(try(group.clusters, null) == null ? true : try(contains(["*"], group.clusters), false))])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.cluster_tag, null) == null ? true : can(regex("^[^=]{1,128}(=.{0,256})?$", group.cluster_tag))])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.cluster_tag: expected a tag's key, or key=value, found ${jsonencode(group.cluster_tag)}." if !(try(group.cluster_tag, null) == null ? true : can(regex("^[^=]{1,128}(=.{0,256})?$", group.cluster_tag)))])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.poll_seconds, null) == null ? true : try(floor(group.poll_seconds) == tonumber(group.poll_seconds) && group.poll_seconds >= 1 && group.poll_seconds <= 60, false)])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.poll_seconds: expected a whole number of seconds from 1 to 60, found ${jsonencode(group.poll_seconds)}." if !(try(group.poll_seconds, null) == null ? true : try(floor(group.poll_seconds) == tonumber(group.poll_seconds) && group.poll_seconds >= 1 && group.poll_seconds <= 60, false))])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.drain_timeout_seconds, null) == null ? true : try(floor(group.drain_timeout_seconds) == tonumber(group.drain_timeout_seconds) && group.drain_timeout_seconds >= 60 && group.drain_timeout_seconds <= 172800, false)])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.drain_timeout_seconds: expected a whole number of seconds from 60 to 172800, found ${jsonencode(group.drain_timeout_seconds)}." if !(try(group.drain_timeout_seconds, null) == null ? true : try(floor(group.drain_timeout_seconds) == tonumber(group.drain_timeout_seconds) && group.drain_timeout_seconds >= 60 && group.drain_timeout_seconds <= 172800, false))])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.on_timeout, null) == null ? true : try(contains(["continue", "abandon", "leave"], group.on_timeout), false)])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.on_timeout: expected one of \"continue\", \"abandon\", \"leave\", found ${jsonencode(group.on_timeout)}." if !(try(group.on_timeout, null) == null ? true : try(contains(["continue", "abandon", "leave"], group.on_timeout), false))])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.stop_tasks, null) == null ? true : try(contains(["none", "daemon", "all"], group.stop_tasks), false)])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.stop_tasks: expected one of \"none\", \"daemon\", \"all\", found ${jsonencode(group.stop_tasks)}." if !(try(group.stop_tasks, null) == null ? true : try(contains(["none", "daemon", "all"], group.stop_tasks), false))])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.deregister_container_instance, null) == null ? true : try(contains(["never", "when_disconnected", "always"], group.deregister_container_instance), false)])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.deregister_container_instance: expected one of \"never\", \"when_disconnected\", \"always\", found ${jsonencode(group.deregister_container_instance)}." if !(try(group.deregister_container_instance, null) == null ? true : try(contains(["never", "when_disconnected", "always"], group.deregister_container_instance), false))])
  }

  validation {
    condition     = alltrue([for group in var.groups : try(group.settle_seconds, null) == null ? true : try(floor(group.settle_seconds) == tonumber(group.settle_seconds) && group.settle_seconds >= 0 && group.settle_seconds <= 3600, false)])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}.settle_seconds: expected a whole number of seconds from 0 to 3600, found ${jsonencode(group.settle_seconds)}." if !(try(group.settle_seconds, null) == null ? true : try(floor(group.settle_seconds) == tonumber(group.settle_seconds) && group.settle_seconds >= 0 && group.settle_seconds <= 3600, false))])
  }

  validation {
    condition     = alltrue([for group in var.groups : length(jsonencode({ for each, value in group : each => value if value != null && !contains(["name", "heartbeat_timeout_seconds"], each) })) <= 1023])
    error_message = join(" ", [for key, group in var.groups : "groups.${key}: expected settings of at most 1023 characters as JSON, which is all that a hook's metadata takes, found ${length(jsonencode({ for each, value in group : each => value if value != null && !contains(["name", "heartbeat_timeout_seconds"], each) }))}." if !(length(jsonencode({ for each, value in group : each => value if value != null && !contains(["name", "heartbeat_timeout_seconds"], each) })) <= 1023)])
  }

  validation {
    condition     = alltrue([for name, keys in { for key, group in var.groups : coalesce(try(group.name, null), key) => key... } : length(keys) == 1])
    error_message = join(" ", [for name, keys in { for key, group in var.groups : coalesce(try(group.name, null), key) => key... } : "groups: expected each group once, found ${name} in ${join(", ", keys)}." if length(keys) > 1])
  }
}

variable "stage" {
  description = "Part of the functions' names, the hook's and the stack's. A second deployment in the same account and Region needs another one."
  type        = string
  default     = null

  validation {
    condition     = var.stage == null ? true : can(regex("^[A-Za-z0-9-]{1,42}$", var.stage))
    error_message = "stage: expected a name of up to 42 letters, digits and hyphens, found ${jsonencode(var.stage)}."
  }
}

variable "more_auto_scaling_groups" {
  description = "Groups with hooks of your own that notify the same queue. The functions may act on them, and terminate sweeps them."
  type        = list(string)
  default     = null

  validation {
    condition     = var.more_auto_scaling_groups == null ? true : try(alltrue([for each in var.more_auto_scaling_groups : can(regex("^[^:,*?$]{1,255}$", each)) && !strcontains(each, ",")]), false)
    error_message = "more_auto_scaling_groups: expected the name of one Auto Scaling group, without : , * ? and $, found ${jsonencode(var.more_auto_scaling_groups)}."
  }
}

variable "group_tag_value" {
  description = "Groups whose tag asg-drain has this value are drained too, without being named. Their hooks are yours to make."
  type        = string
  default     = null

  validation {
    condition     = var.group_tag_value == null ? true : can(regex("^$|^.{0,256}$", var.group_tag_value))
    error_message = "group_tag_value: expected a tag's value of up to 256 characters, found ${jsonencode(var.group_tag_value)}."
  }
}

variable "cluster_names" {
  description = "The ECS clusters that the instances are in, by name, 50 at the most. For more, use Clusters or ClusterTag."
  type        = list(string)
  default     = null

  validation {
    condition     = var.cluster_names == null ? true : try(alltrue([for each in var.cluster_names : can(regex("^[A-Za-z0-9_-]{1,255}$", each)) && !strcontains(each, ",")]), false)
    error_message = "cluster_names: expected the name of an ECS cluster, and not its ARN, found ${jsonencode(var.cluster_names)}."
  }
}

variable "more_clusters" {
  description = "ECS clusters that hooks of your own name. The functions may change these too."
  type        = list(string)
  default     = null

  validation {
    condition     = var.more_clusters == null ? true : try(alltrue([for each in var.more_clusters : can(regex("^[A-Za-z0-9_-]{1,255}$", each)) && !strcontains(each, ",")]), false)
    error_message = "more_clusters: expected the name of an ECS cluster, and not its ARN, found ${jsonencode(var.more_clusters)}."
  }
}

variable "discover" {
  description = "What is looked for beyond what is named here. With all, a drain finds the classic load balancers, target groups and clusters that have the instance, and takes out what is its own. With named, only what is named counts. With warn, the log says what all would find, and nothing of it is taken out. What was found is given back after a new root volume. An instance that returns to its warm pool is registered nowhere again: whatever registers it at launch does that."
  type        = string
  default     = null

  validation {
    condition     = var.discover == null ? true : try(contains(["all", "named", "warn"], var.discover), false)
    error_message = "discover: expected one of \"all\", \"named\", \"warn\", found ${jsonencode(var.discover)}."
  }
}

variable "clusters" {
  description = "* allows to drain instances in all clusters that are found. Without it, only clusters that are named, or carry ClusterTag, are changed."
  type        = string
  default     = null

  validation {
    condition     = var.clusters == null ? true : try(contains(["*"], var.clusters), false)
    error_message = "clusters: expected one of \"*\", found ${jsonencode(var.clusters)}."
  }
}

variable "cluster_tag" {
  description = "Clusters that carry this tag, key or key=value, may be changed too, where they are found."
  type        = string
  default     = null

  validation {
    condition     = var.cluster_tag == null ? true : can(regex("^$|^[^=]{1,128}(=.{0,256})?$", var.cluster_tag))
    error_message = "cluster_tag: expected a tag's key, or key=value, found ${jsonencode(var.cluster_tag)}."
  }
}

variable "elb_names" {
  description = "Classic load balancers to take instances out of."
  type        = list(string)
  default     = null

  validation {
    condition     = var.elb_names == null ? true : try(alltrue([for each in var.elb_names : can(regex("^[A-Za-z0-9-]{1,32}$", each)) && !strcontains(each, ",")]), false)
    error_message = "elb_names: expected the name of a classic load balancer, found ${jsonencode(var.elb_names)}."
  }
}

variable "target_groups" {
  description = "Target groups, by name or ARN, to take instances out of. In a target group of type ip, the targets of a service's tasks are left to ECS. Other addresses that are the instance's own are taken out."
  type        = list(string)
  default     = null

  validation {
    condition     = var.target_groups == null ? true : try(alltrue([for each in var.target_groups : can(regex("^([A-Za-z0-9-]{1,32}|arn:[^:]+:elasticloadbalancing:[^:]+:\\d+:targetgroup\\/[^/]+\\/[^/]+)$", each)) && !strcontains(each, ",")]), false)
    error_message = "target_groups: expected the name or ARN of a target group, found ${jsonencode(var.target_groups)}."
  }
}

variable "drain_timeout_seconds" {
  description = "How long a drain may take, counted from the first run that can work on it and is not dry. The hook's global limit less two minutes counts instead if that comes first."
  type        = number
  default     = null

  validation {
    condition     = var.drain_timeout_seconds == null ? true : try(floor(var.drain_timeout_seconds) == tonumber(var.drain_timeout_seconds) && var.drain_timeout_seconds >= 60 && var.drain_timeout_seconds <= 172800, false)
    error_message = "drain_timeout_seconds: expected a whole number of seconds from 60 to 172800, found ${jsonencode(var.drain_timeout_seconds)}."
  }
}

variable "on_timeout" {
  description = "What happens when that time is over. continue (the default) and abandon complete the lifecycle action with that result. leave sends no more heartbeats, and the hook's own timeout and default result decide. abandon also cancels the other hooks that hold the instance."
  type        = string
  default     = null

  validation {
    condition     = var.on_timeout == null ? true : try(contains(["continue", "abandon", "leave"], var.on_timeout), false)
    error_message = "on_timeout: expected one of \"continue\", \"abandon\", \"leave\", found ${jsonencode(var.on_timeout)}."
  }
}

variable "stop_tasks" {
  description = "Which tasks are stopped once nothing else is left, of those that do not leave by themselves. daemon (the default) stops those of daemon services, and those that the instance itself started. all stops other standalone tasks too, none stops none."
  type        = string
  default     = null

  validation {
    condition     = var.stop_tasks == null ? true : try(contains(["none", "daemon", "all"], var.stop_tasks), false)
    error_message = "stop_tasks: expected one of \"none\", \"daemon\", \"all\", found ${jsonencode(var.stop_tasks)}."
  }
}

variable "deregister_container_instance" {
  description = "Whether the container instance is taken out of its cluster. when_disconnected (the default): once the instance is certainly dead and its agent is disconnected. always: in any case after its last task. never: ECS does it."
  type        = string
  default     = null

  validation {
    condition     = var.deregister_container_instance == null ? true : try(contains(["never", "when_disconnected", "always"], var.deregister_container_instance), false)
    error_message = "deregister_container_instance: expected one of \"never\", \"when_disconnected\", \"always\", found ${jsonencode(var.deregister_container_instance)}."
  }
}

variable "settle_seconds" {
  description = "How long to wait after everything is gone, before the lifecycle action is completed."
  type        = number
  default     = null

  validation {
    condition     = var.settle_seconds == null ? true : try(floor(var.settle_seconds) == tonumber(var.settle_seconds) && var.settle_seconds >= 0 && var.settle_seconds <= 3600, false)
    error_message = "settle_seconds: expected a whole number of seconds from 0 to 3600, found ${jsonencode(var.settle_seconds)}."
  }
}

variable "poll_seconds" {
  description = "How often terminate checks again, in seconds."
  type        = number
  default     = null

  validation {
    condition     = var.poll_seconds == null ? true : try(floor(var.poll_seconds) == tonumber(var.poll_seconds) && var.poll_seconds >= 1 && var.poll_seconds <= 60, false)
    error_message = "poll_seconds: expected a whole number of seconds from 1 to 60, found ${jsonencode(var.poll_seconds)}."
  }
}

variable "sweep_minutes" {
  description = "How often it sweeps, in minutes. A run sweeps when its minute, counted from 1970, is divisible by this number. So does a run that starts up to ten seconds after such a minute. With a schedule of one minute, none is missed. With a schedule of two minutes, 4 may never match."
  type        = number
  default     = null

  validation {
    condition     = var.sweep_minutes == null ? true : try(floor(var.sweep_minutes) == tonumber(var.sweep_minutes) && var.sweep_minutes >= 0 && var.sweep_minutes <= 60, false)
    error_message = "sweep_minutes: expected a whole number of minutes from 0 to 60, found ${jsonencode(var.sweep_minutes)}."
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
    condition     = var.on_spot_interruption == null ? true : try(contains(["drain", "ignore"], var.on_spot_interruption), false)
    error_message = "on_spot_interruption: expected one of \"drain\", \"ignore\", found ${jsonencode(var.on_spot_interruption)}."
  }
}

variable "on_rebalance" {
  description = "What to do when EC2 recommends to rebalance. replace terminates the instance through Auto Scaling, which starts another one; the hook does the rest. It is left to Auto Scaling in a group with Capacity Rebalancing. ignore is the default."
  type        = string
  default     = null

  validation {
    condition     = var.on_rebalance == null ? true : try(contains(["replace", "ignore"], var.on_rebalance), false)
    error_message = "on_rebalance: expected one of \"replace\", \"ignore\", found ${jsonencode(var.on_rebalance)}."
  }
}

variable "on_maintenance" {
  description = "The same for a change that EC2 has scheduled for an instance, such as a retirement, a maintenance or a reboot. AWS Health tells of it, and deregister asks EC2 each hour. ignore is the default."
  type        = string
  default     = null

  validation {
    condition     = var.on_maintenance == null ? true : try(contains(["replace", "ignore"], var.on_maintenance), false)
    error_message = "on_maintenance: expected one of \"replace\", \"ignore\", found ${jsonencode(var.on_maintenance)}."
  }
}

variable "replace_at_once" {
  description = "How many instances of a group may be under way at once because of such notices. Whatever it says, one instance stays in service."
  type        = number
  default     = null

  validation {
    condition     = var.replace_at_once == null ? true : try(floor(var.replace_at_once) == tonumber(var.replace_at_once) && var.replace_at_once >= 1 && var.replace_at_once <= 1000, false)
    error_message = "replace_at_once: expected a whole number from 1 to 1000, found ${jsonencode(var.replace_at_once)}."
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
    condition     = var.maintenance_lead_hours == null ? true : try(floor(var.maintenance_lead_hours) == tonumber(var.maintenance_lead_hours) && var.maintenance_lead_hours >= 0 && var.maintenance_lead_hours <= 8760, false)
    error_message = "maintenance_lead_hours: expected a whole number of hours from 0 to 8760, found ${jsonencode(var.maintenance_lead_hours)}."
  }
}

variable "lifecycle_queue_name" {
  description = "The queue that the termination lifecycle hook writes to. A hook that notifies it is ours."
  type        = string
  default     = null

  validation {
    condition     = var.lifecycle_queue_name == null ? true : can(regex("^$|^[A-Za-z0-9_-]{1,67}$", var.lifecycle_queue_name))
    error_message = "lifecycle_queue_name: expected the name of a standard SQS queue, of up to 67 characters, found ${jsonencode(var.lifecycle_queue_name)}."
  }
}

variable "elb_monitor_queue_name" {
  description = "The queue that terminate reads."
  type        = string
  default     = null

  validation {
    condition     = var.elb_monitor_queue_name == null ? true : can(regex("^$|^[A-Za-z0-9_-]{1,67}$", var.elb_monitor_queue_name))
    error_message = "elb_monitor_queue_name: expected the name of a standard SQS queue, of up to 67 characters, found ${jsonencode(var.elb_monitor_queue_name)}."
  }
}

variable "lifecycle_hook_names" {
  description = "Hooks that are yours by their name, in whatever group and whatever they notify. A hook whose messages an EventBridge rule brings needs it. A hook that neither notifies the lifecycle queue or a topic of yours, nor is named, is another's: it is never touched."
  type        = list(string)
  default     = null

  validation {
    condition     = var.lifecycle_hook_names == null ? true : try(alltrue([for each in var.lifecycle_hook_names : can(regex("^[A-Za-z0-9\\-_/]{1,255}$", each)) && !strcontains(each, ",")]), false)
    error_message = "lifecycle_hook_names: expected the name of a lifecycle hook, found ${jsonencode(var.lifecycle_hook_names)}."
  }
}

variable "lifecycle_topic_arns" {
  description = "SNS topics, by ARN, that bring the messages of your hooks to the lifecycle queue. A hook that notifies one of them is yours. An empty ARN is left out."
  type        = list(string)
  default     = null

  validation {
    condition     = var.lifecycle_topic_arns == null ? true : try(alltrue([for each in var.lifecycle_topic_arns : can(regex("^(arn:[^:]+:sns:[^:]+:\\d{12}:[A-Za-z0-9_-]{1,256})?$", each)) && !strcontains(each, ",")]), false)
    error_message = "lifecycle_topic_arns: expected the ARN of an SNS topic, found ${jsonencode(var.lifecycle_topic_arns)}."
  }
}

variable "topics" {
  description = "SNS topics that bring messages of your hooks, up to ten ARNs with commas between them. The lifecycle queue is subscribed to each. Add ARNs at the end alone. Leave the place of one that you take out empty: a,,c."
  type        = list(string)
  default     = null

  validation {
    condition     = var.topics == null ? true : try(alltrue([for each in var.topics : can(regex("^(arn:[^:,]+:sns:[^:,]+:[0-9]{12}:[A-Za-z0-9_-]+)?$", each)) && !strcontains(each, ",")]) && length(distinct(compact(var.topics))) == length(compact(var.topics)), false)
    error_message = "topics: expected the ARN of an SNS topic, found ${jsonencode(var.topics)}."
  }
}

variable "lifecycle_event_hooks" {
  description = "Hooks that notify nobody, by name. An EventBridge rule brings their lifecycle actions, of the groups in Groups and MoreAutoScalingGroups. With GroupTagValue, it brings those of all groups that have such a hook."
  type        = list(string)
  default     = null

  validation {
    condition     = var.lifecycle_event_hooks == null ? true : try(alltrue([for each in var.lifecycle_event_hooks : can(regex("^[A-Za-z0-9_/-]{1,255}$", each)) && !strcontains(each, ",")]), false)
    error_message = "lifecycle_event_hooks: expected the name of a lifecycle hook, found ${jsonencode(var.lifecycle_event_hooks)}."
  }
}

variable "scale_tasks_services" {
  description = "Services for scale-tasks as JSON, with commas between them: {\"cluster_name\":\"web\",\"service_name\":\"edge\",\"min_task_count\":2,\"n_count\":1}."
  type        = string
  default     = null

  validation {
    condition     = var.scale_tasks_services == null ? true : can(regex("^$|^\\s*\\{[\\s\\S]*\\}\\s*$", var.scale_tasks_services))
    error_message = "scale_tasks_services: expected JSON objects of services, with commas between them, found ${jsonencode(var.scale_tasks_services)}."
  }
}

variable "scale_tasks_cluster_names" {
  description = "The clusters of these services. The role of scale-tasks may change services in these alone."
  type        = list(string)
  default     = null

  validation {
    condition     = var.scale_tasks_cluster_names == null ? true : try(alltrue([for each in var.scale_tasks_cluster_names : can(regex("^[A-Za-z0-9_-]{1,255}$", each)) && !strcontains(each, ",")]), false)
    error_message = "scale_tasks_cluster_names: expected the name of an ECS cluster, and not its ARN, found ${jsonencode(var.scale_tasks_cluster_names)}."
  }
}

variable "more_sender_role_ids" {
  description = "Ids of roles besides the functions' own that may write what a drain remembers. Such a role can end any drain."
  type        = list(string)
  default     = null

  validation {
    condition     = var.more_sender_role_ids == null ? true : try(alltrue([for each in var.more_sender_role_ids : can(regex("^AROA[A-Z0-9]{12,124}$", each)) && !strcontains(each, ",")]), false)
    error_message = "more_sender_role_ids: expected the id of an IAM role, such as AROA1EXAMPLE2EXAMPLE3, found ${jsonencode(var.more_sender_role_ids)}."
  }
}

variable "more_roles_that_may_send" {
  description = "Roles besides the stack's own that may send to the queues. An ARN may have * in it."
  type        = list(string)
  default     = null

  validation {
    condition     = var.more_roles_that_may_send == null ? true : try(alltrue([for each in var.more_roles_that_may_send : can(regex("^arn:[\\w-]+:iam::\\d{12}:role\\/.+$", each)) && !strcontains(each, ",")]), false)
    error_message = "more_roles_that_may_send: expected the ARN of an IAM role, found ${jsonencode(var.more_roles_that_may_send)}."
  }
}

variable "more_rules_that_may_send" {
  description = "ARNs of EventBridge rules that may send to the lifecycle queue."
  type        = list(string)
  default     = null

  validation {
    condition     = var.more_rules_that_may_send == null ? true : try(alltrue([for each in var.more_rules_that_may_send : can(regex("^arn:[\\w-]+:events:[\\w-]+:\\d{12}:rule/.+$", each)) && !strcontains(each, ",")]), false)
    error_message = "more_rules_that_may_send: expected the ARN of an EventBridge rule, found ${jsonencode(var.more_rules_that_may_send)}."
  }
}

variable "more_topics_that_may_send" {
  description = "ARNs of SNS topics that may send to the lifecycle queue."
  type        = list(string)
  default     = null

  validation {
    condition     = var.more_topics_that_may_send == null ? true : try(alltrue([for each in var.more_topics_that_may_send : can(regex("^arn:[\\w-]+:sns:[\\w-]+:\\d{12}:[A-Za-z0-9_-]{1,256}$", each)) && !strcontains(each, ",")]), false)
    error_message = "more_topics_that_may_send: expected the ARN of an SNS topic, found ${jsonencode(var.more_topics_that_may_send)}."
  }
}

variable "alarm_actions" {
  description = "ARNs of SNS topics, for instance, that are told when an alarm goes off."
  type        = list(string)
  default     = null

  validation {
    condition     = var.alarm_actions == null ? true : try(alltrue([for each in var.alarm_actions : can(regex("^arn:[\\w-]+:[\\w-]+:[\\w-]*:[^:]*:.+$", each)) && !strcontains(each, ",")]), false)
    error_message = "alarm_actions: expected an ARN that CloudWatch tells, such as that of an SNS topic, found ${jsonencode(var.alarm_actions)}."
  }
}

variable "ok_actions" {
  description = "The same, for when an alarm is over."
  type        = list(string)
  default     = null

  validation {
    condition     = var.ok_actions == null ? true : try(alltrue([for each in var.ok_actions : can(regex("^arn:[\\w-]+:[\\w-]+:[\\w-]*:[^:]*:.+$", each)) && !strcontains(each, ",")]), false)
    error_message = "ok_actions: expected an ARN that CloudWatch tells, such as that of an SNS topic, found ${jsonencode(var.ok_actions)}."
  }
}

variable "event_bus" {
  description = "The event bus of EventBridge, by name, that is told of drains. default is the account's own. Empty: none is told."
  type        = string
  default     = null

  validation {
    condition     = var.event_bus == null ? true : can(regex("^$|^[A-Za-z0-9_./-]{0,256}$", var.event_bus))
    error_message = "event_bus: expected the name of an event bus, such as default, found ${jsonencode(var.event_bus)}."
  }
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
    condition     = var.log_retention_days == null ? true : try(contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days), false)
    error_message = "log_retention_days: expected one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, found ${jsonencode(var.log_retention_days)}."
  }
}

variable "permissions_boundary_arn" {
  description = "The IAM policy that bounds the permissions of all roles of the stack."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^$|^arn:[\\w-]+:iam::(\\d{12}|aws):policy\\/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn: expected the ARN of an IAM policy, found ${jsonencode(var.permissions_boundary_arn)}."
  }
}

variable "kms_key_arn" {
  description = "The KMS key that encrypts the queues and the logs. Without it, SQS and CloudWatch Logs use keys of their own."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^$|^arn:[\\w-]+:kms:[\\w-]+:\\d{12}:key\\/.+$", var.kms_key_arn))
    error_message = "kms_key_arn: expected the ARN of a KMS key, not of its alias, found ${jsonencode(var.kms_key_arn)}."
  }
}

locals {
  # What a group does not have is null.
  groups = {
    for key, group in var.groups : key => {
      name                          = coalesce(try(group.name, null), key)
      heartbeat_timeout_seconds     = try(tonumber(group.heartbeat_timeout_seconds), null)
      elb_name                      = try(tostring(group.elb_name), null)
      elb_names                     = try(tolist(group.elb_names), null)
      target_groups                 = try(tolist(group.target_groups), null)
      cluster_name                  = try(tostring(group.cluster_name), null)
      cluster_names                 = try(tolist(group.cluster_names), null)
      discover                      = try(tostring(group.discover), null)
      clusters                      = try(tostring(group.clusters), null)
      cluster_tag                   = try(tostring(group.cluster_tag), null)
      poll_seconds                  = try(tonumber(group.poll_seconds), null)
      drain_timeout_seconds         = try(tonumber(group.drain_timeout_seconds), null)
      on_timeout                    = try(tostring(group.on_timeout), null)
      stop_tasks                    = try(tostring(group.stop_tasks), null)
      deregister_container_instance = try(tostring(group.deregister_container_instance), null)
      settle_seconds                = try(tonumber(group.settle_seconds), null)
    }
  }

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
