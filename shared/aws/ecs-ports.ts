import { DescribeTaskDefinitionCommand, type ECSClient, type NetworkBinding } from "@aws-sdk/client-ecs";
import { call } from "./call.ts";

/** The host ports of a binding, which has either one of them, or a range such as "49153-49156". */
export function boundPorts({ hostPort, hostPortRange = "" }: NetworkBinding): number[] {
  const [first, last] = hostPortRange.split("-").map(Number);
  if (!first || !last) return hostPort === undefined ? [] : [hostPort];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/**
 * The ports of its instance that a task of this definition listens on because it has the instance's network: in the
 * network mode host, where each container port is a host port as it is. None in the other modes. Throws an AwsCallError.
 */
export async function describeHostNetworkPorts(
  client: ECSClient,
  taskDefinition: string,
): Promise<readonly number[]> {
  const { taskDefinition: definition } = await call("ecs:DescribeTaskDefinition", () =>
    client.send(new DescribeTaskDefinitionCommand({ taskDefinition })),
  );
  if (definition?.networkMode !== "host") return [];
  const mappings = (definition.containerDefinitions ?? []).flatMap((each) => each.portMappings ?? []);
  return mappings.flatMap(({ containerPort }) => containerPort ?? []);
}
