// Works out what the functions' roles may act on, the groups that are swept, whose memory counts, and what is switched on, from
// the block at the top of serverless.yml. YAML alone cannot: the clusters are optional, may be many, and are given by name or by ARN.
const { BLOCK_KEYS, groupNamesOf, groupsOf, groupTagOf, inputsOf, rightValue } = require("./block.cjs");

/** @typedef {{ resolveConfigurationProperty: (path: readonly string[]) => Promise<unknown> }} Variables */

const loadBalancers = arn("elasticloadbalancing", "loadbalancer/*");
const targetGroups = arn("elasticloadbalancing", "targetgroup/*");

/**
 * What deregister and terminate both may do to instances, load balancers and clusters, as statements of a policy.
 *
 * @param {Variables} variables
 */
exports.drainStatements = async (variables) => {
  const { clusters, searched, changed } = await clustersOf(variables);
  return [
    // IAM knows no resources for these: `*` is all that they take.
    allow(
      [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "autoscaling:DescribeLifecycleHooks",
        "autoscaling:DescribeScalingActivities",
        "ec2:DescribeInstanceStatus",
        "ec2:DescribeInstances",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSpotInstanceRequests",
        "elasticloadbalancing:DescribeInstanceHealth",
        "elasticloadbalancing:DescribeLoadBalancerAttributes",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
      ],
      ["*"],
    ),
    // Any of the account: besides those of the input, it is those that the ECS services on an instance name.
    allow(["elasticloadbalancing:DeregisterInstancesFromLoadBalancer"], [loadBalancers]),
    allow(["elasticloadbalancing:DeregisterTargets"], [targetGroups]),
    ...(searched ? readStatements() : clusters.length === 0 ? [] : readStatements(clusters)),
    ...changeStatements(changed),
  ];
};

/**
 * What terminate may do besides, as statements of a policy. It ends what does not end by itself, and finds what has no message.
 * It gives an instance that comes back what was taken from it.
 *
 * @param {Variables} variables
 */
exports.finishStatements = async (variables) => {
  const { clusters, searched, changed } = await clustersOf(variables);
  const tasks = [arn("ecs", "task/*")];
  return [
    // IAM knows no resources for it.
    allow(["autoscaling:DescribeWarmPool"], ["*"]),
    allow(["elasticloadbalancing:RegisterInstancesWithLoadBalancer"], [loadBalancers]),
    allow(["elasticloadbalancing:RegisterTargets"], [targetGroups]),
    ...(searched
      ? [allow(["ecs:GetTaskProtection"], tasks)]
      : clusters.length === 0
        ? []
        : [{ ...allow(["ecs:GetTaskProtection"], tasks), ...within(clusters) }]),
    ...(changed === "all"
      ? [allow(["ecs:StopTask"], tasks)]
      : changed.length === 0
        ? []
        : [{ ...allow(["ecs:StopTask"], tasks), ...within(changed) }]),
  ];
};

/**
 * The names of the Auto Scaling groups that have a hook of ours.
 *
 * @param {Variables} variables
 */
exports.groupNames = async (variables) => {
  const auto_scaling_group_name = await read(variables, "auto_scaling_group_name");
  const groups = await read(variables, "groups");
  const more_auto_scaling_groups = await read(variables, "more_auto_scaling_groups");
  return groupNamesOf({ auto_scaling_group_name, groups, more_auto_scaling_groups });
};

/**
 * What deregister may do to lifecycle actions, as statements of a policy.
 *
 * @param {Variables} variables
 */
exports.deregisterGroupStatements = (variables) =>
  groupStatements(variables, ["autoscaling:RecordLifecycleActionHeartbeat"]);

/**
 * The same of terminate, and what it may do to the instances of a group.
 *
 * @param {Variables} variables
 */
exports.terminateGroupStatements = (variables) =>
  groupStatements(variables, [
    "autoscaling:CompleteLifecycleAction",
    "autoscaling:RecordLifecycleActionHeartbeat",
    "autoscaling:TerminateInstanceInAutoScalingGroup",
  ]);

// On the groups that are named, and on those that carry the tag.
async function groupStatements(variables, actions) {
  const names = await exports.groupNames(variables);
  const tag = groupTagOf(await readBlock(variables));
  // What stands before the name is an id that AWS gives, and that nobody knows here.
  const group = (name) => arn("autoscaling", `autoScalingGroup:*:autoScalingGroupName/${name}`);
  return [
    ...(names.length === 0 ? [] : [allow(actions, names.map(group))]),
    ...(tag === undefined ? [] : [{ ...allow(actions, [group("*")]), ...tagged(tag) }]),
  ];
}

// As terminate reads the key: what follows the first `=` is the value.
function tagged(tag) {
  const [, key, value] = /^([^=]*)(?:=(.*))?$/.exec(tag);
  const name = `aws:ResourceTag/${key}`;
  return {
    Condition: value === undefined ? { Null: { [name]: "false" } } : { StringEquals: { [name]: value } },
  };
}

/**
 * What scale-tasks may do.
 *
 * @param {Variables} variables
 */
exports.scaleStatements = async (variables) => {
  const services = await scaledServices(variables);
  const clusters = [...new Set(services.map((each) => each.cluster_name))].map(clusterArn);
  return [
    // IAM knows no resources for this one that a name would tell.
    allow(["application-autoscaling:DescribeScalableTargets"], ["*"]),
    ...(clusters.length === 0
      ? []
      : [
          allow(["ecs:ListContainerInstances"], clusters),
          {
            ...allow(["ecs:DescribeServices", "ecs:UpdateService"], [arn("ecs", "service/*")]),
            ...within(clusters),
          },
        ]),
  ];
};

/**
 * Whether there is anything to scale: without it, nobody is invoked.
 *
 * @param {Variables} variables
 */
exports.scalesTasks = async (variables) => (await scaledServices(variables)).length > 0;

/**
 * Whether deregister's input wants any of the notices that come through EventBridge.
 *
 * @param {Variables} variables
 */
exports.noticesState = async (variables) => {
  const input = (await read(variables, "deregister")) ?? {};
  const wanted = ["on_spot_interruption", "on_rebalance", "on_maintenance"].some(
    (key) => (input[key] ?? "ignore") !== "ignore",
  );
  return wanted ? "ENABLED" : "DISABLED";
};

/**
 * Whether the messages of the lifecycle queue invoke deregister as they come, besides its schedule.
 *
 * @param {Variables} variables
 */
exports.deregistersAtOnce = async (variables) => (await read(variables, "deregister_at_once")) ?? false;

/**
 * The ids of the roles that write memory, as one text: those of deregister and terminate, and what the block adds.
 *
 * @param {Variables} variables
 */
exports.senderRoleIds = async (variables) => {
  const own = ["DeregisterRole", "TerminateRole"].map((role) => ({ "Fn::GetAtt": [role, "RoleId"] }));
  const more = (await read(variables, "more_sender_role_ids")) ?? [];
  return { "Fn::Join": [",", [...own, ...more]] };
};

/**
 * deregister's environment: the roles' ids, and its input, where it is invoked by what brings none. Without a need the input is
 * left out, because Lambda takes 4 KB of environment, and an input may be longer.
 *
 * @param {Variables} variables
 */
exports.deregisterEnvironment = async (variables) => ({
  SENDER_ROLE_IDS: await exports.senderRoleIds(variables),
  ...((await exports.deregistersAtOnce(variables))
    ? { INPUT: JSON.stringify(inputsOf(await readBlock(variables)).deregister) }
    : {}),
});

/**
 * A key of the block. Undefined if the block does not have it, or if it is wrong: then deploy/check-block.cjs refuses the block.
 *
 * @param {Variables} variables
 * @param {string} key
 */
const read = async ({ resolveConfigurationProperty }, key) =>
  rightValue(key, await resolveConfigurationProperty(["custom", key]));
exports.read = read;

/**
 * The block, as far as it is right.
 *
 * @param {Variables} variables
 */
const readBlock = async (variables) => {
  const entries = BLOCK_KEYS.map(async (key) => [key, await read(variables, key)]);
  return Object.fromEntries((await Promise.all(entries)).filter(([, value]) => value !== undefined));
};
exports.readBlock = readBlock;

// The settings of all drains: those of the functions' inputs, and those that the hooks of groups carry.
async function settingsIn(variables) {
  const block = await readBlock(variables);
  const { deregister, terminate } = inputsOf(block);
  // What a group does not name, it has of the inputs.
  return [
    deregister,
    terminate,
    ...groupsOf(block).map((group) => ({ discover: deregister.discover, ...group })),
  ];
}

// The input names one service, or several.
async function scaledServices(variables) {
  const input = (await read(variables, "scale_tasks")) ?? {};
  return input.services ?? (input.cluster_name === undefined ? [] : [input]);
}

async function clusterArns(variables) {
  const settings = await settingsIn(variables);
  const named = settings.flatMap(({ cluster_name, cluster_names = [] }) => [cluster_name, ...cluster_names]);
  const more = (await read(variables, "more_clusters")) ?? [];
  return [...new Set([...named, ...more])].filter((each) => each !== undefined).map(clusterArn);
}

function clusterArn(nameOrArn) {
  return nameOrArn.startsWith("arn:") ? nameOrArn : arn("ecs", `cluster/${nameOrArn}`);
}

// Which clusters are named, whether all are searched, and which may be changed. IAM has no condition for the tags of a cluster
// that a container instance is in. So with `cluster_tag` the roles may change all, and the functions go by the tag.
async function clustersOf(variables) {
  const settings = await settingsIn(variables);
  const clusters = await clusterArns(variables);
  const searched = settings.some(({ discover = "all" }) => discover !== "named");
  const changesAll = settings.some((each) => each.clusters === "*" || each.cluster_tag !== undefined);
  return { clusters, searched, changed: searched && changesAll ? "all" : clusters };
}

// What is read of these clusters, or of all.
function readStatements(clusters) {
  const resources = ["container-instance", "service", "service-revision", "task"].map((type) =>
    arn("ecs", `${type}/*`),
  );
  const condition = clusters === undefined ? {} : within(clusters);
  return [
    // IAM knows no resource for a list of all clusters.
    ...(clusters === undefined ? [allow(["ecs:ListClusters"], ["*"])] : []),
    allow(["ecs:DescribeClusters", "ecs:ListContainerInstances"], clusters ?? [arn("ecs", "cluster/*")]),
    // By condition, because the ARNs of what is old do not have the cluster's name in them.
    {
      ...allow(
        [
          "ecs:DescribeContainerInstances",
          "ecs:DescribeServiceRevisions",
          "ecs:DescribeServices",
          "ecs:DescribeTasks",
        ],
        resources,
      ),
      ...condition,
    },
    // IAM knows neither a resource nor a condition for it.
    allow(["ecs:DescribeTaskDefinition"], ["*"]),
    // A cluster's tasks, other than those of one container instance, are listed on `*`.
    { ...allow(["ecs:ListTasks"], ["*"]), ...condition },
  ];
}

// What is changed in these clusters, or in all. Without a cluster there is nothing to allow, and IAM takes no empty list.
function changeStatements(clusters) {
  const update = allow(["ecs:UpdateContainerInstancesState"], [arn("ecs", "container-instance/*")]);
  if (clusters === "all") {
    return [allow(["ecs:DeregisterContainerInstance"], [arn("ecs", "cluster/*")]), update];
  }
  if (clusters.length === 0) return [];
  return [allow(["ecs:DeregisterContainerInstance"], clusters), { ...update, ...within(clusters) }];
}

function within(clusters) {
  return { Condition: { ArnEquals: { "ecs:cluster": clusters } } };
}

function allow(actions, resources) {
  return { Effect: "Allow", Action: actions, Resource: resources };
}

function arn(service, resource) {
  return {
    "Fn::Sub": `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
  };
}
