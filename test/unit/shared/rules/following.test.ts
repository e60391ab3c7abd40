// Protects what becomes of an instance after its drain while its agent is silent: it leaves its cluster when EC2 says that it is
// terminated, not before, and nobody follows it for ever.

import { expect } from "chai";
import type { Complete, Drop } from "../../../../shared/model/decision.ts";
import type { FollowDecision, FollowedView } from "../../../../shared/model/following.ts";
import type { InstanceState } from "../../../../shared/model/instance-state.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import type { DrainSettings } from "../../../../shared/model/settings.ts";
import { decideFollowed, delaySeconds, silentIn, toFollow } from "../../../../shared/rules/following.ts";
import {
  clusterInstanceOf,
  denied,
  MINUTE,
  observed,
  SECOND,
  SINCE,
  seen,
  target,
  task,
  termination,
} from "./builders.ts";

const NOW = SINCE + 20 * MINUTE;
const silent = clusterInstanceOf({ status: "DRAINING", agentConnected: false }, [task("RUNNING")]);
const connected = clusterInstanceOf({ arn: "ci-2", status: "DRAINING" });
const completed: Complete = { kind: "complete", result: "CONTINUE", reason: { why: "drained" } };
const over = (state: string): Drop => ({
  kind: "drop",
  level: "info",
  reason: { why: "nothing to complete", state, hookEndedFirst: undefined },
});
const absent: Drop = { kind: "drop", level: "info", reason: { why: "absent", hookEndedFirst: undefined } };

describe("an instance is followed after its drain", () => {
  type Case = {
    why: string;
    end: Complete | Drop;
    is: boolean;
    shows?: Partial<Observation>;
    memory?: Partial<Memory>;
    settings?: Partial<DrainSettings>;
  };
  const shows = { clusterInstances: [silent] };
  const cases: Case[] = [
    { why: "completed with its agent silent", end: completed, shows, is: true },
    {
      why: "completed with its agent connected",
      end: completed,
      shows: { clusterInstances: [connected] },
      is: false,
    },
    {
      why: "completed with a silent twin",
      end: completed,
      shows: { clusterInstances: [connected], silentTwins: [silent] },
      is: true,
    },
    {
      why: "completed after it has left its cluster",
      end: completed,
      shows: { clusterInstances: [clusterInstanceOf({ status: "INACTIVE", agentConnected: false })] },
      is: false,
    },
    {
      why: "completed while its cluster is unread",
      end: completed,
      shows: { unread: { tasks: denied() } },
      is: true,
    },
    ...["Terminating:Proceed", "Warmed:Terminating:Proceed", "Terminated", "Warmed:Terminated"].map(
      (state) => ({
        why: `${state}, completed by somebody else: nobody has looked into its cluster`,
        end: over(state),
        is: true,
      }),
    ),
    ...["Terminating:Retained", "Warmed:Pending:Proceed", "ReplacingRootVolume:Proceed"].map((state) => ({
      why: `${state}: it lives on`,
      end: over(state),
      is: false,
    })),
    { why: "gone from its group", end: absent, is: true },
    {
      why: "not terminating",
      end: {
        kind: "drop",
        level: "warn",
        reason: { why: "not terminating", state: "InService", group: undefined },
      },
      is: false,
    },
    { why: "one that comes back", end: completed, shows, memory: { returns: "warm pool" }, is: false },
    {
      why: "with deregister_container_instance never",
      end: completed,
      shows,
      settings: { deregisterContainerInstance: "never" },
      is: false,
    },
    {
      why: "plain EC2, as a pass has shown",
      end: absent,
      memory: { containerInstances: [], noContainerInstanceSince: SINCE },
      is: false,
    },
    {
      why: "of which no pass has shown any cluster, and which may be in any",
      end: absent,
      memory: { containerInstances: [] },
      settings: { clusterNames: [], discover: "all" },
      is: true,
    },
    {
      why: "of which no pass has shown any cluster, and none is named",
      end: absent,
      memory: { containerInstances: [] },
      settings: { clusterNames: [], discover: "named" },
      is: false,
    },
    { why: "of a cluster that nobody names", end: absent, settings: { clusterNames: [] }, is: true },
    {
      why: "of a named cluster that nobody has read",
      end: absent,
      memory: { containerInstances: [] },
      is: true,
    },
  ];
  for (const { why, end, is, shows: change, memory, settings = {} } of cases) {
    it(`${why}: ${is ? "yes" : "no"}`, () => {
      const before = termination({ ...seen, ...memory }, { settings });
      expect(toFollow(before, observed(change), end, NOW) !== undefined).to.equal(is);
    });
  }

  it("with no more than that takes: its clusters, and what was logged", () => {
    const memory = {
      ...seen,
      tasks: ["task-1"],
      logged: ["a line"],
      failures: 3,
      ofLaterVersion: { moon: "full" },
    };
    const before = termination(memory, { settings: { targetGroups: ["static"], elbNames: ["web"] } });
    const after = toFollow(
      before,
      observed({ clusterInstances: [silent], registrations: [target()] }),
      completed,
      NOW,
    );
    expect(after?.settings).to.deep.include({ targetGroups: [], elbNames: [], clusterNames: ["main"] });
    expect(after?.told).to.deep.include({ cluster_names: ["main"] });
    expect(after?.told).to.not.have.any.keys("elb_name", "target_groups");
    expect(after?.memory).to.deep.include({
      containerInstances: seen.containerInstances,
      tasks: undefined,
      registrations: [],
      logged: ["a line"],
      ofLaterVersion: { moon: "full" },
      followedSince: NOW,
      nextPassAt: NOW + 30 * SECOND,
    });
  });

  it("at once where nobody has looked", () => {
    expect(toFollow(termination(seen), observed(), absent, NOW)?.memory.nextPassAt).to.equal(NOW);
  });

  it("whose silent container instances are those in its clusters", () => {
    const gone = clusterInstanceOf({ arn: "ci-3", status: "INACTIVE", agentConnected: false });
    const shown = silentIn(observed({ clusterInstances: [connected, gone], silentTwins: [silent] }));
    expect(shown.map(({ cluster, containerInstance }) => [cluster, containerInstance.arn])).to.deep.equal([
      ["main", "ci-1"],
    ]);
  });
});

describe("an instance that is followed", () => {
  const view = (change: Partial<FollowedView> = {}): FollowedView => ({
    containerInstances: [silent],
    instance: "running",
    groupInstance: { group: "fleet", state: "Terminating:Proceed" },
    unread: {},
    ...change,
  });
  const decide = (change: Partial<FollowedView>, memory: Partial<Memory> = {}, now = NOW): FollowDecision =>
    decideFollowed(termination({ ...seen, followedSince: SINCE, ...memory }), view(change), now);
  const textOf = (decision: FollowDecision) =>
    decision.kind === "end" ? `end: ${decision.reason.why}` : decision.kind;
  const group = (state: string) => ({ groupInstance: { group: "fleet", state } });

  const words: Record<InstanceState, string> = {
    pending: "follow",
    running: "follow",
    stopping: "follow",
    stopped: "follow",
    "shutting-down": "follow",
    terminated: "take out",
    unknown: "follow",
  };
  for (const [instance, expected] of Object.entries(words)) {
    it(`${instance} by EC2's word: ${expected}`, () => {
      expect(textOf(decide({ instance: instance as InstanceState }))).to.equal(expected);
    });
  }

  it("leaves its clusters by force, silent container instances alone", () => {
    const decision = decide({ instance: "terminated", containerInstances: [connected, silent] });
    expect(decision.kind === "take out" && decision.steps).to.deep.equal([
      { kind: "deregister container instance", cluster: "main", containerInstance: "ci-1", force: true },
    ]);
  });

  const cases: [why: string, shows: Partial<FollowedView>, expected: string][] = [
    ["its agent is back: ECS takes it out by itself", { containerInstances: [connected] }, "end: not silent"],
    ["it has left its cluster", { containerInstances: [] }, "end: not silent"],
    [
      "its cluster may not be changed",
      { instance: "terminated", containerInstances: [{ ...silent, permitted: false }] },
      "end: not permitted",
    ],
    [
      "its cluster may not be changed, but for what an unread hook says",
      {
        instance: "terminated",
        containerInstances: [{ ...silent, permitted: false }],
        unread: { hooks: denied() },
      },
      "follow",
    ],
    ["it is retained", group("Terminating:Retained"), "end: lives on"],
    ["it is retained in the warm pool", group("Warmed:Terminating:Retained"), "end: lives on"],
    ["it is in service", group("InService"), "end: lives on"],
    ["another hook holds it", group("Terminating:Wait"), "follow"],
    ["Auto Scaling has not come to it", group("Terminating"), "follow"],
    ["it has left its group", { groupInstance: undefined }, "follow"],
    ["the cluster is unread", { containerInstances: [], unread: { tasks: denied() } }, "follow"],
    ["EC2 is unread", { instance: undefined, unread: { instance: denied() } }, "follow"],
    [
      "Auto Scaling is unread",
      { groupInstance: undefined, unread: { "group instance": denied() } },
      "follow",
    ],
    [
      "retained by what an old read shows, terminated by EC2",
      { instance: "terminated", ...group("Terminating:Retained") },
      "take out",
    ],
  ];
  for (const [why, shows, expected] of cases) {
    it(`${why}: ${expected}`, () => expect(textOf(decide(shows))).to.equal(expected));
  }

  it("and that EC2 does not know in two answers half a minute apart is left behind: that is not EC2's word", () => {
    const first = decide({ instance: "unknown" });
    expect(first.memory.unknownSince).to.equal(NOW);
    const later = (at: number) => decide({ instance: "unknown" }, { unknownSince: NOW }, at);
    expect(textOf(later(NOW + 30 * SECOND - 1))).to.equal("follow");
    expect(later(NOW + 30 * SECOND)).to.deep.include({
      kind: "end",
      reason: { why: "left behind", as: "unknown" },
    });
    expect(decide({ instance: "running" }, { unknownSince: NOW }).memory.unknownSince).to.equal(undefined);
    const unread = decide({ instance: undefined, unread: { instance: denied() } }, { unknownSince: NOW });
    expect(unread.memory.unknownSince).to.equal(NOW);
  });

  it("is given up after an hour, whatever was not answered, and not before", () => {
    const followedSince = NOW - 60 * MINUTE;
    for (const shows of [
      {},
      { instance: "terminated" as const },
      { unread: { tasks: denied() } },
      { unread: { hooks: denied() } },
    ]) {
      expect(textOf(decide(shows, { followedSince }))).to.equal("end: left behind");
      expect(textOf(decide(shows, { followedSince: followedSince + 1 }))).to.not.equal("end: left behind");
    }
  });

  it("has that hour from when no hook holds it any more", () => {
    const { memory } = decide(group("Terminating:Wait"), { followedSince: NOW - 60 * MINUTE });
    expect(memory.followedSince).to.equal(NOW);
  });

  it("has no more than that hour, whatever time its message says", () => {
    expect(decide({}, { followedSince: NOW + MINUTE }).memory.followedSince).to.equal(NOW);
    expect(decide({}, { followedSince: SINCE }).memory.followedSince).to.equal(SINCE);
  });

  it("remembers the container instances that are there", () => {
    const gone = clusterInstanceOf({ arn: "ci-3", status: "INACTIVE" });
    const { memory } = decide({ containerInstances: [silent, gone] }, { containerInstances: [] });
    expect(memory.containerInstances).to.deep.equal([{ cluster: "main", arn: "ci-1" }]);
    expect(decide({ unread: { tasks: denied() } }).memory.containerInstances).to.deep.equal(
      seen.containerInstances,
    );
  });

  it("is looked at every half a minute, and its message rests in the queue until then", () => {
    const { memory } = decide({});
    expect(memory.nextPassAt).to.equal(NOW + 30 * SECOND);
    const of = (change: Partial<Memory>) => termination({ ...memory, ...change });
    expect(delaySeconds(of({}), NOW)).to.equal(30);
    expect(delaySeconds(of({}), NOW + 29_001)).to.equal(1);
    expect(delaySeconds(of({}), NOW + MINUTE)).to.equal(0);
    expect(delaySeconds(of({ nextPassAt: NOW + 60 * MINUTE }), NOW)).to.equal(30);
    expect(delaySeconds(of({ nextPassAt: undefined }), NOW)).to.equal(0);
    expect(delaySeconds(of({ followedSince: undefined }), NOW)).to.equal(0);
  });
});
