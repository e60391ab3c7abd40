/** The protocols of target groups behind a Network Load Balancer. */
const NETWORK: ReadonlySet<string> = new Set(["TCP", "UDP", "TCP_UDP", "TLS", "QUIC", "TCP_QUIC"]);

/** Whether a Network Load Balancer may be in front of a target group with a protocol. */
export function isNetworkProtocol(protocol: string): boolean {
  return NETWORK.has(protocol);
}
