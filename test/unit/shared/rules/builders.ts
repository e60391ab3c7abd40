// A plain case for the tests of decide, in which each row says only what differs.
import { expect } from "chai";
import type { Blocker, Unread } from "../../../../shared/model/blocker.ts";
import type { Decided, Decision, Step } from "../../../../shared/model/decision.ts";
import type { Hook, OurHooks } from "../../../../shared/model/hooks.ts";
import { type Memory, NO_MEMORY } from "../../../../shared/model/memory.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import type { CompletionReason, DropReason } from "../../../../shared/model/reason.ts";
import type { Registration } from "../../../../shared/model/registration.ts";
import { type DrainSettings, keysOf, settingsOf } from "../../../../shared/model/settings.ts";
import type { ClusterInstance, ContainerInstance, Service } from "../../../../shared/model/tasks.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { decide } from "../../../../shared/rules/decide.ts";
import { CLOCKS_APART_MS } from "../../../../shared/rules/timings.ts";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
/** The message's time; `now` in the rows counts from here. */
export const SINCE = Date.parse("2026-01-05T09:00:00Z");

/**
 * A drain that has just begun: its time, and the hook's timer, began with the message. Its time is what the settings say here, with
 * what is added for clocks that differ.
 */
export const termination = (
  memory: Partial<Memory> = {},
  change: Partial<Omit<Termination, "settings">> & { readonly settings?: Partial<DrainSettings> } = {},
): Termination => {
  const settings: DrainSettings = {
    ...settingsOf({ cluster_name: "main", discover: "named" }),
    ...change.settings,
    drainTimeoutSeconds: (change.settings?.drainTimeoutSeconds ?? 3600) - CLOCKS_APART_MS / SECOND,
  };
  return {
    instanceId: "i-1",
    group: "fleet",
    hook: "drain",
    token: undefined,
    since: SINCE,
    noticedAt: change.interruptedAt,
    interruptedAt: undefined,
    dryRun: false,
    told: keysOf(settings),
    ...change,
    settings,
    memory: { ...NO_MEMORY, begunAt: SINCE, lastHeartbeatAt: SINCE, ...memory },
  };
};

/** The hook of the plain case; an hour is what AWS gives one that says nothing. */
export const hook = (change: Partial<Hook> = {}): Hook => {
  const heartbeatTimeout = change.heartbeatTimeout ?? 60 * MINUTE;
  return {
    name: "drain",
    heartbeatTimeout,
    globalTimeout: Math.min(172_800 * SECOND, 100 * heartbeatTimeout),
    target: "arn:aws:sqs:us-east-1:123456789012:lifecycle",
    metadata: undefined,
    ...change,
  };
};

/** By what the functions of these tests know the hook of the plain case. */
export const OURS: OurHooks = { queue: "lifecycle", topics: [], names: [] };

export const observed = (change: Partial<Observation> = {}): Observation => ({
  groupInstance: { group: "fleet", state: "Terminating:Wait" },
  clusterInstances: [],
  silentTwins: [],
  registrations: [],
  doubtfulAddresses: [],
  unfoundAddresses: [],
  managed: [],
  loadBalancers: [],
  discovery: undefined,
  missing: [],
  hooks: [hook()],
  owner: "ours",
  retains: undefined,
  // Auto Scaling shows that the termination is as old as the message says.
  activity: { startedAt: SINCE },
  interruption: undefined,
  areSendersKnown: true,
  managedDraining: undefined,
  protections: [],
  times: undefined,
  instance: undefined,
  unread: {},
  ...change,
});

export const clusterInstance = (
  status: string,
  ...tasks: ClusterInstance["tasks"][number][]
): ClusterInstance => ({
  cluster: "main",
  containerInstance: {
    arn: "ci-1",
    instanceId: "i-1",
    status,
    tasksToRun: tasks.filter((each) => each.shouldRun).length,
    agentConnected: true,
    version: 1,
    capacityProvider: undefined,
  },
  tasks,
  listed: true,
  permitted: true,
  services: [],
});
/** The same with another container instance, or with the services of its tasks. */
export const clusterInstanceOf = (
  containerInstance: Partial<ContainerInstance>,
  tasks: readonly ClusterInstance["tasks"][number][] = [],
  services: readonly Service[] = [],
): ClusterInstance => {
  const plain = clusterInstance("ACTIVE", ...tasks);
  return { ...plain, containerInstance: { ...plain.containerInstance, ...containerInstance }, services };
};
export const service = (name: string, change: Partial<Service> = {}): Service => ({
  name,
  status: "ACTIVE",
  daemon: false,
  desiredCount: 2,
  runningCount: 2,
  pendingCount: 0,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  events: [],
  loadBalancers: [],
  ...change,
});
export const task = (
  status: string,
  change: Partial<ClusterInstance["tasks"][number]> = {},
): ClusterInstance["tasks"][number] => ({
  arn: `task-${status}`,
  definition: "web:1",
  containerInstance: "ci-1",
  shouldRun: ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"].includes(status),
  group:
    change.service === undefined && "service" in change ? "family:web" : `service:${change.service ?? "web"}`,
  service: "web",
  status,
  hostPorts: [],
  mayListenOnAny: false,
  addresses: [],
  startedBy: undefined,
  createdAt: undefined,
  stoppedAt: undefined,
  ...change,
});
export const target = (change: Partial<Registration> = {}): Registration => ({
  kind: "target",
  id: "tg-1",
  name: "static",
  target: "i-1",
  port: 8080,
  pointsAt: [change.port ?? 8080],
  state: "registered",
  managed: false,
  unnamed: false,
  services: [],
  invalid: false,
  canRecheckRegistered: true,
  networkLoadBalancer: false,
  address: change.holder === undefined && change.addressTask === undefined ? undefined : change.target,
  holder: change.addressTask === undefined ? undefined : "task",
  addressTask: undefined,
  ...change,
});
export const classic = (change: Partial<Registration> = {}): Registration =>
  target({
    kind: "classic",
    id: "elb",
    name: "elb",
    port: undefined,
    pointsAt: [8080],
    canRecheckRegistered: false,
    ...change,
  });

/** What the instance was seen in, so that one empty pass is enough. */
export const seen = {
  containerInstances: [{ cluster: "main", arn: "ci-1" }],
  registrations: [{ kind: "target", id: "tg-1", port: 8080 }],
} as const satisfies Partial<Memory>;

const deregistered = [
  { what: { kind: "target", id: "tg-1", port: 8080 }, at: SINCE },
  { what: { kind: "classic", id: "elb" }, at: SINCE },
] as const;
/** What is remembered of an instance that was drained and completed, and comes back. */
export const returning = (returns: Memory["returns"], change: Partial<Memory> = {}): Partial<Memory> => ({
  ...seen,
  drainingAt: SINCE,
  deregistered,
  drained: [{ what: "ci-1", at: SINCE }],
  plannedDeregistrations: deregistered.map(({ what }) => what),
  plannedDraining: ["ci-1"],
  returns,
  returningSince: SINCE + MINUTE,
  ...change,
});

/** What is left, or not answered, as a decision names it. */
export const tasksLeft = (status: string, count = 1): Blocker => ({
  kind: "tasks",
  cluster: "main",
  status,
  count,
});
export const targetsLeft = (state: "registered" | "draining", count = 1): Blocker => ({
  kind: "registration",
  loadBalancer: "static",
  counts: true,
  state,
  count,
});
export const NOT_DRAINING: Blocker = { kind: "not draining", cluster: "main" };
export const lifecycleState = (
  state: string,
  awaited: Extract<Blocker, { kind: "lifecycle state" }>["awaited"],
): Blocker => ({ kind: "lifecycle state", state, awaited });
export const denied = (call?: string): Unread => ({ call, why: "denied" });
export const throttled = (call?: string): Unread => ({ call, why: "throttled" });

/** A line of the rule book: what is remembered and seen, and what is decided. */
export type Row = {
  why: string;
  memory?: Partial<Memory>;
  settings?: Partial<DrainSettings>;
  /** What else of the termination differs. */
  told?: Partial<Omit<Termination, "settings" | "memory">>;
  observed?: Partial<Observation>;
  /** Milliseconds after the message's time; a minute where it does not matter. */
  now?: number;
  /** The outcome's kind, then the steps' kinds: a deregistration that is not of ours by why it is done. */
  expected: string[];
  /** What is waited for, or why it is completed or dropped. Never a text: rewording a log line changes no rule. */
  because?: readonly Blocker[] | CompletionReason | DropReason;
};

/** What is decided on a row. */
export function decisionOf({
  memory,
  settings = {},
  told,
  observed: change,
  now = MINUTE,
}: Omit<Row, "why" | "expected">): Decision {
  return decide(termination(memory, { ...told, settings }), observed(change), SINCE + now);
}

/** A termination in a pass, as it was decided: to wait, where nothing else is given. */
export function decided(
  before: Termination,
  change: Partial<Decision> = {},
  index = 0,
  observation: Observation = observed(),
): Decided {
  const outcome = { kind: "wait", until: SINCE + 2 * MINUTE, blockers: [] } as const;
  const decision = { steps: [], warnings: [], memory: before.memory, outcome, ...change };
  return { index, before, termination: before, observation, decision, decidedAt: SINCE + MINUTE };
}

/** A step by its kind, with what sets it apart from the usual one of its kind. */
export function stepText(step: Step): string {
  switch (step.kind) {
    case "deregister":
      return { ours: "deregister", orphaned: "orphan", "came back": "came back" }[step.why];
    case "drain":
      return step.again ? "drain again" : "drain";
    case "deregister container instance":
      return step.force ? "force out" : "out";
    default:
      return step.kind;
  }
}

/** Why a decision is what it is. */
export function reasonOf({ outcome }: Decision): NonNullable<Row["because"]> {
  return outcome.kind === "wait" ? outcome.blockers : outcome.reason;
}

/** Tests one row after the other: what is decided, by its kind, and the steps by theirs. */
export function rows(title: string, table: Row[]): void {
  describe(title, () => {
    for (const { why, expected, because, ...row } of table) {
      it(why, () => {
        const decision = decisionOf(row);
        expect([decision.outcome.kind, ...decision.steps.map(stepText)]).to.deep.equal(expected);
        if (because !== undefined) expect(reasonOf(decision)).to.deep.equal(because);
      });
    }
  });
}

export const state = (name: string, group = "fleet") => ({ groupInstance: { group, state: name } });
