// Protects which settings count: those of the hook, as it is now, over those of the function's own input, over those that deregister
// has sent. What a stranger's message says counts only where terminate's input has none, and never for an instance that our
// hook does not hold.
import { expect } from "chai";
import type { TimelineEntry } from "../../simulator/scenario/schema.ts";
import {
  expectDrained,
  expectQuiet,
  functions,
  HOOK,
  instanceIds,
  linesOf,
  type Outcome,
  play,
  QUEUES,
  violationsButLate,
} from "./fixture.ts";

const ids = instanceIds(2);
const [leaving, staying] = ids as [string, string];
type Entry = Partial<TimelineEntry> & { readonly at_seconds: number };
type Keys = Record<string, unknown>;

/** A job that no service started, and that ends by itself, so many seconds after the start of the scenario. */
const JOB_SECONDS = 400;
/** The settings by which an attacker would have the instance: soon, with all that runs on it, and out of another's target group. */
const HOSTILE = {
  drain_timeout_seconds: 60,
  on_timeout: "abandon",
  stop_tasks: "all",
  settle_seconds: 0,
  deregister_container_instance: "always",
  target_groups: ["payments"],
  clusters: "*",
};
/** What both functions are told of the fleet. */
const KEYS = { cluster_name: "main", discover: "named" };
const terminated: Entry = { at_seconds: 5, terminate: { instance_ids: [leaving], replace: true } };

/** A fleet with a job on the instance that leaves. `metadata` is the hook's; `own` is terminate's input of its own. */
function fleet({
  metadata,
  own = KEYS,
  keys = KEYS,
  timeline = [],
  hook = {},
  unset = false,
}: {
  metadata?: unknown;
  own?: Keys;
  keys?: Keys;
  timeline?: readonly Entry[];
  hook?: object;
  /** Whether no variable names the roles. */
  unset?: boolean;
}) {
  const both = functions(keys);
  const variable = unset ? { sender_role_ids: "" } : {};
  return {
    functions: {
      deregister: { ...both.deregister, ...variable },
      terminate: { ...both.terminate, ...variable, input: { ...both.terminate.input, ...own } },
    },
    clusters: [
      { name: "main", services: [{ name: "worker", desired_count: 2, task: { stop_seconds: 20 } }] },
    ],
    target_groups: [{ name: "payments", deregistration_delay_seconds: 5 }],
    tasks: [
      {
        cluster: "main",
        instance_ids: [leaving],
        family: "job",
        // It started ten minutes before.
        task: { run_seconds: 600 + JOB_SECONDS, stop_seconds: 2 },
      },
    ],
    auto_scaling_groups: [
      {
        name: "fleet",
        instance_ids: ids,
        cluster: "main",
        hooks: [
          { ...HOOK, ...hook, ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }) },
        ],
        registers_with: { target_groups: [{ name: "payments" }] },
      },
    ],
    queues: [...QUEUES, { name: "unused" }],
    timeline: [terminated, ...timeline].sort((a, b) => a.at_seconds - b.at_seconds),
    ends_after_seconds: 1_800,
  };
}

const byLifecycleQueue = (id: string, at_seconds: number): Entry => ({
  at_seconds,
  send_lifecycle_message: {
    queue: "lifecycle",
    group: "fleet",
    hook: "drain",
    instance_id: id,
    transition: "autoscaling:EC2_INSTANCE_TERMINATING",
    form: "sqs",
    metadata: JSON.stringify(HOSTILE),
  },
});
const byMonitorQueue =
  (more: object = {}) =>
  (id: string, at_seconds: number): Entry => ({
    at_seconds,
    send: {
      queue: "monitor",
      count: 1,
      body: JSON.stringify({
        version: 2,
        instance_id: id,
        auto_scaling_group: "fleet",
        life_cycle_hook_name: "drain",
        lifecycle_action_token: "00000000-0000-4000-8000-000000000000",
        time: "2026-01-05T00:00:00.000Z",
        ...HOSTILE,
        ...more,
      }),
    },
  });
const interrupted = byMonitorQueue({ interrupted_at: "2026-01-05T09:00:00.000Z" });
const lost: Entry = { at_seconds: 1, lose_notifications: { for_seconds: 30, probability: 1 } };

/** What our functions did to an instance of their own accord: tasks that they stopped, and what they took it out of. */
const doneTo = ({ simulation }: Outcome, id: string) =>
  simulation.world.story.lines.filter(
    (line) =>
      (line.kind === "task-stop" && line.instanceId === id) ||
      (line.kind === "target" && line.id === id && ["deregister", "terminate"].includes(line.by)),
  );

const secondsOf = ({ terminations: [first], startedAt }: Outcome) =>
  ((first?.completedAt as number) - startedAt) / 1_000;

describe("scenarios: settings that somebody else sends", () => {
  const ways = { "the lifecycle queue": byLifecycleQueue, "the monitor queue": byMonitorQueue() };
  for (const [queue, forged] of Object.entries(ways)) {
    for (const [which, own] of [
      ["with its own input", KEYS],
      ["with queue_name alone", {}],
    ] as const) {
      // Where terminate has no settings of its own, it must believe the message.
      if (queue === "the monitor queue" && own !== KEYS) continue;
      for (const [why, more] of [
        ["beside the right message", []],
        ["while the right message is lost", [lost]],
      ] as const) {
        it(`on ${queue}, ${why}, do not count for an instance that our hook holds (terminate ${which})`, async () => {
          const timeline = [...more, forged(leaving, 8)];
          const outcome = await play(fleet({ own, timeline, metadata: { drain_timeout_seconds: 900 } }));
          expect(violationsButLate(outcome)).to.deep.equal([]);
          expect(outcome.terminations.map(({ result }) => result)).to.deep.equal(["CONTINUE"]);
          expect(secondsOf(outcome)).to.be.within(JOB_SECONDS, JOB_SECONDS + 120);
          expect(doneTo(outcome, leaving)).to.deep.equal([]);
        });
      }
    }
  }

  for (const [queue, forged] of [
    ...Object.entries(ways),
    ["the monitor queue, as interrupted", interrupted],
  ] as const) {
    for (const [which, own] of [
      ["with its own input", KEYS],
      ["with queue_name alone", {}],
    ] as const) {
      it(`on ${queue} touch nothing in service (terminate ${which})`, async () => {
        const outcome = await play(fleet({ own, timeline: [forged(staying, 8)] }));
        expect(outcome.violations).to.deep.equal([]);
        expect(doneTo(outcome, staying)).to.deep.equal([]);
        expect(linesOf(outcome, "set DRAINING", staying)).to.deep.equal([]);
      });
    }
  }

  it("count where terminate has queue_name alone, for an instance that our hook holds, under what the hook says", async () => {
    const timeline = [lost, byMonitorQueue({ target_groups: [], cluster_name: "main" })(leaving, 8)];
    const metadata = { on_timeout: "continue", stop_tasks: "none", drain_timeout_seconds: 200 };
    const outcome = await play(fleet({ own: {}, timeline, metadata }));
    expect(outcome.terminations.map(({ result }) => result)).to.deep.equal(["CONTINUE"]);
    expect(secondsOf(outcome)).to.be.within(200, 300);
  });
});

describe("scenarios: a hook that somebody edits while it holds an instance", () => {
  const edited = (at_seconds: number, metadata: unknown): Entry => ({
    at_seconds,
    put_hook: {
      group: "fleet",
      hook: { ...HOOK, ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }) },
    } as never,
  });
  for (const [which, own] of [
    ["with its own input", KEYS],
    ["with queue_name alone", {}],
  ] as const) {
    it(`has more time: from its begin, which stays as it was (terminate ${which})`, async () => {
      const timeline = [edited(120, { drain_timeout_seconds: 1_200 })];
      const outcome = await play(fleet({ own, metadata: { drain_timeout_seconds: 180 }, timeline }));
      expectDrained(outcome, { count: 1 });
      expectQuiet(outcome);
      expect(secondsOf(outcome)).to.be.within(JOB_SECONDS, JOB_SECONDS + 30);
    });

    it(`has less time: it ends with what is left within the next two runs (terminate ${which})`, async () => {
      const timeline = [edited(200, { drain_timeout_seconds: 60 })];
      const outcome = await play(fleet({ own, metadata: { drain_timeout_seconds: 1_200 }, timeline }));
      expect(outcome.violations).to.deep.equal([]);
      expect(secondsOf(outcome)).to.be.within(200, 320);
    });

    it(`has a task stopped that was not to be (terminate ${which})`, async () => {
      const timeline = [edited(150, { stop_tasks: "all" })];
      const outcome = await play(fleet({ own, metadata: { stop_tasks: "none" }, timeline }));
      expectDrained(outcome, { count: 1 });
      expect(linesOf(outcome, "task stopped", leaving)).to.have.lengthOf(1);
      expect(secondsOf(outcome)).to.be.within(150, 300);
    });
  }

  for (const [which, own] of [
    ["with its own input", { ...KEYS, drain_timeout_seconds: 200 }],
    ["with queue_name alone", {}],
  ] as const) {
    it(`says nothing any more: the input counts (terminate ${which})`, async () => {
      const timeline = [edited(120, undefined)];
      const keys = { ...KEYS, drain_timeout_seconds: 200 };
      const outcome = await play(fleet({ own, keys, metadata: { drain_timeout_seconds: 1_200 }, timeline }));
      expect(outcome.violations).to.deep.equal([]);
      expect(secondsOf(outcome)).to.be.within(200, 300);
    });
  }

  it("cannot be read for ten minutes: it is kept alive beyond the input's time, and nothing is decided", async () => {
    const denied: Entry = {
      at_seconds: 100,
      deny: { actions: ["autoscaling:DescribeLifecycleHooks"], for_seconds: 600 } as never,
    };
    const own = { ...KEYS, drain_timeout_seconds: 120 };
    const outcome = await play(
      fleet({
        own,
        keys: own,
        metadata: { drain_timeout_seconds: 1_500 },
        hook: { heartbeat_timeout_seconds: 180 },
        timeline: [denied],
      }),
    );
    expect(violationsButLate(outcome)).to.deep.equal([]);
    expect(outcome.terminations.map(({ result }) => result)).to.deep.equal(["CONTINUE"]);
    expect(secondsOf(outcome)).to.be.within(700, 780);
  });
});

describe("scenarios: two functions with different inputs", () => {
  const told = { ...KEYS, drain_timeout_seconds: 240, on_timeout: "abandon" };
  const resultOf = ({ terminations }: Outcome) => terminations.map(({ result }) => result);
  const shorter = byMonitorQueue({ time: "2026-01-05T08:59:00.000Z" })(leaving, 8);

  for (const [what, timeline] of [
    ["", []],
    [", beside a stranger's older message", [shorter]],
  ] as const) {
    it(`terminate goes by deregister's where its own says nothing of a setting${what}`, async () => {
      const outcome = await play(fleet({ keys: told, timeline }));
      expect(outcome.violations).to.deep.equal([]);
      expect(resultOf(outcome)).to.deep.equal(["ABANDON"]);
      expect(secondsOf(outcome)).to.be.within(240, 320);
    });
  }

  it("terminate goes by its own alone where nobody knows who sent the message", async () => {
    const outcome = await play(fleet({ keys: told, unset: true }));
    expect(outcome.violations).to.deep.equal([]);
    expect(resultOf(outcome)).to.deep.equal(["CONTINUE"]);
    expect(secondsOf(outcome)).to.be.within(JOB_SECONDS, JOB_SECONDS + 30);
  });

  it("terminate goes by its own alone for an instance that a sweep has found", async () => {
    const own = { ...KEYS, lifecycle_queue_name: "lifecycle", auto_scaling_groups: ["fleet"] };
    const outcome = await play(fleet({ keys: told, own, timeline: [lost] }));
    expect(violationsButLate(outcome)).to.deep.equal([]);
    expect(linesOf(outcome, "sweep found", leaving)).to.have.lengthOf(1);
    expect(resultOf(outcome)).to.deep.equal(["CONTINUE"]);
  });

  it("a later input of deregister counts for the drains that it begins then", async () => {
    const changed: Entry = {
      at_seconds: 100,
      change_input: { function: "deregister", input: { drain_timeout_seconds: 1_200 } } as never,
    };
    const outcome = await play(fleet({ keys: told, timeline: [changed] }));
    expect(outcome.violations).to.deep.equal([]);
    expect(resultOf(outcome)).to.deep.equal(["ABANDON"]);
    expect(secondsOf(outcome)).to.be.within(240, 320);
  });

  it("each go by their own: deregister begins the drain, and terminate ends it", async () => {
    const keys = { ...KEYS, drain_timeout_seconds: 60, on_timeout: "abandon", target_groups: ["payments"] };
    const own = { ...KEYS, drain_timeout_seconds: 240, on_timeout: "continue" };
    const outcome = await play(fleet({ keys, own }));
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.terminations.map(({ result }) => result)).to.deep.equal(["CONTINUE"]);
    expect(secondsOf(outcome)).to.be.within(240, 320);
    const taken = outcome.simulation.world.story.lines.flatMap((line) =>
      line.kind === "target" && line.id === leaving && line.state === "draining" ? [line.by] : [],
    );
    expect(taken).to.deep.equal(["deregister"]);
  });
});

describe("scenarios: a hook whose metadata is wrong", () => {
  const WRONG = { settle_seconds: "20", stop_tasks: "nonee", drain_timeout_seconds: 300 };
  const reasonsOf = (outcome: Outcome) =>
    linesOf(outcome, "cannot be used").map(({ level, name, reason }) => [level, name, reason]);
  const told = [
    "ERROR",
    "fleet/drain",
    'NotificationMetadata.stop_tasks: expected one of "none", "daemon", "all", found "nonee"; did you mean "none"?; NotificationMetadata.settle_seconds: expected a whole number of seconds from 0 to 3600, found "20"',
  ];

  it("drains by what is right, stops no task, and waits for the rest up to its time: each run fails", async () => {
    const own = { ...KEYS, stop_tasks: "all" };
    const outcome = await play(fleet({ own, keys: own, metadata: WRONG }));
    expect(outcome.violations).to.deep.equal([]);
    expect(secondsOf(outcome)).to.be.within(300, 400);
    expect(linesOf(outcome, "task stopped")).to.deep.equal([]);
    expect(linesOf(outcome, "set DRAINING", leaving)).to.have.lengthOf(1);
    expect(new Set(reasonsOf(outcome).map((each) => JSON.stringify(each)))).to.deep.equal(
      new Set([JSON.stringify(told)]),
    );
    expect(linesOf(outcome, "message cannot be read")).to.deep.equal([]);
  });

  it("waits when nothing is left, and is completed by the next run once it is corrected", async () => {
    const own = { ...KEYS, stop_tasks: "all" };
    const corrected: Entry = {
      at_seconds: 700,
      put_hook: { group: "fleet", hook: { ...HOOK, metadata: '{"settle_seconds": 20}' } } as never,
    };
    const outcome = await play(
      fleet({ own, keys: own, metadata: { settle_seconds: "20" }, timeline: [corrected] }),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(secondsOf(outcome)).to.be.within(700, 830);
    expect(linesOf(outcome, "waiting", leaving).map(({ waiting_for }) => waiting_for)).to.include(
      "the lifecycle hook's NotificationMetadata to be corrected",
    );
  });

  it("is the same for an instance that a sweep finds", async () => {
    const own = { ...KEYS, lifecycle_queue_name: "lifecycle", auto_scaling_groups: ["fleet"] };
    const outcome = await play(fleet({ own, metadata: WRONG, timeline: [lost] }));
    expect(violationsButLate(outcome)).to.deep.equal([]);
    expect(linesOf(outcome, "sweep found", leaving)).to.have.lengthOf(1);
    expect(linesOf(outcome, "task stopped")).to.deep.equal([]);
    expect(reasonsOf(outcome)[0]).to.deep.equal(told);
  });
});
