import { arn, DEFAULT_VPC } from "../../kernel/account.ts";
import type { SeenInterface } from "../ec2/network-interfaces.ts";
import type { EcsWorld } from "./clusters.ts";
import type { Cluster, Task } from "./model.ts";

/**
 * The network interfaces that ECS has made for the tasks of all clusters, as they were at a moment. One is there from when it is
 * attached until its task has STOPPED. With trunking it is a branch, and no instance's own. That of a task on Fargate is in the
 * account too, attached to nothing of the account's.
 */
export function taskInterfaces({ clusters, instances }: EcsWorld, moment: number): SeenInterface[] {
  return clusters.all.flatMap((cluster) =>
    [...cluster.tasks.values()].flatMap((task) => {
      const { instanceId, isFargate } = task.containerInstance;
      const vpcId = isFargate ? DEFAULT_VPC : instances.get(instanceId)?.vpcId;
      if (task.address === undefined || vpcId === undefined || !isThere(task, moment)) return [];
      return [interfaceOf(cluster, task, { address: task.address, vpcId })];
    }),
  );
}

function interfaceOf(
  { hasTrunks }: Cluster,
  task: Task,
  { address, vpcId }: { readonly address: string; readonly vpcId: string },
): SeenInterface {
  const id = idOf(task);
  const { instanceId, isFargate } = task.containerInstance;
  return {
    id: interfaceId(task),
    vpcId,
    addresses: [address],
    prefixes: [],
    description: arn("ecs", `attachment/${id}`),
    type: hasTrunks && !isFargate ? "branch" : "interface",
    attachment:
      hasTrunks || isFargate ? undefined : { instanceId, deviceIndex: 1, attachedAt: task.createdAt },
  };
}

/** The id of a task's network interface. */
export function interfaceId(task: Task): string {
  return `eni-0${idOf(task).slice(0, 16)}`;
}

function isThere({ lastStatus, containerInstance }: Task, moment: number): boolean {
  const status = lastStatus.at(moment);
  if (status === undefined || status === "PROVISIONING" || status === "STOPPED") return false;
  return containerInstance.status.at(moment) !== "INACTIVE";
}

function idOf({ arn: taskArn }: Task): string {
  return taskArn.slice(-32);
}
