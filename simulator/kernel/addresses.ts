import { BlockList, isIPv6 } from "node:net";

/** What a network interface has: addresses, and prefixes such as `10.0.4.16/28`, in which all addresses are its own. */
export type HeldAddresses = { readonly addresses: readonly string[]; readonly prefixes: readonly string[] };

/** Whether an interface has an address: by itself, or in one of its prefixes. */
export function hasAddress({ addresses, prefixes }: HeldAddresses, address: string): boolean {
  if (addresses.includes(address)) return true;
  const sameForm = canonical(address);
  if (isIPv6(address) && addresses.some((each) => canonical(each) === sameForm)) return true;
  if (prefixes.length === 0) return false;
  const own = new BlockList();
  for (const each of prefixes) {
    const [network = "", length] = each.split("/");
    own.addSubnet(network, Number(length), familyOf(network));
  }
  return own.check(address, familyOf(address));
}

/** Of a list of addresses or prefixes, those of IPv4 and those of IPv6. */
export function byFamily(all: readonly string[]): [ipv4: string[], ipv6: string[]] {
  const isV6 = (each: string) => familyOf(each.split("/")[0] ?? "") === "ipv6";
  return [all.filter((each) => !isV6(each)), all.filter(isV6)];
}

// An IPv6 address can be written in many ways.
function canonical(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname : address;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
