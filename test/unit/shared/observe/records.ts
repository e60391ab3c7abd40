// The records that observing hands from step to step, as a pass begins with them.
import type { InPass } from "../../../../shared/model/observation.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import type { Clustered, InClusters, Observable, Registered } from "../../../../shared/observe/records.ts";

/** Terminations at the beginning of a pass. */
export function inPass(...terminations: readonly Termination[]): InPass[] {
  return terminations.map((termination, index) => ({ index, before: termination, termination }));
}

/** The same, each to be asked about beyond Auto Scaling. */
export function observable(...terminations: readonly Termination[]): Observable[] {
  return inPass(...terminations).map((each) => ({ ...each, isObserved: true }));
}

/** A termination in its clusters: in none by default. */
export function clustered(termination: Termination, clusters: Partial<InClusters> = {}): Clustered {
  const inNone = {
    instances: [],
    managed: [],
    managedDraining: undefined,
    protections: [],
    unread: undefined,
    unnamed: [],
    missing: [],
    searchUnread: undefined,
  };
  return {
    index: 0,
    before: termination,
    termination,
    isObserved: true,
    clusters: { ...inNone, ...clusters },
  };
}

/** Where an instance is registered, if all could be read and nothing was searched. */
export function registeredAt(registrations: Registered["registrations"]): Registered {
  return {
    registrations,
    loadBalancers: [],
    unread: undefined,
    unnamed: [],
    missing: [],
    doubtful: [],
    others: [],
    asked: [],
  };
}
