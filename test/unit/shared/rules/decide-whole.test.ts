// Protects all of a decision, besides its outcome and steps: what is remarked, how loudly, and what is remembered.
import { expect } from "chai";
import { situationOf } from "../../../../shared/model/lifecycle-state.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import { isHeartbeatDue } from "../../../../shared/rules/heartbeat.ts";
import {
  classic,
  clusterInstance,
  clusterInstanceOf,
  decisionOf,
  hook,
  MINUTE,
  type Row,
  returning,
  SECOND,
  SINCE,
  seen,
  service,
  state,
  target,
  task,
  tasksLeft,
  termination,
} from "./builders.ts";

const at = SINCE + MINUTE;
const refused: Row["memory"] = { ...seen, refusedAt: SINCE };
const gone = { now: 2 * MINUTE, memory: refused };

describe("all of a decision", () => {
  const quiet: [string, Omit<Row, "why" | "expected">][] = [
    ["completed, its hook unread", { memory: seen, observed: { hooks: undefined } }],
    ["waiting, its hook unread", { memory: seen, observed: { hooks: undefined, registrations: [target()] } }],
    ["drop", { observed: state("Terminated") }],
    ["absent", { observed: { groupInstance: undefined } }],
    ["dead", { memory: { ...seen, deadSince: SINCE } }],
    [
      "back with a new root volume, and all restored",
      {
        memory: returning("root volume", { plannedDraining: [] }),
        observed: { ...state("InService"), registrations: [target(), classic()] },
      },
    ],
  ];
  for (const [what, row] of quiet)
    it(`nothing is remarked: ${what}`, () => expect(decisionOf(row).warnings).to.deep.equal([]));

  it("is loud where Auto Scaling knows no such action", () => {
    for (const row of [gone, { ...gone, memory: { ...seen, completedAt: SINCE } }]) {
      expect(decisionOf(row).outcome).to.deep.equal({
        kind: "drop",
        level: "error",
        reason: { why: "unknown action" },
      });
    }
  });

  it("is loud where a return is given up", () => {
    const outcome = decisionOf({
      memory: returning("warm pool", { returningSince: SINCE }),
      observed: state("Warmed:Pending"),
      now: 60 * MINUTE,
    }).outcome;
    expect(outcome).to.include({ kind: "drop", level: "error" });
  });

  it("warns of an instance that has back all but its agent", () => {
    const outcome = decisionOf({
      memory: returning("root volume", { returningSince: SINCE, plannedDeregistrations: [] }),
      observed: {
        ...state("InService"),
        clusterInstances: [clusterInstanceOf({ status: "ACTIVE", agentConnected: false })],
      },
      now: 30 * MINUTE,
    }).outcome;
    expect(outcome).to.include({ kind: "drop", level: "warn" });
  });

  it("completes a dead instance with CONTINUE", () => {
    const { outcome } = decisionOf({
      memory: { ...seen, deadSince: SINCE },
      observed: { instance: "stopped" },
    });
    expect(outcome).to.deep.equal({
      kind: "complete",
      result: "CONTINUE",
      reason: { why: "dead", as: "stopped" },
    });
  });

  it("names the clusters that lack the instance, and managed draining", () => {
    const { warnings } = decisionOf({
      settings: { clusterNames: ["main", "spare"] },
      observed: { hooks: undefined, managedDraining: true },
    });
    expect(warnings).to.deep.equal([
      {
        level: "info",
        kind: "ECS drains it too",
        fields: {},
        reason: { why: "managed draining" },
      },
      {
        level: "warn",
        kind: "cluster lacks the instance",
        fields: {},
        reason: { why: "cluster lacks it", clusters: ["main", "spare"] },
      },
    ]);
  });

  it("names what a hook's metadata cannot say, and why", () => {
    const hooks = [hook({ metadata: '{"dry_run":true}' })];
    const warnings = decisionOf({ memory: seen, observed: { hooks } }).warnings.filter(
      ({ kind }) => kind === "metadata not heeded",
    );
    expect(warnings.map(({ fields, reason }) => [fields, reason])).to.deep.equal([
      [{ keys: ["dry_run"] }, { why: "metadata" }],
    ]);
  });

  it("takes its own hook for its own, whatever stands before it", () => {
    const hooks = [hook({ name: "backup", heartbeatTimeout: 10 * MINUTE, target: undefined }), hook()];
    const [warning, ...others] = decisionOf({ memory: seen, observed: { hooks } }).warnings;
    expect(others).to.deep.equal([]);
    expect(warning?.fields).to.include({ heartbeat_timeout_seconds: 3600 });
  });

  it("blames a task's protection on that task alone", () => {
    const { warnings } = decisionOf({
      memory: { ...seen, drainingAt: SINCE, changedAt: SINCE, blockers: [tasksLeft("RUNNING")] },
      observed: {
        hooks: undefined,
        clusterInstances: [clusterInstanceOf({ status: "DRAINING" }, [task("RUNNING")], [service("web")])],
        protections: [{ task: "another task", until: undefined }],
      },
      now: 10 * MINUTE,
    });
    expect(warnings.map(({ kind }) => kind)).to.deep.equal(["held by tasks"]);
  });

  describe("remembers", () => {
    const remembered = (row: Omit<Row, "why" | "expected">): Memory => decisionOf(row).memory;

    it("the later of what we did and what somebody else did", () => {
      const draining = { clusterInstances: [clusterInstance("DRAINING")] };
      const actedAt = at + 5 * SECOND;
      expect(remembered({ memory: { ...seen, actedAt }, observed: draining }).actedAt).to.equal(actedAt);
    });

    it("since when one of two agents is silent", () => {
      const clusterInstances = [
        clusterInstanceOf({ arn: "ci-1" }),
        clusterInstanceOf({ arn: "ci-2", agentConnected: false }),
      ];
      expect(remembered({ memory: seen, observed: { clusterInstances } }).disconnectedSince).to.equal(at);
    });

    it("no certainty that no task is left, where one of two container instances has one", () => {
      const clusterInstances = [clusterInstance("DRAINING", task("RUNNING")), clusterInstance("DRAINING")];
      const memory = { ...seen, drainingAt: SINCE, noTasksVersions: [{ arn: "ci-1", version: 1 }] };
      expect(remembered({ memory, observed: { clusterInstances } }).noTasksVersions).to.deep.equal([]);
    });

    it("when our action was completed, where another hook explains the wait, and all else", () => {
      const memory = remembered({
        memory: refused,
        observed: { hooks: [hook(), hook({ name: "backup" })] },
      });
      expect(memory).to.include({ completedAt: SINCE, lastHeartbeatAt: SINCE });
    });

    it("since when nothing is left while the container instance leaves its cluster", () => {
      const memory = remembered({
        memory: { ...seen, drainingAt: SINCE },
        settings: { deregisterContainerInstance: "always" },
        observed: { clusterInstances: [clusterInstance("DRAINING")] },
      });
      expect(memory.goneAt).to.equal(at);
    });

    it("no return while another hook still holds the instance", () => {
      const row = { memory: { ...seen, returns: "warm pool" } as const, told: { hook: undefined } };
      expect(remembered({ ...row, observed: state("Warmed:Pending:Wait") }).returningSince).to.equal(
        undefined,
      );
      expect(remembered({ ...row, observed: state("Warmed:Pending") }).returningSince).to.equal(at);
    });

    it("to have a pass when a Spot interruption is due", () => {
      const { outcome } = decisionOf({
        memory: seen,
        told: { hook: undefined, interruptedAt: SINCE },
        observed: state("InService"),
        now: 2 * MINUTE - 2 * SECOND,
      });
      expect(outcome).to.include({ kind: "wait", until: SINCE + 2 * MINUTE });
    });
  });

  it("takes a state that nobody knows for one not to be touched", () => {
    expect(situationOf("Teleporting")).to.equal("untouchable");
  });

  describe("sends no heartbeat", () => {
    const autoScalingView = {
      groupInstance: { group: "fleet", state: "Terminating:Wait" },
      owner: "ours" as const,
      retains: undefined,
      activity: undefined,
      interruption: undefined,
      areSendersKnown: true,
      unread: {},
    };
    it("without a hook of ours", () => {
      const drain = termination({ lastHeartbeatAt: undefined }, { hook: undefined });
      expect(isHeartbeatDue(drain, { ...autoScalingView, hooks: undefined }, at, false)).to.equal(false);
    });
    it("once the action is completed", () => {
      const drain = termination({ lastHeartbeatAt: undefined, completedAt: SINCE });
      expect(isHeartbeatDue(drain, { ...autoScalingView, hooks: [hook()] }, at, false)).to.equal(false);
    });
  });
});
