// Protects what is another's: a hook that is not ours is never touched, and what could not be read is not known to be ours.
import { expect } from "chai";
import { event, unreadBlocker } from "../../../../shared/model/blocker.ts";
import type { Hook, HookOwner, OurHooks } from "../../../../shared/model/hooks.ts";
import { isHeartbeatDue } from "../../../../shared/rules/heartbeat.ts";
import {
  countsAsOurs,
  isAnothers,
  isHeldByOurs,
  knowsNone,
  MANAGED_DRAINING_HOOK,
  mayPassOn,
  ownerOf,
  withoutOthersHook,
} from "../../../../shared/rules/whose-hook.ts";
import {
  clusterInstance,
  decisionOf,
  denied,
  hook,
  MINUTE,
  OURS,
  observed,
  rows,
  SECOND,
  SINCE,
  seen,
  state,
  target,
  termination,
} from "./builders.ts";

const SQS = "arn:aws:sqs:us-east-1:123456789012";
const TOPIC = "arn:aws:sns:us-east-1:123456789012:terminations";
const CROSS = "arn:aws:sns:us-east-1:210987654321:terminations";
const LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:lifecycle";
const OTHERS = [`${SQS}:snapshots`, TOPIC, CROSS, LAMBDA];
const NONE: OurHooks = { queue: undefined, topics: [], names: [] };

describe("whose a hook is", () => {
  /** [why, what it notifies, by what our hooks are known, whether it is ours] */
  const table: [string, string | undefined, Partial<OurHooks>, boolean][] = [
    ["it notifies our queue", `${SQS}:lifecycle`, { queue: "lifecycle" }, true],
    ["it notifies a queue whose name ends alike", `${SQS}:their-lifecycle`, { queue: "lifecycle" }, false],
    ["it notifies a topic of our queue's name", `${TOPIC}`, { queue: "terminations" }, false],
    ["it notifies our topic", TOPIC, { topics: [CROSS, TOPIC] }, true],
    ["it notifies our topic in another account", CROSS, { topics: [CROSS] }, true],
    ["it notifies a topic of the same name in another account", CROSS, { topics: [TOPIC] }, false],
    ["it notifies our topic, beside our queue", TOPIC, { queue: "lifecycle", topics: [TOPIC] }, true],
    ["it is named, and notifies nobody", undefined, { names: ["other", "drain"] }, true],
    ["it is named, and notifies something else", LAMBDA, { names: ["drain"] }, true],
    ["it is not named, and notifies our queue", `${SQS}:lifecycle`, { names: ["other"] }, false],
    ["it notifies nobody", undefined, { queue: "lifecycle" }, false],
    ["it notifies a function", LAMBDA, { queue: "lifecycle", topics: [TOPIC] }, false],
    // Terminate with `queue_name` alone: deregister has checked the hooks of its messages.
    ["nobody says, and it notifies a queue", `${SQS}:snapshots`, {}, true],
    ["nobody says, and it notifies a topic", TOPIC, {}, true],
    ["nobody says, and it notifies a function", LAMBDA, {}, false],
    ["nobody says, and it notifies nobody", undefined, {}, false],
  ];
  for (const [why, notifies, known, expected] of table) {
    it(`${why}: ${expected ? "ours" : "not ours"}`, () =>
      expect(countsAsOurs(hook({ target: notifies }), { ...NONE, ...known })).to.equal(expected));
  }

  it("ECS's own is never ours, unless somebody gives its name", () => {
    const theirs = hook({ name: MANAGED_DRAINING_HOOK, target: `${SQS}:lifecycle` });
    expect(countsAsOurs(theirs, { ...NONE, queue: "lifecycle" })).to.equal(false);
    expect(countsAsOurs(theirs, NONE)).to.equal(false);
    expect(countsAsOurs(theirs, { ...NONE, names: [MANAGED_DRAINING_HOOK] })).to.equal(true);
  });

  it("whether an input says anything of it", () => {
    expect(knowsNone(NONE)).to.equal(true);
    expect(knowsNone({ ...NONE, queue: "lifecycle" })).to.equal(false);
    expect(knowsNone({ ...NONE, topics: [TOPIC] })).to.equal(false);
    expect(knowsNone({ ...NONE, names: ["drain"] })).to.equal(false);
  });

  describe("of a termination", () => {
    const owner = (hooks: readonly Hook[] | undefined, name: string | undefined = "drain") =>
      ownerOf({ hook: name }, { hooks }, { ...NONE, queue: "lifecycle" });

    it("is not known while the hooks are unread", () => expect(owner(undefined)).to.equal(undefined));
    it("is nobody's for one that has none", () =>
      expect(ownerOf({ hook: undefined }, { hooks: [hook()] }, NONE)).to.equal(undefined));
    it("ours", () => expect(owner([hook({ name: "backup", target: LAMBDA }), hook()])).to.equal("ours"));
    it("gone, whatever other hooks there are", () => {
      expect(owner([])).to.equal("gone");
      expect(owner([hook({ name: "drain-2" })])).to.equal("gone");
    });
    it("another's", () => {
      for (const notifies of OTHERS) expect(owner([hook({ target: notifies })])).to.equal("another's");
    });
    it("nobody's, as far as anybody says", () =>
      expect(owner([hook({ target: undefined })])).to.equal("unnamed"));
    it("ECS's own", () => {
      const own = hook({ name: MANAGED_DRAINING_HOOK, target: undefined });
      expect(owner([own], MANAGED_DRAINING_HOOK)).to.equal("managed draining");
    });
  });
});

const ALL: readonly (HookOwner | undefined)[] = [
  "ours",
  "another's",
  "managed draining",
  "unnamed",
  "gone",
  undefined,
];

it("what is known to be somebody else's", () =>
  expect(ALL.filter(isAnothers)).to.deep.equal(["another's", "managed draining", "unnamed"]));

it("only our own hook holds an instance for us", () => {
  const held = ALL.filter((owner) => isHeldByOurs(termination(), observed({ owner })));
  expect(held).to.deep.equal(["ours"]);
  expect(isHeldByOurs(termination(), observed(state("InService")))).to.equal(false);
  expect(isHeldByOurs(termination({}, { hook: undefined }), observed())).to.equal(false);
});

describe("deregister passes on", () => {
  const by = (target: string | undefined) => ({ hooks: [hook({ target })] });
  const passes = (
    known: { hooks: readonly Hook[] } | undefined,
    change: Parameters<typeof termination>[1] = {},
    memory = {},
  ) => mayPassOn(termination(memory, change), known, OURS);

  it("what it knows to be of a hook of ours", () => expect(passes({ hooks: [hook()] })).to.equal(true));
  it("nothing of another's hook, nor of one that it could not read, or not find", () => {
    expect(passes(by(`${SQS}:snapshots`))).to.equal(false);
    expect(passes(undefined)).to.equal(false);
    expect(passes({ hooks: [] })).to.equal(false);
  });
  it("what has no hook, and what is only followed", () => {
    expect(passes(undefined, { hook: undefined })).to.equal(true);
    expect(passes(undefined, {}, { followedSince: SINCE })).to.equal(true);
  });
  it("what no group knows any more: a second read must agree, and only what is passed on remembers the first", () => {
    expect(passes(undefined, {}, { absentSince: SINCE })).to.equal(true);
    expect(passes({ hooks: [] }, {}, { absentSince: SINCE })).to.equal(true);
  });
});

describe("a heartbeat", () => {
  const due = (owner: HookOwner | undefined, begunAt: number | undefined) =>
    isHeartbeatDue(
      termination({ begunAt, lastHeartbeatAt: undefined }),
      observed({ owner }),
      SINCE + MINUTE,
      false,
    );

  it("is sent for our own hook alone", () => {
    expect(ALL.filter((owner) => owner !== undefined && due(owner, SINCE))).to.deep.equal(["ours"]);
  });
  it("is sent while the hooks are unread, if a pass before had found ours", () => {
    expect(due(undefined, SINCE)).to.equal(true);
    expect(due(undefined, undefined)).to.equal(false);
  });
});

describe("a message for a hook of others that a Spot interruption has joined", () => {
  const noticed = termination({}, { interruptedAt: SINCE, token: "token" });

  it("goes on as the notice's: nothing will be completed", () => {
    for (const owner of ["another's", "managed draining", "unnamed"] as const)
      expect(withoutOthersHook(noticed, observed({ owner }))).to.deep.equal({
        ...noticed,
        hook: undefined,
        token: undefined,
      });
  });
  it("keeps a hook that is ours, or that is not known to be another's", () => {
    for (const owner of ["ours", "gone", undefined] as const)
      expect(withoutOthersHook(noticed, observed({ owner }))).to.equal(noticed);
  });
  it("is no matter without an interruption", () => {
    const drain = termination();
    expect(withoutOthersHook(drain, observed({ owner: "another's" }))).to.equal(drain);
  });
});

describe("decide", () => {
  const there = { registrations: [target()], clusterInstances: [clusterInstance("ACTIVE")] };
  const unbegun = { begunAt: undefined };
  const theirs = { ...there, hooks: [hook({ target: LAMBDA })], owner: "another's" } as const;
  const notOurs = { why: "not our hook", target: undefined, wasOurs: false } as const;

  rows("rule 1: only our hook", [
    {
      why: "another's: dropped at once, whatever is on the instance",
      memory: unbegun,
      observed: theirs,
      now: 0,
      expected: ["drop"],
      because: { ...notOurs, owner: "another's", target: LAMBDA },
    },
    {
      why: "another's, whatever its state is, or where that is unread",
      memory: unbegun,
      observed: { ...theirs, groupInstance: undefined, unread: { "group instance": denied() } },
      now: 0,
      expected: ["drop"],
      because: { ...notOurs, owner: "another's", target: LAMBDA },
    },
    {
      why: "another's that was ours when the drain began: said, and not gone on with",
      memory: seen,
      observed: theirs,
      expected: ["drop"],
      because: { why: "not our hook", owner: "another's", target: LAMBDA, wasOurs: true },
    },
    {
      why: "ECS's own",
      memory: unbegun,
      observed: { ...there, owner: "managed draining", hooks: [] },
      expected: ["drop"],
      because: { ...notOurs, owner: "managed draining" },
    },
    {
      why: "one that notifies nobody, and that nobody names",
      memory: unbegun,
      observed: { ...there, owner: "unnamed", hooks: [hook({ target: undefined })] },
      expected: ["drop"],
      because: { ...notOurs, owner: "unnamed" },
    },
    {
      why: "the hooks are unread: the message is kept, and nothing is touched",
      memory: seen,
      observed: { ...there, hooks: undefined, owner: undefined, unread: { hooks: denied() } },
      now: 48 * 60 * MINUTE,
      expected: ["wait"],
      because: [unreadBlocker("hooks", denied())],
    },
    {
      why: "the group has no such hook yet: reads lag",
      memory: unbegun,
      observed: { ...there, hooks: [], owner: "gone" },
      now: 2 * MINUTE - 1,
      expected: ["wait"],
      because: [event("hook known")],
    },
    {
      why: "the group has no such hook, and another one holds the instance",
      memory: unbegun,
      observed: { ...there, hooks: [], owner: "gone" },
      now: 2 * MINUTE,
      expected: ["drop"],
      because: { ...notOurs, owner: "gone" },
    },
    {
      why: "a hook that is gone, and released the instance: nothing to complete",
      observed: { ...there, ...state("Terminating:Proceed"), hooks: [], owner: "gone" },
      expected: ["drop"],
      because: { why: "nothing to complete", state: "Terminating:Proceed", hookEndedFirst: undefined },
    },
    {
      why: "unread hooks before an interruption: the notice is enough",
      told: { interruptedAt: SINCE },
      observed: { ...there, hooks: undefined, owner: undefined, unread: { hooks: denied() } },
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "an instance that comes back gets what was taken, whoever holds it by now",
      memory: { ...seen, returns: "warm pool", plannedDraining: ["ci-1"] },
      observed: { ...theirs, ...state("Warmed:Stopped"), clusterInstances: [clusterInstance("DRAINING")] },
      expected: ["wait", "activate"],
    },
    {
      why: "it is waited for while another hook holds it on its way",
      memory: { ...seen, returns: "warm pool", plannedDraining: ["ci-1"] },
      observed: { ...theirs, ...state("Warmed:Pending:Wait") },
      expected: ["wait"],
    },
    {
      why: "but one that another hook holds to terminate it gets nothing back",
      memory: { ...seen, begunAt: undefined, returns: "warm pool", plannedDraining: ["ci-1"] },
      observed: theirs,
      expected: ["drop"],
      because: { ...notOurs, owner: "another's", target: LAMBDA },
    },
  ]);

  it("rule 1: drops another's with a line of information, and with a warning where it may be ours", () => {
    const levelOf = (owner: HookOwner, begunAt?: number) => {
      const { outcome } = decisionOf({ memory: { begunAt }, observed: { owner }, now: 3 * MINUTE });
      return outcome.kind === "drop" ? outcome.level : outcome.kind;
    };
    expect(levelOf("another's")).to.equal("info");
    expect(levelOf("managed draining")).to.equal("info");
    expect(levelOf("another's", SINCE + SECOND)).to.equal("warn");
    expect(levelOf("unnamed")).to.equal("warn");
    expect(levelOf("gone")).to.equal("warn");
  });
});
