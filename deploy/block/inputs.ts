import type * as z from "zod/mini";
import type { Block, groupSchema } from "./schema.ts";

/** What the service is called. The functions, the hooks and the stack have it in their names. */
export const SERVICE = "asg-drain";

/** By which of its keys terminate knows our hooks. */
const HOOK_KEYS = [
  "lifecycle_queue_name",
  "lifecycle_hook_name",
  "lifecycle_hook_names",
  "lifecycle_topic_arns",
];

/** By which of its keys deregister knows hooks beside those that notify its queue. */
export const MORE_HOOK_KEYS: readonly string[] = ["lifecycle_hook_names", "lifecycle_topic_arns"];

type Keys = Readonly<Record<string, unknown>>;

/** The inputs of the three functions, as their schedules bring them. */
export type Inputs = { readonly deregister: Keys; readonly terminate: Keys; readonly scale_tasks: Keys };

/** The names of the queues: the block's as they are, or names with the stage in them. */
export function queueNamesOf(block: Block): { readonly lifecycle: unknown; readonly monitor: unknown } {
  const { lifecycle_queue_name, elb_monitor_queue_name } = (block.deregister ?? {}) as Keys;
  const start = `${SERVICE}-${block.stage ?? "live"}`;
  return {
    lifecycle: lifecycle_queue_name ?? `${start}-lifecycle`,
    monitor: elb_monitor_queue_name ?? `${start}-monitor`,
  };
}

/** A group that gets a hook, with the settings of its own. */
export type Group = z.infer<typeof groupSchema>;

/** The groups that get a hook each beside `auto_scaling_group_name`. */
export function groupsOf({ groups }: Pick<Block, "groups">): Group[] {
  return (groups ?? []).map((each) => (typeof each === "string" ? { name: each } : each));
}

/** The names of the Auto Scaling groups that the block names, each once. */
export function groupNamesOf(block: Block): string[] {
  const { auto_scaling_group_name: one, more_auto_scaling_groups: more } = block;
  const listed = groupsOf(block).map(({ name }) => name);
  return [...new Set([...(one === undefined ? [] : [one]), ...listed, ...(more ?? [])])];
}

/** The tag of the groups that are ours without being named. terminate's input had it before the block did. */
export function groupTagOf(block: Block): string | undefined {
  return block.group_tag ?? ((block.terminate as Keys | undefined)?.group_tag as string | undefined);
}

/** The functions' inputs: what the block has, and what it need not have twice. */
export function inputsOf(block: Block): Inputs {
  const { lifecycle, monitor } = queueNamesOf(block);
  const shared = block.dry_run === undefined ? {} : { dry_run: block.dry_run };
  const ofPair = { ...shared, ...(block.event_bus === undefined ? {} : { event_bus: block.event_bus }) };
  return {
    deregister: {
      lifecycle_queue_name: lifecycle,
      elb_monitor_queue_name: monitor,
      ...ofPair,
      ...withIntake(block, block.deregister ?? {}),
    },
    terminate: { queue_name: monitor, ...ofPair, ...withIntake(block, terminateOf(block, lifecycle)) },
    scale_tasks: {
      ...(block.scale_tasks === undefined ? { services: [] } : {}),
      ...shared,
      ...block.scale_tasks,
    },
  };
}

// It sweeps the groups of the block, if it knows our hook. A block from before may have it know none: then messages decide.
function terminateOf(block: Block, lifecycle: unknown): Keys {
  const own = (block.terminate ?? block.deregister ?? {}) as Keys;
  const isTold =
    HOOK_KEYS.some((key) => own[key] !== undefined && String(own[key]) !== "") || bringsMore(block);
  const isLeftOut = (block.deregister as Keys | undefined)?.lifecycle_queue_name === undefined;
  const tag = groupTagOf(block);
  if (!isTold && !isLeftOut && groupsOf(block).length === 0 && tag === undefined) return own;
  const listed = own.auto_scaling_groups ?? [];
  const groups = Array.isArray(listed) ? [...new Set([...groupNamesOf(block), ...listed])] : listed;
  return {
    // Our hooks notify it, whatever else brings messages.
    lifecycle_queue_name: lifecycle,
    ...hookKeysOf(block),
    ...own,
    auto_scaling_groups: groups,
    ...(tag === undefined ? {} : { group_tag: tag }),
  };
}

// Both functions know the hooks whose messages a topic or the rule brings: what one does not know, it takes for another's.
function withIntake({ topics, lifecycle_events }: Block, keys: Keys): Keys {
  return {
    ...keys,
    ...added(keys, "lifecycle_topic_arns", topics),
    ...added(keys, "lifecycle_hook_names", lifecycle_events?.hooks),
  };
}

// A list that is wrong is told of as it stands.
function added(keys: Keys, key: string, more: readonly string[] | null | undefined): Keys {
  const own = keys[key] ?? [];
  if (!more || more.length === 0 || !Array.isArray(own)) return {};
  return { [key]: [...new Set([...own, ...more])] };
}

function bringsMore({ topics, lifecycle_events }: Block): boolean {
  return (topics ?? []).length > 0 || lifecycle_events !== undefined;
}

// By what deregister knows more hooks. Terminate would take those that it does not know for another's, and drop their instances.
function hookKeysOf({ deregister = {} }: Block): Keys {
  const keys = Object.entries(deregister).filter(([key]) => MORE_HOOK_KEYS.includes(key));
  return Object.fromEntries(keys);
}
