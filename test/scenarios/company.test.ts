// Protects drains that are not alone: others drain too, undo what was done, or stand in the way; and the log says so.
import { expect } from "chai";
import { expectDrained, expectQuiet, functions, HOOK, instanceIds, linesOf, play } from "./fixture.ts";

const ids = instanceIds(3);
const [leaving] = ids as [string];
const terminate = { at_seconds: 5, terminate: { instance_ids: [leaving] } };

const fleet = (
  change: {
    keys?: Record<string, unknown>;
    service?: Record<string, unknown>;
    group?: Record<string, unknown>;
    timeline?: Record<string, unknown>[];
  } = {},
) => ({
  functions: functions({ cluster_name: "main", target_groups: ["static"], ...change.keys }),
  target_groups: [{ name: "static", port: 8080, deregistration_delay_seconds: 20 }],
  clusters: [
    {
      name: "main",
      services: [{ name: "worker", desired_count: 3, task: { stop_seconds: 10 }, ...change.service }],
    },
  ],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      registers_with: { target_groups: [{ name: "static", port: 8080 }] },
      hooks: [HOOK],
      ...change.group,
    },
  ],
  timeline: [terminate, ...(change.timeline ?? [])],
});

describe("scenarios: who else is there", () => {
  it("ECS managed draining: logged once, and neither hinders the other", async () => {
    const outcome = await play(fleet({ group: { managed_draining: true } }));
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    expect(linesOf(outcome, "ECS drains it too", leaving)).to.have.lengthOf(1);
    expect(linesOf(outcome, "two hooks of ours on one group")).to.deep.equal([]);
  });

  it("two of our hooks on one group: each instance is warned about, and ends", async () => {
    const outcome = await play(fleet({ group: { hooks: [HOOK, { ...HOOK, name: "drain-again" }] } }));
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.terminations.map((each) => each.result)).to.deep.equal(["CONTINUE", "CONTINUE"]);
    const twins = linesOf(outcome, "two hooks of ours on one group", leaving);
    expect(twins.map((line) => line.other_hook).sort()).to.deep.equal(["drain", "drain-again"]);
    expectQuiet(outcome);
  });

  it("two deployments on one group: known by the hook's name", async () => {
    const outcome = await play({
      ...fleet({ group: { hooks: [HOOK, { name: "asg-drain-test", heartbeat_timeout_seconds: 300 }] } }),
      ends_after_seconds: 900,
    });
    expect(linesOf(outcome, "two hooks of ours on one group", leaving)[0]?.other_hook).to.equal(
      "asg-drain-test",
    );
  });

  it("a registration of ours that comes back is taken out again, with a warning that names it", async () => {
    const outcome = await play(
      fleet({
        service: { task: { stop_seconds: 120, stop_timeout_seconds: 200 } },
        timeline: [
          { at_seconds: 60, register: { instance_ids: [leaving], target_group: "static", port: 8080 } },
        ],
      }),
    );
    expectDrained(outcome, { count: 1 });
    const [back] = linesOf(outcome, "registration came back", leaving);
    expect(back).to.include({ level: "WARN", load_balancer: "static", port: 8080 });
  });

  it("DRAINING is set again when somebody sets the instance ACTIVE", async () => {
    const outcome = await play(
      fleet({
        service: { task: { stop_seconds: 120, stop_timeout_seconds: 200 } },
        timeline: [{ at_seconds: 60, set_active: { instance_ids: [leaving] } }],
      }),
    );
    expectDrained(outcome, { count: 1 });
    expect(linesOf(outcome, "set DRAINING again", leaving)[0]?.level).to.equal("WARN");
    expectQuiet(outcome);
  });

  it("percentages that can never make progress are named", async () => {
    const outcome = await play(
      fleet({
        keys: { drain_timeout_seconds: 600 },
        service: { minimum_healthy_percent: 100, maximum_percent: 100 },
      }),
    );
    expect(outcome.violations).to.deep.equal([]);
    const reasons = linesOf(outcome, "no progress", leaving).map(
      (line) => `${line.service_name}: ${line.reason}`,
    );
    expect(reasons.join()).to.match(/worker: with 100 % as its minimum and 100 % as its maximum/);
    const told = String(linesOf(outcome, "no progress", leaving)[0]?.time);
    const since = linesOf(outcome, "waiting", leaving).findLast((line) => String(line.time) < told)?.time;
    const seconds = (Date.parse(String(told)) - Date.parse(String(since))) / 1_000;
    expect(seconds, "seconds without progress").to.be.within(120, 140);
  });

  it("no spare capacity: ECS's own words for it", async () => {
    const outcome = await play(
      fleet({
        keys: { drain_timeout_seconds: 600 },
        group: { task_slots: 1 },
        service: { desired_count: 3 },
      }),
    );
    const reasons = linesOf(outcome, "no progress", leaving).map((line) => String(line.reason));
    expect(reasons.join()).to.match(/unable to place a task/);
  });

  it("a protected task is named as the reason", async () => {
    const outcome = await play(
      fleet({
        timeline: [
          { at_seconds: 1, protect_tasks: { cluster: "main", service: "worker", for_seconds: 600 } },
        ],
      }),
    );
    expectDrained(outcome, { count: 1 });
    const reasons = linesOf(outcome, "no progress", leaving).map((line) => String(line.reason));
    expect(reasons.join()).to.match(/protected from being stopped until 2026-01-05T09:10:01/);
  });

  it("a drain in the same minute as a scale-out", async () => {
    const outcome = await play(
      fleet({ timeline: [{ at_seconds: 10, scale_out: { group: "fleet", count: 2 } }] }),
    );
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
  });
});
