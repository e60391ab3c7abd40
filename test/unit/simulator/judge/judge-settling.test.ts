// Protects the judge from overlooking an instance that is completed before it has settled.
import { expect } from "chai";
import type { Happening } from "../../../../simulator/kernel/story.ts";
import {
  begins,
  ends,
  group,
  held,
  hook,
  MINUTE,
  SECOND,
  sees,
  type Told,
  violations,
} from "./judged-story.ts";

describe("judge", () => {
  describe("an instance on which nothing is left", () => {
    const target = (state: "registered" | "draining" | "gone", targetGroup = "static"): Happening => ({
      kind: "target",
      targetGroup,
      id: held,
      port: 80,
      state,
      by: state === "registered" ? "operator" : "deregister",
    });
    const seen = (at: number, by = "deregister"): Told => [at, sees(by)];
    const completed = (at: number): Told => [at, ends("call", "terminate", "CONTINUE")];
    const keys = (settle?: number, targetGroups = ["static", "network"]) => ({
      target_groups: targetGroups,
      ...(settle === undefined ? {} : { settle_seconds: settle }),
    });
    // Registered before the drain, seen in its tenth second, and gone in its second minute.
    const drained = (targetGroup = "static"): Told[] => [
      [-MINUTE, target("registered", targetGroup)],
      ...begins,
      seen(10 * SECOND),
      [20 * SECOND, target("draining", targetGroup)],
      [2 * MINUTE, target("gone", targetGroup)],
    ];
    const early = (seconds: number) => [
      `every instance settles: it was completed ${seconds} s before it had settled`,
    ];

    it("settles for settle_seconds, counted from when the last was gone", () => {
      const by = (at: number) => violations([...drained(), completed(at)], { keys: keys(60) });
      expect(by(3 * MINUTE)).to.deep.equal([]);
      expect(by(2 * MINUTE + 30 * SECOND)).to.deep.equal(early(20));
    });

    it("need not settle without settle_seconds, unless a Network Load Balancer may go on sending", () => {
      const by = (targetGroup: string, at: number) =>
        violations([...drained(targetGroup), completed(at)], { keys: keys() });
      expect(by("static", 2 * MINUTE + SECOND)).to.deep.equal([]);
      expect(by("network", 2 * MINUTE + SECOND)).to.deep.equal(early(109));
      expect(by("network", 4 * MINUTE)).to.deep.equal([]);
    });

    it("settles where its message was lost too, and need not where all calls are slow", () => {
      const soon = completed(2 * MINUTE + 30 * SECOND);
      const lost: Told = [2 * MINUTE + SECOND, { kind: "message-lost", instanceId: held }];
      const by = (more: Parameters<typeof violations>[1], ...told: Told[]) =>
        violations([...drained("network"), ...told, soon], { keys: keys(), ...more });
      expect(by({})).to.deep.equal(early(80));
      expect(by({}, lost)).to.deep.equal(early(80));
      expect(by({ isSlow: true })).to.deep.equal([]);
    });

    it("settles for as long as the input says behind a Network Load Balancer too", () => {
      const told = [...drained("network"), completed(2 * MINUTE + 30 * SECOND)];
      expect(violations(told, { keys: keys(30) })).to.deep.equal([]);
      expect(violations(told, { keys: keys(60) })).to.deep.equal(early(20));
    });

    it("settles from when the functions began, where nothing was on it", () => {
      const by = (at: number) =>
        violations([...begins, seen(40 * SECOND), completed(at)], { keys: keys(60) });
      expect(by(70 * SECOND)).to.deep.equal(early(20));
      expect(by(100 * SECOND)).to.deep.equal([]);
    });

    it("may have been seen empty on a dry run", () => {
      const told = [...begins, seen(SECOND), seen(MINUTE, "terminate"), completed(70 * SECOND)];
      const isDry = (caller: string) => caller === "deregister";
      expect(violations(told, { keys: keys(60), isDry })).to.deep.equal([]);
    });

    it("may have been seen empty in the drain of the action before", () => {
      const again = { token: "second" };
      const second: Told[] = [
        [70 * SECOND, ends("cancelled", "auto-scaling", "ABANDON")],
        [70 * SECOND, { kind: "action-started", instanceId: held, group, hook, ...again, terminating: true }],
        [75 * SECOND, sees("terminate", again)],
        [80 * SECOND, ends("call", "terminate", "CONTINUE", again)],
      ];
      expect(violations([...begins, seen(SECOND), ...second], { keys: keys(60) })).to.deep.equal([]);
      expect(violations([...begins, ...second], { keys: keys(60) })).to.deep.equal(early(45));
    });

    it("need not settle again for what came and went between two passes", () => {
      const short: Told[] = [
        [3 * MINUTE, target("registered")],
        [3 * MINUTE + 20 * SECOND, target("gone")],
        completed(3 * MINUTE + 30 * SECOND),
      ];
      const long: Told[] = [
        [3 * MINUTE, target("registered")],
        [8 * MINUTE, target("gone")],
        completed(8 * MINUTE + 30 * SECOND),
      ];
      expect(violations([...drained(), ...short], { keys: keys(60) })).to.deep.equal([]);
      expect(violations([...drained(), ...long], { keys: keys(60) })).to.deep.equal(early(20));
    });

    it("need not settle at the deadline, once it is dead, or where Spot takes it back", () => {
      const by = (...more: Told[]) => violations([...drained(), ...more], { keys: keys(600) });
      const soon = completed(3 * MINUTE);
      expect(by(soon)).to.have.lengthOf(1);
      expect(by(completed(10 * MINUTE + 10 * SECOND))).to.deep.equal([]);
      const dies: Happening = { kind: "instance-ended", instanceId: held, how: "terminated", by: "ec2" };
      expect(by([2 * MINUTE, dies], soon)).to.deep.equal([]);
      expect(by([2 * MINUTE, { kind: "interruption", instanceId: held }], soon)).to.deep.equal([]);
    });
  });
});
