// Protects heartbeats as they are sent: those that are due, each once, and none held up by another's failure.
import { expect } from "chai";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import type { Hook, LifecycleAction } from "../../../../shared/model/hooks.ts";
import type { AutoScalingView, WithView } from "../../../../shared/model/observation.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { sendHeartbeats, warnOfShortHooks } from "../../../../shared/reconcile/heartbeats.ts";
import { Run } from "../../../../shared/run/run.ts";
import { about } from "../act/carrying-out.ts";
import { untouchablePorts } from "../fake-ports.ts";
import { hook, MINUTE, SECOND, SINCE, termination } from "../rules/builders.ts";

const autoScalingView = (change: Partial<AutoScalingView> = {}): AutoScalingView => ({
  owner: "ours",
  groupInstance: { group: "fleet", state: "Terminating:Wait" },
  hooks: [hook({ heartbeatTimeout: 300 * SECOND })],
  retains: undefined,
  activity: undefined,
  interruption: undefined,
  areSendersKnown: true,
  unread: {},
  ...change,
});
const denied = new AwsCallError("autoscaling:RecordLifecycleActionHeartbeat", "denied", new Error("no"));

/** Terminations in a pass, of which Auto Scaling shows the same. */
const inPass = (drains: readonly Termination[], view: AutoScalingView): WithView[] =>
  drains.map((before, index) => ({ index, before, termination: before, view }));

async function play(
  now: number,
  answers: Record<string, "recorded" | "no such action" | Error>,
  drains: readonly Termination[],
  shown = autoScalingView(),
  first = false,
  byId?: "recorded" | Error,
) {
  const { ports: untouchable, lines } = untouchablePorts();
  const asked: LifecycleAction[] = [];
  const ports = {
    ...untouchable,
    now: () => SINCE + now,
    autoScaling: {
      ...untouchable.autoScaling,
      terminatingHooks: async () => [hook()],
      heartbeat: async (action: LifecycleAction) => {
        asked.push(action);
        const answer =
          action.token === undefined ? (byId ?? answers[action.instanceId]) : answers[action.instanceId];
        if (answer === undefined) throw new Error("not to be called");
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
  };
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  const records = inPass(drains, shown);
  const sent = await sendHeartbeats(run, records, first);
  expect(sent.map(({ termination: _, ...rest }) => rest)).to.deep.equal(
    records.map(({ termination: _, ...rest }) => rest),
  );
  return { asked, after: sent.map((each) => each.termination), lines, run };
}

describe("a heartbeat", () => {
  const token = "87654321-4321-4321-4321-210987654321";
  const shortestTimeout = 5 * MINUTE;
  const one = termination({ shortestTimeout }, { token });
  const two = termination({ shortestTimeout }, { instanceId: "i-2" });

  it("names the lifecycle action, and remembers when its timer began again", async () => {
    const { asked, after, lines } = await play(4 * MINUTE, { "i-1": "recorded" }, [one]);
    expect(asked.map(({ group, hook: name, token: by }) => [group, name, by])).to.deep.equal([
      ["fleet", "drain", token],
    ]);
    expect(after).to.deep.equal([{ ...one, memory: { ...one.memory, lastHeartbeatAt: SINCE + 4 * MINUTE } }]);
    expect(lines).to.deep.equal([["info", "heartbeat recorded", about()]]);
  });

  it("calls nothing where nothing is due", async () => {
    const { after, lines } = await play(MINUTE, {}, [one, two]);
    expect(after).to.deep.equal([one, two]);
    expect(lines).to.deep.equal([]);
  });

  it("is sooner in deregister's pass", async () => {
    expect(
      (await play(2 * MINUTE, { "i-1": "recorded" }, [one], autoScalingView(), true)).asked,
    ).to.have.lengthOf(1);
    expect((await play(2 * MINUTE, {}, [one], autoScalingView(), false)).asked).to.have.lengthOf(0);
  });

  it("one that is refused is an answer, not asked for again within a third of the timeout", async () => {
    const { after, lines, run } = await play(4 * MINUTE, { "i-1": "no such action" }, [one]);
    expect(after[0]?.memory.lastHeartbeatAt).to.equal(SINCE + 4 * MINUTE);
    const fields = about();
    expect(lines).to.deep.equal([
      ["info", "heartbeat refused", { ...fields, reason: "there is no such lifecycle action" }],
    ]);
    expect(run.hasFailures).to.equal(false);
  });

  it("is sent first for those whose timers end first", async () => {
    const begun = [2 * MINUTE, undefined, 0, MINUTE, undefined];
    const drains = begun.map((at, i) =>
      termination({ lastHeartbeatAt: at === undefined ? undefined : SINCE + at }, { instanceId: `i-${i}` }),
    );
    const answers = Object.fromEntries(drains.map(({ instanceId }) => [instanceId, "recorded"] as const));
    const { asked } = await play(10 * MINUTE, answers, drains);
    expect(asked.map(({ instanceId }) => instanceId)).to.deep.equal(["i-1", "i-4", "i-2", "i-3", "i-0"]);
  });

  it("is not sent once time has run out, which is noted: it is due at the next pass", async () => {
    const { ports, lines } = untouchablePorts();
    const run = new Run({ ...ports, now: () => SINCE + 4 * MINUTE }, 0);
    const [after] = await sendHeartbeats(run, inPass([one], autoScalingView()), false);
    expect(after?.termination).to.equal(one);
    expect(lines.map(([level, phrase]) => [level, phrase])).to.deep.equal([["error", "out of time"]]);
  });

  describe("one whose token is refused", () => {
    const refused = { "i-1": "no such action" } as const;

    it("is sent once more by the instance's id: another lifecycle action holds it, and its time begins now", async () => {
      const drain = termination({ completedAt: undefined, failures: 3 }, { token });
      const { asked, after, lines } = await play(
        4 * MINUTE,
        refused,
        [drain],
        autoScalingView(),
        false,
        "recorded",
      );
      expect(asked.map((action) => action.token)).to.deep.equal([token, undefined]);
      expect(asked.map((action) => action.instanceId)).to.deep.equal(["i-1", "i-1"]);
      const now = SINCE + 4 * MINUTE;
      expect(after[0]).to.deep.equal({
        ...drain,
        token: undefined,
        since: now,
        memory: { ...drain.memory, begunAt: now, lastHeartbeatAt: now },
      });
      expect(lines.map(([level, phrase]) => [level, phrase])).to.deep.equal([
        ["info", "heartbeat refused"],
        ["warn", "held by another lifecycle action"],
      ]);
      expect(lines[1]?.[2]).to.include(about());
    });

    it("stays what it is where the id is refused too", async () => {
      const { asked, after } = await play(4 * MINUTE, refused, [one]);
      expect(asked).to.have.lengthOf(2);
      expect(after[0]).to.deep.equal({
        ...one,
        memory: { ...one.memory, lastHeartbeatAt: SINCE + 4 * MINUTE },
      });
    });

    it("is due again where that call fails", async () => {
      const { after, run } = await play(4 * MINUTE, refused, [one], autoScalingView(), false, denied);
      expect(after).to.deep.equal([one]);
      expect(run.hasFailures).to.equal(true);
    });

    it("asks nobody else where the hook's own timeout is to decide: no heartbeat may start it again", async () => {
      const leaving = termination({}, { token, settings: { onTimeout: "leave" } });
      const { asked } = await play(4 * MINUTE, refused, [leaving]);
      expect(asked).to.have.lengthOf(1);
    });

    it("without a token there is nobody else to ask", async () => {
      const { asked } = await play(4 * MINUTE, { "i-2": "no such action" }, [two]);
      expect(asked).to.have.lengthOf(1);
    });
  });

  it("one that fails is noted, due again at the next pass, and keeps no other", async () => {
    const { after, run } = await play(4 * MINUTE, { "i-1": denied, "i-2": "recorded" }, [one, two]);
    expect(after.map(({ memory }) => memory.lastHeartbeatAt)).to.deep.equal([SINCE, SINCE + 4 * MINUTE]);
    expect(run.hasFailures).to.equal(true);
  });

  it("a fault of ours is not hidden", async () => {
    const thrown = await play(4 * MINUTE, {}, [one]).catch((error: unknown) => error);
    expect(String(thrown)).to.equal("Error: not to be called");
  });
});

describe("short hooks", () => {
  const warned = (hooks: readonly Hook[] | undefined, drains = [termination()]) => {
    const { ports, lines } = untouchablePorts();
    const run = new Run(ports, Number.POSITIVE_INFINITY);
    warnOfShortHooks(run, inPass(drains, autoScalingView({ hooks })));
    return lines.map(([level, phrase, fields]) => [level, phrase, fields.heartbeat_timeout_seconds]);
  };
  const short = hook({ heartbeatTimeout: 179 * SECOND });

  it("below 180 s are warned about, 180 s are not", () => {
    expect(warned([short])).to.deep.equal([["warn", "short hook", 179]]);
    expect(warned([hook({ heartbeatTimeout: 180 * SECOND })])).to.deep.equal([]);
  });

  it("once a run, however many instances they hold", () => {
    expect(warned([short], [termination(), termination({}, { instanceId: "i-2" })])).to.have.lengthOf(1);
  });

  it("of somebody else are none of our business, nor are those that could not be read", () => {
    expect(warned([hook({ ...short, name: "backup" })])).to.deep.equal([]);
    expect(warned(undefined)).to.deep.equal([]);
  });
});
