// Protects a dry run: it calls nothing, says each thing that it would do once, and ends.
import { expect } from "chai";
import { endDryRun, logCompletion, logSteps } from "../../../../shared/act/dry-run.ts";
import { stepText } from "../../../../shared/log-lines/step-text.ts";
import type { Step } from "../../../../shared/model/decision.ts";
import { shortestId } from "../../../../shared/model/logged.ts";
import type { CompletionReason } from "../../../../shared/model/reason.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { untouchableRun } from "../fake-ports.ts";
import { decided, SINCE, target, termination } from "../rules/builders.ts";
import { about } from "./carrying-out.ts";

const steps: Step[] = [
  { kind: "deregister", registration: target(), why: "ours" },
  { kind: "drain", cluster: "main", containerInstance: "ci-1", again: false },
  { kind: "stop task", cluster: "main", task: "task-1", name: "agent" },
  { kind: "deregister container instance", cluster: "main", containerInstance: "ci-1", force: true },
  { kind: "activate", cluster: "main", containerInstance: "ci-1" },
  { kind: "register", registration: { kind: "target", id: "tg-1", port: 8080 } },
];

function play(of: Termination, planned: readonly Step[]) {
  const { run, lines } = untouchableRun();
  const [carried] = logSteps(run, [decided(of, { steps: planned })]);
  const logged = [...of.memory.logged, ...(carried?.done.logged ?? [])];
  return { done: carried?.done, lines, after: { ...of, memory: { ...of.memory, logged } } };
}

describe("a dry run", () => {
  it("calls nothing, and says of each step what it would do", () => {
    const { done, lines } = play(termination(), steps);
    expect(lines.map(([, phrase, fields]) => [phrase, fields.would ?? fields.reason])).to.deep.equal([
      [
        "dry run",
        "nothing is written, and no heartbeat is sent: the hook's own timeout and default result decide",
      ],
      ...steps.map((step) => ["dry run", stepText(step)]),
    ]);
    expect(done?.failed).to.equal(false);
    expect(done?.steps).to.deep.equal([]);
  });

  it("says of whose drain each line is", () => {
    const { lines } = play(termination(), steps.slice(1, 2));
    expect(lines.at(-1)).to.deep.equal(["info", "dry run", { ...about(), would: "DRAINING in main" }]);
  });

  it("says it once a drain, and what is new", () => {
    const { after } = play(termination(), steps.slice(0, 1));
    expect(play(after, steps.slice(0, 1)).lines).to.deep.equal([]);
    expect(play(after, steps.slice(0, 2)).lines.map(([, , { would }]) => would)).to.deep.equal([
      "DRAINING in main",
    ]);
  });

  it("says of each step once, however many of a kind there are", () => {
    const each = [
      ...steps,
      { ...steps[0], registration: target({ port: 81 }) },
      { ...steps[1], containerInstance: "ci-2" },
      { ...steps[2], task: "task-2" },
      { ...steps[3], containerInstance: "ci-2" },
      { ...steps[4], containerInstance: "ci-2" },
      { ...steps[5], registration: { kind: "target", id: "tg-1", port: 81 } },
    ] as Step[];
    const { after, lines } = play(termination(), each);
    expect(lines).to.have.lengthOf(1 + each.length);
    expect(new Set(after.memory.logged).size).to.equal(1 + each.length);
    expect(play(after, each).lines).to.deep.equal([]);
  });

  it("says that nothing is written even where there is nothing to do", () => {
    expect(play(termination(), []).lines).to.have.lengthOf(1);
  });
});

describe("a completion on a dry run", () => {
  const outcome = { kind: "complete", result: "CONTINUE", reason: { why: "drained" } } as const;

  it("is told of once a drain", () => {
    const { run, lines } = untouchableRun();
    const once = logCompletion(run, termination(), outcome);
    const twice = logCompletion(run, once, outcome);
    expect(lines).to.deep.equal([
      ["info", "dry run", { ...about(), would: "completion with CONTINUE: drained" }],
    ]);
    expect(twice.memory.logged).to.deep.equal(once.memory.logged);
  });

  it("is told of once after other things that were logged, and these are not forgotten", () => {
    const { run, lines } = untouchableRun();
    const logged = ["would: ", "would: drain ci-1"];
    const once = logCompletion(run, termination({ logged }), outcome);
    logCompletion(run, once, outcome);
    expect(lines).to.have.lengthOf(1);
    expect(once.memory.logged).to.deep.equal([...logged, "would: complete with CONTINUE: drained"]);
  });

  it("is told of again where it would be another one", () => {
    const { run, lines } = untouchableRun();
    const late: CompletionReason = { why: "deadline", left: [] };
    const once = logCompletion(run, termination(), outcome);
    const other = logCompletion(run, once, { ...outcome, reason: late });
    logCompletion(run, other, { ...outcome, result: "ABANDON", reason: late });
    expect(lines).to.have.lengthOf(3);
  });
});

describe("the end of a dry run", () => {
  it("comes with the function's own switch: what it logged is forgotten, what else was logged is not", () => {
    const { run, lines } = untouchableRun();
    const { after } = play(termination({ logged: ["short hook"] }, { dryRun: true }), steps);
    const real = endDryRun(run, after);
    expect(real.dryRun).to.equal(false);
    expect(real.memory.logged).to.deep.equal(["short hook"]);
    expect(lines).to.deep.equal([["info", "dry run is over", about()]]);
  });

  for (const begunAt of [undefined, SINCE]) {
    it(`${begunAt ? "keeps" : "forgets"} what was said of the deadline, where the time had ${begunAt ? "" : "not "}begun`, () => {
      const { run } = untouchableRun();
      const logged = [
        "held by the lifecycle hook",
        "time does not suffice",
        shortestId("half of the drain's time is over"),
        "short hook",
      ];
      const real = endDryRun(run, termination({ logged, begunAt }, { dryRun: true }));
      expect(real.memory.logged).to.deep.equal(begunAt ? logged : ["short hook"]);
    });
  }

  it("does not come where there was none", () => {
    const { run, lines } = untouchableRun();
    const plain = termination({ logged: ["short hook"] });
    expect(endDryRun(run, plain)).to.equal(plain);
    expect(lines).to.deep.equal([]);
  });
});
