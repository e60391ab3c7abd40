// Protects the two minutes before a Spot interruption: all steps at once, nothing completed, and an end. And it protects instances
// that nobody interrupts: a notice that nothing proves touches nothing.
import { expect } from "chai";
import { event, unreadBlocker } from "../../../../shared/model/blocker.ts";
import type { InterruptionDoubt } from "../../../../shared/model/interruption.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { withProvenInterruption } from "../../../../shared/rules/spot-interruption.ts";
import {
  clusterInstance,
  decisionOf,
  denied,
  lifecycleState,
  MINUTE,
  NOT_DRAINING,
  OURS,
  observed,
  type Row,
  rows,
  SINCE,
  seen,
  state,
  target,
  targetsLeft,
  task,
  tasksLeft,
  termination,
} from "./builders.ts";

const announced = { spotStatus: "marked-for-termination" };

type Told = NonNullable<Row["told"]>;
const noticed: Told = { hook: undefined, interruptedAt: SINCE };
const joined: Told = { interruptedAt: SINCE } satisfies Partial<Termination>;
const serving = {
  clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
  registrations: [target()],
};

describe("decide", () => {
  rows("rule 12: a Spot interruption", [
    ...["InService", "Standby", "Pending", "Detached", "Terminating", "Terminating:Wait"].map(
      (name): Row => ({
        why: `${name}: both steps at once, though a task listens behind ours`,
        told: noticed,
        observed: { ...state(name), ...serving },
        expected: ["wait", "deregister", "drain"],
      }),
    ),
    {
      why: "the tasks were not read: nothing is touched, as ever",
      told: noticed,
      observed: { ...state("InService"), ...serving, unread: { tasks: denied() } },
      expected: ["wait"],
    },
    {
      why: "the registrations were not read: DRAINING all the same",
      told: noticed,
      observed: {
        ...state("InService"),
        clusterInstances: serving.clusterInstances,
        unread: { registrations: denied() },
      },
      expected: ["wait", "drain"],
    },
    {
      why: "a managed target is left to ECS even so",
      told: noticed,
      observed: {
        ...state("InService"),
        clusterInstances: [clusterInstance("DRAINING", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      expected: ["wait"],
    },
    {
      why: "nothing is left: nothing is completed, for there is no lifecycle action",
      told: noticed,
      memory: { ...seen, drainingAt: SINCE },
      observed: { ...state("InService"), clusterInstances: [clusterInstance("DRAINING")] },
      expected: ["wait"],
      because: [event("spot interruption")],
    },
    {
      why: "another group's, whatever the notice: untouched",
      told: noticed,
      observed: { ...state("InService", "other"), ...serving },
      expected: ["wait"],
    },
    {
      why: "just under two minutes: still at it",
      told: noticed,
      observed: { ...state("InService"), ...serving },
      now: 2 * MINUTE - 1,
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "two minutes: dropped, and what is still there is named as it is",
      told: noticed,
      observed: { ...state("InService"), ...serving },
      now: 2 * MINUTE,
      expected: ["drop"],
      because: {
        why: "spot interruption",
        left: [targetsLeft("registered"), tasksLeft("RUNNING"), NOT_DRAINING],
      },
    },
    {
      why: "two minutes, with nothing left: dropped as drained",
      told: noticed,
      memory: { ...seen, drainingAt: SINCE },
      observed: { ...state("InService"), clusterInstances: [clusterInstance("DRAINING")] },
      now: 2 * MINUTE,
      expected: ["drop"],
      because: { why: "spot interruption", left: [] },
    },
    {
      why: "it is on its way out: nothing to do",
      told: noticed,
      observed: state("Terminating:Proceed"),
      expected: ["drop"],
    },
    {
      why: "no group knows it any more: rule 1 holds",
      told: noticed,
      observed: { groupInstance: undefined },
      expected: ["wait"],
    },
    {
      why: "joined by a hook's message, not held yet: both steps at once",
      told: joined,
      observed: { ...state("InService"), ...serving },
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "joined by a hook's message, held: both steps at once",
      told: joined,
      observed: serving,
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "joined by a hook's message, held, drained: completed",
      told: joined,
      memory: { ...seen, drainingAt: SINCE },
      observed: { clusterInstances: [clusterInstance("DRAINING")] },
      expected: ["complete"],
    },
    {
      why: "joined by a hook's message, on its way to be held, when the two minutes are over: the hook's message is kept",
      told: joined,
      observed: { ...state("Terminating"), ...serving },
      now: 2 * MINUTE,
      expected: ["wait"],
      because: [lifecycleState("Terminating", "end of wait")],
    },
    {
      why: "joined by a hook's message, held, when the two minutes are over: the drain goes on until it is certainly dead",
      told: joined,
      observed: { clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))] },
      now: 2 * MINUTE,
      expected: ["wait"],
    },
    {
      why: "joined by a hook's message, InService still, when the two minutes are over: rule 1 holds",
      told: joined,
      observed: { ...state("InService"), ...serving },
      now: 2 * MINUTE,
      expected: ["drop"],
      because: { why: "not terminating", state: "InService", group: undefined },
    },
  ]);
});

describe("a notice", () => {
  const unproven: Told = { hook: undefined, noticedAt: SINCE };
  const plain = { ...state("InService"), ...serving };
  const unread = (what: "interruption" | "hooks"): Partial<Observation> =>
    what === "hooks"
      ? { hooks: undefined, unread: { hooks: denied() } }
      : { unread: { interruption: denied() } };

  rows("rule 12: a notice that nothing proves touches nothing", [
    ...["InService", "Standby", "Pending", "Terminating", "Terminating:Wait"].map(
      (name): Row => ({
        why: `${name}: its Spot request is fulfilled`,
        told: unproven,
        observed: { ...plain, ...state(name), interruption: { spotStatus: "fulfilled" } },
        expected: ["wait"],
        because: [event("interruption proven")],
      }),
    ),
    {
      why: "it has no Spot request",
      told: unproven,
      observed: { ...plain, interruption: { spotStatus: undefined } },
      expected: ["wait"],
      because: [event("interruption proven")],
    },
    {
      why: "its Spot request could not be read",
      told: unproven,
      observed: { ...plain, ...unread("interruption") },
      expected: ["wait"],
      because: [unreadBlocker("interruption", denied())],
    },
    {
      why: "its group's hooks could not be read",
      told: unproven,
      observed: { ...plain, ...unread("hooks"), interruption: announced },
      expected: ["wait"],
      because: [unreadBlocker("hooks", denied())],
    },
    {
      why: "a millisecond before the two minutes are over: still asked for",
      told: unproven,
      observed: { ...plain, interruption: { spotStatus: "fulfilled" } },
      now: 2 * MINUTE - 1,
      expected: ["wait"],
    },
    ...(
      [
        [{ interruption: { spotStatus: "fulfilled" } }, { kind: "Spot request", status: "fulfilled" }],
        [{ interruption: { spotStatus: undefined } }, { kind: "no Spot request" }],
        [{ interruption: announced }, { kind: "no hook of ours" }],
        [{}, { kind: "unread" }],
        [{ interruption: announced, hooks: undefined }, { kind: "unread" }],
      ] as const
    ).map(
      ([change, doubt]): Row => ({
        why: `the two minutes are over, and it is not proven: dropped (${doubt.kind})`,
        told: unproven,
        observed: { ...plain, ...change },
        now: 2 * MINUTE,
        expected: ["drop"],
        because: { why: "interruption not proven", doubt },
      }),
    ),
    {
      why: "joined by a hook's message, not held yet: the hook's message is kept, as rule 1 says",
      told: { noticedAt: SINCE },
      observed: { ...plain, interruption: { spotStatus: "fulfilled" } },
      expected: ["wait"],
      because: [lifecycleState("InService", "termination")],
    },
    {
      why: "joined by a hook's message, held: drained as any other, and in no haste",
      told: { noticedAt: SINCE },
      observed: { ...serving, interruption: { spotStatus: "fulfilled" } },
      expected: ["wait", "deregister"],
    },
  ]);

  it("has a pass at its end at the latest", () => {
    const { outcome } = decisionOf({
      told: unproven,
      settings: { pollSeconds: 60 },
      observed: { ...plain, interruption: { spotStatus: "fulfilled" } },
      now: 90_000,
    });
    expect(outcome).to.include({ kind: "wait", until: SINCE + 2 * MINUTE });
  });

  it("is warned of once it is known that nothing proves it, also where a hook holds the instance", () => {
    const reasonOf = (told: Told, change: Partial<Observation>) =>
      decisionOf({ told, observed: change }).warnings.flatMap(({ kind, level, reason }) =>
        kind === "interruption not proven" ? [[level, reason]] : [],
      );
    const warned = (doubt: InterruptionDoubt) => [["warn", { why: "interruption not proven", doubt }]];
    const onDemand = { interruption: { spotStatus: undefined } };
    expect(reasonOf(unproven, { ...plain, ...onDemand })).to.deep.equal(warned({ kind: "no Spot request" }));
    expect(reasonOf({ noticedAt: SINCE }, { ...serving, ...onDemand })).to.deep.equal(
      warned({ kind: "no Spot request" }),
    );
    expect(reasonOf(unproven, { ...plain, interruption: announced })).to.deep.equal(
      warned({ kind: "no hook of ours" }),
    );
    expect(reasonOf(unproven, { ...plain, ...unread("interruption") })).to.deep.equal([]);
    expect(reasonOf(noticed, { ...plain, interruption: announced })).to.deep.equal([]);
  });

  it("is proven where EC2 takes the instance back and its group has a hook of ours, and not else", () => {
    const told = termination({}, { hook: undefined, noticedAt: SINCE });
    const provenBy = (view: Partial<Observation>, ours = OURS) =>
      withProvenInterruption(told, observed(view), ours).interruptedAt;
    expect(provenBy({ interruption: announced })).to.equal(SINCE);
    expect(provenBy({ interruption: { spotStatus: "fulfilled" } })).to.equal(undefined);
    expect(provenBy({ interruption: { spotStatus: undefined } })).to.equal(undefined);
    expect(provenBy({})).to.equal(undefined);
    expect(provenBy({ interruption: announced, hooks: undefined })).to.equal(undefined);
    expect(provenBy({ interruption: announced, hooks: [] })).to.equal(undefined);
    const theirs = { queue: "theirs", topics: [], names: [] };
    expect(provenBy({ interruption: announced }, theirs)).to.equal(undefined);
  });

  it("is proven anew by each pass: what a pass before has shown does not count", () => {
    const before = termination({}, { hook: undefined, interruptedAt: SINCE });
    expect(withProvenInterruption(before, observed(), OURS)).to.include({
      noticedAt: SINCE,
      interruptedAt: undefined,
    });
  });
});
