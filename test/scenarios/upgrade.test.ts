// Protects fleets that move from the original pair: what it had in flight on the monitor queue is drained and completed.
// Its messages carry five keys and no memory; all else comes from terminate's input.
import { expect } from "chai";
import { expectDrained, functions, HOOK, instanceIds, linesOf, type Outcome, play } from "./fixture.ts";

const ids = instanceIds(3);
const elb = {
  load_balancers: [
    { name: "classic", listeners: [{ port: 80, instance_port: 80 }], connection_draining_seconds: 60 },
  ],
  auto_scaling_groups: [
    { name: "fleet", instance_ids: ids, hooks: [HOOK], registers_with: { load_balancers: ["classic"] } },
  ],
};
const edge = {
  name: "edge",
  desired_count: 2,
  minimum_healthy_percent: 50,
  task: { ports: [{ container_port: 80, host_port: 80 }], stop_seconds: 5 },
};
const ecs = {
  ...elb,
  clusters: [{ name: "main", services: [edge] }],
  auto_scaling_groups: [{ ...elb.auto_scaling_groups[0], cluster: "main" }],
};

/** Plays terminate alone, with the message that the original's deregister sent on. Ours does not run in that time. */
async function playInFlight(world: object, keys: Record<string, unknown>): Promise<Outcome> {
  const scenario = (body: (token: string) => string, token = "") => ({
    ...world,
    functions: {
      ...functions({ elb_name: "classic", ...keys }, [3_000, 40]),
      terminate: { input: { queue_name: "monitor", ...keys } },
    },
    timeline: [
      { at_seconds: 5, terminate: { instance_ids: [ids[0]] } },
      { at_seconds: 8, send: { queue: "monitor", body: body(token) } },
    ],
    ends_after_seconds: 300,
  });
  // The world gives the token out, and a seed gives out the same one again.
  const { terminations } = await play(scenario(() => "nothing yet"));
  const body = (token: string) =>
    JSON.stringify({
      elb_name: "classic",
      instance_id: ids[0],
      auto_scaling_group: "fleet",
      life_cycle_hook_name: "drain",
      lifecycle_action_token: token,
    });
  return play(scenario(body, terminations[0]?.token));
}

describe("scenarios: what the original pair had in flight", () => {
  it("is drained behind a classic load balancer, which the message names", async () => {
    const outcome = await playInFlight(elb, {});
    expectDrained(outcome, { count: 1 });
    expect(linesOf(outcome, "deregistered", ids[0])).to.have.lengthOf(1);
    expect(outcome.simulation.world.queues.byName("monitor").messages.size).to.equal(0);
  });

  it("is drained on an ECS fleet, where terminate's input names the cluster", async () => {
    const outcome = await playInFlight(ecs, { cluster_name: "main" });
    expectDrained(outcome, { count: 1 });
    expect(linesOf(outcome, "set DRAINING", ids[0])).to.have.lengthOf(1);
    const tasks = outcome.simulation.world.story.lines.flatMap((line) =>
      line.kind === "task" && line.instanceId === ids[0] ? [line.status] : [],
    );
    expect(tasks.at(-1)).to.equal("STOPPED");
    expect(outcome.simulation.world.queues.byName("monitor").messages.size).to.equal(0);
  });
});
