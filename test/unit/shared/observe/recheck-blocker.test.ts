// Protects that nothing but certain waiting comes of a recheck, and how little is asked.
import { expect } from "chai";
import type { RecheckableBlocker } from "../../../../shared/model/memory.ts";
import type { ContainerInstance } from "../../../../shared/model/tasks.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { failure } from "../act/carrying-out.ts";
import { clusterInstanceOf, task, termination } from "../rules/builders.ts";
import { inElb, inStatic, NOW, play, waiting } from "./rechecking.ts";

const tasksOn = (
  containerInstance: string,
  tasksToRun: number,
  ...tasks: string[]
): Extract<RecheckableBlocker, { kind: "tasks" }> => ({
  kind: "tasks",
  cluster: "main",
  containerInstance,
  tasksToRun,
  tasks,
});
const tasksIn = (waiting: Termination | undefined) => {
  const blocker = waiting?.memory.recheck?.blocker;
  return blocker?.kind === "tasks" ? blocker.tasks : undefined;
};
const containerInstance = (change: Partial<ContainerInstance> = {}) =>
  clusterInstanceOf({ arn: "ci-1", status: "DRAINING", tasksToRun: 0, ...change }).containerInstance;

describe("a recheck", () => {
  it("asks nothing where no blocker is known, or not for so long any more", async () => {
    const { asked, waits } = await play([termination(), waiting(inStatic(), "i-1", NOW)], {});
    expect([asked, waits]).to.deep.equal([[], []]);
  });

  it("the next one is after a poll", async () => {
    const before = waiting(tasksOn("ci-1", 2, "a"), "i-1", NOW + 60_000);
    const { after } = await play([before], {
      containerInstances: () => [containerInstance({ tasksToRun: 2 })],
    });
    const memory = { ...before.memory, lastSeenAt: NOW, nextPassAt: NOW + 5_000 };
    expect(after.map((each) => each?.memory)).to.deep.equal([memory]);
  });

  describe("of tasks", () => {
    it("asks for none where the container instance counts as many as it did", async () => {
      const { asked, waits } = await play([waiting(tasksOn("ci-1", 2, "a", "b"))], {
        containerInstances: () => [containerInstance({ tasksToRun: 2 })],
      });
      expect([asked, waits]).to.deep.equal([["ci-1"], ["i-1"]]);
    });

    it("asks for those of all instances of a cluster at once, and waits for one that has not STOPPED", async () => {
      const { asked, waits } = await play(
        [
          waiting(tasksOn("ci-1", 0, "a", "b"), "i-1"),
          waiting(tasksOn("ci-2", 0, "c"), "i-2"),
          waiting(tasksOn("ci-3", 1, "d"), "i-3"),
        ],
        {
          containerInstances: () => ["ci-1", "ci-2", "ci-3"].map((arn) => containerInstance({ arn })),
          tasks: () => [
            task("STOPPED", { arn: "a" }),
            task("DEPROVISIONING", { arn: "b" }),
            task("STOPPED", { arn: "c" }),
          ],
        },
      );
      expect(asked).to.deep.equal(["ci-1 ci-2 ci-3", "a b c d"]);
      expect(waits).to.deep.equal(["i-1"]);
    });

    describe("where they are more than a call takes", () => {
      const names = (instance: number) => ["first", "second", "third"].map((name) => `${name}-${instance}`);
      const instances = Array.from({ length: 34 }, (_, i) => i);
      const all = instances.map((i) => waiting(tasksOn(`ci-${i}`, 0, ...names(i)), `i-${i}`));
      const containerInstances = () => instances.map((i) => containerInstance({ arn: `ci-${i}` }));
      const firsts = instances.map((i) => `first-${i}`);

      it("asks for one of each instance, and for its others where that one has STOPPED", async () => {
        const { asked, waits, after } = await play(all, {
          containerInstances,
          tasks: () => [
            ...firsts.map((arn, i) => task(i < 2 ? "STOPPED" : "STOPPING", { arn })),
            task("STOPPED", { arn: "second-0" }),
            task("STOPPING", { arn: "third-0" }),
            task("STOPPED", { arn: "second-1" }),
          ],
        });
        expect(asked.slice(1)).to.deep.equal([firsts.join(" "), "second-0 third-0 second-1 third-1"]);
        expect(waits).to.deep.equal(instances.filter((i) => i !== 1).map((i) => `i-${i}`));
        expect(tasksIn(after[0])).to.deep.equal(["third-0"]);
        expect(tasksIn(after[2])).to.deep.equal(names(2));
      });

      it("asks for all of them where a call takes them", async () => {
        const { asked } = await play(all.slice(1), { containerInstances, tasks: () => [] });
        expect(asked.slice(1)).to.deep.equal([instances.slice(1).flatMap(names).join(" ")]);
      });
    });

    it("forgets those that have STOPPED, unless the container instance counts them all", async () => {
      const stopping = waiting(tasksOn("ci-1", 0, "a", "b"), "i-1");
      const counted = waiting(tasksOn("ci-2", 1, "c", "d"), "i-2");
      const { after } = await play([stopping, counted], {
        containerInstances: () => [containerInstance(), containerInstance({ arn: "ci-2", tasksToRun: 1 })],
        tasks: () => [task("STOPPING", { arn: "b" })],
      });
      expect(after.map(tasksIn)).to.deep.equal([["b"], ["c", "d"]]);
    });

    it("asks each cluster for its own", async () => {
      const elsewhere: RecheckableBlocker = { ...tasksOn("ci-2", 1, "b"), cluster: "other" };
      const { asked, waits } = await play([waiting(tasksOn("ci-1", 1, "a")), waiting(elsewhere, "i-2")], {
        containerInstances: () => [containerInstance({ arn: "ci-2", tasksToRun: 1 })],
        tasks: () => [],
      });
      expect([asked, waits]).to.deep.equal([["ci-1", "ci-2"], ["i-2"]]);
    });

    it("remembers of each since when none is to run", async () => {
      const drained = (arn: string, instanceId: string): Termination => {
        const { memory, ...told } = waiting(tasksOn(arn, 1, arn), instanceId);
        return { ...told, memory: { ...memory, drainingAt: NOW - 10_000 } };
      };
      const [stopping, running] = [drained("ci-1", "i-1"), drained("ci-2", "i-2")];
      const { after } = await play([stopping, running], {
        containerInstances: () => [
          containerInstance(),
          containerInstance({ arn: "ci-2", instanceId: "i-2", tasksToRun: 1 }),
        ],
        tasks: () => [task("STOPPING", { arn: "ci-1" })],
      });
      expect(after.map((each) => each?.memory.noTasksToRunSince)).to.deep.equal([NOW, undefined]);
      expect(after.map((each) => each?.instanceId)).to.deep.equal(["i-1", "i-2"]);
    });

    it("once none is to run any more, no count of none says that all are gone", async () => {
      const { waits } = await play([waiting(tasksOn("ci-1", 0, "a"))], {
        containerInstances: () => [containerInstance()],
        tasks: () => [],
      });
      expect(waits).to.deep.equal([]);
    });

    for (const [why, found] of Object.entries({
      "was set ACTIVE": [containerInstance({ status: "ACTIVE", tasksToRun: 1 })],
      "lost its agent": [containerInstance({ agentConnected: false, tasksToRun: 1 })],
      "is gone": [],
    })) {
      it(`leaves it to a pass where the container instance ${why}`, async () => {
        const { waits } = await play([waiting(tasksOn("ci-1", 1, "a"))], { containerInstances: () => found });
        expect(waits).to.deep.equal([]);
      });
    }
  });

  describe("that fails", () => {
    const failing = (kind: "throttled" | "gone") => () => {
      throw failure(kind);
    };

    it("takes what could not be read to be there still, notes it, and asks the others", async () => {
      const { run, rechecked, after, waits } = await play(
        [waiting(inStatic()), waiting(inElb("i-2"), "i-2")],
        {
          targets: failing("throttled"),
          draining: () => ["i-2"],
        },
      );
      expect(waits).to.deep.equal(["i-1", "i-2"]);
      expect(run.hasFailures).to.equal(true);
      expect(after.map((each) => each?.memory.failures)).to.deep.equal([1, 0]);
      expect(rechecked.map(({ answer }) => answer)).to.deep.equal([
        { unread: { call: "aws:Call", why: "throttled" } },
        { value: { isThere: true, until: undefined } },
      ]);
    });

    it("leaves a cluster that is gone to a pass, and that is no failure", async () => {
      const { run, waits } = await play([waiting(tasksOn("ci-1", 1, "a"))], {
        containerInstances: failing("gone"),
      });
      expect([waits, run.hasFailures]).to.deep.equal([[], false]);
    });

    it("asks nothing once time has run out", async () => {
      const { asked, waits, rechecked } = await play([waiting(inStatic())], {}, NOW);
      expect([asked, waits]).to.deep.equal([[], ["i-1"]]);
      expect(rechecked.map(({ answer }) => answer)).to.deep.equal([
        { unread: { call: undefined, why: "out of time" } },
      ]);
    });
  });
});
