import type { StopTasks } from "./task-stops.ts";

/**
 * What can be lost when instances go.
 *
 * - `unserved`: a load balancer sent to a target behind which nothing listened any more.
 * - `cut`: a task ran, or a target still drained, when its instance ended.
 * - `capacity`: calls of ours took more of a service or a load balancer than it can spare, and no termination had made that due.
 * - `left_behind`: what is gone is still counted, or an instance in use stays DRAINING.
 * - `others`: what is somebody else's was completed, removed or replaced.
 * - `late`: a hook of ours held an instance on which nothing was left.
 */
export const DAMAGE_KINDS = ["unserved", "cut", "capacity", "left_behind", "others", "late"] as const;
type DamageKind = (typeof DAMAGE_KINDS)[number];

/** What can allow damage: a setting in the scenario's file, or something that the file lets happen. */
export const PERMITS = [
  "clusters",
  "deregister_container_instance",
  "discover: named",
  "discover: warn",
  "drain_timeout_seconds",
  "dry_run",
  "on_maintenance",
  "on_rebalance",
  "on_timeout",
  "replace_at_once",
  "replace_last",
  "settle_seconds",
  "stop_tasks",
  "Spot interruption",
  "a person's act",
  "an injected fault",
  "another hook",
  "managed draining",
  "metadata",
  "the hook's own timeout",
  "the read lag",
] as const;
export type AllowedBy = (typeof PERMITS)[number];

/** Why a task was not gone in time, or a registration of one: whose it is, or what kept it. */
export type Staying = "on its way" | "silent agent" | "service" | "daemon" | "standalone";

/** Something that was lost. Times in milliseconds since 1970. */
export type Damage = {
  readonly kind: DamageKind;
  readonly instanceId: string;
  readonly what: string;
  readonly from: number;
  readonly to: number;
  /** What allows it; undefined where nothing does. */
  readonly allowedBy: AllowedBy | undefined;
  /** Why it was not gone when its instance ended; undefined where no task says so. */
  readonly staying?: Staying | undefined;
  /** What the drain was told to stop, and how long its hook holds an instance at most, in milliseconds. */
  readonly drain?: { readonly stopTasks: StopTasks; readonly globalLimit: number } | undefined;
};

/** Damage that may still go on. */
export type OpenDamage = { -readonly [Key in keyof Damage]: Damage[Key] };

/** How bad damage is: nothing, allowed by something, or a violation. */
export type Verdict = "none" | "allowed" | "violation";

/** The verdict on a scenario, from its damage and its broken promises. */
export function verdictOf(damage: readonly Pick<Damage, "allowedBy">[], broken: number): Verdict {
  if (broken > 0 || damage.some(({ allowedBy }) => allowedBy === undefined)) return "violation";
  return damage.length > 0 ? "allowed" : "none";
}
