// Protects that a hook which ended before the first pass is named: nothing was drained then.
import { expect } from "chai";
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
