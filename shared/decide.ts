import { situationOf } from "./lifecycle-state.ts";
import type { Phrase } from "./log.ts";
import type { ClusterMember, Observation, Registration } from "./observation.ts";
import { leftBehind, STOPPED } from "./progress.ts";
import { recall } from "./recall.ts";
import { type Memory, SETTLE_MS, type Termination } from "./termination.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A message may be ahead of what Auto Scaling shows, for this long after its time. */
export const STALE_MS = 2 * MINUTE;
/** An instance that no group knows is believed to be gone when it is absent in two looks this far apart. */
export const ABSENT_MS = 30 * SECOND;
/** "No active lifecycle action" may be a race, for this long. */
export const REFUSED_MS = 2 * MINUTE;
/** A managed target is an orphan when it is still registered this long after the last task behind it. */
export const ORPHAN_MS = MINUTE;
/** After this long without a change, it is looked at more slowly. */
export const SLOW_AFTER_MS = 15 * MINUTE;
/** How slowly: this long between two looks. */
export const SLOW_MS = 30 * SECOND;

/** Something to be done to AWS for an instance. */
export type Step =
  | { readonly kind: "drain"; readonly cluster: string; readonly containerInstance: string }
  | { readonly kind: "deregister"; readonly registration: Registration; readonly orphaned: boolean };

/** What becomes of the termination after this look. */
export type Outcome =
  | { readonly kind: "wait"; readonly until: number; readonly waitingFor: string }
  | { readonly kind: "complete"; readonly reason: string }
  | { readonly kind: "let go"; readonly reason: string; readonly level: "info" | "warn" | "error" };

/** A warning that is given once in a drain. */
export type Warning = { readonly phrase: Phrase; readonly text: string };

/** What a look comes to for one instance: what to do now, what becomes of it, what to warn of and to remember. */
export type Decision = {
  readonly steps: readonly Step[];
  readonly outcome: Outcome;
  readonly warnings: readonly Warning[];
  /** The termination's memory after this look. */
  readonly memory: Memory;
};

/**
 * What to do about one instance: all the rules of a drain, as data in and data out. It goes by what AWS shows in this
 * look; the memory only says since when, and what was seen.
 *
 * @param now in milliseconds since 1970
 */
export function decide(termination: Termination, observed: Observation, now: number): Decision {
  const { memory, group, since } = termination;
  const { membership, unread } = observed;
  if (unread.membership !== undefined) return wait(termination, memory, now, unread.membership);
  if (!membership) return decideAbsent(termination, now);
  const present: Memory = { ...memory, absentSince: undefined };
  const situation = membership.group === group ? situationOf(membership.state) : "untouchable";
  switch (situation) {
    case "held":
      return decideHeld(recalled(termination, present, observed, now), observed, now);
    case "soon":
      return wait(termination, present, now, `the instance to leave ${membership.state}`);
    case "over":
      return letGo(present, `nothing to complete: the instance is ${membership.state}`, "info");
    case "untouchable": {
      const where =
        membership.group === group
          ? membership.state
          : `${membership.state} in the group ${membership.group}`;
      if (now - since >= STALE_MS) return letGo(present, `not terminating: the instance is ${where}`, "warn");
      // The message may only be ahead of what Describe shows.
      return wait(termination, present, now, `the instance to terminate; it is ${where}`);
    }
    default:
      return situation satisfies never;
  }
}

function recalled(termination: Termination, memory: Memory, observed: Observation, now: number): Termination {
  return { ...termination, memory: recall({ ...termination, memory }, observed, now) };
}

function decideAbsent(termination: Termination, now: number): Decision {
  const absentSince = termination.memory.absentSince ?? now;
  const memory = { ...termination.memory, absentSince };
  if (now - absentSince >= ABSENT_MS)
    return letGo(memory, "no Auto Scaling group knows the instance any more", "info");
  return wait(
    termination,
    memory,
    now,
    "a second look: no Auto Scaling group knows the instance",
    absentSince + ABSENT_MS,
  );
}

function decideHeld(termination: Termination, observed: Observation, now: number): Decision {
  const { memory } = termination;
  const steps = stepsFor(termination, observed, now);
  const warnings = warningsFor(termination, observed);
  const left = leftBehind(afterwards(observed, steps));
  if (steps.length > 0 || left !== undefined) {
    return {
      ...wait(termination, memory, now, left ?? "what was just done to take effect"),
      steps,
      warnings,
    };
  }
  const settledAt = believedAt(memory);
  if (now < settledAt) {
    const text = "a later look: nothing is left, but reads of AWS lag";
    return { ...wait(termination, memory, now, text, settledAt), warnings };
  }
  return { ...decideGone(termination, memory, observed, now), warnings };
}

// What was seen and is gone needs one look. What was never seen is believed after two, some time apart.
function believedAt(memory: Memory): number {
  const { actedAt, containerInstances, noMemberSince, registrations, noRegistrationSince } = memory;
  return Math.max(
    actedAt === undefined ? 0 : actedAt + SETTLE_MS,
    containerInstances.length > 0 || noMemberSince === undefined ? 0 : noMemberSince + SETTLE_MS,
    registrations.length > 0 || noRegistrationSince === undefined ? 0 : noRegistrationSince + SETTLE_MS,
  );
}

function decideGone(termination: Termination, memory: Memory, observed: Observation, now: number): Decision {
  const { refusedAt } = memory;
  if (refusedAt === undefined) return complete(memory);
  if (observed.unread.hooks !== undefined) return wait(termination, memory, now, observed.unread.hooks);
  if (observed.otherHooks && observed.otherHooks.length > 0) {
    return letGo(
      memory,
      `our lifecycle action is completed; ${observed.otherHooks.join(", ")} still holds the instance`,
      "info",
    );
  }
  if (now - refusedAt >= REFUSED_MS) {
    return letGo(
      memory,
      "Auto Scaling knows no such lifecycle action, though the instance is held; is the hook's name still right?",
      "error",
    );
  }
  return complete(memory);
}

function stepsFor(termination: Termination, observed: Observation, now: number): Step[] {
  // Whether a registration is ECS's to remove, and which ports are listened on, only the tasks tell.
  if (observed.unread.tasks !== undefined) return [];
  const registered = observed.registrations.filter((each) => each.state === "registered");
  const ours = registered.filter((each) => !each.managed);
  const orphans = registered.filter((each) => each.managed && isOrphan(each, termination, observed, now));
  return [
    ...ours.map((registration): Step => ({ kind: "deregister", registration, orphaned: false })),
    ...orphans.map((registration): Step => ({ kind: "deregister", registration, orphaned: true })),
    ...observed.members
      .filter(
        (member) =>
          member.containerInstance.status === "ACTIVE" && !mustServeOn(member, termination, observed, now),
      )
      .map(
        ({ cluster, containerInstance }): Step => ({
          kind: "drain",
          cluster,
          containerInstance: containerInstance.arn,
        }),
      ),
  ];
}

// What is left once the steps have been taken: that is what is waited for.
function afterwards(observed: Observation, steps: readonly Step[]): Observation {
  const out = new Set(steps.flatMap((step) => (step.kind === "deregister" ? [step.registration] : [])));
  const drained = new Set(steps.flatMap((step) => (step.kind === "drain" ? [step.containerInstance] : [])));
  return {
    ...observed,
    registrations: observed.registrations.map((each) =>
      out.has(each) ? { ...each, state: "draining" } : each,
    ),
    members: observed.members.map((member) =>
      drained.has(member.containerInstance.arn)
        ? { ...member, containerInstance: { ...member.containerInstance, status: "DRAINING" } }
        : member,
    ),
  };
}

// ECS knows nothing of our registrations, and would stop the task behind one under open connections. So DRAINING waits
// until they are gone, and gone long enough that no read lags.
function mustServeOn(
  member: ClusterMember,
  { memory }: Termination,
  observed: Observation,
  now: number,
): boolean {
  if (observed.unread.registrations !== undefined) return true;
  const listening = new Set(liveTasks(member).flatMap((task) => task.hostPorts));
  if (listening.size === 0) return false;
  const pointsAtOne = (each: Registration) =>
    !each.managed && each.pointsAt.some((port) => listening.has(port));
  if (observed.registrations.some(pointsAtOne)) return true;
  const wasOurs = memory.registrations.some((each) =>
    each.kind === "target"
      ? !memory.managedTargetGroups.includes(each.targetGroup)
      : !memory.managedElbNames.includes(each.loadBalancer),
  );
  return wasOurs && memory.actedAt !== undefined && now - memory.actedAt < SETTLE_MS;
}

function isOrphan(
  registration: Registration,
  { memory, since }: Termination,
  observed: Observation,
  now: number,
): boolean {
  const behind = observed.members
    .flatMap((member) => member.tasks)
    .filter((task) => task.service !== undefined && registration.services.includes(task.service))
    .filter((task) => task.hostPorts.some((port) => registration.pointsAt.includes(port)));
  if (behind.some((task) => task.status !== STOPPED)) return false;
  const stops = behind.flatMap((task) => task.stoppedAt ?? []);
  const alone =
    stops.length > 0
      ? Math.max(...stops)
      : (memory.drainingAt ?? (observed.members.length === 0 ? since : undefined));
  return alone !== undefined && now - alone >= ORPHAN_MS;
}

function warningsFor({ settings, memory }: Termination, observed: Observation): Warning[] {
  if (
    settings.clusterNames.length === 0 ||
    memory.containerInstances.length > 0 ||
    observed.unread.tasks !== undefined
  )
    return [];
  return [
    {
      phrase: "cluster lacks the instance",
      text: `none of its container instances is this one: ${settings.clusterNames.join(", ")}`,
    },
  ];
}

function liveTasks(member: ClusterMember) {
  return member.tasks.filter((task) => task.status !== STOPPED);
}

function complete(memory: Memory): Decision {
  return { steps: [], warnings: [], memory, outcome: { kind: "complete", reason: "drained" } };
}

function letGo(memory: Memory, reason: string, level: "info" | "warn" | "error"): Decision {
  return { steps: [], warnings: [], memory, outcome: { kind: "let go", reason, level } };
}

// Looks again every `poll_seconds`, more slowly once nothing has changed for long, or when it is known that the answer
// can change.
function wait(
  termination: Termination,
  memory: Memory,
  now: number,
  waitingFor: string,
  known?: number,
): Decision {
  const changedAt = waitingFor === memory.waitingFor ? (memory.changedAt ?? now) : now;
  const poll = termination.settings.pollSeconds * SECOND;
  const until = known ?? now + (now - changedAt >= SLOW_AFTER_MS ? Math.max(poll, SLOW_MS) : poll);
  return {
    steps: [],
    warnings: [],
    memory: { ...memory, waitingFor, changedAt, lookAt: until },
    outcome: { kind: "wait", until, waitingFor },
  };
}
