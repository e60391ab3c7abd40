// Protects which host ports are looked up: those of tasks that ECS shows none of, where a registration of ours may need them.
import { expect } from "chai";
import type { Termination } from "../../../../shared/model/termination.ts";
import type { InstanceInClusters } from "../../../../shared/observe/cluster.ts";
import { observeHostPorts } from "../../../../shared/observe/host-ports.ts";
import type { Registrations } from "../../../../shared/observe/load-balancers.ts";
import { clusterInstanceOf, SINCE, target, task, termination } from "../rules/builders.ts";
import { type Shown, showing } from "./shown.ts";

const hidden = task("RUNNING", { arn: "a", definition: "web:1" });

async function play(
  tasks: readonly (typeof hidden)[],
  {
    of = termination(),
    status = "ACTIVE",
    registrations = [target()],
    shown = { definitions: { "web:1": [8080] } },
  }: {
    of?: Termination;
    status?: string;
    registrations?: Registrations["registrations"];
    shown?: Shown;
  } = {},
) {
  const { run, asked } = showing(shown);
  const clusterInstance: InstanceInClusters = {
    clusterInstances: [clusterInstanceOf({ status }, tasks)],
    targetGroups: [],
    elbNames: [],
    managedDraining: undefined,
    protections: [],
    unread: undefined,
  };
  const unread = await observeHostPorts(
    run,
    [of],
    new Map([[of, clusterInstance]]),
    new Map([[of, { registrations, targetGroups: [], unread: undefined }]]),
  );
  const hostPorts = clusterInstance.clusterInstances.flatMap((each) =>
    each.tasks.map((one) => one.hostPorts),
  );
  return { asked, hostPorts, unread: unread.get(of) };
}

describe("host ports", () => {
  it("that ECS does not show are those of the task's definition, which is read once", async () => {
    const { asked, hostPorts, unread } = await play([hidden, { ...hidden, arn: "b" }]);
    expect(asked).to.deep.equal(["ecs.definedPorts web:1"]);
    expect(hostPorts).to.deep.equal([[8080], [8080]]);
    expect(unread).to.equal(undefined);
  });

  it("stay none where the definition gives none", async () => {
    expect((await play([hidden], { shown: {} })).hostPorts).to.deep.equal([[]]);
  });

  const shows = { ...hidden, hostPorts: [32_768] };
  /** [which are not asked for, the tasks, what else differs] */
  const table: [string, readonly (typeof hidden)[], Parameters<typeof play>[1]?][] = [
    ["that ECS shows", [shows]],
    ["of a task with an address of its own", [{ ...hidden, addresses: ["10.0.0.7"] }]],
    ["of a task that has STOPPED", [task("STOPPED")]],
    ["on an instance that is DRAINING already", [hidden], { status: "DRAINING" }],
    ["where nothing of ours is registered", [hidden], { registrations: [] }],
    [
      "where what is registered is ECS's to take out",
      [hidden],
      { registrations: [target({ managed: true })] },
    ],
    ["where a Spot interruption leaves no time", [hidden], { of: termination({}, { interruptedAt: SINCE }) }],
  ];
  for (const [which, tasks, change] of table) {
    it(`are not asked for ${which}`, async () => {
      const { asked, hostPorts } = await play(tasks, change);
      expect(asked).to.deep.equal([]);
      expect(hostPorts).to.deep.equal(tasks.map((each) => each.hostPorts));
    });
  }

  it("that cannot be read are told of, and the others are read", async () => {
    const { hostPorts, unread } = await play([hidden, { ...hidden, definition: "agent:1" }, shows], {
      shown: { definitions: { "web:1": [8080] }, fails: { "ecs.definedPorts agent:1": "denied" } },
    });
    expect(hostPorts).to.deep.equal([[8080], [], [32_768]]);
    expect(unread).to.equal("ecs.definedPorts to be answered (denied)");
  });

  it("of an instance that was not looked for in any cluster are none", async () => {
    const { run } = showing({});
    const of = termination();
    const registered = new Map([[of, { registrations: [target()], targetGroups: [], unread: undefined }]]);
    expect([...(await observeHostPorts(run, [of], new Map(), registered))]).to.deep.equal([]);
  });
});
