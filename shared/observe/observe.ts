import { situationOf } from "../model/lifecycle-state.ts";
import type { AutoScalingView, InstanceState, Observation } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { isSilent } from "../rules/still-there.ts";
import { contentOf, type Reading, reading, unreadOf } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { type InstanceInClusters, observeClusters } from "./cluster.ts";
import { observeHostPorts } from "./host-ports.ts";
import { observeRegistrations, type Registrations } from "./load-balancers.ts";

/** How long an agent must have been disconnected before EC2 is asked: some minutes of it are normal. */
const DISCONNECTED_MS = 120_000;

/**
 * Reads all else that `decide` needs for a batch of terminations, in as few calls as the APIs allow: the batch shares
 * each of them. A call that fails leaves its part of the observations unread, and the others whole. Throws only what is
 * a fault of ours.
 */
export async function observe(
  run: Run,
  autoScalingViews: ReadonlyMap<Termination, AutoScalingView>,
): Promise<Map<Termination, Observation>> {
  const watched = [...autoScalingViews]
    .filter(([each, autoScalingView]) => isWatched(each, autoScalingView))
    .map(([each]) => each);
  const clusterInstances = await observeClusters(run, watched);
  const registrations = await observeRegistrations(run, watched, clusterInstances);
  const unknownPorts = await observeHostPorts(run, watched, clusterInstances, registrations);
  const instances = await observeInstances(run, watched, clusterInstances, registrations);
  return new Map(
    [...autoScalingViews].map(([termination, autoScalingView]) => {
      const clusterInstance = clusterInstances.get(termination);
      const registered = registrations.get(termination);
      const instance = instances.get(termination.instanceId);
      const hostPorts = unknownPorts.get(termination);
      return [
        termination,
        {
          ...autoScalingView,
          clusterInstances: clusterInstance?.clusterInstances ?? [],
          registrations: registered?.registrations ?? [],
          targetGroups: registered?.targetGroups ?? termination.memory.targetGroups,
          managedTargetGroups: clusterInstance?.targetGroups ?? [],
          managedElbNames: clusterInstance?.elbNames ?? [],
          managedDraining: clusterInstance?.managedDraining,
          protections: clusterInstance?.protections ?? [],
          instance: instance && contentOf(instance),
          unread: {
            ...autoScalingView.unread,
            ...(clusterInstance?.unread === undefined ? {} : { tasks: clusterInstance.unread }),
            ...(registered?.unread === undefined ? {} : { registrations: registered.unread }),
            ...(hostPorts === undefined ? {} : { hostPorts }),
            ...(instance ? unreadOf("instance", instance) : {}),
          },
        },
      ];
    }),
  );
}

// What no hook holds is not looked into, unless it is about to be interrupted, or has something to get back.
function isWatched(
  { group, interruptedAt, memory }: Termination,
  { groupInstance }: AutoScalingView,
): boolean {
  if (!groupInstance || groupInstance.group !== group) return false;
  if (situationOf(groupInstance.state) === "held") return memory.completedAt === undefined;
  return interruptedAt !== undefined || memory.returns !== undefined;
}

async function observeInstances(
  run: Run,
  terminations: readonly Termination[],
  clusterInstances: ReadonlyMap<Termination, InstanceInClusters>,
  registrations: ReadonlyMap<Termination, Registrations>,
): Promise<Map<string, Reading<InstanceState>>> {
  const now = run.now();
  const doubtful = terminations.filter((each) => {
    const { disconnectedSince } = each.memory;
    const wasSilent = disconnectedSince !== undefined && now - disconnectedSince >= DISCONNECTED_MS;
    const isStillSilent = wasSilent && clusterInstances.get(each)?.clusterInstances.some(isSilent);
    return isStillSilent || registrations.get(each)?.registrations.some(({ invalid }) => invalid);
  });
  const ids = [...new Set(doubtful.map((each) => each.instanceId))];
  const found = new Map<string, Reading<InstanceState>>();
  if (ids.length === 0) return found;
  const answer = await reading(run, () => run.ports.ec2.states(ids));
  for (const id of ids) {
    found.set(id, "unread" in answer ? answer : { value: answer.value.get(id) ?? "unknown" });
  }
  return found;
}
