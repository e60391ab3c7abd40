import type { Simulation } from "../../simulator/cloud/simulation.ts";
import type { Random } from "../../simulator/kernel/random.ts";
import type { Played } from "../../simulator/scenario/play.ts";
import type { ScenarioInput } from "../../simulator/scenario/schema.ts";
import { some, weighted } from "./draw.ts";
import type { Place } from "./world.ts";

type Functions = NonNullable<ScenarioInput["functions"]>;
type Service = NonNullable<Place["clusters"][number]["services"]>[number];
/** A service that scale-tasks is to scale, as its input names it. */
type Scaled = {
  readonly cluster_name: string;
  readonly service_name: string;
  readonly min_task_count: number;
  readonly n_count: number;
};

/** The service of one task an instance. */
const SPREAD = "spread";
/** The host port of its tasks: no other task's. */
const SPREAD_PORT = 3_005;
/** So long before the end, in milliseconds, an instance may have come or gone that no run has counted: two ticks, and what reads lag. */
const COUNTED_WITHIN_MS = 150_000;
/** So long a run may take from its reads to its call, in milliseconds. */
const READ_WITHIN_MS = 30_000;
/** What faults held up is done so long after they have ended, in milliseconds. */
const CALM_AFTER_MS = 120_000;

/** Draws whether scale-tasks runs: the place with a service of one task an instance, and the function with its input. */
export function scalingOf(
  random: Random,
  place: Place,
): { readonly place: Place; readonly functions: Pick<Functions, "scale_tasks"> } {
  const [cluster] = place.clusters.filter(({ name }) =>
    place.auto_scaling_groups.some((group) => group.cluster === name),
  );
  if (!cluster || !random.chance(0.15)) return { place, functions: {} };
  const scaled: Scaled = {
    cluster_name: cluster.name,
    service_name: SPREAD,
    min_task_count: random.whole(0, 2),
    n_count: random.whole(0, 2),
  };
  const isBehind = random.chance(0.5);
  const service = spread(random, isBehind);
  return {
    place: {
      ...place,
      target_groups: [
        ...place.target_groups,
        ...(isBehind ? [{ name: SPREAD, port: 80, deregistration_delay_seconds: random.pick([5, 30]) }] : []),
      ],
      clusters: place.clusters.map((each) =>
        each === cluster ? { ...each, services: [...(each.services ?? []), service] } : each,
      ),
    },
    functions: {
      scale_tasks: {
        input: random.chance(0.5) ? scaled : { services: [scaled] },
        first_after_seconds: random.whole(1, 59),
      },
    },
  };
}

function spread(random: Random, isBehind: boolean): Service {
  return {
    name: SPREAD,
    desired_count: random.whole(1, 3),
    minimum_healthy_percent: random.pick([0, 50, 100]),
    ...weighted<Partial<Service>>(random, [
      [1, {}],
      [1, { placement_constraints: [{ type: "distinctInstance" }] }],
    ]),
    ...some(random, 0.2, { scaling: { min: 0, max: 10 } }),
    ...(isBehind ? { load_balancers: [{ target_group: SPREAD, container_port: 3_000 }] } : {}),
    task: {
      start_seconds: random.pick([1, 5]),
      stop_seconds: random.pick([1, 20]),
      ports: [{ container_port: 3_000, ...some(random, 0.7, { host_port: SPREAD_PORT }) }],
    },
  };
}

/** The services that a scenario's scale-tasks is to scale. */
export function scaledIn({ functions }: Pick<ScenarioInput, "functions">): readonly Scaled[] {
  const { input } = functions?.scale_tasks ?? {};
  if (!input) return [];
  return (input.services ?? [input]) as readonly Scaled[];
}

/**
 * What is wrong with the counts that scale-tasks sets, in words. Each must be one task for each ACTIVE instance, less `n_count`,
 * but not below the minimum: when it is set, and at the end.
 */
export function wrongCounts(
  scenario: ScenarioInput,
  played: Pick<Played, "simulation" | "startedAt" | "endedAt">,
): string[] {
  return scaledIn(scenario).flatMap((each) => [
    ...wronglySet(each, played),
    ...wrongAtTheEnd(each, played, scenario),
  ]);
}

// Those that were wrong by all that reads could show when they were set.
function wronglySet(scaled: Scaled, { simulation }: Pick<Played, "simulation">): string[] {
  return simulation.calls.flatMap(({ at, caller, action, input, error }) => {
    if (caller !== "scale-tasks" || action !== "ecs:UpdateService" || error !== undefined) return [];
    const { cluster, service, desiredCount } = input as { [key: string]: unknown };
    if (cluster !== scaled.cluster_name || service !== scaled.service_name) return [];
    const counts = activeCounts(simulation, scaled, at - READ_WITHIN_MS - simulation.readLag, at);
    return isRight(scaled, counts, desiredCount) ? [] : [textOf(scaled, counts, desiredCount)];
  });
}

// What came or went in the last two ticks may not be counted yet.
function wrongAtTheEnd(
  scaled: Scaled,
  { simulation, startedAt, endedAt }: Pick<Played, "simulation" | "startedAt" | "endedAt">,
  { faults_end_after_seconds: seconds = Number.POSITIVE_INFINITY }: ScenarioInput,
): string[] {
  const from = endedAt - COUNTED_WITHIN_MS - simulation.readLag;
  if (from < startedAt + seconds * 1_000 + CALM_AFTER_MS) return [];
  const service = simulation.world.clusters.find(scaled.cluster_name)?.services.get(scaled.service_name);
  if (service?.status !== "ACTIVE") return [];
  // While the world is played on, the function may run on too.
  const counts = activeCounts(simulation, scaled, from, simulation.world.agenda.now);
  // Without an instance, scale-tasks leaves the count alone.
  if (counts.has(0) || isRight(scaled, counts, service.desiredCount)) return [];
  return [textOf(scaled, counts, service.desiredCount)];
}

function isRight(
  { min_task_count, n_count }: Scaled,
  counts: ReadonlySet<number>,
  desired: unknown,
): boolean {
  return [...counts].some((active) => desired === Math.max(min_task_count, active - n_count));
}

function textOf(scaled: Scaled, counts: ReadonlySet<number>, desired: unknown): string {
  const { cluster_name, service_name, min_task_count, n_count } = scaled;
  return `${cluster_name}/${service_name} has a desired count of ${desired}, with ${[...counts].join(" or ")} ACTIVE instances, n_count ${n_count} and min_task_count ${min_task_count}`;
}

// How many instances of the cluster were ACTIVE, at any time between the two.
function activeCounts(
  { world }: Pick<Simulation, "world">,
  { cluster_name }: Scaled,
  from: number,
  to: number,
): Set<number> {
  const instances = [...(world.clusters.find(cluster_name)?.containerInstances.values() ?? [])];
  const changes = world.story.lines.filter(
    ({ at, kind }) => kind === "container-instance" && from < at && at <= to,
  );
  const moments = [from, ...changes.map(({ at }) => at)];
  return new Set(
    moments.map((moment) => instances.filter(({ status }) => status.at(moment) === "ACTIVE").length),
  );
}
