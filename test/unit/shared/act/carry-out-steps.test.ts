// Protects each kind of step: what AWS is asked, what the log says, and their order.
import { expect } from "chai";
import type { FailureKind } from "../../../../shared/base/errors.ts";
import type { Step } from "../../../../shared/model/decision.ts";
import { task } from "../rules/builders.ts";
import { deregister, drain, failure, type Outside, plan, play, refusing } from "./carrying-out.ts";

describe("carrying out steps: the other steps", () => {
  const of = (step: Step) => plan(1, () => [step]);
  const stop: Step = { kind: "stop task", cluster: "main", task: "task-1", name: "agent" };
  const leave = (force: boolean): Step => ({
    kind: "deregister container instance",
    cluster: "main",
    containerInstance: "ci-1",
    force,
  });
  const registration = { kind: "target", id: "arn:tg", port: 8080 } as const;

  /** [what, the step, the answers, what was asked, the line] */
  const table: [string, Step, Outside, string[], [string, string, object]][] = [
    [
      "DRAINING once more is told as a warning",
      drain("ci-1", true),
      { setStatus: refusing("none") },
      ["ci-1"],
      ["warn", "set DRAINING again", { cluster: "main" }],
    ],
    [
      "a registration that came back is told as a warning",
      { ...deregister(1), why: "came back" } as Step,
      { deregisterTargets: () => undefined },
      ["i-1:80"],
      ["warn", "registration came back", { load_balancer: "static", port: 80 }],
    ],
    [
      "an orphaned address is taken out by its address",
      { ...deregister(1, { target: "10.0.0.7", addressTask: task("STOPPED") }), why: "orphaned" } as Step,
      { deregisterTargets: () => undefined },
      ["10.0.0.7:80"],
      ["warn", "orphaned target deregistered", { load_balancer: "static", port: 80, address: "10.0.0.7" }],
    ],
    [
      "a task is stopped",
      stop,
      { stopTask: () => undefined },
      ["task-1"],
      ["info", "task stopped", { cluster: "main", task: "task-1", of: "agent" }],
    ],
    [
      "a container instance leaves its cluster",
      leave(false),
      { leaveCluster: () => undefined },
      ["ci-1"],
      ["info", "container instance deregistered", { cluster: "main", force: false }],
    ],
    [
      "a dead one by force",
      leave(true),
      { leaveCluster: () => undefined },
      ["ci-1 by force"],
      ["info", "container instance deregistered", { cluster: "main", force: true }],
    ],
    [
      "one that returns is set ACTIVE",
      { kind: "activate", cluster: "main", containerInstance: "ci-1" },
      { setStatus: (arns, status) => ({ done: status === "ACTIVE" ? arns : [], failed: [] }) },
      ["ci-1"],
      ["info", "set ACTIVE again", { cluster: "main" }],
    ],
    [
      "it is registered where it was, by its port",
      { kind: "register", registration },
      { registerTargets: () => undefined },
      ["i-1:8080"],
      ["info", "registered again", { load_balancer: "arn:tg:8080" }],
    ],
    [
      "and by its address, where it was registered by one",
      { kind: "register", registration: { ...registration, address: "10.0.0.7" } },
      { registerTargets: () => undefined },
      ["10.0.0.7:8080"],
      ["info", "registered again", { load_balancer: "arn:tg:8080 10.0.0.7" }],
    ],
    [
      "and with its classic load balancer",
      { kind: "register", registration: { kind: "classic", id: "web" } },
      { registerClassic: () => undefined },
      ["i-1"],
      ["info", "registered again", { load_balancer: "web" }],
    ],
  ];
  for (const [what, step, outside, expected, [level, phrase, fields]] of table) {
    it(what, async () => {
      const { asked, lines, those } = await play(of(step), outside);
      expect(asked).to.deep.equal([expected]);
      expect(those(step.kind)).to.deep.equal(["i-1"]);
      expect(lines.map((line) => line.slice(0, 2))).to.deep.equal([[level, phrase]]);
      expect(lines[0]?.[2]).to.include({ instance_id: "i-1", ...fields });
    });
  }

  describe("what takes a call of its own fails alone: of three, the second", () => {
    const refuses =
      (bad: string, kind: FailureKind) =>
      ([id]: readonly string[]) => {
        if (id === bad) throw failure(kind);
      };
    /** [what, the step of each instance, the answers, where the one that is named is refused] */
    const kinds: [string, (n: number) => Step, (kind: FailureKind) => Outside][] = [
      [
        "task to stop",
        (n) => ({ ...stop, task: `task-${n}` }),
        (kind) => ({ stopTask: refuses("task-2", kind) }),
      ],
      [
        "container instance to leave",
        (n) => ({ ...leave(false), containerInstance: `ci-${n}` }),
        (kind) => ({ leaveCluster: refuses("ci-2", kind) }),
      ],
      [
        "registration to give back",
        (n) => ({ kind: "register", registration: { ...registration, port: 8080 + n } }),
        (kind) => ({ registerTargets: ([id]) => refuses("8082", kind)(id?.split(":").slice(1) ?? []) }),
      ],
    ];
    for (const [what, stepOf, outsideOf] of kinds) {
      for (const kind of ["wrong", "denied"] as const) {
        it(`${what}, which is ${kind}`, async () => {
          const ofThree = await play(
            plan(3, (n) => [stepOf(n)]),
            outsideOf(kind),
          );
          expect(ofThree.asked).to.have.lengthOf(3);
          expect(ofThree.those(stepOf(1).kind)).to.deep.equal(["i-1", "i-3"]);
          expect(ofThree.those("failed")).to.deep.equal(["i-2"]);
          const ofOne = await play(
            plan(1, () => [stepOf(1), stepOf(2), stepOf(3)]),
            outsideOf(kind),
          );
          expect(ofOne.asked).to.have.lengthOf(3);
          expect(ofOne.carried.map(({ done: { steps, failed } }) => [steps, failed])).to.deep.equal([
            [[stepOf(1), stepOf(3)], true],
          ]);
        });
      }
    }
  });

  it("traffic goes first: deregistration, DRAINING, tasks, the container instance, then what is given back", async () => {
    const { asked } = await play(
      plan(1, () => [
        { kind: "register", registration },
        { kind: "activate", cluster: "main", containerInstance: "ci-2" },
        leave(false),
        stop,
        drain("ci-3"),
        deregister(1),
      ]),
      {
        deregisterTargets: () => undefined,
        setStatus: refusing("none"),
        stopTask: () => undefined,
        leaveCluster: () => undefined,
        registerTargets: () => undefined,
      },
    );
    expect(asked).to.deep.equal([["i-1:80"], ["ci-3"], ["task-1"], ["ci-1"], ["ci-2"], ["i-1:8080"]]);
  });
});
