import type { Ground } from "../../kernel/ground.ts";
import { History } from "../../kernel/history.ts";
import type { Past } from "../../kernel/past.ts";
import type { Actor } from "../../kernel/story.ts";
import { AwsError } from "../../wire/errors.ts";
import type { Instances } from "../ec2/instances.ts";

export type ClassicListener = {
  readonly protocol: string;
  readonly port: number;
  readonly instancePort: number;
};

/** What classic load balancers need: the instances behind them. */
type ClassicGround = Ground & { readonly instances: Instances };

type RegistrationState = History<"registered" | "draining" | "gone">;

/** What DescribeInstanceHealth says of one instance. */
export type ClassicHealth = {
  readonly state: "InService" | "OutOfService" | "Unknown";
  readonly reason: string;
  readonly description: string;
};

/** Two health checks fail before it stops sending to an instance that was terminated: by default one every 30 s. In milliseconds. */
const GONE_AFTER_END_MS = 60_000;

/** One classic load balancer. */
export class ClassicLoadBalancer implements Past {
  readonly name: string;
  readonly listeners: readonly ClassicListener[];
  /** Connection draining. Without it, deregistration cuts connections at once. */
  draining: { enabled: boolean; timeoutSeconds: number };
  /** How long the requests in flight really take, in seconds. Draining ends early when none is left. */
  requestSeconds: number | undefined;
  readonly #world: ClassicGround;
  readonly #instances = new Map<string, RegistrationState>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(
    settings: {
      name: string;
      listeners: readonly ClassicListener[];
      draining: { enabled: boolean; timeoutSeconds: number };
      requestSeconds: number | undefined;
    },
    world: ClassicGround,
  ) {
    this.name = settings.name;
    this.listeners = settings.listeners;
    this.draining = settings.draining;
    this.requestSeconds = settings.requestSeconds;
    this.#world = world;
    world.instances.onEnd(({ id }) => this.#ended(id));
  }

  /** The instances that it lists at a moment. Those that drain are not listed. */
  listed(moment: number): string[] {
    return [...this.#instances].filter(([, state]) => state.at(moment) === "registered").map(([id]) => id);
  }

  /** The instances that are registered, and those that drain. */
  instanceIds(): { registered: string[]; draining: string[] } {
    const those = (wanted: string) =>
      [...this.#instances].filter(([, state]) => state.latest === wanted).map(([id]) => id);
    return { registered: those("registered"), draining: those("draining") };
  }

  /** Registers instances. Throws InvalidInstance, with nothing registered, when one does not run. */
  register(ids: readonly string[], by: Actor): void {
    for (const id of ids)
      if (this.#world.instances.get(id)?.state.latest !== "running") throw invalidInstance(id);
    for (const id of ids) {
      if (this.#instances.get(id)?.latest !== "registered") this.#set(id, "registered", by);
    }
  }

  /** Takes instances out. One that never was registered fails the whole batch, with nothing taken out. */
  deregister(ids: readonly string[], by: Actor): void {
    for (const id of ids)
      if (!this.#instances.has(id) || !this.#world.instances.get(id)) throw invalidInstance(id);
    for (const id of ids) {
      if (this.#instances.get(id)?.latest === "registered") this.#leave(id, by);
    }
  }

  /** Takes one instance out and calls `gone` once it has drained; at once when it is not there. */
  leave(id: string, by: Actor, gone: () => void): void {
    const registration = this.#instances.get(id);
    if (registration?.latest === "registered") this.#leave(id, by);
    if ((registration?.latest ?? "gone") === "gone") gone();
    else this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), gone]);
  }

  /** Takes all instances out at once, as when it is deleted. Nothing waits for their draining any more. */
  clear(by: Actor): void {
    for (const [id, state] of this.#instances) if (state.latest !== "gone") this.#set(id, "gone", by);
  }

  /** An instance that was ever registered is remembered while EC2 knows it: to deregister it is no error. */
  forget(before: number): void {
    for (const [id, state] of this.#instances) {
      if (this.#world.instances.get(id)) state.forget(before);
      else this.#instances.delete(id);
    }
  }

  /** The health of an instance at a moment. Throws InvalidInstance for one that does not exist any more. */
  health(id: string, moment: number): ClassicHealth {
    const ec2 = this.#world.instances.get(id)?.state.at(moment);
    if (ec2 === undefined || ec2 === "terminated" || ec2 === "shutting-down") throw invalidInstance(id);
    const state = this.#instances.get(id)?.at(moment) ?? "gone";
    if (state === "draining") {
      return {
        state: "InService",
        reason: "N/A",
        description: "Instance deregistration currently in progress.",
      };
    }
    if (state === "gone") {
      return {
        state: "OutOfService",
        reason: "Instance",
        description: "Instance is not currently registered with the LoadBalancer.",
      };
    }
    return ec2 === "running"
      ? { state: "InService", reason: "N/A", description: "N/A" }
      : { state: "OutOfService", reason: "Instance", description: "Instance is in stopped state." };
  }

  // It goes on sending to an instance that was terminated until health checks have failed, and then takes it out itself.
  #ended(id: string): void {
    if ((this.#instances.get(id)?.latest ?? "gone") === "gone") return;
    this.#world.agenda.in(GONE_AFTER_END_MS, () => {
      if ((this.#instances.get(id)?.latest ?? "gone") !== "gone") this.#set(id, "gone", "elb");
    });
  }

  #leave(id: string, by: Actor): void {
    const { agenda } = this.#world;
    const { enabled, timeoutSeconds } = this.draining;
    const seconds = enabled ? Math.min(timeoutSeconds, this.requestSeconds ?? timeoutSeconds) : 0;
    if (seconds === 0) {
      this.#set(id, "gone", by);
      return;
    }
    this.#set(id, "draining", by);
    const since = agenda.now;
    agenda.in(seconds * 1000, () => {
      const registration = this.#instances.get(id);
      if (registration?.latest === "draining" && registration.since === since) this.#set(id, "gone", by);
    });
  }

  #set(id: string, state: "registered" | "draining" | "gone", by: Actor): void {
    const { agenda, story } = this.#world;
    const registration = this.#instances.get(id);
    if (registration) registration.set(agenda.now, state);
    else this.#instances.set(id, new History(agenda.now, state));
    story.tell(agenda.now, { kind: "classic", loadBalancer: this.name, instanceId: id, state, by });
    if (state !== "gone") return;
    const waiting = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const gone of waiting) gone();
  }
}

/** All the account's classic load balancers, by name. */
export class ClassicLoadBalancers implements Past {
  readonly #world: ClassicGround;
  readonly #byName = new Map<string, ClassicLoadBalancer>();

  constructor(world: ClassicGround) {
    this.#world = world;
  }

  get all(): readonly ClassicLoadBalancer[] {
    return [...this.#byName.values()];
  }

  create(settings: ConstructorParameters<typeof ClassicLoadBalancer>[0]): ClassicLoadBalancer {
    if (this.#byName.has(settings.name)) {
      throw new AwsError(
        "DuplicateAccessPointNameException",
        `The LoadBalancer with name '${settings.name}' already exists, but with different settings.`,
      );
    }
    const loadBalancer = new ClassicLoadBalancer(settings, this.#world);
    this.#byName.set(settings.name, loadBalancer);
    return loadBalancer;
  }

  find(name: string): ClassicLoadBalancer | undefined {
    return this.#byName.get(name);
  }

  /** The load balancer of that name. Throws LoadBalancerNotFound. */
  byName(name: string): ClassicLoadBalancer {
    const loadBalancer = this.#byName.get(name);
    if (!loadBalancer)
      throw new AwsError("AccessPointNotFoundException", `There is no ACTIVE Load Balancer named '${name}'`);
    return loadBalancer;
  }

  forget(before: number): void {
    for (const loadBalancer of this.#byName.values()) loadBalancer.forget(before);
  }

  /** Removes a load balancer, and with it all registrations. One that is not there is no error. */
  delete(name: string, by: Actor): void {
    this.#byName.get(name)?.clear(by);
    this.#byName.delete(name);
  }
}

function invalidInstance(id: string): AwsError {
  return new AwsError("InvalidEndPointException", `Could not find EC2 instance ${id}.`);
}
