// Protects runs from being cut off where AWS is slow: what they have no time for is left to the next one, and nothing is lost.
import { expect } from "chai";
import { functions, HOOK, instanceIds, play } from "./fixture.ts";

describe("scenarios: AWS takes a second or more for each call", () => {
  it("six hundred instances go at once: no run is cut off, and all are drained before the hook's timeout", async () => {
    const ids = instanceIds(600);
    const outcome = await play({
      functions: functions({}),
      auto_scaling_groups: [
        { name: "fleet", instance_ids: ids, hooks: [{ ...HOOK, heartbeat_timeout_seconds: 900 }] },
      ],
      timeline: [{ at_seconds: 5, terminate: { instance_ids: ids } }],
      latency_milliseconds: [800, 1_500],
    });
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.terminations.map((each) => each.result)).to.deep.equal(ids.map(() => "CONTINUE"));
    expect(outcome.terminations.map((each) => each.reason)).to.not.include(
      "the hook's timeout ended it with CONTINUE",
    );
    expect(outcome.invocations.filter((each) => each.outcome === "timed out")).to.deep.equal([]);
  });

  it("four hundred messages that cannot be read, and one termination: no run is cut off", async () => {
    const [id] = instanceIds(1) as [string];
    const outcome = await play({
      functions: functions({}),
      auto_scaling_groups: [{ name: "fleet", instance_ids: [id], hooks: [HOOK] }],
      timeline: [
        { at_seconds: 4, send: { queue: "lifecycle", body: "not ours", count: 400 } },
        { at_seconds: 5, terminate: { instance_ids: [id] } },
      ],
      latency_milliseconds: [800, 1_500],
    });
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.terminations.map((each) => each.result)).to.deep.equal(["CONTINUE"]);
    expect(outcome.invocations.filter((each) => each.outcome === "timed out")).to.deep.equal([]);
  });
});
