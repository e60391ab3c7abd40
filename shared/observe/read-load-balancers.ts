import type { LoadBalancerPort } from "../aws/load-balancer-port.ts";
import { forEachOf } from "../base/batches.ts";
import type { LoadBalancer } from "../model/load-balancer.ts";
import type { RegisteredTarget } from "../model/registration.ts";
import { contentOf, type Reading, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/** Load balancers of one kind, by the name or id that was asked for, and their targets by id. Undefined is one that is gone. */
export type LoadBalancerReadings = {
  readonly resolved: ReadonlyMap<string, Reading<LoadBalancer | undefined>>;
  readonly targets: ReadonlyMap<string, Reading<RegisteredTarget[] | undefined>>;
};

/** What is asked about load balancers of one kind. */
export type LoadBalancersAsked = {
  /** The load balancers by name or id, with the instances that each is asked about. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** Load balancers that messages know, by name or id. */
  readonly known: ReadonlyMap<string, LoadBalancer>;
};

const keyOf = (port: LoadBalancerPort, name: string) => `${port.kind} ${name}`;

/** A load balancer by its name or id, which is described once a run. A failure of AWS is noted in the run. */
export function describeOnce(
  run: Run,
  port: LoadBalancerPort,
  name: string,
): Promise<Reading<LoadBalancer | undefined>> {
  return reading(run, () => run.cache.loadBalancers.get(keyOf(port, name), () => port.describe(name)));
}

/**
 * Reads load balancers of one kind and their targets. A pass takes one call for each load balancer. One that no message knows
 * takes one more call, once a run. One that a message knows, and that is gone, is described again: another may have got its
 * name. Failures of AWS are noted in the run. Throws only what is a fault of ours.
 */
export async function readLoadBalancers(
  run: Run,
  port: LoadBalancerPort,
  { names, known }: LoadBalancersAsked,
): Promise<LoadBalancerReadings> {
  const { loadBalancers: cache } = run.cache;
  const resolved = new Map<string, Reading<LoadBalancer | undefined>>();
  const targets = new Map<string, Reading<RegisteredTarget[] | undefined>>();
  const readTargets = async () => {
    await forEachOf(instancesById(names, resolved), async ([id, instanceIds]) => {
      if (targets.has(id)) return;
      const read = await reading(run, () => port.targets(id, [...instanceIds]));
      for (const { odd } of contentOf(read) ?? []) if (odd) run.callFailed(odd);
      targets.set(id, read);
    });
  };
  await forEachOf(names.keys(), async (name) => {
    const found = cache.has(keyOf(port, name)) ? undefined : usable(known.get(name));
    resolved.set(name, found ? { value: found } : await describeOnce(run, port, name));
  });
  await readTargets();
  const outdated = [...resolved].filter(([name, found]) => {
    const read = targets.get(contentOf(found)?.id ?? "");
    return !cache.has(keyOf(port, name)) && read && "value" in read && read.value === undefined;
  });
  await forEachOf(outdated, async ([name]) => {
    resolved.set(name, await describeOnce(run, port, name));
  });
  await readTargets();
  return { resolved, targets };
}

// The version before this one did not write the VPC, without which an address means nothing.
function usable(known: LoadBalancer | undefined): LoadBalancer | undefined {
  return known?.targetType === "ip" && known.vpc === undefined ? undefined : known;
}

// A load balancer may be named twice, by name and by id. It is asked once, about all of its instances.
function instancesById(
  names: ReadonlyMap<string, readonly string[]>,
  resolved: ReadonlyMap<string, Reading<LoadBalancer | undefined>>,
): Map<string, Set<string>> {
  const instances = new Map<string, Set<string>>();
  for (const [name, found] of resolved) {
    const id = contentOf(found)?.id;
    if (id === undefined) continue;
    instances.set(id, new Set([...(instances.get(id) ?? []), ...(names.get(name) ?? [])]));
  }
  return instances;
}
