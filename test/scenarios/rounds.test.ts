// Protects what a round has found from its own progress: a find that nobody could read yet is found again. Rule 17.
import { expect } from "chai";
import { expectDrained, functions, HOOK, instanceIds, linesOf, type Outcome, play } from "./fixture.ts";

const ids = instanceIds(2);
const [going] = ids as [string, string];
const termination = { at_seconds: 60, terminate: { instance_ids: [going] } };
const front = { name: "front", port: 80, deregistration_delay_seconds: 60 };

/** Plain EC2 in a target group that nobody names, while something of AWS fails. */
const fleet = (failure: Record<string, unknown>, group: Record<string, unknown> = {}) => ({
  functions: { ...functions({}), terminate: { input: { queue_name: "monitor" } } },
  target_groups: [{ ...front, ...group }],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      registers_with: { target_groups: [{ name: "front" }] },
      hooks: [{ ...HOOK, heartbeat_timeout_seconds: 1200 }],
    },
  ],
  ends_after_seconds: 5_000,
  timeline: [failure, termination],
});

const many = instanceIds(40);
/** Their hook lets go of all before anybody looks. A classic load balancer, which nobody names, refuses to tell of what has ended. */
const ended = {
  functions: { ...functions({}), terminate: { input: { queue_name: "monitor" } } },
  load_balancers: [{ name: "classic", listeners: [{ port: 80, instance_port: 80 }] }],
  auto_scaling_groups: [
    { name: "fleet", instance_ids: many, hooks: [{ ...HOOK, heartbeat_timeout_seconds: 60 }] },
  ],
  timeline: [
    ...["deregister", "terminate"].map((name) => ({
      at_seconds: 1,
      skip_ticks: { function: name, for_seconds: 240 },
    })),
    { at_seconds: 5, terminate: { instance_ids: many } },
  ],
};

/** Expects that nothing had the instance any more when its action was completed. */
function expectFoundAgain(outcome: Outcome): void {
  expectDrained(outcome, { count: 1 });
  const [ended] = outcome.terminations.filter(({ instanceId }) => instanceId === going);
  const states = outcome.simulation.world.story.lines.flatMap((each) => {
    if (each.at > (ended?.completedAt ?? 0)) return [];
    if (each.kind === "target" && each.by !== "ecs") return [[each.targetGroup, each.state]];
    if (each.kind === "classic" && each.instanceId === going) return [[each.loadBalancer, each.state]];
    return [];
  });
  expect(outcome.violations).to.deep.equal([]);
  expect(states.at(-1)?.[1]).to.equal("gone");
}

const addresses = { target_type: "ip" };
const failing = (action: string, rest: Record<string, unknown>) => ({
  at_seconds: 70,
  fail: { actions: [action], for_seconds: 25, ...rest },
});

describe("scenarios: what a round has found", () => {
  it("is found again where EC2 does not say for a while whose an address is", async () => {
    const action = "ec2:DescribeNetworkInterfaces";
    expectFoundAgain(await play(fleet(failing(action, { probability: 1 }), addresses)));
  });

  it("is found again where that is denied for minutes", async () => {
    const denied = { at_seconds: 30, deny: { actions: ["ec2:DescribeNetworkInterfaces"], for_seconds: 300 } };
    expectFoundAgain(await play(fleet(denied, addresses)));
  });

  for (const action of ["autoscaling:DescribeAutoScalingInstances", "autoscaling:DescribeLifecycleHooks"]) {
    it(`is found again where no pass could work on the instance: ${action} denied`, async () => {
      const denied = { at_seconds: 30, deny: { actions: [action], for_seconds: 400 } };
      expectFoundAgain(await play(fleet(denied)));
    });
  }

  it("is asked for no instance that no group knows any more: each would take a call", async () => {
    const outcome = await play(ended);
    expect(linesOf(outcome, "termination dropped")).to.have.lengthOf(many.length);
    expect(outcome.calls.get("elb:DescribeInstanceHealth") ?? 0).to.equal(0);
  });

  for (const seed of [4, 5, 6, 8]) {
    it(`is found again where each other read of a group is denied: seed ${seed}`, async () => {
      const denied = {
        at_seconds: 70,
        deny: { actions: ["elbv2:DescribeTargetHealth"], for_seconds: 25, probability: 0.5 },
      };
      expectFoundAgain(await play(fleet(denied), { seed }));
    });
  }
});
