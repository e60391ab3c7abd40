// Protects what is listed and not described: it is unread, and gone only once it is not listed any more.
import { expect } from "chai";
import { OddAnswer } from "../../../../shared/base/errors.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { observeGroupInstances } from "../../../../shared/observe/auto-scaling.ts";
import { observeClusters } from "../../../../shared/observe/cluster.ts";
import { observeFollowed } from "../../../../shared/observe/followed.ts";
import { observeInstancesOf } from "../../../../shared/observe/groups.ts";
import { observeRegistrations } from "../../../../shared/observe/load-balancers.ts";
import { recheckBlockers } from "../../../../shared/observe/recheck-blocker.ts";
import { observeSilent } from "../../../../shared/observe/silent.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import { contentOf, unreadIn } from "../../../../shared/run/reading.ts";
import { task, termination } from "../rules/builders.ts";
import { clustered, inPass, observable } from "./records.ts";
import { containerInstance, type Shown, showing } from "./shown.ts";

const INSTANCES = "ecs:DescribeContainerInstances";
const TASKS = "ecs:DescribeTasks";
const DRAINING = { status: "DRAINING", tasksToRun: 0 } as const;

/** Found in the cluster main before, with or without tasks. */
const knownAs = (arn: string, tasks: readonly string[] = []) => ({
  containerInstances: [{ cluster: "main", arn }],
  tasks,
  noTasksVersions: tasks.length > 0 ? [] : [{ arn, version: 1 }],
});
const odd = (action: string, field: string, value: string, ...ids: string[]) =>
  new OddAnswer(action, field, value, { ids });
const unread = (call: string) => ({ call, why: "odd" });

async function play(shown: Shown, ...terminations: Termination[]) {
  const { run, asked, lines } = showing(shown);
  const observed = await observeClusters(run, observable(...terminations), questions);
  return {
    asked,
    lines,
    run,
    unread: observed.map(({ clusters }) => clusters.unread),
    arns: observed.map(({ clusters }) =>
      clusters.instances.map(({ containerInstance: { arn }, tasks }) => [
        arn,
        ...tasks.map((each) => each.arn),
      ]),
    ),
  };
}

const inMain = (
  containerInstances: ReturnType<typeof containerInstance>[],
  tasks = [task("RUNNING")].slice(1),
) => ({
  clusters: { main: { containerInstances, tasks } },
});

describe("a container instance that is listed and not described", () => {
  it("leaves its instance unread, and others as they are, and the log says so", async () => {
    const { asked, arns, lines, run, ...seen } = await play(
      { ...inMain([containerInstance(1), containerInstance(2)]), hidden: { "ci-1": "MISSING" } },
      termination(),
      termination({}, { instanceId: "i-2" }),
    );
    expect(seen.unread).to.deep.equal([unread(INSTANCES), undefined]);
    expect(arns).to.deep.equal([[], [["ci-2"]]]);
    expect(asked.slice(0, 3)).to.deep.equal([
      "ecs.findContainerInstances main i-1 i-2",
      "ecs.describeContainerInstances main ci-1 ci-2",
      "ecs.findContainerInstances main i-1 i-2",
    ]);
    expect(lines).to.deep.equal([
      [
        "warn",
        "odd answer",
        { action: INSTANCES, field: "containerInstances", value: "MISSING", about: "ci-1" },
      ],
    ]);
    expect(run.hasFailures).to.equal(false);
  });

  it("is gone once it is not listed any more", async () => {
    const { arns, lines, ...seen } = await play(
      { ...inMain([containerInstance(1)]), hidden: { "ci-1": "MISSING" }, forgotten: ["ci-1"] },
      termination(),
    );
    expect([arns, seen.unread, lines]).to.deep.equal([[[]], [undefined], []]);
  });

  it("is asked for anew where an earlier pass saw it: it is unread while it is listed", async () => {
    const shown = { ...inMain([containerInstance(1)]), hidden: { "ci-1": "MISSING" } } as const;
    const { asked, arns, ...seen } = await play(shown, termination(knownAs("ci-1")));
    expect(asked).to.deep.equal([
      "ecs.describeContainerInstances main ci-1",
      "ecs.findContainerInstances main i-1",
    ]);
    expect([arns, seen.unread]).to.deep.equal([[[]], [unread(INSTANCES)]]);
  });

  it("is gone where an earlier pass saw it, and no list has it: nothing is held, and nothing more is asked", async () => {
    const { asked, arns, lines, ...seen } = await play(inMain([]), termination(knownAs("ci-1")));
    expect(asked).to.deep.equal([
      "ecs.describeContainerInstances main ci-1",
      "ecs.findContainerInstances main i-1",
    ]);
    expect([arns, seen.unread, lines]).to.deep.equal([[[]], [undefined], []]);
  });

  it("is asked for anew also if the instance was seen in another cluster besides", async () => {
    const both = [
      { cluster: "main", arn: "ci-1" },
      { cluster: "other", arn: "ci-1o" },
    ];
    const shown = {
      clusters: {
        main: { containerInstances: [containerInstance(1)] },
        other: { containerInstances: [containerInstance(1, { arn: "ci-1o" })] },
      },
      hidden: { "ci-1": "MISSING" },
    } as const;
    const seen = await play(shown, termination({ ...knownAs("ci-1"), containerInstances: both }));
    expect(seen.unread).to.deep.equal([unread(INSTANCES)]);
  });

  it("is nobody's who has a connected one: the agent of an instance has one", async () => {
    const twins = [
      { cluster: "main", arn: "ci-1" },
      { cluster: "main", arn: "ci-0" },
    ];
    const { asked, arns, ...seen } = await play(
      inMain([containerInstance(1)]),
      termination({ ...knownAs("ci-1"), containerInstances: twins }),
    );
    expect(asked[0]).to.equal("ecs.describeContainerInstances main ci-1 ci-0");
    expect(asked).to.not.include("ecs.findContainerInstances main i-1");
    expect([arns, seen.unread]).to.deep.equal([[[["ci-1"]]], [undefined]]);
  });

  /** [what, the odd answer, who is unread of i-1 and i-2] */
  const answers: [string, OddAnswer, [boolean, boolean]][] = [
    [
      "of an unknown status leaves its own instance unread, and fails the run",
      odd(INSTANCES, "status", "HOVERING", "ci-1", "i-1"),
      [true, false],
    ],
    [
      "that names no instance leaves those unread that have none",
      odd(INSTANCES, "ec2InstanceId", "missing", "ci-1"),
      [true, false],
    ],
    ["of another instance holds nobody", odd(INSTANCES, "status", "HOVERING", "ci-9", "i-9"), [false, false]],
  ];
  for (const [what, answer, expected] of answers)
    it(`with an odd answer ${what}`, async () => {
      const shown = { ...inMain([containerInstance(1), containerInstance(2)]), hidden: { "ci-1": answer } };
      const { lines, run, ...seen } = await play(
        shown,
        termination(),
        termination({}, { instanceId: "i-2" }),
      );
      expect(seen.unread.map((each) => each !== undefined)).to.deep.equal(expected);
      const told = expected.some(Boolean);
      expect([lines.map(([level, phrase]) => [level, phrase]), run.hasFailures]).to.deep.equal([
        told ? [["error", "odd answer"]] : [],
        told,
      ]);
    });

  it("is unread where an earlier pass saw it, whatever the list says", async () => {
    const shown = {
      ...inMain([]),
      hidden: { "ci-1": odd(INSTANCES, "containerInstances", "no more", "ci-1") },
    };
    expect((await play(shown, termination(knownAs("ci-1")))).unread).to.deep.equal([unread(INSTANCES)]);
  });

  it("is unread for each of two hooks that hold its instance, whichever knew it", async () => {
    const shown = {
      ...inMain([]),
      hidden: { "ci-1": odd(INSTANCES, "containerInstances", "no more", "ci-1") },
    };
    const seen = await play(shown, termination(), termination(knownAs("ci-1"), { hook: "other" }));
    expect(seen.unread).to.deep.equal([unread(INSTANCES), unread(INSTANCES)]);
  });

  it("lets a recheck find nothing, so that a pass asks anew", async () => {
    const { run } = showing({ ...inMain([containerInstance(1, DRAINING)]), hidden: { "ci-1": "MISSING" } });
    const blocker = {
      kind: "tasks",
      cluster: "main",
      containerInstance: "ci-1",
      tasksToRun: 0,
      tasks: ["task-1"],
    } as const;
    const [found] = await recheckBlockers(run, [
      { index: 0, before: termination(), blocker, drainsSince: undefined },
    ]);
    expect(found?.answer).to.deep.equal({ value: { isThere: false } });
  });

  it("is not taken for silent, and another is", async () => {
    const { run } = showing({
      ...inMain([
        containerInstance(1, { agentConnected: false }),
        containerInstance(2, { agentConnected: false }),
      ]),
      hidden: { "ci-1": odd(INSTANCES, "agentConnected", "missing", "ci-1", "i-1") },
    });
    run.ports.ecs.listSilent = async () => ["ci-1", "ci-2"];
    run.ports.ec2.instances = async () => new Map([["i-2", { state: "terminated", group: "fleet" }]]);
    const found = await observeSilent(run, ["main"], () => true);
    expect(found.map((each) => each.containerInstance.arn)).to.deep.equal(["ci-2"]);
    expect(run.hasFailures).to.equal(true);
  });

  it("goes on being followed", async () => {
    const { run } = showing({ ...inMain([containerInstance(1)]), hidden: { "ci-1": "MISSING" } });
    const [followed] = await observeFollowed(run, inPass(termination(knownAs("ci-1"))));
    expect(followed?.view.unread).to.deep.equal({ tasks: unread(INSTANCES) });
  });
});

describe("a task that is listed and not described", () => {
  const one = task("STOPPING", { arn: "task-1" });
  const theirs = task("STOPPING", { arn: "task-2", containerInstance: "ci-2" });
  const drained = [1, 2, 3, 4, 5].map((n) => containerInstance(n, DRAINING));

  it("leaves its instance unread, and others as they are", async () => {
    const { asked, arns, lines, ...seen } = await play(
      { ...inMain(drained.slice(0, 2), [one, theirs]), hidden: { "task-1": "MISSING" } },
      termination(),
      termination({}, { instanceId: "i-2" }),
    );
    expect(seen.unread).to.deep.equal([unread(TASKS), undefined]);
    expect(arns).to.deep.equal([[], [["ci-2", "task-2"]]]);
    expect(asked.slice(2)).to.deep.equal([
      "ecs.listTasksToRun main ci-1 ci-2",
      "ecs.listStoppingTasks main ci-1 ci-2",
      "ecs.describeTasks main task-1 task-2",
      "ecs.listTasksToRun main ci-1 ci-2",
      "ecs.listStoppingTasks main ci-1 ci-2",
      "ecs.listTasksToRun main ci-1",
      "ecs.listTasksToRun main ci-2",
      "ecs.listStoppingTasks main ci-1",
      "ecs.listStoppingTasks main ci-2",
      "ecs.services main web",
    ]);
    expect(lines.map(([level, , fields]) => [level, fields])).to.deep.equal([
      ["warn", { action: TASKS, field: "tasks", value: "MISSING", about: "task-1" }],
    ]);
  });

  it("is gone once it is not listed any more: ECS forgets a task an hour after it stopped", async () => {
    const { asked, arns, lines, ...seen } = await play(
      { ...inMain(drained.slice(0, 1), [one]), hidden: { "task-1": "MISSING" }, forgotten: ["task-1"] },
      termination(),
    );
    expect([arns, seen.unread, lines]).to.deep.equal([[[["ci-1"]]], [undefined], []]);
    expect(asked).to.have.lengthOf(7);
  });

  it("is unread at once if ECS does not say that it is missing, and the run fails", async () => {
    const answer = odd(TASKS, "tasks", "missing", "task-1");
    const { run, lines, ...seen } = await play(
      { ...inMain(drained.slice(0, 2), [one]), hidden: { "task-1": answer } },
      termination(),
      termination({}, { instanceId: "i-2" }),
    );
    expect(seen.unread).to.deep.equal([unread(TASKS), undefined]);
    expect([lines.map(([level]) => level), run.hasFailures]).to.deep.equal([["error"], true]);
  });

  it("is its own container instance's, if the answer names that, and no list is asked", async () => {
    const answer = odd(TASKS, "group", "missing", "task-1", "ci-1");
    const { asked, ...seen } = await play(
      { ...inMain(drained.slice(0, 2), [one]), hidden: { "task-1": answer } },
      termination(),
      termination({}, { instanceId: "i-2" }),
    );
    expect(seen.unread).to.deep.equal([unread(TASKS), undefined]);
    expect(asked.filter((each) => each.startsWith("ecs.listStoppingTasks"))).to.have.lengthOf(1);
  });

  it("of another instance, which the list of a whole cluster has, holds nobody", async () => {
    const answer = odd(TASKS, "group", "missing", "task-2", "ci-2");
    const seen = await play(
      { ...inMain(drained, [one, { ...theirs, containerInstance: "ci-1" }]), hidden: { "task-2": answer } },
      termination(),
    );
    expect(seen.unread).to.deep.equal([undefined]);
    expect(seen.arns).to.deep.equal([[["ci-1", "task-1"]]]);
  });

  it("that an earlier pass saw is asked for anew: it is unread while it is listed", async () => {
    const memory = knownAs("ci-1", ["task-1", "task-3"]);
    const left = task("STOPPING", { arn: "task-3" });
    const shown = { ...inMain(drained.slice(0, 1), [one, left]), hidden: { "task-1": "MISSING" } } as const;
    const seen = await play(shown, termination(memory));
    expect(seen.unread).to.deep.equal([unread(TASKS)]);
    // Without it, all that the container instance counts is known, and no list would be due.
    const whole = await play(inMain(drained.slice(0, 1), [one, left]), termination(memory));
    expect(whole.asked).to.deep.equal([
      "ecs.describeContainerInstances main ci-1",
      "ecs.describeTasks main task-1 task-3",
      "ecs.services main web",
    ]);
  });

  it("that an earlier pass saw is unread if ECS does not say that it is missing, though no list has it", async () => {
    const shown = {
      ...inMain(drained.slice(0, 1), []),
      hidden: { "task-1": odd(TASKS, "tasks", "missing", "task-1") },
    };
    expect((await play(shown, termination(knownAs("ci-1", ["task-1"])))).unread).to.deep.equal([
      unread(TASKS),
    ]);
  });

  it("lets a recheck find it gone, so that a pass asks anew", async () => {
    const { run } = showing({ ...inMain(drained.slice(0, 1), [one]), hidden: { "task-1": "MISSING" } });
    const blocker = {
      kind: "tasks",
      cluster: "main",
      containerInstance: "ci-1",
      tasksToRun: 0,
      tasks: ["task-1"],
    } as const;
    const [found] = await recheckBlockers(run, [
      { index: 0, before: termination(), blocker, drainsSince: undefined },
    ]);
    expect(found?.answer).to.deep.equal({ value: { isThere: false } });
  });

  it("counts as live with a status that nobody knows, and the log says so", async () => {
    const hovering = task("HOVERING", { arn: "task-1", odd: odd(TASKS, "lastStatus", "HOVERING") });
    const { lines, ...seen } = await play(inMain(drained.slice(0, 1), [hovering]), termination());
    expect([seen.unread, seen.arns]).to.deep.equal([[undefined], [[["ci-1", "task-1"]]]]);
    expect(lines).to.deep.equal([
      ["error", "odd answer", { action: TASKS, field: "lastStatus", value: "HOVERING" }],
    ]);
  });
});

describe("a state that nobody knows", () => {
  it("of a group instance is unread, and the states of others are not", async () => {
    const state = odd("autoscaling:DescribeAutoScalingInstances", "LifecycleState", "Hovering", "i-1");
    const { run, lines } = showing({});
    run.ports.autoScaling.describeInstances = async () =>
      new Map<string, typeof state | { group: string; state: string }>([
        ["i-1", state],
        ["i-2", { group: "fleet", state: "InService" }],
      ]);
    const found = await observeGroupInstances(run, ["i-1", "i-2"]);
    expect([...found.values()].map((each) => [unreadIn(each), contentOf(each)?.state])).to.deep.equal([
      [unread("autoscaling:DescribeAutoScalingInstances"), undefined],
      [undefined, "InService"],
    ]);
    expect(lines.map(([level, phrase, { about }]) => [level, phrase, about])).to.deep.equal([
      ["error", "odd answer", "i-1"],
    ]);
  });

  it("of a swept group's instance is told", async () => {
    const { run, lines } = showing({});
    const instances = [
      { instanceId: "i-1", state: "Hovering" },
      { instanceId: "i-2", state: "Quarantined" },
    ];
    expect(await observeInstancesOf(run, { name: "fleet", instances, hasWarmPool: false })).to.deep.equal(
      instances,
    );
    expect(lines.map(([level, phrase, { about, value }]) => [level, phrase, about, value])).to.deep.equal([
      ["error", "odd answer", "i-1", "Hovering"],
    ]);
  });

  it("of EC2 is no word about a ghost", async () => {
    const { run, lines } = showing(inMain([containerInstance(1, { agentConnected: false })]));
    run.ports.ecs.listSilent = async () => ["ci-1"];
    run.ports.ec2.instances = async () =>
      new Map([["i-1", odd("ec2:DescribeInstances", "State.Name", "hovering", "i-1")]]);
    expect(await observeSilent(run, ["main"], () => true)).to.deep.equal([]);
    expect(lines.map(([level, phrase]) => [level, phrase])).to.deep.equal([["error", "odd answer"]]);
  });

  it("of a target counts as registered, and the log says so", async () => {
    const action = "elasticloadbalancing:DescribeTargetHealth";
    const target = {
      id: "i-1",
      port: 80,
      state: "registered",
      invalid: false,
      odd: odd(action, "TargetHealth.State", "hovering"),
    } as const;
    const web = { arn: "arn:web", name: "web", targetType: "instance", network: false, targets: [target] };
    const { run, lines } = showing({ targetGroups: [web] });
    const settings = { targetGroups: ["web"], discover: "named" } as const;
    const [found] = await observeRegistrations(run, [clustered(termination({}, { settings }))], questions);
    expect(found?.registered.registrations.map(({ state }) => state)).to.deep.equal(["registered"]);
    expect(lines).to.deep.equal([
      ["error", "odd answer", { action, field: "TargetHealth.State", value: "hovering" }],
    ]);
  });
});
