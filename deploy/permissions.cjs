// Works out what the functions' roles may act on, from the block at the top of serverless.yml. YAML alone cannot: the
// clusters are optional, may be many, and are given by name or by ARN.

/** @typedef {{ resolveConfigurationProperty: (path: readonly string[]) => Promise<unknown> }} Variables */

/**
 * What both functions may do to instances, load balancers and clusters, as statements of a policy.
 *
 * @param {Variables} variables
 */
exports.drainStatements = async (variables) => {
  const clusters = await clusterArns(variables);
  return [
    // IAM knows no resources for these: `*` is all that they take.
    allow(
      [
        "autoscaling:DescribeAutoScalingInstances",
        "elasticloadbalancing:DescribeInstanceHealth",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
      ],
      ["*"],
    ),
    // Any of the account: besides those of the input, it is those that the ECS services on an instance name.
    allow(
      ["elasticloadbalancing:DeregisterInstancesFromLoadBalancer"],
      [arn("elasticloadbalancing", "loadbalancer/*")],
    ),
    allow(["elasticloadbalancing:DeregisterTargets"], [arn("elasticloadbalancing", "targetgroup/*")]),
    // Without a cluster there is nothing to allow, and IAM takes no empty list.
    ...(clusters.length === 0 ? [] : clusterStatements(clusters)),
  ];
};

/**
 * The ARNs of the Auto Scaling groups whose lifecycle actions may be completed.
 *
 * @param {Variables} variables
 */
exports.groupArns = async (variables) => {
  const group = await read(variables, "auto_scaling_group_name");
  const more = (await read(variables, "more_auto_scaling_groups")) ?? [];
  // What stands before the name is an id that AWS gives, and that nobody knows here.
  return [...new Set([group, ...more])].map((name) =>
    arn("autoscaling", `autoScalingGroup:*:autoScalingGroupName/${name}`),
  );
};

async function clusterArns(variables) {
  const inputs = [await read(variables, "deregister"), await read(variables, "terminate")];
  const named = inputs.flatMap(({ cluster_name, cluster_names = [] }) => [cluster_name, ...cluster_names]);
  const more = (await read(variables, "more_clusters")) ?? [];
  return [...new Set([...named, ...more])]
    .filter((each) => each !== undefined)
    .map((each) => (each.startsWith("arn:") ? each : arn("ecs", `cluster/${each}`)));
}

function clusterStatements(clusters) {
  const actions = [
    "ecs:DescribeContainerInstances",
    "ecs:DescribeServices",
    "ecs:DescribeTasks",
    "ecs:UpdateContainerInstancesState",
  ];
  const resources = ["container-instance", "service", "task"].map((type) => arn("ecs", `${type}/*`));
  const inClusters = { Condition: { ArnEquals: { "ecs:cluster": clusters } } };
  return [
    allow(["ecs:DescribeClusters", "ecs:ListContainerInstances"], clusters),
    // By condition, because the ARNs of what is old do not have the cluster's name in them.
    { ...allow(actions, resources), ...inClusters },
    // A cluster's tasks, other than those of one container instance, are listed on `*`.
    { ...allow(["ecs:ListTasks"], ["*"]), ...inClusters },
  ];
}

function allow(actions, resources) {
  return { Effect: "Allow", Action: actions, Resource: resources };
}

function read({ resolveConfigurationProperty }, key) {
  return resolveConfigurationProperty(["custom", key]);
}

function arn(service, resource) {
  return {
    "Fn::Sub": `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
  };
}
