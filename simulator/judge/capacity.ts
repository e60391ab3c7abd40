import type { StoryLine } from "../kernel/story.ts";
import type { AllowedBy, Damage } from "./damage.ts";
import type { DamageFacts } from "./damage-ledger.ts";
import { knownUntil } from "./permits.ts";
import { type Part, partOf, partOfService, type Stock, Stocks } from "./stocks.ts";
import type { Spot, TaskThere, Whereabouts } from "./whereabouts.ts";

/** Damage that goes on, with how much there was at the worst. */
type Shortage = Damage & { readonly has: number };

/** Something of a stock that is not there any more, with its instance and what allowed us to take it. */
type Lost = { readonly instanceId: string; readonly allowedBy: AllowedBy | undefined };

/** What there is of a stock, and what was lost by calls of ours. */
type Weighed = { readonly at: number; readonly has: readonly string[]; readonly lost: readonly Lost[] };

/** Registrations and tasks of one instance. */
export type Parts = { readonly spots: readonly Spot[]; readonly tasks: readonly TaskThere[] };

/** What happens to a stock is told by these. */
const TELLING: ReadonlySet<StoryLine["kind"]> = new Set([
  "target",
  "target-healthy",
  "classic",
  "task",
  "instance-ended",
]);

/**
 * What is short because of calls of ours that no termination had made due. A service is short under its own minimum. A target
 * group or a classic load balancer is short without a healthy one, or with under half of those that it had.
 */
export class CapacityLedger {
  readonly #facts: DamageFacts;
  readonly #where: Whereabouts;
  readonly #add: (damage: Damage) => void;
  readonly #found: Stocks;
  /** The instances that calls of ours took as a whole. */
  readonly #instances = new Map<string, AllowedBy | undefined>();
  /** The registrations and tasks that calls of ours took, by stock and item. */
  readonly #parts = new Map<string, AllowedBy | undefined>();
  readonly #stocks = new Map<string, Stock>();
  readonly #short = new Map<string, Shortage>();

  constructor(facts: DamageFacts, where: Whereabouts, add: (damage: Damage) => void) {
    this.#facts = facts;
    this.#where = where;
    this.#add = add;
    this.#found = new Stocks(facts, where);
  }

  /** A call of ours takes an instance that nothing had made due. */
  instanceTaken(instanceId: string, at: number, allowedBy: AllowedBy | undefined): void {
    const permit = allowedBy && this.#isLast(instanceId) ? this.#allowedForLast() : allowedBy;
    for (const stock of this.#found.ofInstance(instanceId)) this.#note(stock);
    this.#instances.set(instanceId, permit);
    this.#weigh(at);
  }

  /** A call of ours takes registrations and tasks of an instance that nothing had made due. */
  partsTaken({ spots, tasks }: Parts, at: number, allowedBy: AllowedBy | undefined): void {
    for (const spot of spots) this.#take(this.#found.ofSpot(spot), partOf(spot), allowedBy);
    for (const task of tasks) this.#take(this.#found.ofTask(task), partOfService(task), allowedBy);
    this.#weigh(at);
  }

  /** Nothing makes these leave any more: their instance is ACTIVE again. */
  partsKept({ spots, tasks }: Parts): void {
    for (const part of [...spots.map(partOf), ...tasks.map(partOfService)])
      if (part) this.#parts.delete(keyOf(part));
  }

  follow(line: StoryLine): void {
    if (this.#stocks.size === 0 || !TELLING.has(line.kind)) return;
    if (line.kind === "target-healthy" || line.kind === "classic") this.#giveBack(this.#where.spotOf(line));
    this.#weigh(line.at);
  }

  /** What is still short at a time. */
  open(at: number): Damage[] {
    this.#weigh(at);
    return [...this.#short.values()].map(({ has: _, ...each }) => ({ ...each, to: at }));
  }

  // It is served again where it was taken out: what takes it next is another's doing.
  #giveBack(spot: Spot | undefined): void {
    if (spot?.state === "registered") this.#parts.delete(keyOf(partOf(spot)));
  }

  #take(stock: Stock | undefined, part: Part | undefined, allowedBy: AllowedBy | undefined): void {
    if (!stock || !part) return;
    this.#note(stock);
    this.#parts.set(keyOf(part), allowedBy);
  }

  #note(stock: Stock): void {
    if (!this.#stocks.has(stock.key)) this.#stocks.set(stock.key, stock);
  }

  #weigh(at: number): void {
    for (const [key, stock] of this.#stocks) {
      const has = stock.has() ?? [];
      const least = stock.least();
      const lost = [...stock.had].flatMap(([item, id]) =>
        has.includes(item) ? [] : this.#takenOf(stock, item, id),
      );
      const isShort = has.length < least && has.length + lost.length >= least;
      const open = this.#short.get(key);
      if (open && !isShort) {
        this.#short.delete(key);
        const { has: _, ...damage } = open;
        this.#add({ ...damage, to: at });
      }
      if (isShort) {
        const worst = this.#shortage(stock, { at: open?.from ?? at, has, lost });
        if (!open || has.length < open.has) this.#short.set(key, worst);
      }
      // All is there again, without what was taken: what is taken next is taken from what there is then.
      const isTaken = has.some((item) => this.#takenOf(stock, item, stock.had.get(item) ?? "").length > 0);
      if (!isShort && !isTaken && has.length >= stock.had.size) this.#stocks.delete(key);
    }
  }

  // What was taken, in a list; an empty one where no call of ours took it.
  #takenOf({ key: stock }: Stock, item: string, instanceId: string): Lost[] {
    const part = keyOf({ stock, item });
    if (this.#parts.has(part)) return [{ instanceId, allowedBy: this.#parts.get(part) }];
    if (!this.#instances.has(instanceId)) return [];
    return [{ instanceId, allowedBy: this.#instances.get(instanceId) }];
  }

  #shortage({ name, had, byHand }: Stock, { at, has, lost }: Weighed): Shortage {
    const { instanceId = "" } = lost.at(-1) ?? {};
    const others = [...had.keys()].filter((each) => !has.includes(each)).length - lost.length;
    // Some of those that were taken have their replacement here. What the policies bound is instances, of which one may have
    // several targets.
    const replacements = has.filter((each) => !had.has(each)).length;
    const missing = (those: readonly Lost[]) =>
      others === 0 ? new Set(those.map((each) => each.instanceId)).size - replacements : 1;
    const isByHand = missing(lost) > 1 && missing(lost.filter((each) => !byHand.has(each.instanceId))) <= 1;
    const allowedBy = this.#allowed(lost, { missing: missing(lost), isByHand });
    const what = `${name} had ${has.length} of ${had.size} left`;
    return { kind: "capacity", instanceId, what, from: at, to: at, allowedBy, has: has.length };
  }

  // So many are missing at once, and all of them because of us.
  #allowed(
    lost: readonly Lost[],
    { missing, isByHand }: { readonly missing: number; readonly isByHand: boolean },
  ): AllowedBy | undefined {
    const permits = lost.map(({ allowedBy }) => allowedBy);
    if (permits.includes(undefined)) return undefined;
    if (permits.includes("the read lag")) return "the read lag";
    if (isByHand) return "a person's act";
    if (missing <= 1) return permits.at(-1);
    return this.#facts.replacing().atOnce > 1 ? "replace_at_once" : undefined;
  }

  #allowedForLast(): AllowedBy | undefined {
    return this.#facts.replacing().last ? "replace_last" : undefined;
  }

  // Whether no other instance of its group serves. One whose state is too new for any read may be taken to serve.
  #isLast(instanceId: string): boolean {
    const { group } = this.#where.instance(instanceId);
    const known = knownUntil(this.#facts.readSince(), this.#facts.readLag());
    return [...this.#where.instances.values()]
      .filter((each) => each.group === group && each.instanceId !== instanceId)
      .every((each) => {
        const isNew = each.stateSince > known && !this.#instances.has(each.instanceId);
        return each.state !== "InService" && !isNew;
      });
  }
}

function keyOf({ stock, item }: Part): string {
  return `${stock} ${item}`;
}
