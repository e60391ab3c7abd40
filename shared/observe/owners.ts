import { hasAddress, sameForm } from "../model/network-interface.ts";
import type { Questions } from "../model/questions.ts";
import type { GroupAddresses } from "../model/registration.ts";
import { contentOf, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { isIn } from "./addresses.ts";
import type { WithRegistered } from "./records.ts";

/**
 * Asks EC2 which addresses of named groups no network interface has, if the rules say so: in one question for all instances. An
 * interface counts only in the VPC of the group. It only explains, so without an answer nothing changes, and the next pass asks
 * again. Throws only what is a fault of ours.
 */
export async function observeOwners<T extends WithRegistered>(
  run: Run,
  records: readonly T[],
  { areOwnersDue }: Pick<Questions, "areOwnersDue">,
): Promise<(T & { readonly unfound: readonly GroupAddresses[] })[]> {
  const dueOf = ({ termination, registered }: T) =>
    registered.others.filter(({ group }) => areOwnersDue(termination, group));
  const asked = new Set(records.flatMap(dueOf).flatMap(({ addresses }) => addresses.map(sameForm)));
  if (asked.size === 0) return records.map((each) => ({ ...each, unfound: [] }));
  const shown = contentOf(await reading(run, () => run.ports.ec2.interfacesWith([...asked])));
  const isShown = (vpc: string | undefined, address: string) =>
    shown?.some((each) => isIn(vpc, each) && hasAddress(each, address)) === true;
  return records.map((each) => ({
    ...each,
    unfound: shown
      ? dueOf(each).map(({ group, addresses }) => ({
          group,
          addresses: addresses.filter((address) => !isShown(group.vpc, address)),
        }))
      : [],
  }));
}
