// The memory in a message, in all its forms. Its keys are those of the table of the memory: a field that is added there is drawn here.
import { writeMemory } from "../../shared/messages/memory.ts";
import { RETIRED_KEYS } from "../../shared/messages/memory-table.ts";
import type { LoadBalancerId } from "../../shared/model/load-balancer.ts";
import type { Memory, RecheckableBlocker } from "../../shared/model/memory.ts";
import type { SeenRegistration } from "../../shared/model/registration.ts";
import type { Random } from "../../simulator/kernel/random.ts";
import { drawnMemory } from "../unit/shared/messages/drawn-memory.ts";
import { type Form, type Json, oddText, ownObject } from "./draw.ts";

/**
 * A memory as a message has it, of this version, a later one or an earlier one.
 *
 * @param share which part of its keys the message has
 */
export function memoryForm(random: Random, share: number): Form {
  const memory: unknown = writeMemory(withOtherKinds(random, drawnMemory(random)));
  // What is written is JSON.
  const written = Object.entries(memory as Form);
  const retired = [...RETIRED_KEYS].map((key): [string, Json] => [key, oddText(random)]);
  const later: [string, Json][] = [[oddText(random), oddText(random)]];
  return ownObject([...written, ...retired, ...later].filter(() => random.chance(share)));
}

// Registrations by an address, and load balancers of kinds that this version does not know, have keys of their own.
function withOtherKinds(random: Random, memory: Memory): Memory {
  const ofAnyKind = <T extends LoadBalancerId>(each: T): T =>
    random.chance(0.3) ? { ...each, kind: "lattice" } : each;
  const registration = (each: SeenRegistration): SeenRegistration =>
    each.port !== undefined && random.chance(0.3) ? { ...each, address: "10.0.0.1" } : ofAnyKind(each);
  return {
    ...memory,
    registrations: memory.registrations.map(registration),
    deregistered: memory.deregistered.map(({ what, at }) => ({ what: registration(what), at })),
    plannedDeregistrations: memory.plannedDeregistrations.map(registration),
    managed: memory.managed.map(ofAnyKind),
    loadBalancers: memory.loadBalancers.map(({ asked, found }) => ({ asked, found: ofAnyKind(found) })),
    recheck: memory.recheck && { ...memory.recheck, blocker: otherBlocker(memory.recheck.blocker) },
  };

  function otherBlocker(blocker: RecheckableBlocker): RecheckableBlocker {
    if (blocker.kind === "tasks") return blocker;
    return { ...blocker, registration: registration(blocker.registration) };
  }
}
