import * as z from "zod/mini";
import { parseJson } from "../base/json.ts";
import { problemsText } from "../base/validation-problems.ts";
import type { Memory } from "../model/memory.ts";
import { drainKeys, instanceId, keysOf, settingsOf } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import { bodyText } from "./body-text.ts";
import { actionToken } from "./lifecycle-message.ts";
import { type MemoryRead, readMemory, writeMemory } from "./memory.ts";
import { isoOf } from "./memory-values.ts";
import { fitted } from "./message-size.ts";

/** The version that messages are written in. Without one, a message is the original's, which had no memory. */
const VERSION = 2;
/** This version counted a drain's time from the lifecycle action's start, and so its messages do not say when it was begun. */
const COUNTED_FROM_THE_ACTION = 1;

const text = (expected: string) =>
  z.string({ error: expected }).check(z.regex(/[\s\S]/, { error: expected }));
const time = z.iso.datetime({ error: "expected a time such as 2026-11-20T09:00:00.000Z" });

const hook = text("expected the name of a lifecycle hook");

// These five are the original's keys. So we finish what its messages began, and it could finish ours.
const messageWith = <H extends z.core.$ZodType, I extends z.core.$ZodType>(hookKey: H, interruptedKey: I) =>
  z.object(
    {
      instance_id: instanceId,
      auto_scaling_group: text("expected the name of an Auto Scaling group"),
      life_cycle_hook_name: hookKey,
      interrupted_at: interruptedKey,
      dry_run: z.optional(z.boolean({ error: "expected true or false" })),
      lifecycle_action_token: z.optional(z.nullable(z.union([actionToken, z.literal("")]))),
      ...drainKeys,
      elb_name: z.optional(z.nullable(z.string({ error: "expected the name of a classic load balancer" }))),
      version: z.optional(z.int({ error: "expected a whole number" })),
      time: z.optional(time),
      memory: z.optional(z.unknown()),
    },
    { error: "expected a JSON object" },
  );
// Only a Spot interruption notice begins a drain without a hook.
const messageSchema = z.union([messageWith(hook, z.optional(time)), messageWith(z.optional(hook), time)]);

/** What a message on the monitor queue is. */
export type MonitorMessage =
  | {
      readonly kind: "termination";
      readonly termination: Termination;
      /** Keys of its memory that this version does not know: those that it sends on, and those that it drops. */
      readonly unknown: MemoryRead["unknown"];
    }
  | { readonly kind: "unreadable"; readonly reason: string };

/**
 * Reads a message of the monitor queue: one of ours, or of the original that this package replaces. Never throws.
 * A field of a memory that cannot be read is forgotten: the drain then only takes longer.
 *
 * @param sentAt when the message was first sent, in milliseconds since 1970; the drain began then, if the message has no time
 */
export function parseMonitorMessage(body: string, sentAt: number): MonitorMessage {
  const value = parseJson(body);
  if (value === undefined) return { kind: "unreadable", reason: "expected JSON" };
  const parsed = messageSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) return { kind: "unreadable", reason: problemsText(parsed.error) };
  const { data } = parsed;
  const {
    instance_id,
    auto_scaling_group,
    life_cycle_hook_name,
    lifecycle_action_token,
    interrupted_at,
    dry_run,
    version,
    memory,
    time: beganAt,
    elb_name,
    ...keys
  } = data;
  // The original's messages have no memory of ours.
  const { memory: remembered, unknown } = readMemory(version === undefined ? undefined : memory, instance_id);
  const since = beganAt === undefined ? sentAt : Date.parse(beganAt);
  const told = { ...keys, ...(elb_name ? { elb_name } : {}) };
  return {
    kind: "termination",
    termination: {
      instanceId: instance_id,
      group: auto_scaling_group,
      hook: life_cycle_hook_name,
      token: lifecycle_action_token || undefined,
      since,
      noticedAt: interrupted_at === undefined ? undefined : Date.parse(interrupted_at),
      interruptedAt: undefined,
      dryRun: dry_run ?? false,
      told: Object.keys(told).length > 0 ? told : undefined,
      settings: settingsOf(told),
      memory: { ...remembered, begunAt: begunAtOf({ version, dry_run }, remembered, since) },
      restorePlan: {
        plannedDraining: remembered.plannedDraining,
        plannedDeregistrations: remembered.plannedDeregistrations,
      },
    },
    unknown,
  };
}

// A drain that the version before has worked on has begun. On a dry run it had not.
function begunAtOf(
  { version, dry_run }: { readonly version: number | undefined; readonly dry_run: boolean | undefined },
  { begunAt, nextPassAt }: Memory,
  since: number,
): number | undefined {
  if (begunAt !== undefined) return begunAt;
  const isWorkedOn = version === COUNTED_FROM_THE_ACTION && nextPassAt !== undefined && dry_run !== true;
  return isWorkedOn ? since : undefined;
}

/** A termination as a message of the monitor queue. */
export function formatMonitorMessage(termination: Termination): string {
  const { instanceId, group, hook, token, since, noticedAt, dryRun, told } = termination;
  const known = {
    version: VERSION,
    instance_id: instanceId,
    auto_scaling_group: group,
    ...(hook === undefined ? {} : { life_cycle_hook_name: hook }),
    ...(token === undefined ? {} : { lifecycle_action_token: token }),
    ...(told === undefined ? {} : keysOf(settingsOf(told))),
    time: isoOf(since),
    ...(noticedAt === undefined ? {} : { interrupted_at: isoOf(noticedAt) }),
    ...(dryRun ? { dry_run: true } : {}),
  };
  return fitted(termination.memory, (memory) => bodyText({ ...known, memory: writeMemory(memory) }));
}
