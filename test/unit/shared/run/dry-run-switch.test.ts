// Protects dry run: when it is on, that each thing it would do is said once, and that it ends.
import { expect } from "chai";
import {
  asItIsInDryRun,
  endDryRun,
  logCompletionInDryRun,
  logStepsInDryRun,
} from "../../../../shared/act/dry-run.ts";
import type { Step } from "../../../../shared/model/decision.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { decide } from "../../../../shared/rules/decide.ts";
import { isDryRun } from "../../../../shared/run/dry-run-switch.ts";
import { keptLog, untouchableRun } from "../fake-ports.ts";
import {
  clusterInstance,
  MINUTE,
  observed,
  SECOND,
  SINCE,
  target,
  task,
  termination,
} from "../rules/builders.ts";

describe("whether dry run is on", () => {
  /** [the input's key, the environment's DRYRUN, whether it is on, whether that is warned about] */
  const table: [boolean | undefined, string | undefined, boolean, boolean][] = [
    [undefined, undefined, false, false],
    [false, undefined, false, false],
    [true, undefined, true, false],
    [undefined, "", false, false],
    [true, "", true, false],
    [undefined, "1", true, false],
    [undefined, "true", true, false],
    [false, "yes, please", true, false],
    [undefined, "0", true, true],
    [undefined, "false", true, true],
    [undefined, " False ", true, true],
    [undefined, "no", true, true],
    [undefined, "off", true, true],
    [true, "false", true, true],
  ];
  for (const [input, dryRunVariable, on, warns] of table) {
    it(`dry_run: ${input}, DRYRUN=${JSON.stringify(dryRunVariable)}: ${on ? "on" : "off"}${warns ? ", with a warning" : ""}`, () => {
      const { log, lines } = keptLog();
      expect(isDryRun(input, { log, dryRunVariable })).to.equal(on);
      expect(lines.map(([level, phrase]) => [level, phrase])).to.deep.equal(
        warns ? [["warn", "DRYRUN is set"]] : [],
      );
    });
  }
});

const steps: Step[] = [
  { kind: "deregister", registration: target(), why: "ours" },
  { kind: "drain", cluster: "main", containerInstance: "ci-1", again: false },
  { kind: "stop task", cluster: "main", task: "task-1", name: "agent" },
  { kind: "deregister container instance", cluster: "main", containerInstance: "ci-1", force: true },
  { kind: "activate", cluster: "main", containerInstance: "ci-1" },
  { kind: "register", registration: { kind: "target", id: "tg-1", port: 8080 } },
];

describe("a dry run", () => {
  function play(of: Termination, planned: readonly Step[]) {
    const { run, lines } = untouchableRun();
    const done = logStepsInDryRun(run, [{ termination: of, steps: planned }]).get(of);
    const logged = [...of.memory.logged, ...(done?.logged ?? [])];
    return { done, lines, after: { ...of, memory: { ...of.memory, logged } } };
  }

  it("calls nothing, and says of each step what it would do", () => {
    const { done, lines } = play(termination(), steps);
    expect(lines.map(([, phrase, fields]) => [phrase, fields.would ?? fields.reason])).to.deep.equal([
      [
        "dry run",
        "nothing is written, and no heartbeat is sent: the hook's own timeout and default result decide",
      ],
      ["dry run", "deregistration from static"],
      ["dry run", "DRAINING in main"],
      ["dry run", "stop of the task task-1"],
      ["dry run", "deregistration of the container instance from main"],
      ["dry run", "ACTIVE in main"],
      ["dry run", "registration with tg-1:8080"],
    ]);
    expect(done).to.include({ failed: false });
    expect(done?.steps).to.deep.equal([]);
  });

  it("says it once a drain, and what is new", () => {
    const { after } = play(termination(), steps.slice(0, 1));
    expect(play(after, steps.slice(0, 1)).lines).to.deep.equal([]);
    expect(play(after, steps.slice(0, 2)).lines.map(([, , { would }]) => would)).to.deep.equal([
      "DRAINING in main",
    ]);
  });

  it("says that nothing is written even where there is nothing to do", () => {
    expect(play(termination(), []).lines).to.have.lengthOf(1);
  });

  it("says once that the lifecycle action would be completed, and goes on watching", () => {
    const { run, lines } = untouchableRun();
    const outcome = { kind: "complete", result: "CONTINUE", reason: "drained" } as const;
    const once = logCompletionInDryRun(run, termination(), outcome);
    const twice = logCompletionInDryRun(run, once, outcome);
    expect(lines).to.deep.equal([
      ["info", "dry run", { instance_id: "i-1", would: "completion with CONTINUE: drained" }],
    ]);
    expect(twice.memory.waitingFor).to.equal("the hook's own timeout: this is a dry run");
    expect(twice.memory.logged).to.deep.equal(once.memory.logged);
  });

  it("ends with the function's own switch: what it said is forgotten, what else was said is not", () => {
    const { run, lines } = untouchableRun();
    const { after } = play(termination({ logged: ["short hook"] }, { dryRun: true }), steps);
    const real = endDryRun(run, after);
    expect(real.dryRun).to.equal(false);
    expect(real.memory.logged).to.deep.equal(["short hook"]);
    expect(lines.map(([, phrase]) => phrase)).to.deep.equal(["dry run is over"]);
  });

  it("does not end where there was none", () => {
    const { run, lines } = untouchableRun();
    const plain = termination({ logged: ["short hook"] });
    expect(endDryRun(run, plain)).to.equal(plain);
    expect(lines).to.deep.equal([]);
  });

  describe("waits for what is there, not for what would be there after its steps", () => {
    const waits = (before: Partial<Memory>, change: Partial<Observation>, now = MINUTE) => {
      const reconcile = observed(change);
      const of = termination(before);
      return asItIsInDryRun(decide(of, reconcile, SINCE + now), reconcile, of.memory, SINCE + now);
    };
    const serving = {
      clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))],
      registrations: [target()],
    };
    const waitingFor = "1 target registered in static, 1 task RUNNING, not yet DRAINING";

    it("in its outcome and in its memory", () => {
      const { outcome, memory, steps: planned } = waits({}, serving);
      expect(outcome).to.include({ kind: "wait", waitingFor });
      expect(memory).to.include({ waitingFor, changedAt: SINCE + MINUTE });
      expect(planned).to.have.lengthOf(2);
    });

    it("since when it has been the same", () => {
      expect(waits({ waitingFor, changedAt: SINCE }, serving).memory.changedAt).to.equal(SINCE);
    });

    it("where there are no steps, nothing changes", () => {
      const change = { registrations: [target({ state: "draining" })] };
      const plain = decide(termination(), observed(change), SINCE + SECOND);
      expect(waits({}, change, SECOND)).to.deep.equal(plain);
    });
  });
});
