// Protects drains that meet a deployment: blue/green by ECS, task sets, or other load balancers. Two versions of a service
// then run on the instance, in two target groups, and ECS takes both out.
import { expect } from "chai";
import { functions, HOOK, play } from "./fixture.ts";

const ID = "i-00000000000000001";
const OTHER = "i-00000000000000002";

function world(deployment: string, change: Record<string, unknown>, keys: Record<string, unknown> = {}) {
  return {
    functions: functions({ cluster_name: "main", ...keys }),
    target_groups: ["blue", "green"].map((name) => ({ name, deregistration_delay_seconds: 20 })),
    clusters: [
      {
        name: "main",
        services: [
          {
            name: "web",
            desired_count: 2,
            deployment,
            bake_seconds: 120,
            load_balancers: [
              {
                target_group: "blue",
                ...(deployment === "rolling" ? {} : { alternate_target_group: "green" }),
                container_port: 3000,
              },
            ],
            task: { ports: [{ container_port: 3000 }], stop_seconds: 5 },
          },
        ],
      },
    ],
    auto_scaling_groups: [{ name: "g", cluster: "main", instance_ids: [ID, OTHER], hooks: [HOOK] }],
    timeline: [
      { at_seconds: 10, update_service: { cluster: "main", service: "web", ...change } },
      { at_seconds: 40, terminate: { instance_ids: [ID] } },
    ],
  };
}

describe("a drain that meets a deployment", () => {
  for (const deployment of ["blue_green", "code_deploy", "external"]) {
    it(`leaves the targets of both versions to ECS: ${deployment}`, async () => {
      const played = await play(world(deployment, { redeploy: true }));
      expect(played.violations).to.deep.equal([]);
      const out = played.simulation.world.story.lines.filter(
        (line) => line.kind === "target" && line.id === ID && line.state === "draining",
      );
      expect(new Set(out.map((line) => line.kind === "target" && line.targetGroup))).to.deep.equal(
        new Set(["blue", "green"]),
      );
      expect(new Set(out.map((line) => "by" in line && line.by))).to.deep.equal(new Set(["ecs"]));
      expect(played.terminations[0]?.reason).to.equal("completed when nothing was left");
    });
  }

  it("leaves the targets in an old and a new target group to ECS", async () => {
    const load_balancers = [{ target_group: "green", container_port: 3000 }];
    const played = await play(world("rolling", { load_balancers }));
    expect(played.violations).to.deep.equal([]);
    expect(played.terminations[0]?.reason).to.equal("completed when nothing was left");
  });
});
