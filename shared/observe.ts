import { INSTANCES_A_CALL, type Membership } from "./aws/autoscaling.ts";
import { forEachOf, groupBy, pieces } from "./batches.ts";
import { situationOf } from "./lifecycle-state.ts";
import type { Observation } from "./observation.ts";
import { observeMembers } from "./observe-cluster.ts";
import { observeRegistrations } from "./observe-load-balancers.ts";
import type { Ports } from "./ports.ts";
import { type Reading, reading } from "./reading.ts";
import type { Run } from "./run.ts";
import type { Termination } from "./termination.ts";

/**
 * Reads all that `decide` needs for a batch of terminations, in as few calls as the APIs allow: the batch shares each
 * of them. A call that fails leaves its part of the observations unread, and the others whole. Throws only what is no
 * AwsCallError: a fault of ours.
 */
export async function observe(
  ports: Ports,
  run: Run,
  terminations: readonly Termination[],
): Promise<Map<Termination, Observation>> {
  const memberships = await observeMemberships(ports, run, terminations);
  const held = terminations.filter((each) => isHeld(each, memberships.get(each.instanceId)));
  const members = await observeMembers(ports, run, held);
  const registrations = await observeRegistrations(ports, run, held, members);
  const hooks = await observeHooks(ports, run, held);

  const observations = new Map<Termination, Observation>();
  for (const termination of terminations) {
    const membership = memberships.get(termination.instanceId) ?? { value: undefined };
    const tasks = members.get(termination);
    const registered = registrations.get(termination);
    const otherHooks = hooks.get(termination.group);
    observations.set(termination, {
      membership: readValue(membership),
      members: tasks?.members ?? [],
      registrations: registered?.registrations ?? [],
      managedTargetGroups: tasks?.targetGroups ?? [],
      managedElbNames: tasks?.elbNames ?? [],
      otherHooks: otherHooks && readValue(otherHooks)?.filter((name) => name !== termination.hook),
      unread: {
        ...unreadOf("membership", membership),
        ...(tasks?.unread === undefined ? {} : { tasks: tasks.unread }),
        ...(registered?.unread === undefined ? {} : { registrations: registered.unread }),
        ...(otherHooks ? unreadOf("hooks", otherHooks) : {}),
      },
    });
  }
  return observations;
}

async function observeMemberships(
  ports: Ports,
  run: Run,
  terminations: readonly Termination[],
): Promise<Map<string, Reading<Membership | undefined>>> {
  const ids = [...new Set(terminations.map((each) => each.instanceId))];
  const readings = new Map<string, Reading<Membership | undefined>>();
  await forEachOf(pieces(ids, INSTANCES_A_CALL), async (batch) => {
    const answer = await reading(run, () => ports.autoScaling.describeInstances(batch));
    for (const id of batch) readings.set(id, "unread" in answer ? answer : { value: answer.value.get(id) });
  });
  return readings;
}

// Asked only where a completion was answered with "no such action": another hook may explain why the instance waits.
async function observeHooks(
  ports: Ports,
  run: Run,
  held: readonly Termination[],
): Promise<Map<string, Reading<readonly string[]>>> {
  const groups = groupBy(
    held.filter((each) => each.memory.refusedAt !== undefined),
    (each) => each.group,
  );
  const hooks = new Map<string, Reading<readonly string[]>>();
  await forEachOf(groups.keys(), async (group) => {
    hooks.set(group, await reading(run, () => ports.autoScaling.terminatingHooks(group)));
  });
  return hooks;
}

function isHeld({ group }: Termination, membership: Reading<Membership | undefined> | undefined): boolean {
  const value = membership && readValue(membership);
  return value !== undefined && value.group === group && situationOf(value.state) === "held";
}

function readValue<T>(read: Reading<T>): T | undefined {
  return "value" in read ? read.value : undefined;
}

function unreadOf<K extends string>(key: K, read: Reading<unknown>): { [P in K]?: string } {
  return ("unread" in read ? { [key]: read.unread } : {}) as { [P in K]?: string };
}
