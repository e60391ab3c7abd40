// Protects what is remembered from pass to pass: nothing is forgotten that AWS may stop to show, and a list of tasks is
// believed to be empty only once no more can come.
import { expect } from "chai";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import {
  clusterInstance,
  clusterInstanceOf,
  decisionOf,
  denied,
  hook,
  MINUTE,
  type Row,
  SECOND,
  SINCE,
  seen,
  target,
  task,
} from "./builders.ts";

const now = 5 * MINUTE;
const at = SINCE + now;
const memoryOf = (row: Partial<Row>): Memory => decisionOf({ now, ...row }).memory;
const listed = (isListed: boolean, ...tasks: Parameters<typeof task>[0][]) => ({
  clusterInstances: [
    { ...clusterInstance("DRAINING", ...tasks.map((status) => task(status))), listed: isListed },
  ],
});

describe("what is remembered", () => {
  describe("since when a hook has held the instance on its way to its end", () => {
    const sinceIn = (state: string, memory: Partial<Memory> = {}) =>
      memoryOf({
        memory,
        observed: {
          groupInstance: { group: "fleet", state },
          clusterInstances: [clusterInstance("DRAINING")],
        },
      }).terminatingSince;

    it("is the first pass that shows it so, whatever was before", () => {
      for (const state of ["Terminating:Wait", "Warmed:Terminating:Wait"]) {
        expect(sinceIn(state)).to.equal(at);
        expect(sinceIn(state, { returns: "warm pool" })).to.equal(at);
        expect(sinceIn(state, { terminatingSince: SINCE })).to.equal(SINCE);
      }
    });

    it("is no pass that shows it on its way back", () => {
      expect(sinceIn("Warmed:Pending:Wait")).to.equal(undefined);
      expect(sinceIn("ReplacingRootVolume:Wait")).to.equal(undefined);
    });
  });

  describe("that a Network Load Balancer may have had what a sweep found", () => {
    const found = (observed: Partial<Observation>, memory: Partial<Memory> = {}) =>
      memoryOf({
        memory: { foundDrained: true, ...memory },
        observed: { clusterInstances: [], registrations: [], ...observed },
      }).foundDrained;
    const silentHook = { hooks: [hook({ target: undefined })] };
    const managed = {
      hooks: [hook(), hook({ name: "ecs-managed-draining-termination-hook" })],
      clusterInstances: [clusterInstance("DRAINING")],
    };
    const rows: [string, boolean, Partial<Observation>, Partial<Memory>?][] = [
      ["nothing is left", true, {}],
      ["nothing is left, and its hook notifies nobody", false, silentHook],
      ["it is ACTIVE", false, { clusterInstances: [clusterInstance("ACTIVE")] }],
      ["it is DRAINING", true, { ...silentHook, clusterInstances: [clusterInstance("DRAINING")] }],
      ["ECS may have set it DRAINING", false, managed],
      ["another's target is left", false, { registrations: [target()] }],
      [
        "a target could not be read",
        true,
        { registrations: [target()], unread: { registrations: denied() } },
      ],
      ["its hooks could not be read", true, { hooks: undefined }],
      ["a pass has read it before", true, { registrations: [target()] }, { noRegistrationSince: SINCE }],
    ];
    for (const [what, expected, observed, memory] of rows)
      it(`${expected ? "is" : "is not"} believed where ${what}`, () =>
        expect(found(observed, memory)).to.equal(expected));
  });

  describe("since when none of its tasks is to run", () => {
    const drained = (ago: number): Partial<Memory> => ({
      ...seen,
      drainingAt: SINCE,
      drained: [{ what: "ci-1", at: at - ago }],
    });
    const counting = (status: string, tasksToRun: number) => ({
      clusterInstances: [clusterInstanceOf({ status, tasksToRun }, [task("STOPPING")])],
    });
    /** [why, the memory, the observation, since when] */
    const table: [string, Partial<Memory>, Partial<Observation>, number | undefined][] = [
      ["none is counted, 10 s after DRAINING", drained(10 * SECOND), counting("DRAINING", 0), at],
      ["less than 10 s after DRAINING", drained(10 * SECOND - 1), counting("DRAINING", 0), undefined],
      [
        "DRAINING was never seen",
        seen,
        { clusterInstances: [clusterInstanceOf({ status: "INACTIVE" })] },
        undefined,
      ],
      [
        "none was counted before: since then",
        { ...drained(MINUTE), noTasksToRunSince: SINCE },
        counting("DRAINING", 0),
        SINCE,
      ],
      [
        "one of two has left its cluster, and none is counted by the other: certain",
        drained(MINUTE),
        {
          clusterInstances: [
            ...counting("INACTIVE", 1).clusterInstances,
            ...counting("DRAINING", 0).clusterInstances,
          ],
        },
        at,
      ],
      [
        "none is counted by one of two, and one by the other",
        drained(MINUTE),
        {
          clusterInstances: [
            ...counting("DRAINING", 0).clusterInstances,
            ...counting("DRAINING", 1).clusterInstances,
          ],
        },
        undefined,
      ],
      [
        "one is counted",
        { ...drained(MINUTE), noTasksToRunSince: SINCE },
        counting("DRAINING", 1),
        undefined,
      ],
      [
        "somebody has set it ACTIVE",
        { ...drained(MINUTE), noTasksToRunSince: SINCE },
        counting("ACTIVE", 0),
        undefined,
      ],
      [
        "it could not be read: as it was",
        { ...drained(MINUTE), noTasksToRunSince: SINCE },
        { unread: { tasks: denied() } },
        SINCE,
      ],
      [
        "it could not be read, and was not known before",
        drained(MINUTE),
        { unread: { tasks: denied() } },
        undefined,
      ],
    ];
    for (const [why, memory, observed, expected] of table) {
      it(why, () => expect(memoryOf({ memory, observed }).noTasksToRunSince).to.equal(expected));
    }
  });

  describe("that no task is left, once they were listed again after DRAINING, by the versions of then", () => {
    const since = (drainingAt: number | undefined) => ({ ...seen, drainingAt });
    const settled = since(at - 10 * SECOND);
    const versions = (version: number, arn = "ci-1") => [{ arn, version }];
    const known = { ...settled, noTasksVersions: versions(1) };
    const other = (listed: boolean, version = 1) => ({
      ...clusterInstanceOf({ arn: "ci-2", version, status: "DRAINING" }),
      listed,
    });
    /** [why, the memory, the observation, what is known of which versions] */
    const table: [string, Partial<Memory>, Partial<Observation>, Memory["noTasksVersions"]][] = [
      ["listed, 10 s after DRAINING: certain", settled, listed(true, "STOPPED"), versions(1)],
      ["listed, without any task: the same", settled, listed(true), versions(1)],
      [
        "listed less than 10 s after DRAINING: one may still come",
        since(at - 10 * SECOND + 1),
        listed(true),
        [],
      ],
      [
        "listed less than 10 s after DRAINING was set again: the same",
        { ...settled, drained: [{ what: "ci-1", at: at - 10 * SECOND + 1 }] },
        listed(true),
        [],
      ],
      [
        "certain before, and set ACTIVE by somebody: one may come again",
        known,
        { clusterInstances: [clusterInstance("ACTIVE")] },
        [],
      ],
      [
        "certain before, and one of two container instances set ACTIVE by somebody: the same",
        known,
        { clusterInstances: [...listed(true).clusterInstances, clusterInstance("ACTIVE")] },
        [],
      ],
      ["not DRAINING yet", since(undefined), { clusterInstances: [clusterInstance("ACTIVE")] }, []],
      ["only those that were known were described", settled, listed(false, "STOPPED"), []],
      [
        "of two container instances one was not listed: the other one",
        settled,
        { clusterInstances: [...listed(true).clusterInstances, other(false)] },
        versions(1),
      ],
      [
        "of two container instances the other one is listed later: both",
        known,
        { clusterInstances: [...listed(false).clusterInstances, other(true)] },
        [...versions(1), ...versions(1, "ci-2")],
      ],
      ["a task is left", settled, listed(true, "DEPROVISIONING"), []],
      [
        "it was certain before, and yet a task runs on one of two container instances",
        known,
        {
          clusterInstances: [...listed(false, "RUNNING").clusterInstances, ...listed(true).clusterInstances],
        },
        [],
      ],
      ["the tasks were not read", settled, { ...listed(true), unread: { tasks: denied() } }, []],
      ["no container instance", settled, {}, []],
      ["it was certain before: still", known, listed(false, "STOPPED"), versions(1)],
      [
        "it was certain before, of two, each of a version of its own: still",
        { ...known, noTasksVersions: [...versions(1), ...versions(2, "ci-2")] },
        { clusterInstances: [...listed(false).clusterInstances, other(false, 2)] },
        [...versions(1), ...versions(2, "ci-2")],
      ],
      ["it was certain before, and listed again: once", known, listed(true, "STOPPED"), versions(1)],
      ["it was certain before, and yet a task runs", known, listed(false, "RUNNING"), []],
      [
        "it was certain before, of another version: one may have started, and be in no list yet",
        { ...known, noTasksVersions: versions(0) },
        listed(true, "STOPPED"),
        [],
      ],
      [
        "it was certain before, of two, and one has another version: neither is any more",
        { ...known, noTasksVersions: [...versions(1), ...versions(1, "ci-2")] },
        { clusterInstances: [...listed(false).clusterInstances, other(true, 2)] },
        [],
      ],
    ];
    for (const [why, memory, observed, expected] of table) {
      it(why, () => expect(memoryOf({ memory, observed }).noTasksVersions).to.deep.equal(expected));
    }

    it("where it was of another version, all is waited for once more as if DRAINING had taken effect now", () => {
      const actedAt = (noTasksVersions: Memory["noTasksVersions"]) =>
        memoryOf({ memory: { ...settled, actedAt: SINCE, noTasksVersions }, observed: listed(true) }).actedAt;
      expect([actedAt([]), actedAt(versions(1)), actedAt(versions(0))]).to.deep.equal([SINCE, SINCE, at]);
    });
  });

  describe("the tasks", () => {
    const tasksOf = (memory: Partial<Memory>, observed: Partial<Observation>) =>
      memoryOf({ memory, observed }).tasks;
    const known = { tasks: ["task-known"] };

    it("are those of this pass, but for what stopped before the termination began", () => {
      const old = task("STOPPED", { arn: "task-old", stoppedAt: SINCE - 1 });
      const late = task("STOPPED", { arn: "task-late", stoppedAt: SINCE });
      const reconcile = { clusterInstances: [clusterInstance("DRAINING", task("RUNNING"), old, late)] };
      expect(tasksOf(known, reconcile)).to.deep.equal(["task-RUNNING", "task-late"]);
    });

    it("are those of the pass before where they were not read, or where there is no container instance", () => {
      expect(
        tasksOf(known, { clusterInstances: [clusterInstance("DRAINING")], unread: { tasks: denied() } }),
      ).to.deep.equal(known.tasks);
      expect(tasksOf(known, {})).to.deep.equal(known.tasks);
      expect(tasksOf({}, {})).to.equal(undefined);
    });
  });

  it("that nothing was there, since the first pass that could tell", () => {
    expect(memoryOf({})).to.include({ noContainerInstanceSince: at, noRegistrationSince: at });
    expect(memoryOf({ memory: { noContainerInstanceSince: SINCE, noRegistrationSince: SINCE } })).to.include({
      noContainerInstanceSince: SINCE,
      noRegistrationSince: SINCE,
    });
    const there = { clusterInstances: [clusterInstance("DRAINING")], registrations: [target()] };
    expect(memoryOf({ observed: there })).to.include({
      noContainerInstanceSince: undefined,
      noRegistrationSince: undefined,
    });
    // Which load balancers to ask, the tasks' services tell.
    expect(memoryOf({ observed: { unread: { tasks: denied() } } })).to.include({
      noContainerInstanceSince: undefined,
      noRegistrationSince: undefined,
    });
    expect(memoryOf({ observed: { unread: { registrations: denied() } } })).to.include({
      noContainerInstanceSince: at,
      noRegistrationSince: undefined,
    });
  });

  it("since when it drains, where somebody else set DRAINING: as if it had just been done", () => {
    const draining = { observed: { clusterInstances: [clusterInstance("DRAINING")] } };
    expect(memoryOf(draining)).to.include({ drainingAt: at, actedAt: at });
    expect(memoryOf({ ...draining, memory: { drainingAt: SINCE, actedAt: SINCE } })).to.include({
      drainingAt: SINCE,
      actedAt: SINCE,
    });
    expect(memoryOf({ ...draining, memory: { actedAt: SINCE } })).to.include({ drainingAt: at, actedAt: at });
    expect(memoryOf({ observed: { clusterInstances: [clusterInstance("ACTIVE")] } })).to.include({
      drainingAt: undefined,
    });
  });
});
