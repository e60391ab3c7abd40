import { ACCOUNT, arn, REGION, serviceNamed } from "../../kernel/account.ts";
import type { Ground } from "../../kernel/ground.ts";
import type { Queues } from "../sqs/queues.ts";

/** An event without its envelope. */
export type BusEvent = {
  readonly source: "aws.ec2" | "aws.health" | "aws.autoscaling";
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
};

/** An event about an instance from EC2 or AWS Health. */
export type Notice = BusEvent & { readonly source: "aws.ec2" | "aws.health" };

/** A rule of the bus: which events it matches, and the queue that gets them. */
export type EventRule = {
  /** Its name, by which a queue's policy may know it. */
  readonly name: string;
  readonly queue: string;
  /** Notices about instances, or the events of terminating lifecycle actions. */
  readonly of: "notices" | "terminating";
  /** Only the events of hooks with these names. All where undefined. */
  readonly hooks?: readonly string[] | undefined;
  /** Only the events of these groups. All where undefined. */
  readonly groups?: readonly string[] | undefined;
};

/** An event arrives within this many milliseconds. */
const DELIVERY_MS = [50, 1_500] as const;
const TERMINATING = "EC2 Instance-terminate Lifecycle Action";

/** The rules of the account's default event bus that send events to queues. */
export class EventRules {
  readonly #world: Ground & { readonly queues: Queues };
  readonly #rules: EventRule[] = [];

  constructor(world: Ground & { readonly queues: Queues }) {
    this.#world = world;
  }

  add(rule: EventRule): void {
    this.#rules.push(rule);
  }

  get all(): readonly EventRule[] {
    return this.#rules;
  }

  /** Puts a notice on the bus. Each rule's queue gets the whole event; if the queue is gone by then, it is lost. */
  put(notice: Notice): void {
    const { agenda, random } = this.#world;
    for (const deliver of this.deliveriesOf(notice))
      agenda.in(random("events").whole(...DELIVERY_MS), deliver);
  }

  /** Whether a rule sends the events of a terminating hook to a queue. */
  sends(hook: string, group: string, queue: string): boolean {
    const detail = { LifecycleHookName: hook, AutoScalingGroupName: group };
    const event: BusEvent = { source: "aws.autoscaling", detailType: TERMINATING, resources: [], detail };
    return this.#rules.some((rule) => rule.queue === queue && matches(rule, event));
  }

  /** Whether a rule sends notices to a queue. */
  sendsNotices(queue: string): boolean {
    return this.#rules.some((rule) => rule.queue === queue && rule.of === "notices");
  }

  /** What delivers an event that happens now: a delivery for each rule that matches it. */
  deliveriesOf(event: BusEvent): (() => void)[] {
    const matching = this.#rules.filter((rule) => matches(rule, event));
    if (matching.length === 0 && event.source === "aws.autoscaling") return [];
    const { agenda, firings, random, queues } = this.#world;
    if (event.source === "aws.autoscaling") {
      for (const { hooks } of matching)
        firings.count(hooks ? "events of named hooks" : "events of all hooks");
    }
    const body = JSON.stringify({
      version: "0",
      id: random("events").uuid(),
      "detail-type": event.detailType,
      source: event.source,
      account: ACCOUNT,
      time: isoSeconds(agenda.now),
      region: REGION,
      resources: event.resources,
      detail: event.detail,
    });
    return matching.map(
      ({ name, queue }) =>
        () =>
          queues.deliver(queue, body, serviceNamed("events", arn("events", `rule/${name}`))),
    );
  }
}

/** A rule's pattern, as EventBridge has it. */
export function patternOf({ of, hooks, groups }: EventRule): Readonly<Record<string, unknown>> {
  if (of === "notices") return { source: ["aws.ec2", "aws.health"] };
  return {
    source: ["aws.autoscaling"],
    "detail-type": [TERMINATING],
    detail: {
      ...(hooks ? { LifecycleHookName: hooks } : {}),
      ...(groups ? { AutoScalingGroupName: groups } : {}),
    },
  };
}

function matches(rule: EventRule, { source, detailType, detail }: BusEvent): boolean {
  if (source !== "aws.autoscaling") return rule.of === "notices";
  const { hooks, groups } = rule;
  return (
    rule.of === "terminating" &&
    detailType === TERMINATING &&
    hooks?.includes(String(detail.LifecycleHookName)) !== false &&
    groups?.includes(String(detail.AutoScalingGroupName)) !== false
  );
}

// EventBridge gives whole seconds.
function isoSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
