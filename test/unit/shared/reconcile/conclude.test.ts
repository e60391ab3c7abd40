// Protects what a completion's answer means.
import { expect } from "chai";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import { completionText } from "../../../../shared/log-lines/reason-text.ts";
import { event, unreadBlocker } from "../../../../shared/model/blocker.ts";
import type { Hook, LifecycleAction } from "../../../../shared/model/hooks.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import { conclude } from "../../../../shared/reconcile/conclude.ts";
import { Run } from "../../../../shared/run/run.ts";
import { about } from "../act/carrying-out.ts";
import { untouchablePorts } from "../fake-ports.ts";
import { decided, hook, MINUTE, OURS, SINCE, termination } from "../rules/builders.ts";

const denied = new AwsCallError("autoscaling:CompleteLifecycleAction", "denied", new Error("no"));

const outcome = {
  kind: "complete",
  result: "ABANDON",
  reason: { why: "deadline with ABANDON", left: [event("effect")], retains: false },
} as const;

async function play(
  answer: "completed" | "no such action" | Error,
  memory: Partial<Memory> = {},
  {
    token,
    byId,
    edited,
  }: { token?: string; byId?: "recorded" | "no such action" | Error; edited?: Partial<Hook> } = {},
) {
  const { ports: untouchable, lines } = untouchablePorts();
  const asked: unknown[] = [];
  const ports = {
    ...untouchable,
    now: () => SINCE + MINUTE,
    autoScaling: {
      ...untouchable.autoScaling,
      terminatingHooks: async () => [hook(edited)],
      complete: async (...call: unknown[]) => {
        asked.push(call[1]);
        if (answer instanceof Error) throw answer;
        return answer;
      },
      heartbeat: async (action: LifecycleAction) => {
        expect(action.token).to.equal(undefined);
        if (byId === undefined) throw new Error("not to be called");
        if (byId instanceof Error) throw byId;
        return byId;
      },
    },
  };
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  // The pass has read the hooks some time ago.
  if (edited) run.cache.hooks.set("fleet", { hooks: [hook()], at: SINCE });
  const completion = await conclude(
    run,
    {
      ...decided(termination(memory, { token }), { outcome }, 7),
      done: { steps: [], failed: false, logged: [] },
    },
    { mayComplete: true, dryRun: false, ours: OURS, keys: undefined, until: Number.POSITIVE_INFINITY },
  );
  expect(completion.index).to.equal(7);
  return { asked, completion, lines: lines.filter(([, phrase]) => phrase !== "waiting"), run };
}

describe("a completion", () => {
  it("that succeeds ends the drain, with the result that was decided", async () => {
    const { asked, completion, lines } = await play("completed");
    expect(asked).to.deep.equal(["ABANDON"]);
    expect(completion.ending).to.equal("completed");
    expect(lines).to.deep.equal([
      [
        "info",
        "lifecycle action completed",
        {
          ...about(),
          result: "ABANDON",
          outcome: "drained",
          reason: completionText(outcome.reason),
          held_seconds: 60,
        },
      ],
    ]);
  });

  it("of an instance that comes back keeps the message, marked completed", async () => {
    const { completion, lines } = await play("completed", { returns: "warm pool" });
    expect(completion.ending).to.equal("waiting");
    expect(completion.termination.memory).to.deep.include({
      completedAt: SINCE + MINUTE,
      blockers: [event("returned")],
    });
    expect(lines.map(([, phrase]) => phrase)).to.deep.equal(["lifecycle action completed", "comes back"]);
  });

  it("that is refused for the first time is told apart: whether another hook explains it is asked at once", async () => {
    const { completion, lines } = await play("no such action");
    expect(completion.ending).to.equal("refused");
    expect(completion.termination.memory.refusedAt).to.equal(SINCE + MINUTE);
    expect(lines).to.deep.equal([
      [
        "warn",
        "completion refused",
        {
          ...about(),
          reason: "Auto Scaling has no active lifecycle action of this hook for the instance",
        },
      ],
    ]);
  });

  it("that is refused again is waited for, since the first time", async () => {
    const { completion } = await play("no such action", { refusedAt: SINCE });
    expect(completion.ending).to.equal("waiting");
    expect(completion.termination.memory).to.deep.include({
      refusedAt: SINCE,
      blockers: [event("action known")],
    });
  });

  describe("whose token is refused", () => {
    const token = "87654321-4321-4321-4321-210987654321";

    it("is tried again by the instance's id, where another lifecycle action of the hook holds it", async () => {
      const { completion, lines } = await play(
        "no such action",
        { goneAt: SINCE },
        { token, byId: "recorded" },
      );
      expect(completion.ending).to.equal("waiting");
      expect(completion.termination).to.include({ token: undefined, since: SINCE + MINUTE });
      expect(completion.termination.memory).to.deep.include({
        goneAt: SINCE,
        refusedAt: undefined,
        lastHeartbeatAt: SINCE + MINUTE,
        blockers: [event("action found")],
      });
      expect(lines.map(([level, phrase]) => [level, phrase])).to.deep.equal([
        ["warn", "completion refused"],
        ["warn", "held by another lifecycle action"],
      ]);
    });

    it("is refused, where the hook does not hold it", async () => {
      const { completion } = await play("no such action", {}, { token, byId: "no such action" });
      expect(completion.ending).to.equal("refused");
      expect(completion.termination.token).to.equal(token);
    });

    it("is a failure, where nobody answers that", async () => {
      const { completion, run } = await play("no such action", { failures: 2 }, { token, byId: denied });
      expect(completion.ending).to.equal("waiting");
      expect(completion.termination.memory.failures).to.equal(3);
      expect(run.hasFailures).to.equal(true);
    });
  });

  it("of a hook that was edited since the pass waits for another one: its owner may have given it more time", async () => {
    const edited = { metadata: '{"drain_timeout_seconds": 7200}' };
    const { asked, completion } = await play("completed", {}, { edited });
    expect([asked, completion.ending]).to.deep.equal([[], "waiting"]);
    expect(completion.termination.memory.blockers).to.deep.equal([event("hook edited")]);
    expect((await play("completed", {}, { edited: { heartbeatTimeout: MINUTE } })).asked).to.deep.equal([
      "ABANDON",
    ]);
  });

  it("that fails is noted, and tried again", async () => {
    const { completion, run } = await play(denied, { failures: 2 });
    expect(completion.ending).to.equal("waiting");
    expect(completion.termination.memory).to.deep.include({
      failures: 3,
      unread: [unreadBlocker("completion", { call: "autoscaling:CompleteLifecycleAction", why: "denied" })],
    });
    expect(run.hasFailures).to.equal(true);
  });

  it("a fault of ours is not hidden", async () => {
    const thrown = await play(new Error("a fault")).catch((error: unknown) => error);
    expect(String(thrown)).to.equal("Error: a fault");
  });
});
