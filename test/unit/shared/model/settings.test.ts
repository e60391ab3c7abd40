// Protects what a drain is told: read from two kinds of keys, overlaid by a hook's own, and written as keys again.
import { expect } from "chai";
import {
  type DrainKeys,
  ignoredKeys,
  keysOf,
  keysOfMetadata,
  keysOver,
  ownKeysOf,
  settingsOf,
  unknownKeys,
} from "../../../../shared/model/settings.ts";

describe("settings", () => {
  it("bring single and plural keys together, each name once", () => {
    const keys = { elb_name: "a", elb_names: ["b", "a"], cluster_names: ["c", "c"] };
    expect(settingsOf(keys)).to.deep.include({ elbNames: ["a", "b"], clusterNames: ["c"] });
  });

  it("that nobody gives are these", () => {
    expect(settingsOf({})).to.deep.equal({
      elbNames: [],
      targetGroups: [],
      clusterNames: [],
      discover: "all",
      allClusters: false,
      clusterTag: undefined,
      pollSeconds: 5,
      drainTimeoutSeconds: 3600,
      onTimeout: "continue",
      stopTasks: "daemon",
      deregisterContainerInstance: "when_disconnected",
      settleSeconds: undefined,
    });
  });

  it("over others replace these, whichever of the two keys they use", () => {
    const base = {
      elb_name: "a",
      elb_names: ["b"],
      cluster_name: "c",
      target_groups: ["t"],
      poll_seconds: 5,
    };
    expect(keysOver(base, { elb_names: ["x"] })).to.deep.equal({
      elb_names: ["x"],
      cluster_name: "c",
      target_groups: ["t"],
      poll_seconds: 5,
    });
    expect(keysOver(base, { cluster_names: ["x"], target_groups: [] })).to.deep.equal({
      elb_name: "a",
      elb_names: ["b"],
      cluster_names: ["x"],
      target_groups: [],
      poll_seconds: 5,
    });
    const plural = { elb_names: ["b"], cluster_names: ["d"] };
    expect(keysOver(plural, { elb_name: "x", cluster_name: "y" })).to.deep.equal({
      elb_name: "x",
      cluster_name: "y",
    });
    expect(keysOver(base, {})).to.deep.equal(base);
    expect(keysOver(base, undefined)).to.deep.equal(base);
    expect(keysOver(undefined, base)).to.deep.equal(base);
  });

  it("are written as keys again: names only where there are any, the first load balancer by itself", () => {
    const plain = {
      discover: "all",
      poll_seconds: 5,
      drain_timeout_seconds: 3600,
      on_timeout: "continue",
      stop_tasks: "daemon",
      deregister_container_instance: "when_disconnected",
    };
    expect(keysOf(settingsOf({}))).to.deep.equal(plain);
    expect(keysOf(settingsOf({ elb_names: ["a"], cluster_name: "main" }))).to.deep.equal({
      ...plain,
      elb_name: "a",
      cluster_names: ["main"],
    });
    const all = {
      ...plain,
      elb_name: "a",
      elb_names: ["b"],
      target_groups: ["t"],
      cluster_names: ["main", "other"],
      settle_seconds: 0,
    };
    expect(keysOf(settingsOf(all as DrainKeys))).to.deep.equal(all);
  });

  it("that a hook cannot set are found in its metadata, whatever else is in it", () => {
    const metadata = { dry_run: true, on_rebalance: "replace", team: "web", cluster_name: "main" };
    expect(ignoredKeys(JSON.stringify(metadata))).to.deep.equal(["dry_run", "on_rebalance"]);
    for (const none of [
      undefined,
      "",
      "text",
      "null",
      "7",
      '"dry_run"',
      "[]",
      '{"__proto__":{"dry_run":1}}',
    ]) {
      expect(ignoredKeys(none), none).to.deep.equal([]);
    }
  });

  it("that only an input can set are no unknown keys too", () => {
    const metadata = JSON.stringify({
      dry_run: true,
      lifecycle_hook_names: ["drain"],
      replace_last: true,
      colour: "red",
    });
    expect(ignoredKeys(metadata)).to.deep.equal(["dry_run", "lifecycle_hook_names", "replace_last"]);
    expect(unknownKeys(metadata).map(({ key }) => key)).to.deep.equal(["colour"]);
  });

  it("of metadata count as far as they are right; what is wrong with the others is told", () => {
    const metadata = { poll_seconds: 9, elb_names: ["web", 7], stop_tasks: "nonee", team: 5 };
    expect(keysOfMetadata(JSON.stringify(metadata))).to.deep.equal({
      keys: { poll_seconds: 9 },
      problems: [
        "NotificationMetadata.elb_names[1]: expected the name of a classic load balancer, found 7",
        'NotificationMetadata.stop_tasks: expected one of "none", "daemon", "all", found "nonee"; did you mean "none"?',
      ],
    });
    expect(keysOfMetadata(JSON.stringify({ poll_seconds: 9, team: 5 }))).to.deep.equal({
      keys: { poll_seconds: 9 },
      problems: [],
    });
  });

  it("of metadata that are wrong in more than anybody would read are told in part", () => {
    const wrong = keysOfMetadata(JSON.stringify({ elb_names: Array.from({ length: 1000 }, () => 7) }));
    expect(wrong?.keys).to.deep.equal({});
    expect([wrong?.problems.length, wrong?.problems.at(-1)]).to.deep.equal([21, "and 980 more"]);
  });

  it("of an input are none where it has other keys alone: then a message's count", () => {
    const keys = { queue_name: "monitor", dry_run: true };
    expect(ownKeysOf(keys as DrainKeys)).to.equal(undefined);
    expect(ownKeysOf({ ...keys, poll_seconds: 9 } as DrainKeys)).to.deep.equal({ poll_seconds: 9 });
  });

  it("are not sought in metadata that has none of our keys, not even inherited ones", () => {
    expect(keysOfMetadata("[]")).to.equal(undefined);
    expect(keysOfMetadata("null")).to.equal(undefined);
    expect(keysOfMetadata("text")).to.equal(undefined);
    expect(keysOfMetadata("")).to.equal(undefined);
    expect(keysOfMetadata(undefined)).to.equal(undefined);
    expect(keysOfMetadata('{"__proto__":{"cluster_name":"evil"}}')).to.equal(undefined);
  });
});
