// Protects what an error says of itself: its name, which call it was, and what is missing.
import { expect } from "chai";
import { AwsCallError, InputError, OutOfTime, RunFailed } from "../../../../shared/base/errors.ts";

describe("an error", () => {
  it("of a call lacks the permission where it was denied, unless somebody knows better", () => {
    const of = (kind: "denied" | "throttled", lacks?: boolean) =>
      new AwsCallError("ecs:ListTasks", kind, new Error("no"), lacks).lacksPermission;
    expect([of("denied"), of("denied", false), of("throttled")]).to.deep.equal([true, false, false]);
  });

  it("of a call that was not made for want of time passes by itself", () => {
    const error = new OutOfTime("ecs:ListTasks");
    expect(error)
      .to.be.instanceOf(AwsCallError)
      .and.include({ action: "ecs:ListTasks", kind: "unavailable" });
    expect(String(error)).to.equal("OutOfTime: ecs:ListTasks: unavailable: Error: the run's time is over");
  });

  it("of an input has a name of its own", () => {
    expect(String(new InputError("queue_name: expected a queue"))).to.equal(
      "InputError: queue_name: expected a queue",
    );
  });

  it("of a run tells twenty failures, each cut short", () => {
    const long = "x".repeat(900_000);
    expect(new RunFailed([long]).message).to.equal(`1 failure: ${"x".repeat(500)}… (900000 characters)`);
    const { message } = new RunFailed(Array.from({ length: 21 }, (_, i) => `failure ${i}`));
    expect(message).to.match(/^21 failures: failure 0; .*; failure 19; and 1 more$/);
  });

  it("of a run counts its failures", () => {
    expect(String(new RunFailed(["one"]))).to.equal("RunFailed: 1 failure: one");
    expect(String(new RunFailed(["one", "two"]))).to.equal("RunFailed: 2 failures: one; two");
  });
});
