// Protects what each kind of step asks of AWS, word for word, and that nothing is asked once the run's time is over.
import { expect } from "chai";
import { carryOut } from "../../../../shared/act/carry-out.ts";
import type { BatchResult } from "../../../../shared/base/batches.ts";
import { logWith } from "../../../../shared/base/log.ts";
import { logDone } from "../../../../shared/log-lines/step-text.ts";
import type { Step } from "../../../../shared/model/decision.ts";
import type { Target } from "../../../../shared/model/registration.ts";
import type { Ports } from "../../../../shared/run/ports.ts";
import { Run } from "../../../../shared/run/run.ts";
import { keptLog, portOf, untouchablePorts } from "../fake-ports.ts";
import { about, deregister, drain, failure, plan } from "./carrying-out.ts";

const allOf = <T>(_: string, items: readonly T[]): BatchResult<T> => ({ done: items, failed: [] });

/** Carries the steps out with ports in which all succeeds; `asked` is each call with all that it was given. */
async function play(
  planned: ReturnType<typeof plan>,
  until = Number.POSITIVE_INFINITY,
  deregisterClassic: (name: string, targets: readonly Target[]) => BatchResult<Target> = allOf,
) {
  const { ports: untouchable, lines } = untouchablePorts();
  const asked: unknown[][] = [];
  const keep =
    <A extends unknown[], T>(name: string, answer: (...given: A) => T) =>
    async (...given: A): Promise<T> => {
      asked.push([name, ...given]);
      return answer(...given);
    };
  const ports: Ports = {
    ...untouchable,
    ecs: {
      ...untouchable.ecs,
      setStatus: keep("setStatus", allOf),
      stopTask: keep("stopTask", () => undefined),
    },
    loadBalancers: new Map([
      [
        "classic",
        {
          ...portOf(untouchable, "classic"),
          deregister: keep("classic", deregisterClassic),
          register: keep("register classic", () => undefined),
        },
      ],
      ["target", { ...portOf(untouchable, "target"), register: keep("register target", () => undefined) }],
    ]),
  };
  const run = new Run(ports, until);
  const carried = await carryOut(run, planned);
  return { asked, done: carried.map(({ done }) => done), lines, run };
}

describe("carrying out steps asks AWS", () => {
  const activate = (containerInstance: string): Step => ({
    kind: "activate",
    cluster: "main",
    containerInstance,
  });
  const other = (step: Step): Step => ({ ...step, cluster: "other" }) as Step;

  it("to set container instances DRAINING or ACTIVE, a cluster's in one call, each once", async () => {
    const { asked } = await play(
      plan(2, () => [drain("ci-1"), other(drain("ci-2")), activate("ci-3"), activate("ci-4")]),
    );
    expect(asked).to.deep.equal([
      ["setStatus", "main", ["ci-1"], "DRAINING"],
      ["setStatus", "other", ["ci-2"], "DRAINING"],
      ["setStatus", "main", ["ci-3", "ci-4"], "ACTIVE"],
    ]);
  });

  /** An instance as a classic load balancer has it: with all of its ports. */
  const whole = (id: string) => ({ id, port: undefined });
  const classic = (n: number) => deregister(n, { kind: "classic", id: "elb", port: undefined });

  it("to take instances out of a classic load balancer, each once", async () => {
    const { asked, done } = await play([...plan(2, (n) => [classic(n)]), ...plan(1, (n) => [classic(n)])]);
    expect(asked).to.deep.equal([["classic", "elb", [whole("i-1"), whole("i-2")]]]);
    expect(done.map(({ steps, failed }) => [steps.length, failed])).to.deep.equal([
      [1, false],
      [1, false],
      [1, false],
    ]);
  });

  it("and takes the answer for each instance of a classic load balancer for its own", async () => {
    const { done, lines } = await play(
      plan(3, (n) => [classic(n)]),
      Number.POSITIVE_INFINITY,
      () => ({
        done: [whole("i-1"), whole("i-3")],
        failed: [{ item: whole("i-2"), reason: "Rate exceeded" }],
      }),
    );
    expect(done.map(({ steps, failed }) => [steps.length, failed])).to.deep.equal([
      [1, false],
      [0, true],
      [1, false],
    ]);
    expect(lines.at(-1)).to.deep.equal([
      "error",
      "step failed",
      { ...about("i-2"), step: "deregistration from static", reason: "Rate exceeded" },
    ]);
  });

  it("and says which permission a classic load balancer's answer lacks", async () => {
    const cause = failure("denied");
    const { lines } = await play(
      plan(1, (n) => [classic(n)]),
      Number.POSITIVE_INFINITY,
      () => ({ done: [], failed: [{ item: whole("i-1"), reason: "aws:Call: denied", cause }] }),
    );
    expect(lines).to.deep.equal([
      [
        "error",
        "call failed",
        { action: "aws:Call", kind: "denied", missing_permission: "aws:Call", reason: "Error: refused" },
      ],
      [
        "error",
        "step failed",
        { ...about("i-1"), step: "deregistration from static", reason: "aws:Call: denied" },
      ],
    ]);
  });

  it("and says what it did", async () => {
    const { lines } = await play(plan(1, () => [drain("ci-1"), drain("ci-2", true), classic(1)]));
    const { log, lines: expected } = keptLog();
    const all = logWith(log, about("i-1"));
    for (const step of [classic(1), drain("ci-1"), drain("ci-2", true)]) logDone(all, step);
    expect(expected).to.have.lengthOf(3);
    expect(lines).to.deep.equal(expected);
  });

  it("to stop a task, and says why", async () => {
    const step: Step = { kind: "stop task", cluster: "main", task: "task-1", name: "agent" };
    expect((await play(plan(1, () => [step]))).asked).to.deep.equal([
      ["stopTask", "main", "task-1", "asg-drain: nothing else is left"],
    ]);
  });

  it("to register the instance where it was taken out of", async () => {
    const { asked } = await play(
      plan(1, () => [
        { kind: "register", registration: { kind: "classic", id: "elb" } },
        { kind: "register", registration: { kind: "target", id: "arn:tg", port: 80 } },
      ]),
    );
    expect(asked).to.have.deep.members([
      ["register classic", "elb", [whole("i-1")]],
      ["register target", "arn:tg", [{ id: "i-1", port: 80 }]],
    ]);
  });

  it("for nothing where there is nothing to do", async () => {
    const { asked, done } = await play(plan(1, () => []));
    expect(asked).to.deep.equal([]);
    expect(done).to.deep.equal([{ steps: [], failed: false, logged: [] }]);
  });

  it("for nothing once the run's time is over: each step has failed, and is decided again", async () => {
    const { asked, done, lines, run } = await play(
      plan(1, () => [drain("ci-1")]),
      0,
    );
    expect(asked).to.deep.equal([]);
    expect(done).to.deep.equal([{ steps: [], failed: true, logged: [] }]);
    expect(lines.map(([, phrase, { reason }]) => [phrase, phrase === "step failed" && reason])).to.deep.equal(
      [
        ["out of time", false],
        ["step failed", "out of time"],
      ],
    );
    expect(run.hasFailures).to.equal(true);
  });
});
