// Protects whoever relies on the alarms: each of the template's goes off within the minutes that docs/operations.md states, and
// stays silent where nothing of its kind is wrong. CloudWatch leaves open how far back it looks, and how late a value comes.
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { NOT_RUNNING } from "../../deploy/release/task.ts";
import { thePackage } from "../package/packaged.ts";
import { functions, HOOK, instanceIds, linesOf } from "../scenarios/fixture.ts";
import { type Alarm, type Circumstances, statesOf } from "./evaluate.ts";
import { type MetricId, playWatched, type Watched } from "./simulated-metrics.ts";

const CIRCUMSTANCES: readonly Circumstances[] = [1, 2, 3].flatMap((morePeriods) =>
  [0, 60_000].map((delay) => ({ morePeriods, delay })),
);
const MINUTE = 60_000;

/** What the template's queues, functions and deployment are called in the scenarios. */
const SIMULATED: Readonly<Record<string, string>> = {
  LifecycleQueue: "lifecycle",
  LifecycleDeadLetterQueue: "lifecycle-dead-letters",
  MonitorQueue: "monitor",
  MonitorDeadLetterQueue: "monitor-dead-letters",
  DeregisterLambdaFunction: "deregister",
  TerminateLambdaFunction: "terminate",
  ScaleDashtasksLambdaFunction: "scale-tasks",
  "asg-drain-live": "asg-drain",
};

type TemplateAlarm = Alarm & {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly [{ readonly Value: unknown }];
};

const ids = instanceIds(4);
const [leaving] = ids as [string];
const ENDLESS = { stop_seconds: 200_000, stop_timeout_seconds: 200_000 };
const terminated = { at_seconds: 5, terminate: { instance_ids: [leaving] } };
const skipped = (name: string, from: number, seconds: number) => ({
  at_seconds: from,
  skip_ticks: { function: name, for_seconds: seconds },
});
const unreadable = (queue: string) => ({ at_seconds: 30, send: { queue, body: "no message" } });
const denied = (action: string, seconds: number) => ({
  at_seconds: 1,
  deny: { actions: [action], for_seconds: seconds },
});

/** Keeps a scenario going when nothing is left to happen. It is an invocation that changes nothing. */
const until = (minutes: number) => ({ at_seconds: minutes * 60, cold_start: { function: "deregister" } });

const fleet = (
  timeline: readonly Record<string, unknown>[],
  { keys = {}, task = { stop_seconds: 10 }, ...more }: Record<string, object> = {},
): Record<string, unknown> => ({
  functions: functions({ cluster_name: "main", ...keys }),
  clusters: [{ name: "main", services: [{ name: "worker", desired_count: 4, task }] }],
  auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
  timeline,
  ...more,
});

/** As soon as every minute, and up to half a minute late. */
const late = (timeline: readonly Record<string, unknown>[], change: Record<string, object> = {}) => {
  const { deregister, terminate } = functions({ cluster_name: "main", ...change.keys });
  return fleet(timeline, {
    ...change,
    functions: {
      deregister: { ...deregister, late_by_seconds: 30 },
      terminate: { ...terminate, late_by_seconds: 30 },
    },
  });
};

const scaling = (service: string) =>
  fleet([until(15)], {
    functions: {
      ...functions({ cluster_name: "main" }),
      scale_tasks: { input: { cluster_name: "main", service_name: service, min_task_count: 1, n_count: 1 } },
    },
  });

/** A target that drains for an hour. */
const sockets = () => ({
  ...fleet([terminated], { keys: { drain_timeout_seconds: 7_200, target_groups: ["sockets"] } }),
  target_groups: [{ name: "sockets", port: 8080, deregistration_delay_seconds: 3_600 }],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      hooks: [HOOK],
      registers_with: { target_groups: [{ name: "sockets" }] },
    },
  ],
});

/** A drain that is cut off, and a message that nobody can read: both warn, and no run fails. */
const warned = () =>
  fleet([terminated, unreadable("lifecycle"), until(20)], {
    keys: { drain_timeout_seconds: 300 },
    task: ENDLESS,
  });

type Case = {
  /** In which it must go off. */
  readonly wrong: () => Record<string, unknown>;
  /** When that begins which the page counts from, in milliseconds since 1970. */
  readonly since: (played: Watched) => number;
  /** In which it must not. */
  readonly right: () => Record<string, unknown>;
};

const at =
  (seconds: number) =>
  ({ startedAt }: Watched) =>
    startedAt + seconds * 1_000;
const failedFirst =
  (name: string) =>
  ({ invocations }: Watched): number =>
    invocations.find((each) => each.name === name && each.outcome !== "succeeded")?.startedAt ?? Number.NaN;
const calledLast =
  (action: string) =>
  ({ simulation }: Watched): number =>
    simulation.calls.findLast((each) => each.action === action && each.caller !== "client")?.at ?? Number.NaN;

const CASES: Readonly<Record<string, Case>> = {
  LifecycleDeadLettersAlarm: {
    wrong: () => fleet([unreadable("lifecycle"), until(40)]),
    since: at(30),
    // What AWS sends beside terminations is dropped.
    right: () =>
      fleet([
        {
          at_seconds: 30,
          send: { queue: "lifecycle", body: JSON.stringify({ Event: "autoscaling:TEST_NOTIFICATION" }) },
        },
        until(40),
      ]),
  },
  MonitorDeadLettersAlarm: {
    wrong: () => fleet([unreadable("monitor"), until(40)]),
    since: at(30),
    right: () => fleet([terminated, denied("ecs:DescribeContainerInstances", 600), until(40)]),
  },
  LifecycleQueueUnreadAlarm: {
    wrong: () => fleet([terminated, skipped("deregister", 1, 1_200)]),
    since: at(5),
    right: () => fleet([terminated, skipped("deregister", 1, 240), until(15)]),
  },
  MonitorQueueUnreadAlarm: {
    wrong: () => fleet([terminated, skipped("terminate", 1, 1_200)]),
    since: at(20),
    right: () => fleet([terminated], { keys: { drain_timeout_seconds: 3_000 }, task: ENDLESS }),
  },
  DrainsCutOffAlarm: {
    wrong: () => fleet([terminated, until(20)], { keys: { drain_timeout_seconds: 300 }, task: ENDLESS }),
    since: ({ terminations: [first] }) => first?.completedAt ?? Number.NaN,
    right: () => fleet([terminated, { at_seconds: 8, kill: { instance_ids: [ids[1]] } }, until(20)]),
  },
  DrainsStalledAlarm: {
    wrong: () => fleet([terminated], { keys: { drain_timeout_seconds: 3_000 }, task: ENDLESS }),
    since: calledLast("ecs:UpdateContainerInstancesState"),
    right: sockets,
  },
  DeregisterNotRunningAlarm: {
    wrong: () => fleet([skipped("deregister", 300, 1_500), until(30)]),
    since: at(300),
    right: () => late([skipped("deregister", 300, 180), until(30)]),
  },
  TerminateNotRunningAlarm: {
    wrong: () => fleet([skipped("terminate", 300, 1_500), until(30)]),
    since: at(300),
    right: () => late([terminated, skipped("terminate", 300, 180), until(30)]),
  },
  DeregisterErrorsAlarm: {
    wrong: () => fleet([terminated, denied("autoscaling:DescribeLifecycleHooks", 60), until(15)]),
    since: failedFirst("deregister"),
    right: warned,
  },
  TerminateErrorsAlarm: {
    wrong: () => fleet([terminated, denied("ecs:ListTasks", 180), until(15)], { task: ENDLESS }),
    since: failedFirst("terminate"),
    right: warned,
  },
  ScaleTasksErrorsAlarm: {
    wrong: () => scaling("no-such"),
    since: failedFirst("scale-tasks"),
    right: () => scaling("worker"),
  },
};

describe("the template's alarms", () => {
  let alarms: Readonly<Record<string, TemplateAlarm>> = {};
  before(async () => {
    const { resources } = await thePackage();
    alarms = Object.fromEntries(
      Object.entries(resources)
        .filter(([, { Type }]) => Type === "AWS::CloudWatch::Alarm")
        .map(([id, { Properties }]) => [id, Properties as unknown as TemplateAlarm]),
    );
  });

  it("each has its scenarios, and stands in docs/operations.md with its minutes", () => {
    expect(Object.keys(CASES)).to.have.members(Object.keys(alarms));
    expect([...minutesStated().keys()]).to.have.members(Object.keys(alarms));
  });

  for (const [id, { wrong, since, right }] of Object.entries(CASES)) {
    it(`${id} goes off in time`, async () => {
      const played = await playWatched(wrong());
      const from = since(played);
      expect(from, "when it began").to.be.within(played.startedAt, played.endedAt);
      const minutes = minutesStated().get(id) ?? Number.NaN;
      for (const circumstances of CIRCUMSTANCES) {
        const on = firstOn(id, played, circumstances);
        expect(on, `${JSON.stringify(circumstances)}: it never goes off`).to.not.equal(undefined);
        expect(on, JSON.stringify(circumstances)).to.be.within(from, from + minutes * MINUTE);
      }
    });

    it(`${id} does not go off where it must not`, async () => {
      const played = await playWatched(right());
      for (const circumstances of CIRCUMSTANCES)
        expect(firstOn(id, played, circumstances), JSON.stringify(circumstances)).to.equal(undefined);
    });
  }

  it("none goes off in a day's ordinary work: a scale-in, and hours with nothing to do", async () => {
    const played = await playWatched(late([terminated, until(180)]));
    expect(linesOf(played, "lifecycle action completed")).to.have.lengthOf(1);
    for (const circumstances of CIRCUMSTANCES)
      expect(Object.keys(alarms).filter((id) => firstOn(id, played, circumstances))).to.deep.equal([]);
  });

  it("a message that each run reads and gives back is too young or left out for the queue's alarm: the runs' own tells", async () => {
    const played = await playWatched(
      fleet([terminated, denied("autoscaling:DescribeLifecycleHooks", 1_800), until(30)]),
    );
    for (const circumstances of CIRCUMSTANCES) {
      expect(firstOn("LifecycleQueueUnreadAlarm", played, circumstances)).to.equal(undefined);
      expect(firstOn("DeregisterErrorsAlarm", played, circumstances)).to.be.a("number");
    }
  });

  it("a run that is killed counts as failed", async () => {
    const killed = { at_seconds: 30, kill_invocation: { function: "terminate", at_await: 9 } };
    const played = await playWatched(fleet([terminated, killed, until(20)]));
    for (const circumstances of CIRCUMSTANCES)
      expect(firstOn("TerminateErrorsAlarm", played, circumstances)).to.be.a("number");
  });

  it("a drain that hangs keeps its alarm on until it ends, and tells once, though runs come late and at times two in a minute", async () => {
    const played = await playWatched(
      late([terminated], { keys: { drain_timeout_seconds: 3_000 }, task: ENDLESS }),
    );
    const [{ completedAt = 0 } = {}] = played.terminations;
    for (const circumstances of CIRCUMSTANCES) {
      const on = statesIn("DrainsStalledAlarm", played, circumstances).filter(
        ({ state }) => state === "ALARM",
      );
      const minutes = on.map(({ at }) => Math.floor(at / MINUTE));
      expect(minutes).to.deep.equal(minutes.map((_, i) => (minutes[0] ?? 0) + i));
      expect(on.at(-1)?.at).to.be.at.least(Math.min(completedAt, played.endedAt - MINUTE));
    }
  });

  it("that of a task's service goes off in time once no task runs, and not while ECS moves it to another instance", () => {
    const to = 60 * MINUTE;
    // ECS has a value of each task that runs, each minute.
    const inMinutes = (isRunning: (minute: number) => boolean) =>
      Array.from({ length: 60 }, (_, minute) => minute)
        .filter(isRunning)
        .map((minute) => ({ at: minute * MINUTE, knownAt: (minute + 1) * MINUTE, value: 3 }));
    const page = readFileSync(new URL("../../docs/as-a-task.md", import.meta.url), "utf8");
    const minutes = Number(/`TaskNotRunningAlarm` goes off within (\d+) minutes/.exec(page)?.[1]);
    for (const circumstances of CIRCUMSTANCES) {
      const firstOf = (isRunning: (minute: number) => boolean) =>
        statesOf(NOT_RUNNING, inMinutes(isRunning), { ...circumstances, from: 30 * MINUTE, to }).find(
          ({ state }) => state === "ALARM",
        )?.at;
      const ended = firstOf((minute) => minute < 35) ?? Number.NaN;
      expect(ended, JSON.stringify(circumstances)).to.be.within(35 * MINUTE, (35 + minutes) * MINUTE);
      expect(firstOf((minute) => minute < 35 || minute >= 38)).to.equal(undefined);
      expect(firstOf(() => true)).to.equal(undefined);
    }
  });

  /** When it first goes off, in milliseconds since 1970. */
  const firstOn = (id: string, played: Watched, circumstances: Circumstances) =>
    statesIn(id, played, circumstances).find(({ state }) => state === "ALARM")?.at;

  function statesIn(id: string, { samples, startedAt, endedAt }: Watched, circumstances: Circumstances) {
    const alarm = alarms[id];
    if (!alarm) throw new Error(`the template has no ${id}`);
    const own = samples.get(metricOf(alarm)) ?? [];
    return statesOf(alarm, own, { ...circumstances, from: startedAt, to: endedAt });
  }
});

function metricOf({ Namespace, MetricName, Dimensions: [{ Value }] }: TemplateAlarm): MetricId {
  const { Ref, "Fn::GetAtt": [resource] = [] } = Value as { Ref?: string; "Fn::GetAtt"?: string[] };
  const name = SIMULATED[Ref ?? resource ?? String(Value)];
  if (name === undefined) throw new Error(`nothing simulated is called ${JSON.stringify(Value)}`);
  return `${Namespace} ${MetricName} ${name}`;
}

/** How many minutes after its cause each alarm goes off at the latest, as docs/operations.md says. */
function minutesStated(): Map<string, number> {
  const page = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `(?<id>\w+Alarm)` \|.*\| (?<minutes>\d+) \|$/gm)];
  return new Map(rows.map(({ groups }) => [groups?.id ?? "", Number(groups?.minutes)]));
}
