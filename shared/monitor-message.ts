import * as z from "zod/mini";
import { actionToken, instanceId } from "./lifecycle-message.ts";
import { problemsOf } from "./problems.ts";
import { type DrainKeys, drainKeys, keysOf, overlay, settingsOf } from "./settings.ts";
import { type Memory, NO_MEMORY, type SeenRegistration, type Termination } from "./termination.ts";

/** The version that messages are written in. Without one, a message is the original's, which had no memory. */
const VERSION = 1;

const text = (expected: string) => z.string({ error: expected }).check(z.minLength(1, { error: expected }));
const time = z.iso.datetime({ error: "expected a time such as 2026-11-20T09:00:00.000Z" });
const strings = z._default(z.array(z.string()), []);

// These five are the original's keys, so that what it had in flight is finished, and it could finish ours.
const messageSchema = z.object(
  {
    instance_id: instanceId,
    auto_scaling_group: text("expected the name of an Auto Scaling group"),
    life_cycle_hook_name: text("expected the name of a lifecycle hook"),
    lifecycle_action_token: z.optional(z.nullable(z.union([actionToken, z.literal("")]))),
    ...drainKeys,
    elb_name: z.optional(z.nullable(z.string({ error: "expected the name of a classic load balancer" }))),
    version: z.optional(z.int({ error: "expected a whole number" })),
    time: z.optional(time),
    memory: z.optional(z.unknown()),
  },
  { error: "expected a JSON object" },
);

const memorySchema = z.object({
  container_instances: z._default(z.array(z.object({ cluster: z.string(), arn: z.string() })), []),
  tasks: z.optional(z.array(z.string())),
  no_tasks_at: z.optional(time),
  targets: z._default(z.array(z.object({ target_group: z.string(), port: z.number() })), []),
  elb_names: strings,
  managed_target_groups: strings,
  managed_elb_names: strings,
  acted_at: z.optional(time),
  draining_at: z.optional(time),
  no_container_instance_since: z.optional(time),
  no_registration_since: z.optional(time),
  absent_since: z.optional(time),
  refused_at: z.optional(time),
  changed_at: z.optional(time),
  look_at: z.optional(time),
  waiting_for: z.optional(z.string()),
  failures: z._default(z.int(), 0),
  said: strings,
});

/** What a message on the monitor queue is. */
export type MonitorMessage =
  | { readonly kind: "termination"; readonly termination: Termination }
  | { readonly kind: "unreadable"; readonly reason: string };

/**
 * Reads a message of the monitor queue: one of ours, or of the original that this package replaces. Never throws.
 * A memory that cannot be read is dropped: the drain then only takes longer.
 *
 * @param sentAt when the message was first sent, in milliseconds since 1970: since when it is, where it does not say
 * @param fallback settings for a message that has none of its own
 */
export function parseMonitorMessage(body: string, sentAt: number, fallback: DrainKeys): MonitorMessage {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { kind: "unreadable", reason: "expected JSON" };
  }
  const parsed = messageSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) return { kind: "unreadable", reason: problemsOf(parsed.error).join("; ") };
  const { data } = parsed;
  const {
    instance_id,
    auto_scaling_group,
    life_cycle_hook_name,
    lifecycle_action_token,
    version,
    memory,
    elb_name,
    ...keys
  } = data;
  const own: DrainKeys = { ...keys, ...(elb_name ? { elb_name } : {}) };
  return {
    kind: "termination",
    termination: {
      instanceId: instance_id,
      group: auto_scaling_group,
      hook: life_cycle_hook_name,
      token: lifecycle_action_token || undefined,
      since: data.time === undefined ? sentAt : Date.parse(data.time),
      settings: settingsOf(version === undefined ? overlay(fallback, own) : own),
      memory: version === undefined ? NO_MEMORY : readMemory(memory),
    },
  };
}

/** A termination as a message of the monitor queue. */
export function formatMonitorMessage(termination: Termination): string {
  const { instanceId, group, hook, token, since, settings, memory } = termination;
  return JSON.stringify({
    version: VERSION,
    instance_id: instanceId,
    auto_scaling_group: group,
    life_cycle_hook_name: hook,
    ...(token === undefined ? {} : { lifecycle_action_token: token }),
    ...keysOf(settings),
    time: iso(since),
    memory: writeMemory(memory),
  });
}

function readMemory(value: unknown): Memory {
  const parsed = memorySchema.safeParse(value);
  if (!parsed.success) return NO_MEMORY;
  const { data } = parsed;
  return {
    containerInstances: data.container_instances,
    tasks: data.tasks,
    noTasksAt: milliseconds(data.no_tasks_at),
    registrations: [
      ...data.targets.map(
        (each): SeenRegistration => ({ kind: "target", targetGroup: each.target_group, port: each.port }),
      ),
      ...data.elb_names.map((each): SeenRegistration => ({ kind: "classic", loadBalancer: each })),
    ],
    managedTargetGroups: data.managed_target_groups,
    managedElbNames: data.managed_elb_names,
    actedAt: milliseconds(data.acted_at),
    drainingAt: milliseconds(data.draining_at),
    noMemberSince: milliseconds(data.no_container_instance_since),
    noRegistrationSince: milliseconds(data.no_registration_since),
    absentSince: milliseconds(data.absent_since),
    refusedAt: milliseconds(data.refused_at),
    changedAt: milliseconds(data.changed_at),
    lookAt: milliseconds(data.look_at),
    waitingFor: data.waiting_for,
    failures: data.failures,
    said: data.said,
  };
}

function writeMemory(memory: Memory): z.input<typeof memorySchema> {
  return {
    container_instances: [...memory.containerInstances],
    tasks: memory.tasks && [...memory.tasks],
    no_tasks_at: iso(memory.noTasksAt),
    targets: memory.registrations.flatMap((each) =>
      each.kind === "target" ? [{ target_group: each.targetGroup, port: each.port }] : [],
    ),
    elb_names: memory.registrations.flatMap((each) => (each.kind === "classic" ? [each.loadBalancer] : [])),
    managed_target_groups: [...memory.managedTargetGroups],
    managed_elb_names: [...memory.managedElbNames],
    acted_at: iso(memory.actedAt),
    draining_at: iso(memory.drainingAt),
    no_container_instance_since: iso(memory.noMemberSince),
    no_registration_since: iso(memory.noRegistrationSince),
    absent_since: iso(memory.absentSince),
    refused_at: iso(memory.refusedAt),
    changed_at: iso(memory.changedAt),
    look_at: iso(memory.lookAt),
    waiting_for: memory.waitingFor,
    failures: memory.failures,
    said: [...memory.said],
  };
}

function iso(milliseconds: number): string;
function iso(milliseconds: number | undefined): string | undefined;
function iso(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}

function milliseconds(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
