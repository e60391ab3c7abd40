// Protects that a hook which ended before the first pass is named: nothing was drained then.
import { expect } from "chai";
import { event } from "../../../../shared/model/blocker.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import {
  decisionOf,
  hook,
  lifecycleState,
  MINUTE,
  type Row,
  reasonOf,
  SECOND,
  SINCE,
  state,
  tasksLeft,
} from "./builders.ts";

describe("a hook that was too short", () => {
  const short = { hooks: [hook({ heartbeatTimeout: 30 * SECOND })] };
  const late = { heartbeatTimeout: 30 * SECOND };
  const nothingToComplete = (hookEndedFirst: typeof late | undefined) => ({
    why: "nothing to complete",
    state: "Terminating:Proceed",
    hookEndedFirst,
  });
  const reason = (row: Partial<Row>) => reasonOf(decisionOf({ now: 30 * SECOND, ...row }));
  const over = { ...short, ...state("Terminating:Proceed") };

  it("is named where the instance is on its way out at the first pass", () => {
    expect(reason({ observed: over })).to.deep.equal(nothingToComplete(late));
  });

  it("is not where the timeout had not passed, where there was a pass in time, or where the hook is not known", () => {
    const plain = nothingToComplete(undefined);
    expect(reason({ observed: over, now: 30 * SECOND - 1 })).to.deep.equal(plain);
    expect(
      reason({ observed: over, memory: { noRegistrationSince: SINCE, blockers: [tasksLeft("RUNNING")] } }),
    ).to.deep.equal(plain);
    expect(reason({ observed: { ...over, hooks: undefined } })).to.deep.equal(plain);
    expect(reason({ observed: { ...over, hooks: [hook()] } })).to.deep.equal(plain);
  });

  it("has cut the drain off, and what was left nobody knows", () => {
    const { outcome } = decisionOf({ observed: over, now: 30 * SECOND });
    const cutOff = { left: undefined, setting: "heartbeat_timeout_seconds" };
    expect(outcome).to.deep.include({ kind: "drop", level: "warn", cutOff });
    const later = decisionOf({ observed: over, now: 60 * MINUTE + 30 * SECOND });
    expect(later.outcome, "perhaps of another drain").to.include({ kind: "drop", level: "info" });
  });

  it("has cut the drain off that was left to it, if its time was over and something was left at the last pass", () => {
    const left = [tasksLeft("RUNNING")];
    const memory = { noRegistrationSince: SINCE, blockers: [event("effect"), ...left] };
    const cutOffOf = (row: Partial<Row>) => {
      const { outcome } = decisionOf({ observed: state("Terminating:Proceed"), memory, ...row });
      return outcome.kind === "drop" && outcome.cutOff;
    };
    const settings = { onTimeout: "leave", drainTimeoutSeconds: 600 } as const;
    const over = { now: 10 * MINUTE };
    expect(cutOffOf({ settings, ...over })).to.deep.equal({ left, setting: "on_timeout" });
    expect(cutOffOf({ settings, now: 10 * MINUTE - 1 }), "its time is not over").to.equal(undefined);
    expect(cutOffOf({ settings: { ...settings, onTimeout: "continue" }, ...over })).to.equal(undefined);
    expect(cutOffOf({ settings, ...over, memory: { ...memory, blockers: [event("settled")] } })).to.equal(
      undefined,
    );
  });

  it("is named where the instance was only seen on its way to be held before", () => {
    const memory = { blockers: [lifecycleState("Terminating", "end of wait")] };
    expect(reason({ observed: over, memory })).to.deep.equal(nothingToComplete(late));
  });

  it("is named where no group knows the instance any more at the first pass", () => {
    const first = decisionOf({ observed: { ...short, groupInstance: undefined }, now: MINUTE });
    const gone = {
      memory: first.memory,
      observed: { ...short, groupInstance: undefined },
      now: MINUTE + 30 * SECOND,
    };
    expect(reason(gone)).to.deep.equal({ why: "absent", hookEndedFirst: late });
  });

  /** [what was remembered of an instance that a pass has found held] */
  const remembered: Partial<Memory>[] = [
    { containerInstances: [{ cluster: "main", arn: "ci-1" }] },
    { registrations: [{ kind: "classic", id: "elb" }] },
    { noContainerInstanceSince: SINCE },
    { noRegistrationSince: SINCE },
  ];
  for (const memory of remembered) {
    it(`is not where there was a pass in time: ${Object.keys(memory)}`, () => {
      const observed = { ...short, groupInstance: undefined };
      expect(
        reason({ memory: { ...memory, absentSince: SINCE + 30 * SECOND }, observed, now: MINUTE }),
      ).to.deep.equal({ why: "absent", hookEndedFirst: undefined });
    });
  }
});
