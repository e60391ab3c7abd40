import { shortened } from "../base/validation-problems.ts";
import { TERMINATING } from "../model/hooks.ts";
import type { EventPart, Ordinary, OrdinaryMessage } from "../model/ordinary-message.ts";
import { instanceId } from "../model/settings.ts";
import { propertiesOf } from "./envelope.ts";

const LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING";
/** The detail type of the event by which EventBridge brings a termination. */
const TERMINATE_ACTION = "EC2 Instance-terminate Lifecycle Action";
/** What SNS sends about a subscription itself, and whether it asks for something. */
const SUBSCRIPTIONS: ReadonlyMap<unknown, boolean> = new Map([
  ["SubscriptionConfirmation", true],
  ["UnsubscribeConfirmation", false],
]);
const ABOUT_TERMINATION = /TERMINATING/;

/**
 * Reads a message that ordinary accounts send, and that asks nothing of us. It is told by what the sender always puts in: the
 * event or transition of Auto Scaling, the detail type of EventBridge, or the type of SNS. What claims to be a termination never
 * counts as one of these, nor what nobody knows. Undefined for those. Never throws.
 *
 * Amazon EC2 Auto Scaling User Guide, "Amazon SNS notifications" and "EventBridge event reference"; Amazon SNS Developer Guide,
 * "Parsing message formats".
 */
export function parseOrdinary(value: unknown): OrdinaryMessage | undefined {
  const fields = propertiesOf(value);
  const detail = propertiesOf(fields.detail);
  if (isTermination(fields) || isTermination(detail)) return undefined;
  const ordinary =
    subscriptionOf(fields) ?? eventOf(fields) ?? ofAutoScaling(fields) ?? partOf(fields) ?? alarmOf(fields);
  return ordinary && { ordinary, ...aboutOf({ ...fields, ...detail }) };
}

/** The same for a notification whose message is a text, and no JSON. SNS sends it under a subject. */
export function parseOrdinaryText(subject: string | undefined): OrdinaryMessage | undefined {
  if (subject === undefined || !subject.startsWith("Auto Scaling: ")) return undefined;
  if (ABOUT_TERMINATION.test(subject)) return undefined;
  return {
    ordinary: { what: "text", subject: shortened(subject) },
    instanceId: undefined,
    group: undefined,
  };
}

function isTermination(fields: Readonly<Record<string, unknown>>): boolean {
  const { Event, LifecycleTransition } = fields;
  return (
    Event === TERMINATING || LifecycleTransition === TERMINATING || fields["detail-type"] === TERMINATE_ACTION
  );
}

function subscriptionOf({ Type, TopicArn }: Readonly<Record<string, unknown>>): Ordinary | undefined {
  const asks = SUBSCRIPTIONS.get(Type);
  return asks === undefined ? undefined : { what: "subscription", asks, topic: textOf(TopicArn) };
}

function eventOf(fields: Readonly<Record<string, unknown>>): Ordinary | undefined {
  const type = textOf(fields["detail-type"]);
  return type === undefined ? undefined : { what: "event", type, source: textOf(fields.source) };
}

function ofAutoScaling(fields: Readonly<Record<string, unknown>>): Ordinary | undefined {
  const { Event, LifecycleTransition, LifecycleHookName } = fields;
  if (LifecycleTransition === LAUNCHING) return { what: "launch hook", hook: textOf(LifecycleHookName) };
  const event = textOf(Event);
  if (LifecycleTransition !== undefined || !event?.startsWith("autoscaling:")) return undefined;
  return { what: "group notification", event };
}

// A rule with an input path sends the detail of an event alone.
function partOf(fields: Readonly<Record<string, unknown>>): Ordinary | undefined {
  const has = (...keys: string[]) => keys.every((key) => typeof fields[key] === "string");
  const part = (name: EventPart): Ordinary => ({ what: "part of an event", part: name });
  if (has("instance-id", "state")) return part("a state change of EC2");
  if (!has("AutoScalingGroupName")) return undefined;
  if (has("InstanceRefreshId")) return part("an instance refresh");
  return has("ActivityId", "EC2InstanceId") ? part("an activity of Auto Scaling") : undefined;
}

function alarmOf(fields: Readonly<Record<string, unknown>>): Ordinary | undefined {
  const alarm = textOf(fields.AlarmName);
  return alarm === undefined || fields.NewStateValue === undefined ? undefined : { what: "alarm", alarm };
}

function aboutOf(fields: Readonly<Record<string, unknown>>): Omit<OrdinaryMessage, "ordinary"> {
  const id = instanceId.safeParse(fields.EC2InstanceId ?? fields["instance-id"]);
  return { instanceId: id.success ? id.data : undefined, group: textOf(fields.AutoScalingGroupName) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? shortened(value) : undefined;
}
