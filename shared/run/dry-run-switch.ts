import type { Log } from "../base/log.ts";

/** What somebody sets who means that it is off; any other text in DRYRUN switches it on, and so do these. */
const LOOKS_OFF = new Set(["0", "false", "no", "off"]);

/**
 * Whether nothing may be written: by the input, or by any text at all in the environment's DRYRUN. A text that looks like
 * "off" switches it on too, with a warning, because the safe misunderstanding is the one that changes nothing.
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
