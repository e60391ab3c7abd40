// Protects that a task which holds a drain is named within two minutes, by its family, its ARN and who started it, whatever
// started it; and that nothing is named where the tasks leave.
import { expect } from "chai";
import {
  expectDrained,
  functions,
  HOOK,
  instanceIds,
  type LogLine,
  linesOf,
  type Outcome,
  play,
} from "./fixture.ts";

const ids = instanceIds(3);
const [leaving] = ids as [string];
const cart = { name: "cart", desired_count: 2, task: { stop_seconds: 10 } };

const fleet = (
  change: {
    readonly keys?: Record<string, unknown>;
    readonly services?: readonly object[];
    readonly tasks?: readonly object[];
    readonly timeline?: readonly object[];
    readonly firstAfter?: readonly [number, number];
  } = {},
) => ({
  functions: functions(
    { cluster_name: "main", drain_timeout_seconds: 900, ...change.keys },
    change.firstAfter,
  ),
  clusters: [{ name: "main", services: change.services ?? [cart] }],
  auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
  tasks: (change.tasks ?? []).map((each) => ({ cluster: "main", instance_ids: [leaving], ...each })),
  timeline: [{ at_seconds: 5, terminate: { instance_ids: [leaving] } }, ...(change.timeline ?? [])],
});

type Named = {
  readonly family: string;
  readonly task: string;
  readonly group: string;
  readonly started_by: string;
};

/** The lines that name tasks of a family, each with when it was logged, in seconds. */
function naming(outcome: Outcome, family: string) {
  const at = (line: LogLine) => (Date.parse(String(line.time)) - outcome.startedAt) / 1_000;
  return linesOf(outcome, "held by tasks", leaving).flatMap((line) =>
    (line.tasks as Named[])
      .filter((each) => each.family === family)
      .map((each) => ({ ...each, level: line.level, at: at(line) })),
  );
}

/** When a run of deregister first looked, in seconds: the two minutes begin here. */
const firstLookOf = (outcome: Outcome) =>
  (Date.parse(String(linesOf(outcome, "termination received", leaving)[0]?.time)) - outcome.startedAt) /
  1_000;

/** [why, the fleet, the family, what its line says] */
const members: [string, Parameters<typeof fleet>[0], string, Record<string, unknown>][] = [
  [
    "a job that a scheduled rule started",
    { tasks: [{ family: "nightly-report", started_by: "events-rule/nightly", group: "reports" }] },
    "nightly-report",
    { level: "WARN", started_by: "events-rule/nightly", group: "reports" },
  ],
  [
    "a migration that a pipeline started by hand, on an instance without any service",
    { services: [], tasks: [{ family: "migrate", started_by: "ci" }] },
    "migrate",
    { level: "WARN", started_by: "ci", group: "family:migrate" },
  ],
  [
    "an agent that names another instance as its starter",
    { tasks: [{ family: "agent", started_by: ids[1] }] },
    "agent",
    { level: "WARN", started_by: ids[1] },
  ],
  [
    "a daemon that no setting stops",
    {
      keys: { stop_tasks: "none" },
      tasks: [{ family: "boot", started_by: "{instance_id}" }],
    },
    "boot",
    { level: "WARN", started_by: leaving },
  ],
  [
    "a service's task that is protected from being stopped",
    { services: [cart, { name: "render", desired_count: 3, task: { protected_seconds: 7200 } }] },
    "render",
    { level: "INFO", group: "service:render" },
  ],
  [
    "a service's task for which there is no room elsewhere",
    {
      services: [
        cart,
        { name: "solo", desired_count: 3, minimum_healthy_percent: 100, maximum_percent: 100, task: {} },
      ],
    },
    "solo",
    { level: "INFO", group: "service:solo" },
  ],
  [
    "a job, where terminate first looks a minute after deregister",
    { tasks: [{ family: "late" }], firstAfter: [20, 79] },
    "late",
    { level: "WARN", started_by: "not given" },
  ],
];

describe("scenarios: a task that holds the drain is named", () => {
  it("a job beside a static target that drains for half an hour, of which DRAINING has to wait: within two minutes, once", async () => {
    const outcome = await play({
      ...fleet({
        keys: { drain_timeout_seconds: 3_000, target_groups: ["static"] },
        services: [
          { ...cart, task: { stop_seconds: 10, ports: [{ container_port: 8080, host_port: 8080 }] } },
        ],
        tasks: [{ family: "nightly-report", started_by: "events-rule/nightly" }],
      }),
      target_groups: [{ name: "static", port: 8080, deregistration_delay_seconds: 1_800 }],
      auto_scaling_groups: [
        {
          name: "fleet",
          instance_ids: ids,
          cluster: "main",
          hooks: [HOOK],
          registers_with: { target_groups: [{ name: "static" }] },
        },
      ],
    });
    const [line, ...others] = naming(outcome, "nightly-report");
    expect(others).to.deep.equal([]);
    expect(line).to.include({ level: "WARN", started_by: "events-rule/nightly" });
    expect((line?.at ?? Number.NaN) - firstLookOf(outcome)).to.be.within(0, 120);
    const [drained] = linesOf(outcome, "set DRAINING", leaving);
    expect(Date.parse(String(drained?.time)) - outcome.startedAt).to.be.greaterThan(1_800_000);
  });

  for (const [why, change, family, said] of members)
    it(`${why}: within two minutes, once`, async () => {
      const outcome = await play(fleet(change));
      expect(outcome.violations).to.deep.equal([]);
      const lines = naming(outcome, family);
      expect(lines).to.have.lengthOf(1);
      expect(lines[0]).to.include(said);
      expect(lines[0]?.task).to.match(/^arn:aws:ecs:.*:task\/main\//);
      expect((lines[0]?.at ?? Number.NaN) - firstLookOf(outcome)).to.be.within(0, 120);
    });

  it("one that does not end its stop: within two minutes of when the count last changed", async () => {
    const slow = { name: "slow", desired_count: 3, task: { stop_seconds: 600, stop_timeout_seconds: 700 } };
    const outcome = await play(fleet({ services: [slow], keys: { drain_timeout_seconds: 1_800 } }));
    const [line, ...others] = naming(outcome, "slow");
    expect(others).to.deep.equal([]);
    expect(line).to.include({ level: "INFO", status: "STOPPING" });
    const waiting = linesOf(outcome, "waiting", leaving).find(({ waiting_for }) =>
      String(waiting_for).includes("STOPPING"),
    );
    const since = (Date.parse(String(waiting?.time)) - outcome.startedAt) / 1_000;
    expect((line?.at ?? Number.NaN) - since).to.be.within(60, 120);
  });

  it("one that outlasts SIGKILL, as when Docker hangs", async () => {
    const hung = { name: "hung", desired_count: 3, task: { never_stops: true, stop_timeout_seconds: 20 } };
    const [line] = naming(await play(fleet({ services: [hung] })), "hung");
    expect(line).to.include({ level: "INFO", status: "STOPPING", group: "service:hung" });
  });

  it("one on an instance that we may not set DRAINING, beside what is refused", async () => {
    const deny = { actions: ["ecs:UpdateContainerInstancesState"], for_seconds: 3_600, probability: 1 };
    const outcome = await play(
      fleet({ tasks: [{ family: "stays", started_by: "ci" }], timeline: [{ at_seconds: 1, deny }] }),
    );
    const [line] = naming(outcome, "stays");
    expect(line).to.include({ level: "WARN", started_by: "ci" });
    expect((line?.at ?? Number.NaN) - firstLookOf(outcome)).to.be.within(0, 120);
    expect(naming(outcome, "cart").length).to.be.at.least(1);
  });

  it("none where the tasks leave", async () => {
    const outcome = await play(fleet());
    expectDrained(outcome, { count: 1 });
    expect(linesOf(outcome, "held by tasks")).to.deep.equal([]);
  });

  it("none that DRAINING leaves, and that ends by itself before it holds anything up", async () => {
    const outcome = await play(fleet({ tasks: [{ family: "short", task: { run_seconds: 40 } }] }));
    expectDrained(outcome, { count: 1 });
    expect(linesOf(outcome, "held by tasks")).to.deep.equal([]);
  });
});
