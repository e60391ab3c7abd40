import { NETWORK_LOAD_BALANCER_SETTLE_SECONDS } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import { SECOND } from "./timings.ts";

/** Rule 3. How long an instance settles after all is gone, in milliseconds. */
export function settleMilliseconds({ settings, memory }: Pick<Termination, "settings" | "memory">): number {
  const mayBeBehind = memory.behindNetworkLoadBalancer || memory.foundDrained;
  const byDefault = mayBeBehind ? NETWORK_LOAD_BALANCER_SETTLE_SECONDS : 0;
  return (settings.settleSeconds ?? byDefault) * SECOND;
}
