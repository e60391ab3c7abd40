// Protects all of a decision, besides its outcome and steps: what is remarked, how loudly, and what is remembered.
import { expect } from "chai";
import { situationOf } from "../../../../shared/model/lifecycle-state.ts";
import type { Memory } from "../../../../shared/model/termination.ts";
import { isBeatDue } from "../../../../shared/rules/heartbeat.ts";
import {
  classic,
  decisionOf,
  hook,
  MINUTE,
  member,
  memberOf,
  type Row,
  returning,
  SECOND,
  SINCE,
  seen,
  service,
  state,
  target,
  task,
  termination,
} from "./builders.ts";

const at = SINCE + MINUTE;
const refused: Row["memory"] = { ...seen, refusedAt: SINCE };
const gone = { now: 2 * MINUTE, memory: refused };

describe("all of a decision", () => {
  const quiet: [string, Omit<Row, "why" | "expected">][] = [
    ["completed, its hook unread", { memory: seen, observed: { hooks: undefined } }],
    ["waiting, its hook unread", { memory: seen, observed: { hooks: undefined, registrations: [target()] } }],
    ["let go", { observed: state("Terminated") }],
    ["absent", { observed: { membership: undefined } }],
    ["dead", { memory: { ...seen, deadSince: SINCE, deadAs: "terminated" } }],
    [
      "back with a new root volume, and all restored",
      {
        memory: returning("root volume", { toDrain: [] }),
        observed: { ...state("InService"), registrations: [target(), classic()] },
      },
    ],
  ];
  for (const [what, row] of quiet)
    it(`nothing is remarked: ${what}`, () => expect(decisionOf(row).remarks).to.deep.equal([]));

  it("is loud where Auto Scaling knows no such action", () => {
    for (const row of [gone, { ...gone, memory: { ...seen, completedAt: SINCE } }]) {
      expect(decisionOf(row).outcome).to.deep.equal({
        kind: "let go",
        level: "error",
        reason:
          "Auto Scaling knows no such lifecycle action, though the instance is held; is the hook's name still right?",
      });
    }
  });

  it("is loud where a return is given up", () => {
    const outcome = decisionOf({
      memory: returning("warm pool", { returningSince: SINCE }),
      observed: state("Warmed:Pending"),
      now: 60 * MINUTE,
    }).outcome;
    expect(outcome).to.include({ kind: "let go", level: "error" });
  });

  it("warns of an instance that has back all but its agent", () => {
    const outcome = decisionOf({
      memory: returning("root volume", { returningSince: SINCE, toTake: [] }),
      observed: {
        ...state("InService"),
        members: [memberOf({ status: "ACTIVE", agentConnected: false })],
      },
      now: 30 * MINUTE,
    }).outcome;
    expect(outcome).to.include({ kind: "let go", level: "warn" });
  });

  it("completes a dead instance with CONTINUE", () => {
    const { outcome } = decisionOf({ memory: { ...seen, deadSince: SINCE, deadAs: "stopped" } });
    expect(outcome).to.deep.equal({
      kind: "complete",
      result: "CONTINUE",
      reason: "the instance is dead: it is stopped",
    });
  });

  it("names the clusters that lack the instance, and managed draining", () => {
    const { remarks } = decisionOf({
      settings: { clusterNames: ["main", "spare"] },
      observed: { hooks: undefined, managedDraining: true },
    });
    expect(remarks).to.deep.equal([
      {
        level: "info",
        phrase: "ECS drains it too",
        fields: { reason: "managed draining is on; the two do not hinder each other" },
      },
      {
        level: "warn",
        phrase: "cluster lacks the instance",
        fields: { reason: "none of its container instances is this one: main, spare" },
      },
    ]);
  });

  it("names what a hook's metadata cannot say, and why", () => {
    const hooks = [hook({ metadata: '{"dry_run":true}' })];
    const remarks = decisionOf({ memory: seen, observed: { hooks } }).remarks.filter(
      ({ phrase }) => phrase === "metadata not heeded",
    );
    expect(remarks.map(({ fields }) => fields.reason)).to.deep.equal([
      "a hook's NotificationMetadata cannot say this: only the functions' inputs can",
    ]);
  });

  it("takes its own hook for its own, whatever stands before it", () => {
    const hooks = [hook({ name: "backup", heartbeatTimeout: 10 * MINUTE, target: undefined }), hook()];
    const [remark, ...others] = decisionOf({ memory: seen, observed: { hooks } }).remarks;
    expect(others).to.deep.equal([]);
    expect(remark?.fields).to.include({ life_cycle_hook_name: "drain", heartbeat_timeout_seconds: 3600 });
  });

  it("blames a task's protection on that task alone", () => {
    const { remarks } = decisionOf({
      memory: { ...seen, drainingAt: SINCE, changedAt: SINCE, waitingFor: "1 task RUNNING" },
      observed: {
        hooks: undefined,
        members: [memberOf({ status: "DRAINING" }, [task("RUNNING")], [service("web")])],
        protections: [{ task: "another task", until: undefined }],
      },
      now: 10 * MINUTE,
    });
    expect(remarks).to.deep.equal([]);
  });

  describe("remembers", () => {
    const remembered = (row: Omit<Row, "why" | "expected">): Memory => decisionOf(row).memory;

    it("the later of what we did and what somebody else did", () => {
      const draining = { members: [member("DRAINING")] };
      const actedAt = at + 5 * SECOND;
      expect(remembered({ memory: { ...seen, actedAt }, observed: draining }).actedAt).to.equal(actedAt);
    });

    it("since when one of two agents is silent", () => {
      const members = [memberOf({ arn: "ci-1" }), memberOf({ arn: "ci-2", agentConnected: false })];
      expect(remembered({ memory: seen, observed: { members } }).disconnectedSince).to.equal(at);
    });

    it("no certainty that no task is left, where one of two container instances has one", () => {
      const members = [member("DRAINING", task("RUNNING")), member("DRAINING")];
      const memory = { ...seen, drainingAt: SINCE, noTasksVersions: [{ arn: "ci-1", version: 1 }] };
      expect(remembered({ memory, observed: { members } }).noTasksVersions).to.deep.equal([]);
    });

    it("when our action was completed, where another hook explains the wait, and all else", () => {
      const memory = remembered({
        memory: refused,
        observed: { hooks: [hook(), hook({ name: "backup" })] },
      });
      expect(memory).to.include({ completedAt: SINCE, lastBeatAt: SINCE });
    });

    it("since when nothing is left while the container instance leaves its cluster", () => {
      const memory = remembered({
        memory: { ...seen, drainingAt: SINCE },
        settings: { deregisterContainerInstance: "always" },
        observed: { members: [member("DRAINING")] },
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

    it("to look again when a Spot interruption is due", () => {
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
    const presence = {
      membership: { group: "fleet", state: "Terminating:Wait" },
      retains: undefined,
      unread: {},
    };
    it("without a hook of ours", () => {
      const drain = termination({ lastBeatAt: undefined }, { hook: undefined });
      expect(isBeatDue(drain, { ...presence, hooks: undefined }, at, false)).to.equal(false);
    });
    it("once the action is completed", () => {
      const drain = termination({ lastBeatAt: undefined, completedAt: SINCE });
      expect(isBeatDue(drain, { ...presence, hooks: [hook()] }, at, false)).to.equal(false);
    });
  });
});
