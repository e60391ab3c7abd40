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
  /** [what, the definition, the ports, and whether there may be others] */
  const definitions: [string, object, number[], "or any"?][] = [
    [
      "are the container ports of all its containers",
      { networkMode: "host", containerDefinitions: [mapped(8080, 8081), mapped(9090)] },
      [8080, 8081, 9090],
    ],
    [
      "are all of a range in the mode host",
      {
        networkMode: "host",
        containerDefinitions: [{ portMappings: [{ containerPortRange: "7000-7002" }] }],
      },
      [7000, 7001, 7002],
    ],
    [
      "may be others where one of its port mappings names none",
      { networkMode: "host", containerDefinitions: [{ portMappings: [{ containerPort: 8080 }, {}] }] },
      [8080],
      "or any",
    ],
    ["may be any without port mappings", { networkMode: "host", containerDefinitions: [{}] }, [], "or any"],
    [
      "may be others where one of its containers has no port mappings",
      { networkMode: "host", containerDefinitions: [mapped(8080), {}] },
      [8080],
      "or any",
    ],
    [
      "may be any in the mode bridge where ECS chooses them, and has shown none yet",
      {
        networkMode: "bridge",
        containerDefinitions: [mapped(8080), { portMappings: [{ containerPort: 1 }] }],
      },
      [],
      "or any",
    ],
    [
      "may be others where ECS chooses a range of them",
      { containerDefinitions: [fixed, { portMappings: [{ containerPortRange: "7000-7002" }] }] },
      [3001],
      "or any",
    ],
    ["are none in the mode bridge without port mappings", { containerDefinitions: [{}] }, []],
    [
      "are those that are fixed in the mode bridge",
      { networkMode: "bridge", containerDefinitions: [fixed] },
      [3001],
    ],
    ["are the same where no mode is given: that is bridge", { containerDefinitions: [fixed, {}] }, [3001]],
    [
      "are none of a task with a network interface",
      { networkMode: "awsvpc", containerDefinitions: [fixed] },
      [],
    ],
    ["are none without a network", { networkMode: "none", containerDefinitions: [fixed] }, []],
  ];
  for (const [what, taskDefinition, ports, others] of definitions) {
    it(what, async () => {
      const { client, sent } = stubClient<ECSClient>(() => ({ taskDefinition }));
      const { stopTimeout: _, ...found } = await ecsPort(client).definition("web:7");
      expect(found).to.deep.equal({ ports, mayHaveOthers: others === "or any" });
      expect(sent()).to.deep.equal([["DescribeTaskDefinition", { taskDefinition: "web:7" }]]);
    });
  }
});

describe("ECS: how long the stop of a task may take by its definition", () => {
  const container = (name: string, stopTimeout?: number, ...on: string[]) => ({
    name,
    ...(stopTimeout === undefined ? {} : { stopTimeout }),
    ...(on.length === 0 ? {} : { dependsOn: on.map((containerName) => ({ containerName })) }),
  });
  /** [why, its containers, the seconds] */
  const rows: [string, object[], number][] = [
    ["is the agent's 30 s by default", [container("web")], 30],
    ["is its container's own", [container("web", 120)], 120],
    ["may be none", [container("web", 0)], 0],
    ["is the longest of containers that stop together", [container("web", 10), container("log", 90)], 90],
    [
      "adds up where one stops before the one that it needs",
      [container("web", 40, "log"), container("log")],
      70,
    ],
    [
      "adds up along the longest way",
      [
        container("web", 5, "proxy", "log"),
        container("proxy", 10, "log"),
        container("log", 20),
        container("job", 30),
      ],
      35,
    ],
    ["leaves out a container that is not there", [container("web", 5, "nobody")], 5],
    ["comes to an end where two need each other", [container("a", 5, "b"), container("b", 7, "a")], 12],
    ["is none without containers", [], 0],
  ];
  for (const [why, containerDefinitions, seconds] of rows)
    it(why, async () => {
      const { client } = stubClient<ECSClient>(() => ({ taskDefinition: { containerDefinitions } }));
      expect((await ecsPort(client).definition("web:7")).stopTimeout).to.equal(seconds * 1_000);
    });
});
