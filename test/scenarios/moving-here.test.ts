// Protects docs/moving-here.md: each move is played in the middle of a roll, beside what was there before, by the steps of that page.
import { expect } from "chai";
import { awsSamples } from "../../bench/peers/aws-samples.ts";
import type { PeerEvent } from "../../bench/peers/peer.ts";
import type { Simulation } from "../../simulator/cloud/simulation.ts";
import { STRANGER } from "../../simulator/scenario/lifecycle-message.ts";
import { MANAGED_DRAINING_HOOK } from "../../simulator/services/ecs/model.ts";
import { functions, HOOK, instanceIds, linesOf, type Outcome, play, QUEUES } from "./fixture.ts";
import { runOriginal, runSubscribed } from "./other-drainers.ts";

const ids = instanceIds(12);
const TOPIC = "arn:aws:sns:us-east-1:123456789012:terminations";
/** A roll, three instances at a time, that is under way during the whole move. */
const ROLL = { at_seconds: 30, rolling_update: { group: "fleet", batch_size: 3, pause_seconds: 60 } };
const DEPLOYED = 100;

type Outcomes = Pick<Outcome, "simulation" | "startedAt" | "damage">;
/** When the lifecycle actions of a hook began and ended, in seconds after the start, by instance. */
function actionsOf({ simulation, startedAt }: Outcomes, hook: string) {
  const seconds = (at: number) => (at - startedAt) / 1_000;
  return simulation.world.story.lines.flatMap((line) => {
    if (line.kind !== "action-started" || line.hook !== hook) return [];
    const end = simulation.world.story.lines.find(
      (each) => each.kind === "action-ended" && each.token === line.token,
    );
    const ended = end?.kind === "action-ended" ? { endedAt: seconds(end.at), by: end.by, how: end.how } : {};
    return [{ instanceId: line.instanceId, at: seconds(line.at), ...ended }];
  });
}

/** Damage to instances that began to terminate at a time or later. */
function damageSince(outcome: Outcomes, seconds: number, hook: string) {
  const since = actionsOf(outcome, hook).filter(({ at }) => at >= seconds);
  return outcome.damage.filter(({ instanceId }) => since.some((each) => each.instanceId === instanceId));
}

/** Expects that the whole group was replaced, and that nobody waits any more. */
function expectRolled({ simulation, violations, invocations }: Outcome): void {
  expect(violations).to.deep.equal([]);
  expect(invocations.filter(({ outcome }) => outcome !== "succeeded")).to.deep.equal([]);
  const ended = simulation.world.story.lines.flatMap((line) =>
    line.kind === "instance-ended" ? [line.instanceId] : [],
  );
  expect(ended.sort()).to.deep.equal(ids);
  for (const name of ["lifecycle", "monitor", "lifecycle-dead-letters", "monitor-dead-letters"])
    expect(simulation.world.queues.byName(name).messages.size, name).to.equal(0);
}

describe("scenarios: moving here from the original pair", () => {
  const DISABLED = 480;
  const POINTED = 500;
  const BACK = 700;
  const OLD = { ...HOOK, name: "old", queue: "old-lifecycle", heartbeat_timeout_seconds: 1800 };
  const { deregister, terminate } = functions({ elb_name: "classic" });
  const world = {
    functions: {
      deregister,
      terminate: {
        ...terminate,
        input: {
          elb_name: "classic",
          lifecycle_queue_name: "lifecycle",
          auto_scaling_groups: ["fleet"],
          ...terminate.input,
        },
      },
    },
    queues: [...QUEUES, { name: "old-lifecycle" }, { name: "old-monitor" }],
    load_balancers: [
      { name: "classic", listeners: [{ port: 80, instance_port: 80 }], connection_draining_seconds: 60 },
    ],
    auto_scaling_groups: [
      { name: "fleet", instance_ids: ids, registers_with: { load_balancers: ["classic"] }, hooks: [OLD] },
    ],
    timeline: [
      ROLL,
      { at_seconds: DEPLOYED, put_hook: { group: "fleet", hook: HOOK } },
      { at_seconds: POINTED, put_hook: { group: "fleet", hook: { ...OLD, queue: "lifecycle" } } },
      { at_seconds: 4_000, delete_hook: { group: "fleet", hook: "old" } },
    ],
    ends_after_seconds: 7_200,
  };
  const names = { lifecycle: "old-lifecycle", monitor: "old-monitor", elb: "classic" };

  for (const sendsOn of [false, true]) {
    it(`in the middle of a roll, where what the old queues have is ${sendsOn ? "sent on" : "left to the sweep"}`, async () => {
      const left: string[] = [];
      const outcome = await play(world, {
        watch: (simulation) => {
          runOriginal(simulation, names, DISABLED);
          const { agenda } = simulation.world;
          agenda.in((POINTED + 5) * 1_000, () => {
            left.push(...bodiesOf(simulation, "old-lifecycle"), ...bodiesOf(simulation, "old-monitor"));
            if (sendsOn) sendOn(simulation);
          });
        },
      });
      expectRolled(outcome);
      // Before the move, the original is alone. From then on both hooks hold each instance.
      const old = actionsOf(outcome, "old");
      const ours = actionsOf(outcome, "drain");
      expect(old.some(({ at, by }) => at < DEPLOYED && by === "original")).to.equal(true);
      expect(ours.every(({ at }) => at >= DEPLOYED)).to.equal(true);
      expect(ours.length).to.be.at.least(6);
      expect(ours.map(({ by }) => by)).to.deep.equal(ours.map(() => "terminate"));
      expect(damageSince(outcome, DEPLOYED, "drain")).to.deep.equal([]);
      // What the original had begun when it was disabled is ours to end, whether its message comes here or not.
      const taken = old.filter(({ by }) => by === "terminate");
      expect(taken.some(({ at }) => at < POINTED)).to.equal(true);
      expect(left).to.not.have.lengthOf(0);
      const found = linesOf(outcome, "sweep found").map(({ lifecycle_hook_name }) => lifecycle_hook_name);
      expect(found.includes("old")).to.equal(!sendsOn);
      // Nothing waits for the old hook when it is deleted.
      expect(old.filter(({ how }) => how !== "call")).to.deep.equal([]);
      expect(linesOf(outcome, "two hooks of ours on one group").length).to.be.at.least(1);
    });
  }

  for (const isNamed of [true, false]) {
    it(`and back, in the middle of a roll, where the old hook is ${isNamed ? "named first: nobody waits for a timeout" : "not named: what began meanwhile waits for its timeout"}`, async () => {
      const named = { input: { lifecycle_hook_names: ["old"] } };
      const back = {
        ...world,
        timeline: [
          { at_seconds: 30, rolling_update: { group: "fleet", batch_size: 2, pause_seconds: 150 } },
          { at_seconds: DEPLOYED, put_hook: { group: "fleet", hook: HOOK } },
          { at_seconds: POINTED, put_hook: { group: "fleet", hook: { ...OLD, queue: "lifecycle" } } },
          ...(isNamed ? ["deregister", "terminate"] : []).map((name) => ({
            at_seconds: BACK - 60,
            change_input: { function: name, ...named },
          })),
          { at_seconds: BACK, put_hook: { group: "fleet", hook: OLD } },
        ],
      };
      const outcome = await play(back, {
        watch: (simulation) => {
          runOriginal(simulation, names, DISABLED);
          simulation.world.agenda.in(BACK * 1_000, () => runOriginal(simulation, names, 7_000));
        },
      });
      expectRolled(outcome);
      const old = actionsOf(outcome, "old");
      const since = (from: number, to: number) => old.filter(({ at }) => at >= from && at < to);
      expect(since(DEPLOYED, DISABLED).every(({ by }) => by === "original")).to.equal(true);
      const meanwhile = since(POINTED, BACK);
      expect(meanwhile.length).to.be.at.least(2);
      const ending = isNamed ? { by: "terminate", how: "call" } : { by: "auto-scaling", how: "timeout" };
      for (const each of meanwhile) expect(each).to.include(ending);
      const after = since(BACK, 7_000);
      expect(after.length).to.be.at.least(2);
      expect(after.filter(({ how }) => how !== "call")).to.deep.equal([]);
      // Whoever completes the old hook's action: ours holds each instance until it is empty, so that nothing is lost until it is removed.
      expect(damageSince(outcome, DEPLOYED, "drain")).to.deep.equal([]);
      expect(
        actionsOf(outcome, "drain").filter(({ how, by }) => how !== "call" || by !== "terminate"),
      ).to.deep.equal([]);
    });
  }

  const bodiesOf = ({ world: { queues } }: Simulation, name: string) =>
    [...queues.byName(name).messages.values()].map(({ body }) => body);

  // As an operator does: the queue's policy must let their role send.
  function sendOn(simulation: Simulation): void {
    for (const [from, to] of [
      ["old-lifecycle", "lifecycle"],
      ["old-monitor", "monitor"],
    ] as const)
      for (const body of bodiesOf(simulation, from))
        simulation.world.queues.byName(to).deliver(body, STRANGER);
  }
});

describe("scenarios: moving here from a drainer that SNS starts", () => {
  const SUBSCRIBED = 163;
  const UNSUBSCRIBED = 165;
  const OLD = {
    ...HOOK,
    name: "old",
    queue: undefined,
    topic: "terminations",
    heartbeat_timeout_seconds: 900,
  };
  const keys = { cluster_name: "fleet", lifecycle_topic_arns: [TOPIC] };
  const both = functions(keys);
  const world = {
    functions: {
      deregister: both.deregister,
      terminate: {
        ...both.terminate,
        input: {
          ...keys,
          lifecycle_queue_name: "lifecycle",
          auto_scaling_groups: ["fleet"],
          ...both.terminate.input,
        },
      },
    },
    topics: [{ name: "terminations" }],
    clusters: [
      {
        name: "fleet",
        services: [
          { name: "worker", desired_count: 12, minimum_healthy_percent: 50, task: { stop_seconds: 40 } },
        ],
      },
    ],
    auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "fleet", hooks: [OLD] }],
    timeline: [ROLL],
  };

  it("in the middle of a roll: the stack subscribes its queue to the topic, and then the Lambda is not subscribed any more", async () => {
    const outcome = await play(world, {
      watch: (simulation) => {
        const { agenda, topics } = simulation.world;
        agenda.in(SUBSCRIBED * 1_000, () =>
          topics.create("terminations", [{ queue: "lifecycle", raw: false }]),
        );
        runSubscribed(awsSamples, simulation, {
          hook: "old",
          untilSeconds: UNSUBSCRIBED,
          elsewhere: (event) => republished(simulation, event),
        });
      },
    });
    expectRolled(outcome);
    const old = actionsOf(outcome, "old");
    expect(old.some(({ at, by }) => at < SUBSCRIBED && by === awsSamples.name)).to.equal(true);
    const since = old.filter(({ at }) => at >= UNSUBSCRIBED);
    expect(since.length).to.be.at.least(3);
    expect(since.map(({ by }) => by)).to.deep.equal(since.map(() => "terminate"));
    expect(damageSince(outcome, UNSUBSCRIBED, "old")).to.deep.equal([]);
    // Those that the Lambda had begun are ended too, and none waits for the hook's timeout.
    expect(old.filter(({ how }) => how !== "call")).to.deep.equal([]);
  });

  it("and back, in the middle of a roll: the Lambda is subscribed again, and nobody waits for a timeout", async () => {
    const BACK = 420;
    const slow = { at_seconds: 30, rolling_update: { group: "fleet", batch_size: 2, pause_seconds: 100 } };
    const outcome = await play(
      { ...world, timeline: [slow] },
      {
        watch: (simulation) => {
          const { agenda, topics } = simulation.world;
          agenda.in(SUBSCRIBED * 1_000, () =>
            topics.create("terminations", [{ queue: "lifecycle", raw: false }]),
          );
          const subscribe = (untilSeconds: number) =>
            runSubscribed(awsSamples, simulation, {
              hook: "old",
              untilSeconds,
              elsewhere: (event) => republished(simulation, event),
            });
          subscribe(UNSUBSCRIBED);
          agenda.in(BACK * 1_000, () => subscribe(7_200));
        },
      },
    );
    expectRolled(outcome);
    const old = actionsOf(outcome, "old");
    const meanwhile = old.filter(({ at }) => at >= UNSUBSCRIBED && at < BACK);
    expect(meanwhile.length).to.be.at.least(2);
    for (const each of meanwhile) expect(each).to.include({ by: "terminate", how: "call" });
    const after = old.filter(({ at }) => at >= BACK);
    expect(after.length).to.be.at.least(2);
    expect(after.some(({ by }) => by === awsSamples.name)).to.equal(true);
    expect(old.filter(({ how }) => how !== "call")).to.deep.equal([]);
    expect(
      damageSince(outcome, UNSUBSCRIBED, "old").filter(({ instanceId }) =>
        meanwhile.some((each) => each.instanceId === instanceId),
      ),
    ).to.deep.equal([]);
  });

  // It publishes what has started it: our queue gets that from the topic, too.
  function republished({ world: { topics, agenda } }: Simulation, event: PeerEvent): void {
    const topic = topics.byName("terminations");
    if (topic === undefined) return;
    const message = JSON.stringify({
      LifecycleActionToken: event.token,
      AutoScalingGroupName: event.group,
      LifecycleHookName: event.hook,
      EC2InstanceId: event.instanceId,
      LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    });
    topics.publish(topic, { subject: "again", message, at: agenda.now });
  }
});

describe("scenarios: moving here from managed draining", () => {
  const DEPLOYED_BESIDE = 200;
  const SWITCHED_OFF = 420;
  const { deregister, terminate } = functions({ cluster_name: "fleet", target_groups: ["static"] });
  const world = {
    functions: { deregister, terminate },
    target_groups: [{ name: "static", port: 3001, deregistration_delay_seconds: 30 }],
    clusters: [
      {
        name: "fleet",
        services: [
          {
            name: "edge",
            desired_count: 12,
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
        instance_ids: ids,
        cluster: "fleet",
        managed_draining: true,
        registers_with: { target_groups: [{ name: "static" }] },
      },
    ],
    timeline: [
      { ...ROLL, rolling_update: { ...ROLL.rolling_update, pause_seconds: 150 } },
      { at_seconds: DEPLOYED_BESIDE, put_hook: { group: "fleet", hook: HOOK } },
      { at_seconds: SWITCHED_OFF, delete_hook: { group: "fleet", hook: MANAGED_DRAINING_HOOK } },
    ],
  };

  it("in the middle of a roll: requests are lost until it is switched off, and none after", async () => {
    const outcome = await play(world);
    expectRolled(outcome);
    const managed = actionsOf(outcome, MANAGED_DRAINING_HOOK);
    const ours = actionsOf(outcome, "drain");
    expect(managed.some(({ at }) => at < DEPLOYED_BESIDE)).to.equal(true);
    const between = ours.filter(({ at }) => at < SWITCHED_OFF);
    const after = ours.filter(({ at }) => at >= SWITCHED_OFF);
    expect(between.length).to.be.at.least(3);
    expect(after.length).to.be.at.least(3);
    // As the page says: while both are on, ECS stops tasks to which the static target group still sends.
    expect(linesOf(outcome, "drained out of order").length).to.be.at.least(1);
    expect(damageSince(outcome, DEPLOYED_BESIDE, MANAGED_DRAINING_HOOK)).to.not.deep.equal([]);
    expect(damageSince(outcome, SWITCHED_OFF, "drain")).to.deep.equal([]);
    expect(ours.map(({ by }) => by)).to.deep.equal(ours.map(() => "terminate"));
    // Nothing waits for ECS's hook when it goes.
    expect(managed.filter(({ how }) => how !== "call")).to.deep.equal([]);
  });

  it("and back, in the middle of a roll: ECS's hook is there again beside ours, and none waits for a timeout", async () => {
    const BACK = 700;
    const [, ...steps] = world.timeline;
    const slow = { at_seconds: 30, rolling_update: { group: "fleet", batch_size: 2, pause_seconds: 150 } };
    const outcome = await play(
      { ...world, timeline: [slow, ...steps] },
      {
        watch: (simulation) => {
          const { agenda, managedDraining, clusters, groups } = simulation.world;
          agenda.in(BACK * 1_000, () =>
            managedDraining.enable(clusters.byName("fleet"), groups.byName("fleet")),
          );
        },
      },
    );
    expectRolled(outcome);
    const managed = actionsOf(outcome, MANAGED_DRAINING_HOOK);
    const ours = actionsOf(outcome, "drain");
    expect(managed.some(({ at }) => at >= SWITCHED_OFF && at < BACK)).to.equal(false);
    expect(managed.filter(({ at }) => at >= BACK).length).to.be.at.least(2);
    expect([...managed, ...ours].filter(({ how }) => how !== "call")).to.deep.equal([]);
    expect(ours.map(({ by }) => by)).to.deep.equal(ours.map(() => "terminate"));
    // From then on it is as before: ECS stops tasks to which the static target group still sends.
    expect(damageSince(outcome, BACK, MANAGED_DRAINING_HOOK)).to.not.deep.equal([]);
  });
});
