import type { TargetHealth } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Ground } from "../../kernel/ground.ts";
import { History } from "../../kernel/history.ts";
import type { Past } from "../../kernel/past.ts";
import type { Actor } from "../../kernel/story.ts";
import type { Instances } from "../ec2/instances.ts";

/** What target groups need: the instances behind them. */
export type TargetGround = Ground & { readonly instances: Instances };

export type TargetState = "initial" | "healthy" | "unhealthy" | "draining" | "gone";

/** A target: an instance id or an IP address, and the port that it is registered with. */
export type Target = { readonly id: string; readonly port: number; readonly state: History<TargetState> };

export type TargetGroupSettings = {
  readonly name: string;
  readonly arn: string;
  readonly protocol: string;
  readonly port: number;
  readonly targetType: "instance" | "ip" | "alb" | "lambda";
  /** A group of functions is in none. */
  readonly vpcId: string | undefined;
  /** How long a target drains, in seconds: always in full, even with no connection left. */
  delaySeconds: number;
  /** How long after its registration a target is healthy, in seconds. */
  healthySeconds: number;
};

const GONE_AFTER_END_MS = 120_000;

/** One target group with its targets. */
export class TargetGroup implements Past {
  readonly settings: TargetGroupSettings;
  /** The load balancers whose listeners forward to it; with none, its targets are `unused`. */
  readonly loadBalancerArns = new Set<string>();
  readonly #world: TargetGround;
  readonly #isReserved: (address: string) => boolean;
  readonly #targets = new Map<string, Target>();
  readonly #waiting = new Map<string, (() => void)[]>();
  /** Whether the health checks of its targets fail. */
  #isFailing = false;

  /** `isReserved` says which addresses belong to a load balancer. */
  constructor(settings: TargetGroupSettings, world: TargetGround, isReserved: (address: string) => boolean) {
    this.settings = settings;
    this.#world = world;
    this.#isReserved = isReserved;
    world.instances.onEnd((instance) => this.#ended(instance.id));
  }

  get targets(): readonly Target[] {
    return [...this.#targets.values()];
  }

  /** The real state of a target. One that was never registered is `gone`. */
  stateOf(id: string, port: number): TargetState {
    return this.#targets.get(key(id, port))?.state.latest ?? "gone";
  }

  register(id: string, port: number, by: Actor): void {
    const { agenda } = this.#world;
    const state = this.stateOf(id, port);
    if (state !== "gone" && state !== "draining") return;
    const target = this.#targets.get(key(id, port)) ?? {
      id,
      port,
      state: new History<TargetState>(agenda.now, "gone"),
    };
    this.#targets.set(key(id, port), target);
    this.#set(target, "initial", by);
    const registeredAt = agenda.now;
    agenda.in(this.settings.healthySeconds * 1000, () => {
      if (target.state.latest !== "initial" || target.state.since !== registeredAt) return;
      if (this.#isFailing) target.state.set(agenda.now, "unhealthy");
      else this.#healthy(target);
    });
  }

  /** Lets the health checks of all targets fail from now on, or pass again. Without a load balancer there are none. */
  failHealthChecks(fail: boolean): void {
    this.#isFailing = fail;
    for (const target of this.#targets.values()) {
      if (fail && target.state.latest === "healthy") target.state.set(this.#world.agenda.now, "unhealthy");
      if (!fail && target.state.latest === "unhealthy") this.#healthy(target);
    }
  }

  /** Takes a target out by id and port. One that is not registered with that port is left alone, without an error. */
  deregister(id: string, port: number, by: Actor): void {
    const { agenda } = this.#world;
    const target = this.#targets.get(key(id, port));
    if (!target || target.state.latest === "gone" || target.state.latest === "draining") return;
    const delay = this.loadBalancerArns.size === 0 ? 0 : this.settings.delaySeconds;
    if (delay === 0) {
      this.#set(target, "gone", by);
      return;
    }
    this.#set(target, "draining", by);
    const since = agenda.now;
    agenda.in(delay * 1000, () => {
      if (target.state.latest === "draining" && target.state.since === since) this.#set(target, "gone", by);
    });
  }

  /** Takes a target out and calls `gone` once it has drained; at once when it is not there. */
  leave(id: string, port: number, by: Actor, gone: () => void): void {
    this.deregister(id, port, by);
    if (this.stateOf(id, port) === "gone") gone();
    else this.#waiting.set(key(id, port), [...(this.#waiting.get(key(id, port)) ?? []), gone]);
  }

  /** Takes all targets out at once, as when the group is deleted. Nothing waits for their draining any more. */
  clear(by: Actor): void {
    for (const target of this.#targets.values()) this.#set(target, "gone", by);
  }

  forget(before: number): void {
    for (const [key, { state }] of this.#targets) {
      if (state.latest === "gone" && state.since < before) this.#targets.delete(key);
      else state.forget(before);
    }
  }

  /** The targets that DescribeTargetHealth lists when it is asked for all. */
  listed(moment: number): readonly Target[] {
    return this.targets.filter((target) => (target.state.at(moment) ?? "gone") !== "gone");
  }

  /** A target's health as it was at a moment, in ELB's words. */
  health(id: string, port: number, moment: number): TargetHealth {
    const state = this.#targets.get(key(id, port))?.state.at(moment) ?? "gone";
    if (state === "gone") {
      return unused("Target.NotRegistered", "Target is not registered to the target group");
    }
    const instanceState = this.#world.instances.get(id)?.state.at(moment);
    if (state === "draining") {
      return {
        State: "draining",
        Reason: "Target.DeregistrationInProgress",
        Description: "Target deregistration is in progress",
      };
    }
    if (instanceState !== undefined && instanceState !== "running" && instanceState !== "pending") {
      return unused("Target.InvalidState", `Target is in the ${instanceState} state`);
    }
    if (this.#isReserved(id)) {
      return unused("Target.IpUnusable", "The target IP address is reserved for use by a load balancer");
    }
    if (this.loadBalancerArns.size === 0) {
      return unused(
        "Target.NotInUse",
        "Target group is not configured to receive traffic from the load balancer",
      );
    }
    if (state === "healthy") return { State: "healthy" };
    if (state === "unhealthy") {
      return { State: "unhealthy", Reason: "Target.FailedHealthChecks", Description: "Health checks failed" };
    }
    return {
      State: "initial",
      Reason: "Elb.RegistrationInProgress",
      Description: "Target registration is in progress",
    };
  }

  // After a while, ELB itself takes out an instance that was terminated.
  #ended(instanceId: string): void {
    for (const target of this.#targets.values()) {
      if (target.id !== instanceId || target.state.latest === "gone") continue;
      this.#world.agenda.in(GONE_AFTER_END_MS, () => this.#set(target, "gone", "elb"));
    }
  }

  #healthy({ id, port, state }: Target): void {
    const { agenda, story } = this.#world;
    state.set(agenda.now, "healthy");
    story.tell(agenda.now, { kind: "target-healthy", targetGroup: this.settings.name, id, port });
  }

  #set(target: Target, state: TargetState, by: Actor): void {
    if (target.state.latest === state) return;
    const { agenda, story } = this.#world;
    target.state.set(agenda.now, state);
    const { id, port } = target;
    const shown = state === "draining" || state === "gone" ? state : "registered";
    const { name: targetGroup, vpcId } = this.settings;
    story.tell(agenda.now, { kind: "target", targetGroup, vpcId, id, port, state: shown, by });
    if (state !== "gone") return;
    const waiting = this.#waiting.get(key(id, port)) ?? [];
    this.#waiting.delete(key(id, port));
    for (const gone of waiting) gone();
  }
}

function unused(
  Reason: "Target.NotRegistered" | "Target.InvalidState" | "Target.IpUnusable" | "Target.NotInUse",
  Description: string,
): TargetHealth {
  return { State: "unused", Reason, Description };
}

function key(id: string, port: number): string {
  return `${id}:${port}`;
}
