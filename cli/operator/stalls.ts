import type { Warning, WarningReason } from "../../shared/model/decision.ts";
import type { Held } from "./dry-pass.ts";

/** Why a drain cannot end by itself, the most telling reason first. All others only say what is there. */
const STALLS: readonly WarningReason["why"][] = [
  "not permitted",
  "percents",
  "protected",
  "service event",
  "no service started it",
  "placed, and not stopped",
  "stopping for long",
];

/** The warnings that say why a drain does not end by itself, the most telling one first. None where it is on its way. */
export function stallsOf({ decision }: Pick<Held, "decision">): Warning[] {
  if (decision.outcome.kind !== "wait") return [];
  const rank = ({ reason }: Warning) => (reason === undefined ? -1 : STALLS.indexOf(reason.why));
  return decision.warnings.filter((each) => rank(each) >= 0).sort((a, b) => rank(a) - rank(b));
}
