import type { DamageFacts } from "./damage-ledger.ts";
import type { Spot, TaskThere, Whereabouts } from "./whereabouts.ts";

/** A service, a target group or a classic load balancer, as it was before a call of ours first took something from it. */
export type Stock = {
  readonly key: string;
  readonly name: string;
  /** What it had: running tasks, healthy targets, or instances. Each with its instance. */
  readonly had: ReadonlyMap<string, string>;
  /** The instances of which a person registered what it had: nothing registers their replacements. */
  readonly byHand: ReadonlySet<string>;
  /** What it has now; undefined where it is not there any more. */
  readonly has: () => readonly string[] | undefined;
  /** With less than this it is short. */
  readonly least: () => number;
};

/** A registration or a task in its stock. */
export type Part = { readonly stock: string; readonly item: string };

/** Finds the stocks from which something can be taken, as they are at the moment. */
export class Stocks {
  readonly #facts: DamageFacts;
  readonly #where: Whereabouts;

  constructor(facts: DamageFacts, where: Whereabouts) {
    this.#facts = facts;
    this.#where = where;
  }

  /** All that have something of an instance. */
  ofInstance(instanceId: string): Stock[] {
    const there = this.#where.instance(instanceId);
    const all = [
      ...this.#where.spotsOf(there).map((spot) => this.ofSpot(spot)),
      ...[...there.tasks.values()].filter(({ gone }) => !gone).map((task) => this.ofTask(task)),
    ];
    const found = all.filter((each) => each !== undefined);
    return [...new Map(found.map((each) => [each.key, each])).values()];
  }

  /** Where something is registered, with what a call has just taken out. Undefined for one to which nothing is sent. */
  ofSpot(spot: Spot): Stock | undefined {
    const had = spot.kind === "classic" ? this.#inService(spot) : this.#healthy(spot);
    if (had === undefined || had.size === 0) return undefined;
    const { kind, name } = spot;
    const has = () =>
      (kind === "classic"
        ? this.#facts.classic(name)?.inService
        : this.#facts.targetGroup(name)?.healthy
      )?.filter((each) => this.#where.instances.get(this.#instanceBehind(each))?.ended === undefined);
    return {
      key: partOf(spot).stock,
      name: kind === "classic" ? `the load balancer ${name}` : `the target group ${name}`,
      had,
      byHand: new Set([...had.values()].filter((id) => this.#isByHand(id, name))),
      has,
      least: () => had.size / 2,
    };
  }

  /** The service of a task. Undefined where it has none with a minimum. */
  ofTask({ cluster, service }: TaskThere): Stock | undefined {
    const facts = service === undefined ? undefined : this.#facts.service(cluster, service);
    if (service === undefined || !facts) return undefined;
    return {
      key: serviceKey(cluster, service),
      name: `the service ${service}`,
      had: new Map(facts.running.map((arn) => [arn, this.#instanceOf(arn)])),
      byHand: new Set(),
      has: () => this.#facts.service(cluster, service)?.running,
      least: () => this.#facts.service(cluster, service)?.floor ?? 0,
    };
  }

  #healthy(spot: Spot): Map<string, string> | undefined {
    const group = this.#facts.targetGroup(spot.name);
    if (!group?.inUse) return undefined;
    const { item } = partOf(spot);
    const all = group.wasHealthy(item) ? [...group.healthy, item] : group.healthy;
    return new Map(all.map((each) => [each, this.#instanceBehind(each)]));
  }

  #inService({ name, id, state }: Spot): Map<string, string> | undefined {
    const all = this.#facts.classic(name)?.inService;
    return all && new Map([...all, ...(state === "registered" ? [id] : [])].map((each) => [each, each]));
  }

  // What a function of ours has registered, it has given back: a person registered it before.
  #isByHand(instanceId: string, place: string): boolean {
    const there = this.#where.instance(instanceId);
    const isByOthers = this.#where
      .spotsOf(there)
      .some(({ name, by }) => name === place && by !== "operator" && !this.#facts.suspects.has(by));
    return !isByOthers && !this.#facts.registersItself(there.group, place);
  }

  // An instance of a classic load balancer is written without a port.
  #instanceBehind(item: string): string {
    const id = item.includes(":") ? item.slice(0, item.lastIndexOf(":")) : item;
    return this.#where.instanceBehind({ id }) ?? "";
  }

  #instanceOf(arn: string): string {
    for (const { instanceId, tasks } of this.#where.instances.values()) if (tasks.has(arn)) return instanceId;
    return "";
  }
}

/** A registration as a part of where it is. */
export function partOf({ kind, name, id, port }: Pick<Spot, "kind" | "name" | "id" | "port">): Part {
  return { stock: `${kind} ${name}`, item: kind === "classic" ? id : `${id}:${port}` };
}

/** A task as a part of its service; undefined where it has none. */
export function partOfService({ cluster, service, arn }: TaskThere): Part | undefined {
  return service === undefined ? undefined : { stock: serviceKey(cluster, service), item: arn };
}

function serviceKey(cluster: string, service: string): string {
  return `service ${cluster} ${service}`;
}
