// Protects the judge from overlooking a step that nobody takes: a container instance that stays ACTIVE, or tasks that only a stop ends.
import { expect } from "chai";
import type { Happening } from "../../../../simulator/kernel/story.ts";
import { begins, ends, held, MINUTE, SECOND, sees, type Told, violations } from "./judged-story.ts";

describe("judge", () => {
  const cluster = "main";
  const on = "arn:aws:ecs:us-east-1:123456789012:container-instance/main/0123";
  const keys = { cluster_name: cluster, target_groups: ["static"], drain_timeout_seconds: 3600 };
  const container = (status: string, by = "ecs", arn = on): Happening => ({
    kind: "container-instance",
    instanceId: held,
    cluster,
    arn,
    status,
    by,
  });
  const agent = (connected: boolean): Happening => ({ kind: "agent", instanceId: held, cluster, connected });
  const seen: Told = [10 * SECOND, sees("deregister")];
  const target = (state: "registered" | "draining" | "gone"): Happening => ({
    kind: "target",
    targetGroup: "static",
    id: held,
    port: 80,
    state,
    by: state === "registered" ? "operator" : "deregister",
  });
  const joined: Told = [-MINUTE, container("ACTIVE")];
  const rule = "every step is taken in time";
  /** Four ticks and a sweep, and a search through nothing, after the drain has begun. */
  const DUE = 10 * SECOND + 9 * MINUTE + 20 * SECOND;

  describe("a container instance of an instance that is drained", () => {
    const active = [`${rule}: it is still ACTIVE in the cluster main`];
    const drainedAt = (at: number, ...more: Told[]) =>
      violations([joined, ...more, ...begins, seen, [at, container("DRAINING", "deregister")]], { keys });

    it("is to be set DRAINING within four runs and a sweep", () => {
      expect(drainedAt(DUE - SECOND)).to.deep.equal([]);
      expect(drainedAt(DUE + SECOND)).to.deep.equal(active);
    });

    it("is found out at the latest when the lifecycle action ends", () => {
      const told: Told[] = [joined, ...begins, seen, [DUE + SECOND, ends("call", "terminate", "CONTINUE")]];
      expect(violations(told, { keys })).to.deep.equal(active);
      expect(
        violations([...told.slice(0, -1), [DUE - SECOND, ends("call", "terminate", "CONTINUE")]], { keys }),
      ).to.deep.equal([]);
    });

    it("waits where a name of the settings was deleted in the middle, and only what is named counts", () => {
      const told: Told[] = [joined, ...begins, seen, [DUE + SECOND, container("DRAINING", "deregister")]];
      for (const gone of [{ exists: () => false }, { isCluster: () => false }]) {
        expect(violations(told, { keys: { ...keys, discover: "named" }, ...gone })).to.deep.equal([]);
        expect(violations(told, { keys, ...gone })).to.deep.equal(active);
      }
    });

    it("waits for a registration of ours", () => {
      const told: Told[] = [
        joined,
        [-MINUTE, target("registered")],
        ...begins,
        seen,
        [20 * SECOND, target("draining")],
        [DUE, target("gone")],
        [DUE + MINUTE, container("DRAINING", "deregister")],
      ];
      expect(violations(told, { keys })).to.deep.equal([]);
    });

    it("may stay ACTIVE where nobody may change it, with a silent agent, or once it has registered again", () => {
      const told = (...more: Told[]): Told[] => [joined, ...more, ...begins, seen];
      const end: Told = [DUE + MINUTE, ends("call", "terminate", "CONTINUE")];
      expect(
        violations([...told(), end], { keys: { ...keys, cluster_name: "other", discover: "all" } }),
      ).to.deep.equal([]);
      expect(violations([...told([-SECOND, agent(false)]), end], { keys })).to.deep.equal([]);
      const anew = container("ACTIVE", "ecs", `${on}4`);
      const drained = container("DRAINING", "deregister", `${on}4`);
      expect(violations([...told([-SECOND, anew]), [MINUTE, drained], end], { keys })).to.deep.equal([]);
    });

    it("that somebody sets ACTIVE again is to be set DRAINING again", () => {
      const told: Told[] = [
        joined,
        ...begins,
        seen,
        [MINUTE, container("DRAINING", "deregister")],
        [20 * MINUTE, container("ACTIVE", "operator")],
      ];
      const end = (at: number): Told => [at, ends("call", "terminate", "CONTINUE")];
      expect(violations([...told, end(24 * MINUTE)], { keys })).to.deep.equal([]);
      expect(violations([...told, end(25 * MINUTE)], { keys })).to.deep.equal(active);
    });
  });

  describe("tasks that only a stop ends", () => {
    const left = [`${rule}: nobody has stopped the tasks that are left`];
    const task = (status: string, gone = false): Happening => ({
      kind: "task",
      arn: "task",
      cluster,
      service: "agent",
      instanceId: held,
      status,
      gone,
      hostPorts: [],
      address: undefined,
      reason: undefined,
    });
    const stop: Happening = {
      kind: "task-stop",
      instanceId: held,
      cluster,
      containerInstance: on,
      arn: "task",
      strategy: "DAEMON",
      startedBy: undefined,
      by: "terminate",
    };
    const facts = {
      strategy: "DAEMON",
      startedBy: undefined,
      containerInstance: on,
      instanceId: held,
    } as const;
    const stoppedAt = (at: number, more: Told[] = [], own: Record<string, unknown> = {}, isToRun = true) =>
      violations(
        [
          joined,
          [-SECOND, task("RUNNING")],
          ...begins,
          seen,
          [MINUTE, container("DRAINING", "deregister")],
          ...more,
          [at, stop],
        ],
        { keys: { ...keys, ...own }, taskFacts: () => ({ ...facts, isToRun }) },
      );

    it("are to be stopped within four runs and a sweep", () => {
      expect(stoppedAt(DUE - SECOND)).to.deep.equal([]);
      expect(stoppedAt(DUE + SECOND)).to.deep.equal(left);
    });

    it("are left while something else is there, and where ECS has begun to stop them", () => {
      const registered: Told[] = [
        [MINUTE, target("registered")],
        [2 * MINUTE, target("draining")],
        [9 * MINUTE, target("gone")],
      ];
      expect(stoppedAt(DUE + MINUTE, registered)).to.deep.equal([]);
      expect(stoppedAt(DUE + MINUTE, [], {}, false)).to.deep.equal([]);
    });

    it("are left if stop_tasks says so", () => {
      const told: Told[] = [
        joined,
        [-SECOND, task("RUNNING")],
        ...begins,
        seen,
        [MINUTE, container("DRAINING", "deregister")],
        [3600 * SECOND + 20 * SECOND, ends("call", "terminate", "CONTINUE")],
      ];
      const taskFacts = () => ({ ...facts, isToRun: true });
      expect(violations(told, { keys, taskFacts })).to.deep.equal(left);
      expect(violations(told, { keys: { ...keys, stop_tasks: "none" }, taskFacts })).to.deep.equal([]);
    });
  });
});
