import { arn } from "../../account.ts";
import { History } from "../../history.ts";
import type { Actor } from "../../story.ts";
import { AwsError } from "../../wire/errors.ts";
import type { Instance } from "../ec2/instances.ts";
import { Departures } from "./departures.ts";
import type { AutoScalingGround, Group, GroupInstance, Hook, LifecycleState } from "./model.ts";
import { isLeaving } from "./model.ts";
import { Notifications } from "./notifications.ts";

/** Auto Scaling looks at its groups this long after a change. */
const LOOK_MS = 1_000;
/** It notices an instance that ended, or was stopped, by another hand within about this time. */
const NOTICE_ENDED_MS = 30_000;

/** All the account's Auto Scaling groups. */
export class Groups {
  readonly departures: Departures;
  readonly notifications: Notifications;
  readonly #world: AutoScalingGround;
  readonly #byName = new Map<string, Group>();

  constructor(world: AutoScalingGround) {
    this.#world = world;
    this.notifications = new Notifications(world);
    this.departures = new Departures(world, this.notifications, (group, instance) =>
      this.#enterService(group, instance),
    );
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
      hooks: new Map(),
      targetGroupArns: new Set(),
      loadBalancerNames: new Set(),
      tags: new Map(),
      retain: false,
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

  /** The group that holds an instance, and the instance in it. */
  holding(instanceId: string): { group: Group; instance: GroupInstance } | undefined {
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
    for (const each of left) this.departures.drop(group, each);
    this.#byName.delete(group.name);
  }

  /** Adds or changes a hook; one with a target is sent the test notification. Throws as PutLifecycleHook does. */
  putHook(group: Group, hook: Hook): void {
    if (!group.hooks.has(hook.name) && group.hooks.size >= 50) {
      throw new AwsError(
        "LimitExceededFault",
        "You have reached the limit of 50 lifecycle hooks per Auto Scaling group.",
      );
    }
    this.notifications.test(group, hook);
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
    if (instance.state.latest === "Terminating:Retained") this.departures.drop(group, instance);
    else this.departures.begin(group, instance);
    this.touch(group);
  }

  /** Lets the group's new settings take effect soon. */
  touch(group: Group): void {
    this.#world.agenda.in(LOOK_MS, () => this.#balance(group));
  }

  // Into the group's load balancers and its cluster, and what its boot script does.
  #enterService(group: Group, instance: GroupInstance): void {
    const { agenda, clusters, story } = this.#world;
    const { instanceId } = instance;
    const { cluster, taskSlots } = group.launching;
    if (cluster) clusters.join(clusters.byName(cluster), instanceId, taskSlots);
    instance.state.set(agenda.now, "InService");
    story.tell(agenda.now, { kind: "instance", instanceId, group: group.name, state: "InService" });
    this.registerWithAttachments(group);
    group.launching.started(instanceId);
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
    const staying = [...group.instances.values()].filter(
      (each) => !isLeaving(each) && each.state.latest !== "Standby",
    );
    for (let i = staying.length; i < group.desired; i++) this.#launch(group);
    // The oldest go first.
    const surplus = staying
      .filter((each) => each.state.latest === "InService")
      .slice(0, Math.max(0, staying.length - group.desired));
    for (const each of surplus) this.departures.begin(group, each);
  }

  #launch(group: Group): void {
    const { agenda, instances, story } = this.#world;
    const { bootSeconds, instanceIds } = group.launching;
    const id = instanceIds[group.instances.size];
    const { id: instanceId } = instances.launch({ bootMilliseconds: bootSeconds * 1000, id });
    const instance: GroupInstance = {
      instanceId,
      state: new History<LifecycleState | undefined>(agenda.now, "Pending"),
      actions: [],
      healthy: true,
    };
    group.instances.set(instanceId, instance);
    story.tell(agenda.now, { kind: "instance", instanceId, group: group.name, state: "Pending" });
    agenda.in(bootSeconds * 1000, () => this.#booted(group, instance));
  }

  #booted(group: Group, instance: GroupInstance): void {
    if (instance.state.latest !== "Pending") return;
    this.departures.launch(group, instance);
  }

  #replaceEnded(instanceId: string): void {
    const held = this.holding(instanceId);
    if (!held || isLeaving(held.instance)) return;
    held.instance.healthy = false;
    this.departures.begin(held.group, held.instance);
    this.touch(held.group);
  }
}
