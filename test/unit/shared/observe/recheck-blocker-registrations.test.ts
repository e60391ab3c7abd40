// Protects how long a registration is waited for between two passes, and how seldom its load balancer is asked.
import { expect } from "chai";
import type { RecheckableBlocker } from "../../../../shared/model/memory.ts";
import type { RegisteredTarget } from "../../../../shared/model/registration.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { failure } from "../act/carrying-out.ts";
import { inElb, inStatic, NOW, play, waiting } from "./rechecking.ts";

describe("a recheck of registrations", () => {
  const listed: Omit<RegisteredTarget, "pointsAt"> = {
    id: "i-1",
    port: 8080,
    state: "draining",
    invalid: false,
  };

  it("asks a target group once for all, and waits for each that is there as it was", async () => {
    const { asked, waits } = await play(
      [
        waiting(inStatic(), "i-1"),
        waiting(inStatic({ target: "i-2" }), "i-2"),
        waiting(inStatic({ port: 9090 }), "i-3"),
        waiting(inStatic({ state: "registered" }), "i-4"),
      ],
      { targets: () => [listed] },
    );
    expect([asked, waits]).to.deep.equal([["arn:static"], ["i-1"]]);
  });

  describe("within a deregistration delay that we began", () => {
    const takenAt = NOW - 100_000;
    const registration = { kind: "target", id: "arn:static", port: 8080 } as const;
    const ours = (what = inStatic(), until = NOW + 60_000, instanceId = "i-1") => {
      const own = waiting(what, instanceId, until);
      return { ...own, memory: { ...own.memory, deregistered: [{ what: registration, at: takenAt }] } };
    };
    const nextPassAt = ({ after }: Awaited<ReturnType<typeof play>>) =>
      after.map((each) => each?.memory.nextPassAt);

    const other = { ...listed, id: "i-2" };

    it("asks once whether the target is still there, and for nothing before its end, or the next pass", async () => {
      for (const [delay, until] of [
        [110_000, NOW + 10_000],
        [300_000, NOW + 60_000],
      ] as const) {
        const both = [ours(), ours(inStatic({ target: "i-2" }), NOW + 60_000, "i-2")] as const;
        const played = await play(both, { delay: () => delay, targets: () => [listed, other] });
        expect(played.asked).to.deep.equal(["arn:static", "delay of arn:static"]);
        expect(nextPassAt(played)).to.deep.equal([until, until]);
      }
    });

    it("waits for none that is through before its end: a group that no load balancer uses has no delay", async () => {
      const played = await play([ours()], { targets: () => [other] });
      expect([played.asked, played.waits]).to.deep.equal([["arn:static"], []]);
    });

    it("goes by the time when it was last taken out", async () => {
      const one = ours();
      const times = [NOW - 5_000, takenAt, NOW - 200_000];
      const again = times.map((at) => ({ what: registration, at }));
      const twice = { ...one, memory: { ...one.memory, deregistered: again } };
      const played = await play([twice], { delay: () => 30_000, targets: () => [listed] });
      expect(nextPassAt(played)).to.deep.equal([NOW + 25_000]);
    });

    it("asks for the target from its end on, every poll", async () => {
      const one = ours();
      const played = await play([one], { delay: () => 100_000, targets: () => [listed] });
      expect(nextPassAt(played)).to.deep.equal([NOW + 5_000]);
    });

    it("asks for the target every poll where the delay is not known", async () => {
      const denied = () => {
        throw failure("denied");
      };
      for (const delay of [() => undefined, denied]) {
        const one = ours();
        const played = await play([one], { delay, targets: () => [listed] });
        expect(played.asked).to.deep.equal(["arn:static", "delay of arn:static"]);
        expect(nextPassAt(played)).to.deep.equal([NOW + 5_000]);
        expect(played.run.hasFailures).to.equal(delay === denied);
      }
    });

    it("knows nothing of what somebody else took out, of another port, or of what is registered", async () => {
      const cases: [Termination, typeof listed][] = [
        [waiting(inStatic(), "i-1", NOW + 60_000), listed],
        [ours(inStatic({ port: 9090 })), { ...listed, port: 9090 }],
        [ours(inStatic({ state: "registered" })), { ...listed, state: "registered" }],
      ];
      for (const [each, target] of cases) {
        const played = await play([each], { targets: () => [target] });
        expect(played.asked).to.deep.equal(["arn:static"]);
        expect(nextPassAt(played)).to.deep.equal([NOW + 5_000]);
      }
    });
  });

  it("does not wait where the load balancer says that the instance is stopped", async () => {
    const { waits } = await play([waiting(inStatic())], { targets: () => [{ ...listed, invalid: true }] });
    expect(waits).to.deep.equal([]);
  });

  it("does not wait for a target group that is gone", async () => {
    const { waits } = await play([waiting(inStatic())], { targets: () => [] });
    expect(waits).to.deep.equal([]);
  });

  it("asks a classic load balancer once for all, and waits for those that it drains", async () => {
    const both = ["i-1", "i-2"].map((id) => waiting(inElb(id), id));
    const { asked, waits } = await play(both, { draining: () => ["i-2"] });
    expect([asked, waits]).to.deep.equal([["elb i-1 i-2"], ["i-2"]]);
  });

  it("asks a classic load balancer every poll, also for what we took out: nobody knows how long it drains", async () => {
    const own = waiting(inElb("i-1"), "i-1", NOW + 60_000);
    const deregistered = [{ what: { kind: "classic", id: "elb" }, at: NOW - 5_000 }];
    const { after } = await play([{ ...own, memory: { ...own.memory, deregistered } }], {
      draining: () => ["i-1"],
    });
    expect(after.map((each) => each?.memory.nextPassAt)).to.deep.equal([NOW + 5_000]);
  });

  it("leaves it to a pass where the kind of load balancer is a later version's", async () => {
    const later: RecheckableBlocker = {
      kind: "registration",
      registration: { kind: "later", id: "static" },
      target: "i-1",
      state: "draining",
    };
    const { asked, run, waits } = await play([waiting(later)], {});
    expect([asked, waits, run.hasFailures]).to.deep.equal([[], [], false]);
  });
});
