// Protects which questions a pass asks AWS: all that can decide something, and nothing that cannot have changed.
import { expect } from "chai";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { AutoScalingView } from "../../../../shared/model/observation.ts";
import type { TaskLists } from "../../../../shared/model/questions.ts";
import type { Registration } from "../../../../shared/model/registration.ts";
import type { ContainerInstance, Task } from "../../../../shared/model/tasks.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import {
  classic,
  clusterInstanceOf,
  hook,
  MINUTE,
  type Row,
  SECOND,
  SINCE,
  seen,
  state,
  target,
  task,
  termination,
} from "./builders.ts";

describe("whether anything beyond Auto Scaling is asked", () => {
  const isObserved = (
    shown: Pick<AutoScalingView, "groupInstance">,
    memory: Partial<Memory> = {},
    told: Row["told"] = {},
    owner: AutoScalingView["owner"] = "ours",
  ) =>
    questions.isObserved(termination(memory, told), {
      hooks: [hook()],
      owner,
      retains: undefined,
      activity: undefined,
      interruption: undefined,
      areSendersKnown: true,
      unread: {},
      ...shown,
    });
  const noticed = { interruptedAt: SINCE };

  it("of one that a hook holds, until our action is completed", () => {
    for (const name of ["Terminating:Wait", "Warmed:Pending:Wait"]) {
      expect(isObserved(state(name))).to.equal(true);
      expect(isObserved(state(name), { completedAt: SINCE })).to.equal(false);
    }
  });

  it("of one that our hook does not hold, as far as is known: only before an interruption", () => {
    for (const owner of ["another's", "managed draining", "unnamed", "gone", undefined] as const) {
      const shown = { ...state("Terminating:Wait"), owner };
      expect(isObserved(shown)).to.equal(false);
      expect(isObserved(shown, {}, noticed)).to.equal(true);
    }
  });

  it("of one that no hook holds: only before an interruption, or where something is to be given back", () => {
    for (const name of ["InService", "Terminating", "Warmed:Stopped"]) {
      expect(isObserved(state(name))).to.equal(false);
      expect(isObserved(state(name), {}, noticed)).to.equal(true);
      expect(isObserved(state(name), { returns: "warm pool", completedAt: SINCE })).to.equal(true);
    }
  });

  it("never of one that is in no group, or in another", () => {
    for (const shown of [{ groupInstance: undefined }, state("Terminating:Wait", "other")]) {
      expect(isObserved(shown, { returns: "warm pool" }, noticed)).to.equal(false);
    }
  });
});

describe("whether the group's retention policy is asked for", () => {
  const isDue = (
    onTimeout: "continue" | "abandon" | "leave",
    now: number,
    own: Parameters<typeof questions.isRetentionDue>[1] = hook(),
  ) => questions.isRetentionDue(termination({}, { settings: { onTimeout } }), own, SINCE + now);

  it("from half of the drain's time on", () =>
    expect([isDue("abandon", 30 * MINUTE - 1), isDue("abandon", 30 * MINUTE)]).to.deep.equal([false, true]));

  it("sooner where the hook's global limit ends it sooner", () => {
    const short = hook({ heartbeatTimeout: 30 * SECOND });
    expect(isDue("abandon", 24 * MINUTE - 1, short)).to.equal(false);
    expect(isDue("abandon", 24 * MINUTE, short)).to.equal(true);
  });

  it("by the drain's own time where the hook is not known", () =>
    expect([
      isDue("abandon", 30 * MINUTE - 1, undefined),
      isDue("abandon", 30 * MINUTE, undefined),
    ]).to.deep.equal([false, true]));

  it("never where the drain does not end with ABANDON", () =>
    expect([isDue("continue", 50 * MINUTE), isDue("leave", 50 * MINUTE)]).to.deep.equal([false, false]));
});

describe("whether ECS itself may be draining the instance", () => {
  const may = (change: Partial<ContainerInstance>, memory: Partial<Memory> = {}) =>
    questions.mayBeManagedDraining(termination(memory), [
      clusterInstanceOf({ arn: "ci-0" }),
      clusterInstanceOf({ status: "DRAINING", capacityProvider: "on-demand", ...change }),
    ]);

  it("one that drains, though not by us, and came by a capacity provider", () => {
    expect(may({})).to.equal(true);
    expect(may({}, { drained: [{ what: "ci-9", at: SINCE }] })).to.equal(true);
  });

  it("none that we set DRAINING, none that does not drain, and none that registered by itself", () => {
    expect(may({}, { drained: [{ what: "ci-1", at: SINCE }] })).to.equal(false);
    expect(may({ status: "ACTIVE" })).to.equal(false);
    expect(may({ capacityProvider: undefined })).to.equal(false);
  });
});

describe("which tasks are to be listed", () => {
  const running = task("RUNNING", { arn: "task-1" });
  const stopping = task("STOPPING", { arn: "task-1" });
  const stopped = task("STOPPED", { arn: "task-2" });
  const now = SINCE + MINUTE;
  const known = { tasks: ["task-1"] };
  const none = [{ arn: "ci-1", version: 1 }];
  const ALL = { toRun: true, stopping: true };
  const NONE = { toRun: false, stopping: false };
  const STOPPING = { toRun: false, stopping: true };

  /** [why, the memory, the tasks that are known, how many it counts to run, which lists] */
  const table: [string, Partial<Memory>, Task[], number, TaskLists][] = [
    ["they never were: both lists", {}, [], 0, ALL],
    ["they never were, and one is known all the same: both", {}, [running], 1, ALL],
    ["all that it counts are known: none", known, [running], 1, NONE],
    ["it counts more than are known: both", known, [running], 2, ALL],
    ["it counts fewer, as one is stopping: both", known, [running], 0, ALL],
    ["one that stops is not counted, and it is right without it: none", known, [stopping], 0, NONE],
    ["all have STOPPED: both, once more", known, [stopped], 0, ALL],
    ["none is known, and none was ever believed to be the last: both", { tasks: [] }, [], 0, ALL],
    ["none is left, and that was believed: none", { tasks: [], noTasksVersions: none }, [], 0, NONE],
    [
      "none was left, of another version: one may have started since",
      { tasks: [], noTasksVersions: [{ arn: "ci-1", version: 2 }] },
      [],
      0,
      ALL,
    ],
    [
      "none was left on another container instance: that tells nothing of this one",
      { tasks: [], noTasksVersions: [{ arn: "ci-2", version: 1 }] },
      [],
      0,
      ALL,
    ],
    ["none was left, and one is counted by now: both", { tasks: [], noTasksVersions: none }, [], 1, ALL],
    [
      "all have STOPPED, and none was to run for ten seconds: only those that are stopping",
      { ...known, noTasksToRunSince: now - 10 * SECOND },
      [stopped],
      0,
      STOPPING,
    ],
    [
      "all have STOPPED, and none was to run for less: both",
      { ...known, noTasksToRunSince: now - 10 * SECOND + 1 },
      [stopped],
      0,
      ALL,
    ],
    [
      "none was to run for ten seconds, and yet one is counted: both",
      { ...known, noTasksToRunSince: now - 10 * SECOND },
      [stopped],
      1,
      ALL,
    ],
    [
      "none was to run for ten seconds, and one that stops is known: none",
      { ...known, noTasksToRunSince: now - 10 * SECOND },
      [stopping],
      0,
      NONE,
    ],
  ];
  for (const [why, memory, tasks, tasksToRun, expected] of table) {
    it(why, () => {
      const { containerInstance } = clusterInstanceOf({ tasksToRun });
      expect(questions.tasksToList(termination(memory), containerInstance, tasks, now)).to.deep.equal(
        expected,
      );
    });
  }
});

describe("whether host ports are read from task definitions", () => {
  const isDue = (registrations: Registration[], memory: Partial<Memory> = {}, told: Row["told"] = {}) =>
    questions.areHostPortsDue(termination(memory, told), registrations);

  it("where a registration of ours is there, or was", () => {
    expect(isDue([target()])).to.equal(true);
    expect(isDue([classic({ state: "draining" })])).to.equal(true);
    expect(isDue([], seen)).to.equal(true);
  });

  it("not where all are ECS's, or the address of a task", () => {
    expect(isDue([])).to.equal(false);
    expect(isDue([target({ managed: true })])).to.equal(false);
    expect(isDue([target({ services: ["web"], addressTask: task("RUNNING") })])).to.equal(false);
    expect(isDue([], { ...seen, managed: [{ kind: "target", id: "tg-1" }] })).to.equal(false);
  });

  it("not before an interruption: DRAINING does not wait then", () =>
    expect(isDue([target()], seen, { interruptedAt: SINCE })).to.equal(false));
});

describe("whether it is asked how long a drain may take", () => {
  const instances = [clusterInstanceOf({ arn: "ci-1" })];
  const isDue = (memory: Partial<Memory>, registrations: Registration[] = [], told: Row["told"] = {}) =>
    questions.areDrainTimesDue(termination(memory, told), instances, registrations);
  const told = { logged: ["held by the lifecycle hook"] };
  const known = { ...told, containerInstances: seen.containerInstances };

  it("when a container instance or a registration is first seen", () => {
    expect(isDue(told)).to.equal(true);
    expect(isDue(known)).to.equal(false);
    expect(isDue(known, [target()])).to.equal(true);
    expect(isDue({ ...seen, ...told }, [target()])).to.equal(false);
    expect(isDue({ ...seen, ...told }, [target(), target({ port: 9090 })])).to.equal(true);
  });

  it("until the deadline was told, as it is again after a dry run", () =>
    expect(isDue(seen, [target()])).to.equal(true));

  it("not where there is nothing that leaves", () =>
    expect(questions.areDrainTimesDue(termination(), [], [])).to.equal(false));

  it("not before an interruption: it leaves two minutes, whatever it takes", () =>
    expect(isDue({}, [target()], { interruptedAt: SINCE })).to.equal(false));
});

describe("whether EC2 is asked if the instance is alive", () => {
  const now = SINCE + 10 * MINUTE;
  const silent = clusterInstanceOf({ status: "DRAINING", agentConnected: false });
  const isDoubtful = (
    disconnectedSince: number | undefined,
    clusterInstances = [clusterInstanceOf({ arn: "ci-0" }), silent],
    registrations: Registration[] = [],
  ) => questions.isInstanceDoubtful(termination({ disconnectedSince }), clusterInstances, registrations, now);

  it("once its agent has been silent for two minutes", () => {
    expect(isDoubtful(now - 2 * MINUTE)).to.equal(true);
    expect(isDoubtful(now - 2 * MINUTE + 1)).to.equal(false);
    expect(isDoubtful(undefined)).to.equal(false);
  });

  it("not where the agent speaks by now, or its container instance is out of its cluster", () => {
    expect(isDoubtful(SINCE, [clusterInstanceOf({ status: "DRAINING" })])).to.equal(false);
    expect(isDoubtful(SINCE, [clusterInstanceOf({ status: "INACTIVE", agentConnected: false })])).to.equal(
      false,
    );
  });

  it("at once where a load balancer says that it is stopped", () => {
    expect(isDoubtful(undefined, [], [target(), target({ port: 1, invalid: true })])).to.equal(true);
    expect(isDoubtful(undefined, [], [target()])).to.equal(false);
  });
});
