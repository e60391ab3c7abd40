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
    const replacing = (atOnce: number, last: boolean) => ({ replacing: () => ({ atOnce, last }) });

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
