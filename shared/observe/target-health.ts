import type { LoadBalancerPort } from "../aws/load-balancer-port.ts";
import { forEachOf } from "../base/batches.ts";
import type { LoadBalancer } from "../model/load-balancer.ts";
import { sameForm } from "../model/network-interface.ts";
import type { TargetHealth } from "../model/registration.ts";
import type { DrainSettings } from "../model/settings.ts";
import { type Reading, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { describeOnce } from "./read-load-balancers.ts";
import { goRound } from "./rounds.ts";

/** What is asked about a group whose instances are about to be replaced. */
export type HealthAsked = {
  /** The instances that are about to leave. */
  readonly leaving: readonly string[];
  /** All of the group's instances that are in service, with those. */
  readonly inService: readonly string[];
  /** They may name load balancers, and tell whether others are searched. */
  readonly settings: DrainSettings;
  /** How long to search, in milliseconds since 1970. */
  readonly searchesUntil: number;
};

/**
 * The instances that stay, and that a load balancer has and does not send to. It counts if it also has an instance that is about to leave.
 * One that is not registered may never be: a service has no task on each instance. Asked are the load balancers that the settings
 * name, and those that a round finds in its time. In an account with many more, only the settings are sure to tell. Throws only what
 * is a fault of ours.
 */
export async function observeUnhealthyTargets(
  run: Run,
  asked: HealthAsked,
): Promise<Reading<ReadonlySet<string>>> {
  const { leaving, inService } = asked;
  const found = await loadBalancersOf(run, asked);
  if ("unread" in found) return found;
  const addresses = await addressesOf(run, found.value, inService);
  if ("unread" in addresses) return addresses;
  const namesOf = (id: string) => [id, ...(addresses.value.get(id) ?? [])];
  const unhealthy = new Set<string>();
  const answers = await forEachOf(found.value, ({ port, loadBalancer: { id } }) =>
    reading(run, () => port.health(id, inService)),
  );
  for (const answer of answers) {
    if ("unread" in answer) return answer;
    const health: TargetHealth = new Map([...(answer.value ?? [])].map(([id, each]) => [sameForm(id), each]));
    const shown = (id: string) => namesOf(id).flatMap((name) => health.get(name) ?? []);
    const there = inService.filter((id) => shown(id).length > 0);
    const healthy = there.filter((id) => shown(id).every(Boolean));
    // Where none is healthy, a load balancer sends to all of them, or to none. Nobody is to wait for that.
    if (!leaving.some((id) => there.includes(id)) || healthy.length === 0) continue;
    for (const id of there) if (!leaving.includes(id) && !healthy.includes(id)) unhealthy.add(id);
  }
  return { value: unhealthy };
}

type Found = { readonly port: LoadBalancerPort; readonly loadBalancer: LoadBalancer };

// The load balancers that may be the group's. A name that nothing has is for the drain to tell of.
async function loadBalancersOf(
  run: Run,
  { leaving, settings, searchesUntil }: HealthAsked,
): Promise<Reading<readonly Found[]>> {
  const all = new Map<string, Found>();
  const ports = [...run.ports.loadBalancers.values()];
  for (const port of ports) {
    for (const name of port.namedIn(settings)) {
      const named = await describeOnce(run, port, name);
      if ("unread" in named) return named;
      if (named.value) all.set(named.value.id, { port, loadBalancer: named.value });
    }
  }
  if (settings.discover === "named") return { value: [...all.values()] };
  const { round } = run;
  const due = leaving.map((instanceId) => ({ instanceId, memory: { round: undefined } }));
  await goRound(run, due, searchesUntil);
  if (round.unread) return { unread: round.unread };
  const own = leaving.flatMap((id) => [id, ...(round.networks.get(id)?.addresses ?? [])]);
  for (const loadBalancer of round.holdersOf(own)) {
    const port = run.ports.loadBalancers.get(loadBalancer.kind);
    if (port) all.set(loadBalancer.id, { port, loadBalancer });
  }
  return { value: [...all.values()] };
}

// The addresses of instances, where a target group may have these instead of ids.
async function addressesOf(
  run: Run,
  found: readonly Found[],
  instanceIds: readonly string[],
): Promise<Reading<ReadonlyMap<string, readonly string[]>>> {
  if (!found.some(({ loadBalancer }) => loadBalancer.targetType === "ip")) return { value: new Map() };
  const networks = await reading(run, () => run.ports.ec2.networks(instanceIds));
  if ("unread" in networks) return networks;
  return {
    value: new Map([...networks.value].map(([id, { addresses }]) => [id, addresses.map(sameForm)])),
  };
}
