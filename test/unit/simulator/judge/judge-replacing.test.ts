// Protects the judge from overlooking that notices take more instances of a group at once than the input allows.
import { expect } from "chai";
import type { JudgeOptions } from "../../../../simulator/judge/judge.ts";
import type { Happening } from "../../../../simulator/kernel/story.ts";
import { group, MINUTE, SECOND, type Told, violations } from "./judged-story.ts";

describe("judge", () => {
  describe("an instance that is replaced because of a notice", () => {
    const [first, second, third] = ["i-1", "i-2", "i-3"];
    const is = (instanceId: string, state: string): Happening => ({
      kind: "instance",
      instanceId,
      group,
      state,
    });
    const asked = (instanceId: string, more: { by?: string; lowersCapacity?: boolean } = {}): Happening => ({
      kind: "termination-asked",
      instanceId,
      group,
      lowersCapacity: false,
      by: "terminate",
      ...more,
    });
    const all: Told[] = [first, second, third].map((id) => [0, is(id, "InService")]);
    // Whoever acts now has read for two seconds.
    const by = (told: readonly Told[], more: Partial<JudgeOptions> = {}) => {
      const now = told.at(-1)?.[0] ?? 0;
      return violations(told, { readSince: () => now - 2 * SECOND, ...more });
    };
    const rule = "instances are replaced a few at a time";
    const replacing = (atOnce: number, last: boolean) => ({
      replacing: () => ({ atOnce, last, searches: true }),
    });

    it("goes while all others of its group serve", () => {
      expect(by([...all, [MINUTE, asked(first)]])).to.deep.equal([]);
    });

    it("waits while as many others are under way as the input allows", () => {
      const leaving: Told[] = [...all, [MINUTE, is(first, "Terminating:Wait")], [2 * MINUTE, asked(second)]];
      const two = `${rule}: 1 others of its group were under way, and 1 may be`;
      expect(by(leaving)).to.deep.equal([two]);
      expect(by(leaving, replacing(2, false))).to.deep.equal([]);
      const gone: Told = [3 * MINUTE, is(first, "gone")];
      expect(by([...leaving.slice(0, -1), gone, [4 * MINUTE, asked(second)]])).to.deep.equal([]);
      const coming: Told[] = [...all, [MINUTE, is("i-4", "Pending:Wait")], [2 * MINUTE, asked(second)]];
      expect(by(coming)).to.deep.equal([two]);
    });

    it("need not wait for what Auto Scaling may not have shown yet", () => {
      const soon: Told[] = [
        ...all,
        [MINUTE, is(first, "Terminating:Wait")],
        [MINUTE + SECOND, asked(second)],
      ];
      expect(by(soon)).to.deep.equal([]);
    });

    it("waits for another that was asked for just before, whatever Auto Scaling shows", () => {
      const storm: Told[] = [
        ...all,
        [MINUTE, asked(first)],
        [MINUTE, is(first, "Terminating")],
        [MINUTE, asked(second)],
      ];
      expect(by(storm)).to.have.lengthOf(1);
      expect(by(storm, replacing(2, false))).to.deep.equal([]);
    });

    it("is not the last in service, unless the input says so", () => {
      const alone: Told[] = [
        [0, is(first, "InService")],
        [0, is(second, "Standby")],
        [MINUTE, asked(first)],
      ];
      expect(by(alone)).to.deep.equal([`${rule}: it was the last of its group in service`]);
      expect(by(alone, replacing(1, true))).to.deep.equal([]);
    });

    describe("behind a target group", () => {
      const registered = (id: string): Happening => ({
        kind: "target",
        targetGroup: "web",
        id,
        port: 80,
        state: "registered",
        by: "auto-scaling",
      });
      const healthy = (id: string): Happening => ({
        kind: "target-healthy",
        targetGroup: "web",
        id,
        port: 80,
      });
      const [one, two, three]: Told[][] = [first, second, third].map((id): Told[] => [
        [0, registered(id)],
        [10 * SECOND, healthy(id)],
      ]) as [Told[], Told[], Told[]];
      const late: Told = [MINUTE, registered(third)];
      const now: Told = [2 * MINUTE, asked(first)];
      const wrong = `${rule}: 1 others of its group had a target that was not healthy yet, and 1 may be under way`;
      /** [why, what happened, what is wrong with it] */
      const table: [string, Told[], string[]][] = [
        ["goes while all targets are healthy", [...all, ...one, ...two, ...three, now], []],
        ["waits while another's target is not healthy yet", [...all, ...one, ...two, late, now], [wrong]],
        [
          "need not wait for what was registered a moment ago",
          [...all, ...one, ...two, [2 * MINUTE - SECOND, registered(third)], now],
          [],
        ],
        [
          "need not wait where none is healthy",
          [...all, ...[first, second, third].map((id): Told => [0, registered(id)]), now],
          [],
        ],
        ["need not wait where it is no target itself", [...all, ...two, late, now], []],
      ];
      for (const [why, told, expected] of table)
        it(why, () => expect(by(told, replacing(1, false))).to.deep.equal(expected));

      it("need not wait where nobody searches", () =>
        expect(
          by([...all, ...one, ...two, late, now], {
            replacing: () => ({ atOnce: 1, last: false, searches: false }),
          }),
        ).to.deep.equal([]));
    });

    it("does not lower the desired capacity", () => {
      expect(by([...all, [MINUTE, asked(first, { lowersCapacity: true })]])).to.deep.equal([
        `${rule}: the desired capacity of its group went down with it`,
      ]);
    });

    it("is somebody else's to do", () => {
      const operator = { by: "operator", lowersCapacity: true };
      expect(
        by([
          [0, is(first, "InService")],
          [MINUTE, asked(first, operator)],
        ]),
      ).to.deep.equal([]);
    });
  });
});
