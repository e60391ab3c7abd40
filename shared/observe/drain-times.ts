import { forEachOf } from "../base/batches.ts";
import type { LoadBalancerId } from "../model/load-balancer.ts";
import type { DrainTimes } from "../model/observation.ts";
import type { Questions } from "../model/questions.ts";
import { liveTasks } from "../model/tasks.ts";
import { contentOf, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import type { WithRegistered } from "./records.ts";

/**
 * Reads how long what leaves the instances may take, if the rules say so: a call for each load balancer and for each task
 * definition, once a run. It only explains, so what cannot be read is left out. Throws only what is a fault of ours.
 */
export async function observeDrainTimes<T extends WithRegistered>(
  run: Run,
  records: readonly T[],
  { areDrainTimesDue }: Pick<Questions, "areDrainTimesDue">,
): Promise<(T & { readonly times: DrainTimes | undefined })[]> {
  const isAsked = ({ isObserved, termination, clusters, registered }: WithRegistered) =>
    isObserved && areDrainTimesDue(termination, clusters.instances, registered.registrations);
  const asked = records.filter(isAsked);
  const limits = new Map(
    await forEachOf(
      new Map(asked.flatMap(loadBalancersOf).map((each) => [keyOf(each), each])),
      async ([key, each]): Promise<[string, number | undefined]> => [key, await limitOf(run, each)],
    ),
  );
  const stopTimeouts = new Map(
    await forEachOf(
      new Set(asked.flatMap(definitionsOf)),
      async (definition): Promise<[string, number | undefined]> => [
        definition,
        await stopTimeoutOf(run, definition),
      ],
    ),
  );
  return records.map((each) => {
    if (!isAsked(each)) return { ...each, times: undefined };
    const times = {
      loadBalancers: loadBalancersOf(each).flatMap(({ kind, id }) => {
        const limit = limits.get(keyOf({ kind, id }));
        return limit === undefined ? [] : [{ kind, id, limit }];
      }),
      definitions: definitionsOf(each).flatMap((definition) => {
        const stopTimeout = stopTimeouts.get(definition);
        return stopTimeout === undefined ? [] : [{ definition, stopTimeout }];
      }),
    };
    return { ...each, times };
  });
}

function loadBalancersOf({ registered }: WithRegistered): LoadBalancerId[] {
  const all = registered.registrations.map(({ kind, id }): [string, LoadBalancerId] => [
    keyOf({ kind, id }),
    { kind, id },
  ]);
  return [...new Map(all).values()];
}

function definitionsOf({ clusters }: WithRegistered): string[] {
  return [...new Set(clusters.instances.flatMap(liveTasks).map(({ definition }) => definition))];
}

function keyOf({ kind, id }: LoadBalancerId): string {
  return `${kind} ${id}`;
}

async function limitOf(run: Run, { kind, id }: LoadBalancerId): Promise<number | undefined> {
  const port = run.ports.loadBalancers.get(kind);
  if (!port) return undefined;
  const ask = () => run.cache.drainLimits.get(keyOf({ kind, id }), () => port.drainLimit(id));
  return contentOf(await reading(run, ask));
}

async function stopTimeoutOf(run: Run, definition: string): Promise<number | undefined> {
  const ask = () => run.cache.definitions.get(definition, () => run.ports.ecs.definition(definition));
  return contentOf(await reading(run, ask))?.stopTimeout;
}
