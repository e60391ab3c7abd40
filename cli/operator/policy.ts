/** What the commands that look at an account read, all of it. */
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

/** The least that whoever runs `status` and `explain` must be allowed, as an IAM policy. */
export function operatorPolicy(deployment: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: [...READS], Resource: "*" },
      {
        Effect: "Allow",
        Action: [...LOG_READS],
        Resource: `arn:aws:logs:*:*:log-group:/aws/lambda/${deployment}-*`,
      },
    ],
  };
}
