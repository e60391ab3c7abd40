import { BlockList, isIP, isIPv6 } from "node:net";

/** A network interface, as EC2 shows it. */
export type NetworkInterface = {
  /** The VPC that it is in. An address means nothing without it. */
  readonly vpc: string;
  /** The instance that it is attached to. Undefined for a branch of another interface, and for one of no instance. */
  readonly instanceId: string | undefined;
  /** Its addresses, primary and secondary ones, in the form that `sameForm` gives. */
  readonly addresses: readonly string[];
  /** Its prefixes, such as `10.0.4.16/28`. All addresses in them are its own. */
  readonly prefixes: readonly string[];
  /** Whether ECS made it for a task. */
  readonly isTasks: boolean;
};

/** Whether an interface has an address: by itself, or in one of its prefixes. */
export function hasAddress({ addresses, prefixes }: NetworkInterface, address: string): boolean {
  return addresses.includes(sameForm(address)) || prefixes.some((each) => isWithin(each, address));
}

/** An address in the one form by which two are compared: an IPv6 address can be written in many. */
export function sameForm(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

/** Whether an address is in a prefix such as `10.0.4.16/28`. What is no address is in none. */
export function isWithin(prefix: string, address: string): boolean {
  if (isIP(address) === 0) return false;
  const [network = "", length] = prefix.split("/");
  const own = new BlockList();
  own.addSubnet(network, Number(length), familyOf(network));
  return own.check(address, familyOf(address));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
