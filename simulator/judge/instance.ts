import type { Actor } from "../kernel/story.ts";
import type { Places, Scope, ServiceScope } from "./scope.ts";

/** An instance in a target group, or in a classic load balancer, which registers it without a port. */
export type Registration = {
  readonly kind: "target" | "classic";
  readonly name: string;
  readonly port: number | undefined;
  /** The task that has the address, where it is registered by one. Once the task ends, nobody has it. */
  readonly holder: string | undefined;
  /** The address by which it is registered, if it is by one. */
  readonly address: string | undefined;
  /** The VPC of its target group. */
  readonly vpcId: string | undefined;
  readonly state: "registered" | "draining";
  /** Since when it has been there, in milliseconds since 1970. */
  readonly since: number;
  /** Whether ECS has registered it. */
  readonly isByEcs: boolean;
};

/** A task whose containers may still run, with the status that ECS shows. */
export type LiveTask = {
  readonly cluster: string;
  readonly service: string | undefined;
  readonly status: string;
  readonly hostPorts: readonly number[];
  /** Since when it has been there, in milliseconds since 1970. */
  readonly since: number;
  /** When ECS began to stop it, in milliseconds since 1970. */
  readonly leavingAt: number | undefined;
};

/** One thing that a drain must wait for. */
export type Item = {
  /** By what it is known again. */
  readonly key: string;
  /** Since when it has been there, in milliseconds since 1970. */
  readonly since: number;
  /** The target group, where it is a target. */
  readonly targetGroup: string | undefined;
  /** Whether each pass asks about it. What nobody names, only a search finds. */
  readonly isAsked: boolean;
};

/** Who set an instance DRAINING, when, and when the reads behind it began; times in milliseconds since 1970. */
export type Drained = { readonly by: Actor; readonly at: number; readonly readSince: number };

/** A container instance as ECS shows it. Times in milliseconds since 1970. */
export type ContainerInstanceNow = {
  readonly arn: string;
  readonly status: string;
  readonly since: number;
  /** Since when its agent has been connected; infinity while it is not. */
  readonly heardSince: number;
};

/** Whether a change at a time is so recent that whoever acts now may not have seen it. */
export type IsTooRecent = (since: number) => boolean;

/** What whoever acts now need not know. */
export type Unknowable = {
  readonly isTooRecent: IsTooRecent;
  /** Whether a registration that nobody names counts from the next round on. */
  readonly isForNextRound: (registration: Registration) => boolean;
};

/** What is on one instance, by the story, and which part of it a drain must wait for. */
export class JudgedInstance {
  /** When a drain of it last began, in milliseconds since 1970; minus infinity where none has. */
  heldSince = Number.NEGATIVE_INFINITY;
  /** When a terminating hook last released it, in milliseconds since 1970; infinity while one holds it. */
  heldUntil = Number.NEGATIVE_INFINITY;
  /** The time of the newest line about it, in milliseconds since 1970. */
  lastLineAt = Number.NEGATIVE_INFINITY;
  /** Whether a group has it. */
  isInGroup = false;
  /** Whether EC2 has sent an interruption notice for it, at which the input lets us drain it. */
  interrupted = false;
  /** Whether a message about its termination was lost. */
  messageLost = false;
  /** When the judged functions first acted on it after that, in milliseconds since 1970: a sweep has found it. */
  foundAt: number | undefined;
  /** Whether it has ended or was stopped: nothing runs there, whatever ECS or a load balancer still shows. */
  dead = false;
  /** Who set it DRAINING, while it is. */
  drained: Drained | undefined;
  /** The clusters from which somebody other than the functions has deregistered it. */
  readonly givenUpIn = new Set<string>();
  /** The tasks that its agent had before it registered again, by ARN. */
  readonly givenUpTasks = new Set<string>();
  /** Its container instances, the newest in each cluster. An older one has no agent any more. */
  readonly containerInstances = new Map<string, ContainerInstanceNow>();
  readonly registrations = new Map<string, Registration>();
  readonly tasks = new Map<string, LiveTask>();
  readonly #servicesOf: ServiceScope;
  #isTerminated = false;
  /** Services that had a task on the instance while it was terminated. */
  readonly #services = new Map<string, { cluster: string; service: string }>();

  constructor(servicesOf: ServiceScope) {
    this.#servicesOf = servicesOf;
  }

  /** Its container instance in a cluster has come to another status. */
  setStatus(cluster: string, arn: string, status: string, at: number): void {
    const { arn: before, heardSince = at } = this.containerInstances.get(cluster) ?? {};
    if (before !== undefined && before !== arn && status !== "ACTIVE") return;
    this.containerInstances.set(cluster, { arn, status, since: at, heardSince });
  }

  /** Its agent in a cluster falls silent, or is heard again. */
  hear(cluster: string, connected: boolean, at: number): void {
    const known = this.containerInstances.get(cluster);
    const heardSince = connected ? at : Number.POSITIVE_INFINITY;
    if (known) this.containerInstances.set(cluster, { ...known, heardSince });
  }

  /** A message about its termination was lost: only a sweep can find it. */
  loseMessage(): void {
    this.messageLost = true;
    this.foundAt = undefined;
  }

  /** Its group shows it in another state. */
  enter(state: string, at: number): void {
    this.isInGroup = state !== "gone";
    if (!state.endsWith(":Wait") && this.heldUntil === Number.POSITIVE_INFINITY) this.heldUntil = at;
    // An interruption is over with the stop that it brought. With a new root volume it goes on.
    if (state !== "Pending" || this.#isTerminated || !this.dead) return;
    this.dead = false;
    this.interrupted = false;
  }

  /** EC2 has ended it, or stopped it, from where it may be started again. */
  end(how: "terminated" | "stopped"): void {
    this.dead = true;
    this.#isTerminated ||= how === "terminated";
  }

  /** Its agent has registered again in a cluster: nobody can know any more of the tasks that it had there. */
  giveUpTasksIn(cluster: string): void {
    for (const [arn, task] of this.tasks) {
      if (task.cluster !== cluster) continue;
      this.givenUpTasks.add(arn);
      this.tasks.delete(arn);
    }
  }

  /** A task with its own address is gone: what is registered by that address does not count any more. */
  forgetHolder(task: string): void {
    for (const [key, { holder }] of this.registrations) if (holder === task) this.registrations.delete(key);
  }

  /** Remembers the services of the tasks on the instance: where they register is managed from now on. */
  noteServices(tasks: Iterable<LiveTask> = this.tasks.values()): void {
    for (const { cluster, service } of tasks) {
      if (service !== undefined) this.#services.set(`${cluster} ${service}`, { cluster, service });
    }
  }

  /** The registrations that only the drain takes out: named in its scope, and not a service's. */
  ours(scope: Scope): Registration[] {
    const managed = this.#managed();
    return [...this.registrations.values()].filter(
      (each) =>
        isIn(scope, each) && (each.address === undefined ? !isIn(managed, each) : !this.taskBehind(each)),
    );
  }

  /** An address may have become somebody else's: what is registered by one that it has no more does not count. */
  keepAddresses(isHeld: (address: string, vpcId: string | undefined) => boolean): void {
    for (const [key, { holder, address, vpcId }] of this.registrations)
      if (address !== undefined && holder === undefined && !isHeld(address, vpcId))
        this.registrations.delete(key);
  }

  /** The registrations that must be gone before a drain is ready: named in its scope, or a service's. */
  judged(scope: Scope): Registration[] {
    if (this.dead) return [];
    const managed = this.#managed(scope);
    return [...this.registrations.values()].filter((each) => isIn(scope, each) || isIn(managed, each));
  }

  /** The tasks that must have ended before a drain is ready: in each cluster in which anybody looks. */
  running(scope: Scope): LiveTask[] {
    return this.dead ? [] : [...this.tasks.values()].filter((each) => isLookedInto(scope, each));
  }

  /** What must be gone before a drain is ready, in words. What nobody need know yet does not count. */
  left(scope: Scope, { isTooRecent, isForNextRound }: Unknowable): string[] {
    const managed = this.#managed(scope);
    const registrations = this.judged(scope)
      .filter(({ since }) => !isTooRecent(since))
      .filter((each) => isIn(scope.named, each) || isIn(managed, each) || !isForNextRound(each));
    const tasks = this.running(scope).filter(({ since }) => !isTooRecent(since));
    return [
      ...registrations.map(
        ({ name, port, state }) => `${state} in ${name}${port === undefined ? "" : ` at port ${port}`}`,
      ),
      ...tasks.map(({ service, status }) => `a task of ${service ?? "no service"} ${status}`),
    ];
  }

  /** The registrations and tasks that must be gone before a drain is ready. */
  items(scope: Scope): Item[] {
    const managed = this.#managed(scope);
    const registrations = this.judged(scope).map((each): Item => {
      const { kind, name, port, holder, address, since } = each;
      const isAsked = isIn(scope.named, each) || isIn(managed, each);
      const targetGroup = kind === "target" ? name : undefined;
      return { key: `${kind} ${name} ${port} ${holder ?? address}`, since, targetGroup, isAsked };
    });
    const tasks = [...this.tasks].filter(([, task]) => !this.dead && isLookedInto(scope, task));
    return [
      ...registrations,
      ...tasks.map(([key, { since, cluster }]) => {
        return { key, since, targetGroup: undefined, isAsked: scope.permits.clusters.has(cluster) };
      }),
    ];
  }

  /** The task that a service has registered there, if it still runs. An address is a service's only if its task is the service's. */
  taskBehind({
    kind,
    name,
    port,
    holder,
    address,
    isByEcs,
  }: Omit<Registration, "state" | "since">): LiveTask | undefined {
    // In a group that a service fills, somebody else may have registered another port.
    if (!isByEcs) return undefined;
    if (holder !== undefined) {
      const task = this.tasks.get(holder);
      const isServices =
        task?.service !== undefined &&
        this.#servicesOf(task.cluster, task.service).targetGroups.includes(name);
      return isServices ? task : undefined;
    }
    if (address !== undefined) return undefined;
    return [...this.tasks.values()].find(({ cluster, service, hostPorts }) => {
      if (service === undefined) return false;
      const { targetGroups, loadBalancers } = this.#servicesOf(cluster, service);
      return kind === "target"
        ? targetGroups.includes(name) && port !== undefined && hostPorts.includes(port)
        : loadBalancers.includes(name);
    });
  }

  // Where its services register their tasks: all of them, or those that a drain can know of.
  #managed(scope?: Scope): Places {
    const all = [...this.#services.values()]
      .filter((each) => scope === undefined || isLookedInto(scope, each))
      .map(({ cluster, service }) => this.#servicesOf(cluster, service));
    return {
      targetGroups: new Set(all.flatMap((each) => each.targetGroups)),
      loadBalancers: new Set(all.flatMap((each) => each.loadBalancers)),
    };
  }
}

/** Whether anybody looks into a cluster. Without a search, nobody does if it is not named. What is lost by that is damage. */
export function isLookedInto({ permits }: Scope, { cluster }: { readonly cluster: string }): boolean {
  return permits.discover === "all" || permits.clusters.has(cluster);
}

function isIn({ targetGroups, loadBalancers }: Places, { kind, name }: Registration): boolean {
  return kind === "target" ? targetGroups.has(name) : loadBalancers.has(name);
}
