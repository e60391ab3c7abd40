import { objectIn } from "../kernel/json.ts";
import type { World } from "../services/world.ts";
import type { Violation } from "./records.ts";

/** How the fields of messages of AWS and of ours begin. */
const KNOWN =
  /^(Event|Lifecycle|life_cycle|detail|Type|Topic|Auto|auto|EC2|instance|Alarm|Activity|notice|Message)/;

const LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING";

/**
 * What is wrong with the functions' queues at the end. They must be empty, except for messages about instances that a hook
 * still holds, and those that were sent later: the world is played on, and nobody reads them. Their dead-letter queues must
 * contain nothing but messages that cannot be read: each of these, word for word, with the reason.
 *
 * @param unreadable says whether a message's body, of a queue, cannot be read
 * @param at when the scenario ended, in milliseconds since 1970
 * @param certain messages that cannot be read for certain, and that nothing loses
 */
export function queueViolations(
  { queues, groups }: World,
  names: readonly string[],
  unreadable: (body: string, queue: string) => boolean,
  { at, certain }: { readonly at: number; readonly certain: readonly SentMessage[] },
): Violation[] {
  return names.flatMap((name) => {
    const queue = queues.byName(name);
    const { redrive } = queue.attributes;
    const deadLetters = redrive ? [...(queues.byArn(redrive.targetArn)?.messages.values() ?? [])] : [];
    const isHeld = (body: string) =>
      instanceIdsIn(body).some((id) => groups.findInstance(id)?.instance.state.latest?.endsWith(":Wait"));
    const left = [...queue.messages.values()].filter(({ body, sentAt }) => sentAt <= at && !isHeld(body));
    const ofOurs = deadLetters.filter(({ source }) => source === undefined);
    const readable = deadLetters.filter(({ body }) => !unreadable(body, name));
    return [
      ...left.map(({ body }) => ({
        rule: "the queues end empty",
        what: `${name} still holds ${shortened(body)}`,
      })),
      ...readable.map(({ body }) => ({
        rule: "only the unreadable is set aside",
        what: `the dead-letter queue of ${name} holds ${shortened(body)}`,
      })),
      ...ofOurs
        .filter(({ attributes }) => !attributes.reason?.StringValue)
        .map(({ body }) => ({
          rule: "what is set aside has its reason",
          what: `the dead-letter queue of ${name} holds ${shortened(body)}, and nothing says why`,
        })),
      ...(redrive ? missingIn([...deadLetters, ...queue.messages.values()], name, certain) : []),
    ].map((each) => ({ at, instanceId: "", ...each }));
  });
}

/** A message that somebody has sent. */
export type SentMessage = { readonly queue: string; readonly body: string; readonly count: number };

// What was to be set aside, and is neither there nor in its queue.
function missingIn(
  there: readonly { readonly body: string }[],
  name: string,
  certain: readonly SentMessage[],
): Pick<Violation, "rule" | "what">[] {
  const counts = new Map<string, number>();
  for (const { queue, body, count } of certain)
    if (queue === name) counts.set(body, (counts.get(body) ?? 0) + count);
  return [...counts].flatMap(([body, count]) => {
    const found = there.filter((each) => each.body === body).length;
    const what = `${name} got ${shortened(body)} ${count} times, and ${found} are left of it`;
    return found < count ? [{ rule: "what cannot be read is set aside", what }] : [];
  });
}

/** Whether a message is for certain none that anybody knows: it is no JSON, or none of the fields of AWS's messages are there. */
export function isNobodys(body: string): boolean {
  return !Object.keys(objectIn(body) ?? {}).some((key) => KNOWN.test(key));
}

/** Whether a message asks nothing of us for certain: it is of a launch, of a subscription, or another event than a termination's. */
export function asksNothing(body: string): boolean {
  if (isNobodys(body) || /terminat/i.test(body)) return false;
  const { Event, LifecycleTransition, Type, ...fields } = JSON.parse(body) as Record<string, unknown>;
  const isLaunch = Event === "autoscaling:EC2_INSTANCE_LAUNCH" || LifecycleTransition === LAUNCHING;
  return isLaunch || Type === "SubscriptionConfirmation" || typeof fields["detail-type"] === "string";
}

/** The ids of the instances that a message is about. */
export function instanceIdsIn(body: string): readonly string[] {
  return body.match(/\bi-[0-9a-f]+\b/g) ?? [];
}

function shortened(body: string): string {
  return body.length > 200 ? `${body.slice(0, 200)}...` : body;
}
