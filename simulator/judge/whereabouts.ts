import { hasAddress } from "../kernel/addresses.ts";
import type { Actor, StoryLine } from "../kernel/story.ts";

type LineOf<Kind extends StoryLine["kind"]> = Extract<StoryLine, { kind: Kind }>;

/** Where a load balancer sends to: an instance or an address in a target group, or an instance in a classic load balancer. */
export type Spot = {
  readonly kind: "target" | "classic";
  /** The target group, or the load balancer. */
  readonly name: string;
  /** An instance's id, or an address. */
  readonly id: string;
  readonly port: number | undefined;
  /** The VPC of its target group, in which an address is meant. */
  readonly vpcId: string | undefined;
  state: "registered" | "draining" | "gone";
  /** Since when it has been registered, in milliseconds since 1970, and by whom. */
  since: number;
  by: Actor;
  /** Since when it drains, in milliseconds since 1970. */
  drainingSince: number | undefined;
};

/** A task whose containers may still run. */
export type TaskThere = {
  readonly arn: string;
  readonly cluster: string;
  readonly service: string | undefined;
  readonly instanceId: string;
  readonly hostPorts: readonly number[];
  readonly address: string | undefined;
  /** When it was placed, in milliseconds since 1970. */
  readonly since: number;
  /** Since when ECS shows its address, in milliseconds since 1970: from PENDING on. */
  addressShownAt: number;
  status: string;
  gone: boolean;
  /** When ECS began to stop it, in milliseconds since 1970: a load balancer drains it before it gets SIGTERM. */
  leavingAt: number | undefined;
  /** When it got SIGTERM, in milliseconds since 1970. */
  signalledAt: number | undefined;
  reason: string | undefined;
  /** Who asked for its stop, where somebody did. */
  stoppedBy: Actor | undefined;
  /** Who gave it up while its containers ran, by deregistering its container instance by force. Undefined where nobody did. */
  givenUpBy: Actor | undefined;
};

/** A container instance as ECS shows it, and who made it so, when; times in milliseconds since 1970. */
export type ContainerInstanceThere = {
  readonly arn: string;
  readonly cluster: string;
  status: string;
  by: Actor;
  at: number;
  /** When the reads began on which whoever did it acted. */
  readSince: number;
  /** Whether its agent was connected when last heard of. */
  connected: boolean;
};

/** How all that ran on an instance ended. Of a root volume that was replaced, EC2 shows nothing: it says "running" all the time. */
export type HowEnded = "terminated" | "stopped" | "root volume replaced";

/** What the world has of one instance. */
export class There {
  readonly instanceId: string;
  group = "";
  /** Its lifecycle state; empty where no group has it. */
  state = "";
  /** Since when it has that state, in milliseconds since 1970. */
  stateSince = Number.NEGATIVE_INFINITY;
  interrupted = false;
  /** When somebody other than its hook last sent a message about its termination, in milliseconds since 1970. */
  forgedAt = Number.NEGATIVE_INFINITY;
  /** When a message about its termination was last lost, in milliseconds since 1970. */
  messageLostAt = Number.NEGATIVE_INFINITY;
  ended: { readonly at: number; readonly by: Actor; readonly how: HowEnded } | undefined;
  readonly tasks = new Map<string, TaskThere>();
  readonly containerInstances = new Map<string, ContainerInstanceThere>();
  /** Its own network interfaces, each time when they changed; times in milliseconds since 1970. Once it has ended, it keeps the last. */
  readonly interfacesSince: {
    readonly at: number;
    readonly interfaces: LineOf<"addresses">["interfaces"];
  }[] = [];

  constructor(instanceId: string) {
    this.instanceId = instanceId;
  }

  /** Its own network interfaces; once it has ended, those that it had last. */
  get interfaces(): LineOf<"addresses">["interfaces"] {
    return this.interfacesSince.at(-1)?.interfaces ?? [];
  }

  /** Whether a message about its termination was ever lost. */
  get messageLost(): boolean {
    return this.messageLostAt > Number.NEGATIVE_INFINITY;
  }

  /** The container instance that is DRAINING, where one is. In `cluster` if that is given. */
  draining(cluster?: string): ContainerInstanceThere | undefined {
    return [...this.containerInstances.values()].find(
      (each) => each.status === "DRAINING" && (cluster === undefined || each.cluster === cluster),
    );
  }

  /** The tasks that run on it in truth. One that is DEPROVISIONING has ended: only its network interface is left. */
  get running(): TaskThere[] {
    return [...this.tasks.values()].filter(({ gone, status }) => !gone && status !== "DEPROVISIONING");
  }

  /** Whether it is on its way out of its group, or about to be interrupted. */
  get isLeaving(): boolean {
    return (
      this.interrupted || this.ended !== undefined || /:Wait|:Proceed|^Terminat|^Replacing/.test(this.state)
    );
  }
}

/** The states in which a task's containers run and have not been asked to stop. */
const SERVING: ReadonlySet<string> = new Set(["ACTIVATING", "RUNNING", "DEACTIVATING"]);

/** Whether a task serves. One that ECS shows as STOPPED may go on: its container instance was deregistered by force. */
export function serves({ gone, status }: Pick<TaskThere, "gone" | "status">): boolean {
  return !gone && (SERVING.has(status) || status === "STOPPED");
}

/** Where everything is, by the story: tasks, registrations and container instances of every instance, whoever named them. */
export class Whereabouts {
  readonly instances = new Map<string, There>();
  /** All registrations that are not gone, by what is registered. */
  readonly #spots = new Map<string, Map<string, Spot>>();
  /** Which task had an address last. */
  readonly #holders = new Map<string, TaskThere>();
  readonly #readSince: () => number;

  constructor(readSince: () => number) {
    this.#readSince = readSince;
  }

  instance(instanceId: string): There {
    const there = this.instances.get(instanceId) ?? new There(instanceId);
    this.instances.set(instanceId, there);
    return there;
  }

  /** The task that has an address, or had it last; undefined where none ever had. */
  holderOf(address: string): TaskThere | undefined {
    return this.#holders.get(address);
  }

  /** The instance behind an id or an address: the one that has it as its own, or the task that has it or had it last. */
  instanceBehind(spot: Pick<Spot, "id"> & Partial<Pick<Spot, "vpcId">>): string | undefined {
    return this.holderOf(spot.id)?.instanceId ?? this.ownerOf(spot);
  }

  /** The instance that is registered by its id, or that has an address as its own, or had it until it ended. */
  ownerOf(spot: Pick<Spot, "id"> & Partial<Pick<Spot, "vpcId">>): string | undefined {
    if (spot.id.startsWith("i-")) return spot.id;
    const owners = [...this.instances.values()].filter((there) => isOwn(there, spot));
    return (owners.find(({ ended }) => ended?.how !== "terminated") ?? owners.at(-1))?.instanceId;
  }

  /** The registrations of an instance, of its own addresses, and of those that its tasks have or had last. */
  spotsOf(there: There): Spot[] {
    const { instanceId, tasks } = there;
    const own = this.addressed.filter((each) => isOwn(there, each) && this.ownerOf(each) === instanceId);
    return [...new Set([...this.#spotsOfIds(instanceId, tasks), ...own])];
  }

  #spotsOfIds(instanceId: string, tasks: There["tasks"]): Spot[] {
    const addresses = [...tasks.values()].flatMap(({ arn, address }) =>
      address !== undefined && this.#holders.get(address)?.arn === arn ? [address] : [],
    );
    return [instanceId, ...addresses].flatMap((id) => [...(this.#spots.get(id)?.values() ?? [])]);
  }

  /** All registrations of addresses. */
  get addressed(): Spot[] {
    return [...this.#spots].flatMap(([id, spots]) => (id.startsWith("i-") ? [] : [...spots.values()]));
  }

  /** The registration that a line is about; undefined where there is none yet. */
  spotOf(line: LineOf<"target" | "target-healthy" | "classic">): Spot | undefined {
    const id = line.kind === "classic" ? line.instanceId : line.id;
    return this.#spots.get(id)?.get(keyOf(line));
  }

  follow(line: StoryLine): void {
    switch (line.kind) {
      case "target":
      case "classic":
        this.#register(line);
        return;
      case "task":
        this.#task(line);
        return;
      case "task-stop": {
        const task = this.instance(line.instanceId).tasks.get(line.arn);
        if (task) task.stoppedBy = line.by;
        return;
      }
      case "container-instance":
        this.#containerInstance(line);
        return;
      case "agent":
        for (const each of this.instance(line.instanceId).containerInstances.values())
          if (each.cluster === line.cluster) each.connected = line.connected;
        return;
      default:
        this.#instance(line);
    }
  }

  #instance(line: StoryLine): void {
    if (line.kind === "instance") {
      const there = this.instance(line.instanceId);
      there.group = line.group;
      if (there.state !== line.state) there.stateSince = line.at;
      there.state = line.state;
      // It is up again: out of its pool, or with a new root volume.
      if (there.ended && there.ended.how !== "terminated" && ["Pending", "InService"].includes(line.state)) {
        there.interrupted &&= there.ended.how !== "stopped";
        there.ended = undefined;
      }
    }
    if (line.kind === "addresses" && line.interfaces.length > 0) {
      const { at, interfaces } = line;
      this.instance(line.instanceId).interfacesSince.push({ at, interfaces });
    }
    if (line.kind === "interruption") this.instance(line.instanceId).interrupted = true;
    if (line.kind === "message-forged") this.instance(line.instanceId).forgedAt = line.at;
    if (line.kind === "message-lost") this.instance(line.instanceId).messageLostAt = line.at;
    if (line.kind === "instance-ended") {
      const { at, by, how, instanceId } = line;
      this.instance(instanceId).ended = { at, by, how };
    }
  }

  #register(line: LineOf<"target" | "classic">): void {
    const { at, by, kind, state } = line;
    const id = line.kind === "target" ? line.id : line.instanceId;
    const spots = this.#spots.get(id) ?? new Map<string, Spot>();
    this.#spots.set(id, spots);
    const key = keyOf(line);
    const spot = spots.get(key);
    if (spot) {
      if (state === "registered") Object.assign(spot, { since: at, by, drainingSince: undefined });
      if (state === "draining") spot.drainingSince = at;
      spot.state = state;
      if (state === "gone") spots.delete(key);
    } else if (state !== "gone") {
      const [name, port] =
        line.kind === "target" ? [line.targetGroup, line.port] : [line.loadBalancer, undefined];
      const drainingSince = state === "draining" ? at : undefined;
      const vpcId = line.kind === "target" ? line.vpcId : undefined;
      spots.set(key, { kind, name, id, port, vpcId, state, since: at, by, drainingSince });
    }
    if (spots.size === 0) this.#spots.delete(id);
  }

  #task(line: LineOf<"task">): void {
    const { tasks } = this.instance(line.instanceId);
    const { at, arn, cluster, service, instanceId, hostPorts, address, status, gone, reason } = line;
    const task = tasks.get(arn) ?? {
      ...{ arn, cluster, service, instanceId, hostPorts, address, since: at, status, gone, reason },
      addressShownAt: Number.POSITIVE_INFINITY,
      leavingAt: undefined,
      signalledAt: undefined,
      stoppedBy: undefined,
      givenUpBy: undefined,
    };
    tasks.set(arn, task);
    if (status === "STOPPED" && !gone) task.givenUpBy ??= this.#deregisteredBy(instanceId, cluster);
    if (address !== undefined && !gone) this.#holders.set(address, task);
    if (status !== "PROVISIONING") task.addressShownAt = Math.min(task.addressShownAt, at);
    if (isLeavingBy(status)) task.leavingAt ??= at;
    if (status === "STOPPING" && !gone) task.signalledAt ??= at;
    Object.assign(task, { status, gone, reason });
  }

  #deregisteredBy(instanceId: string, inCluster: string): Actor | undefined {
    const all = [...this.instance(instanceId).containerInstances.values()];
    return all.findLast(({ status, cluster }) => cluster === inCluster && status === "INACTIVE")?.by;
  }

  #containerInstance({ at, arn, by, cluster, instanceId, status }: LineOf<"container-instance">): void {
    const { containerInstances } = this.instance(instanceId);
    const { connected = true } = containerInstances.get(arn) ?? {};
    const readSince = this.#readSince();
    containerInstances.set(arn, { arn, cluster, status, by, at, readSince, connected });
  }
}

/** Whether a status is that of a task which ECS stops. */
export function isLeavingBy(status: string): boolean {
  return status === "DEACTIVATING" || status === "STOPPING";
}

function keyOf(line: LineOf<"target" | "target-healthy" | "classic">): string {
  return line.kind === "classic" ? `classic ${line.loadBalancer}` : `target ${line.targetGroup} ${line.port}`;
}

function isOwn(
  { interfaces }: Pick<There, "interfaces">,
  { id, vpcId }: Pick<Spot, "id"> & Partial<Pick<Spot, "vpcId">>,
): boolean {
  return interfaces.some((each) => (vpcId === undefined || each.vpcId === vpcId) && hasAddress(each, id));
}

/** When an address that a load balancer sends to came to the instance, in milliseconds since 1970; 0 where it always had it, or never. */
export function cameAt({ interfacesSince }: There, spot: Spot): number {
  const before = interfacesSince.findLastIndex((each) => !isOwn(each, spot));
  return before < 0 ? 0 : (interfacesSince[before + 1]?.at ?? 0);
}
