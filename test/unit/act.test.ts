// Protects what is done to AWS: in batches, and with no instance held up by another's failure.
import { expect } from "chai";
import { act, type Planned } from "../../shared/act.ts";
import type { BatchResult } from "../../shared/batches.ts";
import { AwsCallError, type FailureKind } from "../../shared/errors.ts";
import type { Registration } from "../../shared/observation.ts";
import type { Ports } from "../../shared/ports.ts";
import type { Step } from "../../shared/rules/decision.ts";
import { Run } from "../../shared/run.ts";
import { target, task, termination } from "./decide/builders.ts";
import { untouchablePorts } from "./ports.ts";

const drain = (containerInstance: string, again = false): Step => ({
  kind: "drain",
  cluster: "main",
  containerInstance,
  again,
});
const deregister = (instance: number, change: Partial<Registration> = {}): Step => ({
  kind: "deregister",
  why: "ours",
  registration: target({ id: "arn:tg", target: `i-${instance}`, port: 80, ...change }),
});
const plan = (count: number, stepsOf: (n: number) => Step[]): Planned[] =>
  Array.from({ length: count }, (_, i) => ({
    termination: termination({}, { instanceId: `i-${i + 1}` }),
    steps: stepsOf(i + 1),
  }));
const failure = (kind: FailureKind) => new AwsCallError("aws:Call", kind, new Error("refused"));

/** What is answered to each call; one that is not expected fails the test. */
type Outside = {
  setStatus?: (arns: readonly string[], status: string) => BatchResult<string>;
  deregisterTargets?: (ids: readonly string[]) => void;
  deregisterClassic?: (ids: readonly string[]) => BatchResult<string>;
  stopTask?: (tasks: readonly string[]) => void;
  leaveCluster?: (containerInstances: readonly string[]) => void;
  registerTargets?: (ids: readonly string[]) => void;
  registerClassic?: (ids: readonly string[]) => void;
};

async function play(planned: Planned[], outside: Outside) {
  const { ports: untouchable, lines } = untouchablePorts();
  const asked: string[][] = [];
  const ask = <T, A extends unknown[]>(
    ids: readonly string[],
    answer: ((ids: readonly string[], ...more: A) => T) | undefined,
    ...more: A
  ): T => {
    asked.push([...ids]);
    if (!answer) throw new Error("not to be called");
    return answer(ids, ...more);
  };
  const textOf = ({ id, port }: { id: string; port?: number | undefined }) => `${id}:${port}`;
  const ports: Ports = {
    ...untouchable,
    ecs: {
      ...untouchable.ecs,
      setStatus: async (_, arns, status) => ask(arns, outside.setStatus, status),
      stopTask: async (_, arn) => ask([arn], outside.stopTask),
      deregister: async (_, arn, force) => ask([force ? `${arn} by force` : arn], outside.leaveCluster),
    },
    classic: {
      ...untouchable.classic,
      deregister: async (_, ids) => ask(ids, outside.deregisterClassic),
      register: async (_, ids) => ask(ids, outside.registerClassic),
    },
    targetGroups: {
      ...untouchable.targetGroups,
      deregister: async (_, targets) => ask(targets.map(textOf), outside.deregisterTargets),
      register: async (_, targets) => ask(targets.map(textOf), outside.registerTargets),
    },
  };
  const run = new Run(ports.log, 0);
  const done = await act(ports, run, planned);
  const those = (which: Step["kind"] | "failed") =>
    [...done]
      .filter(([, { steps, failed }]) =>
        which === "failed" ? failed : steps.some(({ kind }) => kind === which),
      )
      .map(([{ instanceId }]) => instanceId);
  return { asked, lines, run, those };
}

/** All of it is done, except that a call with one of these is refused as a whole. */
const refusing =
  (bad: string, kind: FailureKind = "wrong") =>
  (ids: readonly string[]): BatchResult<string> => {
    if (ids.includes(bad)) throw failure(kind);
    return { done: ids, failed: [] };
  };
const numbers = (from: number, to: number, prefix = "") =>
  Array.from({ length: to - from + 1 }, (_, i) => `${prefix}${from + i}`);

describe("act: DRAINING", () => {
  it("goes in tens", async () => {
    const { asked, those } = await play(
      plan(12, (n) => [drain(`ci-${n}`)]),
      { setStatus: refusing("none") },
    );
    expect(asked).to.deep.equal([numbers(1, 10, "ci-"), numbers(11, 12, "ci-")]);
    expect(those("drain")).to.deep.equal(numbers(1, 12, "i-"));
  });

  it("goes one by one where ECS refuses the ten as a whole; the one that it refuses keeps no other", async () => {
    const { asked, those, run, lines } = await play(
      plan(10, (n) => [drain(`ci-${n}`)]),
      { setStatus: refusing("ci-4") },
    );
    expect(asked[0]).to.have.lengthOf(10);
    expect(asked.slice(1)).to.have.deep.members(numbers(1, 10, "ci-").map((each) => [each]));
    expect(those("drain")).to.deep.equal(numbers(1, 10, "i-").filter((each) => each !== "i-4"));
    expect(those("failed")).to.deep.equal(["i-4"]);
    expect(run.hasFailures).to.equal(true);
    const failed = lines.filter(([, phrase]) => phrase === "step failed");
    expect(failed.map(([, , fields]) => fields.instance_id)).to.deep.equal(["i-4"]);
  });

  for (const kind of ["throttled", "unavailable", "denied", "gone"] as const) {
    it(`does not go one by one where the ten are ${kind}: that would be the same for each`, async () => {
      const { asked, those } = await play(
        plan(10, (n) => [drain(`ci-${n}`)]),
        { setStatus: refusing("ci-4", kind) },
      );
      expect(asked).to.have.lengthOf(1);
      expect(those("failed")).to.have.lengthOf(10);
    });
  }

  it("a failure that ECS names fails that instance alone", async () => {
    const { those } = await play(
      plan(2, (n) => [drain(`ci-${n}`)]),
      { setStatus: () => ({ done: ["ci-1"], failed: [{ item: "ci-2", reason: "MISSING" }] }) },
    );
    expect(those("drain")).to.deep.equal(["i-1"]);
    expect(those("failed")).to.deep.equal(["i-2"]);
  });

  it("names a container instance once, where two hooks hold the instance", async () => {
    const { asked, those } = await play(
      plan(2, () => [drain("ci-1")]),
      { setStatus: refusing("none") },
    );
    expect(asked).to.deep.equal([["ci-1"]]);
    expect(those("drain")).to.have.lengthOf(2);
  });

  it("a fault of ours is not hidden", async () => {
    const thrown = await play(
      plan(2, (n) => [drain(`ci-${n}`)]),
      {},
    ).catch((error: unknown) => error);
    expect(String(thrown)).to.equal("Error: not to be called");
  });
});

describe("act: deregistration", () => {
  it("goes in one call for a target group, with every port", async () => {
    const { asked, those } = await play(
      plan(2, (n) => [deregister(n), deregister(n, { port: 81 })]),
      { deregisterTargets: () => undefined },
    );
    expect(asked).to.deep.equal([["i-1:80", "i-1:81", "i-2:80", "i-2:81"]]);
    expect(those("deregister")).to.deep.equal(["i-1", "i-2"]);
  });

  it("goes one by one where the call is refused as a whole; the one that is refused keeps no other", async () => {
    const { asked, those } = await play(
      plan(3, (n) => [deregister(n)]),
      { deregisterTargets: refusing("i-2:80") },
    );
    expect(asked[0]).to.have.lengthOf(3);
    expect(asked.slice(1)).to.have.deep.members([["i-1:80"], ["i-2:80"], ["i-3:80"]]);
    expect(those("deregister")).to.deep.equal(["i-1", "i-3"]);
    expect(those("failed")).to.deep.equal(["i-2"]);
  });

  it("from one load balancer that fails keeps no other, nor DRAINING", async () => {
    const { those, lines } = await play(
      plan(2, (n) => [
        deregister(n),
        deregister(n, { kind: "classic", id: "web", name: "web", port: undefined }),
        drain(`ci-${n}`),
      ]),
      {
        deregisterTargets: () => {
          throw failure("denied");
        },
        deregisterClassic: refusing("none"),
        setStatus: refusing("none"),
      },
    );
    expect(those("failed")).to.deep.equal(["i-1", "i-2"]);
    expect(those("deregister")).to.deep.equal(["i-1", "i-2"]);
    expect(those("drain")).to.deep.equal(["i-1", "i-2"]);
    expect(lines.filter(([, phrase]) => phrase === "call failed")).to.have.lengthOf(1);
  });

  it("of an orphan is told as a warning", async () => {
    const { lines } = await play(
      plan(1, (n) => [{ ...deregister(n), why: "orphaned" } as Step]),
      { deregisterTargets: () => undefined },
    );
    expect(lines.map(([level, phrase]) => [level, phrase])).to.deep.equal([
      ["warn", "orphaned target deregistered"],
    ]);
  });
});

describe("act: the other steps", () => {
  const of = (step: Step) => plan(1, () => [step]);
  const stop: Step = { kind: "stop task", cluster: "main", task: "task-1", name: "agent" };
  const leave = (force: boolean): Step => ({
    kind: "deregister container instance",
    cluster: "main",
    containerInstance: "ci-1",
    force,
  });
  const registration = { kind: "target", targetGroup: "arn:tg", port: 8080 } as const;

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
      { ...deregister(1, { target: "10.0.0.7", heldBy: task("STOPPED") }), why: "orphaned" } as Step,
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
      { kind: "register", registration: { kind: "classic", loadBalancer: "web" } },
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
