// Protects what ECS places on an instance while a registration of ours drains: the instance is open no longer than it must be, and
// what comes meanwhile is named in the log and counts as any other task.
import { expect } from "chai";
import {
  expectDrained,
  expectQuiet,
  functions,
  HOOK,
  instanceIds,
  linesOf,
  type Outcome,
  play,
} from "./fixture.ts";

const ids = instanceIds(3);
const [leaving] = ids as [string];
const EDGE = {
  name: "edge",
  desired_count: 2,
  minimum_healthy_percent: 50,
  maximum_percent: 100,
  task: { ports: [{ container_port: 8080, host_port: 8080 }], stop_seconds: 3 },
};
const terminated = { at_seconds: 5, terminate: { instance_ids: [leaving] } };
const nightly = (task: Record<string, unknown>, at_seconds = 120) => ({
  at_seconds,
  run_tasks: { cluster: "main", family: "nightly-job", count: 3, started_by: "events-rule/nightly", task },
});

const fleet = (
  timeline: Record<string, unknown>[],
  {
    keys = {},
    services = [EDGE],
    tasks = [],
  }: {
    keys?: Record<string, unknown>;
    services?: Record<string, unknown>[];
    tasks?: Record<string, unknown>[];
  } = {},
) => ({
  functions: functions({ cluster_name: "main", target_groups: ["static"], ...keys }),
  target_groups: [{ name: "static", port: 8080, deregistration_delay_seconds: 300 }],
  load_balancers: [
    { name: "classic", listeners: [{ port: 80, instance_port: 8080 }], connection_draining_seconds: 200 },
  ],
  clusters: [
    {
      name: "main",
      services: [...services, { name: "worker", desired_count: 8, task: { stop_seconds: 20 } }],
    },
  ],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      registers_with: { target_groups: [{ name: "static" }] },
      hooks: [HOOK],
    },
  ],
  tasks,
  timeline: [terminated, ...timeline],
});

/** Seconds after the start at which the instance was set DRAINING, and at which its target was taken out. */
function times({ simulation, startedAt }: Outcome) {
  const secondsOf = (at: number | undefined) => ((at ?? Number.NaN) - startedAt) / 1000;
  const { lines } = simulation.world.story;
  const drained = lines.find(
    (line) => line.kind === "container-instance" && line.instanceId === leaving && line.status === "DRAINING",
  );
  const gone = lines.find((line) => line.kind === "target" && line.id === leaving && line.state === "gone");
  return { drained: secondsOf(drained?.at), gone: secondsOf(gone?.at) };
}
const placed = (outcome: Outcome) => linesOf(outcome, "task placed on it", leaving);

describe("scenarios: open to new tasks", () => {
  it("a service behind a static target: a job placed meanwhile is named at once, with what comes of it", async () => {
    const outcome = await play(
      fleet([nightly({ run_seconds: 21_600 })], { keys: { drain_timeout_seconds: 900 } }),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "open to new tasks", leaving).map((line) => line.load_balancers)).to.deep.equal([
      ["static"],
    ]);
    const [line, ...more] = placed(outcome);
    expect(more).to.deep.equal([]);
    expect(line).to.include({ level: "WARN", family: "nightly-job", started_by: "events-rule/nightly" });
    expect(Date.parse(String(line?.time)) - outcome.startedAt, "within two minutes").to.be.below(240_000);
    expect(String(line?.reason)).to.include("cut off at the drain's deadline");
  });

  it("DRAINING follows within seconds once the target is gone", async () => {
    const outcome = await play(fleet([]));
    expectDrained(outcome, { count: 1, withinSeconds: 15 });
    const { drained, gone } = times(outcome);
    expect(drained - gone).to.be.within(0, 10);
  });

  it("a job that ends by itself: waited for, as any other task", async () => {
    const outcome = await play(fleet([nightly({ run_seconds: 600 })]));
    expectDrained(outcome, { count: 1, withinSeconds: 15 });
    expect(placed(outcome)).to.have.lengthOf(1);
    expectQuiet(outcome);
  });

  it("a job that stop_tasks stops: told, and stopped when all else has left", async () => {
    const outcome = await play(fleet([nightly({ run_seconds: 21_600 })], { keys: { stop_tasks: "all" } }));
    expectDrained(outcome, { count: 1, withinSeconds: 15 });
    expect(placed(outcome).map(({ level }) => level)).to.deep.equal(["INFO"]);
    expectQuiet(outcome);
  });

  it("behind a classic load balancer: the same", async () => {
    const world = fleet([nightly({ run_seconds: 600 })], {
      keys: { elb_name: "classic", target_groups: [] },
    });
    const [group] = world.auto_scaling_groups;
    const outcome = await play({
      ...world,
      auto_scaling_groups: [{ ...group, registers_with: { load_balancers: ["classic"] } }],
    });
    expectDrained(outcome, { count: 1, withinSeconds: 15 });
    expect(linesOf(outcome, "open to new tasks", leaving).map((line) => line.load_balancers)).to.deep.equal([
      ["classic"],
    ]);
    expect(placed(outcome)).to.have.lengthOf(1);
  });

  it("a service that grows meanwhile: its tasks are named, and moved", async () => {
    const grows = {
      at_seconds: 60,
      update_service: { cluster: "main", service: "worker", desired_count: 14 },
    };
    const outcome = await play(fleet([grows]));
    expectDrained(outcome, { count: 1, withinSeconds: 15 });
    expect(placed(outcome)).to.not.be.empty;
    expect(new Set(placed(outcome).map(({ level, group }) => `${level} ${group}`))).to.deep.equal(
      new Set(["INFO service:worker"]),
    );
  });

  it("a standalone task behind the static target: DRAINING leaves it, so the instance is closed at once", async () => {
    const standalone = { cluster: "main", family: "proxy", instance_ids: ids, task: EDGE.task };
    const outcome = await play(
      fleet([nightly({ run_seconds: 21_600 })], {
        services: [],
        tasks: [standalone],
        keys: { stop_tasks: "all" },
      }),
    );
    expectDrained(outcome, { count: 1, withinSeconds: 15 });
    expect(times(outcome).drained, "in the first run").to.be.below(90);
    expect(linesOf(outcome, "open to new tasks")).to.deep.equal([]);
    expect(placed(outcome), "the job has gone elsewhere").to.deep.equal([]);
    const { lines } = outcome.simulation.world.story;
    const stopped = lines.find((line) => line.kind === "task-stop" && line.instanceId === leaving);
    expect(((stopped?.at ?? 0) - outcome.startedAt) / 1000, "after its target has drained").to.be.above(
      times(outcome).gone,
    );
    expectQuiet(outcome);
  });

  it("a standalone task on a port that nothing shows: the same", async () => {
    const task = { network_mode: "host", stop_seconds: 3 };
    const standalone = { cluster: "main", family: "proxy", instance_ids: ids, task };
    const outcome = await play(fleet([], { services: [], tasks: [standalone], keys: { stop_tasks: "all" } }));
    expectDrained(outcome, { count: 1, withinSeconds: 15 });
    expect(times(outcome).drained).to.be.below(90);
  });

  it("a daemon behind the static target: DRAINING would stop it, so it waits", async () => {
    const daemon = { name: "proxy", scheduling_strategy: "DAEMON", task: EDGE.task };
    const outcome = await play(fleet([], { services: [daemon] }));
    expectDrained(outcome, { count: 1, withinSeconds: 15 });
    const { drained, gone } = times(outcome);
    expect(drained).to.be.at.least(gone);
  });
});
