import { AwsError } from "../../wire/errors.ts";
import type { AutoScalingGround, Group, GroupInstance } from "./model.ts";
import { isInStandby, isLeaving, isWarm } from "./model.ts";
import type { Passages } from "./passages.ts";

/** How a refresh replaces the instances of a group. */
export type RefreshPlan = {
  /** How many at once. */
  readonly atOnce: number;
  /** How long it waits after a batch is in service. */
  readonly pauseMs: number;
  /** Processes that are suspended meanwhile, as CloudFormation does in a rolling update. */
  readonly suspends: readonly string[];
};

/** A refresh that goes on, or is over. Times in milliseconds since 1970. */
export type Refresh = {
  readonly id: string;
  readonly group: Group;
  readonly plan: RefreshPlan;
  /** The instances that it still has to replace, the next one first. */
  readonly left: string[];
  readonly count: number;
  readonly startedAt: number;
  status: "InProgress" | "Successful" | "Cancelled";
  endedAt: number | undefined;
};

/** How often a refresh looks whether the group is whole again. */
const LOOK_MS = 5_000;

/** Instance refreshes, and rolling updates, which work alike: batch after batch, the next when the last one serves. */
export class Refreshes {
  readonly #world: AutoScalingGround;
  readonly #passages: Passages;
  readonly #changed: (group: Group) => void;
  readonly #all: Refresh[] = [];

  constructor(world: AutoScalingGround, passages: Passages, changed: (group: Group) => void) {
    this.#world = world;
    this.#passages = passages;
    this.#changed = changed;
  }

  /** Those of a group, the newest first. */
  of(group: Group): readonly Refresh[] {
    return this.#all.filter((each) => each.group === group).reverse();
  }

  /** Whether one goes on in a group. */
  isActive(group: Group): boolean {
    return this.#activeOf(group) !== undefined;
  }

  /** Begins to replace all instances that are in service. Throws InstanceRefreshInProgress. */
  start(group: Group, plan: RefreshPlan): Refresh {
    if (this.#activeOf(group)) {
      throw new AwsError(
        "InstanceRefreshInProgressFault",
        "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.",
        400,
      );
    }
    const { agenda, random } = this.#world;
    const left = [...group.instances.values()]
      .filter(({ state }) => state.latest === "InService")
      .map(({ instanceId }) => instanceId);
    const refresh: Refresh = {
      id: random("arns").uuid(),
      group,
      plan,
      left,
      count: left.length,
      startedAt: agenda.now,
      status: "InProgress",
      endedAt: undefined,
    };
    this.#all.push(refresh);
    for (const each of plan.suspends) group.suspended.add(each);
    this.#look(refresh);
    return refresh;
  }

  /** Replaces no more instances. Throws ActiveInstanceRefreshNotFound. */
  cancel(group: Group): Refresh {
    const refresh = this.#activeOf(group);
    if (!refresh) {
      throw new AwsError(
        "ActiveInstanceRefreshNotFoundFault",
        `No in progress or pending Instance Refresh found for Auto Scaling group ${group.name}`,
        400,
      );
    }
    this.#end(refresh, "Cancelled");
    return refresh;
  }

  #activeOf(group: Group): Refresh | undefined {
    return this.#all.find((each) => each.group === group && each.status === "InProgress");
  }

  #look(refresh: Refresh): void {
    if (refresh.status !== "InProgress") return;
    const { agenda } = this.#world;
    const { group, plan, left } = refresh;
    const again = (milliseconds: number) => agenda.in(milliseconds, () => this.#look(refresh));
    if (!isWhole(group) || isSuspended(group)) {
      again(LOOK_MS);
      return;
    }
    const batch = this.#nextBatch(group, left, plan.atOnce);
    if (batch.length === 0) {
      this.#end(refresh, "Successful");
      return;
    }
    for (const each of batch) this.#passages.terminate(group, each, "an instance refresh");
    this.#changed(group);
    again(LOOK_MS + (left.length > 0 ? plan.pauseMs : 0));
  }

  // What has left in the meantime is not replaced once more.
  #nextBatch(group: Group, left: string[], atOnce: number): GroupInstance[] {
    const batch: GroupInstance[] = [];
    while (batch.length < atOnce) {
      const id = left.shift();
      if (id === undefined) return batch;
      const instance = group.instances.get(id);
      if (instance?.state.latest === "InService") batch.push(instance);
    }
    return batch;
  }

  #end(refresh: Refresh, status: "Successful" | "Cancelled"): void {
    refresh.status = status;
    refresh.endedAt = this.#world.agenda.now;
    for (const each of refresh.plan.suspends) refresh.group.suspended.delete(each);
    this.#changed(refresh.group);
  }
}

function isWhole(group: Group): boolean {
  const counted = [...group.instances.values()].filter(
    (each) => !isWarm(each.state.latest) && !isInStandby(each) && !isLeaving(each),
  );
  return (
    counted.length >= group.desired &&
    counted.every(({ state, healthy }) => state.latest === "InService" && healthy)
  );
}

function isSuspended({ suspended }: Group): boolean {
  return ["Launch", "Terminate", "InstanceRefresh"].some((each) => suspended.has(each));
}
