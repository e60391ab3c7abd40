// Rule 10: stalls are explained.
// Protects what the log explains of a drain in which nothing moves: why, as far as ECS tells, and when that is asked.
import { expect } from "chai";
import type { WarningKind } from "../../../../shared/model/decision.ts";
import { idOfWarning } from "../../../../shared/model/decision.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Service } from "../../../../shared/model/tasks.ts";
import { areProtectionsDue } from "../../../../shared/rules/stall-reasons.ts";
import {
  clusterInstance,
  clusterInstanceOf,
  decisionOf,
  MINUTE,
  type Row,
  SECOND,
  SINCE,
  service,
  task,
  tasksLeft,
  termination,
} from "./builders.ts";

const logged = (kind: WarningKind, row: Omit<Row, "why" | "expected">) =>
  decisionOf(row).warnings.filter((each) => each.kind === kind);

describe("why nothing moves", () => {
  const now = 10 * MINUTE;
  const stalled = (change: Partial<Service>, memory: Partial<Memory> = {}, tasks = [task("RUNNING")]) =>
    logged("no progress", {
      memory: { blockers: [tasksLeft("RUNNING")], changedAt: SINCE + now - 2 * MINUTE, ...memory },
      observed: {
        clusterInstances: [clusterInstanceOf({ status: "DRAINING" }, tasks, [service("web", change)])],
      },
      now,
    });
  const event = (message: string, at = SINCE + MINUTE) => ({ events: [{ at, message }] });
  const stuck = { desiredCount: 4, minimumHealthyPercent: 100, maximumPercent: 100 };

  it("is told after two minutes without progress, not sooner", () => {
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
    expect(stalled(stuck)).to.deep.equal([
      {
        level: "warn",
        kind: "no progress",
        fields: { cluster: "main", service_name: "web" },
        reason: { why: "percents", minimum: 100, maximum: 100, desiredCount: 4 },
        about: "web: percents",
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
      expect(stalled(event(message)).map(({ reason, about }) => [reason, about])).to.deep.equal(
        explains ? [[{ why: "service event", message }, "web: service event"]] : [],
      );
    });
  }

  it("leaves out what ECS wrote before the termination began", () => {
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
    const memory = { blockers: [tasksLeft("RUNNING")], changedAt: SINCE };
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
        memory: { blockers: [tasksLeft("RUNNING")], changedAt: SINCE },
        observed: {
          clusterInstances: [clusterInstanceOf({ status: "DRAINING" }, [task("RUNNING")], [service("web")])],
          protections: [{ task: "task-RUNNING", until }],
        },
        now,
      }).map(({ fields, reason, about }) => [fields.service_name, reason, about]);
    expect(protections(SINCE + 60 * MINUTE)).to.deep.equal([
      ["web", { why: "protected", until: SINCE + 60 * MINUTE }, "web: protected"],
    ]);
    expect(protections(undefined)).to.deep.equal([
      ["web", { why: "protected", until: undefined }, "web: protected"],
    ]);
  });

  it("is remembered by a short id, and never by AWS's text: the message must not grow with it", () => {
    const long = `(service web) was unable to place a task ${"x".repeat(2_000)}`;
    expect(stalled(event(long)).map(idOfWarning)).to.deep.equal(["no progress: web: service event"]);
  });
});
