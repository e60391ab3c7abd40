/** What `status` and `explain` read, all of it. */
export const READS = [
  "autoscaling:DescribeAutoScalingGroups",
  "autoscaling:DescribeAutoScalingInstances",
  "autoscaling:DescribeLifecycleHooks",
  "autoscaling:DescribeScalingActivities",
  "autoscaling:DescribeWarmPool",
  "ec2:DescribeInstances",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeRegions",
  "ecs:DescribeClusters",
  "ecs:DescribeContainerInstances",
  "ecs:DescribeServiceRevisions",
  "ecs:DescribeServices",
  "ecs:DescribeTaskDefinition",
  "ecs:DescribeTasks",
  "ecs:GetTaskProtection",
  "ecs:ListClusters",
  "ecs:ListContainerInstances",
  "ecs:ListTasks",
  "elasticloadbalancing:DescribeInstanceHealth",
  "elasticloadbalancing:DescribeLoadBalancerAttributes",
  "elasticloadbalancing:DescribeLoadBalancers",
  "elasticloadbalancing:DescribeTargetGroupAttributes",
  "elasticloadbalancing:DescribeTargetGroups",
  "elasticloadbalancing:DescribeTargetHealth",
] as const;

/** What they read of the functions' logs. */
export const LOG_READS = ["logs:FilterLogEvents"] as const;

/** What the doctor reads, all of it. */
export const DOCTOR_READS = [
  "autoscaling:DescribeAutoScalingGroups",
  "autoscaling:DescribeLifecycleHooks",
  "cloudformation:DescribeStacks",
  "cloudformation:ListStackResources",
  "cloudwatch:DescribeAlarmsForMetric",
  "ecs:DescribeCapacityProviders",
  "ecs:DescribeClusters",
  "ecs:DescribeServices",
  "ecs:DescribeTaskDefinition",
  "ecs:ListClusters",
  "ecs:ListContainerInstances",
  "ecs:ListServices",
  "elasticloadbalancing:DescribeLoadBalancerAttributes",
  "elasticloadbalancing:DescribeLoadBalancers",
  "elasticloadbalancing:DescribeTargetGroupAttributes",
  "elasticloadbalancing:DescribeTargetGroups",
  "elasticloadbalancing:DescribeTargetHealth",
  "events:DescribeRule",
  "events:ListRuleNamesByTarget",
  "events:ListTargetsByRule",
  "iam:GetRole",
  "iam:SimulatePrincipalPolicy",
  "lambda:GetAccountSettings",
  "lambda:GetFunctionConcurrency",
  "lambda:GetFunctionConfiguration",
  "lambda:GetFunctionEventInvokeConfig",
  "lambda:ListEventSourceMappings",
  "lambda:ListTags",
  "sqs:GetQueueAttributes",
  "sqs:GetQueueUrl",
] as const;

/** The least that whoever runs `doctor` must be allowed, as an IAM policy. */
export function doctorPolicy(deployment: string): object {
  return policyOf(DOCTOR_READS, deployment);
}

/** The least that whoever runs `status` and `explain` must be allowed, as an IAM policy. */
export function operatorPolicy(deployment: string): object {
  return policyOf(READS, deployment);
}

function policyOf(reads: readonly string[], deployment: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: [...reads], Resource: "*" },
      {
        Effect: "Allow",
        Action: [...LOG_READS],
        Resource: `arn:aws:logs:*:*:log-group:/aws/lambda/${deployment}-*`,
      },
    ],
  };
}
