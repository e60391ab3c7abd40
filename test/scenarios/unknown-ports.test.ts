// Protects tasks of which nothing shows where they listen: they count as listening on any port, so what is registered for the
// instance itself is emptied before ECS stops them.
import { expect } from "chai";
import type { StoryLine } from "../../simulator/kernel/story.ts";
import { expectDrained, functions, HOOK, instanceIds, type Outcome, play } from "./fixture.ts";

const ids = instanceIds(3);
const [leaving] = ids as [string];
const HOST = { network_mode: "host", stop_seconds: 5 };

type Change = {
  readonly task?: Record<string, unknown>;
  readonly service?: Record<string, unknown>;
  readonly behind?: "target_groups" | "load_balancers";
  readonly besides?: Record<string, unknown>;
};

/** A fleet whose instances register themselves at a static port. Each task of its service listens where nothing shows it. */
const fleet = ({ task, service, behind = "target_groups", besides }: Change) => ({
  functions: functions({
    cluster_name: "shop",
    ...(behind === "target_groups" ? { target_groups: ["edge"] } : { elb_name: "edge" }),
  }),
  target_groups: [{ name: "edge", port: 8080, deregistration_delay_seconds: 60 }],
  load_balancers: [
    { name: "edge", listeners: [{ port: 80, instance_port: 8080 }], connection_draining_seconds: 60 },
  ],
  clusters: [
    {
      name: "shop",
      services: [
        {
          name: "proxy",
          desired_count: 2,
          minimum_healthy_percent: 0,
          maximum_percent: 100,
          task: { ...HOST, ...task },
          ...service,
        },
      ],
    },
  ],
  auto_scaling_groups: [
    {
      name: "shop",
      instance_ids: ids,
      cluster: "shop",
      registers_with: { [behind]: behind === "target_groups" ? [{ name: "edge" }] : ["edge"] },
      hooks: [HOOK],
    },
  ],
  timeline: [{ at_seconds: 5, terminate: { instance_ids: [leaving] } }],
  ...besides,
});

/** When the leaving instance was out of its load balancer, and when its tasks were told to stop, in milliseconds since 1970. */
function times({ simulation }: Outcome) {
  const lines = simulation.world.story.lines;
  const isOut = (line: StoryLine) =>
    (line.kind === "target" && line.id === leaving && line.state === "gone") ||
    (line.kind === "classic" && line.instanceId === leaving && line.state === "gone");
  const stops = lines.filter(
    (line) => line.kind === "task" && line.instanceId === leaving && line.status === "STOPPING",
  );
  return { out: lines.find(isOut)?.at, stops: stops.map(({ at }) => at) };
}

describe("scenarios: ports that nothing shows", () => {
  const members: [string, Change][] = [
    ["a proxy in the mode host whose definition names no port", {}],
    ["the same behind a classic load balancer", { behind: "load_balancers" }],
    [
      "a daemon of that kind, which is stopped by us when all else is gone",
      { service: { scheduling_strategy: "DAEMON" } },
    ],
    [
      "a task that its instance has started by itself",
      { service: { desired_count: 0 }, besides: standalone() },
    ],
  ];
  for (const [what, change] of members) {
    it(`${what}: its SIGTERM comes after the target has drained`, async () => {
      const outcome = await play(fleet(change));
      expectDrained(outcome, { count: 1 });
      const { out = Number.POSITIVE_INFINITY, stops } = times(outcome);
      expect(stops).to.not.deep.equal([]);
      expect(Math.min(...stops)).to.be.at.least(out);
    });
  }

  it("a task that has not started yet, whose port ECS has not chosen: it is not stopped at once", async () => {
    const outcome = await play(
      fleet({
        task: { network_mode: "bridge", ports: [{ container_port: 80 }], start_seconds: 40 },
        service: { desired_count: 0 },
        besides: {
          timeline: [
            { at_seconds: 2, update_service: { cluster: "shop", service: "proxy", desired_count: 9 } },
            { at_seconds: 5, terminate: { instance_ids: [leaving] } },
          ],
        },
      }),
    );
    expectDrained(outcome, { count: 1 });
    const { lines } = outcome.simulation.world.story;
    const { out = Number.POSITIVE_INFINITY } = times(outcome);
    const draining = lines.find(
      (line) =>
        line.kind === "container-instance" && line.instanceId === leaving && line.status === "DRAINING",
    );
    expect(draining?.at).to.be.at.least(out);
  });

  it("a task whose only ports are known, and others: DRAINING does not wait", async () => {
    const outcome = await play(fleet({ task: { ports: [{ container_port: 9090 }] } }));
    expectDrained(outcome, { count: 1 });
    const { out = 0, stops } = times(outcome);
    expect(Math.min(...stops)).to.be.below(out);
  });
});

function standalone(): Record<string, unknown> {
  return {
    tasks: [{ cluster: "shop", instance_ids: [leaving], started_by: "{container_instance_id}", task: HOST }],
  };
}
