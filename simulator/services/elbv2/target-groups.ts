import { arn, DEFAULT_VPC, nameOf } from "../../kernel/account.ts";
import type { Past } from "../../kernel/past.ts";
import type { Actor } from "../../kernel/story.ts";
import { AwsError } from "../../wire/errors.ts";
import { type TargetGround, TargetGroup, type TargetGroupSettings } from "./target-group.ts";

/** An Application or Network Load Balancer. Only its listeners are simulated. */
export type LoadBalancer = {
  readonly arn: string;
  readonly name: string;
  readonly type: "application" | "network";
  /** The addresses that it has in its subnets: they cannot be targets. */
  readonly addresses: readonly string[];
};

/** A listener that forwards to one target group. */
export type Listener = {
  readonly arn: string;
  readonly loadBalancerArn: string;
  readonly targetGroupArn: string;
};

/** All the account's target groups, with the load balancers in front of them. */
export class TargetGroups implements Past {
  readonly loadBalancers = new Map<string, LoadBalancer>();
  readonly listeners = new Map<string, Listener>();
  readonly #world: TargetGround;
  readonly #byArn = new Map<string, TargetGroup>();

  constructor(world: TargetGround) {
    this.#world = world;
  }

  get all(): readonly TargetGroup[] {
    return [...this.#byArn.values()];
  }

  /** Makes a target group. Throws DuplicateTargetGroupName for a name that is taken. */
  create({
    vpcId = DEFAULT_VPC,
    ...settings
  }: Omit<TargetGroupSettings, "arn" | "vpcId"> & { readonly vpcId?: string | undefined }): TargetGroup {
    if (this.byName(settings.name)) {
      throw new AwsError(
        "DuplicateTargetGroupNameException",
        `A target group with the same name '${settings.name}' exists, but with different settings`,
      );
    }
    const id = this.#world.random("arns").hex(16);
    const group = new TargetGroup(
      {
        ...settings,
        arn: arn("elasticloadbalancing", `targetgroup/${settings.name}/${id}`),
        vpcId: settings.targetType === "lambda" ? undefined : vpcId,
      },
      this.#world,
      (address) => [...this.loadBalancers.values()].some((each) => each.addresses.includes(address)),
    );
    this.#byArn.set(group.settings.arn, group);
    return group;
  }

  find(targetGroupArn: string): TargetGroup | undefined {
    return this.#byArn.get(targetGroupArn);
  }

  /** The target group with that ARN. Throws TargetGroupNotFound. */
  byArn(targetGroupArn: string): TargetGroup {
    const group = this.#byArn.get(targetGroupArn);
    if (!group)
      throw new AwsError("TargetGroupNotFoundException", `Target groups '${targetGroupArn}' not found`);
    return group;
  }

  byName(name: string): TargetGroup | undefined {
    return this.all.find((group) => group.settings.name === name);
  }

  /** Removes a target group, and with it its targets. Throws ResourceInUse while a listener forwards to it. */
  delete(targetGroupArn: string, by: Actor): void {
    const group = this.#byArn.get(targetGroupArn);
    if (group && group.loadBalancerArns.size > 0) {
      throw new AwsError(
        "ResourceInUseException",
        `Target group '${targetGroupArn}' is currently in use by a listener or a rule`,
      );
    }
    this.#byArn.delete(targetGroupArn);
    group?.clear(by);
  }

  forget(before: number): void {
    for (const group of this.#byArn.values()) group.forget(before);
  }

  /** Makes a load balancer with no listener yet. Throws DuplicateLoadBalancerName for a name that is taken. */
  createLoadBalancer(
    name: string,
    type: LoadBalancer["type"],
    addresses: readonly string[] = [],
  ): LoadBalancer {
    if ([...this.loadBalancers.values()].some((each) => each.name === name)) {
      throw new AwsError(
        "DuplicateLoadBalancerNameException",
        `A load balancer with the same name '${name}' exists, but with different settings`,
      );
    }
    const kind = type === "network" ? "net" : "app";
    const loadBalancer = {
      name,
      type,
      addresses,
      arn: arn("elasticloadbalancing", `loadbalancer/${kind}/${name}/${this.#world.random("arns").hex(16)}`),
    };
    this.loadBalancers.set(loadBalancer.arn, loadBalancer);
    return loadBalancer;
  }

  createListener(loadBalancerArn: string, targetGroupArn: string): Listener {
    if (!this.loadBalancers.has(loadBalancerArn)) {
      throw new AwsError("LoadBalancerNotFoundException", `Load balancers '[${loadBalancerArn}]' not found`);
    }
    const group = this.byArn(targetGroupArn);
    const path = loadBalancerArn.slice(loadBalancerArn.indexOf("loadbalancer/") + "loadbalancer/".length);
    const listener = {
      arn: arn("elasticloadbalancing", `listener/${path}/${this.#world.random("arns").hex(16)}`),
      loadBalancerArn,
      targetGroupArn,
    };
    this.listeners.set(listener.arn, listener);
    group.loadBalancerArns.add(loadBalancerArn);
    return listener;
  }

  /** Removes a listener. A target group without another listener is then out of use. */
  deleteListener(listenerArn: string): void {
    const listener = this.listeners.get(listenerArn);
    if (!listener)
      throw new AwsError(
        "ListenerNotFoundException",
        `One or more listeners not found: ${nameOf(listenerArn)}`,
      );
    this.listeners.delete(listenerArn);
    const group = this.#byArn.get(listener.targetGroupArn);
    const left = [...this.listeners.values()].filter(
      (each) => each.targetGroupArn === listener.targetGroupArn,
    );
    if (group && !left.some((each) => each.loadBalancerArn === listener.loadBalancerArn)) {
      group.loadBalancerArns.delete(listener.loadBalancerArn);
    }
  }

  /** Removes a load balancer with its listeners. One that is not there is no error. */
  deleteLoadBalancer(loadBalancerArn: string): void {
    for (const listener of [...this.listeners.values()]) {
      if (listener.loadBalancerArn === loadBalancerArn) this.deleteListener(listener.arn);
    }
    this.loadBalancers.delete(loadBalancerArn);
  }
}
