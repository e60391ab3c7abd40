import { isIPv6 } from "node:net";
import type * as ecs from "@aws-sdk/client-ecs";
import { ZONES } from "../../kernel/account.ts";
import {
  type Cluster,
  type ContainerInstance,
  clusterArn,
  MANAGED_DRAINING_HOOK,
  type Resources,
  type Task,
} from "./model.ts";
import { remainingOf } from "./placement.ts";
import { interfaceId } from "./task-interfaces.ts";

/** The subnet that all network interfaces are in. */
const SUBNET = "subnet-0a1b2c3d4e5f60718";

/** A container instance as DescribeContainerInstances shows it at a moment. */
export function presentContainerInstance(
  each: ContainerInstance,
  cluster: Cluster,
  moment: number,
): ecs.ContainerInstance {
  const wanted = [...each.tasks].filter((task) => task.desiredStatus.at(moment) === "RUNNING");
  const isPending = (task: Task) =>
    ["PROVISIONING", "PENDING", "ACTIVATING"].includes(task.lastStatus.at(moment) ?? "");
  const pending = wanted.filter(isPending).length;
  return {
    containerInstanceArn: each.arn,
    ec2InstanceId: each.instanceId,
    capacityProviderName: each.capacityProvider,
    status: each.status.at(moment),
    agentConnected: each.agentConnected.at(moment),
    version: each.version.at(moment),
    registeredAt: new Date(each.registeredAt),
    // Both count by desired status: a task that is stopping is in neither, although its containers still run.
    runningTasksCount: cluster.status === "ACTIVE" ? wanted.length - pending : 0,
    pendingTasksCount: cluster.status === "ACTIVE" ? pending : 0,
    attributes: [...each.attributes].map(([name, value]) => ({ name, value })),
    ...presentResources(each),
  };
}

// If it is not given what an instance has, it has enough of all, which no API can show.
function presentResources(
  each: ContainerInstance,
): Pick<ecs.ContainerInstance, "registeredResources" | "remainingResources"> {
  const shown = ({ cpu, memory }: Resources): ecs.Resource[] =>
    [
      { name: "CPU", type: "INTEGER", integerValue: cpu },
      { name: "MEMORY", type: "INTEGER", integerValue: memory },
    ].filter(({ integerValue }) => Number.isFinite(integerValue));
  return { registeredResources: shown(each.resources), remainingResources: shown(remainingOf(each)) };
}

/** The launch type that ECS shows of a task. */
export function launchTypeShown({ containerInstance }: Task): "EC2" | "FARGATE" {
  return containerInstance.isFargate ? "FARGATE" : "EC2";
}

/** A task as DescribeTasks shows it at a moment. */
export function presentTask(task: Task, moment: number): ecs.Task {
  const shown = (at: number | undefined) => (at !== undefined && at <= moment ? new Date(at) : undefined);
  // The agent reports no bindings for the network modes host and awsvpc (amazon-ecs-agent, getNetworkBindings).
  const bound =
    ["bridge", "none"].includes(task.definition.networkMode) &&
    task.lastStatus.at(moment) !== "PROVISIONING" &&
    task.lastStatus.at(moment) !== "PENDING";
  return {
    taskArn: task.arn,
    clusterArn: clusterArn(task.cluster),
    taskDefinitionArn: task.definition.arn,
    ...(task.containerInstance.isFargate
      ? { capacityProviderName: "FARGATE", platformVersion: "1.4.0" }
      : {
          containerInstanceArn: task.containerInstance.arn,
          capacityProviderName: task.containerInstance.capacityProvider,
        }),
    group: task.group,
    startedBy: task.startedBy,
    lastStatus: shownStatus(task, moment),
    desiredStatus: task.desiredStatus.at(moment),
    launchType: launchTypeShown(task),
    cpu: String(task.definition.resources.cpu),
    memory: String(task.definition.resources.memory),
    availabilityZone: ZONES[0],
    createdAt: new Date(task.createdAt),
    startedAt: shown(task.startedAt),
    stoppingAt: shown(task.stoppingAt),
    stoppedAt: shown(task.stoppedAt),
    stopCode: task.stopCode as ecs.TaskStopCode | undefined,
    stoppedReason: task.stoppedReason,
    attachments: task.address ? [attachment(task.address, task, moment)] : [],
    containers: task.definition.containers.map(({ name, ports }) => ({
      name,
      ...presentExit(task, name, moment),
      networkBindings: bound
        ? task.bindings
            .filter(({ containerPort }) => ports.some((each) => each.containerPort === containerPort))
            .map((each) => ({ ...each, bindIP: "0.0.0.0", protocol: "tcp" as const }))
        : [],
      networkInterfaces:
        task.address && isAttached(task, moment)
          ? [{ attachmentId: attachmentId(task), ...addressOf(task.address) }]
          : [],
    })),
  };
}

// A container that has exited is STOPPED while its task goes on. One that did so by itself, or in time, has exit code 0.
function presentExit(
  task: Task,
  name: string,
  moment: number,
): Pick<ecs.Container, "lastStatus" | "exitCode"> {
  const lastStatus = task.lastStatus.at(moment);
  const exitedAt = task.exits.get(name);
  if (exitedAt === undefined || exitedAt > moment) return { lastStatus };
  const { stopSeconds = 0, stopTimeout = 0 } =
    task.definition.containers.find((each) => each.name === name) ?? {};
  const isKilled = task.stoppingAt !== undefined && exitedAt > task.stoppingAt && stopSeconds > stopTimeout;
  return { lastStatus: "STOPPED", exitCode: isKilled ? 137 : 0 };
}

// DELETED follows STOPPED: "a transition state when a task stops" (Amazon ECS Developer Guide, task lifecycle).
function shownStatus({ lastStatus, stoppedAt, definition }: Task, moment: number): string | undefined {
  const status = lastStatus.at(moment);
  const { deletedSeconds } = definition.behaviour;
  if (status !== "STOPPED" || stoppedAt === undefined || deletedSeconds === undefined) return status;
  return moment >= stoppedAt + deletedSeconds * 1000 ? "DELETED" : status;
}

/** A cluster as DescribeClusters shows it. */
export function presentCluster(cluster: Cluster): ecs.Cluster {
  const registered = [...cluster.containerInstances.values()].filter(
    (each) => each.status.latest !== "INACTIVE",
  );
  const wanted = [...registered, cluster.fargate]
    .flatMap((each) => [...each.tasks])
    .filter((task) => task.desiredStatus.latest === "RUNNING");
  const running = wanted.filter((task) => task.lastStatus.latest === "RUNNING").length;
  return {
    clusterArn: clusterArn(cluster.name),
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: registered.length,
    runningTasksCount: running,
    pendingTasksCount: wanted.length - running,
    activeServicesCount: [...cluster.services.values()].filter((each) => each.status === "ACTIVE").length,
    capacityProviders: cluster.capacityProviders.map((each) => each.name),
  };
}

/** What DescribeClusters adds to a cluster when it is asked for the tags. */
export function presentTags({ tags }: Cluster): ecs.Tag[] {
  return [...tags].map(([key, value]) => ({ key, value }));
}

/** What DescribeClusters adds to a cluster when it is asked for the attachments: what ECS has set up by itself. */
export function presentAttachments(cluster: Cluster): Pick<ecs.Cluster, "attachments" | "attachmentsStatus"> {
  const attachments = cluster.capacityProviders
    .filter((each) => each.managedDraining)
    .map((each) => ({
      id: `${cluster.name}-${each.name}`,
      type: "managed_draining",
      status: "CREATED",
      details: [
        { name: "capacityProviderName", value: each.name },
        { name: "autoScalingLifecycleHookName", value: MANAGED_DRAINING_HOOK },
      ],
    }));
  return attachments.length === 0 ? {} : { attachments, attachmentsStatus: "UPDATE_COMPLETE" };
}

// A task that has stopped still shows the address that it had, which may be another task's by then.
function attachment(address: string, task: Task, moment: number): ecs.Attachment {
  const id = task.arn.slice(-32);
  if (!isAttached(task, moment)) {
    const details = [{ name: "subnetId", value: SUBNET }];
    return { id: attachmentId(task), type: "ElasticNetworkInterface", status: "PRECREATED", details };
  }
  const mac = id.slice(0, 10).match(/../g) ?? [];
  return {
    id: attachmentId(task),
    type: "ElasticNetworkInterface",
    status: task.lastStatus.at(moment) === "STOPPED" ? "DELETED" : "ATTACHED",
    details: [
      { name: "subnetId", value: SUBNET },
      { name: "networkInterfaceId", value: interfaceId(task) },
      { name: "macAddress", value: ["0e", ...mac].join(":") },
      { name: isIPv6(address) ? "ipv6Address" : "privateIPv4Address", value: address },
    ],
  };
}

function addressOf(address: string): ecs.NetworkInterface {
  return isIPv6(address) ? { ipv6Address: address } : { privateIpv4Address: address };
}

// The network interface is attached in PROVISIONING: until then a task shows no address.
function isAttached(task: Task, moment: number): boolean {
  return task.lastStatus.at(moment) !== "PROVISIONING";
}

function attachmentId(task: Task): string {
  const id = task.arn.slice(-32);
  const parts = [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)];
  return parts.join("-");
}
