import * as z from "zod/mini";
import { type Memory, NO_MEMORY, type RecheckableBlocker } from "../model/memory.ts";
import type { SeenRegistration } from "../model/registration.ts";

const time = z.iso.datetime();
const at = { at: time };
const strings = z._default(z.array(z.string()), []);
const registration = z.union([
  z.object({ target_group: z.string(), port: z.number() }),
  z.object({ elb_name: z.string() }),
]);
const obstacle = z.union([
  z.object({
    until: time,
    cluster: z.string(),
    container_instance: z.string(),
    wanted_tasks: z.int(),
    tasks: z.array(z.string()),
  }),
  z.object({
    until: time,
    target_group: z.string(),
    target: z.string(),
    port: z.number(),
    state: z.enum(["registered", "draining"]),
  }),
  z.object({ until: time, elb_name: z.string() }),
]);

const targetGroup = z.object({
  asked: z.string(),
  arn: z.string(),
  name: z.string(),
  target_type: z.string(),
  network: z.boolean(),
});

const memorySchema = z.object({
  container_instances: z._default(z.array(z.object({ cluster: z.string(), arn: z.string() })), []),
  tasks: z.optional(z.array(z.string())),
  no_tasks_versions: z._default(z.array(z.object({ container_instance: z.string(), version: z.int() })), []),
  no_wanted_tasks_since: z.optional(time),
  registrations: z._default(z.array(registration), []),
  taken: z._default(z.array(z.object({ ...at, registration })), []),
  drained: z._default(z.array(z.object({ ...at, container_instance: z.string() })), []),
  to_drain: strings,
  to_take: z._default(z.array(registration), []),
  behind_network_load_balancer: z._default(z.boolean(), false),
  managed_target_groups: strings,
  managed_elb_names: strings,
  target_groups: z._default(z.array(targetGroup), []),
  acted_at: z.optional(time),
  draining_at: z.optional(time),
  no_container_instance_since: z.optional(time),
  no_registration_since: z.optional(time),
  absent_since: z.optional(time),
  refused_at: z.optional(time),
  completed_at: z.optional(time),
  last_beat_at: z.optional(time),
  gone_at: z.optional(time),
  disconnected_since: z.optional(time),
  unknown_since: z.optional(time),
  dead_since: z.optional(time),
  dead_as: z.optional(z.string()),
  dying_since: z.optional(time),
  returns: z.optional(z.enum(["warm pool", "root volume"])),
  returning_since: z.optional(time),
  changed_at: z.optional(time),
  look_at: z.optional(time),
  obstacle: z.optional(obstacle),
  turn_before: z.optional(time),
  waiting_for: z.optional(z.string()),
  failures: z._default(z.int(), 0),
  said: strings,
});

/** Reads a memory as a message carries it. One that cannot be read is none: the drain then only takes longer. */
export function readMemory(value: unknown): Memory {
  const parsed = memorySchema.safeParse(value);
  if (!parsed.success) return NO_MEMORY;
  const { data } = parsed;
  return {
    containerInstances: data.container_instances,
    tasks: data.tasks,
    noTasksVersions: data.no_tasks_versions.map(({ container_instance: arn, version }) => ({ arn, version })),
    noTasksToRunSince: milliseconds(data.no_wanted_tasks_since),
    registrations: data.registrations.map(readRegistration),
    deregistered: data.taken.map((each) => ({
      what: readRegistration(each.registration),
      at: Date.parse(each.at),
    })),
    drained: data.drained.map((each) => ({ what: each.container_instance, at: Date.parse(each.at) })),
    plannedDraining: data.to_drain,
    plannedDeregistrations: data.to_take.map(readRegistration),
    behindNetworkLoadBalancer: data.behind_network_load_balancer,
    managed: [
      ...data.managed_target_groups.map((id) => ({ kind: "target", id })),
      ...data.managed_elb_names.map((id) => ({ kind: "classic", id })),
    ],
    loadBalancers: data.target_groups.map(({ asked, target_type: targetType, arn: id, name, network }) => ({
      asked,
      found: { kind: "target", id, name, targetType, network },
    })),
    actedAt: milliseconds(data.acted_at),
    drainingAt: milliseconds(data.draining_at),
    noContainerInstanceSince: milliseconds(data.no_container_instance_since),
    noRegistrationSince: milliseconds(data.no_registration_since),
    absentSince: milliseconds(data.absent_since),
    refusedAt: milliseconds(data.refused_at),
    completedAt: milliseconds(data.completed_at),
    lastHeartbeatAt: milliseconds(data.last_beat_at),
    goneAt: milliseconds(data.gone_at),
    disconnectedSince: milliseconds(data.disconnected_since),
    unknownSince: milliseconds(data.unknown_since),
    deadSince: milliseconds(data.dead_since),
    deadAs: data.dead_as as Memory["deadAs"],
    terminatingSince: milliseconds(data.dying_since),
    returns: data.returns,
    returningSince: milliseconds(data.returning_since),
    changedAt: milliseconds(data.changed_at),
    nextPassAt: milliseconds(data.look_at),
    recheck: data.obstacle && {
      blocker: readObstacle(data.obstacle),
      until: Date.parse(data.obstacle.until),
    },
    queuedUntil: milliseconds(data.turn_before),
    blockers: [],
    unread: [],
    failures: data.failures,
    logged: data.said,
  };
}

/** A memory as a message carries it: times as ISO texts, keys in snake_case. */
export function writeMemory(memory: Memory): z.input<typeof memorySchema> {
  return {
    container_instances: [...memory.containerInstances],
    tasks: memory.tasks && [...memory.tasks],
    no_tasks_versions: memory.noTasksVersions.map(({ arn, version }) => ({
      container_instance: arn,
      version,
    })),
    no_wanted_tasks_since: isoOf(memory.noTasksToRunSince),
    registrations: memory.registrations.map(writeRegistration),
    taken: memory.deregistered.map(({ what, at }) => ({
      registration: writeRegistration(what),
      at: isoOf(at),
    })),
    drained: memory.drained.map(({ what, at }) => ({ container_instance: what, at: isoOf(at) })),
    to_drain: [...memory.plannedDraining],
    to_take: memory.plannedDeregistrations.map(writeRegistration),
    behind_network_load_balancer: memory.behindNetworkLoadBalancer,
    managed_target_groups: memory.managed.flatMap(({ kind, id }) => (kind === "target" ? [id] : [])),
    managed_elb_names: memory.managed.flatMap(({ kind, id }) => (kind === "classic" ? [id] : [])),
    target_groups: memory.loadBalancers
      .filter(({ found }) => found.kind === "target")
      .map(({ asked, found: { id: arn, name, targetType, network } }) => ({
        asked,
        arn,
        name,
        target_type: targetType,
        network,
      })),
    acted_at: isoOf(memory.actedAt),
    draining_at: isoOf(memory.drainingAt),
    no_container_instance_since: isoOf(memory.noContainerInstanceSince),
    no_registration_since: isoOf(memory.noRegistrationSince),
    absent_since: isoOf(memory.absentSince),
    refused_at: isoOf(memory.refusedAt),
    completed_at: isoOf(memory.completedAt),
    last_beat_at: isoOf(memory.lastHeartbeatAt),
    gone_at: isoOf(memory.goneAt),
    disconnected_since: isoOf(memory.disconnectedSince),
    unknown_since: isoOf(memory.unknownSince),
    dead_since: isoOf(memory.deadSince),
    dead_as: memory.deadAs,
    dying_since: isoOf(memory.terminatingSince),
    returns: memory.returns,
    returning_since: isoOf(memory.returningSince),
    changed_at: isoOf(memory.changedAt),
    look_at: isoOf(memory.nextPassAt),
    obstacle: memory.recheck && {
      ...writeObstacle(memory.recheck.blocker),
      until: isoOf(memory.recheck.until),
    },
    turn_before: isoOf(memory.queuedUntil),
    failures: memory.failures,
    said: [...memory.logged],
  };
}

/** A time as messages carry it. */
export function isoOf(milliseconds: number): string;
export function isoOf(milliseconds: number | undefined): string | undefined;
export function isoOf(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}

function milliseconds(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

function readRegistration(each: z.infer<typeof registration>): SeenRegistration {
  return "elb_name" in each
    ? { kind: "classic", id: each.elb_name }
    : { kind: "target", id: each.target_group, port: each.port };
}

function writeRegistration(each: SeenRegistration): z.infer<typeof registration> {
  return each.kind === "classic" ? { elb_name: each.id } : { target_group: each.id, port: each.port ?? 0 };
}

function readObstacle(each: z.infer<typeof obstacle>): RecheckableBlocker {
  if ("tasks" in each) {
    const { cluster, container_instance: containerInstance, wanted_tasks: tasksToRun, tasks } = each;
    return { kind: "tasks", cluster, containerInstance, tasksToRun, tasks };
  }
  if ("elb_name" in each) {
    return {
      kind: "registration",
      registration: { kind: "classic", id: each.elb_name },
      target: "",
      state: "draining",
    };
  }
  const { target_group: id, target, port, state } = each;
  return { kind: "registration", registration: { kind: "target", id, port }, target, state };
}

function writeObstacle(each: RecheckableBlocker) {
  switch (each.kind) {
    case "tasks": {
      const { cluster, containerInstance, tasksToRun, tasks } = each;
      return {
        cluster,
        container_instance: containerInstance,
        wanted_tasks: tasksToRun,
        tasks: [...tasks],
      };
    }
    case "registration": {
      const { registration, target, state } = each;
      if (registration.kind === "classic") return { elb_name: registration.id };
      return { target_group: registration.id, target, port: registration.port ?? 0, state };
    }
    default:
      return each satisfies never;
  }
}
