// Protects tasks in the network mode host, which ECS shows without the ports that they listen on: their targets are ECS's
// to take out for as long as they run, and a registration that ECS knows nothing of is emptied before they stop.
import { expect } from "chai";
import { calls, expectDrained, expectQuiet, functions, HOOK, instanceIds, linesOf, play } from "./fixture.ts";

const ids = instanceIds(2);

type Behind = "target_groups" | "load_balancers";

/** A service of which only its tasks' definition tells that they listen behind our registration. */
const behindOurs = (kind: Behind, timeline: Record<string, unknown>[] = []) => ({
  functions: functions({
    cluster_name: "main",
    ...(kind === "target_groups" ? { target_groups: ["static"] } : { elb_name: "static" }),
  }),
  target_groups: [{ name: "static", port: 8080, deregistration_delay_seconds: 120 }],
  load_balancers: [
    {
      name: "static",
      listeners: [{ port: 80, instance_port: 8080 }],
      connection_draining_seconds: 120,
    },
  ],
  clusters: [
    {
      name: "main",
      services: [
        {
          name: "edge",
          desired_count: 2,
          task: { network_mode: "host", ports: [{ container_port: 8080 }] },
        },
      ],
    },
  ],
  auto_scaling_groups: [
    {
      name: "fleet",
      // Some to spare, so that ECS has replacements and stops the tasks as soon as the instances are DRAINING.
      instance_ids: instanceIds(4),
      cluster: "main",
      hooks: [HOOK],
      registers_with: { [kind]: kind === "target_groups" ? [{ name: "static" }] : ["static"] },
    },
  ],
  timeline: [...timeline, { at_seconds: 5, terminate: { instance_ids: ids } }],
});

describe("scenarios: tasks in the network mode host", () => {
  it("while a replacement finds no room, the target of the task that serves is left alone", async () => {
    const outcome = await play({
      functions: functions({ cluster_name: "main" }),
      target_groups: [{ name: "web", port: 80, deregistration_delay_seconds: 20 }],
      clusters: [
        {
          name: "main",
          services: [
            {
              name: "web",
              desired_count: 2,
              load_balancers: [{ target_group: "web", container_port: 80 }],
              task: { network_mode: "host", ports: [{ container_port: 80 }] },
            },
          ],
        },
      ],
      auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
      timeline: [
        { at_seconds: 5, terminate: { instance_ids: [ids[0]] } },
        { at_seconds: 400, scale_out: { group: "fleet", count: 1 } },
      ],
    });
    expect(calls(outcome, "elbv2:DeregisterTargets")).to.equal(0);
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
  });

  it("a static target on a port that one listens on is emptied first, then ECS stops it", async () => {
    const outcome = await play(behindOurs("target_groups"));
    expectDrained(outcome, { count: 2 });
    expectQuiet(outcome);
    // Of one definition, once in each run until the instances are DRAINING: both have the tasks.
    expect(calls(outcome, "ecs:DescribeTaskDefinition")).to.be.within(2, 4);
  });

  it("the same behind a classic load balancer", async () => {
    const outcome = await play(behindOurs("load_balancers"));
    expectDrained(outcome, { count: 2 });
    expectQuiet(outcome);
  });

  it("while the definition cannot be read, DRAINING waits for ours, and ours do not wait for it", async () => {
    const deny = { actions: ["ecs:DescribeTaskDefinition"], for_seconds: 3_600 };
    const outcome = await play(behindOurs("target_groups", [{ at_seconds: 1, deny }]));
    expectDrained(outcome, { count: 2 });
    expect(linesOf(outcome, "call failed")[0]).to.include({
      kind: "denied",
      missing_permission: "ecs:DescribeTaskDefinition",
    });
  });
});
