import {
  type ContainerDefinition,
  DescribeTaskDefinitionCommand,
  type NetworkBinding,
  type TaskDefinition as SdkTaskDefinition,
} from "@aws-sdk/client-ecs";
import type { TaskDefinition } from "../model/tasks.ts";
import { fieldOf, oneOf } from "./answers.ts";
import type { Ecs } from "./ecs-lists.ts";

const DEFINITION = "ecs:DescribeTaskDefinition";
/** In a mode that is not among these, nobody knows on which ports a task listens. */
const NETWORK_MODES = ["bridge", "host", "awsvpc", "none", "default"] as const;

/** The host ports of a binding, which has either one of them, or a range such as "49153-49156". */
export function boundPorts({ hostPort, hostPortRange = "" }: NetworkBinding): number[] {
  const [first, last] = hostPortRange.split("-").map(Number);
  if (!first || !last) return hostPort === undefined ? [] : [hostPort];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** What the agent takes where a container has no `stopTimeout` (ECS_CONTAINER_STOP_TIMEOUT, Amazon ECS Developer Guide). */
const DEFAULT_STOP_TIMEOUT_SECONDS = 30;

/** A revision of a task definition by its ARN, as far as a drain depends on it. It never changes. Throws an AwsCallError. */
export async function describeTaskDefinition(ecs: Ecs, taskDefinition: string): Promise<TaskDefinition> {
  const answer = await ecs.call(DEFINITION, () =>
    ecs.client.send(new DescribeTaskDefinitionCommand({ taskDefinition })),
  );
  const definition = fieldOf(DEFINITION, answer, "taskDefinition");
  return { ...portsOf(definition), stopTimeout: stopTimeoutOf(definition) };
}

// The ports of its instance that each task of this definition listens on. In the network mode host, these are its container
// ports, if it names any: ECS does not ask for them. In bridge, the default, these are the host ports that are fixed. Those that
// ECS chooses are known once the task shows them. A task with a network interface of its own listens on none of the instance's
// (Amazon ECS Developer Guide, task definition parameters, port mappings).
function portsOf(definition: SdkTaskDefinition): Omit<TaskDefinition, "stopTimeout"> {
  const containerDefinitions = fieldOf(DEFINITION, definition, "containerDefinitions");
  const networkMode = oneOf(DEFINITION, "networkMode", definition.networkMode ?? "bridge", NETWORK_MODES);
  if (networkMode === "awsvpc" || networkMode === "none") return { ports: [], mayHaveOthers: false };
  if (networkMode === "host") {
    const ports = containerDefinitions.map(portsInHostMode);
    const isOpen = (mappings: number[][]) =>
      mappings.length === 0 || mappings.some((each) => each.length === 0);
    return { ports: ports.flat(2), mayHaveOthers: ports.some(isOpen) };
  }
  const mappings = containerDefinitions.flatMap((each) => each.portMappings ?? []);
  return {
    ports: mappings.flatMap(({ hostPort }) => hostPort || []),
    mayHaveOthers: mappings.some(({ hostPort }) => !hostPort),
  };
}

// The ports of each mapping.
function portsInHostMode({ portMappings = [] }: ContainerDefinition): number[][] {
  return portMappings.map(({ containerPort, containerPortRange }) =>
    boundPorts({ hostPort: containerPort, hostPortRange: containerPortRange }),
  );
}

// A container stops before those that it depends on, so their timeouts add up. The others stop together (Amazon ECS Developer
// Guide, task definition parameters, container dependency and stop timeout).
function stopTimeoutOf({ containerDefinitions = [] }: SdkTaskDefinition): number {
  const byName = new Map(containerDefinitions.map((each) => [each.name, each]));
  const withDependencies = (each: ContainerDefinition, before: readonly ContainerDefinition[]): number => {
    const dependencies = (each.dependsOn ?? [])
      .flatMap(({ containerName }) => byName.get(containerName) ?? [])
      .filter((other) => other !== each && !before.includes(other))
      .map((other) => withDependencies(other, [...before, each]));
    return (each.stopTimeout ?? DEFAULT_STOP_TIMEOUT_SECONDS) + Math.max(0, ...dependencies);
  };
  return Math.max(0, ...containerDefinitions.map((each) => withDependencies(each, []))) * 1_000;
}
