// Protects what becomes of a drain whose message was not that of the lifecycle action which holds the instance.
import { expect } from "chai";
import type { Hook, LifecycleAction } from "../../../../shared/model/hooks.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { findAnotherAction } from "../../../../shared/reconcile/find-another-action.ts";
import { Run } from "../../../../shared/run/run.ts";
import { failure } from "../act/carrying-out.ts";
import { untouchablePorts } from "../fake-ports.ts";
import { hook, MINUTE, SINCE, termination } from "../rules/builders.ts";

const token = "87654321-4321-4321-4321-210987654321";

async function play(of: Termination, hooks: readonly Hook[] | Error) {
  const { ports: untouchable } = untouchablePorts();
  const asked: string[] = [];
  const ports = {
    ...untouchable,
    now: () => SINCE + MINUTE,
    autoScaling: {
      ...untouchable.autoScaling,
      terminatingHooks: async (group: string) => {
        asked.push(`hooks of ${group}`);
        if (hooks instanceof Error) throw hooks;
        return [...hooks];
      },
      heartbeat: async (action: LifecycleAction) => {
        asked.push(`heartbeat of ${action.instanceId}, ${action.hook}, ${action.token}`);
        return "recorded" as const;
      },
    },
  };
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  return { find: () => findAnotherAction(run, of), asked, run };
}

const drain = (change: object = {}) =>
  termination(
    { failures: 3 },
    { token, settings: { drainTimeoutSeconds: 400, targetGroups: ["static"], ...change } },
  );

describe("a token that is refused", () => {
  it("goes, and the drain's time begins now", async () => {
    const { find, asked } = await play(drain(), [hook()]);
    const now = SINCE + MINUTE;
    expect(await find()).to.deep.equal({
      ...drain(),
      token: undefined,
      since: now,
      memory: { ...drain().memory, begunAt: now, lastHeartbeatAt: now },
    });
    expect(asked).to.deep.equal(["hooks of fleet", "heartbeat of i-1, drain, undefined"]);
  });

  it("is of an action before, whose end says nothing of this one", async () => {
    const ended = termination(
      { completedAt: SINCE, refusedAt: SINCE, returningSince: SINCE, goneAt: SINCE },
      { token },
    );
    const { find } = await play(ended, [hook()]);
    expect((await find())?.memory).to.deep.equal({
      ...ended.memory,
      completedAt: undefined,
      refusedAt: undefined,
      returningSince: undefined,
      begunAt: SINCE + MINUTE,
      lastHeartbeatAt: SINCE + MINUTE,
    });
  });

  it("gives the drain the time since the first pass that showed the instance dying", async () => {
    const { find } = await play(termination({ terminatingSince: SINCE + 7 }, { token }), [hook()]);
    expect((await find())?.since).to.equal(SINCE + 7);
  });

  it("is asked about once a run and group", async () => {
    const { find, asked } = await play(drain(), [hook()]);
    await find();
    await find();
    expect(asked.filter((each) => each.startsWith("hooks"))).to.have.lengthOf(1);
  });

  it("asks nothing of the action where the end is left to the hook's timeout", async () => {
    const { find, asked } = await play(drain({ onTimeout: "leave" }), [hook()]);
    expect(await find()).to.equal(undefined);
    expect(asked).to.deep.equal(["hooks of fleet"]);
  });

  it("is kept, to be asked about again, where the hooks cannot be read", async () => {
    const { find, asked, run } = await play(drain(), failure("throttled"));
    expect(await find()).to.equal(undefined);
    expect(asked).to.have.lengthOf(1);
    expect(run.hasFailures).to.equal(true);
  });

  it("has nothing to ask for without one, or without a hook", async () => {
    for (const none of [{ token: undefined }, { hook: undefined }]) {
      const { find, asked } = await play({ ...drain(), ...none }, []);
      expect([await find(), asked]).to.deep.equal([undefined, []]);
    }
  });
});
