// Rule 15: the sweep.

import type { GroupWithInstances, Hook, OurHooks } from "../model/hooks.ts";
import { situationOf } from "../model/lifecycle-state.ts";
import { NO_MEMORY } from "../model/memory.ts";
import {
  type DrainKeys,
  type DrainSettings,
  keysOf,
  keysOver,
  settingsOf,
  settingsUnder,
} from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import { isFollowed } from "./following.ts";
import { JITTER_MS, MINUTE } from "./timings.ts";
import { countsAsOurs, knowsNone } from "./whose-hook.ts";

/** How to sweep, and where. */
export type SweepOptions = {
  /** The groups that the input names. */
  readonly groups: readonly string[];
  /** A tag of groups, as `key` or `key=value`. */
  readonly tag: string | undefined;
  /** By what our hooks are known. */
  readonly ours: OurHooks;
  /** Whether nothing may be written, not even a heartbeat. */
  readonly dryRun: boolean;
  /** The drain settings of terminate's input. Undefined if it has none. */
  readonly keys: DrainKeys | undefined;
};

/** An instance that our hook may hold, with the hook. */
export type Candidate = { readonly termination: Termination; readonly state: string; readonly hook: Hook };

/**
 * Rule 15. Whether a run that starts at this time sweeps: when its minute, counted from 1970, is divisible by this number. With a
 * schedule of one minute, none is missed. A run that should start in such a minute may start some seconds after it, so two
 * runs may sweep one after the other.
 */
export function isSweepDue(startedAt: number, everyMinutes: number): boolean {
  return everyMinutes > 0 && startedAt % (everyMinutes * MINUTE) < MINUTE + JITTER_MS;
}

/** Rule 15. The groups that a sweep reads by name: those of the input, and those that drain at the moment. */
export function groupsToSweep({ groups }: SweepOptions, atHand: readonly Termination[]): string[] {
  return [...new Set([...groups, ...atHand.map((each) => each.group)])];
}

/** Rule 15. The settings that tell in which clusters a sweep looks for ghosts: the input's, and those of the drains at the moment. */
export function settingsToSweep({ keys }: SweepOptions, atHand: readonly Termination[]): DrainSettings[] {
  return [settingsOf(keys ?? {}), ...atHand.map(({ settings }) => settings)];
}

/**
 * Rule 15. Which of the groups that Auto Scaling does not know must have wrong names: the input names them, and no instance of
 * theirs drains.
 */
export function wrongNames(
  unknown: readonly string[],
  atHand: readonly Termination[],
  { groups }: SweepOptions,
): string[] {
  return unknown.filter((name) => groups.includes(name) && !atHand.some(({ group }) => group === name));
}

/** Rule 15. The instances of a group that a hook holds. */
export function heldIn(instances: GroupWithInstances["instances"]): GroupWithInstances["instances"] {
  return instances.filter(({ state }) => situationOf(state) === "held");
}

/** Rule 15. Our hooks of a group. If the input names none, those that messages about this group name must be ours besides. */
export function hooksOfOurs(
  hooks: readonly Hook[],
  group: string,
  atHand: readonly Termination[],
  { ours }: SweepOptions,
): Hook[] {
  const isTold = ({ name }: Hook) => atHand.some((one) => one.group === group && one.hook === name);
  return hooks.filter((each) => countsAsOurs(each, ours) && (!knowsNone(ours) || isTold(each)));
}

/** Rule 15. Says whether one of these terminations is about an instance and a hook. */
export function isAmong(
  atHand: readonly Termination[],
): (of: Pick<Termination, "instanceId" | "hook">) => boolean {
  const known = new Set(atHand.map(({ instanceId, hook }) => `${instanceId} ${hook}`));
  return ({ instanceId, hook }) => known.has(`${instanceId} ${hook}`);
}

/**
 * Rule 15. The held instances of a group that no known termination is about, for one of our hooks.
 *
 * @param now in milliseconds since 1970; nobody knows when the hook's time began, so the drain's begins now
 */
export function candidatesOf(
  { group, hook, held }: { group: string; hook: Hook; held: GroupWithInstances["instances"] },
  atHand: readonly Termination[],
  options: SweepOptions,
  now: number,
): Candidate[] {
  const alike = atHand.filter((each) => each.group === group && each.hook === hook.name);
  const isKnown = isAmong(atHand);
  const settings = settingsFor(hook, alike, options);
  return held
    .filter(({ instanceId }) => !isKnown({ instanceId, hook: hook.name }))
    .map(({ instanceId, state }) => ({
      termination: {
        instanceId,
        group,
        hook: hook.name,
        token: undefined,
        since: now,
        noticedAt: undefined,
        interruptedAt: undefined,
        dryRun: false,
        told: toldFor(alike, options),
        settings,
        memory: { ...NO_MEMORY, lastHeartbeatAt: now, foundDrained: true },
      },
      state,
      hook,
    }));
}

/**
 * Rule 15. Whether a heartbeat may ask if our hook holds a candidate, since another hook may hold it instead. With `leave`, no
 * heartbeat may be sent after the deadline. A candidate may be past its own while its message is elsewhere for a moment, and
 * one sweep after the other would then keep it for ever.
 */
export function mayAskHook({ termination }: Candidate, { dryRun }: SweepOptions): boolean {
  return !dryRun && termination.settings.onTimeout !== "leave";
}

/** Rule 15. Whether a candidate is taken for ours if nobody may ask. In one wait state, a launching hook may hold it instead. */
export function isTakenForOurs({ state }: Candidate): boolean {
  return state !== "Warmed:Pending:Wait";
}

/** Rule 15. The settings of terminate's input, or what stands for them, with the hook's own metadata over them. */
export function settingsFor(
  hook: Hook | undefined,
  alike: readonly Termination[],
  options: SweepOptions,
): DrainSettings {
  return settingsUnder(hook?.metadata, keysOver(toldFor(alike, options), options.keys));
}

/**
 * Rule 15. What stands for the settings of terminate's input if it has none: those that the oldest message of the same hook tells, of
 * those whose settings count. The places where instances may be are then taken from all such messages together: one that somebody
 * sent by hand may name less.
 */
function toldFor(alike: readonly Termination[], { keys }: SweepOptions): DrainKeys | undefined {
  if (keys !== undefined) return undefined;
  // One that is only followed needs no load balancer any more, and its message names none.
  const drains = alike.filter((each) => !isFollowed(each));
  const all = drains.flatMap(({ told }) => (told === undefined ? [] : [settingsOf(told)]));
  const together = (names: (settings: DrainSettings) => readonly string[]) => [
    ...new Set(all.flatMap(names)),
  ];
  return keysOf({
    ...(all[0] ?? settingsOf({})),
    elbNames: together(({ elbNames }) => elbNames),
    targetGroups: together(({ targetGroups }) => targetGroups),
    clusterNames: together(({ clusterNames }) => clusterNames),
  });
}
