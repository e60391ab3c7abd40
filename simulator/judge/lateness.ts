import type { StoryLine } from "../kernel/story.ts";
import type { AllowedBy, Damage } from "./damage.ts";
import type { DamageFacts } from "./damage-ledger.ts";
import { dueAt, type Hold, isLeft } from "./permits.ts";
import { isMisnamedNow, NETWORK_SETTLE_MS, TICK_MS } from "./scope.ts";
import type { TaskThere, There, Whereabouts } from "./whereabouts.ts";

/** So long a hook may hold an instance on which nothing is left, in milliseconds. */
const GRACE_MS = 45_000;
/** So long a message that somebody sent can make a drain late, in milliseconds: its receiver waits for its own next pass. */
const FORGED_MS = 240_000;

/** A hold, with since when nothing is left on its instance. Times in milliseconds since 1970. */
type Watched = {
  readonly hold: Hold;
  emptySince: number | undefined;
  /** Until when it was ACTIVE in a cluster that may not be changed. Undefined if it never was. */
  unpermittedUntil: number | undefined;
};

/** How long hooks of ours hold instances on which nothing is left. */
export class Latenesses {
  readonly #facts: DamageFacts;
  readonly #where: Whereabouts;
  readonly #add: (damage: Damage) => void;
  readonly #watched = new Map<string, Watched>();
  /** The instances that were seen behind a Network Load Balancer. A drain goes on when another lifecycle action holds its instance. */
  readonly #behindNetwork = new Set<string>();

  constructor(facts: DamageFacts, where: Whereabouts, add: (damage: Damage) => void) {
    this.#facts = facts;
    this.#where = where;
    this.#add = add;
  }

  started(hold: Hold): void {
    this.#watched.set(hold.instanceId, {
      hold,
      emptySince: undefined,
      unpermittedUntil: undefined,
    });
    this.#look(hold.instanceId, hold.askedAt);
  }

  follow(line: StoryLine): void {
    if (this.#watched.size === 0) return;
    const instanceId = "instanceId" in line ? line.instanceId : this.#behind(line.id);
    if (instanceId !== undefined) this.#look(instanceId, line.at);
  }

  ended({ instanceId, ended }: Hold): void {
    const watched = this.#watched.get(instanceId);
    this.#watched.delete(instanceId);
    if (watched && ended) this.#judge(watched, ended.at, this.#add);
  }

  /** What is held too long at a time. */
  open(at: number): Damage[] {
    const found: Damage[] = [];
    for (const watched of this.#watched.values()) this.#judge(watched, at, (damage) => found.push(damage));
    return found;
  }

  #behind(id: string): string | undefined {
    return this.#where.instanceBehind({ id });
  }

  #look(instanceId: string, at: number): void {
    const watched = this.#watched.get(instanceId);
    if (!watched) return;
    const there = this.#where.instance(instanceId);
    const spots = this.#where.spotsOf(there);
    if (spots.some(({ kind, name }) => kind === "target" && this.#facts.targetGroup(name)?.isNetwork))
      this.#behindNetwork.add(instanceId);
    const isEmpty = isSeenEnded(there) || (spots.length === 0 && listed(there).length === 0);
    watched.emptySince = isEmpty ? (watched.emptySince ?? at) : undefined;
    if (isUnpermitted(watched.hold, there)) watched.unpermittedUntil = Number.POSITIVE_INFINITY;
    else if (watched.unpermittedUntil === Number.POSITIVE_INFINITY) watched.unpermittedUntil = at;
  }

  #judge(watched: Watched, at: number, add: (damage: Damage) => void): void {
    const { hold, emptySince } = watched;
    const { askedAt, instanceId, scope } = hold;
    // Nothing tells the functions of it.
    if (emptySince === undefined || scope.limit === Number.POSITIVE_INFINITY) return;
    const looked = askedAt + this.#facts.ticks + (scope.isSwept ? this.#facts.sweepInterval : 0);
    // A drain that searches for what nobody named is not ready before it has asked everything.
    const { settle, searchesFor, leavesFor } = scope.permits;
    const mayBeSentTo = settle === undefined && this.#mayBeBehindNetwork(watched) ? NETWORK_SETTLE_MS : 0;
    const from = Math.max(emptySince + mayBeSentTo, looked + mayBeSentTo, looked + searchesFor);
    // Of two messages about a drain, where clocks differ, nobody knows which look came first. So it settles from the next run's on.
    const again = this.#facts.doClocksDiffer && mayBeSentTo > 0 ? TICK_MS : 0;
    if (at - from <= GRACE_MS + leavesFor + this.#facts.lateBy + again) return;
    const what = `the hook ${hold.hook} held it with nothing left on it`;
    const allowedBy = this.#allowed(watched, { from, at });
    add({ kind: "late", instanceId, what, from, to: at, allowedBy });
  }

  #allowed(watched: Watched, { from, at }: { from: number; at: number }): AllowedBy | undefined {
    const { hold, unpermittedUntil } = watched;
    const { group, hook } = hold;
    // Where nobody sweeps, no message stands for it any more once a function has taken its hook for another's.
    const isUntold = hold.isTurnedAway && this.#facts.sweepInterval === 0;
    const isMadeForeign = isUntold || this.#facts.scopeOf(group, hook) === undefined;
    if (isMadeForeign && this.#facts.hookChangedAt(group, hook) <= this.#caughtUpAt(watched, from))
      return "a person's act";
    const there = this.#where.instance(hold.instanceId);
    const { settlesByKey, leavesFor } = hold.scope.permits;
    const isInTime = (since: number) =>
      at - since <= settlesByKey + GRACE_MS + leavesFor + this.#facts.lateBy;
    if (isInTime(from)) return "settle_seconds";
    // Nobody may set it DRAINING there, and ECS may place tasks on it until its end. So it is held until its deadline.
    if (unpermittedUntil !== undefined && isInTime(unpermittedUntil)) return "clusters";
    // While one of them is on a dry run, the other one alone cannot end it.
    if (isInTime(Math.max(...hold.dryUntil.values()))) return "dry_run";
    if (isLeft(hold, at)) return "on_timeout";
    const { discover, isMistold } = hold.scope.permits;
    if (isMistold && at <= dueAt(hold) + this.#facts.ticks + GRACE_MS) return "metadata";
    if (isMisnamedNow(hold.scope, this.#facts) && discover !== "all") return `discover: ${discover}`;
    if (there.ended?.by === "ec2") return "Spot interruption";
    if (there.ended?.by === "operator" || from - there.forgedAt <= FORGED_MS) return "a person's act";
    return at <= this.#caughtUpAt(watched, from) ? "an injected fault" : undefined;
  }

  // Where the message was lost, nobody tells the one who finds the instance what it was behind.
  #mayBeBehindNetwork({ hold: { instanceId, askedAt } }: Watched): boolean {
    return this.#behindNetwork.has(instanceId) || this.#where.instance(instanceId).messageLostAt >= askedAt;
  }

  // When a drain has caught up with what disturbed it until it was late, and since: with faults, and with messages that were lost, which
  // a sweep finds. What it waits for counts from then: a search, and the time to settle.
  #caughtUpAt(watched: Watched, from: number): number {
    const { hold } = watched;
    const { disturbedUntil, sweepInterval, ticks } = this.#facts;
    const { settle, settlesByKey, searchesFor } = hold.scope.permits;
    const { messageLostAt } = this.#where.instance(hold.instanceId);
    const byDefault = settle === undefined && this.#mayBeBehindNetwork(watched) ? NETWORK_SETTLE_MS : 0;
    const waits = Math.max(settlesByKey, byDefault) + searchesFor + GRACE_MS;
    // Without sweeps, nothing finds it.
    const found =
      sweepInterval === 0 && Number.isFinite(messageLostAt)
        ? Number.POSITIVE_INFINITY
        : messageLostAt + sweepInterval + ticks;
    let caughtUp = Math.max(from + GRACE_MS, found + waits);
    for (;;) {
      const until = disturbedUntil(hold.askedAt, caughtUp) ?? Number.NEGATIVE_INFINITY;
      if (until + waits <= caughtUp) return caughtUp;
      caughtUp = until + waits;
    }
  }
}

// What a replaced root volume took with it, ECS goes on to list, and nothing shows that it is gone.
function isSeenEnded({ ended }: There): boolean {
  return ended !== undefined && ended.how !== "root volume replaced";
}

// The tasks that ECS lists. Those that went with a root volume are among them for as long as its agent is silent.
function listed({ tasks }: There): TaskThere[] {
  return [...tasks.values()].filter(({ status }) => status !== "STOPPED" && status !== "DEPROVISIONING");
}

// Discovery finds its cluster, and the settings let nobody set it DRAINING there.
function isUnpermitted({ scope }: Hold, there: There): boolean {
  const { changeable, waitsForFound } = scope.permits;
  const isOpen = [...there.containerInstances.values()].some(
    ({ status, cluster }) => status === "ACTIVE" && !changeable.has(cluster),
  );
  return waitsForFound && !isSeenEnded(there) && isOpen;
}
