// Protects the time of a drain whose instance was on its way back, and dies after all by another lifecycle action.
import { expect } from "chai";
import { begunAnew } from "../../../shared/rules/begun-anew.ts";
import type { Memory } from "../../../shared/termination.ts";
import { MINUTE, SINCE, termination } from "./builders.ts";

const token = "87654321-4321-4321-4321-210987654321";
const now = SINCE + 10 * MINUTE;
const anew = (memory: Partial<Memory>, state: string | undefined, own: string | undefined = token) => {
  const before = termination({ lastBeatAt: SINCE, ...memory }, { token: own });
  const membership = state === undefined ? undefined : { group: "fleet", state };
  const after = begunAnew(before, { membership }, now);
  return after === before ? "as it was" : { since: after.since, lastBeatAt: after.memory.lastBeatAt };
};

describe("an instance that was on its way back", () => {
  for (const state of ["Terminating:Wait", "Warmed:Terminating:Wait"]) {
    it(`and is ${state}: a heartbeat by the token tells at once which lifecycle action holds it`, () => {
      expect(anew({ returns: "warm pool" }, state)).to.deep.equal({ since: SINCE, lastBeatAt: undefined });
    });

    it(`and is ${state}: without a token its time begins anew`, () => {
      const before = termination({ lastBeatAt: SINCE, returns: "root volume" });
      const after = begunAnew(before, { membership: { group: "fleet", state } }, now);
      expect(after).to.deep.equal({
        ...before,
        since: now,
        memory: { ...before.memory, lastBeatAt: undefined },
      });
    });
  }

  /** [why, the memory, the state] */
  const unchanged: [string, Partial<Memory>, string | undefined][] = [
    ["is held on its way back", { returns: "warm pool" }, "Warmed:Pending:Wait"],
    ["is not held", { returns: "warm pool" }, "Warmed:Stopped"],
    ["is not known", { returns: "warm pool" }, undefined],
    [
      "was let go on its way back",
      { returns: "warm pool", returningSince: SINCE },
      "Warmed:Terminating:Wait",
    ],
    [
      "was completed on its way back",
      { returns: "warm pool", completedAt: SINCE },
      "Warmed:Terminating:Wait",
    ],
    ["was dying all the time", {}, "Terminating:Wait"],
  ];
  for (const [why, memory, state] of unchanged) {
    it(`goes on as it was where it ${why}`, () => expect(anew(memory, state)).to.equal("as it was"));
  }
});
