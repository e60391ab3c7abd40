// Protects that the log says what follows while DRAINING waits: which tasks ECS has placed on the instance meanwhile.
import { expect } from "chai";
import { idOfWarning, type Warning } from "../../../../shared/model/decision.ts";
import type { Task } from "../../../../shared/model/tasks.ts";
import {
  clusterInstanceOf,
  decisionOf,
  MINUTE,
  type Row,
  SINCE,
  seen,
  service,
  target,
  task,
} from "./builders.ts";

const edge = task("RUNNING", {
  arn: "task-edge",
  service: "edge",
  hostPorts: [8080],
  createdAt: SINCE - MINUTE,
});
const placed = (change: Partial<Task> = {}) =>
  task("RUNNING", {
    arn: "task-job",
    definition: "arn:aws:ecs:us-east-1:123456789012:task-definition/nightly-job:3",
    group: "family:nightly-job",
    service: undefined,
    startedBy: "events-rule/nightly",
    createdAt: SINCE + MINUTE,
    ...change,
  });
const draining = target({ state: "draining" });

function warningsOf(
  tasks: readonly Task[],
  {
    status = "ACTIVE",
    registrations = [draining],
    settings = {},
  }: {
    status?: string;
    registrations?: (typeof draining)[];
    settings?: NonNullable<Row["settings"]>;
  } = {},
): Warning[] {
  return decisionOf({
    memory: { ...seen, actedAt: SINCE },
    settings,
    observed: {
      clusterInstances: [
        clusterInstanceOf({ status }, tasks, [service("edge"), service("agent", { daemon: true })]),
      ],
      registrations,
    },
    now: 2 * MINUTE,
  }).warnings.filter(({ kind }) => kind === "open to new tasks" || kind === "task placed on it");
}
const kinds = (warnings: readonly Warning[]) => warnings.map(({ kind, level }) => `${level}: ${kind}`);

describe("while DRAINING waits for a registration of ours", () => {
  it("the log says so once, with the load balancers, each by name", () => {
    const [line, ...more] = warningsOf([edge], {
      registrations: [draining, target({ port: 8081, pointsAt: [8080] })],
    });
    expect(more).to.deep.equal([]);
    expect(line).to.deep.equal({
      level: "info",
      kind: "open to new tasks",
      fields: { cluster: "main", load_balancers: ["static"] },
      reason: { why: "DRAINING waits" },
      about: "main",
    });
  });

  it("not where nothing of a service listens there: DRAINING begins at once", () => {
    expect(warningsOf([task("RUNNING")])).to.deep.equal([]);
    expect(warningsOf([placed({ hostPorts: [8080], createdAt: SINCE - MINUTE })])).to.deep.equal([]);
  });

  it("a task that was placed since is named, with who started it, and what comes of it", () => {
    const [, line] = warningsOf([edge, placed()]);
    expect(line).to.deep.equal({
      level: "warn",
      kind: "task placed on it",
      fields: {
        cluster: "main",
        family: "nightly-job",
        task: "task-job",
        group: "family:nightly-job",
        started_by: "events-rule/nightly",
      },
      reason: { why: "placed, and not stopped" },
      about: "task-job",
    });
  });

  it("each has a line of its own", () => {
    const lines = warningsOf([edge, placed(), placed({ arn: "task-job-2" })]).slice(1);
    expect(new Set(lines.map(idOfWarning)).size).to.equal(2);
  });

  const cases: [why: string, of: Task, expected: string[], settings?: Row["settings"]][] = [
    ["of a service: DRAINING moves it", placed({ service: "worker" }), ["info: task placed on it"]],
    ["that stop_tasks stops", placed(), ["info: task placed on it"], { stopTasks: "all" }],
    [
      "that its instance started, and stop_tasks none",
      placed({ startedBy: "i-1" }),
      ["warn: task placed on it"],
      { stopTasks: "none" },
    ],
    ["placed before the termination began", placed({ createdAt: SINCE }), []],
    ["placed nobody knows when", placed({ createdAt: undefined }), []],
    ["that is stopping already", { ...placed(), status: "STOPPING", shouldRun: false }, []],
  ];
  for (const [why, of, expected, settings = {}] of cases) {
    it(`one ${why}: ${expected.join() || "no word"}`, () => {
      expect(kinds(warningsOf([edge, of], { settings })).slice(1)).to.deep.equal(expected);
    });
  }
});

describe("once DRAINING is set", () => {
  it("what no service started is still named: it was placed before", () => {
    expect(kinds(warningsOf([placed()], { status: "DRAINING", registrations: [] }))).to.deep.equal([
      "warn: task placed on it",
    ]);
  });

  it("tasks of services are not: they come and go", () => {
    expect(
      warningsOf([placed({ service: "worker" })], { status: "DRAINING", registrations: [] }),
    ).to.deep.equal([]);
  });
});
