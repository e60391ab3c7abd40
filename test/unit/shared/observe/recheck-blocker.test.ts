// Protects that between two looks nothing but certain waiting comes of what stands in the way, and how little is asked.
import { expect } from "chai";
import type { RecheckableBlocker } from "../../../../shared/model/memory.ts";
import type { RegisteredTarget } from "../../../../shared/model/registration.ts";
import type { ContainerInstance, Task } from "../../../../shared/model/tasks.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { recheckBlockers } from "../../../../shared/observe/recheck-blocker.ts";
import type { Ports } from "../../../../shared/run/ports.ts";
import { Run } from "../../../../shared/run/run.ts";
import { failure } from "../act/carrying-out.ts";
import { untouchablePorts } from "../fake-ports.ts";
import { clusterInstanceOf, task, termination } from "../rules/builders.ts";

type Outside = {
  containerInstances?: () => ContainerInstance[];
  tasks?: () => Task[];
  targets?: () => RegisteredTarget[] | undefined;
  draining?: () => Set<string>;
  delay?: () => number | undefined;
};

const NOW = 1_000_000;
const waiting = (what: RecheckableBlocker, instanceId = "i-1", until = NOW + 1): Termination =>
  termination({ recheck: { what, until }, changedAt: NOW }, { instanceId });
const tasksOn = (containerInstance: string, tasksToRun: number, ...tasks: string[]): RecheckableBlocker => ({
  kind: "tasks",
  cluster: "main",
  containerInstance,
  tasksToRun,
  tasks,
});
const inStatic = (
  change: Partial<Extract<RecheckableBlocker, { kind: "target" }>> = {},
): RecheckableBlocker => ({
  kind: "target",
  targetGroup: "arn:static",
  target: "i-1",
  port: 8080,
  state: "draining",
  ...change,
});
const tasksIn = (waiting: Termination | undefined) => {
  const what = waiting?.memory.recheck?.what;
  return what?.kind === "tasks" ? what.tasks : undefined;
};
const containerInstance = (change: Partial<ContainerInstance> = {}) =>
  clusterInstanceOf({ arn: "ci-1", status: "DRAINING", tasksToRun: 0, ...change }).containerInstance;

async function play(
  terminations: readonly Termination[],
  outside: Outside,
  until = Number.POSITIVE_INFINITY,
) {
  const { ports: untouchable, lines } = untouchablePorts();
  const asked: string[] = [];
  const ask = <T>(what: string, answer: (() => T) | undefined): T => {
    asked.push(what);
    if (!answer) throw new Error(`${what} was asked for`);
    return answer();
  };
  const ports: Ports = {
    ...untouchable,
    now: () => NOW,
    ecs: {
      ...untouchable.ecs,
      describeContainerInstances: async (_, arns) => ask(arns.join(" "), outside.containerInstances),
      describeTasks: async (_, arns) => (arns.length === 0 ? [] : ask(arns.join(" "), outside.tasks)),
    },
    targetGroups: {
      ...untouchable.targetGroups,
      targets: async (arn) => ask(arn, outside.targets),
      deregistrationDelay: async (arn) => ask(`delay of ${arn}`, outside.delay),
    },
    classic: {
      ...untouchable.classic,
      draining: async (name, ids) => ask(`${name} ${ids.join(" ")}`, outside.draining),
    },
  };
  const run = new Run(ports, until);
  const found = await recheckBlockers(run, terminations);
  return { asked, lines, run, found, waits: [...found.keys()].map(({ instanceId }) => instanceId) };
}

describe("a glance", () => {
  it("asks nothing where nothing is known to stand in the way, or not for so long any more", async () => {
    const { asked, waits } = await play([termination(), waiting(inStatic(), "i-1", NOW)], {});
    expect([asked, waits]).to.deep.equal([[], []]);
  });

  it("the next one is after a poll", async () => {
    const before = waiting(tasksOn("ci-1", 2, "a"), "i-1", NOW + 60_000);
    const { found } = await play([before], {
      containerInstances: () => [containerInstance({ tasksToRun: 2 })],
    });
    expect(found.get(before)?.memory).to.deep.equal({ ...before.memory, nextPassAt: NOW + 5_000 });
  });

  describe("at tasks", () => {
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
        const { asked, waits, found } = await play(all, {
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
        expect(tasksIn(found.get(all[0] as Termination))).to.deep.equal(["third-0"]);
        expect(tasksIn(found.get(all[2] as Termination))).to.deep.equal(names(2));
      });

      it("asks for all of them where a call takes them", async () => {
        const { asked } = await play(all.slice(1), { containerInstances, tasks: () => [] });
        expect(asked.slice(1)).to.deep.equal([instances.slice(1).flatMap(names).join(" ")]);
      });
    });

    it("forgets those that have STOPPED, unless the container instance counts them all", async () => {
      const stopping = waiting(tasksOn("ci-1", 0, "a", "b"), "i-1");
      const counted = waiting(tasksOn("ci-2", 1, "c", "d"), "i-2");
      const { found } = await play([stopping, counted], {
        containerInstances: () => [containerInstance(), containerInstance({ arn: "ci-2", tasksToRun: 1 })],
        tasks: () => [task("STOPPING", { arn: "b" })],
      });
      expect([stopping, counted].map((each) => tasksIn(found.get(each)))).to.deep.equal([["b"], ["c", "d"]]);
    });

    it("asks each cluster for its own", async () => {
      const elsewhere: RecheckableBlocker = {
        ...tasksOn("ci-2", 1, "b"),
        cluster: "other",
      } as RecheckableBlocker;
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
      const { found } = await play([stopping, running], {
        containerInstances: () => [
          containerInstance(),
          containerInstance({ arn: "ci-2", instanceId: "i-2", tasksToRun: 1 }),
        ],
        tasks: () => [task("STOPPING", { arn: "ci-1" })],
      });
      const since = [stopping, running].map((each) => found.get(each)?.memory.noTasksToRunSince);
      expect(since).to.deep.equal([NOW, undefined]);
      expect([...found.keys()]).to.deep.equal([stopping, running]);
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
      it(`leaves it to a look at everything where the container instance ${why}`, async () => {
        const { waits } = await play([waiting(tasksOn("ci-1", 1, "a"))], { containerInstances: () => found });
        expect(waits).to.deep.equal([]);
      });
    }
  });

  describe("at registrations", () => {
    const listed: RegisteredTarget = { id: "i-1", port: 8080, state: "draining", invalid: false };

    it("asks a target group once for all, and waits for each that is there as it was", async () => {
      const { asked, waits } = await play(
        [
          waiting(inStatic(), "i-1"),
          waiting(inStatic({ target: "i-2" }), "i-2"),
          waiting(inStatic({ port: 9090 }), "i-3"),
          waiting(inStatic({ state: "registered" }), "i-4"),
        ],
        { targets: () => [listed] },
      );
      expect([asked, waits]).to.deep.equal([["arn:static"], ["i-1"]]);
    });

    describe("within a deregistration delay that we began", () => {
      const takenAt = NOW - 100_000;
      const ours = (what = inStatic(), until = NOW + 60_000, instanceId = "i-1") => {
        const own = waiting(what, instanceId, until);
        const registration = { kind: "target", id: "arn:static", port: 8080 } as const;
        return { ...own, memory: { ...own.memory, deregistered: [{ what: registration, at: takenAt }] } };
      };
      const nextPassAt = ({ found }: Awaited<ReturnType<typeof play>>, each: Termination) =>
        found.get(each)?.memory.nextPassAt;

      const other = { ...listed, id: "i-2" };

      it("asks once whether the target is still there, and for nothing before its end, or the next look at everything", async () => {
        for (const [delay, until] of [
          [110_000, NOW + 10_000],
          [300_000, NOW + 60_000],
        ] as const) {
          const both = [ours(), ours(inStatic({ target: "i-2" }), NOW + 60_000, "i-2")] as const;
          const played = await play(both, { delay: () => delay, targets: () => [listed, other] });
          expect(played.asked).to.deep.equal(["arn:static", "delay of arn:static"]);
          expect(both.map((each) => nextPassAt(played, each))).to.deep.equal([until, until]);
        }
      });

      it("waits for none that is through before its end: a group that no load balancer uses has no delay", async () => {
        const played = await play([ours()], { targets: () => [other] });
        expect([played.asked, played.waits]).to.deep.equal([["arn:static"], []]);
      });

      it("goes by the time when it was last taken out", async () => {
        const one = ours();
        const [deregistered] = one.memory.deregistered as [(typeof one.memory.deregistered)[0]];
        const again = [
          { ...deregistered, at: NOW - 5_000 },
          deregistered,
          { ...deregistered, at: NOW - 200_000 },
        ];
        const twice = { ...one, memory: { ...one.memory, deregistered: again } };
        const played = await play([twice], { delay: () => 30_000, targets: () => [listed] });
        expect(nextPassAt(played, twice)).to.equal(NOW + 25_000);
      });

      it("asks for the target from its end on, every poll", async () => {
        const one = ours();
        const played = await play([one], { delay: () => 100_000, targets: () => [listed] });
        expect(nextPassAt(played, one)).to.equal(NOW + 5_000);
      });

      it("asks for the target every poll where the delay is not known", async () => {
        const denied = () => {
          throw failure("denied");
        };
        for (const delay of [() => undefined, denied]) {
          const one = ours();
          const played = await play([one], { delay, targets: () => [listed] });
          expect(played.asked).to.deep.equal(["arn:static", "delay of arn:static"]);
          expect(nextPassAt(played, one)).to.equal(NOW + 5_000);
          expect(played.run.hasFailures).to.equal(delay === denied);
        }
      });

      it("knows nothing of what somebody else took out, of another port, or of what is registered", async () => {
        const cases: [Termination, RegisteredTarget][] = [
          [waiting(inStatic(), "i-1", NOW + 60_000), listed],
          [ours(inStatic({ port: 9090 })), { ...listed, port: 9090 }],
          [ours(inStatic({ state: "registered" })), { ...listed, state: "registered" }],
        ];
        for (const [each, target] of cases) {
          const played = await play([each], { targets: () => [target] });
          expect(played.asked).to.deep.equal(["arn:static"]);
          expect(nextPassAt(played, each)).to.equal(NOW + 5_000);
        }
      });
    });

    it("does not wait where the load balancer says that the instance is stopped", async () => {
      const { waits } = await play([waiting(inStatic())], { targets: () => [{ ...listed, invalid: true }] });
      expect(waits).to.deep.equal([]);
    });

    it("does not wait for a target group that is gone", async () => {
      const { waits } = await play([waiting(inStatic())], { targets: () => undefined });
      expect(waits).to.deep.equal([]);
    });

    it("asks a classic load balancer once for all, and waits for those that it drains", async () => {
      const elb: RecheckableBlocker = { kind: "classic", id: "elb" };
      const { asked, waits } = await play([waiting(elb, "i-1"), waiting(elb, "i-2")], {
        draining: () => new Set(["i-2"]),
      });
      expect([asked, waits]).to.deep.equal([["elb i-1 i-2"], ["i-2"]]);
    });
  });

  describe("that fails", () => {
    const throttled = (kind: "throttled" | "gone") => () => {
      throw failure(kind);
    };

    it("takes what could not be read to be there still, notes it, and asks the others", async () => {
      const elb: RecheckableBlocker = { kind: "classic", id: "elb" };
      const stuck = waiting(inStatic());
      const { run, found, waits } = await play([stuck, waiting(elb, "i-2")], {
        targets: throttled("throttled"),
        draining: () => new Set(["i-2"]),
      });
      expect(waits).to.deep.equal(["i-1", "i-2"]);
      expect(run.hasFailures).to.equal(true);
      expect(found.get(stuck)?.memory.failures).to.equal(1);
    });

    it("leaves a cluster that is gone to a look at everything, and that is no failure", async () => {
      const { run, waits } = await play([waiting(tasksOn("ci-1", 1, "a"))], {
        containerInstances: throttled("gone"),
      });
      expect([waits, run.hasFailures]).to.deep.equal([[], false]);
    });

    it("asks nothing once time has run out", async () => {
      const { asked, waits } = await play([waiting(inStatic())], {}, NOW);
      expect([asked, waits]).to.deep.equal([[], ["i-1"]]);
    });
  });
});
