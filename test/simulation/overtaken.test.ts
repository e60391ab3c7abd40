// Protects the one excuse for a failed run that is about a container instance: somebody took it out of its cluster between the run's
// read and its call. Any other failure counts.
import { expect } from "chai";
import type { InvocationRecord } from "../../simulator/cloud/lambda.ts";
import { isOvertaken, type Meanwhile } from "./overtaken.ts";
import { faultsOfOurs } from "./run.ts";

const [id, arn] = ["i-00000000000000001", "arn:ci-1"];
const what = `DRAINING in c0 of ${id}: INACTIVE`;
const record: InvocationRecord = {
  name: "deregister",
  outcome: "failed",
  startedAt: 100,
  endedAt: 900,
  error: `RunFailed: 1 failure: ${what}`,
};
const call = (action: string, at: number, change = {}) => ({
  at,
  caller: "deregister",
  action: `ecs:${action}`,
  input: { cluster: "c0", containerInstances: ["arn:other", arn] },
  ...change,
});
const CALLS = [call("DescribeContainerInstances", 200), call("UpdateContainerInstancesState", 500)];
const left = (at: number, change = {}) =>
  ({
    kind: "container-instance",
    at,
    instanceId: id,
    cluster: "c0",
    arn,
    status: "INACTIVE",
    by: "ecs",
    ...change,
  }) as const;
const meanwhile = (line = left(300), calls = CALLS, readLag = 0): Meanwhile => ({
  calls,
  readLag,
  world: { story: { lines: [line] } },
});

describe("a run that fails for a container instance that has left its cluster", () => {
  /** [why, what happened meanwhile, whether that excuses it] */
  const rows: [string, Meanwhile, boolean][] = [
    ["between its read and its call", meanwhile(), true],
    ["just after its read", meanwhile(left(201)), true],
    ["when it was read", meanwhile(left(200)), false],
    ["before a read that lags", meanwhile(left(151), CALLS, 50), true],
    ["before the lag of the read", meanwhile(left(150), CALLS, 50), false],
    ["with its call", meanwhile(left(500)), true],
    ["after its call", meanwhile(left(501)), false],
    ["by a person", meanwhile(left(300, { by: "operator" })), true],
    ["by one of ours", meanwhile(left(300, { by: "terminate" })), true],
    ["in another cluster", meanwhile(left(300, { cluster: "c1" })), false],
    ["of another instance", meanwhile(left(300, { instanceId: "i-00000000000000002" })), false],
    ["that it did not read", meanwhile(left(300, { arn: "arn:ci-2" })), false],
    ["which is DRAINING", meanwhile(left(300, { status: "DRAINING" })), false],
    [
      "and read it once more before its call",
      meanwhile(
        left(300),
        [...CALLS, call("DescribeContainerInstances", 400)].sort((a, b) => a.at - b.at),
      ),
      false,
    ],
    ["and called nothing", meanwhile(left(300), CALLS.slice(0, 1)), false],
    ["and read nothing", meanwhile(left(300), CALLS.slice(1)), false],
    [
      "that another function read",
      meanwhile(
        left(300),
        CALLS.map((each) => ({ ...each, caller: "terminate" })),
      ),
      false,
    ],
  ];
  for (const [why, happened, expected] of rows) {
    it(`${expected ? "is excused" : "counts"}: ${why}`, () => {
      expect(isOvertaken(what, record, happened)).to.equal(expected);
      const faults = (isBefore: boolean) =>
        faultsOfOurs({ invocations: [record], simulation: happened }, 0, () => isBefore);
      expect(faults(true)).to.have.lengthOf(expected ? 0 : 1);
      expect(faults(false), "this version").to.have.lengthOf(1);
    });
  }

  it("is excused where the run set it ACTIVE again, and where two hooks hold the instance", () => {
    expect(isOvertaken(`ACTIVE in c0 of ${id}: INACTIVE`, record, meanwhile())).to.equal(true);
    expect(isOvertaken(`${what} (2 times)`, record, meanwhile())).to.equal(true);
  });

  it("is excused where scale-tasks had a cluster that was deleted, and no other function", () => {
    const error = "RunFailed: 2 failures: ecs:ListContainerInstances gone; ecs:DescribeServices gone";
    const faults = (name: string, isBefore: boolean) =>
      faultsOfOurs({ invocations: [{ ...record, name, error }] }, 0, () => isBefore);
    expect(faults("scale-tasks", true)).to.deep.equal([]);
    expect(faults("scale-tasks", false)).to.have.lengthOf(1);
    expect(faults("terminate", true)).to.have.lengthOf(1);
  });

  it("counts where anything else failed too, or for another reason", () => {
    const faults = (error: string) =>
      faultsOfOurs(
        { invocations: [{ ...record, error: `RunFailed: ${error}` }], simulation: meanwhile() },
        0,
        () => true,
      );
    expect(faults(`2 failures: ${what}; ecs:ListTasks denied`)).to.have.lengthOf(1);
    expect(faults(`21 failures: ${what}; and 1 more`)).to.have.lengthOf(1);
    expect(faults(`1 failure: DRAINING in c0 of ${id}: MISSING`)).to.have.lengthOf(1);
    expect(faults(`2 failures: ${what}; static: there is no such target group`)).to.deep.equal([]);
  });
});
