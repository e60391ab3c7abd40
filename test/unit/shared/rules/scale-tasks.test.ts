// Rule 14: scale-tasks.
// Protects a service's desired count: set by the ACTIVE instances, only where it is wrong, and never on a doubtful read.
import { expect } from "chai";
import type { Service } from "../../../../shared/model/tasks.ts";
import { decideScaling, type ScalingDecision } from "../../../../shared/rules/scale-tasks.ts";
import { service } from "./builders.ts";

const web = { cluster_name: "main", service_name: "web", min_task_count: 2, n_count: 1 };
const idle = { desiredCount: 9, runningCount: 0, pendingCount: 0 };

describe("the desired count", () => {
  /** [ACTIVE instances, min_task_count, n_count, what is desired] */
  const counts: [number, number, number, number][] = [
    [5, 2, 1, 4],
    [5, 2, 0, 5],
    [5, 4, 1, 4],
    [5, 5, 1, 5],
    [4, 2, 1, 3],
    [3, 2, 1, 2],
    [2, 2, 1, 2],
    [1, 2, 1, 2],
    [1, 0, 3, 0],
    [0, 2, 1, 2],
  ];
  for (const [active, min_task_count, n_count, desired] of counts) {
    it(`${active} instances, at least ${min_task_count}, ${n_count} spare: ${desired} tasks`, () => {
      const scaled = { ...web, min_task_count, n_count };
      expect(decideScaling(scaled, service("web", idle), active)).to.deep.equal({
        kind: "set",
        desired,
        was: 9,
      });
      const right = service("web", { ...idle, desiredCount: desired });
      expect(decideScaling(scaled, right, active)).to.deep.equal({ kind: "nothing to change", desired });
    });
  }
});

describe("a service is not scaled", () => {
  const unusable = (reason: object) => ({ kind: "cannot be used", reason }) as ScalingDecision;
  const doubtful: ScalingDecision = { kind: "not scaled", reason: { why: "no instance" } };
  const set: ScalingDecision = { kind: "set", desired: 2, was: 9 };

  /** [why, the service, ACTIVE instances in its cluster, what is decided] */
  const table: [string, Partial<Service> | undefined, number | undefined, ScalingDecision][] = [
    ["whose cluster does not exist", undefined, undefined, unusable({ why: "no such cluster" })],
    ["that does not exist", undefined, 5, unusable({ why: "no such service" })],
    ["that is a daemon", { daemon: true }, 5, unusable({ why: "daemon" })],
    ["that is a daemon and is deleted", { daemon: true, status: "DRAINING" }, 5, unusable({ why: "daemon" })],
    ["that is deleted", { status: "DRAINING" }, 5, unusable({ why: "status", status: "DRAINING" })],
    ["that is gone", { status: "INACTIVE" }, 5, unusable({ why: "status", status: "INACTIVE" })],
    ["that has a task, where no instance is shown", { ...idle, runningCount: 1 }, 0, doubtful],
    ["that is to have a task, where no instance is shown", { ...idle, pendingCount: 1 }, 0, doubtful],
    ["but for one without tasks, where there is no instance", idle, 0, set],
    ["but for one with tasks, where there is an instance", { ...idle, runningCount: 1 }, 1, set],
  ];
  for (const [why, change, active, expected] of table)
    it(why, () =>
      expect(decideScaling(web, change && service("web", change), active)).to.deep.equal(expected),
    );
});
