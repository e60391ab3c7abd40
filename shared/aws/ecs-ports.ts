import {
  type ContainerDefinition,
  DescribeTaskDefinitionCommand,
  type NetworkBinding,
} from "@aws-sdk/client-ecs";
import type { DefinedPorts } from "../model/tasks.ts";
import type { Ecs } from "./ecs-lists.ts";

/** The host ports of a binding, which has either one of them, or a range such as "49153-49156". */
export function boundPorts({ hostPort, hostPortRange = "" }: NetworkBinding): number[] {
  const [first, last] = hostPortRange.split("-").map(Number);
  if (!first || !last) return hostPort === undefined ? [] : [hostPort];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/**
 * The ports of its instance that each task of this definition listens on. In the network mode host, these are its container
 * ports, if it names any: ECS does not ask for them. In bridge, the default, these are the host ports that are fixed. Those that
 * ECS chooses are known once the task shows them. A task with a network interface of its own listens on none of the instance's
 * (Amazon ECS Developer Guide, task definition parameters, port mappings). Throws an AwsCallError.
 */
export async function describeDefinedPorts(ecs: Ecs, taskDefinition: string): Promise<DefinedPorts> {
  const { taskDefinition: definition } = await ecs.call("ecs:DescribeTaskDefinition", () =>
    ecs.client.send(new DescribeTaskDefinitionCommand({ taskDefinition })),
  );
  const { networkMode, containerDefinitions = [] } = definition ?? {};
  if (networkMode === "awsvpc" || networkMode === "none") return { ports: [], mayHaveOthers: false };
  if (networkMode === "host") {
    const ports = containerDefinitions.map(portsInHostMode);
    return { ports: ports.flat(), mayHaveOthers: ports.some((each) => each.length === 0) };
  }
  const mappings = containerDefinitions.flatMap((each) => each.portMappings ?? []);
  return {
    ports: mappings.flatMap(({ hostPort }) => hostPort || []),
    mayHaveOthers: mappings.some(({ hostPort }) => !hostPort),
  };
}

function portsInHostMode({ portMappings = [] }: ContainerDefinition): number[] {
  return portMappings.flatMap(({ containerPort, containerPortRange }) =>
    boundPorts({ hostPort: containerPort, hostPortRange: containerPortRange }),
  );
}
