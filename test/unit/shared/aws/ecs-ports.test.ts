// Protects what a task listens on where ECS shows no host ports: DRAINING must wait for our registrations on these.
import type { ECSClient } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { ecsPort } from "../../../../shared/aws/ecs.ts";
import { stubClient } from "./client.ts";

describe("ECS: the host ports that a task has by its definition", () => {
  const mapped = (...containerPorts: number[]) => ({
    portMappings: containerPorts.map((containerPort) => ({ containerPort, hostPort: 0 })),
  });
  const fixed = { portMappings: [{ containerPort: 80, hostPort: 3001 }] };
  /** [what, the definition, the ports] */
  const definitions: [string, object | undefined, number[]][] = [
    [
      "are the container ports of all its containers",
      { networkMode: "host", containerDefinitions: [mapped(8080, 8081), {}, mapped(9090)] },
      [8080, 8081, 9090],
    ],
    ["are none without port mappings", { networkMode: "host", containerDefinitions: [{}] }, []],
    [
      "are none in the mode bridge where ECS chooses them",
      {
        networkMode: "bridge",
        containerDefinitions: [mapped(8080), { portMappings: [{ containerPort: 1 }] }],
      },
      [],
    ],
    [
      "are those that are fixed in the mode bridge",
      { networkMode: "bridge", containerDefinitions: [fixed] },
      [3001],
    ],
    [
      "are the same where no mode is given: that is bridge",
      { containerDefinitions: [fixed, mapped(80)] },
      [3001],
    ],
    [
      "are none of a task with a network interface",
      { networkMode: "awsvpc", containerDefinitions: [fixed] },
      [],
    ],
    ["are none where there is no answer", undefined, []],
  ];
  for (const [what, taskDefinition, expected] of definitions) {
    it(what, async () => {
      const { client, sent } = stubClient<ECSClient>(() => ({ taskDefinition }));
      expect(await ecsPort(client).definedPorts("web:7")).to.deep.equal(expected);
      expect(sent()).to.deep.equal([["DescribeTaskDefinition", { taskDefinition: "web:7" }]]);
    });
  }
});
