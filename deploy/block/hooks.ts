import { createHash } from "node:crypto";
import { type Group, groupsOf } from "./inputs.ts";
import type { Block } from "./schema.ts";

/** Auto Scaling's limit for a hook's metadata, in characters. */
export const METADATA = 1023;

/** A hook as the template has it. */
type Hook = { readonly Properties: Readonly<Record<string, unknown>> };

/** What a group's hook carries in its NotificationMetadata: the drain settings of its own. Empty if it has none. */
export function metadataOf({ name: _, heartbeat_timeout_seconds: __, ...settings }: Group): string {
  return Object.keys(settings).length === 0 ? "" : JSON.stringify(settings);
}

/**
 * The logical id of a group's hook. It is made of the group's name alone, so that no hook is replaced when the list changes
 * its order.
 */
export function hookIdOf(group: string): string {
  const readable = group.replace(/[^A-Za-z0-9]/g, "").slice(0, 60);
  return `LifecycleHook${readable}${createHash("sha256").update(group).digest("hex").slice(0, 8)}`;
}

/**
 * The hooks of the stack by their logical ids: that of `auto_scaling_group_name`, which keeps the id that it has always had, and
 * those of `groups`.
 *
 * @param hook the hook of `auto_scaling_group_name`, after which the others are made
 */
export function hooksOf(block: Block, hook: Hook): Record<string, Hook> {
  const more = groupsOf(block).map((group) => [hookIdOf(group.name), hookFor(group, hook)]);
  return {
    ...(block.auto_scaling_group_name === undefined ? {} : { LifecycleHook: hook }),
    ...Object.fromEntries(more),
  };
}

function hookFor(group: Group, hook: Hook): Hook {
  const metadata = metadataOf(group);
  const { heartbeat_timeout_seconds: timeout } = group;
  return {
    ...hook,
    Properties: {
      ...hook.Properties,
      AutoScalingGroupName: group.name,
      ...(timeout === undefined ? {} : { HeartbeatTimeout: timeout }),
      ...(metadata === "" ? {} : { NotificationMetadata: metadata }),
    },
  };
}
