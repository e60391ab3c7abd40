import { loadBalancerPorts } from "../../../shared/aws/load-balancers.ts";
import type { LoadBalancerKind } from "../../../shared/model/load-balancer.ts";
import type { LoadBalancerShown } from "../../operator/doctor/facts.ts";
import type { Account } from "../account.ts";

/** What the doctor reads of load balancers, by the functions' own adapters. Each read throws an AwsCallError. */
export type LoadBalancerReads = {
  /** A load balancer by its name or ARN, with how long its targets drain. Undefined if there is none. */
  readonly named: (kind: LoadBalancerKind, name: string) => Promise<LoadBalancerShown | undefined>;
  /** The names of all of the account that have one of these instances. */
  readonly having: (instanceIds: readonly string[]) => Promise<LoadBalancerShown[]>;
};

/** Elastic Load Balancing through the SDK. */
export function loadBalancerReads({ clients, paced }: Pick<Account, "clients" | "paced">): LoadBalancerReads {
  const adapters = loadBalancerPorts(clients);
  const seconds = (milliseconds: number | undefined) =>
    milliseconds === undefined ? undefined : milliseconds / 1_000;
  return {
    async named(kind, name) {
      const adapter = adapters.get(kind);
      const found = await adapter?.describe(name);
      if (!adapter || !found) return undefined;
      // Some kinds tell only here that there is none.
      if ((await adapter.targets(found.id, [])) === undefined) return undefined;
      return {
        kind,
        id: found.id,
        name: found.name,
        drainSeconds: seconds(await adapter.drainLimit(found.id)),
      };
    },
    async having(instanceIds) {
      const shown: LoadBalancerShown[] = [];
      for (const [kind, adapter] of paced.loadBalancers) {
        for (const { loadBalancer, registered } of await adapter.list()) {
          const isListed = registered.some((id) => instanceIds.includes(id));
          const targets =
            isListed || registered.length > 0
              ? []
              : await adapter.discoverTargets(loadBalancer.id, instanceIds);
          if (!isListed && !targets?.some(({ id }) => instanceIds.includes(id))) continue;
          const { id, name } = loadBalancer;
          shown.push({ kind, id, name, drainSeconds: seconds(await adapter.drainLimit(id)) });
        }
      }
      return shown;
    },
  };
}
