// Protects that the tasks which hold a drain are named, each once: those that nobody stops, and those that do not leave.
import { expect } from "chai";
import type { Warning } from "../../../../shared/model/decision.ts";
import { idOfWarning } from "../../../../shared/model/decision.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Task } from "../../../../shared/model/tasks.ts";
import {
  clusterInstanceOf,
  decisionOf,
  MINUTE,
  type Row,
  SECOND,
  SINCE,
  service,
  target,
  task,
  tasksLeft,
} from "./builders.ts";

const now = 10 * MINUTE;
const draining: Partial<Memory> = { drainingAt: SINCE + now - 45 * SECOND };
const unmoved = (status: string): Partial<Memory> => ({
  ...draining,
  blockers: [tasksLeft(status)],
  changedAt: SINCE + now - 60 * SECOND,
});
const held = (
  tasks: readonly Task[],
  memory: Partial<Memory> = draining,
  row: Partial<Row> = {},
): Warning[] =>
  decisionOf({
    memory,
    observed: {
      clusterInstances: [
        clusterInstanceOf({ status: "DRAINING" }, tasks, [
          service("web"),
          service("agent", { daemon: true }),
        ]),
      ],
      ...row.observed,
    },
    now,
    ...(row.settings === undefined ? {} : { settings: row.settings }),
  }).warnings.filter(({ kind }) => kind === "held by tasks");

const job = (change: Partial<Task> = {}) =>
  task("RUNNING", {
    arn: "task-job",
    definition: "arn:aws:ecs:us-east-1:123456789012:task-definition/nightly-report:7",
    service: undefined,
    group: "reports",
    startedBy: "events-rule/nightly",
    ...change,
  });
const named = (warnings: readonly Warning[]) =>
  warnings.map(({ level, reason, fields }) => [
    level,
    reason?.why,
    (fields.tasks as { task: string }[]).map((each) => each.task),
  ]);

describe("the tasks that hold a drain", () => {
  it("one that nobody stops is named by its family, its ARN, its group and who started it", () => {
    expect(held([job()])).to.deep.equal([
      {
        level: "warn",
        kind: "held by tasks",
        fields: {
          tasks: [
            {
              family: "nightly-report",
              task: "task-job",
              cluster: "main",
              group: "reports",
              started_by: "events-rule/nightly",
              status: "RUNNING",
            },
          ],
        },
        reason: { why: "no service started it", stopTasks: "daemon" },
        about: "task-job",
      },
    ]);
  });

  it("one that names nobody who started it says so", () => {
    const [warning] = held([job({ startedBy: undefined })]);
    expect(warning?.fields.tasks).to.have.nested.property("[0].started_by", "not given");
  });

  it("a service's are named 45 seconds after DRAINING, not sooner, and not before it", () => {
    const own = [task("RUNNING")];
    expect(held(own)).to.have.lengthOf(1);
    expect(held(own, { drainingAt: SINCE + now - 45 * SECOND + 1 })).to.deep.equal([]);
    // This pass is the first to see DRAINING.
    expect(held(own, { begunAt: SINCE + now, drainingAt: undefined })).to.deep.equal([]);
  });

  it("a service's are named without DRAINING too, where nothing of ours drains first: it may be that we cannot set it", () => {
    const own = [task("RUNNING")];
    const begun = { begunAt: SINCE + now - 45 * SECOND };
    const clusterInstances = [clusterInstanceOf({ status: "ACTIVE" }, own, [service("web")])];
    expect(held(own, begun, { observed: { clusterInstances } })).to.have.lengthOf(1);
    const registrations = [target()];
    expect(held(own, begun, { observed: { clusterInstances, registrations } })).to.deep.equal([]);
    const later = { begunAt: SINCE + now - 45 * SECOND + 1 };
    expect(held(own, later, { observed: { clusterInstances } })).to.deep.equal([]);
  });

  it("one that nobody stops is named 45 seconds after the drain began, whatever is registered still", () => {
    const clusterInstances = [clusterInstanceOf({ status: "ACTIVE" }, [job()])];
    const row = { observed: { clusterInstances, registrations: [target()] } };
    const begun = (secondsAgo: number) => ({ begunAt: SINCE + now - secondsAgo * SECOND });
    expect(named(held([job()], begun(45), row))).to.deep.equal([
      ["warn", "no service started it", ["task-job"]],
    ]);
    expect(held([job()], begun(44), row)).to.deep.equal([]);
  });

  it("each that nobody stops is a warning of its own, ten at once at the most", () => {
    const jobs = Array.from({ length: 12 }, (_, i) => job({ arn: `task-${i}` }));
    const warnings = held(jobs);
    expect(named(warnings).map(([, , tasks]) => tasks)).to.deep.equal(
      jobs.slice(0, 10).map(({ arn }) => [arn]),
    );
    expect(new Set(warnings.map(idOfWarning)).size).to.equal(10);
  });

  /** [why, the tasks, the memory, the settings, what is named] */
  const rows: [string, Task[], Partial<Memory>, Row["settings"], unknown[]][] = [
    ["nothing where all have ended", [task("STOPPED")], draining, undefined, []],
    [
      "a service's that ECS has not begun to stop",
      [task("RUNNING", { arn: "a" }), task("PENDING", { arn: "b" })],
      draining,
      undefined,
      [["info", "not stopped yet", ["a", "b"]]],
    ],
    [
      "a service's and a standalone one, apart",
      [task("RUNNING", { arn: "a" }), job()],
      draining,
      undefined,
      [
        ["warn", "no service started it", ["task-job"]],
        ["info", "not stopped yet", ["a"]],
      ],
    ],
    [
      "no daemon that is stopped once the others have left",
      [task("STOPPING", { arn: "a" }), task("RUNNING", { arn: "b", service: "agent" })],
      draining,
      undefined,
      [],
    ],
    [
      "a daemon that is left alone: it should have been stopped",
      [task("RUNNING", { arn: "b", service: "agent" })],
      draining,
      undefined,
      [["info", "not stopped yet", ["b"]]],
    ],
    [
      "a daemon that no setting stops",
      [task("STOPPING", { arn: "a" }), task("RUNNING", { arn: "b", service: "agent" })],
      draining,
      { stopTasks: "none" },
      [["info", "not stopped yet", ["b"]]],
    ],
    [
      "no standalone one that is stopped once the others have left",
      [task("STOPPING", { arn: "a" }), job()],
      draining,
      { stopTasks: "all" },
      [],
    ],
    [
      "one that its instance started, where nothing may be stopped",
      [job({ startedBy: "i-1" })],
      draining,
      { stopTasks: "none" },
      [["warn", "no service started it", ["task-job"]]],
    ],
    [
      "those that have been stopping for a minute",
      [task("STOPPING", { arn: "a" })],
      unmoved("STOPPING"),
      undefined,
      [["info", "stopping for long", ["a"]]],
    ],
    [
      "none that has been stopping for less",
      [task("STOPPING", { arn: "a" })],
      { ...unmoved("STOPPING"), changedAt: SINCE + now - 60 * SECOND + 1 },
      undefined,
      [],
    ],
    [
      "none that was to run when the drain last waited",
      [task("STOPPING", { arn: "a" })],
      unmoved("RUNNING"),
      undefined,
      [],
    ],
    [
      "one that is DEACTIVATING with no target that drains",
      [task("DEACTIVATING", { arn: "a" })],
      unmoved("DEACTIVATING"),
      undefined,
      [["info", "stopping for long", ["a"]]],
    ],
  ];
  for (const [why, tasks, memory, settings, expected] of rows)
    it(`${why}`, () =>
      expect(named(held(tasks, memory, settings === undefined ? {} : { settings }))).to.deep.equal(expected));

  it("none that is DEACTIVATING while its target drains: that is what the drain waits for", () => {
    const registrations = [target({ managed: true, services: ["web"], state: "draining" })];
    const tasks = [task("DEACTIVATING", { arn: "a" }), task("STOPPING", { arn: "b" })];
    const clusterInstances = [clusterInstanceOf({ status: "DRAINING" }, tasks, [service("web")])];
    const warnings = held(tasks, unmoved("STOPPING"), { observed: { clusterInstances, registrations } });
    expect(named(warnings)).to.deep.equal([["info", "stopping for long", ["b"]]]);
  });

  it("a shared line names ten, and counts the others", () => {
    const tasks = Array.from({ length: 13 }, (_, i) => task("RUNNING", { arn: `task-${i}` }));
    const [warning, ...others] = held(tasks);
    expect(others).to.deep.equal([]);
    expect(warning?.fields.tasks).to.have.lengthOf(10);
    expect(warning?.fields.more_tasks).to.equal(3);
    expect(held(tasks.slice(0, 10))[0]?.fields).to.not.have.property("more_tasks");
  });

  it("of those that no service started ten are named, and the last line counts the others", () => {
    const jobs = Array.from({ length: 13 }, (_, i) => job({ arn: `job-${i}` }));
    const counts = (many: readonly Task[]) => held(many).map(({ fields }) => fields.more_tasks);
    expect(named(held(jobs)).flatMap(([, , arns]) => arns)).to.deep.equal(
      jobs.slice(0, 10).map(({ arn }) => arn),
    );
    expect(counts(jobs)).to.deep.equal([...Array(9).fill(undefined), 3]);
    expect(counts(jobs.slice(0, 10))).to.deep.equal(Array(10).fill(undefined));
  });
});
