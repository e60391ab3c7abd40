import type { StoryLine } from "../kernel/story.ts";
import type { AllowedBy, Damage } from "./damage.ts";
import type { DamageFacts } from "./damage-ledger.ts";
import type { TaskThere, Whereabouts } from "./whereabouts.ts";

/** A service, or a target group, as it was before a call of ours first took something from it. */
type Stock = {
  readonly name: string;
  /** What it had: healthy targets, or running tasks; each with its instance. */
  readonly had: ReadonlyMap<string, string>;
  /** The instances of which a person registered what it had: nothing registers their replacements. */
  readonly byHand: ReadonlySet<string>;
  /** What it has now; undefined where it is not there any more. */
  readonly has: () => readonly string[] | undefined;
  /** With less than this it is short. */
  readonly least: () => number;
};

/** Damage that goes on, with how much there was at the worst. */
type Shortage = Damage & { readonly has: number };

/** What there is of a stock, and the instances with which the rest was lost. */
type Weighed = { readonly at: number; readonly has: readonly string[]; readonly lost: readonly string[] };

/** What happens to a stock is told by these. */
const TELLING: ReadonlySet<StoryLine["kind"]> = new Set([
  "target",
  "target-healthy",
  "task",
  "instance-ended",
]);

/**
 * What is short because of calls of ours that no termination had made due. A service is short under its own minimum. A target
 * group is short without a healthy target, or with under half of those that it had.
 */
export class CapacityLedger {
  readonly #facts: DamageFacts;
  readonly #where: Whereabouts;
  readonly #add: (damage: Damage) => void;
  readonly #taken = new Map<string, AllowedBy | undefined>();
  readonly #stocks = new Map<string, Stock>();
  readonly #short = new Map<string, Shortage>();

  constructor(facts: DamageFacts, where: Whereabouts, add: (damage: Damage) => void) {
    this.#facts = facts;
    this.#where = where;
    this.#add = add;
  }

  /** A call of ours takes an instance that nothing had made due. */
  taken(instanceId: string, at: number, allowedBy: AllowedBy | undefined): void {
    for (const stock of [...this.#targetGroupsOf(instanceId), ...this.#servicesOf(instanceId)])
      if (!this.#stocks.has(stock.name)) this.#stocks.set(stock.name, stock);
    this.#taken.set(instanceId, allowedBy);
    this.#weigh(at);
  }

  follow({ kind, at }: StoryLine): void {
    if (this.#stocks.size > 0 && TELLING.has(kind)) this.#weigh(at);
  }

  /** What is still short at a time. */
  open(at: number): Damage[] {
    this.#weigh(at);
    return [...this.#short.values()].map(({ has: _, ...each }) => ({ ...each, to: at }));
  }

  #weigh(at: number): void {
    for (const [name, stock] of this.#stocks) {
      const has = stock.has() ?? [];
      const least = stock.least();
      const ours = [...stock.had].filter(([each, id]) => this.#taken.has(id) && !has.includes(each));
      const isShort = has.length < least && has.length + ours.length >= least;
      const open = this.#short.get(name);
      if (open && !isShort) {
        this.#short.delete(name);
        const { has: _, ...damage } = open;
        this.#add({ ...damage, to: at });
      }
      if (isShort) {
        const worst = this.#shortage(stock, { at: open?.from ?? at, has, lost: ours.map(([, id]) => id) });
        if (!open || has.length < open.has) this.#short.set(name, worst);
      }
      // All is there again, without what was taken: what is taken next is taken from what there is then.
      const isTaken = has.some((each) => this.#taken.has(stock.had.get(each) ?? ""));
      if (!isShort && !isTaken && has.length >= stock.had.size) this.#stocks.delete(name);
    }
  }

  #shortage({ name, had, byHand }: Stock, { at, has, lost }: Weighed): Shortage {
    const [instanceId = ""] = lost.slice(-1);
    const others = [...had.keys()].filter((each) => !has.includes(each)).length - lost.length;
    // Some of those that were taken have their replacement here. What the policies bound is instances, of which one may have
    // several targets.
    const replacements = has.filter((each) => !had.has(each)).length;
    const missing = (ids: readonly string[]) => (others === 0 ? new Set(ids).size - replacements : 1);
    const isByHand = missing(lost) > 1 && missing(lost.filter((id) => !byHand.has(id))) <= 1;
    const allowedBy = isByHand ? "a person's act" : this.#allowed(lost, missing(lost));
    const what = `${name} had ${has.length} of ${had.size} left`;
    return { kind: "capacity", instanceId, what, from: at, to: at, allowedBy, has: has.length };
  }

  // So many are missing at once, and all of them because of us.
  #allowed(lost: readonly string[], missing: number): AllowedBy | undefined {
    const policies = lost.map((id) => this.#taken.get(id));
    if (policies.includes(undefined)) return undefined;
    const { atOnce, last } = this.#facts.replacing();
    if (missing > 1 && atOnce > 1) return "replace_at_once";
    if (missing > 1) return undefined;
    return last ? "replace_last" : policies.at(-1);
  }

  #targetGroupsOf(instanceId: string): Stock[] {
    const spots = this.#where.spotsOf(this.#where.instance(instanceId));
    const names = new Set(spots.flatMap(({ kind, name }) => (kind === "target" ? [name] : [])));
    return [...names].flatMap((name) => {
      const group = this.#facts.targetGroup(name);
      if (!group?.inUse || group.healthy.length === 0) return [];
      const had = new Map(group.healthy.map((each) => [each, this.#instanceBehind(each)]));
      const has = () => this.#facts.targetGroup(name)?.healthy.filter((each) => !this.#hasEnded(each));
      const byHand = new Set([...had.values()].filter((id) => this.#isByHand(id, name)));
      return [{ name: `the target group ${name}`, had, byHand, has, least: () => Math.max(1, had.size / 2) }];
    });
  }

  #servicesOf(instanceId: string): Stock[] {
    const tasks = [...this.#where.instance(instanceId).tasks.values()].filter(({ gone }) => !gone);
    const owned = tasks.filter((task): task is TaskThere & { service: string } => task.service !== undefined);
    return owned.flatMap(({ cluster, service }) => {
      const facts = this.#facts.service(cluster, service);
      if (!facts) return [];
      const had = new Map(facts.running.map((arn) => [arn, this.#instanceOf(arn)]));
      const has = () => this.#facts.service(cluster, service)?.running;
      return [
        {
          name: `the service ${service}`,
          had,
          byHand: new Set(),
          has,
          least: () => this.#facts.service(cluster, service)?.floor ?? 0,
        },
      ];
    });
  }

  // What a function of ours has registered, it has given back: a person registered it before.
  #isByHand(instanceId: string, targetGroup: string): boolean {
    const there = this.#where.instance(instanceId);
    const isByOthers = this.#where
      .spotsOf(there)
      .some(({ name, by }) => name === targetGroup && by !== "operator" && !this.#facts.suspects.has(by));
    return !isByOthers && !this.#facts.registersItself(there.group, targetGroup);
  }

  #instanceBehind(target: string): string {
    const id = target.slice(0, target.lastIndexOf(":"));
    return this.#where.instanceBehind({ id }) ?? "";
  }

  #hasEnded(target: string): boolean {
    return this.#where.instances.get(this.#instanceBehind(target))?.ended !== undefined;
  }

  #instanceOf(arn: string): string {
    for (const { instanceId, tasks } of this.#where.instances.values()) if (tasks.has(arn)) return instanceId;
    return "";
  }
}
