import { union } from "../base/batches.ts";
import { asInMessage } from "../model/blocker.ts";
import { shorterTimeout } from "../model/hooks.ts";
import { shortId } from "../model/logged.ts";
import type { Memory, MemoryField, Return } from "../model/memory.ts";
import type { SeenRegistration } from "../model/registration.ts";
import { blocker, unread } from "./memory-blockers.ts";
import { type Line, listOf, optional, usually } from "./memory-line.ts";
import { idOfKind, otherId, otherLoadBalancer, targetGroup } from "./memory-load-balancers.ts";
import { otherRecheck, recheck } from "./memory-recheck.ts";
import {
  addressRegistration,
  otherRegistration,
  otherTaken,
  registration,
  taken,
  takenAddress,
} from "./memory-registrations.ts";
import {
  containerInstance,
  count,
  drained,
  flag,
  round,
  text,
  texts,
  time,
  version,
  word,
} from "./memory-values.ts";
import {
  earliest,
  goneOfBoth,
  ifBoth,
  ifEither,
  latest,
  latestBeat,
  latestIfBoth,
  latestOfSameAction,
  ofBoth,
  ofBothKnown,
  ofEither,
  ofSooner,
  sameVersions,
} from "./merge-values.ts";

/** How many ids of warnings a message has room for. */
const LOGGED = 250;

const returns = word<Return>("warm pool", "root volume");

const deregistered = listOf({ taken, taken_addresses: takenAddress, other_taken: otherTaken }, ofBoth);
const registrations = listOf(
  { registrations: registration, addresses: addressRegistration, other_registrations: otherRegistration },
  ofBoth,
);

/**
 * The memory of a drain, a line a field: its keys in the message, how it is written and read, and how two memories merge. A
 * field without a line does not compile.
 *
 * Keys and shapes stay as they are, because versions read each other's messages. A new field gets a new key. So does a value
 * that the version before would refuse, such as another kind of load balancer. Then that version still reads all else.
 */
export const MEMORY_TABLE: { readonly [F in MemoryField]: Line<Memory[F]> } = {
  containerInstances: listOf({ container_instances: containerInstance }, ofBoth),
  tasks: optional({ tasks: texts }, ofBothKnown, {
    saves: "up to 2 ListTasks per run and container instance",
  }),
  noTasksVersions: listOf({ no_tasks_versions: version }, sameVersions),
  noTasksToRunSince: optional({ no_wanted_tasks_since: time }, latestIfBoth, {
    saves: "1 ListTasks per pass and container instance, once all tasks are stopping",
  }),
  // A registration that was taken out was seen before. So it is written once, and read as both.
  registrations: {
    ...registrations,
    write: (seen, memory) => registrations.write(notTaken(seen, memory.deregistered), memory),
    read: (message, instanceId) => {
      const { value, unknown } = registrations.read(message, instanceId);
      const out = deregistered.read(message, instanceId).value;
      return {
        value: union(
          notTaken(value, out),
          out.map(({ what }) => what),
        ),
        unknown,
      };
    },
  },
  deregistered,
  drained: listOf({ drained }, ofBoth),
  plannedDraining: listOf({ to_drain: text }, ofBoth),
  plannedDeregistrations: listOf(
    { to_take: registration, addresses_to_take: addressRegistration, other_to_take: otherRegistration },
    ofBoth,
  ),
  behindNetworkLoadBalancer: usually(false, { behind_network_load_balancer: flag }, ifEither),
  foundDrained: usually(false, { found_drained: flag }, ifBoth),
  managed: listOf(
    {
      managed_target_groups: idOfKind("target"),
      managed_elb_names: idOfKind("classic"),
      other_managed: otherId,
    },
    ofBoth,
  ),
  loadBalancers: listOf({ target_groups: targetGroup, other_load_balancers: otherLoadBalancer }, ofSooner, {
    saves: "1 DescribeTargetGroups per run and target group",
  }),
  actedAt: optional({ acted_at: time }, latest),
  drainingAt: optional({ draining_at: time }, earliest),
  noContainerInstanceSince: optional({ no_container_instance_since: time }, earliest),
  noRegistrationSince: optional({ no_registration_since: time }, earliest),
  absentSince: optional({ absent_since: time }, latestIfBoth),
  refusedAt: optional({ refused_at: time }, latestOfSameAction),
  completedAt: optional({ completed_at: time }, ofEither),
  begunAt: optional({ begun_at: time }, earliest),
  followedSince: optional({ followed_since: time }, ofEither),
  lastHeartbeatAt: optional({ last_beat_at: time }, latestBeat, {
    saves: "1 RecordLifecycleActionHeartbeat per run",
  }),
  shortestTimeout: usually(0, { shortest_timeout_ms: count }, shorterTimeout),
  roundAt: optional({ round_at: time }, latest),
  round: optional({ round }, ofSooner),
  goneAt: optional({ gone_at: time }, goneOfBoth),
  lastSeenAt: optional({ last_seen_at: time }, latest),
  disconnectedSince: optional({ disconnected_since: time }, latestIfBoth),
  unknownSince: optional({ unknown_since: time }, latestIfBoth),
  deadSince: optional({ dead_since: time }, earliest),
  clearingSince: optional({ clearing_since: time }, earliest),
  terminatingSince: optional({ dying_since: time }, earliest),
  returns: optional({ returns }, ofEither),
  returningSince: optional({ returning_since: time }, ofEither),
  blockers: blockersLine(),
  changedAt: optional({ changed_at: time }, ofSooner),
  unread: unreadLine(),
  nextPassAt: optional({ look_at: time }, ofSooner),
  recheck: optional({ obstacle: recheck, other_obstacle: otherRecheck }, ofSooner, {
    saves: "all of a pass but the 1 or 2 calls of the recheck, for up to 60 s after the pass",
  }),
  queuedUntil: optional({ turn_before: time }, ofSooner, {
    saves: "all of a pass but the completion, for each completion that Auto Scaling throttled",
  }),
  failures: usually(0, { failures: count }, ofSooner),
  logged: loggedLine(),
};

/** Keys of earlier versions that are of no use any more: no field is read from them. */
export const RETIRED_KEYS: ReadonlySet<string> = new Set(["waiting_for", "dead_as"]);

function notTaken(seen: Memory["registrations"], out: Memory["deregistered"]): Memory["registrations"] {
  const textOf = ({ kind, id, port, address }: SeenRegistration) => JSON.stringify([kind, id, port, address]);
  const texts = new Set(out.map(({ what }) => textOf(what)));
  return seen.filter((each) => !texts.has(textOf(each)));
}

// The first ten, and a digest of all. A blocker of a kind that this version does not know is dropped: the next pass finds its own.
function blockersLine(): Line<Memory["blockers"]> {
  const line = listOf({ blockers: blocker }, ofSooner);
  return {
    ...line,
    write: (all, memory) => line.write(asInMessage(all), memory),
    read: (message, instanceId) => ({ ...line.read(message, instanceId), unknown: {} }),
  };
}

function unreadLine(): Line<Memory["unread"]> {
  const line = listOf({ unread }, ofSooner);
  return { ...line, read: (message, instanceId) => ({ ...line.read(message, instanceId), unknown: {} }) };
}

// The newest ones, each as a short id: the version before this one wrote texts of AWS's.
function loggedLine(): Line<Memory["logged"]> {
  const line = listOf({ said: text }, ofBoth);
  return {
    ...line,
    write: (ids, memory) => line.write(ids.slice(-LOGGED), memory),
    read: (message, instanceId) => {
      const { value, unknown } = line.read(message, instanceId);
      return { value: value.map(shortId), unknown };
    },
  };
}
