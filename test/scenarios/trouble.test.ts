// Protects drains that run into trouble: denied and throttled calls, other hooks, inputs that name what is not there.
import { expect } from "chai";
import { expectDrained, expectQuiet, functions, HOOK, instanceIds, linesOf, play } from "./fixture.ts";

const ids = instanceIds(4);
const terminate = { at_seconds: 5, terminate: { instance_ids: [ids[0], ids[1]] } };
const world = {
  functions: functions({ cluster_name: "main", elb_name: "classic", target_groups: ["static"] }),
  target_groups: [
    { name: "web", deregistration_delay_seconds: 20 },
    { name: "static", port: 9000, deregistration_delay_seconds: 15 },
  ],
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
};

describe("scenarios: trouble", () => {
  it("every API denied for five minutes: runs fail and say what is missing, and the drain ends well after", async () => {
    const outcome = await play({
      ...world,
      timeline: [terminate, { at_seconds: 6, deny: { actions: ["*"], for_seconds: 300 } }],
    });
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.terminations.map((each) => each.result)).to.deep.equal(["CONTINUE", "CONTINUE"]);
    for (const queue of outcome.simulation.world.queues.all)
      expect(queue.messages.size, queue.name).to.equal(0);
    const denied = linesOf(outcome, "call failed").filter((line) => line.kind === "denied");
    expect(denied.map((line) => line.missing_permission)).to.include("sqs:GetQueueUrl");
    expect(outcome.invocations.filter((each) => each.outcome === "failed")).to.have.lengthOf.at.least(8);
  });

  for (const actions of [["ecs:*"], ["elb:*"], ["elbv2:*"], ["autoscaling:*"]]) {
    it(`${actions[0]} denied for five minutes in the middle of a drain`, async () => {
      const outcome = await play({
        ...world,
        timeline: [terminate, { at_seconds: 6, deny: { actions, for_seconds: 300 } }],
      });
      expect(outcome.violations).to.deep.equal([]);
      expect(outcome.terminations.map((each) => each.result)).to.deep.equal(["CONTINUE", "CONTINUE"]);
      for (const queue of outcome.simulation.world.queues.all)
        expect(queue.messages.size, queue.name).to.equal(0);
      expect(linesOf(outcome, "call failed")).to.have.lengthOf.at.least(1);
    });
  }

  it("a completion that is denied for ten minutes is tried until it is taken: none is called done, or left to a sweep", async () => {
    const outcome = await play({
      ...world,
      timeline: [
        terminate,
        { at_seconds: 6, deny: { actions: ["autoscaling:CompleteLifecycleAction"], for_seconds: 600 } },
      ],
    });
    expect(linesOf(outcome, "lifecycle action completed")).to.have.lengthOf(2);
    for (const { completedAt = 0 } of outcome.terminations)
      expect((completedAt - outcome.startedAt) / 1_000).to.be.within(606, 630);
    expect(linesOf(outcome, "sweep found")).to.deep.equal([]);
    expect(outcome.violations).to.deep.equal([]);
  });

  it("targets that may not be taken out for five minutes: none is called out before it is", async () => {
    const outcome = await play({
      ...world,
      timeline: [
        terminate,
        {
          at_seconds: 6,
          deny: { actions: ["elbv2:DeregisterTargets"], for_seconds: 300 },
        },
      ],
    });
    const taken = linesOf(outcome, "deregistered").filter((line) => line.load_balancer === "static");
    expect(taken.map((line) => line.instance_id)).to.have.members(ids.slice(0, 2));
    // Nobody has registered them again.
    expect(linesOf(outcome, "registration came back")).to.deep.equal([]);
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "step failed")).to.have.lengthOf.at.least(2);
  });

  it("throttled for three minutes, and failing inside AWS for another: no drain fails", async () => {
    const outcome = await play({
      ...world,
      timeline: [
        terminate,
        {
          at_seconds: 6,
          throttle: {
            actions: ["ecs:*", "elb:*", "elbv2:*", "autoscaling:*"],
            for_seconds: 180,
            probability: 0.5,
          },
        },
        { at_seconds: 190, fail: { actions: ["*"], for_seconds: 60, probability: 0.3 } },
      ],
    });
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.terminations.map((each) => each.result)).to.deep.equal(["CONTINUE", "CONTINUE"]);
    expect(outcome.simulation.world.firings.counts.get("throttle")).to.be.at.least(10);
  });

  it("a second terminating hook: ours alone is completed, and the instance goes when both are", async () => {
    const outcome = await play({
      ...world,
      auto_scaling_groups: [{ ...world.auto_scaling_groups[0], hooks: [HOOK, { name: "backup" }] }],
      timeline: [
        terminate,
        { at_seconds: 170, repeat_notification: { instance_ids: [ids[0]], hook: "drain" } },
        { at_seconds: 400, complete_actions: { group: "fleet", hook: "backup" } },
      ],
    });
    expectDrained(outcome, { count: 2 });
    expectQuiet(outcome);
    // The duplicate merges into the message that is kept, or is refused once and kept itself: nothing is completed twice.
    expect(linesOf(outcome, "lifecycle action completed")).to.have.lengthOf(2);
    expect(linesOf(outcome, "completion refused").length).to.be.at.most(1);
    expect(linesOf(outcome, "waiting", ids[0]).map((line) => line.waiting_for)).to.include(
      "the other hooks to complete: backup",
    );
    const [dropped] = linesOf(outcome, "termination dropped", ids[0]);
    expect(dropped?.reason).to.match(/^nothing to complete/);
    expect(dropped?.level).to.equal("INFO");
    const ended = outcome.simulation.world.story.lines.filter(
      (line) => line.kind === "action-ended" && line.hook === "backup",
    );
    expect(ended.map((line) => line.kind === "action-ended" && line.by)).to.deep.equal([
      "operator",
      "operator",
    ]);
  });

  it("a token that Auto Scaling never gave out, while the right message is lost: the drain ends by the instance's id", async () => {
    const named = { lifecycle_hook_names: ["drain"] };
    const { deregister, terminate } = functions(named);
    const outcome = await play({
      functions: { deregister, terminate: { ...terminate, input: { ...terminate.input, ...named } } },
      // The hook tells nobody; with another one beside it, a refused token might be taken for an action that is done.
      auto_scaling_groups: [
        {
          name: "fleet",
          instance_ids: [ids[0]],
          hooks: [{ ...HOOK, queue: undefined }, { name: "backup" }],
        },
      ],
      timeline: [
        { at_seconds: 5, terminate: { instance_ids: [ids[0]] } },
        {
          at_seconds: 6,
          send_lifecycle_message: { queue: "lifecycle", group: "fleet", hook: "drain", instance_id: ids[0] },
        },
        { at_seconds: 400, complete_actions: { group: "fleet", hook: "backup" } },
      ],
    });
    expect(linesOf(outcome, "completion refused", ids[0])).to.have.lengthOf(1);
    expect(linesOf(outcome, "held by another lifecycle action", ids[0])).to.have.lengthOf(1);
    expect(linesOf(outcome, "lifecycle action completed", ids[0])).to.have.lengthOf(1);
    const ended = outcome.simulation.world.story.lines.find(
      (line) => line.kind === "action-ended" && line.hook === "drain",
    );
    expect(ended).to.include({ how: "call", result: "CONTINUE", by: "terminate" });
    expect(((ended?.at ?? 0) - outcome.startedAt) / 1_000, "seconds").to.be.at.most(100);
    expectQuiet(outcome);
  });

  it("a target group of another type that the input names fails the run, after the rest is done", async () => {
    const outcome = await play({
      ...world,
      functions: functions({
        cluster_name: "main",
        elb_name: "classic",
        target_groups: ["static", "balancers"],
      }),
      target_groups: [...world.target_groups, { name: "balancers", target_type: "alb" }],
      timeline: [terminate],
    });
    expectDrained(outcome, { count: 2 });
    const [line] = linesOf(outcome, "cannot be used");
    expect(line?.name).to.equal("balancers");
    expect(line?.reason).to.equal("expected a target group of type instance or ip, found type alb");
    expect(
      outcome.invocations.filter((each) => each.outcome === "failed").map((each) => each.name),
    ).to.include("deregister");
  });

  it("names that are wrong are warned about, each once a drain, and what has the instance is found", async () => {
    const outcome = await play({
      ...world,
      functions: functions({
        cluster_names: ["main", "mian"],
        elb_name: "clasic",
        target_groups: ["sttaic"],
      }),
      timeline: [terminate],
    });
    expectDrained(outcome, { count: 2 });
    expectQuiet(outcome);
    for (const id of ids.slice(0, 2))
      expect(linesOf(outcome, "name not found", id).map((line) => line.name)).to.have.members([
        "mian",
        "clasic",
        "sttaic",
      ]);
  });

  it("a configured cluster that lacks the instance is warned about, once", async () => {
    const outcome = await play({
      ...world,
      functions: functions({ cluster_name: "other", target_groups: ["static"] }),
      clusters: [...world.clusters, { name: "other" }],
      auto_scaling_groups: [{ ...world.auto_scaling_groups[0], cluster: undefined }],
      timeline: [terminate],
    });
    expectDrained(outcome, { count: 2 });
    expectQuiet(outcome);
    expect(linesOf(outcome, "cluster lacks the instance").map((line) => line.instance_id)).to.have.members([
      ids[0],
      ids[1],
    ]);
  });

  for (const [what, from] of [
    ["deregister's first run", 6],
    ["terminate's first run", 60],
  ] as const) {
    it(`nothing can be sent from ${what} on: messages stay until they can, and the drain ends`, async () => {
      const outcome = await play({
        ...world,
        clusters: [
          {
            name: "main",
            services: [
              { name: "worker", desired_count: 4, task: { stop_seconds: 300, stop_timeout_seconds: 400 } },
            ],
          },
        ],
        timeline: [terminate, { at_seconds: from, deny: { actions: ["sqs:SendMessage*"], for_seconds: 90 } }],
      });
      expect(linesOf(outcome, "step failed")).to.have.lengthOf.at.least(1);
      expect(outcome.violations).to.deep.equal([]);
      expect(outcome.terminations.map((each) => each.result)).to.deep.equal(["CONTINUE", "CONTINUE"]);
    });
  }
});
