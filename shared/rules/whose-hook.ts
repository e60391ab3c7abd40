import type { Decision, Drop } from "../model/decision.ts";
import { type Hook, type HookOwner, hookOf, isOurs, type OurHooks } from "../model/hooks.ts";
import { isHeld } from "../model/lifecycle-state.ts";
import type { AutoScalingView } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { drop } from "./decision.ts";
import { isFollowed } from "./following.ts";

/** ECS's own hook, by which it drains the instances of a capacity provider (ECS managed draining). */
export const MANAGED_DRAINING_HOOK = "ecs-managed-draining-termination-hook";

/** Whether a group has that hook. */
export function hasManagedDrainingHook({
  hooks = [],
}: {
  readonly hooks?: readonly { readonly name: string }[] | undefined;
}): boolean {
  return hooks.some(({ name }) => name === MANAGED_DRAINING_HOOK);
}

/**
 * Rule 1. Whether a hook counts as ours.
 *
 * An input that names none is that of a terminate which only knows its own queue. Deregister has checked the hooks of the
 * messages there. So a hook that notifies a queue or a topic counts as ours, but never ECS's own, nor one that notifies nobody or
 * something else.
 */
export function countsAsOurs(hook: Hook, ours: OurHooks): boolean {
  const { name, target = "" } = hook;
  if (name === MANAGED_DRAINING_HOOK) return ours.names.includes(name);
  return knowsNone(ours) ? /:(sqs|sns):/.test(target) : isOurs(hook, ours);
}

/** Whether an input says nothing by which a hook could be told to be ours. */
export function knowsNone({ queue, topics, names }: OurHooks): boolean {
  return queue === undefined && topics.length === 0 && names.length === 0;
}

/** Rule 1. Whose the hook of a termination is. Undefined while it is not known: its hooks are unread, or it has none. */
export function ownerOf(
  { hook }: Pick<Termination, "hook">,
  { hooks }: Pick<AutoScalingView, "hooks">,
  ours: OurHooks,
): HookOwner | undefined {
  if (hook === undefined || hooks === undefined) return undefined;
  const own = hookOf({ hook }, { hooks });
  if (own === undefined) return "gone";
  if (countsAsOurs(own, ours)) return "ours";
  if (own.name === MANAGED_DRAINING_HOOK) return "managed draining";
  return own.target === undefined ? "unnamed" : "another's";
}

/** Whether the hook is known to be somebody else's, or may be. */
export function isAnothers(
  owner: HookOwner | undefined,
): owner is "another's" | "managed draining" | "unnamed" {
  return owner === "another's" || owner === "managed draining" || owner === "unnamed";
}

/**
 * Rule 1. Whether deregister may pass a termination on. Its hook must be known to be ours, since a terminate that is told of no hook takes
 * what comes for ours. A drain without a hook is that of an interruption, and one that is only followed is over.
 *
 * @param known the terminating hooks of its group. Undefined if they could not be read.
 */
export function mayPassOn(
  termination: Termination,
  known: Pick<AutoScalingView, "hooks"> | undefined,
  ours: OurHooks,
): boolean {
  const { hook, memory } = termination;
  // Of an instance that no group knows nothing can be touched. Only what is passed on remembers that, for the second read.
  if (hook === undefined || isFollowed(termination) || memory.absentSince !== undefined) return true;
  return ownerOf(termination, { hooks: known?.hooks }, ours) === "ours";
}

/**
 * Rule 1. The termination without a hook that is not ours, where a Spot interruption notice has come too. The drain that the notice
 * began goes on, if EC2 takes the instance back. Nothing will be completed.
 */
export function withoutOthersHook(termination: Termination, view: AutoScalingView): Termination {
  if (termination.noticedAt === undefined || !isAnothers(view.owner)) return termination;
  return { ...termination, hook: undefined, token: undefined };
}

/** Rule 1. To drop a termination whose hook is not ours: nothing is touched, and nothing more is asked. */
export function dropOthers(
  { hook, memory }: Termination,
  { hooks }: Pick<AutoScalingView, "hooks">,
  owner: Exclude<HookOwner, "ours">,
): Decision {
  const wasOurs = memory.begunAt !== undefined;
  // It may well be ours, and then nobody drains the instance.
  const level: Drop["level"] = wasOurs || owner === "unnamed" || owner === "gone" ? "warn" : "info";
  const target = hookOf({ hook }, { hooks })?.target;
  return drop(memory, { why: "not our hook", owner, target, wasOurs }, level);
}

/** Rule 1. Whether our hook holds the instance. */
export function isHeldByOurs(termination: Termination, view: AutoScalingView): boolean {
  return termination.hook !== undefined && view.owner === "ours" && isHeld(termination, view);
}
