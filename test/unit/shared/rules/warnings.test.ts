// Protects what the log explains of a drain: who else drains, why nothing moves, and hooks that were too short.
import { expect } from "chai";
import type { Phrase } from "../../../../shared/base/log.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import type { Service } from "../../../../shared/model/tasks.ts";
import { areProtectionsDue } from "../../../../shared/rules/stall-reasons.ts";
import {
  clusterInstance,
  clusterInstanceOf,
  decisionOf,
  hook,
  MINUTE,
  type Row,
  reasonOf,
  SECOND,
  SINCE,
  service,
  state,
  task,
  termination,
} from "./builders.ts";

const logged = (phrase: Phrase, row: Omit<Row, "why" | "expected">) =>
  decisionOf(row).warnings.filter((each) => each.phrase === phrase);

describe("who else drains", () => {
  const managed = (change: Partial<Observation>) => logged("ECS drains it too", { observed: change });
  const draining = { clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))] };

  it("ECS itself, by its hook or the cluster's attachment: said, and no error", () => {
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

  it("an instance that is DRAINING already is not set DRAINING", () => {
    expect(decisionOf({ observed: { ...draining, managedDraining: true } }).steps).to.deep.equal([]);
  });

  const target = "arn:aws:sqs:us-east-1:123456789012:lifecycle";
  const elsewhere = "arn:aws:sqs:us-east-1:123456789012:other";
  /** [why, our hook, the other, the reason of the warning] */
  const pairs: [string, Parameters<typeof hook>[0], Parameters<typeof hook>[0], string | undefined][] = [
    [
      "two hooks that write to one queue",
      { target },
      { name: "drain-2", target },
      "both write to the same queue, so each instance is drained twice: remove one",
    ],
    [
      "a hook of another deployment of ours",
      { target },
      { name: "asg-drain-test", target: elsewhere },
      "two deployments drain the same group: remove one",
    ],
    [
      "a hook of another deployment of ours, both of which notify nothing but EventBridge",
      { target: undefined },
      { name: "asg-drain-test", target: undefined },
      "two deployments drain the same group: remove one",
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
        warnings.map(({ level, fields, about }) => [level, fields.other_hook, fields.reason, about]),
      ).to.deep.equal(reason === undefined ? [] : [["warn", other?.name, reason, other?.name]]);
    });
  }
});

describe("what a hook's metadata cannot say", () => {
  /** [the metadata, the keys that are warned of] */
  const rows: [string | undefined, string | undefined][] = [
    ['{"dry_run": true}', "dry_run"],
    ['{"dry_run": true, "cluster_name": "main"}', "dry_run"],
    [
      '{"on_spot_interruption": "drain", "on_maintenance": 1, "x": 1}',
      "on_spot_interruption, on_maintenance",
    ],
    ['{"cluster_name": "main"}', undefined],
    ['["dry_run"]', undefined],
    ["dry_run", undefined],
    ["null", undefined],
    [undefined, undefined],
  ];
  for (const [metadata, keys] of rows) {
    it(`${metadata}: ${keys === undefined ? "nothing" : `${keys}, a warning`}`, () => {
      const warnings = logged("metadata ignored", { observed: { hooks: [hook({ metadata })] } });
      expect(warnings.map(({ level, fields }) => [level, fields.keys])).to.deep.equal(
        keys === undefined ? [] : [["warn", keys]],
      );
    });
  }

  it("another hook's is not ours to warn of", () => {
    const hooks = [hook(), hook({ name: "backup", metadata: '{"dry_run": true}' })];
    expect(logged("metadata ignored", { observed: { hooks } })).to.deep.equal([]);
  });
});

describe("why nothing moves", () => {
  const now = 10 * MINUTE;
  const stalled = (change: Partial<Service>, memory: Partial<Memory> = {}, tasks = [task("RUNNING")]) =>
    logged("no progress", {
      memory: { waitingFor: "1 task RUNNING", changedAt: SINCE + now - 2 * MINUTE, ...memory },
      observed: {
        clusterInstances: [clusterInstanceOf({ status: "DRAINING" }, tasks, [service("web", change)])],
      },
      now,
    });
  const event = (message: string, at = SINCE + MINUTE) => ({ events: [{ at, message }] });
  const stuck = { desiredCount: 4, minimumHealthyPercent: 100, maximumPercent: 100 };

  it("is said after two minutes without progress, not sooner", () => {
    expect(stalled(stuck)).to.have.lengthOf(1);
    expect(stalled(stuck, { changedAt: SINCE + now - 2 * MINUTE + 1 })).to.deep.equal([]);
    expect(stalled(stuck, { changedAt: undefined })).to.deep.equal([]);
  });

  /** [desired, minimum, maximum, whether it can never make progress] */
  const percentages: [number, number, number, boolean][] = [
    [4, 100, 100, true],
    [4, 100, 124, true],
    [4, 100, 125, false],
    [4, 76, 100, true],
    [4, 75, 100, false],
    [1, 50, 100, true],
    [1, 0, 100, false],
    [1, 100, 200, false],
    [0, 100, 100, false],
  ];
  for (const [desiredCount, minimumHealthyPercent, maximumPercent, never] of percentages) {
    it(`${desiredCount} tasks, ${minimumHealthyPercent} to ${maximumPercent} %: ${never ? "never" : "can move"}`, () => {
      const warnings = stalled({ desiredCount, minimumHealthyPercent, maximumPercent });
      expect(warnings).to.have.lengthOf(never ? 1 : 0);
    });
  }

  it("names the service and the percentages, as a warning", () => {
    const reason =
      "with 100 % as its minimum and 100 % as its maximum of 4 tasks, none may stop and none may start: change one of them";
    expect(stalled(stuck)).to.deep.equal([
      {
        level: "warn",
        phrase: "no progress",
        fields: { cluster: "main", service_name: "web", reason },
        about: `web: ${reason}`,
      },
    ]);
  });

  it("says nothing of a daemon's percentages: ECS stops a daemon all the same", () => {
    expect(stalled({ ...stuck, daemon: true })).to.deep.equal([]);
  });

  /** [the service's event, whether it explains anything] */
  const events: [string, boolean][] = [
    [
      "(service web) was unable to place a task because no container instance met all of its requirements.",
      true,
    ],
    [
      "(service web) was unable to stop or start tasks during a deployment because of the service deployment configuration.",
      true,
    ],
    ["(service web) (instance i-1) (port 80) is unhealthy in (target-group tg-1)", true],
    ["(service web) has reached a steady state.", false],
    ["(service web) has started 1 tasks: (task 1).", false],
  ];
  for (const [message, explains] of events) {
    it(`${explains ? "repeats" : "leaves out"} ECS's own words: ${message}`, () => {
      expect(stalled(event(message)).map(({ fields }) => fields.reason)).to.deep.equal(
        explains ? [message] : [],
      );
    });
  }

  it("leaves out what ECS said before the termination began", () => {
    const unable = "(service web) was unable to place a task";
    expect(stalled(event(unable, SINCE))).to.have.lengthOf(1);
    expect(stalled(event(unable, SINCE - 1))).to.deep.equal([]);
  });

  it("says nothing before DRAINING is set: then it is us who hold the tasks", () => {
    const observed = {
      clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))].map((each) => ({
        ...each,
        services: [service("web", stuck)],
      })),
    };
    const memory = { waitingFor: "1 task RUNNING", changedAt: SINCE };
    expect(logged("no progress", { memory, observed, now })).to.deep.equal([]);
  });

  it("says nothing of services without a task that is to run here", () => {
    expect(stalled(stuck, {}, [task("RUNNING", { service: "other" })])).to.deep.equal([]);
    expect(stalled(stuck, {}, [task("STOPPING")])).to.deep.equal([]);
    expect(stalled(stuck, {}, [task("STOPPED")])).to.deep.equal([]);
  });

  it("asks which tasks are protected when an explanation is due, and every quarter of an hour from then on", () => {
    const isDue = (stalledFor: number) =>
      areProtectionsDue(termination({ changedAt: SINCE }), SINCE + stalledFor);
    const due = [0, 119, 120, 189, 190, 1019, 1020, 1089, 1090].filter((each) => isDue(each * SECOND));
    expect(due).to.deep.equal([120, 189, 1020, 1089]);
    expect(areProtectionsDue(termination(), SINCE)).to.equal(false);
  });

  it("names protected tasks, and until when", () => {
    const protections = (until: number | undefined) =>
      logged("no progress", {
        memory: { waitingFor: "1 task RUNNING", changedAt: SINCE },
        observed: {
          clusterInstances: [clusterInstanceOf({ status: "DRAINING" }, [task("RUNNING")], [service("web")])],
          protections: [{ task: "task-RUNNING", until }],
        },
        now,
      }).map(({ fields }) => [fields.service_name, fields.reason]);
    expect(protections(SINCE + 60 * MINUTE)).to.deep.equal([
      ["web", "a task is protected from being stopped until 2026-01-05T10:00:00.000Z"],
    ]);
    expect(protections(undefined)).to.deep.equal([["web", "a task is protected from being stopped"]]);
  });
});

describe("a hook that was too short", () => {
  const short = { hooks: [hook({ heartbeatTimeout: 30 * SECOND })] };
  const late = "; the hook's timeout of 30 s had passed before the first look: nothing was drained";
  const text = (row: Partial<Row>) => reasonOf(decisionOf({ now: 30 * SECOND, ...row }));
  const over = { ...short, ...state("Terminating:Proceed") };

  it("is named where the instance is on its way out at the first look", () => {
    expect(text({ observed: over })).to.equal(
      `nothing to complete: the instance is Terminating:Proceed${late}`,
    );
  });

  it("is not where the timeout had not passed, where there was a look in time, or where the hook is not known", () => {
    const plain = "nothing to complete: the instance is Terminating:Proceed";
    expect(text({ observed: over, now: 30 * SECOND - 1 })).to.equal(plain);
    expect(
      text({ observed: over, memory: { noRegistrationSince: SINCE, waitingFor: "1 task RUNNING" } }),
    ).to.equal(plain);
    expect(text({ observed: { ...over, hooks: undefined } })).to.equal(plain);
    expect(text({ observed: { ...over, hooks: [hook()] } })).to.equal(plain);
  });

  it("is named where the instance was only seen on its way to be held before", () => {
    const memory = { waitingFor: "the instance to leave Terminating" };
    expect(text({ observed: over, memory })).to.equal(
      `nothing to complete: the instance is Terminating:Proceed${late}`,
    );
  });

  it("is named where no group knows the instance any more at the first look", () => {
    const first = decisionOf({ observed: { ...short, groupInstance: undefined }, now: MINUTE });
    const gone = {
      memory: first.memory,
      observed: { ...short, groupInstance: undefined },
      now: MINUTE + 30 * SECOND,
    };
    expect(text(gone)).to.equal(`no Auto Scaling group knows the instance any more${late}`);
  });

  /** [what was remembered of an instance that a look has found held] */
  const remembered: Partial<Memory>[] = [
    { containerInstances: [{ cluster: "main", arn: "ci-1" }] },
    { registrations: [{ kind: "classic", id: "elb" }] },
    { noContainerInstanceSince: SINCE },
    { noRegistrationSince: SINCE },
  ];
  for (const memory of remembered) {
    it(`is not where it was looked at in time: ${Object.keys(memory)}`, () => {
      const observed = { ...short, groupInstance: undefined };
      expect(
        text({ memory: { ...memory, absentSince: SINCE + 30 * SECOND }, observed, now: MINUTE }),
      ).to.equal("no Auto Scaling group knows the instance any more");
    });
  }
});
