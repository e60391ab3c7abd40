// Protects what is warned of beside a drain: who else drains, what a hook cannot say, and a cluster that lacks the instance.
import { expect } from "chai";
import type { WarningKind, WarningReason } from "../../../../shared/model/decision.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import {
  clusterInstance,
  decisionOf,
  denied,
  hook,
  target as ours,
  type Row,
  SINCE,
  seen,
  task,
} from "./builders.ts";

const logged = (kind: WarningKind, row: Omit<Row, "why" | "expected">) =>
  decisionOf(row).warnings.filter((each) => each.kind === kind);

describe("who else drains", () => {
  const managed = (change: Partial<Observation>) => logged("ECS drains it too", { observed: change });
  const draining = { clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))] };

  it("ECS itself, by its hook or the cluster's attachment: told, and no error", () => {
    const hooks = [hook(), hook({ name: "ecs-managed-draining-termination-hook" })];
    expect(managed({ ...draining, hooks })).to.have.lengthOf(1);
    expect(managed({ ...draining, managedDraining: true })).to.have.lengthOf(1);
    expect(managed({ ...draining, hooks, managedDraining: true })).to.have.lengthOf(1);
    expect(managed({ ...draining, hooks })[0]).to.include({ level: "info" });
  });

  it("not where neither is there, nor where nobody asked", () => {
    expect(managed(draining)).to.deep.equal([]);
    expect(managed({ ...draining, managedDraining: false })).to.deep.equal([]);
    expect(managed({ ...draining, hooks: [hook(), hook({ name: "backup" })] })).to.deep.equal([]);
    expect(managed({ ...draining, hooks: undefined })).to.deep.equal([]);
  });

  describe("before a registration of ours lets go of its tasks", () => {
    const listening = task("RUNNING", { hostPorts: [8080] });
    const pointed = { registrations: [ours()], clusterInstances: [clusterInstance("DRAINING", listening)] };
    const first = (observed: Partial<Observation>, memory: Row["memory"] = {}) =>
      logged("drained out of order", { observed, memory }).map(({ level, reason, fields }) => [
        level,
        reason?.why,
        fields.load_balancers,
      ]);

    it("is warned about, with who it was", () => {
      expect(first(pointed)).to.deep.equal([["warn", "somebody first", ["static"]]]);
      expect(first({ ...pointed, managedDraining: true })).to.deep.equal([
        ["warn", "managed draining first", ["static"]],
      ]);
    });
    it("is warned about where ports do not show, or a task's own address is registered", () => {
      const onAnyPort = task("RUNNING", { mayListenOnAny: true });
      expect(
        first({ ...pointed, clusterInstances: [clusterInstance("DRAINING", onAnyPort)] }),
      ).to.have.lengthOf(1);
      const addressTask = task("RUNNING", { addresses: ["10.0.0.7"] });
      const address = ours({ target: "10.0.0.7", pointsAt: [], holder: "task", addressTask });
      const own = { registrations: [address], clusterInstances: [clusterInstance("DRAINING", addressTask)] };
      expect(first(own)).to.have.lengthOf(1);
    });
    it("not of a task that no service started: DRAINING leaves it", () => {
      const standalone = task("RUNNING", { hostPorts: [8080], service: undefined });
      expect(
        first({ ...pointed, clusterInstances: [clusterInstance("DRAINING", standalone)] }),
      ).to.deep.equal([]);
    });
    it("not where it was us, nor where nothing of ours points at a task", () => {
      expect(first(pointed, { drained: [{ what: "ci-1", at: SINCE }] })).to.deep.equal([]);
      expect(first({ ...pointed, registrations: [] })).to.deep.equal([]);
      expect(first({ ...pointed, clusterInstances: [clusterInstance("ACTIVE", listening)] })).to.deep.equal(
        [],
      );
    });
  });

  it("an instance that is DRAINING already is not set DRAINING", () => {
    expect(decisionOf({ observed: { ...draining, managedDraining: true } }).steps).to.deep.equal([]);
  });

  const target = "arn:aws:sqs:us-east-1:123456789012:lifecycle";
  const elsewhere = "arn:aws:sqs:us-east-1:123456789012:other";
  /** [why, our hook, the other, the reason of the warning] */
  const pairs: [
    string,
    Parameters<typeof hook>[0],
    Parameters<typeof hook>[0],
    WarningReason["why"] | undefined,
  ][] = [
    ["two hooks that write to one queue", { target }, { name: "drain-2", target }, "same queue"],
    [
      "a hook of another deployment of ours",
      { target },
      { name: "asg-drain-test", target: elsewhere },
      "two deployments",
    ],
    [
      "a hook of another deployment of ours, both of which notify nothing but EventBridge",
      { target: undefined },
      { name: "asg-drain-test", target: undefined },
      "two deployments",
    ],
    ["somebody else's hook", { target }, { name: "backup", target: elsewhere }, undefined],
    [
      "hooks that notify nothing but EventBridge",
      { target: undefined },
      { name: "backup", target: undefined },
      undefined,
    ],
  ];
  for (const [why, ours, other, reason] of pairs) {
    it(`${why}: ${reason === undefined ? "nothing" : "a warning"}`, () => {
      const hooks = [hook(ours), hook(other)];
      const warnings = logged("two hooks of ours on one group", { observed: { hooks } });
      expect(
        warnings.map(({ level, fields, reason, about }) => [level, fields.other_hook, reason?.why, about]),
      ).to.deep.equal(reason === undefined ? [] : [["warn", other?.name, reason, other?.name]]);
    });
  }
});

describe("what a hook's metadata cannot say", () => {
  /** [the metadata, the keys that are warned of] */
  const rows: [string | undefined, string[] | undefined][] = [
    ['{"dry_run": true}', ["dry_run"]],
    ['{"dry_run": true, "cluster_name": "main"}', ["dry_run"]],
    [
      '{"on_spot_interruption": "drain", "on_maintenance": 1, "x": 1}',
      ["on_spot_interruption", "on_maintenance"],
    ],
    ['{"cluster_name": "main"}', undefined],
    ['["dry_run"]', ["dry_run"]],
    ["dry_run", ["dry_run"]],
    ["drain_timeout_seconds: 600, elb_names: web", ["elb_names", "drain_timeout_seconds"]],
    ["the fleet of team web", undefined],
    ["null", undefined],
    [undefined, undefined],
  ];
  for (const [metadata, keys] of rows) {
    it(`${metadata}: ${keys === undefined ? "nothing" : `${keys}, a warning`}`, () => {
      const warnings = logged("metadata not heeded", { observed: { hooks: [hook({ metadata })] } });
      const about = warnings.filter(({ reason }) => reason?.why !== "unknown metadata");
      expect(about.map(({ level, fields }) => [level, fields.keys])).to.deep.equal(
        keys === undefined ? [] : [["warn", keys]],
      );
    });
  }

  const misspelt = { key: "drain_timout_seconds", did_you_mean: "drain_timeout_seconds" };
  /** [the metadata, the level of the warning, the unknown keys] */
  const unknown: [string | undefined, string | undefined, object[]][] = [
    ['{"drain_timout_seconds": 7200}', "warn", [misspelt]],
    ['{"cluster_name": "main", "team": "web"}', "warn", [{ key: "team" }]],
    ['{"team": "web", "drain_timout_seconds": 7200}', "warn", [{ key: "team" }, misspelt]],
    ['{"team": "web"}', "info", [{ key: "team" }]],
    ['{"dry_run": true}', undefined, []],
    ["{}", undefined, []],
    ["drain_timout_seconds", undefined, []],
    [undefined, undefined, []],
  ];
  for (const [metadata, level, keys] of unknown) {
    it(`${metadata}: ${level === undefined ? "nothing" : `${level} of keys that are no settings`}`, () => {
      const warnings = logged("metadata not heeded", { observed: { hooks: [hook({ metadata })] } });
      const about = warnings.filter(({ reason }) => reason?.why === "unknown metadata");
      expect(about.map((each) => [each.level, each.fields.unknown_keys])).to.deep.equal(
        level === undefined ? [] : [[level, keys]],
      );
    });
  }

  it("other unknown keys are another warning: somebody corrected the first", () => {
    const aboutOf = (metadata: string) =>
      logged("metadata not heeded", { observed: { hooks: [hook({ metadata })] } }).map(({ about }) => about);
    expect(aboutOf('{"a": 1}')).to.not.deep.equal(aboutOf('{"b": 1}'));
  });

  it("another hook's is not ours to warn of", () => {
    const hooks = [hook(), hook({ name: "backup", metadata: '{"dry_run": true}' })];
    expect(logged("metadata not heeded", { observed: { hooks } })).to.deep.equal([]);
  });
});

describe("a cluster that lacks the instance", () => {
  const lacks = (row: Omit<Row, "why" | "expected">) =>
    logged("cluster lacks the instance", { now: 0, ...row }).map(({ level, reason }) => [level, reason]);

  it("is warned of where it is configured", () => {
    expect(lacks({})).to.deep.equal([["warn", { why: "cluster lacks it", clusters: ["main"] }]]);
  });

  it("is not where no cluster is configured, where it was seen before, or where the cluster was not read", () => {
    expect(lacks({ settings: { clusterNames: [] } })).to.deep.equal([]);
    expect(lacks({ memory: seen })).to.deep.equal([]);
    expect(lacks({ observed: { unread: { tasks: denied() } } })).to.deep.equal([]);
  });
});
