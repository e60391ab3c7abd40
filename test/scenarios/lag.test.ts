// Protects drains where AWS shows the past for a while: what was just done does not show, and what is gone seems there.
import { expect } from "chai";
import { brokenPromises, expectDrained, expectQuiet, functions, HOOK, instanceIds, play } from "./fixture.ts";

const ids = instanceIds(4);
const world = {
  functions: functions({ cluster_name: "main", elb_name: "classic", target_groups: ["static"] }),
  target_groups: [{ name: "web" }, { name: "static", port: 9000, deregistration_delay_seconds: 15 }],
  load_balancers: [
    { name: "classic", listeners: [{ port: 80, instance_port: 9001 }], connection_draining_seconds: 25 },
  ],
  clusters: [
    {
      name: "main",
      services: [
        {
          name: "web",
          desired_count: 6,
          load_balancers: [{ target_group: "web", container_port: 3000 }],
          task: { ports: [{ container_port: 3000 }] },
        },
      ],
    },
  ],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      hooks: [HOOK],
      registers_with: { target_groups: [{ name: "static" }], load_balancers: ["classic"] },
    },
  ],
  timeline: [{ at_seconds: 5, terminate: { instance_ids: [ids[0], ids[1]] } }],
};

describe("scenarios: reads that lag", () => {
  for (const seed of [1, 2, 3, 4]) {
    it(`seed ${seed}: 8 s behind, nothing is done too early, and each drain ends 8 s later at most`, async () => {
      const outcome = await play({ ...world, read_lag_seconds: 8 }, { seed });
      expectDrained(outcome, { count: 2, withinSeconds: 18 });
      expectQuiet(outcome);
    });
  }

  for (const seed of [1, 2, 3, 4]) {
    it(`seed ${seed}: each call up to 8 s behind, so that a later one may show less, and nothing is done too early`, async () => {
      const outcome = await play({ ...world, read_lag_seconds: 8, read_lag_varies: true }, { seed });
      expectDrained(outcome, { count: 2, withinSeconds: 18 });
      expectQuiet(outcome);
      expect(outcome.simulation.world.firings.counts.get("lags that differ")).to.be.greaterThan(9);
    });
  }

  // The instance is seen in its wait state from 13 s on, and deregister runs at 21 s; terminate already waits for it.
  const overtaken = (lag: number, register: Record<string, unknown>) => ({
    ...world,
    functions: functions({ elb_name: "classic", target_groups: ["static"], discover: "named" }, [20, 18]),
    auto_scaling_groups: [{ name: "fleet", instance_ids: ids, hooks: [HOOK] }],
    timeline: [...world.timeline, { at_seconds: 19, register: { instance_ids: [ids[0]], ...register } }],
    read_lag_seconds: lag,
  });
  for (const register of [{ target_group: "static" }, { load_balancer: "classic" }]) {
    const [name] = Object.values(register);
    it(`a registration with ${name} that came just before the first pass is seen in time, 8 s behind`, async () => {
      const outcome = await play(overtaken(8, register));
      expectDrained(outcome, { count: 2 });
      expectQuiet(outcome);
    });

    it(`a registration with ${name} is overlooked 20 s behind: the lag is real, and the judge sees it`, async () => {
      const { violations } = await play(overtaken(20, register));
      expect(brokenPromises(violations).map((each) => [each.instanceId, each.rule])).to.deep.equal([
        [ids[0], "nothing is completed before it is ready"],
      ]);
    });
  }
});
