import { DEFAULT_VPC, ZONES } from "../../kernel/account.ts";
import type { Agenda } from "../../kernel/agenda.ts";
import { History } from "../../kernel/history.ts";
import type { Past } from "../../kernel/past.ts";
import type { Random } from "../../kernel/random.ts";
import type { Actor, Story } from "../../kernel/story.ts";
import { type InterfaceGiven, NetworkInterfaces } from "./network-interfaces.ts";
import { fulfilledRequest, isTakenBack, type SpotRequest, type SpotStatus } from "./spot-requests.ts";

export type InstanceState = "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped";

/** A change that EC2 has scheduled for an instance. Times in milliseconds since 1970. */
export type ScheduledEvent = {
  readonly id: string;
  readonly code:
    | "instance-reboot"
    | "instance-retirement"
    | "instance-stop"
    | "system-maintenance"
    | "system-reboot";
  readonly scheduledAt: number;
  readonly notBefore: number;
  readonly notAfter: number;
  /** When it was canceled, or had happened. EC2 shows it for a week after that. */
  over: { readonly how: "Completed" | "Canceled"; readonly at: number } | undefined;
};

/** An EC2 instance. Other services read `state`; nothing runs on it unless it is `running`. */
export type Instance = {
  readonly id: string;
  readonly zone: string;
  readonly privateIp: string;
  readonly vpcId: string;
  /** When it was launched first, in milliseconds since 1970. */
  readonly launchedAt: number;
  readonly state: History<InstanceState>;
  /** Its Spot request; undefined for an On-Demand Instance. */
  readonly spot: SpotRequest | undefined;
  /** Whether EC2 has sent an interruption notice for it. */
  isReclaimed: boolean;
  /** What EC2 has scheduled for it. */
  readonly scheduled: ScheduledEvent[];
  /** Some time after an instance has ended, EC2 shows its tags no more. */
  tags: ReadonlyMap<string, string>;
};

/** How long EC2 takes, in milliseconds: common values, not promises of AWS. */
const SHUTTING_DOWN_MS = 20_000;
const STOPPING_MS = 20_000;

/** The first addresses of a subnet are AWS's own, and a few others' here. */
const FIRST_ADDRESS = 11;

type Listener = (instance: Instance, by: Actor) => void;

/** All the account's instances, including those that have ended and are not forgotten. */
export class Instances implements Past {
  readonly #world: { agenda: Agenda; random: Random; story: Story };
  readonly #byId = new Map<string, Instance>();
  readonly #onEnd: Listener[] = [];
  readonly #onHalt: Listener[] = [];
  readonly network: NetworkInterfaces;
  #launched = 0;

  constructor(world: { agenda: Agenda; random: Random; story: Story }) {
    this.#world = world;
    this.network = new NetworkInterfaces(world);
  }

  get all(): readonly Instance[] {
    return [...this.#byId.values()];
  }

  /**
   * Starts an instance; it is running `bootMilliseconds` later. Ids are drawn where none is given. Without interfaces it has one,
   * with an address that no other instance has.
   */
  launch(options: {
    bootMilliseconds: number;
    id?: string | undefined;
    vpcId?: string | undefined;
    interfaces?: readonly InterfaceGiven[] | undefined;
    isSpot?: boolean;
    tags?: ReadonlyMap<string, string>;
  }): Instance {
    const { agenda, random } = this.#world;
    const number = this.#launched;
    this.#launched += 1;
    const vpcId = options.vpcId ?? DEFAULT_VPC;
    const interfaces = options.interfaces ?? [{ addresses: [addressOf(number)], prefixes: [], vpcId }];
    const id = options.id ?? `i-0${random.hex(16)}`;
    const instance: Instance = {
      id,
      zone: ZONES[number % ZONES.length] as string,
      privateIp: interfaces.flatMap(({ addresses }) => addresses)[0] ?? addressOf(number),
      vpcId,
      launchedAt: agenda.now,
      state: new History<InstanceState>(agenda.now, options.bootMilliseconds > 0 ? "pending" : "running"),
      spot: options.isSpot === true ? fulfilledRequest(id, agenda.now) : undefined,
      isReclaimed: false,
      scheduled: [],
      tags: options.tags ?? new Map(),
    };
    this.#byId.set(instance.id, instance);
    this.network.attach(instance.id, interfaces);
    this.#boot(instance, options.bootMilliseconds);
    return instance;
  }

  get(id: string): Instance | undefined {
    return this.#byId.get(id);
  }

  /** Ends an instance: all that runs on it dies in this moment. Ending one that has ended does nothing. */
  terminate(id: string, by: Actor): void {
    const { agenda, story } = this.#world;
    const instance = this.#byId.get(id);
    if (!instance || isEnded(instance)) return;
    instance.state.set(agenda.now, "shutting-down");
    if (by !== "ec2") this.#follow(instance, "instance-terminated-by-user");
    story.tell(agenda.now, { kind: "instance-ended", instanceId: id, how: "terminated", by });
    this.network.detach(id);
    for (const listener of this.#onEnd) listener(instance, by);
    agenda.in(SHUTTING_DOWN_MS, () => instance.state.set(agenda.now, "terminated"));
  }

  /** Stops an instance: all that runs on it dies in this moment. Stopping one that does not run does nothing. */
  stop(id: string, by: Actor): void {
    const { agenda, story } = this.#world;
    const instance = this.#byId.get(id);
    if (!instance || !isAlive(instance)) return;
    instance.state.set(agenda.now, "stopping");
    if (by !== "ec2") this.#follow(instance, "instance-stopped-by-user");
    story.tell(agenda.now, { kind: "instance-ended", instanceId: id, how: "stopped", by });
    for (const listener of this.#onHalt) listener(instance, by);
    agenda.in(STOPPING_MS, () => {
      if (instance.state.latest === "stopping") instance.state.set(agenda.now, "stopped");
    });
  }

  /** Starts a stopped instance: it is running `bootMilliseconds` later. One that is not stopped is left as it is. */
  start(id: string, bootMilliseconds: number): void {
    const instance = this.#byId.get(id);
    if (instance?.state.latest !== "stopped") return;
    instance.state.set(this.#world.agenda.now, bootMilliseconds > 0 ? "pending" : "running");
    instance.spot?.status.set(this.#world.agenda.now, "fulfilled");
    this.#boot(instance, bootMilliseconds);
  }

  /** EC2 shows a terminated instance for about an hour. Here it shows it until it is forgotten. */
  forget(before: number): void {
    this.network.forget(before);
    for (const [id, { state, spot }] of this.#byId) {
      if (state.latest === "terminated" && state.since < before) this.#byId.delete(id);
      else state.forget(before);
      spot?.status.forget(before);
    }
  }

  /** Calls `listener` when an instance is terminated, before its state is shown as `terminated`. */
  onEnd(listener: Listener): void {
    this.#onEnd.push(listener);
  }

  /** Calls `listener` when an instance is stopped, before its state is shown as `stopped`. */
  onHalt(listener: Listener): void {
    this.#onHalt.push(listener);
  }

  // What EC2 itself has begun stays its doing.
  #follow({ spot }: Instance, status: SpotStatus): void {
    if (spot && !isTakenBack(spot.status.latest)) spot.status.set(this.#world.agenda.now, status);
  }

  #boot(instance: Instance, milliseconds: number): void {
    const { agenda } = this.#world;
    if (milliseconds === 0) return;
    const since = instance.state.since;
    agenda.in(milliseconds, () => {
      if (instance.state.latest === "pending" && instance.state.since === since)
        instance.state.set(agenda.now, "running");
    });
  }
}

// 10.1.0.0/16 is for tasks.
function addressOf(number: number): string {
  const place = number + FIRST_ADDRESS;
  return `10.${((place >> 16) * 2) & 255}.${(place >> 8) & 255}.${place & 255}`;
}

/** Whether the instance runs or is about to. */
export function isAlive(instance: Instance): boolean {
  return instance.state.latest === "pending" || instance.state.latest === "running";
}

/** Whether the instance has ended for good. */
export function isEnded(instance: Instance): boolean {
  return instance.state.latest === "shutting-down" || instance.state.latest === "terminated";
}
