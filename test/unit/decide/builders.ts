// A plain case for the tests of decide, in which each row says only what differs.
import { expect } from "chai";
import { decide } from "../../../shared/decide.ts";
import type { ClusterMember, Observation, Registration } from "../../../shared/observation.ts";
import { type Memory, NO_MEMORY, type Termination } from "../../../shared/termination.ts";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
/** The message's time; `now` in the rows counts from here. */
export const SINCE = Date.parse("2026-01-05T09:00:00Z");

export const termination = (
  memory: Partial<Memory> = {},
  change: Partial<Termination> = {},
): Termination => ({
  instanceId: "i-1",
  group: "fleet",
  hook: "drain",
  token: undefined,
  since: SINCE,
  settings: { elbNames: [], targetGroups: [], clusterNames: ["main"], pollSeconds: 5 },
  ...change,
  memory: { ...NO_MEMORY, ...memory },
});

export const observed = (change: Partial<Observation> = {}): Observation => ({
  membership: { group: "fleet", state: "Terminating:Wait" },
  members: [],
  registrations: [],
  managedTargetGroups: [],
  managedElbNames: [],
  otherHooks: undefined,
  unread: {},
  ...change,
});

export const member = (status: string, ...tasks: ClusterMember["tasks"][number][]): ClusterMember => ({
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
export const task = (
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
export const target = (change: Partial<Registration> = {}): Registration => ({
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
export const classic = (change: Partial<Registration> = {}): Registration =>
  target({ kind: "classic", id: "elb", name: "elb", port: undefined, pointsAt: [8080], ...change });

/** What the instance was seen in, so that one empty look is enough. */
export const seen = {
  containerInstances: [{ cluster: "main", arn: "ci-1" }],
  registrations: [{ kind: "target", targetGroup: "tg-1", port: 8080 }],
} as const satisfies Partial<Memory>;

/** A line of the rule book: what is remembered and seen, and what is decided. */
export type Row = {
  why: string;
  memory?: Partial<Memory>;
  observed?: Partial<Observation>;
  /** Milliseconds after the message's time; a minute where it does not matter. */
  now?: number;
  /** The outcome's kind, then the steps' kinds. */
  expected: string[];
};

/** Tests one row after the other: what is decided, by its kind, and the steps by theirs. */
export function rows(title: string, table: Row[]): void {
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

export const state = (name: string, group = "fleet") => ({ membership: { group, state: name } });
