// Protects what comes through EventBridge: notices are ignored unless the input wants them, and then they drain or replace
// instances of Auto Scaling groups, and no others.
import { expect } from "chai";
import { calls, expectQuiet, functions, HOOK, instanceIds, linesOf, play } from "./fixture.ts";

const ids = instanceIds(3);
const [leaving] = ids as [string];

const fleet = (
  keys: Record<string, unknown>,
  timeline: Record<string, unknown>[],
  hooks: unknown[] = [HOOK],
) => ({
  functions: functions({ cluster_name: "main", target_groups: ["static"], ...keys }, [0, 3]),
  target_groups: [{ name: "static", port: 8080, deregistration_delay_seconds: 20 }],
  event_rules: [{ queue: "lifecycle" }],
  clusters: [
    {
      name: "main",
      services: [
        {
          name: "worker",
          desired_count: 3,
          task: { stop_seconds: 10, ports: [{ container_port: 8080, host_port: 8080 }] },
        },
      ],
    },
  ],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      spot: true,
      registers_with: { target_groups: [{ name: "static", port: 8080 }] },
      hooks,
    },
  ],
  timeline,
  ends_after_seconds: 900,
});
const interrupt = { at_seconds: 50, interrupt_spot: { instance_ids: [leaving] } };

describe("scenarios: notices", () => {
  it("all are ignored unless the input wants them", async () => {
    const outcome = await play(
      fleet({}, [
        interrupt,
        { at_seconds: 51, recommend_rebalance: { instance_ids: [ids[1]] } },
        { at_seconds: 52, schedule_maintenance: { instance_ids: [ids[2]] } },
      ]),
    );
    const ignored = linesOf(outcome, "notice ignored");
    expect(ignored.map((line) => line.notice).sort()).to.deep.equal([
      "maintenance",
      "rebalance",
      "spot interruption",
    ]);
    expect(calls(outcome, "autoscaling:TerminateInstanceInAutoScalingGroup")).to.equal(0);
    for (const queue of outcome.simulation.world.queues.all)
      expect(queue.messages.size, queue.name).to.equal(0);
  });

  it("on_spot_interruption drain: both steps at once, and the end is EC2's", async () => {
    const outcome = await play(fleet({ on_spot_interruption: "drain" }, [interrupt]));
    expect(outcome.violations).to.deep.equal([]);
    const [drained] = linesOf(outcome, "set DRAINING", leaving);
    const [out] = linesOf(outcome, "deregistered", leaving);
    expect(drained?.function).to.equal("deregister");
    expect(out?.function).to.equal("deregister");
    const [dropped] = linesOf(outcome, "termination dropped", leaving);
    expect(String(dropped?.reason)).to.match(/interruption|no Auto Scaling group|nothing to complete/);
  });

  it("a hook's message for the same instance joins the notice's drain", async () => {
    const outcome = await play(
      fleet({ on_spot_interruption: "drain" }, [
        interrupt,
        { at_seconds: 70, terminate: { instance_ids: [leaving] } },
      ]),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "set DRAINING", leaving)).to.have.lengthOf(1);
    expect(linesOf(outcome, "deregistered", leaving)).to.have.lengthOf(1);
    for (const queue of outcome.simulation.world.queues.all)
      expect(queue.messages.size, queue.name).to.equal(0);
  });

  for (const [what, keys, happening] of [
    ["on_rebalance", { on_rebalance: "replace" }, { recommend_rebalance: { instance_ids: [leaving] } }],
    [
      "on_maintenance, by id",
      { on_maintenance: "replace", maintenance_lead_hours: 400 },
      { schedule_maintenance: { instance_ids: [leaving] } },
    ],
    [
      "on_maintenance, by ARN",
      { on_maintenance: "replace", maintenance_lead_hours: 400 },
      { schedule_maintenance: { instance_ids: [leaving], arns: true } },
    ],
  ] as const) {
    it(`${what}: replaced through Auto Scaling, and the hook does the rest`, async () => {
      const outcome = await play(fleet(keys, [{ at_seconds: 50, ...happening }]));
      expect(outcome.violations).to.deep.equal([]);
      expect(outcome.terminations.map(({ instanceId, result }) => [instanceId, result])).to.deep.equal([
        [leaving, "CONTINUE"],
      ]);
      expect(linesOf(outcome, "instance replaced", leaving)).to.have.lengthOf(1);
      const group = outcome.simulation.world.groups.find("fleet");
      expect(group?.desired, "the desired capacity is as it was").to.equal(3);
      expectQuiet(outcome);
    });
  }

  for (const [wanted, other] of [
    ["on_rebalance", "a maintenance"],
    ["on_maintenance", "a rebalance recommendation"],
  ] as const) {
    it(`${wanted} says nothing of ${other}`, async () => {
      const happening =
        wanted === "on_rebalance"
          ? { schedule_maintenance: { instance_ids: [leaving] } }
          : { recommend_rebalance: { instance_ids: [leaving] } };
      const keys = { [wanted]: "replace", maintenance_lead_hours: 400 };
      const outcome = await play(fleet(keys, [{ at_seconds: 50, ...happening }]));
      expect(linesOf(outcome, "notice ignored", leaving)[0]?.reason).to.equal("the input says so");
      expect(calls(outcome, "autoscaling:TerminateInstanceInAutoScalingGroup")).to.equal(0);
    });
  }

  it("no group's instance is replaced that has no hook of ours: nothing would drain it", async () => {
    const outcome = await play({
      ...fleet(
        { on_rebalance: "replace" },
        [{ at_seconds: 50, recommend_rebalance: { instance_ids: [leaving] } }],
        [],
      ),
    });
    expect(linesOf(outcome, "notice ignored", leaving)[0]?.reason).to.include("no terminating hook of ours");
    expect(calls(outcome, "autoscaling:TerminateInstanceInAutoScalingGroup")).to.equal(0);
  });
});
