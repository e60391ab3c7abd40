import type { HeldAddresses } from "../../kernel/addresses.ts";
import type { Agenda } from "../../kernel/agenda.ts";
import { History } from "../../kernel/history.ts";
import type { Past } from "../../kernel/past.ts";
import type { Story } from "../../kernel/story.ts";

/** What an interface of an instance is launched with. The first IPv4 address is its primary one. */
export type InterfaceGiven = HeldAddresses & { readonly vpcId: string };

/** A network interface of an instance. It has nothing once the instance has ended. */
type OwnInterface = {
  readonly id: string;
  readonly instanceId: string;
  readonly deviceIndex: number;
  readonly vpcId: string;
  readonly attachedAt: number;
  readonly held: History<HeldAddresses | undefined>;
};

/** A network interface as a read shows it. */
export type SeenInterface = HeldAddresses & {
  readonly id: string;
  readonly vpcId: string;
  readonly description: string;
  /** A branch interface is attached to no instance, but to another interface, a trunk. */
  readonly type: "interface" | "branch";
  readonly attachment:
    | { readonly instanceId: string; readonly deviceIndex: number; readonly attachedAt: number }
    | undefined;
};

/** The network interfaces that instances are launched with. Those of tasks are ECS's. */
export class NetworkInterfaces implements Past {
  readonly #world: { readonly agenda: Agenda; readonly story: Story };
  #all: OwnInterface[] = [];

  constructor(world: { readonly agenda: Agenda; readonly story: Story }) {
    this.#world = world;
  }

  /** Attaches the interfaces of an instance that is launched. */
  attach(instanceId: string, given: readonly InterfaceGiven[]): void {
    const { now } = this.#world.agenda;
    given.forEach(({ vpcId, ...held }, deviceIndex) => {
      this.#all.push({
        id: `eni-${instanceId.slice(2)}${deviceIndex}`,
        instanceId,
        deviceIndex,
        vpcId,
        attachedAt: now,
        held: new History<HeldAddresses | undefined>(now, held),
      });
    });
    this.#tell(instanceId);
  }

  /** The instance has ended: its interfaces are gone, and others may get its addresses. */
  detach(instanceId: string): void {
    for (const { held } of this.#of(instanceId)) held.set(this.#world.agenda.now, undefined);
    this.#tell(instanceId);
  }

  /** Gives an address to an instance as a secondary one. Whoever in its VPC had it has it no more. */
  assign(instanceId: string, address: string): void {
    const { now } = this.#world.agenda;
    const [to] = this.#of(instanceId);
    if (!to?.held.latest) return;
    for (const from of this.#all) {
      const { latest } = from.held;
      if (from.vpcId !== to.vpcId || !latest?.addresses.includes(address)) continue;
      from.held.set(now, { ...latest, addresses: latest.addresses.filter((each) => each !== address) });
      if (from.instanceId !== instanceId) this.#tell(from.instanceId);
    }
    const { addresses, prefixes } = to.held.latest;
    to.held.set(now, { addresses: [...addresses, address], prefixes });
    this.#tell(instanceId);
  }

  /** The interfaces as they were at a moment. */
  at(moment: number): SeenInterface[] {
    return this.#all.flatMap(({ held, id, vpcId, ...attachment }) => {
      const shown = held.at(moment);
      return shown ? [{ ...shown, id, vpcId, description: "", type: "interface", attachment }] : [];
    });
  }

  forget(before: number): void {
    this.#all = this.#all.filter(({ held }) => held.latest !== undefined || held.since >= before);
    for (const { held } of this.#all) held.forget(before);
  }

  #of(instanceId: string): OwnInterface[] {
    return this.#all.filter((each) => each.instanceId === instanceId);
  }

  #tell(instanceId: string): void {
    const { agenda, story } = this.#world;
    const interfaces = this.#of(instanceId).flatMap(({ vpcId, held: { latest } }) =>
      latest ? [{ vpcId, ...latest }] : [],
    );
    story.tell(agenda.now, { kind: "addresses", instanceId, interfaces });
  }
}
