import type { InstanceNetwork } from "../aws/ec2.ts";
import { digestOf } from "../base/digest.ts";
import type { Unread } from "../model/blocker.ts";
import type { RoundProgress } from "../model/discovery.ts";
import type { ListedLoadBalancer, LoadBalancer, LoadBalancerId } from "../model/load-balancer.ts";
import { isWithin, sameForm } from "../model/network-interface.ts";
import type { RegisteredTarget } from "../model/registration.ts";

/** A load balancer that a round asks, and the key that says when. */
export type Stop = {
  readonly key: string;
  readonly loadBalancer: LoadBalancer;
  readonly vpc: string | undefined;
  /** Whether it is asked about each instance. Otherwise it tells of all at once. */
  readonly isAskedAboutEach: boolean;
};

/** Whose round it is: where these instances are, and how far their messages say that the round has come. */
export type Rounder = {
  readonly ids: readonly string[];
  readonly network: InstanceNetwork | undefined;
  readonly progress: RoundProgress | undefined;
};

/** What a run has found out of the load balancers that nobody named, for all of its instances. */
export class Round {
  /** The networks of instances; undefined is one that EC2 does not know. */
  readonly networks = new Map<string, InstanceNetwork | undefined>();
  /** The instances that were searched for in all clusters, by id, with the clusters that they are in. */
  readonly searched = new Map<string, readonly string[]>();
  /** The addresses of each instance's tasks, by its id, where the last pass could read its tasks. */
  readonly taskAddresses = new Map<string, readonly string[]>();
  /** What kept the round from going on, the last time. */
  unread: Unread | undefined;
  #stops: readonly Stop[] | undefined;
  /** The keys of those that were asked, with the instances that they were asked about. */
  readonly #read = new Map<string, Set<string>>();
  readonly #holders = new Map<string, Map<string, LoadBalancer>>();
  #last: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** Does something once all that came before is done: two parts of a pass must not ask the same thing. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Whether the account's load balancers were listed. */
  get isListed(): boolean {
    return this.#stops !== undefined;
  }

  /** Takes the list of the account's load balancers. Some of them tell at once what is registered with them. */
  setList(all: readonly (ListedLoadBalancer & Pick<Stop, "isAskedAboutEach">)[]): void {
    for (const { loadBalancer, registered } of all) this.#hold(loadBalancer, registered);
    this.#stops = all
      .map(({ loadBalancer, vpc, isAskedAboutEach }) => ({
        key: keyOf(loadBalancer),
        loadBalancer,
        vpc,
        isAskedAboutEach,
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Takes what a load balancer has registered, from whatever call, and about which instances it was asked. */
  note(loadBalancer: LoadBalancer, targets: readonly RegisteredTarget[], ids: readonly string[]): void {
    this.#hold(
      loadBalancer,
      targets.map(({ id }) => id),
    );
    const key = keyOf(loadBalancer);
    this.#read.set(key, new Set([...(this.#read.get(key) ?? []), ...ids]));
  }

  /** The same, for the load balancer that `next` named. */
  visited({ key, loadBalancer }: Stop, targets: readonly RegisteredTarget[], ids: readonly string[]): void {
    this.note(loadBalancer, targets, ids);
    this.#last = key;
  }

  /** The load balancer to ask next, for whoever needs it. Undefined if nobody needs another. */
  next(rounders: readonly Rounder[]): Stop | undefined {
    const stops = this.#stops ?? [];
    const needed = (stop: Stop) =>
      rounders.some((each) => isNear(stop, each) && !this.#isCovered(stop, each));
    const after = this.#last ?? rounders.find(({ progress }) => progress !== undefined)?.progress?.to;
    const start = after === undefined ? 0 : stops.findIndex(({ key }) => key > after);
    if (start <= 0) return stops.find(needed);
    return stops.slice(start).find(needed) ?? stops.slice(0, start).find(needed);
  }

  /** How many load balancers are still to be asked. */
  left(rounder: Rounder): number {
    return this.#near(rounder).filter((stop) => !this.#isCovered(stop, rounder)).length;
  }

  /** How far the round has come: all that was asked without a gap, up to the last. */
  progressOf(rounder: Rounder, since: number): RoundProgress | undefined {
    const { progress } = rounder;
    const last = this.#last;
    if (last === undefined) return progress;
    const stops = this.#near(rounder);
    const end = stops.findLastIndex(({ key }) => key <= last);
    let length = 0;
    const at = (back: number) => stops[(end - back + 2 * stops.length) % stops.length];
    for (let stop = at(0); stop && length < stops.length; stop = at(length)) {
      if (!this.#isCovered(stop, rounder)) break;
      length += 1;
    }
    const known = progress === undefined ? 0 : stops.filter(({ key }) => isBetween(key, progress)).length;
    const [from, to] = [at(length - 1)?.key, at(0)?.key];
    if (length <= known || from === undefined || to === undefined) return progress;
    return { since: progress?.since ?? since, from, to };
  }

  /** The load balancers that have one of these: ids of instances, addresses, or prefixes of addresses. */
  holdersOf(ids: readonly string[]): LoadBalancer[] {
    const prefixes = ids.filter((id) => id.includes("/"));
    const within = [...this.#holders.keys()].filter((id) => prefixes.some((each) => isWithin(each, id)));
    const all = [...ids.map(sameForm), ...within].flatMap((id) => [
      ...(this.#holders.get(id)?.entries() ?? []),
    ]);
    return [...new Map(all).values()];
  }

  #near(rounder: Rounder): Stop[] {
    return (this.#stops ?? []).filter((stop) => isNear(stop, rounder));
  }

  #isCovered({ key, isAskedAboutEach }: Stop, { ids, progress }: Rounder): boolean {
    if (progress !== undefined && isBetween(key, progress)) return true;
    const asked = this.#read.get(key);
    return asked !== undefined && (!isAskedAboutEach || ids.every((id) => asked.has(id)));
  }

  #hold(loadBalancer: LoadBalancer, ids: readonly string[]): void {
    for (const id of ids.map(sameForm)) {
      const held = this.#holders.get(id) ?? new Map<string, LoadBalancer>();
      held.set(`${loadBalancer.kind} ${loadBalancer.id}`, loadBalancer);
      this.#holders.set(id, held);
    }
  }
}

function keyOf({ kind, id }: LoadBalancerId): string {
  return digestOf(`${kind} ${id}`);
}

// Where nobody knows the VPC of one of the two, they may be near each other.
function isNear({ vpc }: Stop, { network }: Rounder): boolean {
  return vpc === undefined || network === undefined || vpc === network.vpc;
}

function isBetween(key: string, { from, to }: RoundProgress): boolean {
  return from <= to ? from <= key && key <= to : from <= key || key <= to;
}
