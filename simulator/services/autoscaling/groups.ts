import { arn } from "../../kernel/account.ts";
import { History } from "../../kernel/history.ts";
import type { Past } from "../../kernel/past.ts";
import type { Actor } from "../../kernel/story.ts";
import { AwsError } from "../../wire/errors.ts";
import { type Instance, isAlive } from "../ec2/instances.ts";
import { Activities } from "./activities.ts";
import { forgetActions, LifecycleActions } from "./lifecycle-actions.ts";
import type { AutoScalingGround, Group, GroupInstance, Hook, LifecycleState } from "./model.ts";
import { isInStandby, isLeaving, isWarm, noteFormerHook } from "./model.ts";
import { Notifications } from "./notifications.ts";
import { type Following, Passages, SHRINKING } from "./passages.ts";
import { replacedByRebalancing, replacementsWanted } from "./rebalancing.ts";
import { Refreshes } from "./refreshes.ts";
import { Sightings } from "./sightings.ts";
import { SetAside } from "./standby.ts";
import { type WarmPoolChange, WarmPools } from "./warm-pools.ts";

/** Auto Scaling checks its groups this long after a change. */
const CHECK_MS = 1_000;
/** It notices within about this time that somebody else has ended or stopped an instance. */
const NOTICE_ENDED_MS = 30_000;

/** What a launch is in response to. */
const GROWING = "a difference between desired and actual capacity, increasing the capacity";

/** What Auto Scaling's operations work on. */
export type AutoScalingWorld = AutoScalingGround & { readonly groups: Groups };

/** All the account's Auto Scaling groups. */
export class Groups implements Past {
  readonly actions: LifecycleActions;
  readonly activities: Activities;
  readonly passages: Passages;
  readonly setAside: SetAside;
  readonly refreshes: Refreshes;
  readonly notifications: Notifications;
  readonly sightings: Sightings;
  readonly #warmPools: WarmPools;
  readonly #world: AutoScalingGround;
  readonly #byName = new Map<string, Group>();

  constructor(world: AutoScalingGround) {
    this.#world = world;
    this.notifications = new Notifications(world);
    this.sightings = new Sightings(world);
    this.actions = new LifecycleActions(world, this.notifications);
    this.activities = new Activities(world);
    const following: Following = {
      enterService: (group, instance) => this.#enterService(group, instance),
      changed: (group) => this.touch(group),
    };
    this.passages = new Passages(world, this, following);
    this.setAside = new SetAside(world, this, {
      changed: following.changed,
      register: (group) => this.registerWithAttachments(group),
    });
    this.refreshes = new Refreshes(world, this.passages, following.changed);
    this.#warmPools = new WarmPools(this.passages, (group) => this.#launch(group, "Warmed:Pending"));
    const notice = ({ id }: Instance, by: Actor) => {
      if (by !== "auto-scaling") world.agenda.in(NOTICE_ENDED_MS, () => this.#replaceEnded(id));
    };
    world.instances.onEnd(notice);
    world.instances.onHalt(notice);
  }

  get all(): readonly Group[] {
    return [...this.#byName.values()];
  }

  /** Makes a group and launches its instances. Throws AlreadyExists. */
  create(given: Pick<Group, "name" | "launching" | "minSize" | "maxSize" | "desired">): Group {
    if (this.#byName.has(given.name)) {
      throw new AwsError(
        "AlreadyExistsFault",
        `AutoScalingGroup by this name already exists - A group with the name ${given.name} already exists`,
      );
    }
    const group: Group = {
      ...given,
      arn: arn(
        "autoscaling",
        `autoScalingGroup:${this.#world.random("arns").uuid()}:autoScalingGroupName/${given.name}`,
      ),
      createdAt: this.#world.agenda.now,
      instances: new Map(),
      launched: 0,
      hooks: new Map(),
      hooksChangedAt: new Map(),
      formerHooks: [],
      targetGroupArns: new Set(),
      loadBalancerNames: new Set(),
      tags: new Map(),
      retain: false,
      warmPool: undefined,
      suspended: new Set(),
      protectsNew: false,
      rebalances: false,
      atRisk: new Set(),
    };
    this.#byName.set(group.name, group);
    this.touch(group);
    return group;
  }

  /** The group of that name. Throws a ValidationError. */
  byName(name: string): Group {
    const group = this.#byName.get(name);
    if (!group) {
      throw new AwsError(
        "ValidationError",
        `AutoScalingGroup name not found - AutoScalingGroup ${name} not found`,
        400,
      );
    }
    return group;
  }

  find(name: string): Group | undefined {
    return this.#byName.get(name);
  }

  /** The group that an instance is in, and the instance there. */
  findInstance(instanceId: string): { group: Group; instance: GroupInstance } | undefined {
    for (const group of this.#byName.values()) {
      const instance = group.instances.get(instanceId);
      if (instance && instance.state.latest !== undefined) return { group, instance };
    }
    return undefined;
  }

  /** Deletes a group. With force its instances end at once, without their hooks. */
  delete(group: Group, force: boolean): void {
    const left = [...group.instances.values()].filter((each) => each.state.latest !== undefined);
    if (left.length > 0 && !force) {
      throw new AwsError(
        "ResourceInUseFault",
        `You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.`,
      );
    }
    for (const each of left) this.passages.drop(group, each);
    this.#byName.delete(group.name);
  }

  /** Forgets instances that have left their groups, and what only lagging reads still need. */
  forget(before: number): void {
    this.activities.forget(before);
    for (const group of this.#byName.values()) {
      for (const [id, instance] of group.instances) {
        const { state } = instance;
        if (state.latest === undefined && state.since < before) group.instances.delete(id);
        state.forget(before);
        forgetActions(instance, before);
      }
      group.formerHooks = group.formerHooks.filter(({ until }) => until >= before);
    }
  }

  /** Adds or changes a hook. If it has a target, that gets the test notification. Throws as PutLifecycleHook does. */
  putHook(group: Group, hook: Hook): void {
    if (!group.hooks.has(hook.name) && group.hooks.size >= 50) {
      throw new AwsError(
        "LimitExceededFault",
        "You have reached the limit of 50 lifecycle hooks per Auto Scaling group.",
      );
    }
    this.notifications.test(group, hook);
    noteFormerHook(group, hook.name, this.#world.agenda.now);
    group.hooks.set(hook.name, hook);
  }

  /** Sets the desired capacity, launching or terminating what it takes. */
  setDesired(group: Group, desired: number): void {
    if (desired < group.minSize || desired > group.maxSize) {
      const bound =
        desired < group.minSize ? `below min value ${group.minSize}` : `above max value ${group.maxSize}`;
      throw new AwsError(
        "ValidationError",
        `New SetDesiredCapacity value ${desired} is ${bound} for the AutoScalingGroup.`,
        400,
      );
    }
    group.desired = desired;
    this.touch(group);
  }

  /** Terminates one instance through its hooks; the group replaces it unless its capacity is lowered too. */
  terminate(group: Group, instance: GroupInstance, decrement: boolean): void {
    if (decrement) group.desired = Math.max(group.minSize, group.desired - 1);
    if (instance.state.latest?.endsWith(":Retained")) this.passages.drop(group, instance);
    else this.passages.terminate(group, instance);
    this.touch(group);
  }

  /** EC2 recommends to rebalance an instance. A group with Capacity Rebalancing replaces it, one without does nothing. */
  recommendRebalance(instanceId: string): void {
    const found = this.findInstance(instanceId);
    if (!found?.group.rebalances || found.instance.state.latest !== "InService") return;
    found.group.atRisk.add(instanceId);
    this.touch(found.group);
  }

  /** Suspends processes of a group. */
  suspend(group: Group, processes: readonly string[]): void {
    for (const each of processes) group.suspended.add(each);
  }

  /** Resumes processes of a group, and makes up for what did not happen meanwhile. */
  resume(group: Group, processes: readonly string[]): void {
    for (const each of processes) group.suspended.delete(each);
    if (processes.includes("AddToLoadBalancer")) this.registerWithAttachments(group);
    for (const { instanceId, state } of group.instances.values()) {
      const instance = this.#world.instances.get(instanceId);
      if (state.latest === "InService" && (!instance || !isAlive(instance))) this.#replaceEnded(instanceId);
    }
    this.touch(group);
  }

  /** Gives a group a warm pool, or its pool new settings. */
  putWarmPool(group: Group, change: WarmPoolChange): void {
    this.#warmPools.put(group, change);
    this.touch(group);
  }

  /** Lowers the size of a group's pool, so that its oldest instances go, through the hooks. */
  shrinkWarmPool(group: Group, count: number): void {
    const pool = group.warmPool;
    if (!pool) return;
    const minSize = Math.max(0, pool.minSize - count);
    this.putWarmPool(group, {
      ...pool,
      minSize,
      maxPrepared: Math.max(group.desired, (pool.maxPrepared ?? group.maxSize) - count),
    });
  }

  /** DeleteWarmPool. Throws ResourceInUse while there are instances in it, unless it is by force. */
  deleteWarmPool(group: Group, force: boolean): void {
    this.#warmPools.delete(group, force);
  }

  /** Lets the group's new settings take effect soon. */
  touch(group: Group): void {
    this.#world.agenda.in(CHECK_MS, () => this.#balance(group));
  }

  // Registers an instance with the group's load balancers and its cluster. At its first boot, its boot script runs.
  #enterService(group: Group, instance: GroupInstance): void {
    const { instanceId } = instance;
    this.#joinCluster(group, instance);
    this.passages.set(group, instance, "InService");
    if (!group.suspended.has("AddToLoadBalancer")) this.registerWithAttachments(group);
    // While it came, the group may have come to want fewer.
    this.touch(group);
    if (!instance.served) group.launching.started(instanceId);
    instance.served = true;
  }

  // The agent of an instance that has ended by then does not join any more. One that a hook holds does.
  #joinCluster({ launching: { cluster, host, joinSeconds } }: Group, instance: GroupInstance): void {
    const { agenda, clusters, instances, firings } = this.#world;
    const keepsState = !instance.agentIsNew;
    instance.agentIsNew = false;
    const join = () => {
      const joined = cluster === undefined ? undefined : clusters.find(cluster);
      const ec2 = instances.get(instance.instanceId);
      if (joined?.status !== "ACTIVE" || !ec2 || !isAlive(ec2)) return;
      if (instance.state.latest?.endsWith(":Wait")) firings.count("agents that join while held");
      clusters.rejoin(joined, instance.instanceId, host, keepsState);
    };
    if (joinSeconds === 0) join();
    else agenda.in(joinSeconds * 1000, join);
  }

  /** Registers the group's instances in service with all load balancers that are attached to it. */
  registerWithAttachments(group: Group): void {
    const { classic, targetGroups } = this.#world;
    for (const { instanceId, state } of group.instances.values()) {
      if (state.latest !== "InService") continue;
      for (const targetGroupArn of group.targetGroupArns) {
        const targetGroup = targetGroups.find(targetGroupArn);
        targetGroup?.register(instanceId, targetGroup.settings.port, "auto-scaling");
      }
      for (const name of group.loadBalancerNames) classic.find(name)?.register([instanceId], "auto-scaling");
    }
  }

  #balance(group: Group): void {
    if (this.#byName.get(group.name) !== group) return;
    const present = [...group.instances.values()].filter(
      (each) => !isLeaving(each) && !isWarm(each.state.latest) && !isInStandby(each),
    );
    // A replacement is launched before an instance at risk is terminated.
    const replaced = replacedByRebalancing(group, present);
    for (const _ of replaced) this.#world.firings.count("Capacity Rebalancing");
    for (const each of replaced)
      this.passages.terminate(group, each, "an EC2 instance rebalance recommendation");
    const staying = present.filter((each) => !replaced.includes(each));
    const wanted = group.desired + replacementsWanted(group);
    const missing = group.suspended.has("Launch") ? 0 : Math.max(0, wanted - staying.length);
    const warm = this.#warmPools.ready(group, missing);
    for (const each of warm) this.#takeFromPool(group, each);
    for (let i = warm.length; i < missing; i++) this.#launch(group, "Pending");
    // The oldest go first.
    const surplus = group.suspended.has("Terminate")
      ? []
      : staying
          .filter((each) => each.state.latest === "InService" && !each.isProtected)
          .slice(0, Math.max(0, staying.length - wanted));
    for (const each of surplus) {
      if (group.warmPool?.reuseOnScaleIn) this.passages.returnToPool(group, each);
      else this.passages.terminate(group, each, SHRINKING);
    }
    this.#warmPools.balance(group);
  }

  #launch(group: Group, state: "Pending" | "Warmed:Pending"): void {
    const { agenda, instances, story } = this.#world;
    const { bootSeconds, instanceIds, interfaces = {}, isSpot = false, vpcId } = group.launching;
    const id = instanceIds[group.launched];
    group.launched += 1;
    const tags = new Map([["aws:autoscaling:groupName", group.name]]);
    const { id: instanceId } = instances.launch({
      bootMilliseconds: bootSeconds * 1000,
      id,
      vpcId,
      interfaces: interfaces[id ?? ""],
      isSpot,
      tags,
    });
    const instance: GroupInstance = {
      instanceId,
      state: new History<LifecycleState | undefined>(agenda.now, state),
      actions: [],
      healthy: true,
      isProtected: group.protectsNew,
      served: false,
      agentIsNew: false,
    };
    group.instances.set(instanceId, instance);
    this.activities.begin(
      group,
      instance,
      state === "Pending" ? "Launching a new EC2 instance" : "Launching a new EC2 instance into warm pool",
      GROWING,
    );
    story.tell(agenda.now, { kind: "instance", instanceId, group: group.name, state });
    this.#whenBooted(instance, bootSeconds, () => {
      if (state === "Pending") this.passages.launch(group, instance, "EC2");
      else this.passages.warmUp(group, instance);
    });
  }

  #takeFromPool(group: Group, instance: GroupInstance): void {
    const { instances } = this.#world;
    const running = instance.state.latest === "Warmed:Running";
    const bootSeconds = running ? 0 : group.launching.bootSeconds;
    this.activities.begin(group, instance, "Launching a new EC2 instance from warm pool", GROWING);
    this.passages.set(group, instance, "Pending");
    instances.start(instance.instanceId, bootSeconds * 1000);
    this.#whenBooted(instance, bootSeconds, () => this.passages.launch(group, instance, "WarmPool"));
  }

  // Does nothing if the instance's state has changed in the meantime.
  #whenBooted(instance: GroupInstance, seconds: number, then: () => void): void {
    const isUnchanged = instance.state.watch();
    this.#world.agenda.in(seconds * 1000, () => {
      if (isUnchanged()) then();
    });
  }

  #replaceEnded(instanceId: string): void {
    const found = this.findInstance(instanceId);
    if (!found || isLeaving(found.instance)) return;
    const { suspended } = found.group;
    if (suspended.has("HealthCheck")) return;
    found.instance.healthy = false;
    // A hook still holds it. The loss counts once the hook has released it.
    if (found.instance.state.latest?.endsWith(":Wait")) return;
    if (suspended.has("ReplaceUnhealthy") || suspended.has("Terminate")) return;
    this.passages.terminate(
      found.group,
      found.instance,
      "EC2 health check indicating it has been terminated or stopped",
    );
    this.touch(found.group);
  }
}
