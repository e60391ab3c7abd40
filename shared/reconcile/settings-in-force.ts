import { forEachOf } from "../base/batches.ts";
import type { Unread } from "../model/blocker.ts";
import type { Hook, OurHooks } from "../model/hooks.ts";
import type { WithView } from "../model/observation.ts";
import type { DrainKeys } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import { metadataProblems, settingsInForce } from "../rules/settings-in-force.ts";
import { ownerOf } from "../rules/whose-hook.ts";
import { readHooks } from "../run/read-hooks.ts";
import { contentOf, type Reading, unreadIn } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/** What decides which settings count. */
export type SettingsOptions = {
  /** By what our hooks are known. */
  readonly ours: OurHooks;
  /** The drain settings of the function's input. Undefined if it has none. */
  readonly keys: DrainKeys | undefined;
};

/** The record with whose hook it is, and with the settings that count in this pass. */
export function withSettings(record: WithView, { ours, keys }: SettingsOptions): WithView {
  const { termination } = record;
  const view = { ...record.view, owner: ownerOf(termination, record.view, ours) };
  return {
    ...record,
    view,
    termination: { ...termination, settings: settingsInForce(termination, view, keys) },
  };
}

/**
 * Reads the hooks of terminations that have no pass, and returns these with the settings that count. `hooksUnread` says why those
 * of a group could not be read: its terminations are as they were. Throws only what is a fault of ours.
 */
export async function readSettings<T extends { readonly termination: Termination }>(
  run: Run,
  records: readonly T[],
  { ours, keys }: SettingsOptions,
): Promise<(T & { readonly hooksUnread: Unread | undefined })[]> {
  const groups = [...new Set(records.map(({ termination }) => termination.group))];
  const read = new Map(
    await forEachOf(groups, async (group): Promise<[string, Reading<readonly Hook[]>]> => {
      return [group, await readHooks(run, group)];
    }),
  );
  return records.map((each) => {
    const { termination } = each;
    const ofGroup = read.get(termination.group);
    const hooks = ofGroup && contentOf(ofGroup);
    const view = { hooks, owner: ownerOf(termination, { hooks }, ours) };
    return {
      ...each,
      termination: { ...termination, settings: settingsInForce(termination, view, keys) },
      hooksUnread: ofGroup && unreadIn(ofGroup),
    };
  });
}

/** Notes hooks of ours in whose metadata something is wrong. The drain waits, so each run fails until it is corrected. */
export function noteWrongMetadata(run: Run, records: readonly WithView[]): void {
  for (const { termination, view } of records) {
    const problems = metadataProblems(termination, view);
    if (problems.length > 0) run.cannotUse(`${termination.group}/${termination.hook}`, problems.join("; "));
  }
}
