import type { World } from "../services/world.ts";
import type { Violation } from "./records.ts";

/**
 * What is wrong with the functions' queues at the end. They must be empty, except for messages about instances that a hook
 * still holds, and those that were sent later: the world is played on, and nobody reads them. Their dead-letter queues must
 * contain nothing but messages that cannot be read.
 *
 * @param unreadable says whether a message's body cannot be read
 * @param at when the scenario ended, in milliseconds since 1970
 */
export function queueViolations(
  { queues, groups }: World,
  names: readonly string[],
  unreadable: (body: string) => boolean,
  at: number,
): Violation[] {
  return names.flatMap((name) => {
    const queue = queues.byName(name);
    const { redrive } = queue.attributes;
    const deadLetters = redrive ? [...(queues.byArn(redrive.targetArn)?.messages.values() ?? [])] : [];
    const isHeld = (body: string) =>
      instanceIdsIn(body).some((id) => groups.findInstance(id)?.instance.state.latest?.endsWith(":Wait"));
    const left = [...queue.messages.values()].filter(({ body, sentAt }) => sentAt <= at && !isHeld(body));
    const readable = deadLetters.filter(({ body }) => !unreadable(body));
    return [
      ...left.map(({ body }) => ({
        rule: "the queues end empty",
        what: `${name} still holds ${shortened(body)}`,
      })),
      ...readable.map(({ body }) => ({
        rule: "only the unreadable is set aside",
        what: `the dead-letter queue of ${name} holds ${shortened(body)}`,
      })),
    ].map((each) => ({ at, instanceId: "", ...each }));
  });
}

/** The ids of the instances that a message is about. */
export function instanceIdsIn(body: string): readonly string[] {
  return body.match(/\bi-[0-9a-f]+\b/g) ?? [];
}

function shortened(body: string): string {
  return body.length > 200 ? `${body.slice(0, 200)}...` : body;
}
