import { GROUPS_A_CALL } from "../aws/autoscaling.ts";
import { forEachOf, pieces } from "../base/batches.ts";
import { OddAnswer } from "../base/errors.ts";
import type { GroupWithInstances } from "../model/hooks.ts";
import { isKnownState } from "../model/lifecycle-state.ts";
import type { GroupCapacity } from "../model/notice.ts";
import { tagIn } from "../model/settings.ts";
import { contentOf, type Reading, reading, readingOf } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/** Groups with their instances, each once, and the names that Auto Scaling does not know. An unread group is in neither. */
export type ObservedGroups = {
  readonly groups: readonly GroupWithInstances[];
  readonly unknown: readonly string[];
};

/**
 * Reads groups by name, a hundred a call, and those that carry a tag. Throws only what is a fault of ours.
 *
 * @param tag as `key` or `key=value`
 */
export async function observeGroups(
  run: Run,
  names: readonly string[],
  tag: string | undefined,
): Promise<ObservedGroups> {
  const answers = await forEachOf(pieces(names, GROUPS_A_CALL), async (some) => {
    const groups = contentOf(await reading(run, () => run.ports.autoScaling.groups({ names: some })));
    // Auto Scaling leaves out the groups that it does not know.
    const unknown = groups ? some.filter((name) => !groups.some((each) => each.name === name)) : [];
    return { groups: groups ?? [], unknown };
  });
  const named = answers.flatMap(({ groups }) => groups);
  const tagged = tag === undefined ? [] : await readTagged(run, tag);
  return {
    groups: [...new Map([...named, ...tagged].map((each) => [each.name, each])).values()],
    unknown: answers.flatMap(({ unknown }) => unknown),
  };
}

/** Reads the capacities of groups, a hundred a call. A group that is gone is left out. Throws only what is a fault of ours. */
export async function observeCapacities(
  run: Run,
  names: readonly string[],
): Promise<Map<string, Reading<GroupCapacity>>> {
  const capacities = new Map<string, Reading<GroupCapacity>>();
  await forEachOf(pieces(names, GROUPS_A_CALL), async (some) => {
    const answer = await reading(run, () => run.ports.autoScaling.capacities(some));
    if ("unread" in answer) for (const name of some) capacities.set(name, answer);
    else for (const [name, each] of answer.value) capacities.set(name, readingOf(run, each));
  });
  return capacities;
}

/**
 * All instances of a group, with those of its warm pool, which the group does not list. A state that is not known is noted. Throws
 * only what is a fault of ours.
 */
export async function observeInstancesOf(
  run: Run,
  { name, instances, hasWarmPool }: GroupWithInstances,
): Promise<GroupWithInstances["instances"]> {
  const pool = hasWarmPool
    ? contentOf(await reading(run, () => run.ports.autoScaling.warmPool(name)))
    : undefined;
  const all = [...instances, ...(pool ?? [])];
  for (const { instanceId, state } of all)
    if (!isKnownState(state))
      run.callFailed(
        new OddAnswer("autoscaling:DescribeAutoScalingGroups", "LifecycleState", state, {
          ids: [instanceId],
        }),
      );
  return all;
}

async function readTagged(run: Run, tag: string): Promise<readonly GroupWithInstances[]> {
  return contentOf(await reading(run, () => run.ports.autoScaling.groups({ tag: tagIn(tag) }))) ?? [];
}
