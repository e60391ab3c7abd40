// Protects the words of warnings: one row a reason, and one an ending.
import { expect } from "chai";
import { waitingFields } from "../../../../shared/log-lines/blocker-text.ts";
import { abandonText } from "../../../../shared/log-lines/reason-text.ts";
import { phraseOf, warningFields } from "../../../../shared/log-lines/warning-text.ts";
import { type Blocker, event } from "../../../../shared/model/blocker.ts";
import type { Warning, WarningKind, WarningReason } from "../../../../shared/model/decision.ts";
import { SINCE } from "../rules/builders.ts";

const plain = { level: "warn", kind: "no progress", fields: { cluster: "main" } } as const;

const REASONS: {
  readonly [W in WarningReason["why"]]: readonly (readonly [Extract<WarningReason, { why: W }>, string])[];
} = {
  "global limit first": [
    [{ why: "global limit first" }, "the hook's global limit comes before drain_timeout_seconds"],
  ],
  "no activity": [
    [
      { why: "no activity" },
      "the drain's time seems to be over, but Auto Scaling shows no activity that terminates the instance: the hook's own timeout ends it",
    ],
  ],
  "activity unread": [
    [
      { why: "activity unread" },
      "the drain's time seems to be over, but the activity that terminates the instance may not be read: the hook's own timeout ends it",
    ],
  ],
  "interruption not proven": [
    [
      { why: "interruption not proven", doubt: { kind: "no Spot request" } },
      "a message says that EC2 interrupts the instance, and EC2 does not show that: EC2 shows no Spot request of the instance; nothing is done about it",
    ],
    [
      { why: "interruption not proven", doubt: { kind: "Spot request", status: "fulfilled" } },
      "a message says that EC2 interrupts the instance, and EC2 does not show that: the instance's Spot request is fulfilled; nothing is done about it",
    ],
  ],
  "too long": [
    [
      { why: "too long", drainTimeoutSeconds: 3780 },
      "what leaves the instance may take longer than the drain has: set drain_timeout_seconds to 3780 or more, or shorten them",
    ],
    [
      { why: "too long", hookTimeoutSeconds: 39 },
      "what leaves the instance may take longer than the drain has: set the hook's heartbeat timeout to 39 s or more, or shorten them",
    ],
    [
      { why: "too long", drainTimeoutSeconds: 3780, hookTimeoutSeconds: 39 },
      "what leaves the instance may take longer than the drain has: set drain_timeout_seconds to 3780 or more and the hook's heartbeat timeout to 39 s or more, or shorten them",
    ],
    [
      { why: "too long" },
      "what leaves the instance may take longer than the drain has: no hook holds for so long, so shorten them",
    ],
  ],
  "same queue": [
    [{ why: "same queue" }, "both write to the same queue, so each instance is drained twice: remove one"],
  ],
  "two deployments": [[{ why: "two deployments" }, "two deployments drain the same group: remove one"]],
  "unknown metadata": [
    [
      { why: "unknown metadata" },
      "these keys in the hook's NotificationMetadata are no settings: they change nothing",
    ],
  ],
  "metadata no JSON": [
    [
      { why: "metadata no JSON" },
      "the hook's NotificationMetadata names these settings, and is no JSON object: they change nothing",
    ],
  ],
  metadata: [
    [{ why: "metadata" }, "a hook's NotificationMetadata cannot say this: only the functions' inputs can"],
  ],
  "managed draining first": [
    [
      { why: "managed draining first" },
      "ECS set it DRAINING while these sent to its tasks, and stops them under open connections; switch managed draining off, or let the service register there",
    ],
  ],
  "somebody first": [
    [
      { why: "somebody first" },
      "somebody set it DRAINING while these sent to its tasks, and ECS stops them under open connections; leave DRAINING to this program",
    ],
  ],
  "managed draining": [
    [
      { why: "managed draining" },
      "managed draining is on: ECS sets the instance DRAINING without waiting for us",
    ],
  ],
  found: [[{ why: "found" }, "the instance is in it"]],
  "found, left": [
    [
      { why: "found, left" },
      "the instance is in it; with discover: warn it is left, name it or set discover: all",
    ],
  ],
  "no such name": [
    [
      { why: "no such name", noun: "ECS cluster" },
      "there is no such ECS cluster; what has the instance is searched for all the same",
    ],
  ],
  "not permitted": [
    [
      { why: "not permitted" },
      "the instance is in this cluster, which may not be changed: name it in cluster_names, give it the cluster_tag, or set clusters: *",
    ],
  ],
  "another VPC": [
    [
      { why: "another VPC" },
      "the instance has this address in another VPC than the target group, where it may be somebody else's: take it out yourself if it is this instance's",
    ],
  ],
  unfound: [
    [
      { why: "unfound" },
      "EC2 shows no network interface with these addresses in the target group's VPC: if one of them is this instance's, take it out yourself",
    ],
  ],
  "in no cluster": [
    [{ why: "in no cluster", searched: true }, "no ECS cluster has it, so it is drained as plain EC2"],
    [
      { why: "in no cluster", searched: false },
      "no ECS cluster is named, and discover: named looks for no other, so it is drained as plain EC2",
    ],
  ],
  "cluster lacks it": [
    [
      { why: "cluster lacks it", clusters: ["main", "other"] },
      "none of its container instances is this one: main, other",
    ],
  ],
  percents: [
    [
      { why: "percents", minimum: 100, maximum: 150, desiredCount: 1 },
      "with 100 % as its minimum and 150 % as its maximum of 1 tasks, none may stop and none may start: change one of them",
    ],
  ],
  "no service started it": [
    [
      { why: "no service started it", stopTasks: "daemon" },
      "no service started it, so DRAINING leaves it, and stop_tasks: daemon does not stop it: it holds the drain until it ends",
    ],
  ],
  "DRAINING waits": [
    [
      { why: "DRAINING waits" },
      "a service's task listens behind them, and DRAINING would stop it under open connections; until they have drained, ECS can place tasks on the instance",
    ],
  ],
  "placed, and stopped": [
    [
      { why: "placed, and stopped" },
      "ECS placed it after the termination began; it is moved or stopped before the instance goes",
    ],
  ],
  "placed, and not stopped": [
    [
      { why: "placed, and not stopped" },
      "ECS placed it after the termination began, and nothing stops it: it holds the drain until it ends, and is cut off at the drain's deadline",
    ],
  ],
  "not stopped yet": [[{ why: "not stopped yet" }, "ECS has not begun to stop them"]],
  "stopping for long": [[{ why: "stopping for long" }, "they have begun to stop, and do not end"]],
  "service event": [
    [
      { why: "service event", message: "(service web) was unable to place a task" },
      "(service web) was unable to place a task",
    ],
  ],
  protected: [
    [{ why: "protected", until: undefined }, "a task is protected from being stopped"],
    [
      { why: "protected", until: SINCE },
      "a task is protected from being stopped until 2026-01-05T09:00:00.000Z",
    ],
  ],
};

describe("the words of a warning", () => {
  for (const [reason, text] of Object.values(REASONS).flat())
    it(`${reason.why}: ${text}`, () =>
      expect(warningFields({ ...plain, reason })).to.deep.equal({ cluster: "main", reason: text }));

  it("without a reason are its fields alone", () => {
    expect(warningFields(plain)).to.deep.equal({ cluster: "main" });
  });

  it("name what is in the way", () => {
    const blockers: Blocker[] = [
      event("effect"),
      { kind: "unread", what: "tasks", call: "ecs:ListTasks", why: "denied" },
    ];
    expect(warningFields({ ...plain, blockers })).to.deep.equal({
      cluster: "main",
      ...waitingFields(blockers),
    });
  });
});

describe("the words for how a drain will end", () => {
  /** [what the input says, whether the group keeps what is abandoned, the text] */
  const table: [NonNullable<Warning["ending"]>["onTimeout"], boolean | undefined, string][] = [
    ["continue", undefined, "the lifecycle action is completed with CONTINUE"],
    ["leave", undefined, "no more heartbeats are sent, and the hook's own timeout decides"],
    ...[true, false, undefined].map((retains): ["abandon", boolean | undefined, string] => [
      "abandon",
      retains,
      `the lifecycle action is completed with ABANDON: ${abandonText(retains)}`,
    ]),
  ];
  for (const [onTimeout, retains, text] of table)
    it(`${onTimeout}: ${text}`, () =>
      expect(warningFields({ ...plain, ending: { onTimeout, retains } })).to.deep.equal({
        cluster: "main",
        ends_with: text,
      }));
});

/** Each kind of warning, with the phrase of its line. */
const PHRASES: { readonly [kind in WarningKind]: string } = {
  "held by the lifecycle hook": "held by the lifecycle hook",
  "time does not suffice": "time does not suffice",
  "half of the drain's time is over": "half of the drain's time is over",
  "deadline not proven": "deadline not proven",
  "interruption not proven": "interruption not proven",
  "two hooks of ours on one group": "two hooks of ours on one group",
  "metadata not heeded": "metadata ignored",
  "ECS drains it too": "ECS drains it too",
  "drained out of order": "drained out of order",
  "cluster lacks the instance": "cluster lacks the instance",
  "in no cluster": "in no cluster",
  "found, not named": "found, not named",
  "name not found": "name not found",
  "cluster not permitted": "cluster not permitted",
  "address left alone": "address left alone",
  "no progress": "no progress",
  "held by tasks": "held by tasks",
  "open to new tasks": "open to new tasks",
  "task placed on it": "task placed on it",
  "registrations not restored": "registrations not restored",
};

describe("the phrase of a warning", () => {
  for (const [kind, phrase] of Object.entries(PHRASES) as [WarningKind, string][])
    it(`${kind}: ${phrase}`, () => expect(phraseOf({ kind })).to.equal(phrase));
});
