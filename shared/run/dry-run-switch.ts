import type { Log } from "../base/log.ts";

/** Texts with which somebody may mean "off". They switch it on too, as any text in DRYRUN does. */
const LOOKS_OFF = new Set(["0", "false", "no", "off"]);

/**
 * Whether nothing may be written: by the input, or by any text in the environment's DRYRUN. A text that looks like "off"
 * switches it on too, with a warning, because the safe misunderstanding is the one that changes nothing.
 */
export function isDryRun(
  input: boolean | undefined,
  { log, dryRunVariable: text = "" }: { readonly log: Log; readonly dryRunVariable: string | undefined },
): boolean {
  if (text !== "" && LOOKS_OFF.has(text.trim().toLowerCase())) {
    log.warn("DRYRUN is set", {
      reason: `its value ${JSON.stringify(text)} switches dry run on, as any does; remove the variable to switch it off`,
    });
  }
  return input === true || text !== "";
}
