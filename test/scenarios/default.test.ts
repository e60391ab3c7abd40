// Protects what a newcomer sees first: the default scenario is drained with nothing cut off, whatever its seed and
// whenever in the minute the functions run; and a run can be repeated byte by byte.
import { expect } from "chai";
import { inProcess } from "../../cli/in-process.ts";
import { reportOf, reportSchema } from "../../cli/report.ts";
import { type Played, playScenario } from "../../simulator/scenario/play.ts";
import { readScenario } from "../../simulator/scenario/read.ts";
import type { Scenario } from "../../simulator/scenario/schema.ts";
import { expectDrained } from "./fixture.ts";

const scenario = readScenario("examples/fleet.yaml");

async function played(
  change: Partial<Scenario> = {},
  seed = scenario.seed,
): Promise<Played & { lines: string[] }> {
  const lines: string[] = [];
  const result = await playScenario(
    { ...scenario, ...change },
    { invoke: inProcess((line) => lines.push(line)), seed },
  );
  return { ...result, lines };
}

function at(deregister: number, terminate: number): Partial<Scenario> {
  const functions = scenario.functions as NonNullable<Scenario["functions"]>;
  return {
    functions: {
      deregister: { ...functions.deregister, first_after_seconds: deregister },
      terminate: { ...functions.terminate, first_after_seconds: terminate },
    },
  };
}

describe("scenarios: the default one", () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    it(`seed ${seed}: three instances leave, nothing is cut off, each is completed within 10 s`, async () => {
      const outcome = await played(at((seed * 17) % 60, (seed * 31) % 60), seed);
      expectDrained({ ...outcome, log: [], metrics: [] }, { count: 3 });
      expect(outcome.invocations.filter((each) => each.outcome !== "succeeded")).to.deep.equal([]);
      for (const queue of outcome.simulation.world.queues.all)
        expect(queue.messages.size, queue.name).to.equal(0);
    });
  }

  it("the world's own story holds the promise, without the judge", async () => {
    const { simulation, terminations } = await played();
    for (const { instanceId, completedAt } of terminations) {
      const before = simulation.world.story.lines.filter((line) => line.at <= (completedAt as number));
      const targets = before.filter((line) => line.kind === "target" && line.id === instanceId);
      const classic = before.filter((line) => line.kind === "classic" && line.instanceId === instanceId);
      const tasks = before.filter((line) => line.kind === "task" && line.instanceId === instanceId);
      expect(
        targets.filter((line) => line.kind === "target" && line.state === "registered"),
      ).to.have.lengthOf(targets.filter((line) => line.kind === "target" && line.state === "gone").length);
      expect(classic.map((line) => line.kind === "classic" && line.state)).to.deep.equal([
        "registered",
        "draining",
        "gone",
      ]);
      const last = new Map(tasks.map((line) => (line.kind === "task" ? [line.arn, line.status] : ["", ""])));
      expect([...last.values()].filter((status) => status !== "STOPPED")).to.deep.equal([]);
      // No target of the service's own group was pulled by us, and no host-port task lost its SIGTERM race.
      for (const line of targets)
        if (line.kind === "target" && line.targetGroup === "web") expect(line.by).to.equal("ecs");
      const sigterm = tasks.find(
        (line) => line.kind === "task" && line.hostPorts.includes(8080) && line.status === "STOPPING",
      );
      const gone = [...targets, ...classic].filter(
        (line) =>
          (line.kind === "classic" || (line.kind === "target" && line.targetGroup === "edge-static")) &&
          line.state === "gone",
      );
      if (sigterm) for (const line of gone) expect(line.at).to.be.at.most(sigterm.at);
    }
  });

  it("the same seed twice gives the same bytes, with throttles on; another seed gives others", async () => {
    const throttled: Partial<Scenario> = {
      throttling: true,
      timeline: [
        ...scenario.timeline,
        { at_seconds: 20, throttle: { actions: ["ecs:*", "elbv2:*"], for_seconds: 60, probability: 0.4 } },
      ],
    };
    const bytes = async (seed: number) => {
      const outcome = await played(throttled, seed);
      expect(outcome.simulation.world.firings.counts.get("throttle")).to.be.at.least(10);
      return JSON.stringify([
        outcome.lines,
        outcome.simulation.world.story.lines,
        outcome.simulation.calls,
        reportOf(outcome),
      ]);
    };
    const first = await bytes(7);
    expect(await bytes(7)).to.equal(first);
    expect(await bytes(8)).to.not.equal(first);
  });

  it("its report keeps to its schema", async () => {
    const report = reportOf(await played());
    expect(reportSchema.parse(report)).to.deep.equal(report);
    expect(report.terminations).to.have.lengthOf(3);
    expect(Object.keys(report.calls)).to.include.members([
      "sqs:ReceiveMessage",
      "autoscaling:CompleteLifecycleAction",
    ]);
    expect(report.lambda_seconds).to.be.greaterThan(1);
  });
});
