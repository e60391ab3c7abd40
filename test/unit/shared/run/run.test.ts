// Protects what a run notes: each failure is logged once, counted, and makes the invocation an error at its end.
import { expect } from "chai";
import { AwsCallError, OddAnswer, OutOfTime, RunFailed } from "../../../../shared/base/errors.ts";
import { Run, type RunPorts } from "../../../../shared/run/run.ts";
import { keptLog } from "../fake-ports.ts";

function begin(until = Number.POSITIVE_INFINITY) {
  const { log, lines } = keptLog();
  const clock = { now: 10_000 };
  return { clock, lines, run: new Run({ log, now: () => clock.now }, until) };
}
const about = { instanceId: "i-1", group: "fleet", hook: undefined };
const failed = (kind: AwsCallError["kind"], cause: Error = new Error("no")) =>
  new AwsCallError("ecs:ListTasks", kind, cause);
const finished = (run: Run<RunPorts>): unknown => {
  try {
    run.finish({ received: 3 });
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("a run", () => {
  it("in which nothing failed says what it did, and for how long", () => {
    const { clock, lines, run } = begin();
    clock.now = 12_600;
    expect(finished(run)).to.equal(undefined);
    expect(run.hasFailures).to.equal(false);
    expect(lines).to.deep.equal([["info", "run finished", { received: 3, failures: 0, took_seconds: 3 }]]);
  });

  it("in which something failed ends with an error that names each failure, with how often", () => {
    const { lines, run } = begin();
    run.callFailed(failed("denied"));
    run.callFailed(failed("denied"));
    run.cannotUse("main", "there is no such ECS cluster");
    const error = finished(run);
    expect(error).to.be.instanceOf(RunFailed);
    expect(String(error)).to.equal(
      "RunFailed: 2 failures: ecs:ListTasks denied (2 times); main: there is no such ECS cluster",
    );
    expect(run.hasFailures).to.equal(true);
    expect(lines.at(-1)).to.deep.equal([
      "info",
      "run finished",
      { received: 3, failures: 2, took_seconds: 0 },
    ]);
  });

  it("has no time left from its end on", () => {
    const { clock, run } = begin(20_000);
    expect([run.startedAt, run.until, run.isOutOfTime]).to.deep.equal([10_000, 20_000, false]);
    clock.now = 19_999;
    expect(run.isOutOfTime).to.equal(false);
    clock.now = 20_000;
    expect(run.isOutOfTime).to.equal(true);
  });

  it("counts a call that was not made for want of time as such, and not as a failure of AWS", () => {
    const { lines, run } = begin();
    const unread = { call: undefined, why: "out of time" };
    expect(run.callFailed(new OutOfTime("ecs:ListTasks"))).to.deep.equal(unread);
    expect(lines.map(([, phrase]) => phrase)).to.deep.equal(["out of time"]);
  });

  it("in which a cluster was deleted in the middle warns once, and does not fail", () => {
    const { lines, run } = begin();
    for (const _ of [1, 2])
      expect(run.callFailed(failed("gone"))).to.deep.equal({ call: "ecs:ListTasks", why: "gone" });
    expect(lines.map(([level, phrase, { kind }]) => [level, phrase, kind])).to.deep.equal([
      ["warn", "call failed", "gone"],
    ]);
    expect(finished(run)).to.equal(undefined);
    const queue = new AwsCallError("sqs:ReceiveMessage", "gone", new Error("no such queue"));
    run.callFailed(queue);
    expect(finished(run)).to.be.instanceOf(RunFailed);
  });

  it("takes in for the first third of its time", () => {
    const { clock, run } = begin(40_000);
    clock.now = 19_999;
    expect(run.mayReceive).to.equal(true);
    clock.now = 20_000;
    expect(run.mayReceive).to.equal(false);
  });

  it("has a cache of its own, which ends with it", () => {
    const [one, other] = [begin().run, begin().run];
    one.cache.hooks.set("fleet", { hooks: [], at: 0 });
    expect([one.cache.hooks.has("fleet"), other.cache.hooks.has("fleet")]).to.deep.equal([true, false]);
  });

  it("says in each line about a drain which one, under the same names", () => {
    const { lines, run } = begin();
    const log = run.logAbout({ ...about, hook: "drain" });
    log.info("waiting", { waiting_for: "tasks" });
    log.warn("short hook");
    log.error("step failed", { instance_id: "i-9" });
    run.logAbout(about).info("waiting");
    const which = { instance_id: "i-1", auto_scaling_group: "fleet" };
    expect(lines).to.deep.equal([
      ["info", "waiting", { ...which, lifecycle_hook_name: "drain", waiting_for: "tasks" }],
      ["warn", "short hook", { ...which, lifecycle_hook_name: "drain" }],
      ["error", "step failed", { ...which, lifecycle_hook_name: "drain", instance_id: "i-9" }],
      ["info", "waiting", which],
    ]);
  });

  it("warns of each thing once", () => {
    const { lines, run } = begin();
    for (const name of ["a", "a", "b"]) run.warn("short hook", { lifecycle_hook_name: name });
    expect(lines).to.deep.equal([
      ["warn", "short hook", { lifecycle_hook_name: "a" }],
      ["warn", "short hook", { lifecycle_hook_name: "b" }],
    ]);
    expect(run.hasFailures).to.equal(false);
  });
});

describe("an odd answer", () => {
  const odd = (value: string, about: object = {}) =>
    new OddAnswer("ecs:DescribeTasks", "lastStatus", value, about);

  it("is unread, is told once with its field and value, and fails the run", () => {
    const { lines, run } = begin();
    for (const id of ["task-1", "task-2"])
      expect(run.callFailed(odd("HOVERING", { ids: [id] }))).to.deep.equal({
        call: "ecs:DescribeTasks",
        why: "odd",
      });
    run.callFailed(odd("FLOATING"));
    const fields = { action: "ecs:DescribeTasks", field: "lastStatus" };
    expect(lines).to.deep.equal([
      ["error", "odd answer", { ...fields, value: "HOVERING", about: "task-1" }],
      ["error", "odd answer", { ...fields, value: "FLOATING" }],
    ]);
    expect(String(finished(run))).to.equal(
      "RunFailed: 2 failures: ecs:DescribeTasks odd: lastStatus is HOVERING (2 times); ecs:DescribeTasks odd: lastStatus is FLOATING",
    );
  });

  it("about what ECS lists and does not know is a warning, told once: a read may lag", () => {
    const { lines, run } = begin();
    for (const id of ["task-1", "task-2"]) run.callFailed(odd("MISSING", { ids: [id], isMissing: true }));
    expect(lines.map(([level, phrase, { about }]) => [level, phrase, about])).to.deep.equal([
      ["warn", "odd answer", "task-1"],
    ]);
    expect(finished(run)).to.equal(undefined);
  });

  it("in a part of an answer leaves the rest of it", () => {
    const { lines, run } = begin();
    expect(run.understood(["a", odd("HOVERING"), "b"])).to.deep.equal(["a", "b"]);
    expect(lines.map(([, phrase]) => phrase)).to.deep.equal(["odd answer"]);
  });
});

describe("a failure", () => {
  it("of a call is logged once by its kind, with AWS's own words; what is unread is returned each time", () => {
    const { lines, run } = begin();
    const slow = Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
    for (let i = 0; i < 2; i += 1) {
      const unread = { call: "ecs:ListTasks", why: "throttled" };
      expect(run.callFailed(failed("throttled", slow))).to.deep.equal(unread);
    }
    run.callFailed(failed("unavailable"));
    expect(lines).to.deep.equal([
      [
        "error",
        "call failed",
        { action: "ecs:ListTasks", kind: "throttled", reason: "ThrottlingException: Rate exceeded" },
      ],
      ["error", "call failed", { action: "ecs:ListTasks", kind: "unavailable", reason: "Error: no" }],
    ]);
  });

  it("of a call that is denied names the permission that is missing", () => {
    const { lines, run } = begin();
    run.callFailed(failed("denied"));
    expect(lines.map(([, , fields]) => fields.missing_permission)).to.deep.equal(["ecs:ListTasks"]);
  });

  it("of a call whose credentials are no good names no permission: none would mend it", () => {
    const { lines, run } = begin();
    run.callFailed(new AwsCallError("ecs:ListTasks", "denied", new Error("expired"), false));
    expect(lines.map(([, , fields]) => "missing_permission" in fields)).to.deep.equal([false]);
  });

  it("that is a fault of ours is thrown on", () => {
    const { lines, run } = begin();
    const fault = new Error("a fault");
    expect(() => run.callFailed(fault)).to.throw(fault);
    expect(lines).to.deep.equal([]);
  });

  it("of time is logged once", () => {
    const { clock, lines, run } = begin();
    clock.now = 76_000;
    const unread = { call: undefined, why: "out of time" };
    for (let i = 0; i < 2; i += 1) expect(run.ranOutOfTime()).to.deep.equal(unread);
    expect(lines).to.deep.equal([
      [
        "error",
        "out of time",
        {
          took_seconds: 66,
          reason: "AWS was too slow to be asked for all; what is left is handed over as it is",
        },
      ],
    ]);
    expect(String(finished(run))).to.equal("RunFailed: 1 failure: the run's time ran out (2 times)");
  });

  /** [what failed, how it is noted, the line, how the run's error names it] */
  const table: [string, (run: Run<RunPorts>, twice: string) => void, object, string][] = [
    [
      "step failed",
      (run, reason) => run.stepFailed(about, "DRAINING in main", reason),
      { instance_id: "i-1", auto_scaling_group: "fleet", step: "DRAINING in main" },
      "DRAINING in main of i-1",
    ],
    ["cannot be used", (run, reason) => run.cannotUse("web", reason), { name: "web" }, "web"],
    [
      "message not deleted",
      (run, reason) => run.notDeleted("monitor", reason),
      { queue: "monitor" },
      "a message stays in monitor",
    ],
  ];
  for (const [phrase, note, fields, name] of table) {
    it(`"${phrase}" is logged once by its reason, and counted`, () => {
      const { lines, run } = begin();
      for (const reason of ["one", "one", "another"]) note(run, reason);
      expect(lines).to.deep.equal([
        ["error", phrase, { ...fields, reason: "one" }],
        ["error", phrase, { ...fields, reason: "another" }],
      ]);
      expect(String(finished(run))).to.equal(
        `RunFailed: 2 failures: ${name}: one (2 times); ${name}: another`,
      );
    });
  }

  /** [what failed for the call's failure, how it is noted] */
  const caused: [string, (run: Run<RunPorts>, cause: AwsCallError) => void][] = [
    ["step failed", (run, cause) => run.stepFailed(about, "DRAINING in main", "denied", cause)],
    ["message not deleted", (run, cause) => run.notDeleted("monitor", "denied", cause)],
  ];
  for (const [phrase, note] of caused) {
    it(`"${phrase}" names the call that it failed with, which counts as well`, () => {
      const { lines, run } = begin();
      note(run, failed("denied"));
      expect(lines.map(([, logged]) => logged)).to.deep.equal(["call failed", phrase]);
      expect(String(finished(run))).to.match(/^RunFailed: 2 failures: ecs:ListTasks denied; /);
    });
  }
});
