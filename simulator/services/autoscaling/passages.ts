import { isAlive } from "../ec2/instances.ts";
import type { Activities } from "./activities.ts";
import type { LifecycleActions } from "./lifecycle-actions.ts";
import type {
  ActionResult,
  AutoScalingGround,
  Group,
  GroupInstance,
  LifecycleState,
  Passage,
  Phase,
} from "./model.ts";
import { isLeaving, isWarm, LAUNCHING, TERMINATING } from "./model.ts";

/** From a state's :Proceed to what follows, and from an instance's end to its leaving the group. */
const PROCEED_MS = 3_000;
const LEAVE_MS = 25_000;
/** From an instance's being stopped for the warm pool to its being ready there. */
const POOL_STOP_MS = 25_000;

/** What a scale-in is in response to. */
export const SHRINKING = "a difference between desired and actual capacity, shrinking the capacity";

/** Called when an instance has arrived, or is lost on the way. */
export type Following = {
  /** An instance is to enter service. */
  readonly enterService: (group: Group, instance: GroupInstance) => void;
  /** The group's number of instances, or its pool's, has changed. */
  readonly changed: (group: Group) => void;
};

/** How instances pass between EC2, their group and its warm pool, held by hooks on the way. */
export class Passages {
  readonly #world: AutoScalingGround;
  readonly #actions: LifecycleActions;
  readonly #activities: Activities;
  readonly #following: Following;

  constructor(
    world: AutoScalingGround,
    { actions, activities }: { readonly actions: LifecycleActions; readonly activities: Activities },
    following: Following,
  ) {
    this.#world = world;
    this.#actions = actions;
    this.#activities = activities;
    this.#following = following;
  }

  /**
   * Begins to terminate an instance, out of the group or out of its warm pool; one that leaves already goes on.
   *
   * @param inResponseTo what the activity says of its cause
   */
  terminate(group: Group, instance: GroupInstance, inResponseTo = "a user request"): void {
    if (isLeaving(instance)) return;
    const warm = isWarm(instance.state.latest);
    const phase = warm ? "Warmed:Terminating" : "Terminating";
    const passage: Passage = {
      transition: TERMINATING,
      origin: warm ? "WarmPool" : "AutoScalingGroup",
      destination: "EC2",
    };
    this.#actions.drop(group, instance);
    this.#activities.begin(group, instance, "Terminating EC2 instance", inResponseTo);
    this.leaveLoadBalancers(group, instance, phase, () =>
      this.#hold(group, instance, { phase, passage }, (result) =>
        this.#proceed(group, instance, phase, () => this.#end(group, instance, phase, result)),
      ),
    );
  }

  /** Runs the launch hooks of an instance, if there are any, before it enters service. */
  launch(group: Group, instance: GroupInstance, origin: "EC2" | "WarmPool" | "AutoScalingGroup"): void {
    const passage: Passage = { transition: LAUNCHING, origin, destination: "AutoScalingGroup" };
    this.#hold(group, instance, { phase: "Pending", passage }, (result) => {
      if (this.#isLost(instance, result)) this.#lose(group, instance);
      else this.#following.enterService(group, instance);
    });
  }

  /** Runs the launch hooks of a new instance for the warm pool, and leaves it there. */
  warmUp(group: Group, instance: GroupInstance): void {
    this.#passIntoPool(group, instance, { transition: LAUNCHING, origin: "EC2", destination: "WarmPool" });
  }

  /**
   * Takes an instance out of service and into the warm pool, through the terminating hooks. AWS calls it a termination in its
   * events (Amazon EC2 Auto Scaling User Guide, "Successful scaling events").
   */
  returnToPool(group: Group, instance: GroupInstance): void {
    this.#activities.begin(group, instance, "Terminating EC2 instance", SHRINKING);
    this.leaveLoadBalancers(group, instance, "Warmed:Pending", () =>
      this.#passIntoPool(group, instance, {
        transition: TERMINATING,
        origin: "AutoScalingGroup",
        destination: "WarmPool",
      }),
    );
  }

  /** Gives an instance a new root volume, through the terminating hooks; it is in service again after its reboot. */
  replaceRootVolume(group: Group, instance: GroupInstance, agentIsNew: boolean): void {
    if (instance.state.latest !== "InService") return;
    const { agenda, clusters } = this.#world;
    const phase = "ReplacingRootVolume";
    const rebooted = () => {
      if (instance.state.latest !== "RootVolumeReplaced") return;
      instance.agentIsNew = agentIsNew;
      this.set(group, instance, "Pending");
      this.launch(group, instance, "AutoScalingGroup");
    };
    const replaced = () => {
      clusters.agents.halt(instance.instanceId);
      this.set(group, instance, "RootVolumeReplaced");
      agenda.in(group.launching.bootSeconds * 1000, rebooted);
    };
    const passage: Passage = {
      transition: TERMINATING,
      origin: "AutoScalingGroup",
      destination: "AutoScalingGroup",
      action: "ReplaceRootVolume",
    };
    this.#activities.begin(group, instance, "Replacing root volume of EC2 instance", "an instance refresh");
    this.leaveLoadBalancers(group, instance, phase, () =>
      this.#hold(group, instance, { phase, passage }, (result) => {
        if (this.#isLost(instance, result)) this.#lose(group, instance);
        else this.#proceed(group, instance, phase, replaced);
      }),
    );
  }

  /** Takes an instance out of its group and ends it, without hooks. */
  drop(group: Group, instance: GroupInstance): void {
    this.#actions.drop(group, instance);
    this.set(group, instance, undefined);
    this.#world.instances.terminate(instance.instanceId, "auto-scaling");
  }

  /** Sets an instance's state, or `undefined` once it has left. */
  set(group: Group, instance: GroupInstance, state: LifecycleState | undefined): void {
    const { agenda, story } = this.#world;
    instance.state.set(agenda.now, state);
    this.#activities.follow(instance, state);
    story.tell(agenda.now, {
      kind: "instance",
      instanceId: instance.instanceId,
      group: group.name,
      state: state ?? "gone",
    });
  }

  /**
   * Sets an instance's state, takes it out of the load balancers that are attached to its group, and waits for their draining.
   * Only then do hooks begin.
   */
  leaveLoadBalancers(
    group: Group,
    instance: GroupInstance,
    phase: Phase | "EnteringStandby" | "Detaching",
    then: () => void,
  ): void {
    this.set(group, instance, phase);
    let left = 1;
    const gone = () => {
      left -= 1;
      if (left === 0 && instance.state.latest === phase) then();
    };
    const attachments = this.#attachments(group, instance);
    if (attachments.length > 0) this.#activities.drains(instance);
    for (const leave of attachments) {
      left += 1;
      leave(gone);
    }
    gone();
  }

  #attachments(group: Group, { instanceId }: GroupInstance): ((gone: () => void) => void)[] {
    const { classic, targetGroups } = this.#world;
    const fromGroups = [...group.targetGroupArns].flatMap((each) => targetGroups.find(each) ?? []);
    const fromClassic = [...group.loadBalancerNames].flatMap((each) => classic.find(each) ?? []);
    return [
      ...fromGroups.map(
        (each) => (gone: () => void) => each.leave(instanceId, each.settings.port, "auto-scaling", gone),
      ),
      ...fromClassic.map((each) => (gone: () => void) => each.leave(instanceId, "auto-scaling", gone)),
    ];
  }

  #hold(
    group: Group,
    instance: GroupInstance,
    { phase, passage }: { readonly phase: Phase; readonly passage: Passage },
    done: (result: ActionResult) => void,
  ): void {
    const hooks = [...group.hooks.values()].filter((hook) => hook.transition === passage.transition);
    if (hooks.length === 0) {
      done("CONTINUE");
      return;
    }
    this.set(group, instance, `${phase}:Wait`);
    this.#actions.start(group, instance, { hooks, passage, done });
  }

  #proceed(group: Group, instance: GroupInstance, phase: Phase, then: () => void): void {
    this.set(group, instance, `${phase}:Proceed`);
    const isUnchanged = instance.state.watch();
    this.#world.agenda.in(PROCEED_MS, () => {
      if (isUnchanged()) then();
    });
  }

  #passIntoPool(group: Group, instance: GroupInstance, passage: Passage): void {
    const phase = "Warmed:Pending";
    this.#hold(group, instance, { phase, passage }, (result) => {
      if (result === "ABANDON" && passage.transition === TERMINATING && group.retain)
        this.#proceed(group, instance, phase, () => this.set(group, instance, `${phase}:Retained`));
      else if (this.#isLost(instance, result)) this.#lose(group, instance);
      else this.#proceed(group, instance, phase, () => this.#settleInPool(group, instance));
    });
  }

  #settleInPool(group: Group, instance: GroupInstance): void {
    const { agenda, instances } = this.#world;
    const { poolState } = group.warmPool ?? { poolState: "Stopped" };
    const running = poolState === "Running";
    if (!running) instances.stop(instance.instanceId, "auto-scaling");
    agenda.in(running ? 0 : POOL_STOP_MS, () => {
      if (instance.state.latest !== "Warmed:Pending:Proceed") return;
      this.set(group, instance, `Warmed:${poolState}`);
      this.#following.changed(group);
    });
  }

  // Whether an instance cannot stay: a hook ended with ABANDON, or the instance ended while a hook held it.
  #isLost(instance: GroupInstance, result: ActionResult): boolean {
    const ec2 = this.#world.instances.get(instance.instanceId);
    return result === "ABANDON" || ec2 === undefined || !isAlive(ec2);
  }

  #lose(group: Group, instance: GroupInstance): void {
    this.terminate(group, instance, "an abandoned lifecycle action");
    this.#following.changed(group);
  }

  #end(group: Group, instance: GroupInstance, phase: Phase, result: ActionResult): void {
    const { agenda, instances } = this.#world;
    if (group.retain && result === "ABANDON") {
      this.set(group, instance, `${phase}:Retained`);
      return;
    }
    instances.terminate(instance.instanceId, "auto-scaling");
    agenda.in(LEAVE_MS, () => {
      this.set(group, instance, phase === "Warmed:Terminating" ? "Warmed:Terminated" : "Terminated");
      this.set(group, instance, undefined);
    });
  }
}
