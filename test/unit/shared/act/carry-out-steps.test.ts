// Protects each kind of step: what AWS is asked, what the log says, and their order.
import { expect } from "chai";
import type { Step } from "../../../../shared/model/decision.ts";
import { task } from "../rules/builders.ts";
import { deregister, drain, failure, type Outside, plan, play, refusing } from "./carrying-out.ts";

describe("act: the other steps", () => {
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

  it("a task that cannot be stopped keeps no other task, and no other instance", async () => {
    const { those, lines } = await play(
      plan(
        2,
        (n) =>
          [
            { ...stop, task: `task-${n}` },
            { ...stop, task: `task-${n}b` },
          ] as Step[],
      ),
      {
        stopTask: ([id]) => {
          if (id === "task-1") throw failure("wrong");
        },
      },
    );
    expect(those("stop task")).to.deep.equal(["i-1", "i-2"]);
    expect(those("failed")).to.deep.equal(["i-1"]);
    expect(lines.filter(([, phrase]) => phrase === "task stopped")).to.have.lengthOf(3);
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
