// Protects a service's desired count: set by the ACTIVE instances, only where it is wrong, and never on a doubtful read.
import { expect } from "chai";
import type { ScalePorts } from "../../../../functions/scale-tasks/ports.ts";
import { scaleTasks } from "../../../../functions/scale-tasks/scale-tasks.ts";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import type { Service } from "../../../../shared/model/tasks.ts";
import { keptLog } from "../../shared/fake-ports.ts";
import { service } from "../../shared/rules/builders.ts";

const denied = new AwsCallError("ecs:Call", "denied", new Error("no"));
const web = { cluster_name: "main", service_name: "web", min_task_count: 2, n_count: 1 };

type Outside = {
  active?: number | Error;
  noCluster?: true;
  service?: Partial<Service> | Error;
  none?: boolean;
  set?: Error;
  hasTarget?: boolean | Error;
  dryRunVariable?: string;
};

async function play(event: unknown, outside: Outside) {
  const { log, lines } = keptLog();
  const calls: string[] = [];
  const orThrow = <T>(answer: T | Error): T => {
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const ports: ScalePorts = {
    now: () => 0,
    log,
    dryRunVariable: outside.dryRunVariable,
    ecs: {
      activeInstances: async (cluster) => {
        calls.push(`count ${cluster}`);
        return outside.noCluster ? undefined : orThrow(outside.active ?? 5);
      },
      service: async (_, name) => (outside.none ? undefined : service(name, orThrow(outside.service ?? {}))),
      setDesiredCount: async (cluster, name, count) => {
        calls.push(`set ${cluster}/${name} ${count}`);
        if (outside.set) throw outside.set;
      },
    },
    scaling: { hasTarget: async () => orThrow(outside.hasTarget ?? false) },
  };
  const thrown = await scaleTasks(event, ports).then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  const changed = lines.find(([, phrase]) => phrase === "run finished")?.[2].changed;
  return { calls, changed, lines, logged: lines.map(([level, phrase]) => `${level}: ${phrase}`), thrown };
}

describe("scale-tasks", () => {
  /** [ACTIVE instances, min_task_count, n_count, what is desired] */
  const counts: [number, number, number, number][] = [
    [5, 2, 1, 4],
    [5, 2, 0, 5],
    [5, 4, 1, 4],
    [5, 5, 1, 5],
    [3, 2, 1, 2],
    [2, 2, 1, 2],
    [1, 2, 1, 2],
    [1, 0, 3, 0],
    [0, 2, 1, 2],
  ];
  for (const [active, min_task_count, n_count, desired] of counts) {
    it(`${active} instances, at least ${min_task_count}, ${n_count} to spare: ${desired} tasks`, async () => {
      const idle = { desiredCount: 9, runningCount: 0, pendingCount: 0 };
      const { calls, changed, lines, thrown } = await play(
        { ...web, min_task_count, n_count },
        { active, service: idle },
      );
      expect(thrown).to.equal(undefined);
      expect(changed).to.equal(1);
      expect(calls).to.deep.equal(["count main", `set main/web ${desired}`]);
      expect(lines).to.deep.include([
        "info",
        "desired count set",
        { cluster: "main", service_name: "web", active_instances: active, desired_count: desired, was: 9 },
      ]);
    });
  }

  it("calls nothing where it is right already, and says so", async () => {
    const { calls, changed, logged } = await play(web, { active: 5, service: { desiredCount: 4 } });
    expect(changed).to.equal(0);
    expect(calls).to.deep.equal(["count main"]);
    expect(logged).to.deep.equal(["info: run started", "info: nothing to change", "info: run finished"]);
  });

  /** [why, the outside, the line about it, whether the run fails] */
  const doubts: [string, Outside, string, boolean][] = [
    ["the cluster could not be read", { active: denied }, "warn: not scaled", true],
    ["the service could not be read", { service: denied }, "warn: not scaled", true],
    [
      "no ACTIVE instance, and yet tasks run",
      { active: 0, service: { runningCount: 1, pendingCount: 0 } },
      "warn: not scaled",
      false,
    ],
    [
      "no ACTIVE instance, and yet tasks are to run",
      { active: 0, service: { runningCount: 0, pendingCount: 1 } },
      "warn: not scaled",
      false,
    ],
    ["there is no such cluster", { noCluster: true, none: true }, "error: cannot be used", true],
    ["there is no such service", { none: true }, "error: cannot be used", true],
    ["the service is being deleted", { service: { status: "DRAINING" } }, "error: cannot be used", true],
    ["a daemon service has no desired count", { service: { daemon: true } }, "error: cannot be used", true],
  ];
  for (const [why, outside, line, fails] of doubts) {
    it(`sets nothing: ${why}`, async () => {
      const { calls, changed, logged, thrown } = await play(web, outside);
      expect(changed).to.equal(0);
      expect(calls).to.deep.equal(["count main"]);
      expect(logged).to.include(line);
      expect(thrown?.name).to.equal(fails ? "RunFailed" : undefined);
    });
  }

  it("a call that fails fails the run, after the other services had theirs", async () => {
    const services = [web, { ...web, service_name: "edge" }];
    const { calls, changed, logged, thrown } = await play({ services }, { set: denied });
    expect(changed).to.equal(0);
    expect(calls).to.deep.equal(["count main", "set main/web 4", "set main/edge 4"]);
    expect(logged).to.not.include("info: desired count set");
    expect(thrown?.name).to.equal("RunFailed");
  });

  it("counts a cluster's instances once, whatever the number of services", async () => {
    const services = [web, { ...web, service_name: "edge" }, { ...web, cluster_name: "other" }];
    const { calls } = await play({ services }, { service: { desiredCount: 4 } });
    expect(calls).to.deep.equal(["count main", "count other"]);
  });

  it("warns of a service that Application Auto Scaling scales too, and goes by the input all the same", async () => {
    const { calls, logged } = await play(web, { hasTarget: true });
    expect(logged).to.include("warn: service has a scaling target");
    expect(calls).to.include("set main/web 4");
  });

  it("goes by the input where the scaling targets cannot be read, as a failed run", async () => {
    const { calls, logged, thrown } = await play(web, { hasTarget: denied });
    expect(logged).to.not.include("warn: service has a scaling target");
    expect(calls).to.include("set main/web 4");
    expect(thrown?.name).to.equal("RunFailed");
  });

  it("sets nothing on a dry run, and says what it would set", async () => {
    for (const [input, outside] of [
      [{ ...web, dry_run: true }, {}],
      [{ services: [web], dry_run: true }, {}],
      [web, { dryRunVariable: "1" }],
    ] as const) {
      const { calls, changed, lines } = await play(input, outside);
      expect(changed).to.equal(0);
      expect(calls).to.deep.equal(["count main"]);
      const line = lines.find(([, phrase]) => phrase === "dry run");
      expect(line?.[2]).to.include({ desired_count: 4, was: 2, would: "set the desired count" });
    }
  });

  it("has nothing to do without services", async () => {
    const { calls, logged } = await play({ services: [] }, {});
    expect(calls).to.deep.equal([]);
    expect(logged).to.deep.equal(["info: run started", "info: nothing to do"]);
  });
});
