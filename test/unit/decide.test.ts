// Protects the rules of a drain: each row is one line of the rule book, both sides of every boundary among them.
import { expect } from "chai";
import { decide } from "../../shared/decide.ts";
import type { ClusterMember, Observation, Registration } from "../../shared/observation.ts";
import { type Memory, NO_MEMORY, type Termination } from "../../shared/termination.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** The message's time; `now` in the rows counts from here. */
const SINCE = Date.parse("2026-01-05T09:00:00Z");

const termination = (memory: Partial<Memory> = {}, change: Partial<Termination> = {}): Termination => ({
  instanceId: "i-1",
  group: "fleet",
  hook: "drain",
  token: undefined,
  since: SINCE,
  settings: { elbNames: [], targetGroups: [], clusterNames: ["main"], pollSeconds: 5 },
  ...change,
  memory: { ...NO_MEMORY, ...memory },
});

const observed = (change: Partial<Observation> = {}): Observation => ({
  membership: { group: "fleet", state: "Terminating:Wait" },
  members: [],
  registrations: [],
  managedTargetGroups: [],
  managedElbNames: [],
  otherHooks: undefined,
  unread: {},
  ...change,
});

const member = (status: string, ...tasks: ClusterMember["tasks"][number][]): ClusterMember => ({
  cluster: "main",
  containerInstance: {
    arn: "ci-1",
    instanceId: "i-1",
    status,
    wantedTasks: tasks.filter((each) => each.wanted).length,
  },
  tasks,
  listed: true,
});
const task = (
  status: string,
  change: Partial<ClusterMember["tasks"][number]> = {},
): ClusterMember["tasks"][number] => ({
  arn: `task-${status}`,
  containerInstance: "ci-1",
  wanted: ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"].includes(status),
  service: "web",
  status,
  hostPorts: [],
  stoppedAt: undefined,
  ...change,
});
const target = (change: Partial<Registration> = {}): Registration => ({
  kind: "target",
  id: "tg-1",
  name: "static",
  port: 8080,
  pointsAt: [change.port ?? 8080],
  state: "registered",
  managed: false,
  services: [],
  ...change,
});
const classic = (change: Partial<Registration> = {}): Registration =>
  target({ kind: "classic", id: "elb", name: "elb", port: undefined, pointsAt: [8080], ...change });

/** What the instance was seen in, so that one empty look is enough. */
const seen = {
  containerInstances: [{ cluster: "main", arn: "ci-1" }],
  registrations: [{ kind: "target", targetGroup: "tg-1", port: 8080 }],
} as const satisfies Partial<Memory>;

type Row = {
  why: string;
  memory?: Partial<Memory>;
  observed?: Partial<Observation>;
  /** Milliseconds after the message's time; a minute where it does not matter. */
  now?: number;
  /** The outcome's kind, then the steps' kinds. */
  expected: string[];
};

function rows(title: string, table: Row[]): void {
  describe(title, () => {
    for (const { why, memory, observed: change, now = MINUTE, expected } of table) {
      it(why, () => {
        const { outcome, steps } = decide(termination(memory), observed(change), SINCE + now);
        expect([
          outcome.kind,
          ...steps.map((step) => (step.kind === "deregister" && step.orphaned ? "orphan" : step.kind)),
        ]).to.deep.equal(expected);
      });
    }
  });
}

const state = (name: string, group = "fleet") => ({ membership: { group, state: name } });

describe("decide", () => {
  rows("rule 1: only in a wait state", [
    ...["Terminating:Wait", "Warmed:Terminating:Wait", "Warmed:Pending:Wait", "ReplacingRootVolume:Wait"].map(
      (name) => ({
        why: `${name}: drain`,
        observed: { ...state(name), registrations: [target()] },
        expected: ["wait", "deregister"],
      }),
    ),
    ...["Terminating", "Warmed:Terminating", "ReplacingRootVolume"].map((name) => ({
      why: `${name}: touch nothing, look again, however long it takes`,
      observed: { ...state(name), registrations: [target()] },
      now: 60 * MINUTE,
      expected: ["wait"],
    })),
    ...[
      "InService",
      "Standby",
      "EnteringStandby",
      "Pending",
      "Pending:Wait",
      "Pending:Proceed",
      "Detaching",
      "Warmed:Stopped",
      "Quarantined",
      "SomethingNew",
    ].flatMap((name) => [
      {
        why: `${name}: touch nothing, and wait until two minutes after the message`,
        observed: { ...state(name), registrations: [target()] },
        now: 2 * MINUTE - 1,
        expected: ["wait"],
      },
      {
        why: `${name}: let go two minutes after the message`,
        observed: state(name),
        now: 2 * MINUTE,
        expected: ["let go"],
      },
    ]),
    {
      why: "another group's instance: wait",
      observed: state("Terminating:Wait", "other"),
      now: 2 * MINUTE - 1,
      expected: ["wait"],
    },
    {
      why: "another group's instance: let go",
      observed: state("Terminating:Wait", "other"),
      now: 2 * MINUTE,
      expected: ["let go"],
    },
    ...[
      "Terminating:Proceed",
      "Warmed:Terminating:Proceed",
      "Warmed:Pending:Proceed",
      "ReplacingRootVolume:Proceed",
      "Terminated",
      "Warmed:Terminated",
      "Terminating:Retained",
      "Warmed:Terminating:Retained",
      "Warmed:Pending:Retained",
    ].map((name) => ({
      why: `${name}: nothing to complete, let go at once`,
      observed: state(name),
      now: 0,
      expected: ["let go"],
    })),
    { why: "no group knows it, first look: wait", observed: { membership: undefined }, expected: ["wait"] },
    {
      why: "no group knows it, second look too soon: wait",
      memory: { absentSince: SINCE + MINUTE - 30 * SECOND + 1 },
      observed: { membership: undefined },
      expected: ["wait"],
    },
    {
      why: "no group knows it, second look 30 s later: let go",
      memory: { absentSince: SINCE + MINUTE - 30 * SECOND },
      observed: { membership: undefined },
      expected: ["let go"],
    },
    {
      why: "Auto Scaling was not read: wait, whatever else was",
      memory: { ...seen, absentSince: SINCE - MINUTE },
      observed: { membership: undefined, unread: { membership: "denied" } },
      expected: ["wait"],
    },
  ]);

  rows("rule 2: who takes out what, and when", [
    {
      why: "nothing listens behind ours: both begin together",
      observed: { members: [member("ACTIVE", task("RUNNING"))], registrations: [target()] },
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "a task listens behind our target: it goes first",
      observed: {
        members: [member("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target()],
      },
      expected: ["wait", "deregister"],
    },
    {
      why: "a task listens behind our classic load balancer: it goes first",
      observed: {
        members: [member("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [classic()],
      },
      expected: ["wait", "deregister"],
    },
    {
      why: "ours still drains: DRAINING waits",
      memory: { ...seen, actedAt: SINCE },
      observed: {
        members: [member("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target({ state: "draining" })],
      },
      expected: ["wait"],
    },
    {
      why: "ours is gone, but the deregistration was less than 10 s ago: DRAINING waits",
      memory: { ...seen, actedAt: SINCE + MINUTE - 10 * SECOND + 1 },
      observed: { members: [member("ACTIVE", task("RUNNING", { hostPorts: [8080] }))] },
      expected: ["wait"],
    },
    {
      why: "ours is gone, and long enough: DRAINING",
      memory: { ...seen, actedAt: SINCE + MINUTE - 10 * SECOND },
      observed: { members: [member("ACTIVE", task("RUNNING", { hostPorts: [8080] }))] },
      expected: ["wait", "drain"],
    },
    {
      why: "a STOPPED task listens no more",
      observed: {
        members: [member("ACTIVE", task("STOPPED", { hostPorts: [8080] }))],
        registrations: [target()],
      },
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "managed ones are left to ECS, and do not hold DRAINING back",
      observed: {
        members: [member("ACTIVE", task("RUNNING", { hostPorts: [40_000] }))],
        registrations: [target({ managed: true, port: 40_000, services: ["web"] })],
      },
      expected: ["wait", "drain"],
    },
    {
      why: "DRAINING already: not set again",
      observed: { members: [member("DRAINING", task("RUNNING"))] },
      expected: ["wait"],
    },
    {
      why: "the tasks were not read: nothing is touched",
      observed: { members: [member("ACTIVE")], registrations: [target()], unread: { tasks: "denied" } },
      expected: ["wait"],
    },
    {
      why: "the registrations were not read: no DRAINING while a task listens, but what was seen of ours goes",
      observed: {
        members: [member("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target()],
        unread: { registrations: "denied" },
      },
      expected: ["wait", "deregister"],
    },
    {
      why: "a managed target whose task runs is no orphan",
      memory: { drainingAt: SINCE },
      observed: {
        members: [member("DRAINING", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      now: 10 * MINUTE,
      expected: ["wait"],
    },
    ...[
      { stoppedAgo: MINUTE - 1, expected: ["wait"] },
      { stoppedAgo: MINUTE, expected: ["wait", "orphan"] },
    ].map(({ stoppedAgo, expected }) => ({
      why: `a managed target still registered ${stoppedAgo} ms after its task stopped: ${expected.join(", ")}`,
      memory: { drainingAt: SINCE },
      observed: {
        members: [
          member(
            "DRAINING",
            task("STOPPED", { hostPorts: [8080], stoppedAt: SINCE + 5 * MINUTE - stoppedAgo }),
          ),
        ],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      now: 5 * MINUTE,
      expected,
    })),
    {
      why: "one that drains is no orphan",
      memory: { drainingAt: SINCE },
      observed: {
        members: [member("DRAINING", task("STOPPED", { hostPorts: [8080], stoppedAt: SINCE }))],
        registrations: [target({ managed: true, services: ["web"], state: "draining" })],
      },
      now: 5 * MINUTE,
      expected: ["wait"],
    },
    {
      why: "registered in a managed group with no task behind it: an orphan a minute after DRAINING",
      memory: { drainingAt: SINCE + 4 * MINUTE },
      observed: {
        members: [member("DRAINING")],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      now: 5 * MINUTE,
      expected: ["wait", "orphan"],
    },
    {
      why: "the same before DRAINING is set: not yet",
      observed: {
        members: [member("ACTIVE")],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      now: 5 * MINUTE,
      expected: ["wait", "drain"],
    },
  ]);

  rows("rule 3: gone means gone", [
    ...["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING"].map(
      (status) => ({
        why: `a task that is ${status} is still there`,
        memory: seen,
        observed: { members: [member("DRAINING", task(status))] },
        expected: ["wait"],
      }),
    ),
    {
      why: "seen and gone needs one look",
      memory: { ...seen, drainingAt: SINCE },
      observed: { members: [member("DRAINING", task("STOPPED"))] },
      expected: ["complete"],
    },
    {
      why: "a target that drains is still there",
      memory: seen,
      observed: { registrations: [target({ state: "draining" })] },
      expected: ["wait"],
    },
    {
      why: "less than 10 s after the last step: not believed",
      memory: { ...seen, drainingAt: SINCE, actedAt: SINCE + MINUTE - 10 * SECOND + 1 },
      observed: { members: [member("DRAINING")] },
      expected: ["wait"],
    },
    {
      why: "10 s after the last step: believed",
      memory: { ...seen, drainingAt: SINCE, actedAt: SINCE + MINUTE - 10 * SECOND },
      observed: { members: [member("DRAINING")] },
      expected: ["complete"],
    },
    { why: "nothing ever seen, first look: not believed", expected: ["wait"] },
    {
      why: "no container instance ever seen, second look too soon: not believed",
      memory: { ...seen, containerInstances: [], noMemberSince: SINCE + MINUTE - 10 * SECOND + 1 },
      expected: ["wait"],
    },
    {
      why: "no container instance ever seen, second look 10 s later: believed",
      memory: { ...seen, containerInstances: [], noMemberSince: SINCE + MINUTE - 10 * SECOND },
      expected: ["complete"],
    },
    {
      why: "no registration ever seen, second look too soon: not believed",
      memory: { ...seen, registrations: [], noRegistrationSince: SINCE + MINUTE - 10 * SECOND + 1 },
      expected: ["wait"],
    },
    {
      why: "no registration ever seen, second look 10 s later: believed",
      memory: { ...seen, registrations: [], noRegistrationSince: SINCE + MINUTE - 10 * SECOND },
      expected: ["complete"],
    },
    {
      why: "the tasks were not read: not gone",
      memory: seen,
      observed: { unread: { tasks: "denied" } },
      expected: ["wait"],
    },
    {
      why: "the registrations were not read: not gone",
      memory: seen,
      observed: { unread: { registrations: "denied" } },
      expected: ["wait"],
    },
    {
      why: "somebody else's DRAINING, seen just now: reads may lag",
      memory: seen,
      observed: { members: [member("DRAINING", task("STOPPED"))] },
      expected: ["wait"],
    },
  ]);

  rows("rule 6: done twice is done once", [
    {
      why: "refused, no other hook: tried again",
      memory: { ...seen, refusedAt: SINCE + MINUTE },
      observed: { otherHooks: [] },
      expected: ["complete"],
    },
    {
      why: "refused for just under two minutes: tried again",
      memory: { ...seen, refusedAt: SINCE },
      observed: { otherHooks: [] },
      now: 2 * MINUTE - 1,
      expected: ["complete"],
    },
    {
      why: "refused for two minutes: given up",
      memory: { ...seen, refusedAt: SINCE },
      observed: { otherHooks: [] },
      now: 2 * MINUTE,
      expected: ["let go"],
    },
    {
      why: "refused, another hook explains the wait: done at once",
      memory: { ...seen, refusedAt: SINCE + MINUTE },
      observed: { otherHooks: ["backup"] },
      expected: ["let go"],
    },
    {
      why: "refused, the hooks were not read: wait",
      memory: { ...seen, refusedAt: SINCE },
      observed: { unread: { hooks: "denied" } },
      expected: ["wait"],
    },
  ]);

  describe("when it looks again", () => {
    const until = (memory: Partial<Memory>, now = MINUTE, pollSeconds = 5) => {
      const settings = { ...termination().settings, pollSeconds };
      const { outcome } = decide(
        termination(memory, { settings }),
        observed({ registrations: [target({ state: "draining" })] }),
        SINCE + now,
      );
      if (outcome.kind !== "wait") throw new Error("expected to wait");
      return outcome.until - SINCE - now;
    };
    const waitingFor = "1 target draining in static";

    it("after poll_seconds", () => expect(until({})).to.equal(5 * SECOND));
    it("after poll_seconds as set", () => expect(until({}, MINUTE, 20)).to.equal(20 * SECOND));
    it("after poll_seconds for a quarter of an hour without change", () =>
      expect(until({ waitingFor, changedAt: SINCE }, 15 * MINUTE - 1)).to.equal(5 * SECOND));
    it("after 30 s from then on", () =>
      expect(until({ waitingFor, changedAt: SINCE }, 15 * MINUTE)).to.equal(30 * SECOND));
    it("never sooner than poll_seconds", () =>
      expect(until({ waitingFor, changedAt: SINCE }, 15 * MINUTE, 45)).to.equal(45 * SECOND));
    it("after poll_seconds again once something changes", () =>
      expect(until({ waitingFor: "2 targets draining in static", changedAt: SINCE }, 60 * MINUTE)).to.equal(
        5 * SECOND,
      ));
    it("exactly when a first empty look can be believed", () => {
      const { outcome, memory } = decide(termination(), observed(), SINCE);
      expect(outcome).to.include({ kind: "wait", until: SINCE + 10 * SECOND });
      expect(memory.lookAt).to.equal(SINCE + 10 * SECOND);
    });
    it("exactly when an absent instance can be believed gone", () => {
      const { outcome } = decide(termination(), observed({ membership: undefined }), SINCE);
      expect(outcome).to.include({ kind: "wait", until: SINCE + 30 * SECOND });
    });
  });

  describe("what it remembers and says", () => {
    it("remembers all that it saw, once", () => {
      const look = observed({
        members: [member("ACTIVE", task("RUNNING"))],
        registrations: [target(), classic({ managed: true })],
        managedTargetGroups: ["tg-2"],
        managedElbNames: ["elb"],
      });
      const first = decide(termination(), look, SINCE).memory;
      expect(first).to.deep.include({
        containerInstances: [{ cluster: "main", arn: "ci-1" }],
        registrations: [
          { kind: "target", targetGroup: "tg-1", port: 8080 },
          { kind: "classic", loadBalancer: "elb" },
        ],
        managedTargetGroups: ["tg-2"],
        managedElbNames: ["elb"],
      });
      const second = decide(termination(first), look, SINCE + 5 * SECOND).memory;
      expect(second.registrations).to.deep.equal(first.registrations);
      expect(second.changedAt).to.equal(first.changedAt);
    });

    it("forgets that the instance was absent once a group shows it", () => {
      expect(decide(termination({ absentSince: SINCE }), observed(), SINCE).memory.absentSince).to.equal(
        undefined,
      );
    });

    it("says what is left: load balancers by state, tasks by status in the order of their lives", () => {
      const { outcome } = decide(
        termination(),
        observed({
          members: [member("DRAINING", task("STOPPING"), task("RUNNING"), task("RUNNING"), task("STOPPED"))],
          registrations: [
            target({ managed: true }),
            target({ managed: true, port: 8081 }),
            classic({ state: "draining" }),
          ],
        }),
        SINCE,
      );
      expect(outcome).to.include({
        waitingFor: "2 targets registered in static, draining with elb, 2 tasks RUNNING, 1 task STOPPING",
      });
    });

    it("says what is left once the steps of this look are taken", () => {
      const waitingFor = (change: Partial<Observation>) => {
        const { outcome } = decide(termination(), observed(change), SINCE);
        return outcome.kind === "wait" ? outcome.waitingFor : outcome.kind;
      };
      expect(waitingFor({ registrations: [target()] })).to.equal("1 target draining in static");
      expect(waitingFor({ members: [member("ACTIVE", task("RUNNING"))] })).to.equal("1 task RUNNING");
      expect(waitingFor({ members: [member("ACTIVE")] })).to.equal("what was just done to take effect");
      const behind = {
        members: [member("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target()],
      };
      expect(waitingFor(behind)).to.equal("1 target draining in static, 1 task RUNNING, not yet DRAINING");
    });

    it("warns of a configured cluster that lacks the instance", () => {
      expect(decide(termination(), observed(), SINCE).warnings.map((each) => each.phrase)).to.deep.equal([
        "cluster lacks the instance",
      ]);
    });

    it("does not where no cluster is configured, where it was seen before, or where the cluster was not read", () => {
      const none = termination({}, { settings: { ...termination().settings, clusterNames: [] } });
      expect(decide(none, observed(), SINCE).warnings).to.deep.equal([]);
      expect(decide(termination(seen), observed(), SINCE).warnings).to.deep.equal([]);
      expect(decide(termination(), observed({ unread: { tasks: "denied" } }), SINCE).warnings).to.deep.equal(
        [],
      );
    });
  });
});
