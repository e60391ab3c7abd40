// Protects that what was seen of an instance is remembered, each thing once, from pass to pass.
import { expect } from "chai";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import {
  classic,
  clusterInstance,
  clusterInstanceOf,
  decisionOf,
  MINUTE,
  type Row,
  SECOND,
  SINCE,
  target,
  task,
} from "./builders.ts";

const memoryOf = (row: Partial<Row>): Memory => decisionOf({ now: 5 * MINUTE, ...row }).memory;

describe("what is remembered over two passes", () => {
  const shown: Partial<Observation> = {
    clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))],
    registrations: [target(), classic({ managed: true })],
    managed: [
      { kind: "target", id: "tg-2" },
      { kind: "classic", id: "elb" },
    ],
  };

  it("all that was seen, once", () => {
    const first = memoryOf({ observed: shown, now: 0 });
    expect(first).to.deep.include({
      containerInstances: [{ cluster: "main", arn: "ci-1" }],
      registrations: [
        { kind: "target", id: "tg-1", port: 8080 },
        { kind: "classic", id: "elb" },
      ],
      managed: shown.managed,
    });
    const second = memoryOf({ memory: first, observed: shown, now: 5 * SECOND });
    expect(second.registrations).to.deep.equal(first.registrations);
    expect(second.managed).to.deep.equal(first.managed);
    expect(second.changedAt).to.equal(first.changedAt);
  });

  it("when something was last there: a task, a registration, or an instance that is open to tasks", () => {
    const lastSeenAt = (observed: Partial<Observation>) =>
      memoryOf({ memory: { lastSeenAt: SINCE }, observed }).lastSeenAt;
    const [empty, open] = [clusterInstance("DRAINING", task("STOPPED")), clusterInstance("ACTIVE")];
    const now = SINCE + 5 * MINUTE;
    expect(lastSeenAt(shown)).to.equal(now);
    expect(
      lastSeenAt({ clusterInstances: [empty], registrations: [target({ state: "draining" })] }),
    ).to.equal(now);
    expect(lastSeenAt({ clusterInstances: [clusterInstance("DRAINING", task("STOPPING"))] })).to.equal(now);
    expect(lastSeenAt({ clusterInstances: [open] })).to.equal(now);
    expect(lastSeenAt({ clusterInstances: [empty] })).to.equal(SINCE);
    expect(memoryOf({ observed: { clusterInstances: [empty] } }).lastSeenAt).to.equal(undefined);
  });

  it("a silent twin: its container instance, its tasks, and that an agent is silent", () => {
    const twin = clusterInstanceOf({ arn: "ci-0", agentConnected: false }, [task("RUNNING", { arn: "old" })]);
    const memory = memoryOf({ observed: { ...shown, silentTwins: [twin] } });
    expect(memory.containerInstances.map(({ arn }) => arn)).to.deep.equal(["ci-1", "ci-0"]);
    expect(memory.tasks).to.deep.equal(["task-RUNNING", "old"]);
    expect(memory.disconnectedSince).to.equal(SINCE + 5 * MINUTE);
  });

  it("nothing of an absence, once a group shows the instance", () =>
    expect(memoryOf({ memory: { absentSince: SINCE } }).absentSince).to.equal(undefined));

  it("what was seen, each once and for good", () => {
    const { registrations, containerInstances } = memoryOf({
      memory: { registrations: [{ kind: "classic", id: "elb" }] },
      observed: {
        clusterInstances: [clusterInstance("DRAINING")],
        registrations: [classic(), target(), target(), target({ port: 8081 })],
      },
    });
    expect(registrations).to.deep.equal([
      { kind: "classic", id: "elb" },
      { kind: "target", id: "tg-1", port: 8080 },
      { kind: "target", id: "tg-1", port: 8081 },
    ]);
    expect(containerInstances).to.deep.equal([{ cluster: "main", arn: "ci-1" }]);
    expect(memoryOf({ memory: { registrations, containerInstances } })).to.include({
      registrations,
      containerInstances,
    });
  });
});
