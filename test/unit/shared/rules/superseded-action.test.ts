// Protects the time of a drain whose instance was on its way back, and dies after all by another lifecycle action.
import { expect } from "chai";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { supersede as supersedeBy, underOtherAction } from "../../../../shared/rules/superseded-action.ts";
import { hook, MINUTE, SECOND, SINCE, termination } from "./builders.ts";

type View = Parameters<typeof supersedeBy>[1];
type Shown = Omit<View, "areSendersKnown"> & Partial<View>;
const supersede = (before: Termination, shown: Shown, at: number) =>
  supersedeBy(before, { areSendersKnown: true, ...shown }, at);
const token = "87654321-4321-4321-4321-210987654321";
const now = SINCE + 10 * MINUTE;
const goneOn = (memory: Partial<Memory>, state: string | undefined, own: string | undefined = token) => {
  const before = termination({ lastHeartbeatAt: SINCE, ...memory }, { token: own });
  const groupInstance = state === undefined ? undefined : { group: "fleet", state };
  const after = supersede(before, { groupInstance, hooks: [hook()] }, now);
  return after === before
    ? "as it was"
    : { since: after.since, lastHeartbeatAt: after.memory.lastHeartbeatAt };
};

describe("another action that holds the instance", () => {
  const begunAt = (memory: Partial<Memory>) =>
    underOtherAction(termination(memory, { token }), now).memory.begunAt;

  it("has its own time: from the first pass that showed the instance dying", () =>
    expect(begunAt({ begunAt: SINCE, terminatingSince: SINCE + SECOND })).to.equal(SINCE + SECOND));
  it("not from before a run could work on it", () =>
    expect(begunAt({ begunAt: SINCE + SECOND, terminatingSince: SINCE })).to.equal(SINCE + SECOND));
  it("from now, where no pass showed it dying, or no run could work on it", () => {
    expect(begunAt({ begunAt: SINCE })).to.equal(now);
    expect(begunAt({ begunAt: undefined, terminatingSince: SINCE })).to.equal(now);
  });
});

describe("an instance that was on its way back", () => {
  const elsewhere = [
    ["warm pool", "Terminating:Wait"],
    ["root volume", "Warmed:Terminating:Wait"],
    ["root volume", "Warmed:Pending:Wait"],
    ["warm pool", "ReplacingRootVolume:Wait"],
  ] as const;
  for (const [returns, state] of elsewhere) {
    it(`to its ${returns}, and is ${state}: a heartbeat by the token tells at once which lifecycle action holds it`, () => {
      expect(goneOn({ returns }, state)).to.deep.equal({ since: SINCE, lastHeartbeatAt: undefined });
    });

    it(`to its ${returns}, and is ${state}: without a token its time starts again`, () => {
      const before = termination({ lastHeartbeatAt: SINCE, returns });
      const after = supersede(before, { groupInstance: { group: "fleet", state }, hooks: [hook()] }, now);
      expect(after).to.deep.equal({
        ...before,
        since: now,
        memory: { ...before.memory, begunAt: undefined, lastHeartbeatAt: undefined },
      });
    });
  }

  it("by a message that anybody may have written: goes on as it was, or each such message would begin its drain anew", () => {
    for (const [returns, state] of elsewhere) {
      const before = termination({ lastHeartbeatAt: SINCE, returns });
      const shown = { groupInstance: { group: "fleet", state }, hooks: [hook()], areSendersKnown: false };
      expect(supersede(before, shown, now)).to.equal(before);
    }
  });

  it("and dies: that the completion of the action before was refused says nothing of this one", () => {
    for (const own of [token, undefined]) {
      const before = termination({ returns: "root volume", refusedAt: SINCE }, { token: own });
      const groupInstance = { group: "fleet", state: "Terminating:Wait" };
      const { memory } = supersede(before, { groupInstance, hooks: [hook()] }, now);
      expect(memory.refusedAt).to.equal(undefined);
    }
  });

  /** [why, the memory, the state] */
  const unchanged: [string, Partial<Memory>, string | undefined][] = [
    ["is held on its way back", { returns: "warm pool" }, "Warmed:Pending:Wait"],
    ["is not held", { returns: "warm pool" }, "Warmed:Stopped"],
    ["is not known", { returns: "warm pool" }, undefined],
    [
      "was released on its way back",
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
    it(`goes on as it was where it ${why}`, () => expect(goneOn(memory, state)).to.equal("as it was"));
  }

  describe("and is held on its way back", () => {
    const pool = { groupInstance: { group: "fleet", state: "Warmed:Pending:Wait" }, hooks: [hook()] };
    const back: Partial<Memory> = {
      returns: "warm pool",
      plannedDraining: ["ci-1"],
      goneAt: SINCE,
      lastHeartbeatAt: SINCE,
    };
    const goesOnAs = (memory: Partial<Memory>, holding: Shown = pool) => {
      const before = termination({ ...back, ...memory }, { token });
      const found = supersede(before, holding, now);
      return found === before ? "as it was" : found;
    };

    it("once more, after it had gone on: its time starts again, and what is to be given back is remembered", () => {
      const ended = { completedAt: SINCE, refusedAt: SINCE, returningSince: now - 10 * SECOND };
      expect(goesOnAs(ended)).to.deep.equal({
        ...termination(back, { token: undefined }),
        since: now,
        memory: {
          ...termination(back).memory,
          begunAt: undefined,
          goneAt: undefined,
          lastSeenAt: now,
          lastHeartbeatAt: undefined,
        },
      });
    });

    it("once more, ten seconds after it had gone on, whoever completed its action", () => {
      expect(goesOnAs({ returningSince: now - 10 * SECOND })).to.include({ token: undefined, since: now });
    });

    it("once more, two minutes after its action was completed, with no other hook to hold it", () => {
      expect(goesOnAs({ completedAt: now - 2 * MINUTE })).to.include({ token: undefined, since: now });
    });

    it("on another way, once its action had ended: at once, whatever the hooks are", () => {
      for (const ended of [{ returningSince: now }, { completedAt: now }]) {
        const memory = { ...ended, returns: "root volume" as const };
        expect(goesOnAs(memory, { ...pool, hooks: undefined })).to.include({ token: undefined, since: now });
      }
    });

    /** [why, the memory, what holds it] */
    const still: [string, Partial<Memory>, Shown][] = [
      [
        "it had gone on within the last ten seconds: the read may lag",
        { completedAt: SINCE, returningSince: now - 10 * SECOND + 1 },
        pool,
      ],
      ["it is not known", { returningSince: SINCE }, { ...pool, groupInstance: undefined }],
      ["its action was completed within two minutes", { completedAt: now - 2 * MINUTE + 1 }, pool],
      [
        "another hook holds it",
        { completedAt: SINCE },
        { ...pool, hooks: [hook(), hook({ name: "backup" })] },
      ],
      ["the hooks could not be read", { completedAt: SINCE }, { ...pool, hooks: undefined }],
      ["nothing was completed", {}, pool],
      ["it does not come back", { returns: undefined, completedAt: SINCE }, pool],
    ];
    for (const [why, memory, holding] of still) {
      it(`by the same action, where ${why}`, () => expect(goesOnAs(memory, holding)).to.equal("as it was"));
    }
  });
});
