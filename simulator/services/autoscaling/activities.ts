import type { ScalingActivityStatusCode } from "@aws-sdk/client-auto-scaling";
import type { Agenda } from "../../kernel/agenda.ts";
import { History } from "../../kernel/history.ts";
import type { Past } from "../../kernel/past.ts";
import type { RandomSource } from "../../kernel/random.ts";
import type { Group, GroupInstance, LifecycleState } from "./model.ts";

/** What a group does to one of its instances, from its beginning to its end. Times in milliseconds since 1970. */
export type Activity = {
  readonly id: string;
  readonly group: Group;
  readonly instanceId: string;
  readonly description: string;
  /** What it was in response to: the end of AWS's sentence about its cause. */
  readonly inResponseTo: string;
  readonly startedAt: number;
  readonly status: History<ScalingActivityStatusCode>;
};

/** What an activity does, in the words that AWS's descriptions begin with. That of a new root volume is not documented. */
export type ActivityKind =
  | "Launching a new EC2 instance"
  | "Launching a new EC2 instance into warm pool"
  | "Launching a new EC2 instance from warm pool"
  | "Terminating EC2 instance"
  | "Replacing root volume of EC2 instance"
  | "Moving EC2 instance to Standby"
  | "Moving EC2 instance out of Standby"
  | "Detaching EC2 instance";

const ENDED: readonly (ScalingActivityStatusCode | undefined)[] = ["Successful", "Failed", "Cancelled"];
/** In these states an instance has arrived, whatever its activity was. */
const ARRIVED: readonly (LifecycleState | undefined)[] = [
  undefined,
  "InService",
  "Standby",
  "Detached",
  "Terminated",
  "Warmed:Terminated",
  "Warmed:Stopped",
  "Warmed:Running",
  "Warmed:Hibernated",
];

/** The scaling activities of all groups, those that are deleted among them. */
export class Activities implements Past {
  readonly #world: { readonly agenda: Agenda; readonly random: RandomSource };
  readonly #open = new Map<GroupInstance, Activity>();
  #all: Activity[] = [];

  constructor(world: { readonly agenda: Agenda; readonly random: RandomSource }) {
    this.#world = world;
  }

  get all(): readonly Activity[] {
    return this.#all;
  }

  /** The activity that is under way for an instance. */
  of(instance: GroupInstance): Activity | undefined {
    return this.#open.get(instance);
  }

  /** Begins an activity for an instance. One that was under way for it is cancelled. */
  begin(group: Group, instance: GroupInstance, kind: ActivityKind, inResponseTo: string): void {
    const { agenda, random } = this.#world;
    this.#set(instance, "Cancelled");
    const { instanceId } = instance;
    const activity: Activity = {
      id: random("activities").uuid(),
      group,
      instanceId,
      description: `${kind}: ${instanceId}`,
      inResponseTo,
      startedAt: agenda.now,
      status: new History<ScalingActivityStatusCode>(
        agenda.now,
        kind.startsWith("Launching") ? "PreInService" : "InProgress",
      ),
    };
    this.#open.set(instance, activity);
    this.#all.push(activity);
  }

  /** An instance leaves the load balancers that are attached to its group, which drain first. */
  drains(instance: GroupInstance): void {
    this.#set(instance, "WaitingForELBConnectionDraining");
  }

  /** An instance has another lifecycle state: its activity goes on, or is over. */
  follow(instance: GroupInstance, state: LifecycleState | undefined): void {
    if (ARRIVED.includes(state)) this.#set(instance, "Successful");
    else if (state?.endsWith(":Retained")) this.#set(instance, "Cancelled");
    else if (state?.endsWith(":Wait")) this.#set(instance, "MidLifecycleAction");
    else if (state?.endsWith(":Proceed")) this.#set(instance, "InProgress");
  }

  /** AWS shows them for six weeks. Here they are shown until they are forgotten. */
  forget(before: number): void {
    this.#all = this.#all.filter(({ status }) => !hasEnded(status.latest) || status.since >= before);
  }

  #set(instance: GroupInstance, status: ScalingActivityStatusCode): void {
    const activity = this.#open.get(instance);
    if (activity === undefined) return;
    activity.status.set(this.#world.agenda.now, status);
    if (hasEnded(status)) this.#open.delete(instance);
  }
}

/** Whether a status is that of an activity that is over. */
export function hasEnded(status: ScalingActivityStatusCode | undefined): boolean {
  return ENDED.includes(status);
}
