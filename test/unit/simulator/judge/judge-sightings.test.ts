// Protects the judge from asking of a function what it cannot know: what it saw of a hook is lost with a run that is cut short, and
// with a message that it drops because the hook is another's.
import { expect } from "chai";
import { scopeOf } from "../../../../simulator/judge/scope.ts";
import type { Happening } from "../../../../simulator/kernel/story.ts";
import {
  begins,
  ends,
  heartbeatTimeout,
  held,
  MINUTE,
  SECOND,
  sees,
  type Told,
  violations,
} from "./judged-story.ts";

describe("judge", () => {
  const keys = { target_groups: ["static"], drain_timeout_seconds: 3600 };
  const timedOutAt = (at: number): Told => [at, ends("timeout", "auto-scaling", "CONTINUE")];

  describe("a timer that runs by the hook as it was before an edit", () => {
    const editedAt = (changedAt: number) => ({
      scopeOf: () =>
        scopeOf(keys, {
          metadata: undefined,
          isSwept: false,
          heartbeatTimeout,
          globalTimeout: 48 * 60 * MINUTE,
          changedAt,
        }),
    });
    const neglected = ["every hook is kept alive: its timeout ended it 3010 s before the drain's deadline"];
    const story = (...more: Told[]): Told[] => [
      ...begins,
      [10 * SECOND, sees("deregister")],
      ...more,
      timedOutAt(10 * MINUTE),
    ];

    it("is kept alive if a function had seen that", () => {
      expect(violations(story(), editedAt(MINUTE))).to.deep.equal(neglected);
      expect(violations(story(), editedAt(10 * SECOND))).to.deep.equal([]);
    });

    it("is nobody's fault if the run that had seen it was cut short", () => {
      const wasCutShort = (by: string, at: number) => by === "deregister" && at === 10 * SECOND;
      expect(violations(story(), { ...editedAt(2 * MINUTE), wasCutShort })).to.deep.equal([]);
      const again: Told = [MINUTE, sees("terminate")];
      expect(violations(story(again), { ...editedAt(2 * MINUTE), wasCutShort })).to.deep.equal(neglected);
      expect(violations(story(again), { ...editedAt(MINUTE), wasCutShort })).to.deep.equal([]);
    });
  });

  describe("a hook that was another's when its message came, where nobody sweeps", () => {
    const registered: Happening = {
      kind: "target",
      targetGroup: "static",
      id: held,
      port: 80,
      state: "registered",
      by: "operator",
    };
    const isOursBy = (_by: string, { notifies }: { notifies: string | undefined }) => notifies === "ours";
    const found = (sweepInterval: number, ...seen: Told[]) =>
      violations([[-MINUTE, registered], ...begins, ...seen, timedOutAt(50 * MINUTE)], {
        keys,
        isOursBy,
        sweepInterval,
      });
    const theirs: Told = [10 * SECOND, sees("deregister", { notifies: "theirs" })];
    const ours: Told = [2 * MINUTE, sees("deregister")];
    const broken = [
      "what is ours is taken out: it is still registered with static",
      "every hook is kept alive: its timeout ended it 610 s before the drain's deadline",
    ];

    it("holds what no message stands for any more, even if it is ours again", () => {
      expect(found(0, theirs)).to.deep.equal([]);
      expect(found(5 * MINUTE, theirs), "a sweep finds it").to.deep.equal(broken);
    });

    it("is known once a function has seen that it is ours, and as long as none has turned it away", () => {
      expect(found(0, theirs, ours)).to.deep.equal(broken);
      expect(found(0, ours, [3 * MINUTE, theirs[1]])).to.deep.equal([]);
    });

    it("need not end in time", () => {
      const late = violations([...begins, theirs, [4000 * SECOND, ends("call", "operator", "CONTINUE")]], {
        keys,
        isOursBy,
        sweepInterval: 0,
      });
      expect(late).to.deep.equal([]);
    });
  });
});
