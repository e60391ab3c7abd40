// The memory of a drain as the version before the table wrote and read it (0.1.0): all or nothing, by one schema. It stands here so
// that the tests of the messages can play that version. It changes no more.
import * as z from "zod/mini";

type SeenRegistration =
  | { readonly kind: "target"; readonly targetGroup: string; readonly port: number }
  | { readonly kind: "classic"; readonly loadBalancer: string };
type Obstacle =
  | {
      readonly kind: "tasks";
      readonly cluster: string;
      readonly containerInstance: string;
      readonly wantedTasks: number;
      readonly tasks: readonly string[];
    }
  | {
      readonly kind: "target";
      readonly targetGroup: string;
      readonly target: string;
      readonly port: number;
      readonly state: "registered" | "draining";
    }
  | { readonly kind: "classic"; readonly loadBalancer: string };

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

/** Reads a memory as that version did: undefined where it would have forgotten all of it. */
export function readBefore(value: unknown) {
  const parsed = memorySchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { data } = parsed;
  return {
    containerInstances: data.container_instances,
    tasks: data.tasks,
    noTasksVersions: data.no_tasks_versions.map(({ container_instance: arn, version }) => ({ arn, version })),
    noWantedSince: milliseconds(data.no_wanted_tasks_since),
    registrations: data.registrations.map(readRegistration),
    taken: data.taken.map((each) => ({ what: readRegistration(each.registration), at: Date.parse(each.at) })),
    drained: data.drained.map((each) => ({ what: each.container_instance, at: Date.parse(each.at) })),
    toDrain: data.to_drain,
    toTake: data.to_take.map(readRegistration),
    behindNetworkLoadBalancer: data.behind_network_load_balancer,
    managedTargetGroups: data.managed_target_groups,
    managedElbNames: data.managed_elb_names,
    targetGroups: data.target_groups.map(({ asked, target_type: targetType, ...group }) => ({
      asked,
      group: { ...group, targetType },
    })),
    actedAt: milliseconds(data.acted_at),
    drainingAt: milliseconds(data.draining_at),
    noMemberSince: milliseconds(data.no_container_instance_since),
    noRegistrationSince: milliseconds(data.no_registration_since),
    absentSince: milliseconds(data.absent_since),
    refusedAt: milliseconds(data.refused_at),
    completedAt: milliseconds(data.completed_at),
    lastBeatAt: milliseconds(data.last_beat_at),
    goneAt: milliseconds(data.gone_at),
    disconnectedSince: milliseconds(data.disconnected_since),
    unknownSince: milliseconds(data.unknown_since),
    deadSince: milliseconds(data.dead_since),
    deadAs: data.dead_as,
    dyingSince: milliseconds(data.dying_since),
    returns: data.returns,
    returningSince: milliseconds(data.returning_since),
    changedAt: milliseconds(data.changed_at),
    lookAt: milliseconds(data.look_at),
    obstacle: data.obstacle && { what: readObstacle(data.obstacle), until: Date.parse(data.obstacle.until) },
    turnBefore: milliseconds(data.turn_before),
    waitingFor: data.waiting_for,
    failures: data.failures,
    said: data.said,
  };
}

/** A memory in the words of that version. */
export type MemoryBefore = NonNullable<ReturnType<typeof readBefore>>;

/** Writes a memory as that version did. */
export function writeBefore(memory: MemoryBefore): z.input<typeof memorySchema> {
  return {
    container_instances: [...memory.containerInstances],
    tasks: memory.tasks && [...memory.tasks],
    no_tasks_versions: memory.noTasksVersions.map(({ arn, version }) => ({
      container_instance: arn,
      version,
    })),
    no_wanted_tasks_since: isoOf(memory.noWantedSince),
    registrations: memory.registrations.map(writeRegistration),
    taken: memory.taken.map(({ what, at }) => ({ registration: writeRegistration(what), at: isoOf(at) })),
    drained: memory.drained.map(({ what, at }) => ({ container_instance: what, at: isoOf(at) })),
    to_drain: [...memory.toDrain],
    to_take: memory.toTake.map(writeRegistration),
    behind_network_load_balancer: memory.behindNetworkLoadBalancer,
    managed_target_groups: [...memory.managedTargetGroups],
    managed_elb_names: [...memory.managedElbNames],
    target_groups: memory.targetGroups.map(({ asked, group: { targetType, ...group } }) => ({
      asked,
      ...group,
      target_type: targetType,
    })),
    acted_at: isoOf(memory.actedAt),
    draining_at: isoOf(memory.drainingAt),
    no_container_instance_since: isoOf(memory.noMemberSince),
    no_registration_since: isoOf(memory.noRegistrationSince),
    absent_since: isoOf(memory.absentSince),
    refused_at: isoOf(memory.refusedAt),
    completed_at: isoOf(memory.completedAt),
    last_beat_at: isoOf(memory.lastBeatAt),
    gone_at: isoOf(memory.goneAt),
    disconnected_since: isoOf(memory.disconnectedSince),
    unknown_since: isoOf(memory.unknownSince),
    dead_since: isoOf(memory.deadSince),
    dead_as: memory.deadAs,
    dying_since: isoOf(memory.dyingSince),
    returns: memory.returns,
    returning_since: isoOf(memory.returningSince),
    changed_at: isoOf(memory.changedAt),
    look_at: isoOf(memory.lookAt),
    obstacle: memory.obstacle && {
      ...writeObstacle(memory.obstacle.what),
      until: isoOf(memory.obstacle.until),
    },
    turn_before: isoOf(memory.turnBefore),
    waiting_for: memory.waitingFor,
    failures: memory.failures,
    said: [...memory.said],
  };
}

function isoOf(milliseconds: number): string;
function isoOf(milliseconds: number | undefined): string | undefined;
function isoOf(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}

function milliseconds(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

function readRegistration(each: z.infer<typeof registration>): SeenRegistration {
  return "elb_name" in each
    ? { kind: "classic", loadBalancer: each.elb_name }
    : { kind: "target", targetGroup: each.target_group, port: each.port };
}

function writeRegistration(each: SeenRegistration): z.infer<typeof registration> {
  return each.kind === "classic"
    ? { elb_name: each.loadBalancer }
    : { target_group: each.targetGroup, port: each.port };
}

function readObstacle(each: z.infer<typeof obstacle>): Obstacle {
  if ("tasks" in each) {
    const { cluster, container_instance: containerInstance, wanted_tasks: wantedTasks, tasks } = each;
    return { kind: "tasks", cluster, containerInstance, wantedTasks, tasks };
  }
  if ("elb_name" in each) return { kind: "classic", loadBalancer: each.elb_name };
  const { target_group: targetGroup, target, port, state } = each;
  return { kind: "target", targetGroup, target, port, state };
}

function writeObstacle(each: Obstacle) {
  switch (each.kind) {
    case "tasks": {
      const { cluster, containerInstance, wantedTasks, tasks } = each;
      return {
        cluster,
        container_instance: containerInstance,
        wanted_tasks: wantedTasks,
        tasks: [...tasks],
      };
    }
    case "target": {
      const { targetGroup, target, port, state } = each;
      return { target_group: targetGroup, target, port, state };
    }
    case "classic":
      return { elb_name: each.loadBalancer };
    default:
      return each satisfies never;
  }
}
