import { situationOf } from "../model/lifecycle-state.ts";
import type { Observation } from "../model/observation.ts";
import type { Memory, Termination } from "../model/termination.ts";
import { type Decision, drop, wait } from "./decision.ts";
import { decideDraining } from "./draining.ts";
import { hookOf } from "./heartbeat.ts";
import { remember } from "./remember.ts";
import { decideReturning } from "./returning.ts";
import { decideInterrupted, NOTICE_MS } from "./spot-interruption.ts";
import { hasActionEnded, terminatesAfterAll } from "./superseded-action.ts";

const SECOND = 1_000;

/** A message may be ahead of what Auto Scaling shows, for this long after its time. */
const STALE_MS = 120 * SECOND;
/** What Auto Scaling showed so soon after a message's time may be what was before it: reads lag, and clocks differ. */
const AHEAD_MS = 15 * SECOND;
/** An instance that no group knows is believed to be gone when it is absent in two looks this far apart. */
const ABSENT_MS = 30 * SECOND;

/**
 * What to do about one instance: all the rules of a drain, as data in and data out. It goes by what AWS shows in this
 * look; the memory only says since when, and what was seen and done.
 *
 * @param now in milliseconds since 1970
 */
export function decide(before: Termination, observed: Observation, now: number): Decision {
  // What stood in the way at the last look need not do so now.
  const termination = { ...before, memory: { ...before.memory, recheck: undefined, queuedUntil: undefined } };
  const { memory, group } = termination;
  const { groupInstance, unread } = observed;
  if (unread.groupInstance !== undefined) return wait(termination, memory, now, unread.groupInstance);
  if (!groupInstance) return decideAbsent(termination, observed, now);
  const present: Memory = { ...memory, absentSince: undefined };
  const situation = groupInstance.group === group ? situationOf(groupInstance.state) : "untouchable";
  if (terminatesAfterAll(memory, observed) && hasActionEnded(memory)) {
    const where = `the instance, which is ${groupInstance.state}`;
    return drop(present, `its lifecycle action has ended; another one holds ${where}`);
  }
  if (situation === "held" && termination.hook !== undefined) {
    return decideDraining(remembered(termination, present, observed, now), observed, now);
  }
  if (memory.returns !== undefined && groupInstance.group === group) {
    return decideReturning({ ...termination, memory: present }, observed, now, memory.returns);
  }
  // What has a new root volume, or is in the warm pool, passes through such states before it is held anew.
  if (situation === "over" && now - termination.since >= AHEAD_MS) {
    return drop(
      present,
      `nothing to complete: the instance is ${groupInstance.state}${lateness(termination, observed, now)}`,
    );
  }
  const { interruptedAt } = termination;
  // A hook's message outlives the notice that it joined.
  const isDue = termination.hook !== undefined && now >= (interruptedAt ?? 0) + NOTICE_MS;
  if (interruptedAt !== undefined && groupInstance.group === group && !isDue) {
    return decideInterrupted(remembered(termination, present, observed, now), observed, now, interruptedAt);
  }
  if (situation === "soon" || situation === "held") {
    return wait(termination, present, now, `the instance to leave ${groupInstance.state}`);
  }
  const where =
    groupInstance.group === group
      ? groupInstance.state
      : `${groupInstance.state} in the group ${groupInstance.group}`;
  if (now - termination.since >= STALE_MS) {
    return drop(present, `not terminating: the instance is ${where}`, "warn");
  }
  // The message may only be ahead of what Describe shows.
  return wait(termination, present, now, `the instance to terminate; it is ${where}`);
}

function remembered(
  termination: Termination,
  memory: Memory,
  observed: Observation,
  now: number,
): Termination {
  return { ...termination, memory: remember({ ...termination, memory }, observed, now) };
}

function decideAbsent(termination: Termination, observed: Observation, now: number): Decision {
  const absentSince = termination.memory.absentSince ?? now;
  const memory = { ...termination.memory, absentSince };
  if (now - absentSince >= ABSENT_MS) {
    const late = lateness(termination, observed, absentSince);
    return drop(memory, `no Auto Scaling group knows the instance any more${late}`);
  }
  return wait(
    termination,
    memory,
    now,
    "a second look: no Auto Scaling group knows the instance",
    absentSince + ABSENT_MS,
  );
}

// A hook that is shorter than the schedule can end before anybody has looked at what it held.
function lateness(termination: Termination, observed: Observation, now: number): string {
  const hook = hookOf(termination, observed);
  const { containerInstances, registrations, noContainerInstanceSince, noRegistrationSince } =
    termination.memory;
  const hasLooked =
    noContainerInstanceSince !== undefined ||
    noRegistrationSince !== undefined ||
    containerInstances.length + registrations.length > 0;
  if (!hook || hasLooked || now - termination.since < hook.heartbeatTimeout) return "";
  return `; the hook's timeout of ${hook.heartbeatTimeout / SECOND} s had passed before the first look: nothing was drained`;
}
