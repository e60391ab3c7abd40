import { idOfWarning, type Warning } from "../model/decision.ts";
import { isSameLoadBalancer, type LoadBalancerId } from "../model/load-balancer.ts";
import { isLogged } from "../model/logged.ts";
import type { Observation } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";

/** How many addresses a line names. */
const NAMED = 10;

/**
 * Rule 2. Whether to ask EC2 whose the addresses of a group are: once a drain. Where the instance was seen in the group, its target
 * is known. Nothing is warned of before an interruption, nor of an instance that returns.
 */
export function areOwnersDue({ interruptedAt, memory }: Termination, group: LoadBalancerId): boolean {
  if (interruptedAt !== undefined || memory.returns !== undefined) return false;
  const wasSeen = memory.registrations.some((each) => isSameLoadBalancer(each, group));
  return !wasSeen && !isLogged(memory, idOf(group));
}

/** The ids of the warnings of groups whose addresses are known by now, whether there was anything to warn of or not. */
export function knownOwners({ unfoundAddresses }: Pick<Observation, "unfoundAddresses">): string[] {
  return unfoundAddresses.map(({ group }) => idOf(group));
}

/** Rule 2. The addresses that are left though they may be the instance's: it has them in another VPC, or EC2 shows nobody. */
export function leftAlone({ doubtfulAddresses, unfoundAddresses }: Observation): Warning[] {
  return [
    ...doubtfulAddresses.map(
      ({ loadBalancer, address, port }): Warning => ({
        level: "warn",
        kind: "address left alone",
        fields: { load_balancer: loadBalancer, address, port },
        reason: { why: "another VPC" },
        about: `${loadBalancer} ${address} ${port}`,
      }),
    ),
    ...unfoundAddresses
      .filter(({ addresses }) => addresses.length > 0)
      .map(
        ({ group, addresses }): Warning => ({
          level: "warn",
          kind: "address left alone",
          fields: {
            load_balancer: group.name,
            addresses: addresses.slice(0, NAMED),
            address_count: addresses.length,
          },
          reason: { why: "unfound" },
          about: group.id,
        }),
      ),
  ];
}

function idOf({ id }: LoadBalancerId): string {
  return idOfWarning({ kind: "address left alone", about: id });
}
