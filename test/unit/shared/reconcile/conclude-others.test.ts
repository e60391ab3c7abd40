// Protects a completion where other hooks hold the instance too, and where there is no time for it; and the action it names.
import { expect } from "chai";
import { completeAction } from "../../../../shared/act/complete-action.ts";
import type { ActionName } from "../../../../shared/aws/autoscaling.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import { Run } from "../../../../shared/run/run.ts";
import { untouchablePorts } from "../fake-ports.ts";
import { MINUTE, SINCE, termination } from "../rules/builders.ts";

const TOKEN = "87654321-4321-4321-4321-210987654321";

async function play(others: string[], memory: Partial<Memory> = {}, until = Number.POSITIVE_INFINITY) {
  const { ports: untouchable, lines } = untouchablePorts();
  const asked: ActionName[] = [];
  const ports = {
    ...untouchable,
    now: () => SINCE + MINUTE,
    autoScaling: {
      ...untouchable.autoScaling,
      complete: async (action: ActionName) => {
        asked.push(action);
        return "completed" as const;
      },
    },
  };
  const run = new Run(ports, until);
  const outcome = { kind: "complete", result: "CONTINUE", reason: "drained" } as const;
  const completion = await completeAction(run, termination(memory, { token: TOKEN }), outcome, others);
  return { asked, completion, lines, run };
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
    expect(completion.kind).to.equal("waiting");
    expect(completion.termination.memory).to.include({
      completedAt: SINCE + MINUTE,
      waitingFor: "the other hooks to let it go: backup, audit",
    });
  });

  it("of an instance that comes back says where from", async () => {
    const { lines } = await play([], { returns: "root volume" });
    expect(lines.at(-1)).to.deep.equal(["info", "comes back", { instance_id: "i-1", with: "root volume" }]);
  });

  it("is not asked for once the run's time is over, and waits for a run that has time", async () => {
    const { asked, completion, run } = await play([], {}, 0);
    expect(asked).to.deep.equal([]);
    expect(completion.kind).to.equal("waiting");
    expect(completion.termination.memory).to.include({
      completedAt: undefined,
      waitingFor: "a run that has time for it",
    });
    expect(run.hasFailures).to.equal(true);
  });
});
