// Protects a completion where other hooks hold the instance too, and where there is no time for it; and the action it names.
import { expect } from "chai";
import { event } from "../../../../shared/model/blocker.ts";
import type { LifecycleAction } from "../../../../shared/model/hooks.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import { conclude } from "../../../../shared/reconcile/conclude.ts";
import { Run } from "../../../../shared/run/run.ts";
import { about } from "../act/carrying-out.ts";
import { untouchablePorts } from "../fake-ports.ts";
import { decided, hook, MINUTE, OURS, observed, SINCE, termination } from "../rules/builders.ts";

const TOKEN = "87654321-4321-4321-4321-210987654321";

async function play(others: string[], memory: Partial<Memory> = {}, until = Number.POSITIVE_INFINITY) {
  const { ports: untouchable, lines } = untouchablePorts();
  const asked: LifecycleAction[] = [];
  const ports = {
    ...untouchable,
    now: () => SINCE + MINUTE,
    autoScaling: {
      ...untouchable.autoScaling,
      complete: async (action: LifecycleAction) => {
        asked.push(action);
        return "completed" as const;
      },
    },
  };
  const run = new Run(ports, until);
  const outcome = { kind: "complete", result: "CONTINUE", reason: { why: "drained" } } as const;
  const hooks = observed({ hooks: [hook(), ...others.map((name) => hook({ name }))] });
  const completion = await conclude(
    run,
    {
      ...decided(termination(memory, { token: TOKEN }), { outcome }, 0, hooks),
      done: { steps: [], failed: false, logged: [] },
    },
    { mayComplete: true, dryRun: false, ours: OURS, keys: undefined, until: Number.POSITIVE_INFINITY },
  );
  return { asked, completion, lines: lines.filter(([, phrase]) => phrase !== "waiting"), run };
}

describe("a completion", () => {
  it("names the group, the hook, the instance and the token", async () => {
    const { asked } = await play([]);
    expect(asked.map(({ group, hook, instanceId, token }) => [group, hook, instanceId, token])).to.deep.equal(
      [["fleet", "drain", "i-1", TOKEN]],
    );
  });

  it("where other hooks hold the instance keeps the message, marked completed, and waits for them", async () => {
    const { completion } = await play(["backup", "audit"]);
    expect(completion.ending).to.equal("waiting");
    expect(completion.termination.memory).to.deep.include({
      completedAt: SINCE + MINUTE,
      blockers: [{ kind: "other hooks", hooks: ["backup", "audit"] }],
    });
  });

  it("of an instance that comes back says where from", async () => {
    const { lines } = await play([], { returns: "root volume" });
    expect(lines.at(-1)).to.deep.equal(["info", "comes back", { ...about(), with: "root volume" }]);
  });

  it("is not asked for once the run's time is over, and waits for a run that has time", async () => {
    const { asked, completion, run } = await play([], {}, 0);
    expect(asked).to.deep.equal([]);
    expect(completion.ending).to.equal("waiting");
    expect(completion.termination.memory).to.deep.include({
      completedAt: undefined,
      blockers: [event("time for it")],
    });
    expect(run.hasFailures).to.equal(true);
  });
});
