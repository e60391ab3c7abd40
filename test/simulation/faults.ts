import type { Random } from "../../simulator/kernel/random.ts";
import type { ScenarioInput } from "../../simulator/scenario/schema.ts";
import { some, weighted } from "./draw.ts";
import { type Entry, HAPPENS_WITHIN } from "./happenings.ts";

/** When faults have all ended: what they have hidden comes back two minutes later. Some end early, and the calm is judged longer. */
const END_AFTER = [400, 600, HAPPENS_WITHIN + 300];
/** How long before that the last begin, so that each ends by itself. */
const LAST_FOR = 200;
const BUSY_WITHIN = 300;

/** What goes wrong all the time, until faults end. */
export type Disturbance = Pick<
  ScenarioInput,
  | "throttling"
  | "read_lag_seconds"
  | "read_lag_varies"
  | "latency_milliseconds"
  | "duplicates"
  | "disorder"
  | "faults_end_after_seconds"
>;

const ACTIONS = [
  ["*"],
  ["ecs:*"],
  ["sqs:*"],
  ["autoscaling:*"],
  ["elb:*", "elbv2:*"],
  ["ec2:*"],
  ["events:*"],
  ["ecs:UpdateContainerInstancesState"],
  ["ecs:ListTasks", "ecs:DescribeTasks"],
  ["sqs:SendMessageBatch"],
  ["sqs:SendMessageBatch", "sqs:DeleteMessageBatch"],
  ["sqs:DeleteMessageBatch"],
  ["sqs:ReceiveMessage"],
  ["autoscaling:CompleteLifecycleAction"],
  ["autoscaling:RecordLifecycleActionHeartbeat"],
  ["elbv2:DeregisterTargets", "elb:DeregisterInstancesFromLoadBalancer"],
  ["elbv2:DescribeTargetHealth"],
] as const;

type Fault = Omit<Entry, "at_seconds">;
type Draw = (random: Random) => Fault;

const KINDS: readonly (readonly [weight: number, draw: Draw])[] = [
  [3, (random) => ({ throttle: calls(random) })],
  [3, (random) => ({ fail: calls(random) })],
  [3, (random) => ({ lose_answers: calls(random, 60) })],
  [2, (random) => ({ deny: calls(random) })],
  [
    1,
    (random) => ({
      expire_credentials: { ...calls(random, 90), actions: ["*"], probability: 1 },
    }),
  ],
  [2, (random) => ({ fail_entries: { ...calls(random), actions: ["*"] } })],
  [3, (random) => ({ odd_answers: calls(random) })],
  [2, lost],
  [
    1,
    (random) => ({
      lose_messages: { queue: random.pick(["lifecycle", "monitor"]), probability: 0.7 },
    }),
  ],
  [
    2,
    (random) => ({
      delay_notifications: {
        for_seconds: random.whole(30, 200),
        by_seconds: random.pick([10, 60, 130]),
        probability: 0.7,
      },
    }),
  ],
  [
    8,
    (random) => ({
      kill_invocation: { function: aFunction(random), at_await: random.whole(1, random.pick([12, 60, 200])) },
    }),
  ],
  [3, (random) => ({ invoke: { function: aFunction(random) } })],
  [
    2,
    (random) => ({
      skip_ticks: { function: aFunction(random), for_seconds: random.pick([70, 130, 200]) },
    }),
  ],
  [
    2,
    (random) => ({
      cold_start: {
        function: aFunction(random),
        ...some(random, 0.6, { init_seconds: random.pick([2, 6, 10]) }),
      },
    }),
  ],
];

/** What goes wrong at times. The kinds that there are at all are drawn first. */
export function faultsOf(
  random: Random,
  { throttling, faults_end_after_seconds: end = 0 }: Disturbance,
): Entry[] {
  if (end === 0) return [];
  const begun = (draw: Draw) => ({ ...at(random, end - LAST_FOR), ...draw(random) });
  const swarm = KINDS.map(([weight, draw]) => [random.chance(0.5) ? weight : 0, draw] as const);
  const others = throttling ? Array.from({ length: random.whole(1, 3) }, () => begun(other)) : [];
  if (swarm.every(([weight]) => weight === 0)) return others;
  return [...others, ...Array.from({ length: random.whole(0, 14) }, () => begun(weighted(random, swarm)))];
}

/** Somebody deletes the functions' queues and makes them again, or one of them. */
export function remadeQueues(
  random: Random,
  { faults_end_after_seconds: end = 0 }: Pick<Disturbance, "faults_end_after_seconds">,
): Entry[] {
  if (end === 0 || !random.chance(0.06)) return [];
  const { at_seconds } = at(random, end - LAST_FOR);
  const both = ["lifecycle", "monitor"];
  return (random.chance(0.6) ? both : [random.pick(both)]).map((queue) => ({
    at_seconds,
    remake_queue: { queue, after_seconds: random.pick([60, 70, 120]) },
  }));
}

/** Others in the account who use up its token buckets, in a seed that has those. */
function other(random: Random): Fault {
  return {
    other_calls: {
      actions: ["*"],
      for_seconds: random.whole(60, 190),
      per_second: random.pick([10, 20, 50]),
    },
  };
}

/** What goes wrong all the time; each of it is there in some seeds only. In others all is well, and judged from the start. */
export function disturbanceOf(random: Random): Disturbance {
  const in3 = <T>(value: T, otherwise: T) => (random.chance(0.3) ? value : otherwise);
  const slowness: Disturbance = {
    read_lag_seconds: in3(random.whole(1, 10), 0),
    latency_milliseconds: in3([100, 1500], [15, 60]),
    faults_end_after_seconds: 0,
  };
  if (random.chance(0.15)) return slowness;
  return {
    ...slowness,
    throttling: in3(true, false),
    duplicates: in3(random.pick([0.1, 0.5]), 0),
    disorder: in3(0.5, 0),
    faults_end_after_seconds: random.pick(END_AFTER),
  };
}

/** By how many seconds a function's clock is wrong. */
export function skewOf(random: Random): number {
  return random.chance(0.3) ? random.whole(-4, 4) : 0;
}

function at(random: Random, within: number): { at_seconds: number } {
  // Most when most is under way.
  return { at_seconds: random.whole(1, random.chance(0.6) ? Math.min(within, BUSY_WITHIN) : within) };
}

function calls(random: Random, most = 150): { actions: string[]; for_seconds: number; probability: number } {
  return {
    actions: [...random.pick(ACTIONS)],
    for_seconds: random.whole(10, most),
    probability: random.pick([0.1, 0.3, 0.6, 1]),
  };
}

function lost(random: Random): Fault {
  return {
    lose_notifications: { for_seconds: random.whole(10, 150), probability: random.pick([0.5, 1]) },
  };
}

function aFunction(random: Random): "deregister" | "terminate" {
  return random.chance(0.4) ? "deregister" : "terminate";
}
