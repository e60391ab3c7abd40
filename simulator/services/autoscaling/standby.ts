import { AwsError } from "../../wire/errors.ts";
import type { Activities, ActivityKind } from "./activities.ts";
import type { AutoScalingGround, Group, GroupInstance } from "./model.ts";
import type { Passages } from "./passages.ts";

/** From leaving the load balancers to Standby, or out of the group. */
const SET_ASIDE_MS = 3_000;
/** From Pending to InService, when an instance leaves Standby. */
const RETURN_MS = 10_000;

/** What somebody does to single instances of a group by hand: Standby and detaching. No hooks run. */
export class SetAside {
  readonly #world: AutoScalingGround;
  readonly #passages: Passages;
  readonly #activities: Activities;
  readonly #changed: (group: Group) => void;
  readonly #register: (group: Group) => void;

  /**
   * @param changed called when a group may have to launch or terminate instances
   * @param register registers the group's instances in service with the load balancers that are attached to it
   */
  constructor(
    world: AutoScalingGround,
    { passages, activities }: { readonly passages: Passages; readonly activities: Activities },
    { changed, register }: { changed: (group: Group) => void; register: (group: Group) => void },
  ) {
    this.#world = world;
    this.#passages = passages;
    this.#activities = activities;
    this.#changed = changed;
    this.#register = register;
  }

  /** EnterStandby. Without `decrement`, the group launches another instance. Throws a ValidationError. */
  enterStandby(group: Group, instance: GroupInstance, decrement: boolean): void {
    expectState(instance, "InService", "EnterStandby");
    lower(group, decrement);
    this.#begin(group, instance, "Moving EC2 instance to Standby");
    this.#leave(group, instance, "EnteringStandby", () => this.#passages.set(group, instance, "Standby"));
  }

  /** ExitStandby: the instance goes back into service, and the desired capacity rises. Throws a ValidationError. */
  exitStandby(group: Group, instance: GroupInstance): void {
    expectState(instance, "Standby", "ExitStandby");
    group.desired += 1;
    this.#begin(group, instance, "Moving EC2 instance out of Standby");
    this.#passages.set(group, instance, "Pending");
    this.#after(RETURN_MS, instance, () => {
      this.#passages.set(group, instance, "InService");
      if (!group.suspended.has("AddToLoadBalancer")) this.#register(group);
    });
    this.#changed(group);
  }

  /** DetachInstances: the instance leaves the group, and lives on. Throws a ValidationError. */
  detach(group: Group, instance: GroupInstance, decrement: boolean): void {
    if (instance.state.latest !== "Standby") expectState(instance, "InService", "DetachInstances");
    lower(group, decrement && instance.state.latest !== "Standby");
    this.#begin(group, instance, "Detaching EC2 instance");
    this.#leave(group, instance, "Detaching", () => {
      this.#passages.set(group, instance, "Detached");
      this.#passages.set(group, instance, undefined);
    });
  }

  #begin(group: Group, instance: GroupInstance, kind: ActivityKind): void {
    this.#activities.begin(group, instance, kind, "a user request");
  }

  #leave(
    group: Group,
    instance: GroupInstance,
    phase: "EnteringStandby" | "Detaching",
    then: () => void,
  ): void {
    this.#passages.leaveLoadBalancers(group, instance, phase, () =>
      this.#after(SET_ASIDE_MS, instance, then),
    );
    this.#changed(group);
  }

  // Does nothing if the instance's state has changed in the meantime.
  #after(milliseconds: number, instance: GroupInstance, then: () => void): void {
    const isUnchanged = instance.state.watch();
    this.#world.agenda.in(milliseconds, () => {
      if (isUnchanged()) then();
    });
  }
}

function lower(group: Group, decrement: boolean): void {
  if (!decrement) return;
  if (group.desired <= group.minSize) {
    throw new AwsError(
      "ValidationError",
      `AutoScalingGroup ${group.name} has min-size=${group.minSize}, and its desired capacity cannot be lower.`,
      400,
    );
  }
  group.desired -= 1;
}

function expectState({ instanceId, state }: GroupInstance, expected: string, operation: string): void {
  if (state.latest === expected) return;
  throw new AwsError(
    "ValidationError",
    `The instance ${instanceId} is in ${state.latest}, and ${operation} needs it in ${expected}.`,
    400,
  );
}
