import { DescribeTaskDefinitionCommand, type NetworkBinding } from "@aws-sdk/client-ecs";
import type { Ecs } from "./ecs-lists.ts";

/** The host ports of a binding, which has either one of them, or a range such as "49153-49156". */
export function boundPorts({ hostPort, hostPortRange = "" }: NetworkBinding): number[] {
  const [first, last] = hostPortRange.split("-").map(Number);
  if (!first || !last) return hostPort === undefined ? [] : [hostPort];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/**
 * The ports of its instance that each task of this definition listens on. In the network mode host, these are its container
 * ports. In bridge, the default, these are the host ports that are fixed. Ports that ECS chooses are not among them, nor those
 * of a network interface of the task's own (Amazon ECS Developer Guide, task definition parameters, port mappings). Throws an
 * AwsCallError.
 */
export async function describeDefinedPorts(ecs: Ecs, taskDefinition: string): Promise<readonly number[]> {
  const { taskDefinition: definition } = await ecs.call("ecs:DescribeTaskDefinition", () =>
    ecs.client.send(new DescribeTaskDefinitionCommand({ taskDefinition })),
  );
  const { networkMode, containerDefinitions = [] } = definition ?? {};
  if (networkMode === "awsvpc") return [];
  const mappings = containerDefinitions.flatMap((each) => each.portMappings ?? []);
  return mappings.flatMap(({ containerPort, hostPort }) =>
    networkMode === "host" ? (containerPort ?? []) : hostPort || [],
  );
}
