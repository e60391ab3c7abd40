// Protects tasks with addresses of their own: their targets are ECS's to take out, an address counts only while its task
// has not STOPPED, and whoever has it next is left alone.
import { expect } from "chai";
import { calls, expectDrained, expectQuiet, functions, HOOK, instanceIds, linesOf, play } from "./fixture.ts";

const ids = instanceIds(3);
const [leaving] = ids as [string];

const fleet = (change: {
  addresses?: string[];
  stop?: number;
  keys?: Record<string, unknown>;
  services?: unknown[];
}) => ({
  functions: functions({ cluster_name: "main", target_groups: ["web"], ...change.keys }),
  target_groups: [{ name: "web", target_type: "ip", port: 80, deregistration_delay_seconds: 20 }],
  clusters: [
    {
      name: "main",
      ...(change.addresses ? { addresses: change.addresses } : {}),
      services: change.services ?? [
        {
          name: "web",
          desired_count: 3,
          load_balancers: [{ target_group: "web", container_port: 80 }],
          task: {
            network_mode: "awsvpc",
            ports: [{ container_port: 80 }],
            stop_seconds: change.stop ?? 10,
            stop_timeout_seconds: 60,
          },
        },
      ],
    },
  ],
  auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
  timeline: [{ at_seconds: 5, terminate: { instance_ids: [leaving] } }] as Record<string, unknown>[],
});

describe("scenarios: awsvpc tasks and ip targets", () => {
  it("a named group of addresses is no error: ECS takes the targets out, and we wait for it", async () => {
    const outcome = await play(fleet({}));
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    expect(calls(outcome, "elbv2:DeregisterTargets")).to.equal(0);
    const waits = linesOf(outcome, "waiting", leaving).map((line) => String(line.waiting_for));
    expect(waits.some((text) => text.includes("web"))).to.equal(true);
  });

  it("a reused address: the next task's target is not the leaving instance's any more", async () => {
    // Four addresses for three tasks and their replacements: what the first frees, the next one takes.
    const outcome = await play({
      ...fleet({ addresses: ["10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.7"], stop: 5 }),
      timeline: [
        { at_seconds: 5, terminate: { instance_ids: [leaving] } },
        { at_seconds: 60, update_service: { cluster: "main", service: "web", desired_count: 4 } },
      ],
    });
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    expect(calls(outcome, "elbv2:DeregisterTargets")).to.equal(0);
  });

  it("an orphaned address that no running task holds is taken out, with a warning", async () => {
    const outcome = await play({
      ...fleet({ addresses: ["10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.7"] }),
      timeline: [
        { at_seconds: 5, terminate: { instance_ids: [leaving] } },
        // All four, as by a script that knows no better; three of them are registered already.
        { at_seconds: 75, register: { target_group: "web", addresses: ["10.0.0.4"], port: 80 } },
        { at_seconds: 76, register: { target_group: "web", addresses: ["10.0.0.5"], port: 80 } },
        { at_seconds: 77, register: { target_group: "web", addresses: ["10.0.0.6"], port: 80 } },
      ],
    });
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "orphaned target deregistered", leaving)).to.have.lengthOf(1);
    expect(outcome.terminations[0]?.result).to.equal("CONTINUE");
  });
});
