import { arn, nameOf } from "../../kernel/account.ts";
import type { Ground } from "../../kernel/ground.ts";
import type { History } from "../../kernel/history.ts";
import type { Actor } from "../../kernel/story.ts";
import type { Instances } from "../ec2/instances.ts";
import type { ClassicLoadBalancers } from "../elb/load-balancers.ts";
import type { TargetGroups } from "../elbv2/target-groups.ts";
import type { Addresses } from "./addresses.ts";

/** The hook that ECS adds to the group of a capacity provider with managed draining. */
export const MANAGED_DRAINING_HOOK = "ecs-managed-draining-termination-hook";

/** What ECS needs: the instances that its agents run on, and the load balancers where it registers tasks. */
export type EcsGround = Ground & {
  readonly instances: Instances;
  readonly classic: ClassicLoadBalancers;
  readonly targetGroups: TargetGroups;
};

/** How long things take, in seconds. No API has these; scenarios and docker labels do. */
export type Behaviour = {
  /** How long a service's task protects itself from being scaled in, from when it runs; undefined means not at all. */
  readonly protectedSeconds: number | undefined;
  /** Whether its containers outlast SIGKILL, so that it never leaves STOPPING while its instance lives. */
  readonly neverStops: boolean;
  /** How long after it is STOPPED ECS shows it as DELETED; undefined means never. */
  readonly deletedSeconds: number | undefined;
};

export type PortMapping = { readonly containerPort: number; readonly hostPort: number };

/** One container of a task definition. */
export type Container = {
  readonly name: string;
  /** Whether the task ends when it does. */
  readonly essential: boolean;
  /** A host port of 0 is drawn from the dynamic range when the task starts. */
  readonly ports: readonly PortMapping[];
  /** From SIGTERM to SIGKILL, in seconds. */
  readonly stopTimeout: number;
  /** The containers that start before it, and stop after it. */
  readonly dependsOn: readonly string[];
  readonly startSeconds: number;
  readonly stopSeconds: number;
  readonly runSeconds: number | undefined;
};

/** What a task, or an instance, has of CPU units and of MiB of memory. */
export type Resources = { readonly cpu: number; readonly memory: number };

/** A task definition. */
export type TaskDefinition = {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  readonly networkMode: "bridge" | "host" | "awsvpc" | "none";
  /** At least one. A service registers the first unless it says otherwise. */
  readonly containers: readonly Container[];
  /** The ports of all containers. */
  readonly ports: readonly PortMapping[];
  /** What it reserves. */
  readonly resources: Resources;
  readonly behaviour: Behaviour;
};

/** What restricts where tasks are placed. `matches` is undefined for distinctInstance. */
export type PlacementConstraint = {
  readonly type: "distinctInstance" | "memberOf";
  readonly expression: string | undefined;
  readonly matches: ((containerInstance: ContainerInstance, moment: number) => boolean) | undefined;
};

export type ContainerInstanceStatus = "ACTIVE" | "DRAINING" | "DEREGISTERING" | "INACTIVE";

export type ContainerInstance = {
  readonly arn: string;
  readonly cluster: string;
  readonly instanceId: string;
  readonly capacityProvider: string | undefined;
  readonly registeredAt: number;
  readonly status: History<ContainerInstanceStatus>;
  readonly agentConnected: History<boolean>;
  /** What ECS and the agent will exchange, in order, once they are connected again. */
  readonly unheard: (() => void)[];
  /** How many tasks have room. */
  readonly taskSlots: number;
  /** What it has for tasks; infinite if it was not given. */
  readonly resources: Resources;
  readonly attributes: ReadonlyMap<string, string>;
  /** Whether it only stands for Fargate: no instance is behind it, and no API shows it. */
  readonly isFargate: boolean;
  /** Whether its agent hangs: it is connected, and neither does nor tells anything. */
  isHung: boolean;
  /** The tasks on it that are not STOPPED. */
  readonly tasks: Set<Task>;
  /** The tasks whose containers still run on it although ECS shows them as STOPPED. */
  readonly orphans: Set<Task>;
  /** Rises when a task starts or stops on it, and when its agent's connection or its status changes. */
  readonly version: History<number>;
  /** Who set it DRAINING last. */
  drainedBy: Actor | undefined;
};

/** What tasks find on an instance. */
export type Host = Pick<ContainerInstance, "taskSlots" | "resources" | "attributes">;

const ANY = Number.POSITIVE_INFINITY;
/** An instance that has room for all tasks. */
export const ANY_HOST: Host = {
  taskSlots: ANY,
  resources: { cpu: ANY, memory: ANY },
  attributes: new Map(),
};

/** Counts a change of a container instance for which ECS would send an event. */
export function countUp({ version }: ContainerInstance, now: number): void {
  version.set(now, version.latest + 1);
}

export type TaskStatus =
  | "PROVISIONING"
  | "PENDING"
  | "ACTIVATING"
  | "RUNNING"
  | "DEACTIVATING"
  | "STOPPING"
  | "DEPROVISIONING"
  | "STOPPED";

/** What a task's containers really do: wait for their start, run, or have ended for good. */
export type ContainersState = "waiting" | "running" | "ended";

export type Task = {
  readonly arn: string;
  readonly cluster: string;
  readonly definition: TaskDefinition;
  readonly service: Service | undefined;
  /** Which version of its service it is: where it is registered does not change with the service. */
  readonly version: Version | undefined;
  readonly group: string;
  readonly startedBy: string | undefined;
  readonly containerInstance: ContainerInstance;
  readonly createdAt: number;
  readonly bindings: readonly PortMapping[];
  /** The address of its network interface, with network mode awsvpc. */
  readonly address: string | undefined;
  /** What ECS knows, and shows. */
  readonly lastStatus: History<TaskStatus>;
  readonly desiredStatus: History<"RUNNING" | "STOPPED">;
  /** What is true, whether or not ECS knows of it. */
  readonly containers: History<ContainersState>;
  /** When each container has exited or will, in milliseconds since 1970, by its name. */
  readonly exits: Map<string, number>;
  /** Whether nothing is left of it: it is STOPPED, or has ended without ECS knowing. */
  gone: boolean;
  /** Until when the service scheduler must leave it, in milliseconds since 1970. */
  protectedUntil: number | undefined;
  startedAt: number | undefined;
  stoppingAt: number | undefined;
  stoppedAt: number | undefined;
  stopCode: string | undefined;
  stoppedReason: string | undefined;
};

/** Where a service registers its tasks: a target group, or a classic load balancer. */
export type ServiceLoadBalancer = {
  readonly targetGroupArn: string | undefined;
  readonly loadBalancerName: string | undefined;
  readonly containerName: string;
  readonly containerPort: number;
  /** With blue/green, the second target group, and the rule of the listener that chooses between the two. */
  readonly advancedConfiguration?: AdvancedConfiguration;
};

/** The second target group of a blue/green deployment, as the API names it. */
type AdvancedConfiguration = {
  readonly alternateTargetGroupArn?: string | undefined;
  readonly productionListenerRule?: string | undefined;
  readonly testListenerRule?: string | undefined;
  readonly roleArn?: string | undefined;
};

/**
 * One version of a service: a service revision, or a task set. What its tasks are like and where they are registered stays as
 * it was when the version was made.
 */
export type Version = {
  /** What its tasks are started by: the id of a deployment, or of a task set. */
  readonly id: string;
  readonly createdAt: number;
  readonly definition: TaskDefinition;
  /** The load balancers as the service names them: with blue/green, each has two target groups. */
  readonly named: readonly ServiceLoadBalancer[];
  /** Where its tasks are registered: one target group of each pair. */
  readonly loadBalancers: readonly ServiceLoadBalancer[];
  /** Its tasks that are not STOPPED. */
  readonly tasks: Set<Task>;
};

/**
 * How a service's tasks are replaced. ECS does it one after the other (`rolling`), or beside the old ones in a second target
 * group (`blue_green`). Or CodeDeploy or somebody else does it with task sets (`code_deploy`, `external`).
 */
type DeploymentKind = "rolling" | "blue_green" | "code_deploy" | "external";

/** A set of tasks of one version, in a service whose deployments ECS does not control. */
export type TaskSet = {
  readonly arn: string;
  readonly version: Version;
  readonly externalId: string | undefined;
  /** How much of the service's desired count it runs, in percent. */
  scale: number;
  /** Whether it was deleted: its tasks are stopped. */
  isDraining: boolean;
  updatedAt: number;
};

/** The replacement of one version by another. */
export type Rollout = {
  /** The ARN of the service deployment. */
  readonly arn: string;
  /** The version that was there before; undefined with the first one. */
  readonly from: Version | undefined;
  readonly to: Version;
  readonly startedAt: number;
  /** With blue/green, the old version stays in full in SCALE_UP and BAKE_TIME. A rolling one is in CLEAN_UP from the start. */
  stage: "SCALE_UP" | "BAKE_TIME" | "CLEAN_UP";
  /** Since when it is in that stage, in milliseconds since 1970. */
  stageSince: number;
  /** STOPPED means that another one has begun. */
  status: "IN_PROGRESS" | "SUCCESSFUL" | "STOPPED";
  finishedAt: number | undefined;
};

export type Service = {
  readonly arn: string;
  readonly name: string;
  readonly cluster: string;
  readonly strategy: "REPLICA" | "DAEMON";
  readonly deployment: DeploymentKind;
  readonly launchType: "EC2" | "FARGATE";
  readonly constraints: readonly PlacementConstraint[];
  /** How long a version that was replaced stays after the traffic has left it, in seconds; not with `rolling`. */
  bakeSeconds: number;
  readonly createdAt: number;
  /**
   * The newest version; with task sets, the one of the primary one, of which there may be none. A new one makes the scheduler
   * replace the tasks of the old one.
   */
  version: Version | undefined;
  /** All versions that DescribeServiceRevisions still knows. */
  readonly versions: Version[];
  readonly taskSets: TaskSet[];
  /** The deployments, the newest last. */
  readonly rollouts: Rollout[];
  desiredCount: number;
  minimumHealthyPercent: number;
  maximumPercent: number;
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  /** Whether all its tasks are in place and healthy. Each time that this becomes true, there is an event. */
  isSteady: boolean;
  /** When a task may next be stopped for targets that fail their health checks, and how long the pause before it was. */
  unhealthyStops: { readonly nextAt: number; readonly pauseMs: number };
  /** Its service events, the oldest first. */
  readonly events: { readonly id: string; readonly at: number; readonly message: string }[];
};

/** An Auto Scaling group that gives a cluster its instances. */
export type CapacityProvider = {
  readonly name: string;
  readonly cluster: string;
  readonly group: { readonly arn: string; readonly instances: ReadonlyMap<string, unknown> };
  readonly managedDraining: boolean;
};

export type Cluster = {
  readonly name: string;
  status: "ACTIVE" | "INACTIVE";
  /** What its tasks with network mode awsvpc take their addresses from. */
  readonly addresses: Addresses;
  /** Whether its tasks' network interfaces are branches of a trunk (awsvpcTrunking). EC2 then shows no instance for them. */
  hasTrunks: boolean;
  readonly capacityProviders: CapacityProvider[];
  readonly containerInstances: Map<string, ContainerInstance>;
  /** Where its Fargate tasks run. */
  readonly fargate: ContainerInstance;
  readonly services: Map<string, Service>;
  readonly tasks: Map<string, Task>;
  readonly tags: Map<string, string>;
};

/** The ARN of a cluster. */
export function clusterArn(name: string): string {
  return arn("ecs", `cluster/${name}`);
}

/** An ARN as it is, or the ARN of what has a name or id: `under` is what stands in front of it, such as `cluster`. */
export function fullArn(nameOrArn: string, under: string): string {
  return nameOrArn.startsWith("arn:") ? nameOrArn : arn("ecs", `${under}/${nameOrArn}`);
}

/** The last part of an ARN, such as a task's id or a service's name. A bare name comes back as it is. */
export function idOf(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}

/** The name of a cluster, given its name or ARN; `default` where none is given. */
export function clusterName(nameOrArn: string | undefined): string {
  return nameOf(nameOrArn ?? "default");
}

/** A service's percents where none are given, as the API has them: 100 and 200 for replicas, 0 and 100 for daemons. */
export function defaultPercents(
  strategy: Service["strategy"],
): Pick<Service, "minimumHealthyPercent" | "maximumPercent"> {
  return strategy === "DAEMON"
    ? { minimumHealthyPercent: 0, maximumPercent: 100 }
    : { minimumHealthyPercent: 100, maximumPercent: 200 };
}

/** Whether a task is protected from being scaled in at a moment. */
export function isProtected({ protectedUntil }: Task, moment: number): boolean {
  return protectedUntil !== undefined && moment < protectedUntil;
}

/** Whether a task is live for ECS: everything before STOPPED. */
export function isLive(task: Task): boolean {
  return task.lastStatus.latest !== "STOPPED";
}
