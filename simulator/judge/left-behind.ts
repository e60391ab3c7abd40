import type { AllowedBy, Damage } from "./damage.ts";
import type { DamageFacts } from "./damage-ledger.ts";
import { delayOf } from "./delays.ts";
import type { Hold, Lost } from "./permits.ts";
import type { Scope } from "./scope.ts";
import {
  type ContainerInstanceThere,
  cameAt,
  type Spot,
  type There,
  type Whereabouts,
} from "./whereabouts.ts";

/** ECS and the load balancers notice by themselves that an instance has ended within this time, in milliseconds. */
const NOTICED_MS = 150_000;
/** In these states an instance is in use, or waits for it: its container instance must be ACTIVE. */
const IN_USE: ReadonlySet<string> = new Set([
  "InService",
  "Warmed:Stopped",
  "Warmed:Running",
  "Warmed:Hibernated",
]);

type Allowed = (there: There, lost: Lost) => AllowedBy | undefined;

/** What is known of how instances were released. */
type Releases = {
  /** What allowed an instance to end while something was still there. */
  readonly allowed: Allowed;
  /** Whether a registration counts from the functions' next round on, after a hold. */
  readonly isForNextRound: (there: There, spot: Spot, hold: Hold) => boolean;
  /** The settings of its last drain, as they were at its end. */
  readonly scopeOf: (there: There) => Scope | undefined;
  /** Whether a hook of ours ever held it. */
  readonly wasHeld: (there: There) => boolean;
  /**
   * Whether nothing told us of the hook that held it. Or it was made another's before any of us began its drain, or after that, and
   * nobody sweeps.
   */
  readonly isUntold: (there: There) => boolean;
};

/** What is still counted at a time, in milliseconds since 1970, although it is gone, and what stays DRAINING. */
export function leftBehind(at: number, where: Whereabouts, releases: Releases, facts: DamageFacts): Damage[] {
  return [...where.instances.values()].flatMap((there) => {
    if (!facts.scopeOfGroup(there.group)) return [];
    if (there.ended?.how === "terminated" && at - there.ended.at > NOTICED_MS)
      return [...ghosts(there, at, releases, facts), ...staleTargets(there, at, where, { releases, facts })];
    return IN_USE.has(there.state) ? stillDraining(there, at, facts) : [];
  });
}

// Container instances, with their tasks, that ECS still counts.
function ghosts(there: There, at: number, releases: Releases, facts: DamageFacts): Damage[] {
  const { ended, instanceId } = there;
  return [...there.containerInstances.values()]
    .filter(({ status }) => status !== "INACTIVE")
    .map((each) => {
      const tasks = [...there.tasks.values()].filter(
        ({ cluster, status }) => cluster === each.cluster && status !== "STOPPED",
      );
      const what = `ECS still counts it in the cluster ${each.cluster}, ${each.status}, with ${tasks.length} tasks`;
      const allowedBy = ghostAllowed(there, each, { at, releases, facts });
      return { kind: "left_behind", instanceId, what, from: ended?.at ?? at, to: at, allowedBy };
    });
}

function ghostAllowed(
  there: There,
  { cluster, at: since }: ContainerInstanceThere,
  { at, releases, facts }: { readonly at: number; readonly releases: Releases; readonly facts: DamageFacts },
): AllowedBy | undefined {
  const scope = facts.scopeOfGroup(there.group);
  if (scope?.permits.containerInstances === "never") return "deregister_container_instance";
  // Settings that came later are for later drains, and for sweeps.
  const isSwept = facts.isSwept(there.group, cluster);
  const atEnd = releases.scopeOf(there)?.permits;
  if (atEnd?.containerInstances === "never" && !isSwept) return "deregister_container_instance";
  if (atEnd?.dryRun && !isSwept) return "dry_run";
  if (scope?.permits.dryRun) return "dry_run";
  const { discover, changeable, clusters } = scope?.permits ?? {};
  if (discover === "all" && !changeable?.has(cluster)) return "clusters";
  // With `named` and `warn`, nothing is done in a cluster that nobody names.
  if (discover && discover !== "all" && !clusters?.has(cluster)) return `discover: ${discover}`;
  const isNamed: Lost["isNamed"] = ({ permits }) => permits.clusters.has(cluster);
  const lost: Lost = {
    since,
    by: "ecs",
    isNamed,
    isForNextRound: () => false,
    isGoing: false,
    isStandalone: false,
  };
  if (releases.isUntold(there)) return "a person's act";
  const permit = releases.allowed(there, lost);
  if (permit === "dry_run" || permit?.startsWith("discover:")) return permit;
  // Who released an instance is no reason to leave its ghost behind, but for one that nobody of ours ever had.
  const isUnheld = permit === "a person's act" || permit === "Spot interruption";
  // A retained instance lives on for somebody to look at: only a sweep sees its end.
  const isRetained = there.state.endsWith(":Retained");
  const isCaredFor = (releases.wasHeld(there) && !isRetained) || isSwept;
  if (isUnheld && !isCaredFor) return permit;
  // Without its tags a sweep cannot tell whose it is.
  if (!facts.isTagged(there.instanceId)) return "a person's act";
  const from = there.ended?.at ?? since;
  // Its agent is silent, as that of every ghost.
  return there.messageLost || facts.faultyUntil(from, at) !== undefined ? "an injected fault" : undefined;
}

// Registrations of the instance, and of the addresses that its tasks had and nobody has since.
function staleTargets(
  there: There,
  at: number,
  where: Whereabouts,
  { releases, facts }: { readonly releases: Releases; readonly facts: DamageFacts },
): Damage[] {
  // What was taken out is gone by itself once it has drained.
  const isStale = (spot: Spot) => at > (spot.drainingSince ?? 0) + (delayOf(spot, facts) ?? 0);
  const stale = where.spotsOf(there).filter((spot) => spot.state === "registered" || isStale(spot));
  return stale.map((spot) => {
    const { kind, name, id, port, by, state } = spot;
    const since = Math.max(spot.since, cameAt(there, spot));
    const isNamed: Lost["isNamed"] = ({ targetGroups, loadBalancers }) =>
      (kind === "target" ? targetGroups : loadBalancers).has(name) ||
      [...there.tasks.values()].some(({ cluster, service = "" }) =>
        facts.services(cluster, service).targetGroups.includes(name),
      );
    const isForNextRound = (hold: Hold) => releases.isForNextRound(there, spot, hold);
    const lost: Lost = { since, by, isNamed, isForNextRound, isGoing: false, isStandalone: false };
    const what = `${id}${port === undefined ? "" : `:${port}`} is still ${state} in ${name}`;
    const from = there.ended?.at ?? at;
    const ghost = by === "ecs" ? ghostBehind(there, id) : undefined;
    const allowedBy = ghost
      ? ghostAllowed(there, ghost, { at, releases, facts })
      : releases.allowed(there, lost);
    return { kind: "left_behind", instanceId: there.instanceId, what, from, to: at, allowedBy };
  });
}

// The container instance whose task has an address, as far as ECS knows. While ECS counts the task, its target is ECS's own, and
// stays as long as the container instance does.
function ghostBehind(
  { containerInstances, tasks }: There,
  address: string,
): ContainerInstanceThere | undefined {
  const task = [...tasks.values()].findLast((each) => each.address === address && each.status !== "STOPPED");
  return [...containerInstances.values()].find(
    ({ cluster, status }) => cluster === task?.cluster && status !== "INACTIVE",
  );
}

// An older container instance of the same instance does not count: its agent has a new one.
function stillDraining(there: There, at: number, facts: DamageFacts): Damage[] {
  const newest = new Map([...there.containerInstances.values()].map((each) => [each.cluster, each]));
  return [...newest.values()]
    .filter(({ status }) => status === "DRAINING")
    .map(({ at: from, by, cluster }) => {
      const what = `it is ${there.state} and still DRAINING in the cluster ${cluster}, by ${by}`;
      return {
        kind: "left_behind",
        instanceId: there.instanceId,
        what,
        from,
        to: at,
        allowedBy: drainingAllowed(there, by, facts),
      };
    });
}

function drainingAllowed(there: There, by: string, { suspects }: DamageFacts): AllowedBy | undefined {
  if (by === "ecs") return "managed draining";
  if (!suspects.has(by)) return "a person's act";
  if (there.interrupted) return "Spot interruption";
  return there.messageLost ? "an injected fault" : undefined;
}

/**
 * Registrations of addresses that nobody in the world ever had, in a target group that the settings of a group name: what is
 * sent there is lost. Whoever registered them may mean an address outside of this world.
 */
export function unknownAddresses(at: number, where: Whereabouts, facts: DamageFacts): Damage[] {
  const groups = new Set([...where.instances.values()].map(({ group }) => group));
  const named = new Set([...groups].flatMap((group) => [...(facts.scopeOfGroup(group)?.targetGroups ?? [])]));
  return where.addressed
    .filter(({ name }) => named.has(name) && facts.targetGroup(name)?.inUse)
    .filter((spot) => where.instanceBehind(spot) === undefined)
    .filter(({ by, state }) => by === "operator" && state === "registered")
    .map(({ name, id, port, since }) => {
      const what = `${name} sent to ${id}:${port}, an address that nobody has`;
      return { kind: "unserved", instanceId: "", what, from: since, to: at, allowedBy: "a person's act" };
    });
}
