// Protects how a pass ends a drain: by its completion, what is left to do after one, and what a dry run does instead.
import { expect } from "chai";
import { blockersText } from "../../../../shared/log-lines/blocker-text.ts";
import { event, unreadBlocker } from "../../../../shared/model/blocker.ts";
import type { Target } from "../../../../shared/model/registration.ts";
import { keysOf } from "../../../../shared/model/settings.ts";
import { reconcile } from "../../../../shared/reconcile/reconcile.ts";
import { Run } from "../../../../shared/run/run.ts";
import { failure } from "../act/carrying-out.ts";
import { portOf } from "../fake-ports.ts";
import { showing } from "../observe/shown.ts";
import { hook, MINUTE, OURS, SECOND, SINCE } from "../rules/builders.ts";
import { NOW, plain, play, reads, registered, target } from "./reconciling.ts";

/** A drain of which nothing is left, and that has settled. */
const gone = { noContainerInstanceSince: SINCE, noRegistrationSince: SINCE, goneAt: SINCE };
const completing = "complete i-1 with CONTINUE";
const twoHooks = { hooks: { fleet: [hook(), hook({ name: "other" })] } };

describe("a pass at what is gone", () => {
  it("completes the lifecycle action", async () => {
    const { asked, ending, lines } = await play(plain(gone), { completions: ["completed"] });
    expect(asked).to.deep.equal([...reads, completing]);
    expect(ending).to.equal("completed");
    expect(lines.map(([, phrase]) => phrase)).to.deep.equal([
      "held by the lifecycle hook",
      "in no cluster",
      "lifecycle action completed",
    ]);
  });

  it("leaves that to terminate where it is deregister's", async () => {
    const { asked, ending, waiting } = await play(plain(gone), { options: { mayComplete: false } });
    expect(asked).to.deep.equal(reads);
    expect(ending).to.equal("waiting");
    expect(waiting).to.deep.equal([]);
  });

  it("keeps waiting for one that another hook holds", async () => {
    const { ending, memory, waiting } = await play(plain(gone), {
      completions: ["completed"],
      shown: twoHooks,
    });
    expect(ending).to.equal("waiting");
    expect(memory).to.deep.include({
      completedAt: NOW,
      blockers: [{ kind: "other hooks", hooks: ["other"] }],
      changedAt: NOW,
      nextPassAt: NOW + 5 * SECOND,
    });
    expect(waiting.map((each) => each.waiting_for)).to.deep.equal([blockersText(memory.blockers)]);
  });

  it("tries again after poll_seconds where the call failed, which changes nothing of what it waited for before", async () => {
    const unread = [unreadBlocker("completion", { call: "aws:Call", why: "denied" })];
    const denied = () => ({ completions: [failure("denied")] });
    const first = await play(plain(gone), denied());
    expect(first.ending).to.equal("waiting");
    expect(first.memory).to.deep.include({
      unread,
      changedAt: NOW,
      nextPassAt: NOW + 5 * SECOND,
      failures: 1,
    });
    expect(first.waiting.map((each) => each.waiting_for)).to.deep.equal([blockersText(unread)]);
    const again = await play(plain({ ...gone, unread, changedAt: SINCE }), denied());
    expect(again.memory).to.deep.include({ unread, changedAt: SINCE });
    expect(again.waiting).to.deep.equal([]);
    const before = { blockers: [event("settled")], changedAt: SINCE };
    const other = await play(plain({ ...gone, ...before }), denied());
    expect(other.memory).to.deep.include({ ...before, unread });
    const unknown = await play(plain({ ...gone, unread }), denied());
    expect(unknown.memory.changedAt).to.equal(NOW);
  });

  it("leaves to the next run what it could complete only once that does not receive any more", async () => {
    const inTime = await play(plain(gone), {
      completions: ["completed"],
      options: { until: NOW + 1 },
    });
    expect(inTime.ending).to.equal("completed");
    const { asked, ending, memory, run, waiting } = await play(plain(gone), {
      options: { until: NOW },
    });
    expect([asked, ending, run.hasFailures]).to.deep.equal([reads, "waiting", false]);
    expect(memory).to.deep.include({ blockers: [event("completion queue")], nextPassAt: NOW });
    expect(memory.queuedUntil).to.be.greaterThan(NOW);
    expect(waiting.map((each) => each.next_pass_in)).to.deep.equal(["the next run of terminate"]);
  });

  describe("for two", () => {
    const groupInstances = Object.fromEntries(
      ["i-1", "i-2"].map((id) => [id, { group: "fleet", state: "Terminating:Wait" }]),
    );
    const options = { mayComplete: true, dryRun: false, ours: OURS, keys: undefined, until: NOW + MINUTE };
    const nowhere = { ...plain().settings, targetGroups: [] };

    async function playTwo(targetGroups: readonly string[], seconds: number) {
      const { ports: shown } = showing({
        ...target("registered"),
        groupInstances,
        hooks: { fleet: [hook()] },
      });
      let now = NOW;
      const takes = async <T>(answer: T) => {
        now += seconds * SECOND;
        return answer;
      };
      const ports = {
        ...shown,
        now: () => now,
        autoScaling: { ...shown.autoScaling, complete: () => takes("completed" as const) },
        loadBalancers: new Map([
          ...shown.loadBalancers,
          [
            "target",
            {
              ...portOf(shown, "target"),
              deregister: (_: string, targets: readonly Target[]) => takes({ done: targets, failed: [] }),
            },
          ],
        ]),
      };
      const reconciled = await reconcile(
        new Run(ports, Number.POSITIVE_INFINITY),
        [
          plain(gone, { instanceId: "i-1", told: keysOf({ ...nowhere, targetGroups }) }),
          plain(gone, { instanceId: "i-2", told: keysOf(nowhere) }),
        ],
        options,
      );
      return Object.fromEntries(reconciled.map(({ before, ending }) => [before.instanceId, ending]));
    }

    it("completes both while what it has found is not 20 s old", async () => {
      expect(await playTwo([], 19)).to.deep.equal({ "i-1": "completed", "i-2": "completed" });
    });

    it("leaves the second to another pass once it is", async () => {
      expect(await playTwo([], 20)).to.deep.equal({ "i-1": "completed", "i-2": "waiting" });
    });

    it("lets a completion wait for no step of another, however long that takes", async () => {
      expect(await playTwo(["static"], 25)).to.deep.equal({ "i-1": "waiting", "i-2": "completed" });
    });
  });

  it("has another pass at once where the completion is refused, and does not complete in that one", async () => {
    const { after, asked, ending, memory } = await play(plain(gone), { completions: ["no such action"] });
    expect(asked).to.deep.equal([reads[0], reads[1], completing, reads[0]]);
    expect(ending).to.equal("waiting");
    expect(after.dryRun).to.equal(false);
    expect(memory.refusedAt).to.equal(NOW);
  });
});

describe("a dry run's pass", () => {
  const options = { dryRun: true };

  it("writes nothing, sends no heartbeat, and waits for what is there", async () => {
    const { after, asked, lines } = await play(plain({ lastHeartbeatAt: undefined }), {
      ...registered,
      options,
    });
    expect(asked).to.deep.equal(reads);
    expect(after.dryRun).to.equal(true);
    expect(after.memory).to.deep.include({
      deregistered: [],
      actedAt: undefined,
      recheck: undefined,
      blockers: [
        { kind: "registration", loadBalancer: "static", counts: true, state: "registered", count: 1 },
      ],
    });
    expect(lines.filter(([, phrase]) => phrase === "dry run").map(([, , { would }]) => would)).to.deep.equal([
      undefined,
      "deregistration from static",
    ]);
    expect(after.memory.logged).to.include("would: deregister arn:static:80");
  });

  it("says that it would complete, and keeps waiting", async () => {
    const { asked, ending, lines, memory, waiting } = await play(plain(gone), { options });
    expect(asked).to.deep.equal(reads);
    expect(ending).to.equal("waiting");
    expect(memory).to.deep.include({
      blockers: [event("hook timeout")],
      nextPassAt: NOW + 5 * SECOND,
    });
    expect(waiting.map((each) => each.next_pass_at)).to.deep.equal([
      new Date(NOW + 5 * SECOND).toISOString(),
    ]);
    expect(lines.map(([, , { would }]) => would).filter((would) => would !== undefined)).to.deep.equal([
      "completion with CONTINUE: drained",
    ]);
  });

  it("by deregister leaves even saying so to terminate", async () => {
    const { lines } = await play(plain(gone), { options: { ...options, mayComplete: false } });
    expect(lines.filter(([, , { would }]) => would !== undefined)).to.deep.equal([]);
  });
});
