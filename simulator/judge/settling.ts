import type { Item } from "./instance.ts";
import { READ_LAG_LIMIT_MS, READS_FRESH_MS } from "./scope.ts";

/** By what it is told which registrations and tasks the functions must have seen. Times in milliseconds, or since 1970. */
export type Seeing = {
  /** When a function could first work on the drain; undefined while none could. */
  readonly begunAt: number | undefined;
  /** From when on nothing disturbs the functions. */
  readonly calmFrom: number;
  /** When the settings were last changed. */
  readonly changedAt: number;
  /** So long it takes until a pass has come for certain. */
  readonly passes: number;
  /** So long a search takes for what nobody named. */
  readonly searchesFor: number;
  /** Whether a Network Load Balancer may be in front of a target group. */
  readonly isNetwork: (targetGroup: string) => boolean;
};

/** An item that counts since a time, in milliseconds since 1970. */
type Counted = Pick<Item, "since" | "isAsked"> & { readonly isNetwork: boolean };

/**
 * When the last went of what the functions must have seen on an instance that a hook holds. What was there when they began holds the
 * drain. What came later, and was gone before any pass came, need not have been seen.
 */
export class Settling {
  #goneAt = Number.NEGATIVE_INFINITY;
  #wasBehindNetwork = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #items: ReadonlyMap<string, Counted> = new Map();

  /** When the last of it went, in milliseconds since 1970; minus infinity where nothing was to be seen. */
  get goneAt(): number {
    return this.#goneAt;
  }

  /** Whether the functions must have seen it behind a Network Load Balancer. */
  get wasBehindNetwork(): boolean {
    return this.#wasBehindNetwork;
  }

  /** This counts now. What has come to count, or does not any more, may do so by a change of the settings. */
  look(items: readonly Item[], at: number, seeing: Seeing): void {
    const { changedAt, isNetwork } = seeing;
    const now = new Map<string, Counted>();
    for (const { key, since, targetGroup, isAsked } of items) {
      const isNew = since >= this.#lookedAt;
      const counted: Counted = this.#items.get(key) ?? {
        since: isNew ? since : Math.max(since, changedAt),
        isAsked,
        isNetwork: targetGroup !== undefined && isNetwork(targetGroup),
      };
      now.set(key, counted);
    }
    const wentAt = changedAt > this.#lookedAt ? Math.min(changedAt, at) : at;
    for (const [key, item] of this.#items) {
      if (now.has(key)) continue;
      if (wasSeen(item, wentAt, seeing)) this.#goneAt = Math.max(this.#goneAt, wentAt);
      this.#wasBehindNetwork ||= item.isNetwork && wasRead(item, wentAt, seeing);
    }
    this.#items = now;
    this.#lookedAt = at;
  }
}

// Whether it held the drain: it was there at the first pass, or until a pass came.
function wasSeen(
  { since, isAsked }: Counted,
  wentAt: number,
  { begunAt, calmFrom, passes }: Seeing,
): boolean {
  if (begunAt === undefined) return false;
  if (since + READ_LAG_LIMIT_MS <= begunAt) return true;
  return isAsked && Math.max(since, begunAt, calmFrom) + passes <= wentAt;
}

// Whether a pass in the calm has read of it for certain.
function wasRead(
  { since, isAsked }: Counted,
  wentAt: number,
  { begunAt = Number.POSITIVE_INFINITY, calmFrom, passes, searchesFor }: Seeing,
): boolean {
  const isOfFirst = isAsked && since + READ_LAG_LIMIT_MS <= begunAt && calmFrom <= begunAt;
  if (isOfFirst && begunAt + READS_FRESH_MS <= wentAt) return true;
  return Math.max(since, begunAt, calmFrom) + passes + (isAsked ? 0 : searchesFor) <= wentAt;
}
