// Rule 4: what does not leave by itself.
// Protects the tasks that do not leave by themselves: stopped as the policy says, after all else, and not before.
import { expect } from "chai";
import type { DrainSettings } from "../../../../shared/model/settings.ts";
import type { Task } from "../../../../shared/model/tasks.ts";
import {
  clusterInstanceOf,
  decisionOf,
  denied,
  MINUTE,
  type Row,
  rows,
  SECOND,
  SINCE,
  seen,
  service,
  target,
  task,
} from "./builders.ts";

const ARN = "arn:aws:ecs:us-east-1:123456789012:container-instance/main/0123456789abcdef";
const daemon = (status = "RUNNING", change: Partial<Task> = {}) =>
  task(status, { arn: "task-daemon", service: "agent", ...change });
const standalone = (startedBy: string | undefined, status = "RUNNING") =>
  task(status, { arn: "task-alone", service: undefined, startedBy });
const services = [service("agent", { daemon: true }), service("web")];

const drained: Partial<Row> = { memory: { ...seen, drainingAt: SINCE + MINUTE - 10 * SECOND } };
const on = (...tasks: Task[]): Pick<Row, "observed"> => ({
  observed: { clusterInstances: [clusterInstanceOf({ arn: ARN, status: "DRAINING" }, tasks, services)] },
});
const by = (stopTasks: DrainSettings["stopTasks"]) => ({ settings: { stopTasks } });

const STOP = ["wait", "stop task"];
const WAIT = ["wait"];

describe("decide", () => {
  rows("rule 4: what does not leave by itself", [
    { why: "daemon: a daemon that is left alone is stopped", ...drained, ...on(daemon()), expected: STOP },
    { why: "none: it is not", ...drained, ...on(daemon()), ...by("none"), expected: WAIT },
    { why: "all: it is", ...drained, ...on(daemon()), ...by("all"), expected: STOP },
    {
      why: "daemon: a standalone task of somebody's is not",
      ...drained,
      ...on(standalone("cron")),
      expected: WAIT,
    },
    {
      why: "daemon: nor one that nobody says to have started",
      ...drained,
      ...on(standalone(undefined)),
      expected: WAIT,
    },
    { why: "daemon: nor one that an empty text started", ...drained, ...on(standalone("")), expected: WAIT },
    { why: "all: it is stopped", ...drained, ...on(standalone("cron")), ...by("all"), expected: STOP },
    {
      why: "none: it is not, whoever started it",
      ...drained,
      ...on(standalone("i-1")),
      ...by("none"),
      expected: WAIT,
    },
    ...[
      ["the EC2 instance's id", "i-1"],
      ["the container instance's ARN", ARN],
      ["the container instance's id", "0123456789abcdef"],
    ].map(
      ([what, startedBy]): Row => ({
        why: `daemon: one that the instance itself started is, named by ${what}`,
        ...drained,
        ...on(standalone(startedBy)),
        expected: STOP,
      }),
    ),
    {
      why: "daemon: one that another instance started is not",
      ...drained,
      ...on(standalone("i-12")),
      expected: WAIT,
    },
    {
      why: "a task of a service is never stopped, whatever the policy: ECS replaces it first",
      ...drained,
      ...on(task("RUNNING")),
      ...by("all"),
      expected: WAIT,
    },
    {
      why: "of a service that is not known, as little",
      ...drained,
      ...on(task("RUNNING", { service: "gone" })),
      ...by("all"),
      expected: WAIT,
    },
    ...["RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING"].map(
      (status): Row => ({
        why: `not while another task is ${status}: the daemon may serve it`,
        ...drained,
        ...on(daemon(), task(status)),
        expected: WAIT,
      }),
    ),
    { why: "once the others are STOPPED", ...drained, ...on(daemon(), task("STOPPED")), expected: STOP },
    {
      why: "two that may be stopped, together",
      ...drained,
      ...on(daemon(), standalone("i-1")),
      expected: ["wait", "stop task", "stop task"],
    },
    {
      why: "one that may not be stopped keeps the others: it may need them",
      ...drained,
      ...on(daemon(), standalone("cron")),
      expected: WAIT,
    },
    {
      why: "one that is stopping already is not stopped again",
      ...drained,
      ...on(daemon("STOPPING")),
      expected: WAIT,
    },
    {
      why: "not sooner than 10 s after DRAINING: ECS may still do it",
      memory: { ...seen, drainingAt: SINCE + MINUTE - 10 * SECOND + 1 },
      ...on(daemon()),
      expected: WAIT,
    },
    {
      why: "not before DRAINING",
      memory: { ...seen, drainingAt: SINCE },
      observed: { clusterInstances: [clusterInstanceOf({ arn: ARN }, [daemon()], services)] },
      expected: ["wait", "drain"],
    },
    {
      why: "not while a registration of ours drains",
      ...drained,
      observed: { ...on(daemon()).observed, registrations: [target({ state: "draining" })] },
      expected: WAIT,
    },
    {
      why: "not while a target of another service drains",
      ...drained,
      observed: {
        ...on(daemon()).observed,
        registrations: [target({ managed: true, services: ["web"], state: "draining" })],
      },
      expected: WAIT,
    },
    {
      why: "its own target stays until it is stopped",
      ...drained,
      observed: {
        ...on(daemon("RUNNING", { hostPorts: [8080] })).observed,
        registrations: [target({ managed: true, services: ["agent"] })],
      },
      expected: STOP,
    },
    {
      why: "the same in one of two clusters, beside other daemons",
      ...drained,
      observed: {
        clusterInstances: [
          clusterInstanceOf(
            { arn: ARN, status: "DRAINING" },
            [
              standalone("i-1"),
              daemon("RUNNING", { hostPorts: [8080] }),
              daemon("RUNNING", { arn: "task-log", service: "log" }),
            ],
            [...services, service("log", { daemon: true })],
          ),
          clusterInstanceOf({ arn: "ci-2", status: "DRAINING" }),
        ],
        registrations: [target({ managed: true, services: ["agent"] })],
      },
      expected: ["wait", "stop task", "stop task", "stop task"],
    },
    {
      why: "the tasks were not read: nothing is stopped",
      ...drained,
      observed: { ...on(daemon()).observed, unread: { tasks: denied() } },
      expected: WAIT,
    },
  ]);

  it("says of each task whose it is", () => {
    const names = (...tasks: Task[]) =>
      decisionOf({ ...drained, ...on(...tasks), ...by("all") }).steps.map((step) =>
        step.kind === "stop task" ? step.name : step.kind,
      );
    expect(names(daemon(), standalone("cron"), standalone(undefined))).to.deep.equal([
      "agent",
      "cron",
      "a standalone task",
    ]);
  });
});

describe("decide", () => {
  rows("rule 4: two daemons, and a target of one of them", [
    {
      why: "both are stopped, the one with its target",
      memory: { ...seen, drainingAt: SINCE },
      observed: {
        clusterInstances: [
          clusterInstanceOf(
            { status: "DRAINING" },
            [
              task("RUNNING", { arn: "task-1", service: "agent" }),
              task("RUNNING", { arn: "task-2", service: "logs" }),
            ],
            [service("agent", { daemon: true }), service("logs", { daemon: true })],
          ),
        ],
        registrations: [target({ managed: true, services: ["logs"] })],
      },
      expected: ["wait", "stop task", "stop task"],
    },
  ]);
});
