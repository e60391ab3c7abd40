// Protects the ends of instances that die in the middle: each is completed, with its reason, as soon as it is certain, and
// not before.
import { expect } from "chai";
import { calls, expectDrained, expectQuiet, functions, HOOK, instanceIds, linesOf, play } from "./fixture.ts";

const ids = instanceIds(3);
const [leaving] = ids as [string];
const SLOW = { stop_seconds: 300, stop_timeout_seconds: 400 };

const fleet = (
  timeline: Record<string, unknown>[],
  keys: Record<string, unknown> = {},
  task: Record<string, unknown> = SLOW,
) => ({
  functions: functions({ cluster_name: "main", elb_name: "classic", target_groups: ["static"], ...keys }),
  target_groups: [{ name: "static", deregistration_delay_seconds: 30 }],
  load_balancers: [{ name: "classic", listeners: [{ port: 80, instance_port: 8080 }] }],
  clusters: [{ name: "main", services: [{ name: "worker", desired_count: 3, task }] }],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      spot: true,
      registers_with: { target_groups: [{ name: "static" }], load_balancers: ["classic"] },
      hooks: [HOOK],
    },
  ],
  timeline: [{ at_seconds: 5, terminate: { instance_ids: [leaving] } }, ...timeline],
});
const ended = (outcome: Awaited<ReturnType<typeof play>>) => {
  const [completed] = linesOf(outcome, "lifecycle action completed", leaving);
  const [dropped] = linesOf(outcome, "termination dropped", leaving);
  return String(completed?.reason ?? dropped?.reason);
};

describe("scenarios: dead, stopped, vanished", () => {
  it("killed by hand in the middle, its agent connected: ECS takes it out, and the drain ends", async () => {
    const outcome = await play(fleet([{ at_seconds: 90, kill: { instance_ids: [leaving] } }]));
    expect(outcome.violations).to.deep.equal([]);
    expect(ended(outcome)).to.match(/left the cluster|dead|no Auto Scaling group|nothing to complete/);
    expect(outcome.endedAt - outcome.startedAt, "not the five minutes that its task would take").to.be.below(
      300_000,
    );
    expectQuiet(outcome);
  });

  it("killed with its agent disconnected: EC2 says so, and the frozen tasks hold it no longer", async () => {
    const outcome = await play(
      fleet([
        { at_seconds: 80, disconnect_agent: { instance_ids: [leaving] } },
        { at_seconds: 90, kill: { instance_ids: [leaving] } },
      ]),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(ended(outcome)).to.match(
      /dead: it is (shutting-down|terminated)|no Auto Scaling group|nothing to complete/,
    );
    expectQuiet(outcome);
  });

  it("stopped by hand with its agent gone: dead, cleared away, completed", async () => {
    const outcome = await play(fleet([{ at_seconds: 90, stop: { instance_ids: [leaving] } }]));
    expect(outcome.violations).to.deep.equal([]);
    expect(ended(outcome)).to.include("dead: it is stopped");
    expect(linesOf(outcome, "container instance deregistered", leaving)[0]?.force).to.equal(true);
    const completed = outcome.terminations[0]?.completedAt ?? 0;
    const seconds = (completed - outcome.startedAt) / 1_000;
    expect(seconds, "two minutes of silence, and a pass").to.be.within(90 + 120, 90 + 120 + 75);
    expectQuiet(outcome);
  });

  it("deregister_container_instance never: a dead one is left to ECS", async () => {
    const outcome = await play(
      fleet([{ at_seconds: 90, stop: { instance_ids: [leaving] } }], {
        deregister_container_instance: "never",
      }),
    );
    expect(ended(outcome)).to.include("dead: it is stopped");
    expect(calls(outcome, "ecs:DeregisterContainerInstance")).to.equal(0);
  });

  it("deregister_container_instance always: after the last task, without force", async () => {
    const outcome = await play(fleet([], { deregister_container_instance: "always" }, { stop_seconds: 20 }));
    expectDrained(outcome, { count: 1, withinSeconds: 15 });
    expect(linesOf(outcome, "container instance deregistered", leaving)[0]?.force).to.equal(false);
    expectQuiet(outcome);
  });

  it("an agent that is disconnected for five minutes is normal: it is waited for", async () => {
    const outcome = await play(
      fleet(
        [{ at_seconds: 40, disconnect_agent: { instance_ids: [leaving], for_seconds: 300 } }],
        {},
        { stop_seconds: 20 },
      ),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.terminations[0]?.result).to.equal("CONTINUE");
    expect(outcome.terminations[0]?.completedAt ?? 0).to.be.at.least(outcome.startedAt + 340_000);
    expect(calls(outcome, "ec2:DescribeInstances"), "EC2 is asked only then").to.be.above(0);
    expect(calls(outcome, "ecs:DeregisterContainerInstance")).to.equal(0);
    expectQuiet(outcome);
  });

  it("with its agent connected, EC2 is never asked, but for where the instance is by a search", async () => {
    const outcome = await play(fleet([], { discover: "named" }));
    expectDrained(outcome, { count: 1 });
    expect(calls(outcome, "ec2:DescribeInstances")).to.equal(0);
  });

  it("its container instance deregistered by hand: the drain ends, and says why", async () => {
    const outcome = await play(
      fleet([{ at_seconds: 90, deregister_container_instance: { instance_ids: [leaving], force: true } }]),
    );
    expect(ended(outcome)).to.include("its container instance has left the cluster");
    expect(outcome.terminations[0]?.result).to.equal("CONTINUE");
    expectQuiet(outcome);
  });

  it("its agent registers a new container instance in the middle: it is drained too", async () => {
    const outcome = await play(
      {
        ...fleet(
          [{ at_seconds: 45, disconnect_agent: { instance_ids: [leaving] } }],
          { drain_timeout_seconds: 600 },
          { stop_seconds: 20 },
        ),
        tasks: [{ cluster: "main", instance_ids: [leaving], started_by: "operator" }],
      },
      {
        watch: ({ world }) =>
          world.agenda.at(world.agenda.now + 50_000, () => {
            world.clusters.join(world.clusters.byName("main"), leaving);
          }),
      },
    );
    const { containerInstances } = outcome.simulation.world.clusters.byName("main");
    const own = [...containerInstances.values()].filter((each) => each.instanceId === leaving);
    const drained = outcome.simulation.world.story.lines.filter(
      (line) => line.kind === "container-instance" && line.status === "DRAINING",
    );
    expect(drained.map((line) => line.kind === "container-instance" && line.arn)).to.deep.equal(
      own.map(({ arn }) => arn),
    );
    expect(own.map((each) => each.status.latest)).to.deep.equal(["INACTIVE", "INACTIVE"]);
    expect(outcome.terminations[0]?.result, "the old one's task holds nothing").to.equal("CONTINUE");
  });

  it("its load balancers deleted in the middle", async () => {
    const outcome = await play(
      fleet(
        [
          { at_seconds: 25, delete_target_group: { target_group: "static" } },
          { at_seconds: 25, delete_load_balancer: { load_balancer: "classic" } },
        ],
        {},
        { stop_seconds: 20 },
      ),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.terminations[0]?.result).to.equal("CONTINUE");
  });

  it("its cluster deleted in the middle", async () => {
    const outcome = await play(fleet([{ at_seconds: 90, delete_cluster: { cluster: "main" } }]));
    expect(outcome.terminations[0]?.result).to.equal("CONTINUE");
    expect(ended(outcome)).to.include("its container instance has left the cluster");
  });

  it("reclaimed by Spot in the middle of its hook", async () => {
    const outcome = await play(fleet([{ at_seconds: 60, interrupt_spot: { instance_ids: [leaving] } }]));
    expect(outcome.violations).to.deep.equal([]);
    expect(ended(outcome)).to.match(/left the cluster|dead|no Auto Scaling group|nothing to complete/);
    expectQuiet(outcome);
  });
});
