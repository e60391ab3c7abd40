// Rule 9: coming back.
// Protects the instances that go back to their warm pool: drained, completed, and set ACTIVE there.

import { expect } from "chai";
import { event, unreadBlocker } from "../../../../shared/model/blocker.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import { decide } from "../../../../shared/rules/decide.ts";
import {
  clusterInstance,
  clusterInstanceOf,
  decisionOf,
  denied,
  hook,
  lifecycleState,
  MINUTE,
  observed,
  type Row,
  returning,
  rows,
  SINCE,
  state,
  termination,
} from "./builders.ts";

const HOUR = 60 * MINUTE;
const warm = { memory: returning("warm pool") };
const shown = (name: string, ...clusterInstances: ReturnType<typeof clusterInstance>[]) => ({
  observed: { ...state(name), clusterInstances },
});
const draining = clusterInstance("DRAINING");

describe("decide", () => {
  rows("rule 9: an instance that goes back to its warm pool", [
    ...["Warmed:Pending", "Warmed:Pending:Proceed"].map(
      (name): Row => ({
        why: `${name}: on its way`,
        ...warm,
        ...shown(name, draining),
        expected: ["wait"],
        because: [lifecycleState(name, "warm pool")],
      }),
    ),
    ...["Warmed:Stopped", "Warmed:Running", "Warmed:Hibernated", "InService"].map(
      (name): Row => ({
        why: `${name}: its container instance is set ACTIVE again, and it is registered nowhere`,
        ...warm,
        ...shown(name, draining),
        expected: ["wait", "activate"],
        because: [event("restored")],
      }),
    ),
    {
      why: "ACTIVE again: nothing is left to do",
      ...warm,
      ...shown("Warmed:Stopped", clusterInstance("ACTIVE")),
      expected: ["drop"],
      because: { why: "restored", state: "Warmed:Stopped" },
    },
    {
      why: "its container instance has left the cluster: there is none to set ACTIVE",
      ...warm,
      ...shown("Warmed:Stopped"),
      expected: ["drop"],
    },
    {
      why: "DRAINING, but not by us: left as it is",
      memory: returning("warm pool", { plannedDraining: [] }),
      ...shown("Warmed:Stopped", draining),
      expected: ["drop"],
    },
    {
      why: "its tasks were not read: not dropped",
      ...warm,
      observed: {
        ...state("Warmed:Stopped"),
        unread: { tasks: denied("ecs:DescribeTasks") },
      },
      expected: ["wait"],
      because: [unreadBlocker("tasks", denied("ecs:DescribeTasks"))],
    },
    ...[
      "Terminating",
      "Terminated",
      "Warmed:Terminating",
      "Warmed:Pending:Retained",
      "Detached",
      "SomethingNew",
    ].map(
      (name): Row => ({
        why: `${name}: it goes elsewhere, nothing is restored`,
        ...warm,
        ...shown(name, draining),
        expected: ["drop"],
        because: { why: "does not return", state: name, to: "warm pool" },
      }),
    ),
    {
      why: "its hook ended without us: kept all the same",
      memory: returning("warm pool", { returningSince: undefined }),
      ...shown("Warmed:Pending:Proceed", draining),
      expected: ["wait"],
    },
    {
      why: "just under an hour: still waited for",
      ...warm,
      ...shown("Warmed:Pending:Proceed", draining),
      now: MINUTE + HOUR - 1,
      expected: ["wait"],
    },
    {
      why: "an hour: given up, naming what was not restored",
      ...warm,
      ...shown("Warmed:Pending:Proceed", draining),
      now: MINUTE + HOUR,
      expected: ["drop"],
      because: {
        why: "given up",
        at: SINCE + MINUTE + HOUR,
        state: "Warmed:Pending:Proceed",
        to: "warm pool",
        notRestored: [{ kind: "target", id: "tg-1", port: 8080 }, { kind: "classic", id: "elb" }, "ci-1"],
      },
    },
    {
      why: "another group has it: rule 1 holds",
      ...warm,
      observed: { ...state("Warmed:Stopped", "other"), clusterInstances: [draining] },
      now: 2 * MINUTE,
      expected: ["drop"],
    },
    {
      why: "no group knows it any more: the same",
      memory: returning("warm pool", { absentSince: SINCE }),
      observed: { groupInstance: undefined },
      expected: ["drop"],
      because: { why: "absent", hookEndedFirst: undefined },
    },
  ]);

  const others = [hook(), hook({ name: "backup" })];
  const refused = { refusedAt: SINCE + MINUTE, returningSince: undefined };
  rows("rule 9: while a hook still holds it", [
    {
      why: "drained and not completed: completed",
      memory: returning("warm pool", { returningSince: undefined }),
      ...shown("Warmed:Pending:Wait", draining),
      expected: ["complete"],
    },
    {
      why: "our hook is done with, and another one holds it: kept, for what is to be restored",
      memory: returning("warm pool", refused),
      observed: { ...shown("Warmed:Pending:Wait", draining).observed, hooks: others },
      now: 2 * MINUTE,
      expected: ["wait"],
      because: [lifecycleState("Warmed:Pending:Wait", "warm pool")],
    },
    {
      why: "the same for a new root volume",
      memory: returning("root volume", refused),
      observed: { ...shown("ReplacingRootVolume:Wait", draining).observed, hooks: others },
      now: 2 * MINUTE,
      expected: ["wait"],
    },
    {
      why: "our hook is done with, and nothing explains why it is held: kept all the same",
      memory: returning("warm pool", refused),
      ...shown("Warmed:Pending:Wait", draining),
      now: 3 * MINUTE,
      expected: ["wait"],
    },
    {
      why: "for an hour at the most",
      memory: returning("warm pool", { ...refused, returningSince: SINCE + MINUTE }),
      ...shown("Warmed:Pending:Wait", draining),
      now: MINUTE + HOUR,
      settings: { drainTimeoutSeconds: 86_400 },
      expected: ["drop"],
    },
  ]);

  it("remembers where an instance goes that a hook holds, and since when it has been on its way", () => {
    const returnsOf = (name: string) => decisionOf({ observed: state(name) }).memory.returns;
    expect(returnsOf("Terminating:Wait")).to.equal(undefined);
    expect(returnsOf("Warmed:Terminating:Wait")).to.equal(undefined);
    expect(returnsOf("Warmed:Pending:Wait")).to.equal("warm pool");
    expect(returnsOf("ReplacingRootVolume:Wait")).to.equal("root volume");
    const since = (returningSince: number | undefined) =>
      decisionOf({ memory: returning("warm pool", { returningSince }), observed: state("Warmed:Pending") })
        .memory.returningSince;
    expect(since(undefined)).to.equal(SINCE + MINUTE);
    expect(since(SINCE)).to.equal(SINCE);
  });

  it("says what is not registered again in the warm pool, and nothing where nothing was taken", () => {
    const warnings = (change: Partial<Memory>) =>
      decide(
        termination(returning("warm pool", change)),
        observed({ ...state("Warmed:Stopped"), clusterInstances: [clusterInstance("ACTIVE")] }),
        SINCE + 2 * MINUTE,
      ).warnings;
    expect(warnings({})).to.deep.equal([
      {
        level: "info",
        kind: "registrations not restored",
        fields: { load_balancers: ["tg-1:8080", "elb"] },
      },
    ]);
    expect(warnings({ plannedDeregistrations: [] })).to.deep.equal([]);
  });
});

describe("decide", () => {
  const rootVolume = (
    change: Row["memory"] = {},
    clusterInstances = [clusterInstance("DRAINING")],
  ): Partial<Row> => ({
    memory: returning("root volume", { plannedDeregistrations: [], ...change }),
    observed: { ...state("InService"), clusterInstances },
  });
  rows("rule 9: whose DRAINING is undone", [
    {
      why: "a new root volume, and its agent is silent: not before it is back",
      ...rootVolume({}, [clusterInstanceOf({ status: "DRAINING", agentConnected: false })]),
      expected: ["wait"],
      because: [event("agent back")],
    },
    {
      why: "in the warm pool the agent may be silent",
      memory: returning("warm pool"),
      observed: {
        ...state("Warmed:Stopped"),
        clusterInstances: [clusterInstanceOf({ status: "DRAINING", agentConnected: false })],
      },
      expected: ["wait", "activate"],
    },
    {
      why: "another container instance than we set DRAINING: left as it is, and it is back",
      ...rootVolume({ plannedDraining: ["ci-0"] }),
      expected: ["drop"],
      because: { why: "restored", state: "InService" },
    },
    {
      why: "given up, with nothing that was not restored",
      memory: returning("warm pool", {
        plannedDeregistrations: [],
        plannedDraining: [],
        returningSince: SINCE,
      }),
      observed: state("Warmed:Pending"),
      now: 60 * MINUTE,
      expected: ["drop"],
      because: {
        why: "given up",
        at: SINCE + 60 * MINUTE,
        state: "Warmed:Pending",
        to: "warm pool",
        notRestored: [],
      },
    },
  ]);
});
