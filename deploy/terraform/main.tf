# The core template of a release as a stack, and a lifecycle hook for each group.

terraform {
  required_version = ">= 1.7"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

locals {
  name = "asg-drain-${var.stage == null ? "live" : var.stage}"
  # Its name has a part of its hash, so that a new release is another URL, which Terraform sees.
  template = jsondecode(file("${path.module}/release.json")).template
  template_url = coalesce(
    var.template_url,
    "https://${var.code_bucket}.s3.${var.region}.amazonaws.com/${var.code_key_prefix}${local.template}",
  )

  # What a hook carries: the settings of its group that are given.
  metadata = {
    for key, group in local.groups : key => {
      for setting, value in group : setting => value
      if value != null && !contains(["name", "heartbeat_timeout_seconds"], setting)
    }
  }
  # The functions may change the clusters that groups name.
  clusters_of_groups = [
    for each in flatten([for group in local.groups : concat(compact([group.cluster_name]), coalesce(group.cluster_names, []))]) :
    # Of an ARN its last part: the template takes names.
    reverse(split("/", each))[0]
  ]
  parameters = merge(local.settings, {
    CodeBucket    = var.code_bucket
    CodeKeyPrefix = var.code_key_prefix
    Groups        = join(",", [for group in local.groups : group.name])
    MoreClusters  = join(",", distinct(concat(coalesce(var.more_clusters, []), local.clusters_of_groups)))
  })
}

resource "aws_cloudformation_stack" "this" {
  # checkov:skip=CKV_AWS_124:Terraform itself waits for the stack, and says what failed in it
  name         = local.name
  template_url = local.template_url
  parameters   = { for name, value in local.parameters : name => value if value != null }
  capabilities = ["CAPABILITY_IAM"]
  policy_body  = file("${path.module}/stack-policy.json")
  tags         = var.tags
}

resource "aws_autoscaling_lifecycle_hook" "this" {
  for_each = local.groups

  name                   = local.name
  autoscaling_group_name = each.value.name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_TERMINATING"
  heartbeat_timeout      = coalesce(each.value.heartbeat_timeout_seconds, var.heartbeat_timeout_seconds)
  # Not ABANDON, which would cancel the other hooks of the instance.
  default_result          = "CONTINUE"
  notification_target_arn = aws_cloudformation_stack.this.outputs["LifecycleQueueArn"]
  role_arn                = aws_cloudformation_stack.this.outputs["LifecycleHookRoleArn"]
  notification_metadata   = length(local.metadata[each.key]) == 0 ? null : jsonencode(local.metadata[each.key])
}
