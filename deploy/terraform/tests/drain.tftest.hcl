# The plan against a provider that answers nothing of its own: what the stack and the hooks are asked to be.

mock_provider "aws" {
  mock_resource "aws_cloudformation_stack" {
    defaults = {
      outputs = {
        LifecycleQueueArn    = "arn:aws:sqs:us-east-1:123456789012:asg-drain-live-lifecycle"
        LifecycleHookRoleArn = "arn:aws:iam::123456789012:role/hook"
        Version              = "0.0.0"
      }
    }
  }
}

variables {
  code_bucket   = "code"
  region        = "us-east-1"
  cluster_names = ["web"]
  dry_run       = true
  groups = {
    web-a    = {}
    payments = { name = "payments-a", heartbeat_timeout_seconds = 900, cluster_name = "payments", on_timeout = "leave" }
  }
}

run "stack" {
  assert {
    condition     = aws_cloudformation_stack.this.name == "asg-drain-live"
    error_message = "the stack has the stage in its name"
  }
  assert {
    condition     = startswith(aws_cloudformation_stack.this.template_url, "https://code.s3.us-east-1.amazonaws.com/asg-drain/core-")
    error_message = "the template is the release's, in the bucket"
  }
  assert {
    condition = aws_cloudformation_stack.this.parameters == tomap({
      CodeBucket    = "code"
      CodeKeyPrefix = "asg-drain/"
      Groups        = "payments-a,web-a"
      ClusterNames  = "web"
      MoreClusters  = "payments"
      DryRun        = "true"
    })
    error_message = "only what is given is a parameter"
  }
  assert {
    condition     = strcontains(aws_cloudformation_stack.this.policy_body, "Update:Replace")
    error_message = "the stack has the release's policy"
  }
}

run "hooks" {
  assert {
    condition     = keys(aws_autoscaling_lifecycle_hook.this) == ["payments", "web-a"]
    error_message = "each group has a hook"
  }
  assert {
    condition     = [for each in aws_autoscaling_lifecycle_hook.this : each.autoscaling_group_name] == ["payments-a", "web-a"]
    error_message = "a key is a name, unless there is one"
  }
  assert {
    condition     = [for each in aws_autoscaling_lifecycle_hook.this : each.heartbeat_timeout] == [900, 3600]
    error_message = "a group may have a timeout of its own"
  }
  assert {
    condition     = jsondecode(aws_autoscaling_lifecycle_hook.this["payments"].notification_metadata) == { cluster_name = "payments", on_timeout = "leave" }
    error_message = "a hook carries the settings of its group"
  }
  assert {
    condition     = aws_autoscaling_lifecycle_hook.this["web-a"].notification_metadata == null
    error_message = "a group without settings has no metadata"
  }
  assert {
    condition     = aws_autoscaling_lifecycle_hook.this["web-a"].notification_target_arn == output.lifecycle_queue_arn
    error_message = "a hook notifies the stack's queue"
  }
}

run "another_stage" {
  variables {
    stage = "blue"
  }
  assert {
    condition     = aws_autoscaling_lifecycle_hook.this["web-a"].name == "asg-drain-blue" && aws_cloudformation_stack.this.parameters.Stage == "blue"
    error_message = "the stage is in the names"
  }
}

run "thirty_groups_in_eight_clusters" {
  variables {
    cluster_names = ["web-1", "web-2", "web-3", "web-4", "web-5", "web-6", "batch", "payments"]
    groups = merge(
      { for pair in setproduct(range(1, 7), ["a", "b", "c", "d"]) : "web-${pair[0]}-${pair[1]}" => {} },
      { for each in ["a", "b", "c"] : "batch-${each}" => { cluster_name = "batch", drain_timeout_seconds = 43200 } },
      { for each in ["a", "b", "c"] : "payments-${each}" => { cluster_name = "payments", on_timeout = "leave" } },
    )
  }
  assert {
    condition     = length(aws_autoscaling_lifecycle_hook.this) == 30
    error_message = "each of thirty groups has a hook"
  }
  assert {
    condition     = length(split(",", aws_cloudformation_stack.this.parameters.Groups)) == 30
    error_message = "the functions may act on all thirty"
  }
  assert {
    condition = alltrue([
      length(split(",", aws_cloudformation_stack.this.parameters.ClusterNames)) == 8,
      aws_cloudformation_stack.this.parameters.MoreClusters == "batch,payments",
    ])
    error_message = "the roles know all eight clusters"
  }
  assert {
    condition     = jsondecode(aws_autoscaling_lifecycle_hook.this["batch-a"].notification_metadata) == { cluster_name = "batch", drain_timeout_seconds = 43200 }
    error_message = "each hook has its group's settings"
  }
}

run "refuses_a_wrong_value" {
  command = plan
  variables {
    on_timeout = "stop"
  }
  expect_failures = [var.on_timeout]
}

run "refuses_a_number_that_is_too_high" {
  command = plan
  variables {
    drain_timeout_seconds = 172801
  }
  expect_failures = [var.drain_timeout_seconds]
}
