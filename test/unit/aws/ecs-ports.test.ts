// Protects what a task listens on where ECS shows no host ports: DRAINING must wait for our registrations on these.
import type { ECSClient } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { ecsPort } from "../../../shared/aws/ecs.ts";
import { stubClient } from "./client.ts";

describe("ECS: the ports that a task has by the network mode host", () => {
  const mapped = (...containerPorts: number[]) => ({
    portMappings: containerPorts.map((containerPort) => ({ containerPort, hostPort: 0 })),
  });
  /** [what, the definition, the ports] */
  const definitions: [string, object | undefined, number[]][] = [
    [
      "are the container ports of all its containers",
      { networkMode: "host", containerDefinitions: [mapped(8080, 8081), {}, mapped(9090)] },
      [8080, 8081, 9090],
    ],
    ["are none without port mappings", { networkMode: "host", containerDefinitions: [{}] }, []],
    [
      "are none in the mode bridge, whose ports are bound to others",
      { networkMode: "bridge", containerDefinitions: [mapped(8080)] },
      [],
    ],
    ["are none where no mode is said: that is bridge", { containerDefinitions: [mapped(8080)] }, []],
    ["are none where there is no answer", undefined, []],
  ];
  for (const [what, taskDefinition, expected] of definitions) {
    it(what, async () => {
      const { client, sent } = stubClient<ECSClient>(() => ({ taskDefinition }));
      expect(await ecsPort(client).hostNetworkPorts("web:7")).to.deep.equal(expected);
      expect(sent()).to.deep.equal([["DescribeTaskDefinition", { taskDefinition: "web:7" }]]);
    });
  }
});
