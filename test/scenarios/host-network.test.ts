// Protects tasks in the network mode host, which ECS shows without the ports that they listen on: their targets are ECS's
// to take out for as long as they run.
import { expect } from "chai";
import { calls, expectDrained, expectQuiet, functions, HOOK, instanceIds, play } from "./fixture.ts";

const ids = instanceIds(2);

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
});
