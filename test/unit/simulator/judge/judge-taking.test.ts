// Protects the judge from overlooking a task that should have been left alone, or an instance that gets back more than was
// taken from it.
import { expect } from "chai";
import type { Happening } from "../../../../simulator/kernel/story.ts";
import {
  begins,
  ends,
  group,
  held,
  hook,
  is,
  MINUTE,
  SECOND,
  type Told,
  violations,
} from "./judged-story.ts";

describe("judge", () => {
  describe("the stop of a task of an instance that is drained", () => {
    const cluster = "main";
    const containerInstance = `arn:aws:ecs:us-east-1:123456789012:container-instance/${cluster}/0123`;
    type Stop = Extract<Happening, { kind: "task-stop" }>;
    const stop = (of: Partial<Pick<Stop, "strategy" | "startedBy" | "by">>): Stop => ({
      kind: "task-stop",
      instanceId: held,
      cluster,
      containerInstance,
      arn: "task",
      strategy: undefined,
      startedBy: undefined,
      by: "terminate",
      ...of,
    });
    const rule = "no task is stopped that is to leave by itself";
    const found = (of: Parameters<typeof stop>[0], keys: Record<string, unknown>) =>
      violations([...begins, [MINUTE, stop(of)]], { keys });

    it("is never asked for where it is a replica's", () => {
      for (const told of ["none", "daemon", "all"]) {
        expect(found({ strategy: "REPLICA" }, { stop_tasks: told })).to.deep.equal([
          `${rule}: a REPLICA service's task, with stop_tasks ${told}`,
        ]);
      }
    });

    it("is somebody else's to do", () => {
      expect(found({ strategy: "REPLICA", by: "operator" }, {})).to.deep.equal([]);
    });

    it("is not asked for with none", () => {
      for (const task of [{ strategy: "DAEMON" }, { startedBy: held }, {}] as const)
        expect(found(task, { stop_tasks: "none" })).to.have.lengthOf(1);
    });

    it("is asked for by default where it is a daemon's, or the instance itself started it", () => {
      for (const keys of [{}, { stop_tasks: "daemon" }]) {
        expect(found({ strategy: "DAEMON" }, keys)).to.deep.equal([]);
        for (const startedBy of [held, containerInstance, "0123"])
          expect(found({ startedBy }, keys)).to.deep.equal([]);
        expect(found({ startedBy: "cron" }, keys)).to.deep.equal([
          `${rule}: a task that cron started, with stop_tasks daemon`,
        ]);
        expect(found({}, keys)).to.deep.equal([`${rule}: a standalone task, with stop_tasks daemon`]);
      }
    });

    it("is asked for with all, but for replicas", () => {
      for (const task of [{ strategy: "DAEMON" }, { startedBy: "cron" }, {}] as const)
        expect(found(task, { stop_tasks: "all" })).to.deep.equal([]);
    });

    it("goes by the drain that ended last, where none is going on: nobody could know", () => {
      const ended: Told[] = [...begins, [MINUTE, ends("call", "terminate", "CONTINUE")]];
      const told: Told[] = [...ended, [MINUTE, is("Terminating:Proceed")], [MINUTE, stop({})]];
      expect(violations(told, { keys: { stop_tasks: "all" } })).to.deep.equal([]);
      expect(violations(told)).to.have.lengthOf(1);
    });

    it("goes by what holds for notices too, where Spot takes the instance back", () => {
      const interrupted: Told = [0, { kind: "interruption", instanceId: held }];
      const told: Told[] = [interrupted, [SECOND, stop({})]];
      expect(violations(told)).to.deep.equal([`${rule}: a standalone task, with stop_tasks daemon`]);
      expect(violations(told, { stopTasksByInput: () => ["all"] })).to.deep.equal([]);
    });

    it("goes by that until the instance has stopped and started again", () => {
      const told = (...between: Told[]): Told[] => [
        [0, { kind: "interruption", instanceId: held }],
        ...between,
        [10 * SECOND, is("Pending")],
        [20 * SECOND, stop({})],
      ];
      const by = (...between: Told[]) => violations(told(...between), { stopTasksByInput: () => ["all"] });
      expect(by()).to.deep.equal([]);
      const stopped = { kind: "instance-ended", instanceId: held, by: "ec2", how: "stopped" } as const;
      expect(by([SECOND, stopped])).to.have.lengthOf.at.least(1);
    });

    it("goes by nothing that somebody else has sent", () => {
      const forged: Told = [0, { kind: "message-forged", instanceId: held }];
      const told: Told[] = [forged, ...begins, [SECOND, stop({})]];
      const found = violations(told, { stopTasksByInput: () => ["all"] });
      expect(found).to.deep.equal([`${rule}: a standalone task, with stop_tasks daemon`]);
    });
  });

  describe("what an instance with a new root volume is given back", () => {
    const at = (minutes: number, happening: Happening): Told => [minutes * MINUTE, happening];
    const place = { kind: "target", targetGroup: "static", id: held, port: 80 } as const;
    const target = (state: "registered" | "draining" | "gone", by: string): Happening => ({
      ...place,
      state,
      by,
    });
    const classic = (state: "registered" | "gone", by: string): Happening => ({
      kind: "classic",
      loadBalancer: "classic",
      instanceId: held,
      state,
      by,
    });
    const holds = (minutes: number): Told[] => [
      at(minutes, is("ReplacingRootVolume:Wait")),
      at(minutes, {
        kind: "action-started",
        instanceId: held,
        group,
        hook,
        token: `${minutes}`,
        terminating: true,
      }),
    ];
    const returns = (minutes: number, of = "0"): Told[] => [
      at(minutes, ends("call", "terminate", "CONTINUE", { token: of })),
      at(minutes, is("Pending")),
      at(minutes, is("InService")),
    ];
    const givenBack = (before: readonly Told[], by = "terminate") =>
      violations([
        at(-9, target("registered", "operator")),
        ...before,
        ...returns(8),
        at(10, target("registered", by)),
      ]);
    const tooMuch = [
      "what comes back is as it was: terminate registered it with static:80, though none of us took it out",
    ];

    it("is what the functions took, whichever of them", () => {
      const taken = [
        ...holds(0),
        at(1, target("draining", "deregister")),
        at(2, target("gone", "deregister")),
      ];
      expect(givenBack(taken)).to.deep.equal([]);
    });

    it("is nothing that it did not have, and nothing of another place", () => {
      const taken = [...holds(0), at(1, target("gone", "terminate"))];
      const others: Told[] = [...taken, ...returns(8), at(10, classic("registered", "terminate"))];
      expect(violations([at(-9, target("registered", "operator")), ...others])).to.deep.equal([
        "what comes back is as it was: terminate registered it with classic, though none of us took it out",
      ]);
    });

    it("is nothing that somebody else took before", () => {
      expect(givenBack([at(-2, target("gone", "operator")), ...holds(0)])).to.deep.equal(tooMuch);
    });

    it("is nothing that somebody else took after it had been given back", () => {
      const once = [...holds(-8), at(-7, target("gone", "terminate")), ...returns(-6, "-8")];
      const [back, again] = [at(-5, target("registered", "terminate")), at(-4, target("gone", "operator"))];
      expect(givenBack([...once, back, again, ...holds(0)])).to.deep.equal(tooMuch);
    });

    it("may be what somebody else takes while it is held, or so soon before that reads could lag", () => {
      expect(givenBack([...holds(0), at(1, target("gone", "operator"))])).to.deep.equal([]);
      expect(givenBack([[-10 * SECOND, target("gone", "operator")], ...holds(0)])).to.deep.equal([]);
    });

    it("is nothing that ECS or Auto Scaling took, though they do so while it is held", () => {
      for (const by of ["ecs", "auto-scaling"])
        expect(givenBack([...holds(0), at(1, target("gone", by))]), by).to.deep.equal(tooMuch);
    });

    it("is what is not there: one more call does nothing", () => {
      expect(givenBack([...holds(0)])).to.deep.equal([]);
    });

    it("is somebody else's to register", () => {
      expect(givenBack([at(-2, target("gone", "operator")), ...holds(0)], "operator")).to.deep.equal([]);
    });
  });
});
