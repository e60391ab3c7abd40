import type { Cluster, ContainerInstance, TaskDefinition } from "./model.ts";

/** Whether ECS places tasks on a container instance at all. */
export function isSchedulable(containerInstance: ContainerInstance): boolean {
  return containerInstance.status.latest === "ACTIVE" && containerInstance.agentConnected.latest;
}

/** Whether there is a free task slot, and a free address, or no live task on a host port that is asked for. */
export function hasRoom(
  cluster: Cluster,
  containerInstance: ContainerInstance,
  { networkMode, ports }: TaskDefinition,
): boolean {
  if (containerInstance.tasks.size >= containerInstance.taskSlots) return false;
  if (networkMode === "awsvpc") return cluster.addresses.areLeft;
  const taken = portsTaken(containerInstance);
  const wanted = ports.map(({ containerPort, hostPort }) =>
    networkMode === "host" ? containerPort : hostPort,
  );
  return !wanted.some((port) => port !== 0 && taken.has(port));
}

/** The host ports that live tasks hold on a container instance. */
export function portsTaken(containerInstance: ContainerInstance): Set<number> {
  return new Set(
    [...containerInstance.tasks].flatMap((task) => task.bindings.map(({ hostPort }) => hostPort)),
  );
}
