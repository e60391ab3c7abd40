// Protects a drain that nobody could begin for long: it gets its time from when somebody could first work on it, while its hook
// holds. It gets it once.
import { expect } from "chai";
import type { TimelineEntry } from "../../simulator/scenario/schema.ts";
import { expectQuiet, functions, HOOK, instanceIds, linesOf, type Outcome, play } from "./fixture.ts";

const MINUTE = 60;
const ids = instanceIds(2);
const ENDLESS = { stop_seconds: 20_000, stop_timeout_seconds: 20_000 };
type Entry = Partial<TimelineEntry> & { readonly at_seconds: number };

/** A service behind nothing, and a target group of ours. The hook holds for two hours without a heartbeat. */
const fleet = (timeline: readonly Entry[], change: { task?: object; keys?: object; hook?: object } = {}) => ({
  functions: functions({ cluster_name: "main", target_groups: ["static"], ...change.keys }),
  target_groups: [{ name: "static", port: 8080, deregistration_delay_seconds: 60 }],
  clusters: [
    {
      name: "main",
      services: [{ name: "worker", desired_count: 2, task: { stop_seconds: 20, ...change.task } }],
    },
  ],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      registers_with: { target_groups: [{ name: "static" }] },
      hooks: [{ ...HOOK, heartbeat_timeout_seconds: 7200, ...change.hook }],
    },
  ],
  ends_after_seconds: 14_000,
  timeline: [{ at_seconds: 5, terminate: { instance_ids: [ids[0] ?? ""] } }, ...timeline],
});

const both = (at: number, forSeconds: number): Entry[] =>
  (["deregister", "terminate"] as const).map((name) => ({
    at_seconds: at,
    skip_ticks: { function: name, for_seconds: forSeconds },
  }));

/** The one termination was drained, begun at so many seconds after the start, and completed when it was ready. */
function expectDrainedFrom(outcome: Outcome, begunAt: number): void {
  expect(outcome.violations).to.deep.equal([]);
  const [{ readyAt = 0, completedAt = 0, result } = {}] = outcome.terminations;
  expect(result).to.equal("CONTINUE");
  const seconds = (time: number) => (time - outcome.startedAt) / 1_000;
  expect(seconds(readyAt), "ready").to.be.within(begunAt + 60, begunAt + 90);
  expect(seconds(completedAt) - seconds(readyAt), "completed after it was ready").to.be.within(0, 40);
  expect(linesOf(outcome, "lifecycle action completed")[0]?.reason).to.equal("drained");
}

describe("scenarios: a drain that begins late", () => {
  it("both functions were down for 70 minutes: it is drained, and the log says until when", async () => {
    const outcome = await play(fleet(both(1, 70 * MINUTE)));
    expectDrainedFrom(outcome, 70 * MINUTE + 20);
    const [held] = linesOf(outcome, "held by the lifecycle hook");
    expect(Date.parse(String(held?.drain_deadline)) - outcome.startedAt).to.be.within(
      (130 * MINUTE + 20) * 1_000,
      (131 * MINUTE + 20) * 1_000,
    );
    expectQuiet(outcome);
  });

  it("Lambda throttled both functions for 70 minutes, the event source mapping's invocations too", async () => {
    const throttled: Entry[] = (["deregister", "terminate"] as const).map((name) => ({
      at_seconds: 1,
      throttle_function: { function: name, for_seconds: 70 * MINUTE },
    }));
    const { functions: scheduled, ...place } = fleet(throttled);
    const deregister = { ...scheduled.deregister, event_source_mapping: {} };
    const outcome = await play({ ...place, functions: { ...scheduled, deregister } });
    expectDrainedFrom(outcome, 70 * MINUTE + 5);
    // Each visibility timeout of the message was one try, beside a tick of each function a minute.
    expect(outcome.simulation.world.firings.counts.get("throttled invocations")).to.be.within(140, 180);
    expectQuiet(outcome);
  });

  it("the message came 100 minutes late", async () => {
    const outcome = await play(
      fleet([{ at_seconds: 1, delay_notifications: { for_seconds: 60, by_seconds: 6_000, probability: 1 } }]),
    );
    expectDrainedFrom(outcome, 6_020);
    expectQuiet(outcome);
  });

  it("Auto Scaling could not be read for 70 minutes: nobody could work on it", async () => {
    const deny = { actions: ["autoscaling:Describe*"], for_seconds: 70 * MINUTE, probability: 1 };
    const outcome = await play(fleet([{ at_seconds: 1, deny }]));
    expectDrainedFrom(outcome, 70 * MINUTE);
  });

  for (const [which, changed] of [
    ["both functions", ["deregister", "terminate"]],
    ["terminate alone: it is the one that would complete it", ["terminate"]],
  ] as const) {
    it(`a dry run was switched off after 70 minutes, of ${which}`, async () => {
      const scenario = fleet(
        changed.map((name) => ({
          at_seconds: 70 * MINUTE,
          change_input: { function: name, input: { dry_run: null } },
        })),
      );
      for (const name of ["deregister", "terminate"] as const)
        Object.assign(scenario.functions[name].input, { dry_run: true });
      const outcome = await play(scenario);
      expectDrainedFrom(outcome, 70 * MINUTE + 40);
    });
  }

  it("a later outage extends nothing: it ends at its deadline, with whatever is left", async () => {
    const outcome = await play({
      ...fleet(both(90, 70 * MINUTE), { task: ENDLESS }),
      faults_end_after_seconds: 90 + 70 * MINUTE,
    });
    expect(outcome.violations).to.deep.equal([]);
    const [termination] = outcome.terminations;
    const completed = ((termination?.completedAt ?? 0) - outcome.startedAt) / 1_000;
    expect(completed).to.be.within(71 * MINUTE + 30, 73 * MINUTE);
    expect(linesOf(outcome, "lifecycle action completed")[0]?.reason).to.include("the drain's time is over");
  });

  it("a drain that was begun late ends before the hook's global limit, which counts from the lifecycle action", async () => {
    const outcome = await play(
      fleet([{ at_seconds: 1, delay_notifications: { for_seconds: 60, by_seconds: 60, probability: 1 } }], {
        hook: { heartbeat_timeout_seconds: 120 },
        keys: { drain_timeout_seconds: 20_000 },
        task: ENDLESS,
      }),
    );
    expect(outcome.violations).to.deep.equal([]);
    const [{ askedAt = 0, completedAt = 0 } = {}] = outcome.terminations;
    expect((completedAt - askedAt) / 1_000).to.be.within(12_000 - 120, 12_000 - 110);
  });

  it("a message that comes twice, once at once and once late, is one drain: the earlier begin counts", async () => {
    const outcome = await play(
      fleet([{ at_seconds: 30 * MINUTE, repeat_notification: { instance_ids: [ids[0] ?? ""] } }], {
        task: ENDLESS,
      }),
    );
    expect(outcome.violations).to.deep.equal([]);
    const [{ completedAt = 0 } = {}] = outcome.terminations;
    expect((completedAt - outcome.startedAt) / 1_000).to.be.within(3_620, 3_640);
  });
});
