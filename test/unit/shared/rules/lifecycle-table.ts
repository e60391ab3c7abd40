// What is decided in each lifecycle state of Auto Scaling and each situation of ours: data for a test a cell, and for the
// page docs/lifecycle-states.md, which is printed from it.
import { areSameBlockers, type Blocker, event, unreadBlocker } from "../../../../shared/model/blocker.ts";
import type { CompletionReason, DropReason } from "../../../../shared/model/reason.ts";

/** What is waited for, or why it is completed or dropped. */
export type Because =
  | { readonly blockers: readonly Blocker[] }
  | { readonly reason: CompletionReason | DropReason };

/** What a decision is to be. */
type Expected = {
  readonly outcome: "wait" | "complete" | "drop";
  readonly level?: "info" | "warn";
  /** The steps' kinds. */
  readonly steps: readonly string[];
  /** Whether that is what is waited for, or why it ends. */
  readonly isBecause: (because: Because) => boolean;
  /** The same for the page. */
  readonly why: string;
};

/** What is unread if the state is one that nobody knows. */
export const ODD_STATE = { call: "autoscaling:DescribeAutoScalingInstances", why: "odd" } as const;

const TASK: Blocker = { kind: "tasks", cluster: "main", status: "RUNNING", count: 1 };
const targetIn = (state: "registered" | "draining"): Blocker => ({
  kind: "registration",
  loadBalancer: "static",
  counts: true,
  state,
  count: 1,
});

/** It waits for exactly these. */
const waitsFor =
  (...expected: readonly Blocker[]) =>
  (because: Because) =>
    "blockers" in because && areSameBlockers(because.blockers, expected);

/** It waits for one thing: for Auto Scaling to show another lifecycle state. */
const waitsForState = (because: Because) => {
  if (!("blockers" in because) || because.blockers.length !== 1) return false;
  return because.blockers.every(
    (each) =>
      each.kind === "lifecycle state" ||
      (each.kind === "event" && ["second absence", "returned"].includes(each.event)),
  );
};

/** It ends for one of these reasons. */
const endsAs =
  (...whys: readonly (CompletionReason | DropReason)["why"][]) =>
  (because: Because) =>
    "reason" in because && whys.includes(because.reason.why);

/** What can be decided, by its name in the table. */
export const DECISIONS = {
  drain: {
    outcome: "wait",
    steps: ["deregister", "drain"],
    isBecause: waitsFor(targetIn("draining"), TASK),
    why: "A hook holds the instance, or EC2 is about to take it. What is ours is taken out, DRAINING is set, and the drain waits for what is left.",
  },
  "write down": {
    outcome: "wait",
    steps: [],
    isBecause: waitsFor(targetIn("registered"), TASK, { kind: "not draining", cluster: "main" }),
    why: "A hook holds the instance, and it comes back. The restore plan is written into the message first: what is to be taken from the instance. So it gets everything back, even if the run dies. The next run carries it out.",
  },
  complete: {
    outcome: "complete",
    steps: [],
    isBecause: endsAs("drained"),
    why: "It is certain that nothing is left. The lifecycle action is completed with CONTINUE. If the instance comes back, its message is kept.",
  },
  "complete, late": {
    outcome: "complete",
    steps: [],
    isBecause: endsAs("deadline"),
    why: "The drain's time is over. `on_timeout` decides; the default is CONTINUE.",
  },
  wait: {
    outcome: "wait",
    steps: [],
    isBecause: waitsForState,
    why: "Nothing is touched. The instance is not held yet, or may not be. Or it is on its way back. Or it was absent in one pass only.",
  },
  hold: {
    outcome: "wait",
    steps: [],
    isBecause: waitsFor(unreadBlocker("group instance", ODD_STATE)),
    why: "Nobody knows what the state means, so it counts as unread. Nothing is touched, the message is kept, and the log tells the state.",
  },
  drop: {
    outcome: "drop",
    level: "info",
    steps: [],
    isBecause: endsAs("nothing to complete", "absent", "does not return", "superseded", "not our hook"),
    why: "The lifecycle action of the message is over, and there is nothing to restore. Or its hook is another's, and nothing is touched. The message is deleted. If the instance dies, and its ECS agent may be disconnected, it is followed first (rule 7).",
  },
  "drop, warn": {
    outcome: "drop",
    level: "warn",
    steps: [],
    isBecause: endsAs("not terminating"),
    why: "The instance is not terminating, two minutes after the message's time. Nothing is touched, and the message is deleted with a warning.",
  },
  "set ACTIVE": {
    outcome: "wait",
    steps: ["activate"],
    isBecause: waitsFor(event("restored")),
    why: "The instance is back. Its container instance is set ACTIVE again, and then the message is deleted. What it was registered with is only logged.",
  },
  restore: {
    outcome: "wait",
    steps: ["activate", "register"],
    isBecause: waitsFor(event("restored")),
    why: "The instance is in service again. Its container instance is set ACTIVE, and it is registered where it was taken out. Then the message is deleted.",
  },
} as const satisfies Record<string, Expected>;

/** The name of a decision. */
type DecisionName = keyof typeof DECISIONS;

/** Our situations, in the order of the table's columns, and what each is. */
export const SITUATIONS = {
  fresh: "a message half a minute old; a target and a task are left",
  drained: "a message ten minutes old; all is gone and settled",
  late: "the drain's time is over; a target and a task are left",
  "kept, warm pool": "drained on its way back to the warm pool, and completed; DRAINING by us",
  "kept, root volume": "drained before its root volume is replaced, and completed; DRAINING by us",
  "Spot notice":
    "a Spot interruption notice half a minute old that EC2 confirms, no lifecycle action; a target and a task are left",
  stale: "a message a day old that had no pass; a target and a task are left",
  "another's hook":
    "a message half a minute old for a hook that notifies something of somebody else's; a target and a task are left",
} as const;

/** The name of a situation. */
export type SituationName = keyof typeof SITUATIONS;

/** Where an instance is: its state, and its group where that is not the message's. An odd state is not observed. */
export type Place = {
  readonly state: string | undefined;
  readonly group: "the message's" | "another";
  readonly isOdd?: boolean;
};

/** A row: where the instance is, what that means, and what is decided in each situation. */
export type LifecycleRow = {
  readonly name: string;
  readonly place: Place;
  readonly means: string;
  readonly decisions: Readonly<Record<SituationName, DecisionName>>;
};

const drain = "drain";
const write = "write down";
const done = "complete";
const late = "complete, late";
const again = "wait";
const hold = "hold";
const over = "drop";
const warn = "drop, warn";
const active = "set ACTIVE";
const restore = "restore";

// A decision a situation, in the order of the columns.
type Cell = DecisionName;
type Cells = readonly [Cell, Cell, Cell, Cell, Cell, Cell, Cell];
// Whatever the state is.
const ANOTHERS: Cell = over;

// Each state that Auto Scaling has (API Reference, AutoScalingInstanceDetails, LifecycleState), its meaning, its cells.
const STATES: readonly (readonly [state: string, means: string, ...Cells])[] = [
  ["Pending", "it is launched, or goes into service", again, warn, warn, again, again, drain, warn],
  ["Pending:Wait", "a launching hook holds it", again, warn, warn, again, again, drain, warn],
  ["Pending:Proceed", "a launching hook has released it", again, warn, warn, again, again, drain, warn],
  ["InService", "it serves", again, warn, warn, active, restore, drain, warn],
  ["EnteringStandby", "an operator takes it aside", again, warn, warn, again, again, drain, warn],
  ["Standby", "an operator has taken it aside", again, warn, warn, again, again, drain, warn],
  ["Detaching", "it leaves the group alive, without hooks", again, warn, warn, over, over, drain, warn],
  ["Detached", "it has left the group", again, warn, warn, over, over, drain, warn],
  ["Quarantined", "AWS does not use it", again, warn, warn, over, over, drain, warn],
  [
    "Terminating",
    "its load balancers drain it before a hook fires",
    again,
    again,
    again,
    over,
    over,
    drain,
    again,
  ],
  [
    "Terminating:Wait",
    "a hook holds it on its way to termination",
    drain,
    done,
    late,
    over,
    over,
    drain,
    drain,
  ],
  ["Terminating:Proceed", "all hooks have released it", over, over, over, over, over, over, over],
  [
    "Terminating:Retained",
    "ABANDON, and the group's policy keeps it",
    over,
    over,
    over,
    over,
    over,
    over,
    over,
  ],
  ["Terminated", "it is dead", over, over, over, over, over, over, over],
  [
    "ReplacingRootVolume",
    "an instance refresh begins with it",
    again,
    again,
    again,
    again,
    again,
    drain,
    again,
  ],
  [
    "ReplacingRootVolume:Wait",
    "a hook holds it, and it comes back",
    write,
    done,
    late,
    done,
    done,
    drain,
    write,
  ],
  ["ReplacingRootVolume:Proceed", "it is rebooted", over, over, over, again, again, over, over],
  ["RootVolumeReplaced", "it has its new root volume", again, warn, warn, again, again, drain, warn],
  ["Warmed:Pending", "it goes into the warm pool", again, warn, warn, again, again, drain, warn],
  ["Warmed:Pending:Wait", "a hook holds it on its way back", write, done, late, done, done, drain, write],
  ["Warmed:Pending:Proceed", "all hooks have released it", over, over, over, again, again, over, over],
  [
    "Warmed:Pending:Retained",
    "ABANDON, and the group's policy keeps it",
    over,
    over,
    over,
    over,
    over,
    over,
    over,
  ],
  ["Warmed:Stopped", "it rests in the warm pool", again, warn, warn, active, active, drain, warn],
  ["Warmed:Running", "it rests in the warm pool, running", again, warn, warn, active, active, drain, warn],
  ["Warmed:Hibernated", "it rests in the warm pool", again, warn, warn, active, active, drain, warn],
  ["Warmed:Terminating", "it leaves the warm pool for good", again, again, again, over, over, drain, again],
  [
    "Warmed:Terminating:Wait",
    "a hook holds it on its way to termination",
    drain,
    done,
    late,
    over,
    over,
    drain,
    drain,
  ],
  ["Warmed:Terminating:Proceed", "all hooks have released it", over, over, over, over, over, over, over],
  [
    "Warmed:Terminating:Retained",
    "ABANDON, and the group keeps it",
    over,
    over,
    over,
    over,
    over,
    over,
    over,
  ],
  ["Warmed:Terminated", "it is dead", over, over, over, over, over, over, over],
];
const UNKNOWN = ["a state that AWS adds", "nobody knows", hold, hold, hold, hold, hold, hold, hold] as const;
const ELSEWHERE = [
  "in another group",
  "it is not the message's",
  again,
  warn,
  warn,
  warn,
  warn,
  again,
  warn,
] as const;
const NOWHERE = [
  "in no group",
  "it is gone, or a read lags",
  again,
  over,
  over,
  over,
  over,
  again,
  again,
] as const;

function rowOf([name, means, ...cells]: readonly [string, string, ...Cells], place: Place): LifecycleRow {
  const names = Object.keys(SITUATIONS) as SituationName[];
  const decisions = Object.fromEntries(
    names.map((each, i) => [each, [...cells, ANOTHERS][i]]),
  ) as LifecycleRow["decisions"];
  return { name, place, means, decisions };
}

/** The whole table, in the order of an instance's life. */
export const LIFECYCLE_TABLE: readonly LifecycleRow[] = [
  ...STATES.map((row) => rowOf(row, { state: row[0], group: "the message's" })),
  rowOf(UNKNOWN, { state: undefined, group: "the message's", isOdd: true }),
  rowOf(ELSEWHERE, { state: "InService", group: "another" }),
  rowOf(NOWHERE, { state: undefined, group: "the message's" }),
];
