// Protects which host ports are looked up: those of tasks that ECS shows none of, where a registration of ours may need them.
import { expect } from "chai";
import type { Termination } from "../../../../shared/model/termination.ts";
import { observeHostPorts } from "../../../../shared/observe/host-ports.ts";
import type { Registered } from "../../../../shared/observe/records.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import { clusterInstanceOf, SINCE, target, task, termination } from "../rules/builders.ts";
import { clustered, registeredAt } from "./records.ts";
import { type Shown, showing } from "./shown.ts";

const hidden = task("RUNNING", { arn: "a", definition: "web:1" });

async function play(
  tasks: readonly (typeof hidden)[],
  {
    of = termination(),
    status = "ACTIVE",
    registrations = [target()],
    isObserved = true,
    shown = { definitions: { "web:1": [8080] } },
  }: {
    of?: Termination;
    status?: string;
    registrations?: Registered["registrations"];
    isObserved?: boolean;
    shown?: Shown;
  } = {},
) {
  const { run, asked } = showing(shown);
  const record = {
    ...clustered(of, { instances: [clusterInstanceOf({ status }, tasks)] }),
    registered: registeredAt(registrations),
    isObserved,
  };
  const found = await observeHostPorts(run, [record], questions);
  const hostPorts = found.flatMap(({ clusters }) =>
    clusters.instances.flatMap((each) => each.tasks.map((one) => one.hostPorts)),
  );
  return { asked, hostPorts, unread: found[0]?.hostPortsUnread };
}

describe("host ports", () => {
  it("that ECS does not show are those of the task's definition, which is read once", async () => {
    const { asked, hostPorts, unread } = await play([hidden, { ...hidden, arn: "b" }]);
    expect(asked).to.deep.equal(["ecs.definition web:1"]);
    expect(hostPorts).to.deep.equal([[8080], [8080]]);
    expect(unread).to.equal(undefined);
  });

  it("may be any where the definition leaves some open, of a live task as of one that begins", async () => {
    const { run } = showing({ definitions: { "web:1": [8080, "any"] } });
    const record = {
      ...clustered(termination(), {
        instances: [clusterInstanceOf({}, [hidden, task("PENDING", { definition: "web:1" })])],
      }),
      registered: registeredAt([target()]),
    };
    const [found] = await observeHostPorts(run, [record], questions);
    const tasks = found?.clusters.instances.flatMap((each) => each.tasks) ?? [];
    expect(tasks.map(({ hostPorts, mayListenOnAny }) => [hostPorts, mayListenOnAny])).to.deep.equal([
      [[8080], true],
      [[8080], true],
    ]);
  });

  it("stay none where the definition gives none", async () => {
    expect((await play([hidden], { shown: {} })).hostPorts).to.deep.equal([[]]);
  });

  const shows = { ...hidden, arn: "shows", hostPorts: [32_768] };
  /** [which are not asked for, the tasks, what else differs] */
  const table: [string, readonly (typeof hidden)[], Parameters<typeof play>[1]?][] = [
    ["that ECS shows", [shows]],
    ["of a task with an address of its own", [{ ...hidden, addresses: ["10.0.0.7"] }]],
    ["of a task that has STOPPED", [task("STOPPED")]],
    [
      "on an instance that one of us has set DRAINING",
      [hidden],
      { status: "DRAINING", of: termination({ drained: [{ what: "ci-1", at: SINCE }] }) },
    ],
    ["where nothing of ours is registered", [hidden], { registrations: [] }],
    [
      "where what is registered is ECS's to take out",
      [hidden],
      { registrations: [target({ managed: true })] },
    ],
    ["of an instance that nobody asks about", [hidden], { isObserved: false }],
    ["where a Spot interruption leaves no time", [hidden], { of: termination({}, { interruptedAt: SINCE }) }],
  ];
  for (const [which, tasks, change] of table) {
    it(`are not asked for ${which}`, async () => {
      const { asked, hostPorts } = await play(tasks, change);
      expect(asked).to.deep.equal([]);
      expect(hostPorts).to.deep.equal(tasks.map((each) => each.hostPorts));
    });
  }

  it("are added to a new record: the one that was handed in stays as it was", async () => {
    const { run } = showing({ definitions: { "web:1": [8080] } });
    const record = {
      ...clustered(termination(), { instances: [clusterInstanceOf({ status: "ACTIVE" }, [hidden])] }),
      registered: registeredAt([target()]),
    };
    await observeHostPorts(run, [record], questions);
    expect(record.clusters.instances.flatMap(({ tasks }) => tasks)).to.deep.equal([hidden]);
  });

  it("that cannot be read are told of, and the others are read", async () => {
    const { hostPorts, unread } = await play(
      [hidden, { ...hidden, arn: "b", definition: "agent:1" }, shows],
      {
        shown: { definitions: { "web:1": [8080] }, fails: { "ecs.definition agent:1": "denied" } },
      },
    );
    expect(hostPorts).to.deep.equal([[8080], [], [32_768]]);
    expect(unread).to.deep.equal({ call: "ecs.definition", why: "denied" });
  });

  it("of an instance that was not looked for in any cluster are none", async () => {
    const { run, asked } = showing({});
    const registered = {
      registrations: [target()],
      loadBalancers: [],
      unread: undefined,
      unnamed: [],
      missing: [],
      doubtful: [],
      others: [],
      asked: [],
    };
    const record = { ...clustered(termination()), registered };
    expect(await observeHostPorts(run, [record], questions)).to.deep.equal([
      { ...record, hostPortsUnread: undefined },
    ]);
    expect(asked).to.deep.equal([]);
  });
});
