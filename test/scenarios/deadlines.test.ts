// Protects how a drain ends that does not end by itself: at its deadline, as the input says, and with what the log showed
// would happen.
import { expect } from "chai";
import {
  expectDrained,
  expectQuiet,
  functions,
  HOOK,
  instanceIds,
  linesOf,
  type Outcome,
  play,
} from "./fixture.ts";

const ids = instanceIds(2);
/** How long after the message deregister's first run comes, in seconds: a drain's time begins then. */
const BEGUN = 15;
const ENDLESS = { stop_seconds: 200_000, stop_timeout_seconds: 200_000 };

const fleet = (
  keys: Record<string, unknown>,
  change: {
    hook?: Record<string, unknown>;
    group?: Record<string, unknown>;
    task?: Record<string, unknown>;
  } = {},
) => ({
  functions: functions({ cluster_name: "main", ...keys }),
  clusters: [
    { name: "main", services: [{ name: "worker", desired_count: 2, task: change.task ?? ENDLESS }] },
  ],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      hooks: [{ ...HOOK, ...change.hook }],
      ...change.group,
    },
  ],
  timeline: [{ at_seconds: 5, terminate: { instance_ids: [ids[0]] } }],
});

describe("scenarios: deadlines", () => {
  for (const [onTimeout, result] of [
    [undefined, "CONTINUE"],
    ["continue", "CONTINUE"],
    ["abandon", "ABANDON"],
  ] as const) {
    it(`on_timeout ${onTimeout ?? "not given"}: completed with ${result} at the deadline, with what is left`, async () => {
      const outcome = await play(
        fleet({ drain_timeout_seconds: 600, ...(onTimeout ? { on_timeout: onTimeout } : {}) }),
      );
      expect(outcome.violations).to.deep.equal([]);
      const [termination] = outcome.terminations;
      expect(termination?.result).to.equal(result);
      const took = ((termination?.completedAt ?? 0) - (termination?.askedAt ?? 0)) / 1_000;
      expect(took, "seconds").to.be.within(BEGUN + 600, BEGUN + 620);
      const [completed] = linesOf(outcome, "lifecycle action completed");
      expect(completed?.reason).to.include("1 task STOPPING");
      const cutOff = { level: "WARN", outcome: "cut off", setting: "drain_timeout_seconds" };
      expect(completed).to.include({ ...cutOff, left: "1 task STOPPING" });
      const [half] = linesOf(outcome, "half of the drain's time is over");
      expect(half?.waiting_for).to.include("1 task STOPPING");
      expectQuiet(outcome);
    });
  }

  it("without drain_timeout_seconds it is an hour", async () => {
    const outcome = await play(fleet({}, { hook: { heartbeat_timeout_seconds: 600 } }));
    const [termination] = outcome.terminations;
    const took = ((termination?.completedAt ?? 0) - (termination?.askedAt ?? 0)) / 1_000;
    expect(took).to.be.within(BEGUN + 3_600, BEGUN + 3_620);
  });

  for (const onTimeout of ["continue", "abandon", "leave"] as const) {
    it(`the hook's global limit cuts the timeout: ${onTimeout}`, async () => {
      // A hundred times 30 seconds: 50 minutes.
      const outcome = await play({
        ...fleet(
          { drain_timeout_seconds: 7_000, on_timeout: onTimeout },
          { hook: { heartbeat_timeout_seconds: 30 } },
        ),
        functions: functions(
          { cluster_name: "main", drain_timeout_seconds: 7_000, on_timeout: onTimeout },
          [10, 12],
        ),
      });
      expect(outcome.violations).to.deep.equal([]);
      const [held] = linesOf(outcome, "held by the lifecycle hook");
      expect(held).to.include({ level: "WARN", heartbeat_timeout_seconds: 30, global_limit_seconds: 3_000 });
      expect(held?.reason).to.include("global limit");
      const [termination] = outcome.terminations;
      if (onTimeout === "leave") {
        expect(termination?.result).to.equal(undefined);
        expect(termination?.reason).to.include("timeout");
      } else {
        const [completed] = linesOf(outcome, "lifecycle action completed");
        expect(completed).to.include({ level: "WARN", setting: "heartbeat_timeout_seconds" });
        expect(termination?.result).to.equal(onTimeout === "continue" ? "CONTINUE" : "ABANDON");
        const took = ((termination?.completedAt ?? 0) - (termination?.askedAt ?? 0)) / 1_000;
        expect(took).to.be.within(2_880, 2_890);
      }
      expectQuiet(outcome);
    });
  }

  for (const [onAbandon, words] of [
    ["retain", "Terminating:Retained"],
    ["terminate", "the instance is terminated"],
  ] as const) {
    it(`abandon in a group that would ${onAbandon}: the log says which of the two will happen`, async () => {
      const outcome = await play(
        fleet({ drain_timeout_seconds: 600, on_timeout: "abandon" }, { group: { on_abandon: onAbandon } }),
      );
      const [half] = linesOf(outcome, "half of the drain's time is over");
      expect(half?.ends_with).to.include(words);
      const [completed] = linesOf(outcome, "lifecycle action completed");
      expect(completed?.reason).to.include(words);
      expectQuiet(outcome);
    });
  }

  it("abandon where the hook's global limit comes first: its fate is known at half of that time already", async () => {
    const outcome = await play({
      ...fleet(
        { drain_timeout_seconds: 7_000, on_timeout: "abandon" },
        { hook: { heartbeat_timeout_seconds: 30 }, group: { on_abandon: "retain" } },
      ),
      functions: functions(
        { cluster_name: "main", drain_timeout_seconds: 7_000, on_timeout: "abandon" },
        [10, 12],
      ),
    });
    const [half] = linesOf(outcome, "half of the drain's time is over");
    expect(half?.ends_with).to.include("Terminating:Retained");
    const [completed] = linesOf(outcome, "lifecycle action completed");
    expect(completed?.reason).to.include("Terminating:Retained");
  });

  it("abandon is for the deadline alone: a drain that is done before it cancels no other hook", async () => {
    const world = fleet({ on_timeout: "abandon" }, { task: { stop_seconds: 30 } });
    const [group] = world.auto_scaling_groups;
    const other = { name: "backup", heartbeat_timeout_seconds: 400, default_result: "CONTINUE" };
    const outcome = await play({
      ...world,
      auto_scaling_groups: [{ ...group, hooks: [HOOK, other] }],
    });
    expectDrained(outcome, { count: 1 });
    expect(
      outcome.simulation.world.story.lines.filter((line) => line.kind === "action-ended"),
    ).to.have.lengthOf(2);
    expectQuiet(outcome);
  });

  it("leave still completes when all is gone before the hook's own timeout", async () => {
    const outcome = await play(
      fleet(
        { drain_timeout_seconds: 300, on_timeout: "leave" },
        { task: { stop_seconds: 420, stop_timeout_seconds: 500 }, hook: { heartbeat_timeout_seconds: 900 } },
      ),
    );
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
  });

  it("settle_seconds lie between gone and complete", async () => {
    const outcome = await play(
      fleet({ settle_seconds: 200 }, { task: { stop_seconds: 100, stop_timeout_seconds: 120 } }),
    );
    const [termination] = outcome.terminations;
    expect(outcome.violations).to.deep.equal([]);
    const settled = ((termination?.completedAt ?? 0) - (termination?.readyAt ?? 0)) / 1_000;
    expect(settled).to.be.within(200, 215);
  });

  const behindNetwork = (...more: Record<string, unknown>[]) => ({
    functions: functions({ target_groups: ["network"] }),
    target_groups: [{ name: "network", protocol: "TCP", deregistration_delay_seconds: 30 }],
    auto_scaling_groups: [
      {
        name: "fleet",
        instance_ids: ids,
        registers_with: { target_groups: [{ name: "network" }] },
        hooks: [HOOK],
      },
    ],
    timeline: [{ at_seconds: 5, terminate: { instance_ids: [ids[0]] } }, ...more],
  });
  const settledSeconds = ({ terminations: [termination] }: Outcome) =>
    ((termination?.completedAt ?? 0) - (termination?.readyAt ?? 0)) / 1_000;

  it("an instance behind a Network Load Balancer settles for two minutes", async () => {
    const outcome = await play(behindNetwork());
    expect(settledSeconds(outcome)).to.be.within(120, 135);
    expect(outcome.terminations[0]?.result).to.equal("CONTINUE");
  });

  it("so it does if its message comes again once nothing shows the load balancer any more", async () => {
    const outcome = await play(
      behindNetwork({ at_seconds: 70, repeat_notification: { instance_ids: [ids[0]] } }),
    );
    expect(linesOf(outcome, "duplicate merged", ids[0])).to.have.lengthOf(1);
    // It counts from when both messages' drains have found nothing.
    expect(settledSeconds(outcome)).to.be.within(120, 200);
    expectQuiet(outcome);
  });
});
