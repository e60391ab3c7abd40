import { tagIn } from "../../shared/model/settings.ts";
import { groupNamesOf, groupTagOf, queueNamesOf } from "./inputs.ts";
import type { Block } from "./schema.ts";

/** A group as Auto Scaling shows it, with the lifecycle states of its instances. */
export type ShownGroup = {
  readonly name: string;
  readonly instances: readonly { readonly id: string; readonly state: string }[];
};

/** What must be asked of AWS to know what is held. */
export type Asks = {
  /** How many messages a queue has, hidden ones too. Zero if there is no such queue. */
  readonly messagesIn: (queue: string) => Promise<number>;
  /** The groups with these names, as far as they exist. */
  readonly groupsNamed: (names: readonly string[]) => Promise<readonly ShownGroup[]>;
  /** The groups that carry a tag, with that value or with any. */
  readonly groupsTagged: (key: string, value: string | undefined) => Promise<readonly ShownGroup[]>;
};

/** How many instances of a group are named. */
const NAMED = 5;

/** What a removal of the stack would release or lose: instances that wait in a group of ours, and messages. */
export async function heldBy(block: Block, asks: Asks): Promise<string[]> {
  const { lifecycle, monitor } = queueNamesOf(block);
  const groups = await groupsOf(block, asks);
  const waiting = groups.flatMap(({ name, instances }) => {
    const held = instances.filter(({ state }) => /Terminating:Wait$/.test(state)).map(({ id }) => id);
    const more = held.length > NAMED ? ` and ${held.length - NAMED} more` : "";
    return held.length === 0
      ? []
      : [`group ${name}: waiting in Terminating:Wait: ${held.slice(0, NAMED).join(", ")}${more}`];
  });
  const messages = await Promise.all(
    [lifecycle, monitor].map(async (queue) => [queue, await asks.messagesIn(String(queue))] as const),
  );
  const full = messages.flatMap(([queue, count]) =>
    count === 0 ? [] : [`queue ${queue}: ${count} ${count === 1 ? "message" : "messages"}`],
  );
  return [...waiting, ...full];
}

async function groupsOf(block: Block, asks: Asks): Promise<ShownGroup[]> {
  const names = groupNamesOf(block);
  const tag = groupTagOf(block);
  const named = names.length === 0 ? [] : await asks.groupsNamed(names);
  const { key, value } = tagIn(tag ?? "");
  const tagged = key === "" ? [] : await asks.groupsTagged(key, value);
  return [...named, ...tagged.filter(({ name }) => !names.includes(name))];
}
