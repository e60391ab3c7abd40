// Protects `asg-drain run` in a task: it drains what the hooks of its groups hold, without any queue of SQS. The instance that it runs on comes
// last, and is completed without waiting for its own task.
import { expect } from "chai";
import type { StoryLine } from "../../simulator/kernel/story.ts";
import {
  DRAINER,
  ids,
  type TaskOutcome as Outcome,
  own,
  played,
  second,
  third,
  world,
} from "./task-fixture.ts";

/** The instances that a happening is about, in the order in which it came to each. */
const inOrder = ({ simulation }: Outcome, isIt: (line: StoryLine) => boolean) =>
  simulation.world.story.lines.flatMap((line) =>
    isIt(line) && "instanceId" in line ? [line.instanceId] : [],
  );
const drainingOrder = (outcome: Outcome) =>
  inOrder(outcome, (line) => line.kind === "container-instance" && line.status === "DRAINING");
const completedOrder = (outcome: Outcome) => inOrder(outcome, (line) => line.kind === "action-ended");
const howEnded = ({ simulation }: Outcome) =>
  simulation.world.story.lines.flatMap((line) =>
    line.kind === "action-ended" ? [`${line.how} ${line.result}`] : [],
  );
const about = ({ log }: Outcome, message: string, id?: string) =>
  log.filter((line) => line.message === message && (id === undefined || line.instance_id === id));

/** Of all that is lost, it is nothing but the drainer itself: its task ends with its instance. */
function expectOnlyOwnTaskCut(outcome: Outcome): void {
  const { damage, violations } = outcome;
  const [completed] = about(outcome, "lifecycle action completed", own);
  expect(completed?.outcome, "not cut off at a deadline").to.equal("drained");
  expect(damage.map(({ instanceId, kind }) => [instanceId, kind])).to.deep.equal([[own, "cut"]]);
  for (const { instanceId, what } of violations) {
    expect(instanceId).to.equal(own);
    expect(what).to.match(/a task of no service RUNNING$/);
  }
}

describe("scenarios: in a task", () => {
  it("its own instance is drained last, and is completed without waiting for its own task", async () => {
    const outcome = await played(world());
    // With its instance.
    expect(outcome.ends).to.deep.equal(["stopped"]);
    expect(howEnded(outcome)).to.deep.equal(Array(3).fill("call CONTINUE"));
    expect(drainingOrder(outcome).at(-1), "drained last").to.equal(own);
    expect(completedOrder(outcome).at(-1), "completed last").to.equal(own);
    const [begun] = outcome.simulation.world.story.lines.filter(
      (line) => line.kind === "container-instance" && line.instanceId === own && line.status === "DRAINING",
    );
    const others = outcome.simulation.world.story.lines.filter(
      (line) => line.kind === "action-ended" && line.instanceId !== own,
    );
    expect(others).to.have.lengthOf(2);
    for (const { at } of others)
      expect(at, "begun after all others are completed").to.be.below(begun?.at ?? 0);
    expect(about(outcome, "own instance waits", own)).to.not.be.empty;
    expectOnlyOwnTaskCut(outcome);
    expect(about(outcome, "task stopped")).to.deep.equal([]);
    expect(outcome.log.filter(({ level }) => level === "ERROR")).to.deep.equal([]);
  });

  it("started once, it drains what is held, and ends when nothing is left", async () => {
    const outcome = await played(
      world({ timeline: [{ at_seconds: 5, terminate: { instance_ids: [second, third] } }] }),
    );
    expect(outcome.ends).to.deep.equal(["nothing left"]);
    expect(completedOrder(outcome)).to.have.members([second, third]);
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.damage).to.deep.equal([]);
    expect(about(outcome, "own instance waits")).to.deep.equal([]);
  });

  it("what is terminated while its own instance drains is drained first", async () => {
    const slow = { stop_seconds: 400, stop_timeout_seconds: 400 };
    const outcome = await played(
      world({
        clusters: [{ name: "main", services: [{ name: "web", desired_count: 5, task: slow }] }],
        timeline: [
          { at_seconds: 5, terminate: { instance_ids: [own] } },
          { at_seconds: 200, terminate: { instance_ids: [second] } },
        ],
      }),
    );
    // With its instance.
    expect(outcome.ends).to.deep.equal(["stopped"]);
    expect(drainingOrder(outcome)).to.deep.equal([own, second]);
    expect(completedOrder(outcome)).to.deep.equal([second, own]);
    expectOnlyOwnTaskCut(outcome);
    expect(about(outcome, "task stopped")).to.deep.equal([]);
  });

  it("its own hook is prolonged while it waits for others that take longer than the hook lasts", async () => {
    const slow = { stop_seconds: 500, stop_timeout_seconds: 500 };
    const web = { name: "web", desired_count: 5, task: slow };
    const scenario = world({ clusters: [{ name: "main", services: [web] }] });
    const [group] = scenario.auto_scaling_groups;
    const hooks = group?.hooks.map((each) => ({ ...each, heartbeat_timeout_seconds: 150 }));
    const outcome = await played({ ...scenario, auto_scaling_groups: [{ ...group, hooks }] });
    expect(howEnded(outcome)).to.deep.equal(Array(3).fill("call CONTINUE"));
    expect(completedOrder(outcome).at(-1)).to.equal(own);
    expectOnlyOwnTaskCut(outcome);
  });

  it("drains nothing as long as ECS does not tell on which instance it runs, and then all", async () => {
    const deny = { actions: ["ecs:DescribeContainerInstances"], for_seconds: 150, probability: 1 };
    const { timeline } = world();
    const outcome = await played(world({ timeline: [{ at_seconds: 0, deny }, ...timeline] }));
    const [found] = about(outcome, "own instance found");
    const lost = about(outcome, "own instance not found");
    expect(lost).to.have.lengthOf(3);
    for (const { reason } of lost) expect(reason).to.include("ecs:DescribeContainerInstances");
    const before = outcome.log.filter(({ time }) => String(time) < String(found?.time));
    expect(before).to.deep.equal(lost);
    expect(completedOrder(outcome).at(-1)).to.equal(own);
    expectOnlyOwnTaskCut(outcome);
  });

  it("stops no task of its own, though the settings stop all standalone ones", async () => {
    const batch = { stop_seconds: 400, stop_timeout_seconds: 400 };
    const { tasks, functions } = world();
    const { input } = functions.terminate;
    const outcome = await played(
      world({
        functions: {
          ...functions,
          terminate: { ...functions.terminate, input: { ...input, stop_tasks: "all" } },
        },
        tasks: [...tasks, { cluster: "main", family: "batch", instance_ids: [second], task: batch }],
        timeline: [
          { at_seconds: 5, terminate: { instance_ids: [own] } },
          { at_seconds: 100, terminate: { instance_ids: [second] } },
        ],
      }),
      { options: { input: JSON.stringify({ stop_tasks: "all" }) } },
    );
    expect(completedOrder(outcome)).to.deep.equal([second, own]);
    const stopped = about(outcome, "task stopped").map(({ instance_id }) => instance_id);
    expect(stopped).to.deep.equal([second]);
    // Nothing else is left on it for minutes.
    expect(about(outcome, "waiting", own).map(({ waiting_for }) => waiting_for)).to.include("1 task RUNNING");
    expectOnlyOwnTaskCut(outcome);
  });

  it("never takes its own container instance out of the cluster, which ECS would refuse", async () => {
    const always = { deregister_container_instance: "always" };
    const outcome = await played(world(), { options: { input: JSON.stringify(always) } });
    expect(completedOrder(outcome).at(-1)).to.equal(own);
    expectOnlyOwnTaskCut(outcome);
    const asked = outcome.simulation.calls.filter(
      ({ action }) => action === "ecs:DeregisterContainerInstance",
    );
    expect(asked).to.have.lengthOf(2);
    for (const { error } of asked) expect(error).to.equal(undefined);
  });

  it("as a service, ECS moves it off its own instance: it hands over to its queue, and the next task goes on", async () => {
    const drainer = { name: DRAINER, desired_count: 1, minimum_healthy_percent: 0, maximum_percent: 100 };
    const web = { name: "web", desired_count: 5, task: { stop_seconds: 100, stop_timeout_seconds: 120 } };
    const outcome = await played(
      world({
        clusters: [
          {
            name: "main",
            services: [{ ...drainer, task: { stop_seconds: 70, stop_timeout_seconds: 120 } }, web],
          },
        ],
        tasks: [],
        timeline: [{ at_seconds: 5, terminate: { instance_ids: ids.slice(0, 3) } }],
      }),
      { options: { queue: "monitor" }, once: false },
    );
    expect(howEnded(outcome)).to.deep.equal(Array(3).fill("call CONTINUE"));
    expect(drainingOrder(outcome).at(-1)).to.equal(own);
    // The first process hands the drain of its instance over, and the second one completes it.
    expect(outcome.ends).to.deep.equal(["stopped"]);
    const places = about(outcome, "own instance found").map(({ instance_id }) => instance_id);
    expect(places).to.have.lengthOf(2);
    expect(places[0]).to.equal(own);
    expect(ids.slice(3)).to.include(places[1]);
    expect(about(outcome, "sweep found", own)).to.have.lengthOf(1);
    expect(about(outcome, "handed over", own)).to.not.be.empty;
    expect(outcome.log.filter(({ level }) => level === "ERROR")).to.deep.equal([]);
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.damage).to.deep.equal([]);
  });
});
