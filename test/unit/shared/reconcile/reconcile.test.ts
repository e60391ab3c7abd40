// Protects one pass: what is done, logged and remembered of what was decided.
import { expect } from "chai";
import { blockersText } from "../../../../shared/log-lines/blocker-text.ts";
import { dropText } from "../../../../shared/log-lines/reason-text.ts";
import { about, failure } from "../act/carrying-out.ts";
import { containerInstance } from "../observe/shown.ts";
import { hook, MINUTE, SECOND, SINCE, seen, task, termination } from "../rules/builders.ts";
import { NOW, plain, play, reads, registered, TAKEN, target } from "./reconciling.ts";

/** What is asked for between two passes, while the target drains. */
const recheck = {
  blocker: { kind: "registration", registration: TAKEN, target: "i-1", state: "draining" },
  until: NOW + MINUTE,
} as const;

describe("a pass at what is still registered", () => {
  it("takes it out, and remembers what was taken, and when", async () => {
    const { after, asked, ending } = await play(plain(), registered);
    expect(asked).to.deep.equal([...reads, "deregister i-1 from arn:static"]);
    expect(ending).to.equal("waiting");
    expect(after.dryRun).to.equal(false);
    expect(after.memory).to.deep.include({
      actedAt: NOW,
      deregistered: [{ what: TAKEN, at: NOW }],
      drained: [],
      drainingAt: undefined,
      failures: 0,
      recheck,
      registrations: [TAKEN],
    });
  });

  it("that came back takes it out again, and remembers the last time", async () => {
    const other = { what: { kind: "classic", id: "elb" }, at: SINCE } as const;
    const memory = { deregistered: [{ what: TAKEN, at: SINCE - MINUTE }, other], registrations: [TAKEN] };
    const { lines, memory: after } = await play(plain(memory), registered);
    expect(lines.map(([, phrase]) => phrase)).to.include("registration came back");
    expect(after.deregistered).to.deep.equal([other, { what: TAKEN, at: NOW }]);
  });

  it("counts a failure, and remembers nothing as taken", async () => {
    const { memory, run, waiting } = await play(plain({ failures: 1 }), {
      ...registered,
      refused: failure("denied"),
    });
    expect(memory).to.deep.include({ failures: 2, deregistered: [], actedAt: undefined, recheck: undefined });
    expect(waiting.map(({ failures }) => failures)).to.deep.equal([2]);
    expect(run.hasFailures).to.equal(true);
  });

  it("counts a pass in which something could not be read as a failure", async () => {
    const { memory } = await play(plain(), { shown: { fails: { "targetGroups.describe": "throttled" } } });
    expect(memory.failures).to.equal(1);
  });

  it("only waits where it drains already, and forgets nothing of what was done", async () => {
    const done = {
      deregistered: [{ what: TAKEN, at: SINCE }],
      drained: [{ what: "ci-1", at: SINCE }],
      actedAt: SINCE,
      drainingAt: SINCE,
    };
    const { asked, memory } = await play(plain(done), { shown: target("draining") });
    expect(asked).to.deep.equal(reads);
    expect(memory).to.deep.include(done);
  });

  it("says what is waited for, once until it changes", async () => {
    const { memory, waiting } = await play(plain(), registered);
    expect(memory.blockers).to.deep.equal([
      { kind: "registration", loadBalancer: "static", counts: true, state: "draining", count: 1 },
    ]);
    expect(waiting).to.deep.equal([
      {
        ...about(),
        waiting_for: blockersText(memory.blockers),
        held_seconds: 60,
        next_pass_at: new Date(NOW + 5 * SECOND).toISOString(),
      },
    ]);
    expect((await play(plain({ blockers: memory.blockers }), registered)).waiting).to.deep.equal([]);
  });

  it("says that the next run has the next pass where this one ends before", async () => {
    const again = async (until: number) =>
      (await play(plain(), { ...registered, options: { until } })).waiting.map(
        ({ next_pass_at, next_pass_in }) => [next_pass_at, next_pass_in],
      );
    expect(await again(NOW + 5 * SECOND)).to.deep.equal([[undefined, "the next run of terminate"]]);
    expect(await again(NOW + 5 * SECOND + 1)).to.deep.equal([
      [new Date(NOW + 5 * SECOND).toISOString(), undefined],
    ]);
  });
});

describe("a pass at what the one before waited for", () => {
  for (const dryRun of [false, true]) {
    it(`asks for nothing else while that is there${dryRun ? ", also on a dry run" : ""}`, async () => {
      const waiting = plain({ recheck, changedAt: SINCE });
      const { after, asked, ending } = await play(waiting, {
        shown: target("draining"),
        options: { dryRun },
      });
      expect([asked, ending]).to.deep.equal([[], "waiting"]);
      const memory = { ...waiting.memory, lastSeenAt: NOW, nextPassAt: NOW + 5 * SECOND };
      expect(after).to.deep.equal({ ...waiting, dryRun, memory });
    });
  }

  it("is one at everything once it is gone", async () => {
    const { asked } = await play(plain({ recheck, changedAt: SINCE }), { shown: target() });
    expect(asked).to.deep.equal(reads);
  });
});

describe("a pass at a container instance", () => {
  const inCluster = {
    clusters: { main: { containerInstances: [containerInstance(1)], tasks: [task("RUNNING")] } },
  };

  it("sets it DRAINING, and remembers since when", async () => {
    const { asked, memory } = await play(termination(), { shown: inCluster });
    expect(asked).to.deep.equal([...reads, "DRAINING ci-1"]);
    expect(memory).to.deep.include({
      drained: [{ what: "ci-1", at: NOW }],
      drainingAt: NOW,
      actedAt: NOW,
      deregistered: [],
    });
  });

  it("that somebody set ACTIVE drains it again: the drain began with the first time", async () => {
    const other = { what: "ci-9", at: SINCE };
    const drained = [{ what: "ci-1", at: SINCE }, other];
    const { memory } = await play(termination({ ...seen, drained, drainingAt: SINCE }), { shown: inCluster });
    expect(memory.drained).to.deep.equal([other, { what: "ci-1", at: NOW }]);
    expect(memory.drainingAt).to.equal(SINCE);
  });

  it("that is back in the warm pool sets it ACTIVE; nothing was taken from it by that", async () => {
    const { asked, memory } = await play(
      termination({ returns: "warm pool", plannedDraining: ["ci-1"], actedAt: SINCE }),
      {
        shown: {
          groupInstances: { "i-1": { group: "fleet", state: "Warmed:Stopped" } },
          clusters: {
            main: { containerInstances: [containerInstance(1, { status: "DRAINING" })], tasks: [] },
          },
        },
      },
    );
    expect(asked.slice(-1)).to.deep.equal(["ACTIVE ci-1"]);
    expect(memory.actedAt).to.equal(SINCE);
  });

  it("takes out what ECS has left behind; that is nothing to be given back", async () => {
    const gone = task("STOPPED", { arn: "gone", addresses: ["10.0.0.7"], stoppedAt: SINCE });
    const { asked, memory } = await play(
      termination(
        { ...seen, tasks: ["gone"], drainingAt: SINCE, drained: [{ what: "ci-1", at: SINCE }] },
        { settings: { targetGroups: ["ip"] } },
      ),
      {
        shown: {
          now: 5 * MINUTE,
          clusters: {
            main: { containerInstances: [containerInstance(1, { status: "DRAINING" })], tasks: [gone] },
          },
          targetGroups: [
            {
              arn: "arn:ip",
              name: "ip",
              targetType: "ip",
              network: false,
              targets: [{ id: "10.0.0.7", port: 80, state: "registered", invalid: false }],
            },
          ],
        },
      },
    );
    expect(asked.slice(-1)).to.deep.equal(["deregister 10.0.0.7 from arn:ip"]);
    expect(memory).to.deep.include({ deregistered: [], actedAt: SINCE + 5 * MINUTE });
  });
});

describe("what is worth a line", () => {
  const hooks = { fleet: [hook(), hook({ name: "other" })] };
  const saying = async (logged: readonly string[]) => {
    const { lines, memory } = await play(plain({ logged }), { shown: { ...target("registered"), hooks } });
    const phrases = lines.map(([level, phrase, fields]) => [level, phrase, fields.instance_id]);
    return { logged: memory.logged, phrases: phrases.filter(([, phrase]) => phrase !== "waiting") };
  };

  it("is logged once in a drain, by what it is about", async () => {
    const first = await saying(["short hook"]);
    expect(first.logged).to.deep.equal([
      "short hook",
      "held by the lifecycle hook",
      "two hooks of ours on one group: other",
      "in no cluster",
    ]);
    expect(first.phrases).to.deep.equal([
      ["info", "deregistered", "i-1"],
      ["info", "held by the lifecycle hook", "i-1"],
      ["warn", "two hooks of ours on one group", "i-1"],
      ["info", "in no cluster", "i-1"],
    ]);
    const again = await saying(first.logged);
    expect(again.logged).to.deep.equal(first.logged);
    expect(again.phrases).to.deep.equal([["info", "deregistered", "i-1"]]);
  });

  it("a hook that is too short is warned of", async () => {
    const { lines } = await play(plain(), {
      shown: { hooks: { fleet: [hook({ heartbeatTimeout: MINUTE })] } },
    });
    expect(lines.map(([, phrase]) => phrase)).to.include("short hook");
  });
});

describe("heartbeats in a pass", () => {
  const short = { hooks: { fleet: [hook({ heartbeatTimeout: 5 * MINUTE })] }, now: 2 * MINUTE };

  it("that are due are sent first, and remembered", async () => {
    const { asked, memory } = await play(plain(), { shown: { ...short, now: 3 * MINUTE } });
    expect(asked).to.deep.equal([...reads, "heartbeat i-1"]);
    expect(memory.lastHeartbeatAt).to.equal(SINCE + 3 * MINUTE);
  });

  it("are sent sooner by deregister, which does not complete", async () => {
    const asked = async (mayComplete: boolean) =>
      (await play(plain(), { shown: short, options: { mayComplete } })).asked.slice(reads.length);
    expect(await asked(false)).to.deep.equal(["heartbeat i-1"]);
    expect(await asked(true)).to.deep.equal([]);
  });
});

describe("a pass at what is over", () => {
  it("drops an instance that no hook holds any more, and says so", async () => {
    const { ending, lines } = await play(plain(), {
      shown: { groupInstances: { "i-1": { group: "fleet", state: "Terminating:Proceed" } } },
    });
    expect(ending).to.equal("dropped");
    expect(lines).to.deep.equal([
      [
        "info",
        "termination dropped",
        {
          ...about(),
          reason: dropText({
            why: "nothing to complete",
            state: "Terminating:Proceed",
            hookEndedFirst: undefined,
          }),
          held_seconds: 60,
        },
      ],
    ]);
  });

  it("warns where it drops one that was not terminating", async () => {
    const { lines } = await play(plain(), {
      shown: { now: 3 * MINUTE, groupInstances: { "i-1": { group: "fleet", state: "InService" } } },
    });
    expect(lines.map(([level, phrase]) => [level, phrase])).to.deep.equal([["warn", "termination dropped"]]);
  });
});
