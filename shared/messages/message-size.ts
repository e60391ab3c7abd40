import { union } from "../base/batches.ts";
import { asInMessage } from "../model/blocker.ts";
import { isSameLoadBalancer } from "../model/load-balancer.ts";
import { shortestId } from "../model/logged.ts";
import { type Memory, NO_MEMORY } from "../model/memory.ts";
import type { SeenRegistration } from "../model/registration.ts";
import { tooLarge } from "./body-size.ts";

/** How large the message of a drain may be, in bytes. It is only larger when nothing more can be left out. */
export const MESSAGE_BYTES = 16 * 1_024;

const RECHECKED_TASKS = 10;
const DEREGISTERED = 3;
const NAMED_BLOCKERS = 3;

/**
 * The parts that are left out of a memory whose message is too large, one after the other until it fits. Those that only save
 * calls come first (the table says which). The restore plan, and the list of load balancers that are ECS's, always stay.
 */
const CUTS: readonly ((memory: Memory) => Memory)[] = [
  // A shorter list would pass for the whole: no count tells how many are stopping. Without one, the next pass lists them again.
  (memory) => ({ ...memory, tasks: undefined }),
  (memory) => ({ ...memory, loadBalancers: [] }),
  // One task that is there is enough. Once all of these are gone, a pass looks for the others.
  ({ recheck, ...memory }) => ({ ...memory, recheck: withFewerTasks(recheck) }),
  // It only matters whether there were any, and whether any was ours. Without those that nobody named, a round begins again.
  (memory) => {
    const registrations = fewerRegistrations(memory);
    const isWhole = registrations.length === memory.registrations.length;
    return { ...memory, registrations, ...(isWhole ? {} : { round: undefined, roundAt: undefined }) };
  },
  // Digests alone tell as well what was logged, but nobody can read them.
  (memory) => ({ ...memory, logged: [...new Set(memory.logged.map(shortestId))] }),
  // A forgotten one that comes back is still taken out, but the log does not say that it came back.
  (memory) => ({ ...memory, deregistered: memory.deregistered.slice(-DEREGISTERED) }),
  // The digest of all of them stays.
  (memory) => ({ ...memory, blockers: asInMessage(memory.blockers, NAMED_BLOCKERS) }),
];

/** How many of each thing a message keeps that would not be read any more. */
const KEPT_AT_MOST = 100;

/**
 * The text of a message, with as much of the memory as fits into it. It is never so large that nobody would read it: then even
 * what is owed to the instance is shortened, and at last all is forgotten.
 */
export function fitted(memory: Memory, textOf: (memory: Memory) => string): string {
  let rest = memory;
  let text = textOf(rest);
  for (const cut of CUTS) {
    if (Buffer.byteLength(text) <= MESSAGE_BYTES) return text;
    rest = cut(rest);
    text = textOf(rest);
  }
  for (let kept = KEPT_AT_MOST; kept > 0 && tooLarge(text) !== undefined; kept = Math.floor(kept / 2)) {
    rest = withFirst(rest, kept);
    text = textOf(rest);
  }
  return tooLarge(text) === undefined ? text : textOf(NO_MEMORY);
}

function withFirst(memory: Memory, count: number): Memory {
  const { containerInstances, noTasksVersions, drained, plannedDraining, plannedDeregistrations } = memory;
  const { deregistered, managed, logged } = memory;
  return {
    ...memory,
    containerInstances: containerInstances.slice(0, count),
    noTasksVersions: noTasksVersions.slice(0, count),
    drained: drained.slice(0, count),
    plannedDraining: plannedDraining.slice(0, count),
    plannedDeregistrations: plannedDeregistrations.slice(0, count),
    deregistered: deregistered.slice(0, count),
    managed: managed.slice(0, count),
    logged: logged.slice(-count),
    ofLaterVersion: {},
  };
}

function withFewerTasks(recheck: Memory["recheck"]): Memory["recheck"] {
  if (recheck?.blocker.kind !== "tasks") return recheck;
  const { blocker } = recheck;
  return { ...recheck, blocker: { ...blocker, tasks: blocker.tasks.slice(0, RECHECKED_TASKS) } };
}

function fewerRegistrations({ registrations, managed }: Memory): readonly SeenRegistration[] {
  const isManaged = (each: SeenRegistration) => managed.some((other) => isSameLoadBalancer(other, each));
  return union(registrations.filter((each) => !isManaged(each)).slice(0, 1), registrations.slice(0, 1));
}
