// Protects what the page on operations says of ECS's managed draining beside us: its figures are measured here.
import { expect } from "chai";
import { functions, HOOK, instanceIds, linesOf, type Outcome, play } from "./fixture.ts";

const [leaving = "", other = ""] = instanceIds(2);

/** A service with a host port that a target group of ours points at. The target drains for 30 s, a task stops in 5 s. */
const world = (managed: boolean, atOnce: boolean) => {
  const { deregister, terminate } = functions({ cluster_name: "main", target_groups: ["static"] });
  return {
    functions: { deregister: { ...deregister, ...(atOnce ? { event_source_mapping: {} } : {}) }, terminate },
    target_groups: [{ name: "static", port: 3001, deregistration_delay_seconds: 30 }],
    clusters: [
      {
        name: "main",
        services: [
          {
            name: "edge",
            desired_count: 2,
            minimum_healthy_percent: 0,
            maximum_percent: 100,
            task: { stop_seconds: 5, ports: [{ container_port: 1, host_port: 3001 }] },
          },
        ],
      },
    ],
    auto_scaling_groups: [
      {
        name: "fleet",
        instance_ids: [leaving, other],
        cluster: "main",
        managed_draining: managed,
        registers_with: { target_groups: [{ name: "static" }] },
        hooks: [HOOK],
      },
    ],
    timeline: [{ at_seconds: 5, terminate: { instance_ids: [leaving] } }],
  };
};

/** How long the target group sent to a task that had got SIGTERM, in whole seconds. */
const unserved = ({ damage }: Outcome) =>
  Math.round(
    damage
      .filter(({ kind }) => kind === "unserved")
      .reduce((sum, { from, to }) => sum + (to - from) / 1_000, 0),
  );

describe("scenarios: ECS's managed draining beside us", () => {
  /** [managed draining, deregister_at_once, for how many seconds requests are lost] */
  const table: [boolean, boolean, [number, number]][] = [
    [true, false, [30, 60]],
    [true, true, [20, 40]],
    [false, false, [0, 0]],
    [false, true, [0, 0]],
  ];
  for (const [managed, atOnce, [least, most]] of table) {
    it(`${managed ? "on" : "off"}, ${atOnce ? "with" : "without"} deregister_at_once: requests are lost for ${least} to ${most} s`, async () => {
      const outcome = await play(world(managed, atOnce));
      expect(unserved(outcome)).to.be.within(least, most);
      expect(outcome.violations).to.deep.equal([]);
      const warned = linesOf(outcome, "drained out of order", leaving);
      // At once, we take the target out before ECS sets the instance DRAINING. ECS does not wait until it has drained.
      expect(warned).to.have.lengthOf(managed ? 1 : 0);
      if (managed) expect(warned[0]).to.deep.include({ level: "WARN", load_balancers: ["static"] });
    });
  }
});
