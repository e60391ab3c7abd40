import type { Random } from "../../kernel/random.ts";
import { AwsError } from "../../wire/errors.ts";
import type {
  Cluster,
  ContainerInstance,
  PlacementConstraint,
  PortMapping,
  Resources,
  TaskDefinition,
} from "./model.ts";

const DYNAMIC_PORTS = [32_768, 61_000] as const;

/** A task to place. */
export type Placing = {
  readonly definition: TaskDefinition;
  /** Its task group: with distinctInstance, no two of one group are on one instance. */
  readonly group: string;
  readonly constraints: readonly PlacementConstraint[];
};

/** What prevents a task on a container instance. */
export type Obstacle = "slots" | "cpu" | "memory" | "port" | "address" | PlacementConstraint["type"];

/** Whether ECS places tasks on a container instance at all. */
export function isSchedulable(containerInstance: ContainerInstance): boolean {
  return containerInstance.status.latest === "ACTIVE" && containerInstance.agentConnected.latest;
}

/** What prevents one more task on a container instance, if anything does. */
export function whyNotPlaced(
  cluster: Cluster,
  containerInstance: ContainerInstance,
  { definition, group, constraints }: Placing,
): Obstacle | undefined {
  const { networkMode, ports } = definition;
  const unmet = constraints.find((each) => !isMet(each, containerInstance, group));
  if (unmet) return unmet.type;
  if (containerInstance.tasks.size >= containerInstance.taskSlots) return "slots";
  const scarce = scarceOn(containerInstance, definition.resources);
  if (scarce) return scarce;
  if (networkMode === "awsvpc") return cluster.addresses.areLeft ? undefined : "address";
  const wanted = ports
    .map(({ containerPort, hostPort }) => (networkMode === "host" ? containerPort : hostPort))
    .filter((port) => port !== 0);
  if (wanted.length === 0) return undefined;
  const taken = portsTaken(containerInstance);
  return wanted.some((port) => taken.has(port)) ? "port" : undefined;
}

function isMet(
  { matches }: PlacementConstraint,
  containerInstance: ContainerInstance,
  group: string,
): boolean {
  if (containerInstance.isFargate) return true;
  if (matches) return matches(containerInstance, Number.POSITIVE_INFINITY);
  return ![...containerInstance.tasks].some((task) => task.group === group);
}

// A task holds what it reserves until it is STOPPED.
function scarceOn(containerInstance: ContainerInstance, wanted: Resources): "cpu" | "memory" | undefined {
  const left = remainingOf(containerInstance);
  if (wanted.cpu > left.cpu) return "cpu";
  return wanted.memory > left.memory ? "memory" : undefined;
}

/** What a container instance has left for tasks. */
export function remainingOf({ resources, tasks }: ContainerInstance): Resources {
  let { cpu, memory } = resources;
  if (cpu === Number.POSITIVE_INFINITY && memory === Number.POSITIVE_INFINITY) return resources;
  for (const { definition } of tasks) {
    cpu -= definition.resources.cpu;
    memory -= definition.resources.memory;
  }
  return { cpu, memory };
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
