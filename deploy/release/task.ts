// The template for those who run a task of ECS in place of the functions. All that the task may do, and all that it is told, is terminate's.
import { type Branch, isBranch, joined, type Resource, type Template, type Tree } from "./tree.ts";

/** What it has of the template: the queue that keeps what drains remember, and what watches and guards it. */
const KEPT = [
  "MonitorQueue",
  "MonitorDeadLetterQueue",
  "MonitorQueuePolicy",
  "MonitorDeadLetterQueuePolicy",
  "MonitorDeadLettersAlarm",
  "MonitorQueueUnreadAlarm",
  "DrainsCutOffAlarm",
  "DrainsStalledAlarm",
  "KeyPolicy",
  "TerminateEventsPolicy",
];
/** The roles that are not there. */
const GONE = ["DeregisterRole", "LifecycleHookRole"];
/** What only a notice of EC2 or AWS Health leads to. deregister passes it on, and there is none. */
export const FOR_NOTICES: readonly Tree[] = [
  "autoscaling:TerminateInstanceInAutoScalingGroup",
  "ec2:DescribeInstanceStatus",
  "ec2:DescribeSpotInstanceRequests",
];
const NAME = joined(["asg-drain-", { Ref: "Stage" }]);
/** How long ECS waits between SIGTERM and SIGKILL, in seconds. A run that is under way takes up to 90. */
const STOP_SECONDS = 120;

/** The parameters that the template has besides. */
export const TASK_PARAMETERS: Branch = {
  Image: {
    Type: "String",
    Description: "The container image with asg-drain, built by deploy/task/Dockerfile.",
    MinLength: 1,
  },
  TaskCluster: {
    Type: "String",
    Default: "",
    Description:
      "The ECS cluster in which a service keeps one task. Without it, there is no service: you start tasks yourself.",
    AllowedPattern: "^$|^[A-Za-z0-9_-]{1,255}$",
  },
};

/** The template of the task, made of the one without hooks. */
export function taskTemplate(template: Template): Template {
  const packaged = (id: string): Resource => {
    const found = template.Resources[id];
    if (found === undefined) throw new Error(`the packaged template has no ${id}`);
    return found;
  };
  const role = packaged("TerminateRole");
  const made = {
    ...Object.fromEntries(KEPT.map((id) => [id, packaged(id)])),
    TerminateRole: roleOf(role),
    ExecutionRole: executionRole(role),
    TaskLogGroup: logGroup(packaged("TerminateLogGroup")),
    TaskDefinition: taskDefinition(inputOf(template), packaged("TerminateLambdaFunction")),
    TaskService: SERVICE,
    TaskNotRunningAlarm: notRunningAlarm(packaged("DrainsCutOffAlarm")),
  };
  return {
    ...template,
    Description: "asg-drain as a task of ECS - drains EC2 instances before Auto Scaling terminates them.",
    Conditions: {
      ...(template.Conditions as Branch),
      HasTaskCluster: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "TaskCluster" }, ""] }] },
    },
    Resources: forTask(made) as Template["Resources"],
    Outputs: {
      Version: template.Outputs.Version as Branch,
      TaskDefinitionArn: {
        Description: "What you start, if no service does.",
        Value: { Ref: "TaskDefinition" },
      },
    },
  };
}

// Its role is called otherwise, and those of deregister and of hooks are not there.
function forTask(tree: Tree): Tree {
  if (tree === "TerminateRole") return "TaskRole";
  if (Array.isArray(tree)) return tree.filter((each) => !isGone(each)).map(forTask);
  if (!isBranch(tree)) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, each]) => [String(forTask(key)), forTask(each)]));
}

function isGone(tree: Tree): boolean {
  if (!isBranch(tree)) return false;
  const { Ref, "Fn::GetAtt": attribute } = tree;
  return GONE.includes(String(Array.isArray(attribute) ? attribute[0] : Ref));
}

// Terminate's policies but that for its log: ECS writes the log.
function roleOf(role: Resource): Resource {
  const properties = role.Properties as Branch;
  return {
    ...role,
    Properties: {
      ...properties,
      AssumeRolePolicyDocument: ASSUMED_BY_TASKS,
      Policies: rolePoliciesOf(properties),
    },
  };
}

/** The policies of the task's role, made of the properties of terminate's. */
export function rolePoliciesOf({ Policies }: Branch): readonly Branch[] {
  const kept = (Policies as Branch[]).filter(({ PolicyName }) => PolicyName !== "log");
  return kept.map((each) => withoutNotices(each) as Branch);
}

function withoutNotices(tree: Tree): Tree {
  if (Array.isArray(tree)) return tree.filter((each) => !FOR_NOTICES.includes(each)).map(withoutNotices);
  if (!isBranch(tree)) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, each]) => [key, withoutNotices(each)]));
}

const ASSUMED_BY_TASKS: Branch = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "ecs-tasks.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: {
        StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
        ArnLike: {
          "aws:SourceArn": {
            "Fn::Sub": `arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:*`,
          },
        },
      },
    },
  ],
};

// ECS itself gets the image by it, and writes the log.
function executionRole({ Properties }: Resource): Resource {
  const { PermissionsBoundary } = Properties as Branch;
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: ASSUMED_BY_TASKS,
      Policies: [
        {
          PolicyName: "start",
          PolicyDocument: {
            Version: "2012-10-17",
            Statement: [
              // The image may be in any repository, of another account too. IAM knows no resource for the token.
              {
                Effect: "Allow",
                Action: [
                  "ecr:GetAuthorizationToken",
                  "ecr:BatchCheckLayerAvailability",
                  "ecr:GetDownloadUrlForLayer",
                  "ecr:BatchGetImage",
                ],
                Resource: ["*"],
              },
              {
                Effect: "Allow",
                Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
                Resource: { "Fn::GetAtt": ["TaskLogGroup", "Arn"] },
              },
            ],
          },
        },
      ],
      ...(PermissionsBoundary === undefined ? {} : { PermissionsBoundary }),
    },
  };
}

function logGroup(group: Resource): Resource {
  const LogGroupName = joined(["/ecs/asg-drain-", { Ref: "Stage" }]);
  return { ...group, Properties: { ...(group.Properties as Branch), LogGroupName } };
}

// What the schedule gives terminate.
function inputOf({ Resources }: Template): Tree {
  const targets = Object.values(Resources).flatMap(({ Type, Properties }) =>
    Type === "AWS::Events::Rule" ? ((Properties as Branch).Targets as Branch[]) : [],
  );
  const found = targets.find(
    ({ Arn, Input }) => Input !== undefined && JSON.stringify(Arn).includes("TerminateLambda"),
  );
  if (found === undefined) throw new Error("the packaged template has no input of terminate");
  return found.Input as Tree;
}

// It has as much memory as the function.
function taskDefinition(input: Tree, { Properties }: Resource): Resource {
  const { MemorySize } = Properties as Branch;
  return {
    Type: "AWS::ECS::TaskDefinition",
    Properties: {
      Family: NAME,
      RequiresCompatibilities: ["EC2"],
      NetworkMode: "bridge",
      TaskRoleArn: { "Fn::GetAtt": ["TerminateRole", "Arn"] },
      ExecutionRoleArn: { "Fn::GetAtt": ["ExecutionRole", "Arn"] },
      ContainerDefinitions: [
        {
          Name: "asg-drain",
          Image: { Ref: "Image" },
          Essential: true,
          // The hook that CloudFormation, CDK and Terraform would make has this name.
          Command: ["run", "--name", NAME, "--hook", NAME, "--input", input],
          Environment: [
            { Name: "AWS_REGION", Value: { Ref: "AWS::Region" } },
            { Name: "SENDER_ROLE_IDS", Value: { "Fn::GetAtt": ["TerminateRole", "RoleId"] } },
          ],
          MemoryReservation: MemorySize as Tree,
          ReadonlyRootFilesystem: true,
          StopTimeout: STOP_SECONDS,
          LogConfiguration: {
            LogDriver: "awslogs",
            Options: {
              "awslogs-group": { Ref: "TaskLogGroup" },
              "awslogs-region": { Ref: "AWS::Region" },
              "awslogs-stream-prefix": "task",
            },
          },
        },
      ],
    },
  };
}

/** One task, and never two: ECS stops the old one before it starts the new one. */
const SERVICE: Resource = {
  Type: "AWS::ECS::Service",
  Condition: "HasTaskCluster",
  // As long as its role may do nothing, each run would fail.
  DependsOn: ["TerminateRole", "MonitorQueuePolicy"],
  Properties: {
    ServiceName: NAME,
    Cluster: { Ref: "TaskCluster" },
    TaskDefinition: { Ref: "TaskDefinition" },
    DesiredCount: 1,
    DeploymentConfiguration: { MinimumHealthyPercent: 0, MaximumPercent: 100 },
  },
};

/**
 * Goes off when the service has no task for five minutes. Each running task has one value a minute (ECS Developer Guide, "Amazon ECS service
 * RUNNING task count").
 */
export const NOT_RUNNING = {
  Namespace: "AWS/ECS",
  MetricName: "CPUUtilization",
  Statistic: "SampleCount",
  Period: 60,
  EvaluationPeriods: 5,
  ComparisonOperator: "LessThanThreshold",
  Threshold: 1,
  TreatMissingData: "breaching",
};

// Those are told who are told of the other alarms.
function notRunningAlarm({ Properties }: Resource): Resource {
  const { AlarmActions, OKActions } = Properties as Branch;
  const told = Object.entries({ AlarmActions, OKActions }).filter(([, each]) => each !== undefined);
  return {
    Type: "AWS::CloudWatch::Alarm",
    Condition: "HasTaskCluster",
    Properties: {
      ...NOT_RUNNING,
      Dimensions: [
        { Name: "ClusterName", Value: { Ref: "TaskCluster" } },
        { Name: "ServiceName", Value: { "Fn::GetAtt": ["TaskService", "Name"] } },
      ],
      ...(Object.fromEntries(told) as Branch),
    },
  };
}
