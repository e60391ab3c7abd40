import type { Random } from "../../kernel/random.ts";
import { AwsError } from "../../wire/errors.ts";
import type { Cluster, ContainerInstance, PortMapping, TaskDefinition } from "./model.ts";

const DYNAMIC_PORTS = [32_768, 61_000] as const;

/** Whether ECS places tasks on a container instance at all. */
export function isSchedulable(containerInstance: ContainerInstance): boolean {
  return containerInstance.status.latest === "ACTIVE" && containerInstance.agentConnected.latest;
}

/** What prevents one more task on a container instance: its slots, a port, an address, or nothing. */
export function whyNotPlaced(
  cluster: Cluster,
  containerInstance: ContainerInstance,
  { networkMode, ports }: TaskDefinition,
): "slots" | "port" | "address" | undefined {
  if (containerInstance.tasks.size >= containerInstance.taskSlots) return "slots";
  if (networkMode === "awsvpc") return cluster.addresses.areLeft ? undefined : "address";
  const wanted = ports
    .map(({ containerPort, hostPort }) => (networkMode === "host" ? containerPort : hostPort))
    .filter((port) => port !== 0);
  if (wanted.length === 0) return undefined;
  const taken = portsTaken(containerInstance);
  return wanted.some((port) => taken.has(port)) ? "port" : undefined;
}

/** Whether one more task has room on a container instance. */
export function hasRoom(
  cluster: Cluster,
  containerInstance: ContainerInstance,
  definition: TaskDefinition,
): boolean {
  return whyNotPlaced(cluster, containerInstance, definition) === undefined;
}

/** The host ports that live tasks use on a container instance. */
function portsTaken(containerInstance: ContainerInstance): Set<number> {
  return new Set(
    [...containerInstance.tasks].flatMap((task) => task.bindings.map(({ hostPort }) => hostPort)),
  );
}

/** Binds a task's container ports to host ports. Throws InvalidParameterException for one that is taken. */
export function bindPorts(
  { definition, containerInstance }: { definition: TaskDefinition; containerInstance: ContainerInstance },
  random: Random,
): PortMapping[] {
  const taken = portsTaken(containerInstance);
  return definition.ports.map(({ containerPort, hostPort }) => {
    if (definition.networkMode === "host") return { containerPort, hostPort: containerPort };
    let port = hostPort;
    while (port === 0 || (hostPort === 0 && taken.has(port))) port = random.whole(...DYNAMIC_PORTS);
    if (taken.has(port))
      throw new AwsError("InvalidParameterException", `Host port ${port} is already in use.`);
    taken.add(port);
    return { containerPort, hostPort: port };
  });
}
