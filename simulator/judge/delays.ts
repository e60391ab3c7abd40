import type { DamageFacts } from "./damage-ledger.ts";
import type { Spot } from "./whereabouts.ts";

/** How long a registration drains once it is taken out, in milliseconds. Undefined where nothing sends to it. */
export function delayOf(
  { kind, name }: Pick<Spot, "kind" | "name">,
  facts: Pick<DamageFacts, "classic" | "targetGroup">,
): number | undefined {
  if (kind === "classic") return facts.classic(name)?.delay;
  const group = facts.targetGroup(name);
  return group?.inUse ? group.delay : undefined;
}
