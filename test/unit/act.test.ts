// Protects what is done to AWS: in batches, and with no instance held up by another's failure.
import { expect } from "chai";
import { act, type Planned } from "../../shared/act.ts";
import type { BatchResult } from "../../shared/batches.ts";
import type { Step } from "../../shared/decide.ts";
import { AwsCallError, type FailureKind } from "../../shared/errors.ts";
import type { Registration } from "../../shared/observation.ts";
import type { Ports } from "../../shared/ports.ts";
import { Run } from "../../shared/run.ts";
import { settingsOf } from "../../shared/settings.ts";
import { NO_MEMORY, type Termination } from "../../shared/termination.ts";
import { untouchablePorts } from "./ports.ts";

const termination = (instanceId: string): Termination => ({
  instanceId,
  group: "fleet",
  hook: "drain",
  token: undefined,
  since: 0,
  settings: settingsOf({}),
  memory: NO_MEMORY,
});
const drain = (containerInstance: string): Step => ({ kind: "drain", cluster: "main", containerInstance });
const deregister = (change: Partial<Registration> = {}): Step => ({
  kind: "deregister",
  orphaned: false,
  registration: {
    kind: "target",
    id: "arn:tg",
    name: "static",
    port: 80,
    pointsAt: [80],
    state: "registered",
    managed: false,
    services: [],
    ...change,
  },
});
const plan = (count: number, stepsOf: (n: number) => Step[]): Planned[] =>
  Array.from({ length: count }, (_, i) => ({
    termination: termination(`i-${i + 1}`),
    steps: stepsOf(i + 1),
  }));
const failure = (kind: FailureKind) => new AwsCallError("aws:Call", kind, new Error("refused"));

type Outside = {
  setDraining?: (arns: readonly string[]) => BatchResult<string>;
  deregisterTargets?: (ids: readonly string[]) => void;
  deregisterClassic?: (ids: readonly string[]) => BatchResult<string>;
};

async function play(planned: Planned[], outside: Outside) {
  const { ports: untouchable, lines } = untouchablePorts();
  const asked: string[][] = [];
  const ask = <T>(ids: readonly string[], answer: ((ids: readonly string[]) => T) | undefined): T => {
    asked.push([...ids]);
    if (!answer) throw new Error("not to be called");
    return answer(ids);
  };
  const ports: Ports = {
    ...untouchable,
    ecs: { ...untouchable.ecs, setDraining: async (_, arns) => ask(arns, outside.setDraining) },
    classic: { ...untouchable.classic, deregister: async (_, ids) => ask(ids, outside.deregisterClassic) },
    targetGroups: {
      ...untouchable.targetGroups,
      deregister: async (_, targets) =>
        ask(
          targets.map(({ id, port }) => `${id}:${port}`),
          outside.deregisterTargets,
        ),
    },
  };
  const run = new Run(ports.log, 0);
  const done = await act(ports, run, planned);
  const those = (which: "drained" | "deregistered" | "failed") =>
    [...done].filter(([, each]) => each[which]).map(([{ instanceId }]) => instanceId);
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
      { setDraining: refusing("none") },
    );
    expect(asked).to.deep.equal([numbers(1, 10, "ci-"), numbers(11, 12, "ci-")]);
    expect(those("drained")).to.deep.equal(numbers(1, 12, "i-"));
  });

  it("goes one by one where ECS refuses the ten as a whole; the one that it refuses keeps no other", async () => {
    const { asked, those, run, lines } = await play(
      plan(10, (n) => [drain(`ci-${n}`)]),
      { setDraining: refusing("ci-4") },
    );
    expect(asked[0]).to.have.lengthOf(10);
    expect(asked.slice(1)).to.have.deep.members(numbers(1, 10, "ci-").map((each) => [each]));
    expect(those("drained")).to.deep.equal(numbers(1, 10, "i-").filter((each) => each !== "i-4"));
    expect(those("failed")).to.deep.equal(["i-4"]);
    expect(run.hasFailures).to.equal(true);
    const failed = lines.filter(([, phrase]) => phrase === "step failed");
    expect(failed.map(([, , fields]) => fields.instance_id)).to.deep.equal(["i-4"]);
  });

  for (const kind of ["throttled", "unavailable", "denied", "gone"] as const) {
    it(`does not go one by one where the ten are ${kind}: that would be the same for each`, async () => {
      const { asked, those } = await play(
        plan(10, (n) => [drain(`ci-${n}`)]),
        { setDraining: refusing("ci-4", kind) },
      );
      expect(asked).to.have.lengthOf(1);
      expect(those("failed")).to.have.lengthOf(10);
    });
  }

  it("a failure that ECS names fails that instance alone", async () => {
    const { those } = await play(
      plan(2, (n) => [drain(`ci-${n}`)]),
      { setDraining: () => ({ done: ["ci-1"], failed: [{ item: "ci-2", reason: "MISSING" }] }) },
    );
    expect(those("drained")).to.deep.equal(["i-1"]);
    expect(those("failed")).to.deep.equal(["i-2"]);
  });

  it("names a container instance once, where two hooks hold the instance", async () => {
    const { asked, those } = await play(
      plan(2, () => [drain("ci-1")]),
      { setDraining: refusing("none") },
    );
    expect(asked).to.deep.equal([["ci-1"]]);
    expect(those("drained")).to.have.lengthOf(2);
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
      plan(2, () => [deregister(), deregister({ port: 81 })]),
      { deregisterTargets: () => undefined },
    );
    expect(asked).to.deep.equal([["i-1:80", "i-1:81", "i-2:80", "i-2:81"]]);
    expect(those("deregistered")).to.deep.equal(["i-1", "i-2"]);
  });

  it("goes one by one where the call is refused as a whole; the one that is refused keeps no other", async () => {
    const { asked, those } = await play(
      plan(3, () => [deregister()]),
      { deregisterTargets: refusing("i-2:80") },
    );
    expect(asked[0]).to.have.lengthOf(3);
    expect(asked.slice(1)).to.have.deep.members([["i-1:80"], ["i-2:80"], ["i-3:80"]]);
    expect(those("deregistered")).to.deep.equal(["i-1", "i-3"]);
    expect(those("failed")).to.deep.equal(["i-2"]);
  });

  it("from one load balancer that fails keeps no other, nor DRAINING", async () => {
    const { those, lines } = await play(
      plan(2, (n) => [
        deregister(),
        deregister({ kind: "classic", id: "web", name: "web", port: undefined }),
        drain(`ci-${n}`),
      ]),
      {
        deregisterTargets: () => {
          throw failure("denied");
        },
        deregisterClassic: refusing("none"),
        setDraining: refusing("none"),
      },
    );
    expect(those("failed")).to.deep.equal(["i-1", "i-2"]);
    expect(those("deregistered")).to.deep.equal(["i-1", "i-2"]);
    expect(those("drained")).to.deep.equal(["i-1", "i-2"]);
    expect(lines.filter(([, phrase]) => phrase === "call failed")).to.have.lengthOf(1);
  });

  it("of an orphan is told as a warning", async () => {
    const { lines } = await play(
      plan(1, () => [{ ...deregister(), orphaned: true } as Step]),
      { deregisterTargets: () => undefined },
    );
    expect(lines.map(([level, phrase]) => [level, phrase])).to.deep.equal([
      ["warn", "orphaned target deregistered"],
    ]);
  });
});
