// Rule 15: the sweep.
// Protects when a sweep is due, which groups and hooks are ours, and what a drain is told that no message stands for.
import { expect } from "chai";
import type { OurHooks } from "../../../../shared/model/hooks.ts";
import { NO_MEMORY } from "../../../../shared/model/memory.ts";
import { type DrainKeys, settingsOf } from "../../../../shared/model/settings.ts";
import {
  candidatesOf,
  groupsToSweep,
  heldIn,
  hooksOfOurs,
  isSweepDue,
  isTakenForOurs,
  mayAskHook,
  type SweepOptions,
  wrongNames,
} from "../../../../shared/rules/sweep.ts";
import { hook, MINUTE, SINCE, termination } from "./builders.ts";

const NOW = SINCE + MINUTE;
const options = (change: Partial<SweepOptions> = {}): SweepOptions => ({
  groups: [],
  tag: undefined,
  ours: { queue: undefined, topics: [], names: [] },
  dryRun: false,
  keys: undefined,
  ...change,
});
const inState = (instanceId: string, state = "Terminating:Wait") => ({ instanceId, state });

describe("whether a sweep is due", () => {
  /** The minutes of an hour at which runs sweep that start every so many minutes, half a minute into them. */
  const swept = (everyMinutes: number, step: number, first = 0) =>
    Array.from({ length: 60 / step }, (_, i) => first + i * step).filter((minute) =>
      isSweepDue(Date.parse("2026-11-20T09:00:30Z") + minute * 60_000, everyMinutes),
    );

  it("on a schedule of every minute, every sweep_minutes", () => {
    expect(swept(5, 1)).to.deep.equal([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55]);
    expect(swept(1, 1)).to.have.lengthOf(60);
    expect(swept(60, 1)).to.deep.equal([0]);
  });

  it("and once more where a run is some seconds late, so that one that was to start in such a minute and does not is made up for", () => {
    const at = (text: string) => isSweepDue(Date.parse(`2026-11-20T09:${text}Z`), 5);
    expect([at("04:59.999"), at("05:00.000"), at("06:09.999"), at("06:10.000")]).to.deep.equal([
      false,
      true,
      true,
      false,
    ]);
  });

  it("with 0 never", () => expect(swept(0, 1)).to.deep.equal([]));

  it("on a schedule of every two minutes, in the minutes that it meets: every ten with 5, all with 1, of odd ones none with 4", () => {
    expect(swept(5, 2)).to.deep.equal([0, 10, 20, 30, 40, 50]);
    expect(swept(5, 2, 1)).to.deep.equal([5, 15, 25, 35, 45, 55]);
    expect(swept(1, 2, 1)).to.have.lengthOf(30);
    expect(swept(4, 2, 1)).to.deep.equal([]);
  });
});

describe("what a sweep reads", () => {
  it("is the groups of the input and those that drain, each once", () => {
    const atHand = [termination(), termination({}, { group: "other" }), termination({}, { group: "named" })];
    expect(groupsToSweep(options({ groups: ["named", "fleet"] }), atHand)).to.deep.equal([
      "named",
      "fleet",
      "other",
    ]);
    expect(groupsToSweep(options(), [])).to.deep.equal([]);
  });

  it("cannot be used where the input names a group that is not there, and nothing drains that was in it", () => {
    const named = options({ groups: ["fleeet", "fleet"] });
    expect(wrongNames(["fleeet"], [termination()], named)).to.deep.equal(["fleeet"]);
    expect(wrongNames(["fleet"], [termination()], named)).to.deep.equal([]);
    expect(wrongNames(["elsewhere"], [], named)).to.deep.equal([]);
    expect(wrongNames([], [], named)).to.deep.equal([]);
  });

  it("is of their instances those that a hook holds", () => {
    const held = [
      "Terminating:Wait",
      "Warmed:Terminating:Wait",
      "Warmed:Pending:Wait",
      "ReplacingRootVolume:Wait",
    ];
    const others = [
      "InService",
      "Terminating",
      "Terminating:Proceed",
      "Pending:Wait",
      "Standby",
      "Warmed:Stopped",
    ];
    const instances = [...held, ...others].map((state) => inState("i-1", state));
    expect(heldIn(instances).map(({ state }) => state)).to.deep.equal(held);
  });
});

describe("a hook of ours", () => {
  const ARN = "arn:aws:sqs:us-east-1:123456789012:";
  const ours = hook({ name: "drain", target: `${ARN}lifecycle` });
  const other = hook({ name: "backup", target: `${ARN}not-lifecycle` });
  const NONE = { queue: undefined, topics: [], names: [] };
  const found = (known: Partial<OurHooks>, atHand = [termination()]) =>
    hooksOfOurs([ours, other], "fleet", atHand, options({ ours: { ...NONE, ...known } })).map(
      ({ name }) => name,
    );

  it("is known by its name, or by the queue that it notifies", () => {
    expect(found({ names: ["backup"], queue: "lifecycle" })).to.deep.equal(["drain", "backup"]);
    expect(found({ names: ["drian"] })).to.deep.equal([]);
  });

  it("is known by the queue that it notifies before what messages say", () => {
    expect(found({ queue: "not-lifecycle" })).to.deep.equal(["backup"]);
    expect(found({ queue: "lifecycel" })).to.deep.equal([]);
  });

  it("is else what messages of this very group name", () => {
    expect(found({})).to.deep.equal(["drain"]);
    expect(found({}, [termination({}, { group: "other" })])).to.deep.equal([]);
    expect(found({}, [])).to.deep.equal([]);
  });
});

describe("a candidate", () => {
  const held = [inState("i-1"), inState("i-2", "Warmed:Pending:Wait")];
  const candidates = (atHand = [termination()], change: Partial<SweepOptions> = {}, metadata?: object) =>
    candidatesOf(
      { group: "fleet", hook: hook({ metadata: metadata && JSON.stringify(metadata) }), held },
      atHand,
      options(change),
      NOW,
    );

  it("is what no termination at hand stands for, by the hook", () => {
    const idsOf = (...atHand: ReturnType<typeof termination>[]) =>
      candidates(atHand).map(({ termination: { instanceId } }) => instanceId);
    expect(idsOf(termination())).to.deep.equal(["i-2"]);
    expect(idsOf(termination({}, { hook: "backup" }))).to.deep.equal(["i-1", "i-2"]);
    // An instance is in one group, whatever a message says.
    expect(idsOf(termination({}, { group: "other" }))).to.deep.equal(["i-2"]);
    expect(idsOf()).to.deep.equal(["i-1", "i-2"]);
  });

  it("is a drain whose time, and whose hook's time, begin now", () => {
    const [first] = candidates([]);
    expect(first?.termination).to.deep.include({
      instanceId: "i-1",
      group: "fleet",
      hook: "drain",
      token: undefined,
      since: NOW,
      noticedAt: undefined,
      interruptedAt: undefined,
      dryRun: false,
      memory: { ...NO_MEMORY, lastHeartbeatAt: NOW, foundDrained: true },
    });
  });

  const told = (instanceId: string, keys: DrainKeys) => ({ ...termination({}, { instanceId }), told: keys });

  it("is told what the input says", () => {
    const keys: DrainKeys = { cluster_name: "main", drain_timeout_seconds: 240 };
    const [first] = candidates([], { keys });
    expect(first?.termination.settings).to.deep.include({ clusterNames: ["main"], drainTimeoutSeconds: 240 });
  });

  it("is told what the oldest message of the same group and hook says, where the input says nothing, and is expected wherever any of them says", () => {
    const atHand = [
      // A stranger's, whose settings do not count.
      { ...told("i-5", {}), told: undefined },
      { ...told("i-8", { drain_timeout_seconds: 100, cluster_name: "elsewhere" }), hook: "backup" },
      { ...told("i-9", { drain_timeout_seconds: 200, cluster_name: "elsewhere" }), group: "other" },
      // Its message names no load balancers any more.
      {
        ...told("i-4", { drain_timeout_seconds: 50, cluster_name: "followed" }),
        memory: { ...NO_MEMORY, followedSince: NOW },
      },
      told("i-6", { drain_timeout_seconds: 300, cluster_name: "by-hand" }),
      told("i-7", { drain_timeout_seconds: 400, elb_name: "classic", target_groups: ["static"] }),
    ];
    const [first] = candidates(atHand);
    expect(first?.termination.settings).to.deep.include({
      drainTimeoutSeconds: 300,
      clusterNames: ["by-hand"],
      elbNames: ["classic"],
      targetGroups: ["static"],
    });
    expect(first?.termination.told, "what is sent on").to.deep.include({
      drain_timeout_seconds: 300,
      target_groups: ["static"],
    });
    // Anybody can have written the messages.
    const keys: DrainKeys = { cluster_name: "main", target_groups: ["ours"] };
    const [own] = candidates(atHand, { keys });
    expect(own?.termination.settings).to.deep.equal(settingsOf(keys));
    expect(own?.termination.told).to.equal(undefined);
  });

  it("is told before all what the hook says of itself", () => {
    const atHand = [told("i-6", { drain_timeout_seconds: 300, cluster_name: "by-hand" })];
    const [first] = candidates(atHand, {}, { drain_timeout_seconds: 1500, cluster_name: "metadata" });
    expect(first?.termination.settings).to.deep.include({
      drainTimeoutSeconds: 1500,
      clusterNames: ["metadata"],
    });
  });

  it("is asked for by a heartbeat, but on a dry run or where the hook's own timeout decides", () => {
    const mayAsk = (change: Partial<SweepOptions> = {}, metadata?: object) =>
      candidates([], change, metadata).map((each) => mayAskHook(each, options(change)));
    expect(mayAsk()).to.deep.equal([true, true]);
    expect(mayAsk({ dryRun: true })).to.deep.equal([false, false]);
    expect(mayAsk({ keys: { on_timeout: "leave" } })).to.deep.equal([false, false]);
    expect(mayAsk({}, { on_timeout: "leave" })).to.deep.equal([false, false]);
    expect(mayAsk({ keys: { on_timeout: "abandon" } })).to.deep.equal([true, true]);
  });

  it("is taken for ours unasked, but in the state that a hook for launching shares", () => {
    expect(candidates([]).map(isTakenForOurs)).to.deep.equal([true, false]);
  });
});
