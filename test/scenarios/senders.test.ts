// Protects what a drain remembers from those who may send to its queue: only what the functions' own roles have sent counts.
import { SQSClient, StartMessageMoveTaskCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import type { Simulation } from "../../simulator/cloud/simulation.ts";
import { clientOptions, transport } from "../../simulator/cloud/transport.ts";
import { sessionIdOf, userIdOf } from "../../simulator/kernel/account.ts";
import {
  calls,
  expectDrained,
  expectQuiet,
  functions,
  HOOK,
  instanceIds,
  linesOf,
  type Outcome,
  play,
  QUEUES,
} from "./fixture.ts";

const ids = instanceIds(3);
const [going] = ids as [string];
const STRANGER = userIdOf("stranger");
const at = (seconds: number) => new Date(Date.parse("2026-01-05T09:00:00Z") + seconds * 1_000).toISOString();
const FAR = "9999-12-31T00:00:00.000Z";

/** Plain EC2 in one of so many target groups, which nobody names. `unset` leaves out the variable with the roles' ids. */
const plain = (groups: number, { unset = false, keys = {} } = {}) => {
  const { deregister, terminate } = functions(keys);
  const variable = unset ? { sender_role_ids: "" } : {};
  return {
    functions: { deregister: { ...deregister, ...variable }, terminate: { ...terminate, ...variable } },
    target_groups: Array.from({ length: groups }, (_, i) => ({
      name: `web-${i}`,
      port: 8080,
      deregistration_delay_seconds: 60,
    })),
    auto_scaling_groups: [
      {
        name: "fleet",
        instance_ids: ids,
        hooks: [HOOK],
        registers_with: { target_groups: [{ name: `web-${groups - 1}` }] },
      },
    ],
    timeline: [{ at_seconds: 5, terminate: { instance_ids: [going] } }],
  };
};

/** A message about the drain that remembers this. */
const remembering = (memory: object, more: object = {}) => ({
  queue: "monitor",
  body: JSON.stringify({
    version: 2,
    instance_id: going,
    auto_scaling_group: "fleet",
    life_cycle_hook_name: "drain",
    memory,
    ...more,
  }),
});
const ROUND = { since: at(0), from: "0", to: "~" };
const WHOLE_ROUND = { round_at: at(5), no_registration_since: at(0), no_container_instance_since: at(0) };

/** Expects that no load balancer had the instance any more when its action was completed. */
function expectOut(outcome: Outcome): void {
  const [{ completedAt = 0 } = {}] = outcome.terminations;
  const last = outcome.simulation.world.story.lines
    .filter((each) => each.kind === "target" && each.id === going && each.at <= completedAt)
    .at(-1);
  expect(last).to.deep.include({ kind: "target", state: "gone" });
}

const heldSeconds = ({ terminations: [first] }: Outcome) =>
  ((first?.completedAt ?? Number.NaN) - (first?.askedAt ?? Number.NaN)) / 1_000;

const ignoredOf = (outcome: Outcome) => linesOf(outcome, "memory of another sender ignored", going);

describe("scenarios: a forged round", () => {
  for (const unset of [false, true]) {
    for (const [what, memory] of [
      ["that was whole", WHOLE_ROUND],
      ["that has asked all", { ...WHOLE_ROUND, round_at: undefined, round: ROUND }],
    ] as const) {
      const how = unset ? "no variable names the roles" : "a stranger sent it";
      it(`${what} and found nothing completes no instance that an unnamed group has: ${how}`, async () => {
        const world = plain(40, { unset });
        const outcome = await play({
          ...world,
          // Nobody else tells of the instance for the time that such a drain would take.
          functions: {
            deregister: { ...world.functions.deregister, first_after_seconds: 200 },
            terminate: { ...world.functions.terminate, first_after_seconds: 10 },
          },
          timeline: [...world.timeline, { at_seconds: 6, send: remembering(memory) }],
        });
        expectOut(outcome);
        expectDrained(outcome, { count: 1 });
        expect(ignoredOf(outcome).map((line) => [line.level, line.sender_id])).to.deep.equal(
          unset ? [] : [["WARN", STRANGER]],
        );
        expect(linesOf(outcome, "round does not fit into a run")).to.deep.equal([]);
      });
    }
  }
});

describe("scenarios: many groups, and no variable that names the roles", () => {
  const keys = { drain_timeout_seconds: 400 };

  it("a round that fits into no run is never believed, and a warning names the variable", async () => {
    const outcome = await play(plain(200, { unset: true, keys }));
    expect(heldSeconds(outcome)).to.be.within(400, 460);
    const [first, ...more] = linesOf(outcome, "round does not fit into a run");
    expect(first).to.include({ level: "WARN", variable: "SENDER_ROLE_IDS", drains: 1 });
    expect(first?.load_balancers_left).to.be.within(1, 199);
    expect(more.length, "in each run").to.be.at.least(4);
  });

  it("with the variable, the next run goes on with it", async () => {
    const outcome = await play(plain(200, { keys }));
    expectOut(outcome);
    expect(heldSeconds(outcome)).to.be.below(300);
    expect(linesOf(outcome, "round does not fit into a run")).to.deep.equal([]);
  });
});

describe("scenarios: what is remembered of an end counts only where the roles are known", () => {
  for (const unset of [false, true]) {
    const how = unset ? "no variable names the roles" : "the roles are named";
    it(`an instance that another hook holds after ours is drained once: ${how}`, async () => {
      const world = plain(3, { unset });
      const outcome = await play({
        ...world,
        auto_scaling_groups: [{ ...world.auto_scaling_groups[0], hooks: [HOOK, { name: "backup" }] }],
        timeline: [
          ...world.timeline,
          { at_seconds: 900, complete_actions: { group: "fleet", hook: "backup" } },
        ],
      });
      expectDrained(outcome, { count: 1 });
      expectQuiet(outcome);
      expect(linesOf(outcome, "lifecycle action completed")).to.have.lengthOf(1);
      // Where nobody remembers that it was completed, it is tried once more, and the refusal is remembered.
      expect(calls(outcome, "autoscaling:CompleteLifecycleAction")).to.equal(unset ? 2 : 1);
      expect(linesOf(outcome, "heartbeat refused")).to.deep.equal([]);
    });

    it(`an instance that EC2 has terminated is completed at once: ${how}`, async () => {
      const world = plain(3, { unset });
      const outcome = await play({
        ...world,
        timeline: [...world.timeline, { at_seconds: 40, kill: { instance_ids: [going] } }],
      });
      expect(outcome.violations).to.deep.equal([]);
      expect(heldSeconds(outcome)).to.be.below(200);
    });
  }
});

describe("scenarios: a forged memory meets the true one", () => {
  const group = {
    target_group: "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/x/1",
    port: 1,
  };
  /** [what it claims, the memory] */
  const forged: [string, object][] = [
    ["all was gone long ago", { ...WHOLE_ROUND, gone_at: at(0), acted_at: at(0) }],
    ["it was completed", { completed_at: at(1) }],
    ["it was completed, some day", { completed_at: FAR }],
    ["the instance is dead", { dead_since: at(0), unknown_since: at(0), disconnected_since: at(0) }],
    ["no group knows it", { absent_since: at(0) }],
    ["it comes back", { returns: "warm pool", to_take: [group], returning_since: at(0) }],
    ["it is only followed", { followed_since: at(0) }],
    ["nothing is due for ages", { look_at: FAR, turn_before: FAR }],
    ["it was begun long ago", { begun_at: "2026-01-01T00:00:00.000Z" }],
    ["a heartbeat was just sent", { last_beat_at: FAR }],
    ["Auto Scaling refused it", { refused_at: at(0) }],
  ];
  const world = plain(3, { keys: { drain_timeout_seconds: 900 } });
  const sent = (seconds: number, memory: object) => ({ at_seconds: seconds, send: remembering(memory) });

  for (const [claim, memory] of forged) {
    it(`${claim}: it adds nothing to the drain, before its first pass or in the middle`, async () => {
      const undisturbed = await play(world);
      for (const seconds of [6, 100]) {
        const outcome = await play({ ...world, timeline: [...world.timeline, sent(seconds, memory)] });
        expectOut(outcome);
        expectDrained(outcome, { count: 1 });
        expect(heldSeconds(outcome), `sent at ${seconds} s`).to.be.closeTo(heldSeconds(undisturbed), 10);
        expect(ignoredOf(outcome)).to.have.lengthOf(1);
      }
    });
  }
});

describe("scenarios: a message of the future", () => {
  for (const unset of [false, true])
    it(`about an instance in service is dropped after two minutes: ${unset ? "no variable names the roles" : "a stranger sent it"}`, async () => {
      const world = plain(1, { unset });
      const outcome = await play({
        ...world,
        timeline: [{ at_seconds: 5, send: remembering({ look_at: FAR, begun_at: FAR }, { time: FAR }) }],
      });
      expect(outcome.violations).to.deep.equal([]);
      const [dropped, ...more] = linesOf(outcome, "termination dropped", going);
      expect(dropped?.reason).to.match(/InService/);
      expect(more).to.deep.equal([]);
      expect(Date.parse(String(dropped?.time)) - outcome.startedAt).to.be.within(120_000, 200_000);
    });
});

describe("scenarios: a forged restore plan", () => {
  const world = plain(2);
  /** Plays with a plan to register the instance with a group that it was not in, sent after so many seconds. */
  async function playPlan(seconds: number, timeline: readonly object[]): Promise<Outcome> {
    const { simulation } = await play({ ...world, timeline: [] });
    const target_group = simulation.world.targetGroups.byName("web-0")?.settings.arn;
    const plan = { returns: "root volume", returning_since: at(0), to_take: [{ target_group, port: 8080 }] };
    const quiet = { at_seconds: 300, send: { queue: "monitor-dead-letters", body: "{}" } };
    return play({
      ...world,
      timeline: [...timeline, { at_seconds: seconds, send: remembering(plan) }, quiet],
    });
  }
  const registered = ({ simulation }: Outcome) =>
    simulation.calls
      .filter(({ action }) => action === "elbv2:RegisterTargets")
      .map(({ input }) => String((input as { TargetGroupArn?: string }).TargetGroupArn).split("/")[1]);

  for (const seconds of [6, 30]) {
    it(`registers an instance that comes back nowhere but where it was: sent after ${seconds} s`, async () => {
      const outcome = await playPlan(seconds, [
        { at_seconds: 5, replace_root_volume: { instance_ids: [going] } },
      ]);
      expect(outcome.violations).to.deep.equal([]);
      expect(registered(outcome)).to.deep.equal(["web-1"]);
      expect(ignoredOf(outcome)).to.have.lengthOf(1);
    });
  }

  it("registers no instance in service", async () => {
    const outcome = await playPlan(6, []);
    expect(outcome.violations).to.deep.equal([]);
    expect(registered(outcome)).to.deep.equal([]);
    expect(ignoredOf(outcome)).to.have.lengthOf(1);
  });
});

describe("scenarios: memory of the functions' own roles", () => {
  it("of another version counts, as of two that run at once", async () => {
    const world = plain(3);
    for (const [sent_by, lines] of [
      ["terminate", 1],
      ["deregister", 1],
      [undefined, 0],
    ] as const) {
      const send = { ...remembering({ moon: "full", begun_at: at(6) }), ...(sent_by ? { sent_by } : {}) };
      const outcome = await play({ ...world, timeline: [...world.timeline, { at_seconds: 6, send }] });
      expectOut(outcome);
      expectDrained(outcome, { count: 1 });
      expect(linesOf(outcome, "unknown memory kept"), String(sent_by)).to.have.lengthOf(lines);
      expect(ignoredOf(outcome), String(sent_by)).to.have.lengthOf(1 - lines);
    }
  });

  it("is lost where an operator moves a message back, and the drain begins again", async () => {
    const queues = QUEUES.map((queue) =>
      queue.name === "monitor" ? { ...queue, max_receive_count: 2, visibility_timeout_seconds: 60 } : queue,
    );
    const world = plain(3);
    const letters = "arn:aws:sqs:us-east-1:123456789012:monitor-dead-letters";
    const outcome = await play(
      {
        ...world,
        queues: [...queues, { name: "unused" }],
        timeline: [
          ...world.timeline,
          // terminate cannot hand over, so SQS gives its message up. The operator comes before the last entry.
          {
            at_seconds: 35,
            deny: { actions: ["sqs:SendMessage*", "autoscaling:Complete*"], for_seconds: 400 },
          },
          { at_seconds: 900, send: { queue: "unused", body: "{}" } },
        ],
      },
      {
        watch: (simulation: Simulation) => {
          const sqs = new SQSClient(clientOptions(transport(simulation, "operator")));
          simulation.world.agenda.in(500_000, () => {
            expect(simulation.world.queues.byName("monitor-dead-letters").messages.size).to.equal(1);
            void sqs.send(new StartMessageMoveTaskCommand({ SourceArn: letters }));
          });
        },
      },
    );
    expectOut(outcome);
    expect(outcome.terminations.map((each) => each.result)).to.deep.equal(["CONTINUE"]);
    expect(ignoredOf(outcome).map((line) => line.sender_id)).to.deep.equal([sessionIdOf("operator")]);
  });
});
