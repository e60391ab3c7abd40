// Protects the words for why a drain ends: one row a reason.
import { expect } from "chai";
import { abandonText, completionText, dropText } from "../../../../shared/log-lines/reason-text.ts";
import { event } from "../../../../shared/model/blocker.ts";
import type { CompletionReason, DropReason, Retention } from "../../../../shared/model/reason.ts";
import { SINCE } from "../rules/builders.ts";

type Rows<T extends { readonly why: string }> = {
  readonly [W in T["why"]]: readonly (readonly [Extract<T, { why: W }>, string])[];
};

const left = [event("effect"), event("returned")];
const LEFT = "still there: what was just done to take effect, the instance to come back";
const hookEndedFirst = { heartbeatTimeout: 30_000 };
const ENDED_FIRST = "; the hook's timeout of 30 s had passed before the first pass: nothing was drained";
const TERMINATED = "the instance is terminated";

const COMPLETED: Rows<CompletionReason> = {
  drained: [[{ why: "drained" }, "drained"]],
  "drained, left its cluster": [
    [{ why: "drained, left its cluster" }, "drained: its container instance has left the cluster"],
  ],
  "drained at the deadline": [[{ why: "drained at the deadline" }, "drained, as the drain's time was over"]],
  deadline: [[{ why: "deadline", left }, `the drain's time is over; ${LEFT}`]],
  "deadline with ABANDON": [
    [
      { why: "deadline with ABANDON", left, retains: false },
      `the drain's time is over; ${TERMINATED}; ${LEFT}`,
    ],
  ],
  "not drained": [
    [
      { why: "not drained", left },
      `not drained, since it comes back, and nobody could give back what is taken from it; ${LEFT}`,
    ],
  ],
  dead: [
    [{ why: "dead", as: "stopped" }, "the instance is dead: it is stopped"],
    [{ why: "dead", as: "unknown" }, "the instance is dead: EC2 does not know it any more"],
    [{ why: "dead", as: undefined }, "the instance is dead: EC2 has told so"],
  ],
};

const CHANGED =
  "; it was ours when the drain began, and nobody goes on with that now: has the hook or the input changed?";

const DROPPED: Rows<DropReason> = {
  "not our hook": [
    [
      { why: "not our hook", owner: "another's", target: "arn:theirs", wasOurs: false },
      "its hook is another's: it notifies arn:theirs",
    ],
    [
      { why: "not our hook", owner: "another's", target: "arn:theirs", wasOurs: true },
      `its hook is another's: it notifies arn:theirs${CHANGED}`,
    ],
    [
      { why: "not our hook", owner: "managed draining", target: undefined, wasOurs: false },
      "its hook is ECS's own, of managed draining",
    ],
    [
      { why: "not our hook", owner: "unnamed", target: undefined, wasOurs: false },
      "its hook notifies nobody; if it is ours, give its name in lifecycle_hook_names",
    ],
    [
      { why: "not our hook", owner: "unnamed", target: undefined, wasOurs: true },
      `its hook notifies nobody; if it is ours, give its name in lifecycle_hook_names${CHANGED}`,
    ],
    [
      { why: "not our hook", owner: "gone", target: undefined, wasOurs: false },
      "the group has no such hook any more",
    ],
    [
      { why: "not our hook", owner: "gone", target: undefined, wasOurs: true },
      `the group has no such hook any more${CHANGED}`,
    ],
  ],
  superseded: [
    [
      { why: "superseded", state: "Terminating:Wait" },
      "its lifecycle action has ended; another one holds the instance, which is Terminating:Wait",
    ],
  ],
  "nothing to complete": [
    [
      { why: "nothing to complete", state: "Terminated", hookEndedFirst: undefined },
      "nothing to complete: the instance is Terminated",
    ],
    [
      { why: "nothing to complete", state: "Terminated", hookEndedFirst },
      `nothing to complete: the instance is Terminated${ENDED_FIRST}`,
    ],
  ],
  absent: [
    [{ why: "absent", hookEndedFirst: undefined }, "no Auto Scaling group knows the instance any more"],
    [{ why: "absent", hookEndedFirst }, `no Auto Scaling group knows the instance any more${ENDED_FIRST}`],
  ],
  "not terminating": [
    [
      { why: "not terminating", state: "InService", group: undefined },
      "not terminating: the instance is InService",
    ],
    [
      { why: "not terminating", state: "InService", group: "other" },
      "not terminating: the instance is InService in the group other",
    ],
  ],
  "unknown action": [
    [
      { why: "unknown action" },
      "Auto Scaling knows no such lifecycle action, though the instance is held; is the hook's name still right?",
    ],
  ],
  "interruption not proven": [
    [
      { why: "interruption not proven", doubt: { kind: "unread" } },
      "the notice of an interruption was never proven: whether EC2 takes the instance back could not be read; nothing was touched",
    ],
    [
      { why: "interruption not proven", doubt: { kind: "no Spot request" } },
      "the notice of an interruption was never proven: EC2 shows no Spot request of the instance; nothing was touched",
    ],
    [
      { why: "interruption not proven", doubt: { kind: "Spot request", status: "fulfilled" } },
      "the notice of an interruption was never proven: the instance's Spot request is fulfilled; nothing was touched",
    ],
    [
      { why: "interruption not proven", doubt: { kind: "no hook of ours" } },
      "the notice of an interruption was never proven: the instance's group has no terminating hook of ours; nothing was touched",
    ],
  ],
  "spot interruption": [
    [{ why: "spot interruption", left: [] }, "the Spot interruption is due; drained"],
    [{ why: "spot interruption", left }, `the Spot interruption is due; ${LEFT}`],
  ],
  "does not return": [
    [
      { why: "does not return", state: "Terminating", to: "warm pool" },
      "it does not return to the warm pool after all: it is Terminating",
    ],
    [
      { why: "does not return", state: "Terminating", to: "root volume" },
      "it does not come back with its new root volume after all: it is Terminating",
    ],
  ],
  "given up": [
    [
      { why: "given up", at: SINCE, state: "Warmed:Pending", to: "warm pool", notRestored: [] },
      "given up 2026-01-05T09:00:00.000Z: the instance was to return to the warm pool, and is Warmed:Pending; not restored: nothing",
    ],
    [
      {
        why: "given up",
        at: SINCE,
        state: "InService",
        to: "root volume",
        notRestored: ["ci-1", { kind: "target", id: "arn:tg", port: 80 }, { kind: "classic", id: "web" }],
      },
      "given up 2026-01-05T09:00:00.000Z: the instance was to come back with its new root volume, and is InService; not restored: ci-1, arn:tg:80, web",
    ],
  ],
  restored: [
    [{ why: "restored", state: "InService" }, "the instance is InService, and has back what it needs there"],
  ],
  "restored without agent": [
    [
      { why: "restored without agent", state: "InService" },
      "the instance is InService, and has back what it needs there but its ECS agent",
    ],
  ],
};

describe("the words for why a lifecycle action is completed", () => {
  for (const [reason, text] of Object.values(COMPLETED).flat())
    it(`${reason.why}: ${text}`, () => expect(completionText(reason)).to.equal(text));
});

describe("the words for why a termination is dropped", () => {
  for (const [reason, text] of Object.values(DROPPED).flat())
    it(`${reason.why}: ${text}`, () => expect(dropText(reason)).to.equal(text));
});

describe("the words for what ABANDON does to the instance", () => {
  const table: [Retention, string][] = [
    [true, "by the group's retention policy the instance is kept, as Terminating:Retained"],
    [false, TERMINATED],
    [undefined, "whether the group then keeps the instance could not be read"],
  ];
  for (const [retains, text] of table)
    it(`${retains}: ${text}`, () => expect(abandonText(retains)).to.equal(text));
});
