import { parseScenario } from "../simulator/scenario/read.ts";
import type { Scenario, ScenarioInput } from "../simulator/scenario/schema.ts";
import { type Fleet, going, spread } from "./fleet.ts";
import { functionsOf, namesOf, queuesOf } from "./functions-of.ts";

/** When the first instance is told to go, in seconds: by then the functions have run a few times, and are warm. */
export const FIRST_MESSAGE_SECONDS = 300;
/** The family of the jobs of which each ends by itself. */
const JOB = "job";
/** Auto Scaling looks at its groups a second after their desired capacity has changed. */
const SCALING_SECONDS = 1;
/** Of a group that is refreshed, so much stays in service. */
const REFRESHED_PERCENT = 90;
/** The deregistration delay and the connection draining, where a fleet does not say. */
const DELAY_SECONDS = 30;
/** From DRAINING to the last STOPPED, where a fleet does not say. */
const DRAIN_SECONDS = 60;
/** ECS's scheduler looks at an instance that is DRAINING a second later. */
const SCHEDULER_SECONDS = 1;

type Timeline = NonNullable<ScenarioInput["timeline"]>;
/** What is in the world of one cluster. */
type Names = ReturnType<typeof namesOf>[number];

/**
 * The world of all figures: a managed and a static target group, and a classic load balancer. Each instance has three tasks.
 * One of them is behind the managed group, and none listens behind the other two. Beyond a thousand instances there are more
 * clusters, each with load balancers and a group of its own. With minimum healthy percents of 0, tasks stop at once: a drain
 * takes as long as its tasks take.
 */
export function scenarioOf(fleet: Fleet): Scenario {
  const { bare = false, delaySeconds = DELAY_SECONDS } = fleet;
  const counts = spread(fleet);
  const names = namesOf(fleet, counts.length);
  const others = Array.from({ length: fleet.unnamedGroups ?? 0 }, (_, i) => `other-${i + 1}`);
  const targetGroup = (name: string, port: number) => ({
    name,
    port,
    deregistration_delay_seconds: delaySeconds,
  });
  const countOf = (i: number) => counts[i] as number;
  const scenario: ScenarioInput = {
    name: "bench",
    seed: 1,
    ends_after_seconds: fleet.endsAfterSeconds ?? 7_200,
    throttling: fleet.throttling ?? false,
    functions: functionsOf(fleet, names),
    queues: [...queuesOf(fleet)],
    target_groups: bare
      ? []
      : [
          ...names.flatMap(({ managed, fixed }) => [targetGroup(managed, 80), targetGroup(fixed, 9000)]),
          ...others.map((name) => targetGroup(name, 80)),
        ],
    load_balancers: bare ? [] : names.map(({ classic }) => classicOf(classic, delaySeconds)),
    clusters: names.map((each, i) =>
      bare ? { name: each.cluster } : clusterOf(each, countOf(i), fleet, delaySeconds),
    ),
    // Nobody replaces a standalone task, and nobody stops it but the bench.
    tasks: names.flatMap(({ cluster }, i) => {
      const jobs = bare ? 3 : fleet.endEachSeconds === undefined ? 0 : 1;
      const count = jobs * countOf(i);
      return count > 0 ? [{ cluster, family: JOB, count, task: { stop_seconds: 0 } }] : [];
    }),
    auto_scaling_groups: names.map((each, i) => groupOf(each, countOf(i), fleet)),
    timeline: timelineOf(fleet, names, going(fleet, counts)),
  };
  return parseScenario(JSON.stringify(scenario), "bench");
}

function timelineOf(fleet: Fleet, names: readonly Names[], leaving: readonly number[]): Timeline {
  const { phase = 0, oneEachSeconds, isRefreshed = false, idleSeconds } = fleet;
  const at = FIRST_MESSAGE_SECONDS + phase - SCALING_SECONDS;
  const ends = names.flatMap(({ group }, i): Timeline => {
    const count = leaving[i] ?? 0;
    if (count === 0) return [];
    if (isRefreshed)
      return [{ at_seconds: at, instance_refresh: { group, min_healthy_percentage: REFRESHED_PERCENT } }];
    if (oneEachSeconds === undefined) return [{ at_seconds: at, scale_in: { group, count } }];
    return Array.from({ length: count }, (_, k) => ({
      at_seconds: at + oneEachSeconds * (k * names.length + i),
      scale_in: { group, count: 1 },
    }));
  });
  // An entry without effect: a scenario does not end before its last one.
  const last: Timeline = idleSeconds
    ? [{ at_seconds: idleSeconds, throttle: { actions: ["*"], for_seconds: 0 } }]
    : [];
  return [...ends, ...last];
}

function classicOf(name: string, delaySeconds: number) {
  return {
    name,
    listeners: [{ port: 80, instance_port: 9001 }],
    connection_draining_seconds: delaySeconds,
  };
}

function clusterOf({ cluster, managed }: Names, instances: number, fleet: Fleet, delaySeconds: number) {
  const { drainSeconds = DRAIN_SECONDS } = fleet;
  const never = drainSeconds === "never";
  const percents = never
    ? { minimum_healthy_percent: 100, maximum_percent: 100 }
    : { minimum_healthy_percent: 0, maximum_percent: 100 };
  const stopSeconds = never ? 2 : drainSeconds - SCHEDULER_SECONDS;
  const task = (seconds: number) => ({
    ports: [{ container_port: 3000 }],
    stop_seconds: seconds,
    stop_timeout_seconds: seconds + 1,
  });
  return {
    name: cluster,
    services: [
      {
        name: "web",
        desired_count: instances,
        ...percents,
        load_balancers: [{ target_group: managed, container_port: 3000 }],
        // One behind a load balancer is first taken out of it.
        task: task(never ? stopSeconds : Math.max(0, stopSeconds - delaySeconds)),
      },
      { name: "worker", desired_count: 2 * instances, ...percents, task: task(stopSeconds) },
    ],
  };
}

function groupOf({ group, cluster, classic, fixed, metadata }: Names, instances: number, fleet: Fleet) {
  return {
    name: group,
    instances,
    cluster,
    task_slots: 20,
    registers_with: fleet.bare ? {} : { target_groups: [{ name: fixed }], load_balancers: [classic] },
    hooks: [
      {
        name: "drain",
        queue: queuesOf(fleet)[1].name,
        heartbeat_timeout_seconds: 3600,
        default_result: "CONTINUE" as const,
        ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
      },
    ],
  };
}
