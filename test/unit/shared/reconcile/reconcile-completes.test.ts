// Protects how a look ends a drain: by its completion, what is left to do after one, and what a dry run does instead.
import { expect } from "chai";
import { reconcile } from "../../../../shared/reconcile/reconcile.ts";
import { Run } from "../../../../shared/run/run.ts";
import { failure } from "../act/carrying-out.ts";
import { showing } from "../observe/shown.ts";
import { hook, MINUTE, SECOND, SINCE } from "../rules/builders.ts";
import { NOW, plain, play, reads, registered, target } from "./reconciling.ts";

/** A drain of which nothing is left, and that has settled. */
const gone = { noContainerInstanceSince: SINCE, noRegistrationSince: SINCE, goneAt: SINCE };
const completing = "complete i-1 with CONTINUE";
const twoHooks = { hooks: { fleet: [hook(), hook({ name: "other" })] } };

describe("a look at what is gone", () => {
  it("completes the lifecycle action", async () => {
    const { asked, ending, lines } = await play(plain(gone), { completions: ["completed"] });
    expect(asked).to.deep.equal([...reads, completing]);
    expect(ending).to.equal("completed");
    expect(lines.map(([, phrase]) => phrase)).to.deep.equal([
      "held by the lifecycle hook",
      "lifecycle action completed",
    ]);
  });

  it("leaves that to terminate where it is deregister's", async () => {
    const { asked, ending, waiting } = await play(plain(gone), { options: { mayComplete: false } });
    expect(asked).to.deep.equal(reads);
    expect(ending).to.equal("waiting");
    expect(waiting).to.deep.equal([]);
  });

  it("goes on watching one that another hook holds", async () => {
    const { ending, memory, waiting } = await play(plain(gone), {
      completions: ["completed"],
      shown: twoHooks,
    });
    expect(ending).to.equal("waiting");
    const waitingFor = "the other hooks to let it go: other";
    expect(memory).to.include({ completedAt: NOW, waitingFor, changedAt: NOW, nextPassAt: NOW + 5 * SECOND });
    expect(waiting.map((each) => each.waiting_for)).to.deep.equal([waitingFor]);
  });

  it("tries again after poll_seconds where the call failed, and waits for it since the first time", async () => {
    const waitingFor = "aws:Call to be answered (denied)";
    const denied = { completions: [failure("denied")] };
    const first = await play(plain(gone), denied);
    expect(first.ending).to.equal("waiting");
    expect(first.memory).to.include({
      waitingFor,
      changedAt: NOW,
      nextPassAt: NOW + 5 * SECOND,
      failures: 1,
    });
    const { memory } = await play(plain({ ...gone, waitingFor, changedAt: SINCE }), {
      completions: [failure("denied")],
    });
    expect(memory).to.include({ waitingFor, changedAt: SINCE });
    const other = await play(plain({ ...gone, waitingFor: "something else", changedAt: SINCE }), {
      completions: [failure("denied")],
    });
    expect(other.memory).to.include({ waitingFor, changedAt: NOW });
    const unknown = await play(plain({ ...gone, waitingFor }), { completions: [failure("denied")] });
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
    expect(memory).to.include({ waitingFor: "its turn to be completed", nextPassAt: NOW });
    expect(memory.queuedUntil).to.be.greaterThan(NOW);
    expect(waiting.map((each) => each.looks_again)).to.deep.equal(["in the next run of terminate"]);
  });

  describe("for two", () => {
    const groupInstances = Object.fromEntries(
      ["i-1", "i-2"].map((id) => [id, { group: "fleet", state: "Terminating:Wait" }]),
    );
    const options = { mayComplete: true, dryRun: false, until: NOW + MINUTE };
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
        targetGroups: { ...shown.targetGroups, deregister: () => takes(undefined) },
      };
      const reconciled = await reconcile(
        new Run(ports, Number.POSITIVE_INFINITY),
        [
          { ...plain(gone, { instanceId: "i-1" }), settings: { ...nowhere, targetGroups } },
          { ...plain(gone, { instanceId: "i-2" }), settings: nowhere },
        ],
        options,
      );
      return Object.fromEntries(reconciled.map(({ before, ending }) => [before.instanceId, ending]));
    }

    it("completes both while what it has found is not 20 s old", async () => {
      expect(await playTwo([], 19)).to.deep.equal({ "i-1": "completed", "i-2": "completed" });
    });

    it("leaves the second to another look once it is", async () => {
      expect(await playTwo([], 20)).to.deep.equal({ "i-1": "completed", "i-2": "waiting" });
    });

    it("lets a completion wait for no step of another, however long that takes", async () => {
      expect(await playTwo(["static"], 25)).to.deep.equal({ "i-1": "waiting", "i-2": "completed" });
    });
  });

  it("looks once more at once where the completion is refused, and does not complete in that look", async () => {
    const { after, asked, ending, memory } = await play(plain(gone), { completions: ["no such action"] });
    expect(asked).to.deep.equal([reads[0], reads[1], completing, reads[0]]);
    expect(ending).to.equal("waiting");
    expect(after.dryRun).to.equal(false);
    expect(memory.refusedAt).to.equal(NOW);
  });
});

describe("a dry run's look", () => {
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
      waitingFor: "1 target registered in static",
    });
    expect(lines.filter(([, phrase]) => phrase === "dry run").map(([, , { would }]) => would)).to.deep.equal([
      undefined,
      "deregistration from static",
    ]);
    expect(after.memory.logged).to.include("would: deregistration from static");
  });

  it("says that it would complete, and goes on watching", async () => {
    const { asked, ending, lines, memory, waiting } = await play(plain(gone), { options });
    expect(asked).to.deep.equal(reads);
    expect(ending).to.equal("waiting");
    expect(memory).to.include({
      waitingFor: "the hook's own timeout: this is a dry run",
      nextPassAt: NOW + 5 * SECOND,
    });
    expect(waiting.map((each) => each.looks_again)).to.deep.equal([new Date(NOW + 5 * SECOND).toISOString()]);
    expect(lines.flatMap(([, , { would }]) => would ?? [])).to.deep.equal([
      "completion with CONTINUE: drained",
    ]);
  });

  it("by deregister leaves even saying so to terminate", async () => {
    const { lines } = await play(plain(gone), { options: { ...options, mayComplete: false } });
    expect(lines.filter(([, , { would }]) => would !== undefined)).to.deep.equal([]);
  });
});
