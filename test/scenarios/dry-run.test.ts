// Protects what a dry run promises: everything is observed and decided, the log says what would be done, and nothing but
// our own queues is written to. Once it is off, what travelled through it is drained for real.
import { expect } from "chai";
import { inProcess } from "../../cli/in-process.ts";
import { playScenario } from "../../simulator/scenario/play.ts";
import { readScenario } from "../../simulator/scenario/read.ts";
import type { Scenario } from "../../simulator/scenario/schema.ts";
import {
  calls,
  expectDrained,
  functions,
  HOOK,
  instanceIds,
  type LogLine,
  linesOf,
  play,
} from "./fixture.ts";

const READS = /:(Describe|List|Get)/;
const OUR_QUEUES = /^sqs:/;
const ids = instanceIds(2);

describe("scenarios: dry run", () => {
  for (const [how, input, variable] of [
    ["dry_run in both inputs", { dry_run: true }, ""],
    ["DRYRUN=1", {}, "1"],
    ["DRYRUN=false, with a warning", {}, "false"],
  ] as const) {
    it(`the default scenario, ten minutes by ${how}: no write but to our own queues`, async () => {
      const scenario = readScenario("examples/fleet.yaml");
      const lines: LogLine[] = [];
      const played = await playScenario(
        { ...dry(scenario, input), ends_after_seconds: 600 },
        { invoke: inProcess((line) => lines.push(JSON.parse(line)), { dryRunVariable: variable }) },
      );
      const written = [...played.calls.keys()].filter(
        (action) => !READS.test(action) && !OUR_QUEUES.test(action),
      );
      expect(written).to.deep.equal([]);
      expect(played.endedAt - played.startedAt).to.be.at.least(600_000);
      expect(played.terminations.map((each) => each.reason)).to.deep.equal(["", "", ""]);
      for (const queue of played.simulation.world.queues.all.filter(({ name }) => /dead-letters/.test(name)))
        expect(queue.messages.size, queue.name).to.equal(0);
      const would = lines.filter((line) => line.message === "dry run");
      expect(would.some((line) => String(line.reason).includes("the hook's own timeout"))).to.equal(true);
      for (const { instanceId } of played.terminations) {
        const own = would.filter((line) => line.instance_id === instanceId).map((line) => line.would);
        expect(own.some((text) => String(text).startsWith("deregistration from"))).to.equal(true);
        expect(new Set(own).size, "each is logged once").to.equal(own.length);
      }
      expect(lines.some((line) => line.message === "DRYRUN is set")).to.equal(variable === "false");
      expect(played.invocations.filter((each) => each.outcome !== "succeeded")).to.deep.equal([]);
    });
  }

  it("tells the deadline again once the drain's time begins: a rehearsed one did not count", async () => {
    const outcome = await play({
      functions: {
        deregister: {
          input: {
            lifecycle_queue_name: "lifecycle",
            elb_monitor_queue_name: "monitor",
            target_groups: ["front"],
            drain_timeout_seconds: 300,
            dry_run: true,
          },
        },
        terminate: { input: { queue_name: "monitor", dry_run: true } },
      },
      target_groups: [{ name: "front", port: 80, deregistration_delay_seconds: 400 }],
      auto_scaling_groups: [
        {
          name: "fleet",
          instance_ids: ids,
          registers_with: { target_groups: [{ name: "front" }] },
          hooks: [HOOK],
        },
      ],
      timeline: [
        { at_seconds: 5, terminate: { instance_ids: [ids[0]] } },
        { at_seconds: 900, change_input: { function: "deregister", input: { dry_run: null } } },
        { at_seconds: 900, change_input: { function: "terminate", input: { dry_run: null } } },
      ],
    });
    const begun = Date.parse(String(linesOf(outcome, "dry run is over", ids[0])[0]?.time));
    for (const phrase of [
      "held by the lifecycle hook",
      "time does not suffice",
      "half of the drain's time is over",
    ]) {
      const lines = linesOf(outcome, phrase, ids[0]);
      expect(lines, phrase).to.have.lengthOf(2);
      expect(Date.parse(String(lines[1]?.time)), phrase).to.be.least(begun);
    }
    const [rehearsed, real] = linesOf(outcome, "held by the lifecycle hook", ids[0]).map((line) =>
      Date.parse(String(line.drain_deadline)),
    );
    expect(rehearsed).to.be.below(begun);
    expect(real).to.be.within(begun + 300_000, begun + 330_000);
  });

  it("the switch of the function that reads it decides: what deregister only rehearsed, terminate drains", async () => {
    const outcome = await play({
      functions: functions({ cluster_name: "main", dry_run: true }),
      clusters: [
        { name: "main", services: [{ name: "worker", desired_count: 2, task: { stop_seconds: 10 } }] },
      ],
      auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
      timeline: [{ at_seconds: 5, terminate: { instance_ids: [ids[0]] } }],
    });
    expectDrained(outcome, { count: 1 });
    expect(linesOf(outcome, "dry run", ids[0]).map((line) => line.function)).to.include("deregister");
    expect(linesOf(outcome, "dry run is over", ids[0])).to.have.lengthOf(1);
    expect(linesOf(outcome, "set DRAINING", ids[0])).to.have.lengthOf(1);
  });

  it("of terminate alone holds what is empty: that is allowed, and ends soon after the dry run", async () => {
    const scheduled = functions({});
    const { input } = scheduled.terminate;
    const world = {
      functions: { ...scheduled, terminate: { ...scheduled.terminate, input: { ...input, dry_run: true } } },
      auto_scaling_groups: [{ name: "fleet", instance_ids: ids, hooks: [HOOK] }],
    };
    const terminated = { at_seconds: 5, terminate: { instance_ids: [ids[0]] } };
    const over = {
      at_seconds: 600,
      change_input: { function: "terminate", input: { dry_run: null } },
    };
    const outcome = await play({ ...world, timeline: [terminated, over] });
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.damage.map(({ kind, allowedBy }) => [kind, allowedBy])).to.deep.equal([
      ["late", "dry_run"],
    ]);
    const [{ completedAt = 0 } = {}] = outcome.terminations;
    expect((completedAt - outcome.startedAt) / 1_000).to.be.within(600, 720);
  });

  it("no heartbeat is sent: the hook's own timeout ends it", async () => {
    const scheduled = functions({ cluster_name: "main", dry_run: true });
    const input = { queue_name: "monitor", dry_run: true };
    const outcome = await play({
      functions: { ...scheduled, terminate: { ...scheduled.terminate, input } },
      clusters: [{ name: "main", services: [{ name: "worker", desired_count: 2 }] }],
      auto_scaling_groups: [
        {
          name: "fleet",
          instance_ids: ids,
          cluster: "main",
          hooks: [{ ...HOOK, heartbeat_timeout_seconds: 300 }],
        },
      ],
      timeline: [{ at_seconds: 5, terminate: { instance_ids: [ids[0]] } }],
    });
    expect(calls(outcome, "autoscaling:RecordLifecycleActionHeartbeat")).to.equal(0);
    expect(outcome.terminations[0]?.result).to.equal(undefined);
    expect(outcome.terminations[0]?.reason).to.include("timeout");
  });
});

function dry(scenario: Scenario, input: Record<string, unknown>): Scenario {
  const { deregister, terminate, ...others } = scenario.functions as NonNullable<Scenario["functions"]>;
  return {
    ...scenario,
    functions: {
      ...others,
      deregister: { ...deregister, input: { ...deregister.input, ...input } },
      terminate: { ...terminate, input: { ...terminate.input, ...input } },
    },
  };
}
