// Protects what a world that lives for long forgets: all that was over before, so that its memory stays flat, and nothing
// that still is, so that it goes on as it would have.
import { expect } from "chai";
import { LambdaPlatform } from "../../../../simulator/cloud/lambda.ts";
import { Firings } from "../../../../simulator/kernel/firings.ts";
import { History } from "../../../../simulator/kernel/history.ts";
import { randomSource } from "../../../../simulator/kernel/random.ts";
import { inVirtualTime } from "../../../../simulator/kernel/virtual-time.ts";
import { Inputs } from "../../../../simulator/scenario/inputs.ts";
import { existsIn, judgeOf } from "../../../../simulator/scenario/judging.ts";
import { checkScenario } from "../../../../simulator/scenario/read.ts";
import { FUNCTIONS, simulate } from "../../../../simulator/scenario/stage.ts";
import { snapshot } from "../../../../simulator/services/snapshot.ts";
import { functions, HOOK, instanceIds, QUEUES } from "../../../scenarios/fixture.ts";

const ids = instanceIds(3);
const [victim = ""] = ids;
const HOUR_MS = 3_600_000;

const scenario = checkScenario(
  {
    name: "forgetting",
    queues: QUEUES,
    functions: functions({ cluster_name: "main", target_groups: ["static"] }),
    target_groups: [{ name: "web" }, { name: "static", port: 8080 }],
    load_balancers: [{ name: "classic", listeners: [{ port: 80, instance_port: 8080 }] }],
    clusters: [
      {
        name: "main",
        services: [
          {
            name: "web",
            desired_count: 3,
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
        hooks: [{ ...HOOK, heartbeat_timeout_seconds: 60, default_result: "CONTINUE" }],
        registers_with: { target_groups: [{ name: "static" }], load_balancers: ["classic"] },
      },
    ],
  },
  "forgetting",
);

/** A world whose first instance was terminated two hours ago, by its hook's timeout, and what can be done to it. */
function aged() {
  let now = Date.parse(scenario.starts_at);
  const simulation = simulate(scenario, { now: () => now, sleep: async () => {} }, 1, "");
  const { world } = simulation;
  const judge = judgeOf(
    scenario,
    { simulation, inputs: new Inputs(scenario), lambda: { records: [] } },
    FUNCTIONS,
  );
  const group = world.groups.byName("fleet");
  const pass = (milliseconds: number) => {
    now += milliseconds;
    world.agenda.settle(now);
  };
  const scale = (change: number) => world.groups.setDesired(group, group.desired + change);
  scale(-1);
  pass(2 * HOUR_MS);
  return { simulation, world, judge, group, pass, scale, now: () => now };
}

/** The world as it is, without what names the victim. */
function present(world: Parameters<typeof snapshot>[0]) {
  const { instances, groups, clusters, ...rest } = snapshot(world);
  return {
    ...rest,
    instances: instances.filter(({ id }) => id !== victim),
    groups: groups.map((each) => ({
      ...each,
      instances: each.instances.filter(({ instance_id: id }) => id !== victim),
    })),
    clusters: clusters.map((each) => ({
      ...each,
      container_instances: each.container_instances.filter(({ instance_id: id }) => id !== victim),
      tasks: each.tasks.filter(({ instance_id: id }) => id !== victim),
    })),
  };
}

describe("forgetting", () => {
  it("what was over before leaves nothing behind in any part of the world", () => {
    const { simulation, world, group, now } = aged();
    const cluster = world.clusters.byName("main");
    const traces = () => ({
      story: world.story.lines.length,
      instance: world.instances.get(victim)?.id,
      groupInstance: group.instances.get(victim)?.instanceId,
      containerInstances: [...cluster.containerInstances.values()].filter(
        (each) => each.instanceId === victim,
      ).length,
      tasks: [...cluster.tasks.values()].filter(
        ({ containerInstance }) => containerInstance.instanceId === victim,
      ).length,
      targets: world.targetGroups.all.flatMap(({ targets }) => targets.filter(({ id }) => id === victim))
        .length,
    });
    expect(traces().story).to.be.greaterThan(10);
    expect({ ...traces(), story: 0, tasks: 0 }).to.deep.equal({
      story: 0,
      instance: victim,
      groupInstance: victim,
      containerInstances: 1,
      tasks: 0,
      targets: 2,
    });
    expect(traces().tasks).to.be.greaterThan(0);
    simulation.forget(now() - HOUR_MS);
    expect(traces()).to.deep.equal({
      story: 0,
      instance: undefined,
      groupInstance: undefined,
      containerInstances: 0,
      tasks: 0,
      targets: 0,
    });
  });

  it("what still is stays, however old it is", () => {
    const { simulation, world, pass, now } = aged();
    const web = world.clusters.byName("main").services.get("web");
    if (!web) throw new Error("expected the service web");
    // So that one container instance has no task.
    web.desiredCount = 1;
    world.clusters.changed(web);
    pass(2 * HOUR_MS);
    const before = present(world);
    expect(before.clusters[0]?.container_instances).to.have.lengthOf(2);
    expect(before.clusters[0]?.tasks).to.have.lengthOf(1);
    expect(before.groups[0]?.instances).to.have.lengthOf(2);
    expect(before.load_balancers[0]?.registered).to.have.lengthOf(2);
    simulation.forget(now());
    expect(present(world)).to.deep.equal(before);
    expect(snapshot(world)).to.deep.equal(before);
  });

  it("what ended after that time stays", () => {
    const { simulation, world, group, now } = aged();
    simulation.forget(now() - 3 * HOUR_MS);
    expect(world.instances.get(victim)?.state.latest).to.equal("terminated");
    expect(group.instances.get(victim)?.actions).to.have.lengthOf(1);
    expect(world.clusters.byName("main").containerInstances.size).to.equal(3);
    expect(world.story.lines.length).to.be.greaterThan(10);
  });

  it("an instance that is launched later takes neither the id nor the address of one that was before", () => {
    const { simulation, world, pass, scale, now } = aged();
    const known = world.instances.all.map(({ privateIp }) => privateIp);
    simulation.forget(now());
    scale(1);
    pass(60_000);
    const launched = world.instances.all.filter(({ id }) => !ids.includes(id));
    expect(launched).to.have.lengthOf(1);
    expect(known).to.not.include(launched[0]?.privateIp);
  });

  it("the ended actions of an instance that stays are forgotten, the pending one is not", () => {
    const { simulation, group, world, pass, now } = aged();
    const instance = [...group.instances.values()].at(-1);
    if (!instance) throw new Error("expected an instance");
    for (let i = 0; i < 2; i++) {
      world.groups.passages.replaceRootVolume(group, instance, false);
      pass(i === 0 ? HOUR_MS : 5_000);
    }
    expect(instance.actions.map(({ ended }) => ended?.how)).to.deep.equal(["timeout", undefined]);
    simulation.forget(now() - 60_000);
    expect(instance.actions.map(({ ended }) => ended?.how)).to.deep.equal([undefined]);
    expect(instance.state.latest).to.equal("ReplacingRootVolume:Wait");
  });

  it("a classic load balancer knows who was registered as long as EC2 knows the instance", () => {
    const { simulation, world, pass, now } = aged();
    const classic = world.classic.byName("classic");
    const [, survivor = ""] = ids;
    const atStart = Date.parse(scenario.starts_at);
    expect(classic.listed(atStart)).to.include(victim);
    classic.deregister([survivor], "operator");
    pass(HOUR_MS);
    simulation.forget(now());
    expect(classic.listed(atStart)).to.not.include(victim);
    expect(() => classic.deregister([survivor], "operator")).to.not.throw();
    expect(() => classic.deregister([victim], "operator")).to.throw("Could not find EC2 instance");
  });

  it("calls are forgotten, and go on to be counted", () => {
    const { simulation, now } = aged();
    const call = { caller: "terminate", action: "ecs:ListTasks", input: {} };
    for (const at of [now() - HOUR_MS, now()]) simulation.record({ ...call, at });
    simulation.forget(now());
    expect(simulation.calls.map(({ at }) => at)).to.deep.equal([now()]);
    expect(simulation.callCounts.get("terminate")?.get("ecs:ListTasks")).to.equal(2);
  });

  it("a fault that is still on goes on", () => {
    const { simulation, now } = aged();
    const fault = { kind: "deny", actions: ["*"], probability: 1, until: now() + HOUR_MS } as const;
    simulation.faults.add(fault);
    simulation.forget(now());
    const [sqs] = simulation.services;
    if (!sqs) throw new Error("expected SQS");
    expect(simulation.faults.strike(sqs, "SendMessage", now())?.kind).to.equal("error");
  });

  it("others in the account who still call go on", () => {
    const { simulation, now } = aged();
    const [sqs, ecs] = simulation.services;
    if (!sqs || !ecs) throw new Error("expected SQS and ECS");
    simulation.faults.throttling = true;
    simulation.faults.share(["ecs:*"], 1_000, now() + HOUR_MS);
    simulation.forget(now());
    simulation.faults.strike(ecs, "ListTasks", now());
    expect(simulation.faults.strike(ecs, "ListTasks", now() + 1_000)?.kind).to.equal("error");
  });

  it("a history keeps the value of that time", () => {
    const history = new History(1, "a");
    for (const [at, value] of [
      [2, "b"],
      [4, "c"],
    ] as const)
      history.set(at, value);
    history.forget(3);
    expect([1, 2, 3, 4].map((at) => history.at(at))).to.deep.equal([undefined, "b", "b", "c"]);
    expect([history.latest, history.since]).to.deep.equal(["c", 4]);
    history.forget(9);
    expect([3, 9].map((at) => history.at(at))).to.deep.equal([undefined, "c"]);
  });

  it("the judge forgets terminations that have ended, and goes on to count them", () => {
    const { judge, pass, scale, now } = aged();
    scale(-1);
    pass(5_000);
    expect(judge.terminations.map(({ reason }) => reason !== "")).to.deep.equal([true, false]);
    judge.forget(now());
    expect(judge.terminations.map(({ instanceId }) => instanceId)).to.deep.equal([ids[1]]);
    expect([judge.endedCount, judge.pending]).to.deep.equal([1, true]);
    pass(HOUR_MS);
    expect([judge.endedCount, judge.pending]).to.deep.equal([2, false]);
  });

  it("the judge goes on to judge by what an instance had before", () => {
    const { simulation, world, group, judge, pass, scale, now } = aged();
    simulation.forget(now());
    judge.forget(now());
    scale(-1);
    pass(5_000);
    const key = { hook: HOOK.name, token: undefined, instanceId: ids[1] };
    world.groups.actions.complete(group, key, "CONTINUE", "terminate");
    const rules = judge.violations.map(({ instanceId, rule }) => ({ instanceId, rule }));
    expect(rules).to.deep.equal([{ instanceId: ids[1], rule: "nothing is completed before it is ready" }]);
    expect(judge.violations[0]?.what).to.include("registered in static at port 8080");
    judge.forget(now() + HOUR_MS);
    expect(judge.violations).to.have.lengthOf(1);
  });

  it("the judge goes on to know what was taken from an instance that came back", () => {
    const { judge, group, world, pass, now } = aged();
    const [, survivor = ""] = ids;
    const instance = group.instances.get(survivor);
    if (!instance) throw new Error("expected an instance");
    world.groups.passages.replaceRootVolume(group, instance, false);
    pass(5_000);
    world.targetGroups.byName("static")?.deregister(survivor, 8080, "terminate");
    pass(HOUR_MS);
    judge.forget(now());
    judge.conclude(now(), existsIn(world));
    expect(judge.violations.map(({ instanceId, what }) => ({ instanceId, what }))).to.deep.equal([
      { instanceId: survivor, what: "it is not registered with static:8080 any more" },
    ]);
  });

  it("Lambda forgets the invocations that have ended", async () => {
    const records = await inVirtualTime(0, randomSource(1)("test"), async (clock) => {
      const lambda = new LambdaPlatform(clock, new Firings());
      let ticks = 0;
      const run = async () => clock.sleep(1_000);
      const scheduled = { name: "drain", everySeconds: 60, firstAfterSeconds: 0, timeoutSeconds: 30, run };
      await lambda.schedule(scheduled, () => ticks++ < 3);
      lambda.forget(61_001);
      return lambda.records;
    });
    expect(records.map(({ startedAt }) => startedAt)).to.deep.equal([120_000]);
  });
});
