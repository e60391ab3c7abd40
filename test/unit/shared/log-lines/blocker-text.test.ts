// Protects the words for what a drain waits for: one row a blocker. They are made for the log, and nothing reads them back.
import { expect } from "chai";
import { blockersText, waitingFields } from "../../../../shared/log-lines/blocker-text.ts";
import { type Blocker, type EventName, event } from "../../../../shared/model/blocker.ts";

type Of<K extends Blocker["kind"]> = Extract<Blocker, { kind: K }>;

/** Each kind of blocker but the events that only have a name, with its text. */
const KINDS: { readonly [K in Exclude<Blocker["kind"], "event">]: readonly (readonly [Of<K>, string])[] } = {
  registration: [
    [registration({ count: 1 }), "1 target registered in web"],
    [registration({ count: 2 }), "2 targets registered in web"],
    [registration({ state: "draining" }), "1 target draining in web"],
    [registration({ counts: false }), "registered with web"],
    [registration({ counts: false, state: "draining" }), "draining with web"],
  ],
  tasks: [
    [{ kind: "tasks", cluster: "main", status: "RUNNING", count: 1 }, "1 task RUNNING"],
    [{ kind: "tasks", cluster: "main", status: "STOPPING", count: 2 }, "2 tasks STOPPING"],
  ],
  "agent disconnected": [[{ kind: "agent disconnected", cluster: "main" }, "its ECS agent is disconnected"]],
  "not draining": [[{ kind: "not draining", cluster: "main" }, "not yet DRAINING"]],
  "lifecycle state": [
    [inState("InService", "termination"), "the instance to terminate; it is InService"],
    [inState("Terminating", "end of wait"), "the instance to leave Terminating"],
    [inState("InService", "warm pool"), "the instance to return to the warm pool; it is InService"],
    [
      inState("ReplacingRootVolume", "root volume"),
      "the instance to come back with its new root volume; it is ReplacingRootVolume",
    ],
  ],
  "dead instance": [
    [{ kind: "dead instance", as: "terminated" }, "the dead instance to be cleared away; it is terminated"],
    [
      { kind: "dead instance", as: "unknown" },
      "the dead instance to be cleared away; EC2 does not know it any more",
    ],
    [{ kind: "dead instance", as: undefined }, "the dead instance to be cleared away; EC2 has told so"],
  ],
  "other hooks": [
    [{ kind: "other hooks", hooks: ["backup"] }, "the other hooks to complete: backup"],
    [{ kind: "other hooks", hooks: ["backup", "audit"] }, "the other hooks to complete: backup, audit"],
  ],
  more: [[{ kind: "more", count: 3, digest: "d" }, "and 3 more"]],
  unread: [
    [
      { kind: "unread", what: "tasks", call: "ecs:ListTasks", why: "throttled" },
      "an answer about tasks (ecs:ListTasks: throttled)",
    ],
    [
      { kind: "unread", what: "registrations", call: undefined, why: "out of time" },
      "an answer about registrations (out of time)",
    ],
    [
      { kind: "unread", what: "tasks", call: "ecs:ListContainerInstances", why: "gone" },
      "an answer about tasks: what the input names does not exist (ecs:ListContainerInstances: gone)",
    ],
  ],
};

const EVENTS: { readonly [name in EventName]: string } = {
  "second absence": "a second read: no Auto Scaling group knows the instance",
  effect: "what was just done to take effect",
  "later read": "a later read: nothing is left, but reads of AWS lag",
  "whole round": "the search for load balancers and clusters that nobody named",
  settled: "the instance to settle, with nothing left on it",
  "container instance gone": "the container instance to leave its cluster",
  "spot interruption": "the Spot interruption, with nothing left on the instance",
  "interruption proven": "EC2 to show that it takes the instance back",
  restored: "what was taken from the instance to be restored",
  "agent back": "the instance to join its cluster again",
  returned: "the instance to come back",
  "hook known": "Auto Scaling to know the lifecycle hook",
  "hook edited": "a pass by the lifecycle hook's NotificationMetadata as it is now",
  "hook corrected": "the lifecycle hook's NotificationMetadata to be corrected",
  "action known": "Auto Scaling to know the lifecycle action",
  "action found": "the lifecycle action that holds the instance",
  released: "Auto Scaling to release the instance",
  "completion queue": "its completion: Auto Scaling takes no more at once",
  "time for it": "a run that has time for it",
  "hook timeout": "the hook's own timeout: this is a dry run",
};

describe("the words for a blocker", () => {
  for (const [blocker, text] of Object.values(KINDS).flat())
    it(`${blocker.kind}: ${text}`, () => expect(blockersText([blocker])).to.equal(text));

  for (const [name, text] of Object.entries(EVENTS) as [EventName, string][])
    it(`${name}: ${text}`, () => expect(blockersText([event(name)])).to.equal(text));
});

describe("what a line says of several blockers", () => {
  const tasks: Blocker = { kind: "tasks", cluster: "main", status: "RUNNING", count: 1 };

  it("is one text, in their order", () => {
    expect(waitingFields([tasks, event("effect")])).to.deep.equal({
      waiting_for: `1 task RUNNING, ${EVENTS.effect}`,
    });
  });

  it("is nothing where there are none", () => {
    expect(waitingFields([])).to.deep.equal({ waiting_for: undefined });
  });

  it("is as data too what AWS did not answer", () => {
    const fields = waitingFields([
      tasks,
      { kind: "unread", what: "hooks", call: "autoscaling:DescribeLifecycleHooks", why: "denied" },
      { kind: "unread", what: "instance", call: undefined, why: "out of time" },
    ]);
    expect(fields.cannot_read).to.deep.equal([
      { what: "hooks", call: "autoscaling:DescribeLifecycleHooks", why: "denied" },
      { what: "instance", why: "out of time" },
    ]);
  });
});

function registration(change: Partial<Of<"registration">>): Of<"registration"> {
  return {
    kind: "registration",
    loadBalancer: "web",
    counts: true,
    state: "registered",
    count: 1,
    ...change,
  };
}

function inState(state: string, awaited: Of<"lifecycle state">["awaited"]): Of<"lifecycle state"> {
  return { kind: "lifecycle state", state, awaited };
}
