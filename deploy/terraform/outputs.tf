output "lifecycle_queue_arn" {
  description = "The notification target of each further hook."
  value       = aws_cloudformation_stack.this.outputs["LifecycleQueueArn"]
}

output "lifecycle_hook_role_arn" {
  description = "The role of each further hook."
  value       = aws_cloudformation_stack.this.outputs["LifecycleHookRoleArn"]
}

output "version" {
  description = "The version of asg-drain."
  value       = aws_cloudformation_stack.this.outputs["Version"]
}
