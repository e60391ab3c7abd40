import { type GroupInstance, INSTANCES_A_CALL } from "../aws/autoscaling.ts";
import { forEachOf, pieces } from "../base/batches.ts";
import type { AutoScalingView, Hook } from "../model/observation.ts";
import type { Termination } from "../model/termination.ts";
import { deadlineOf, halfTimeOf } from "../rules/deadline.ts";
import { hookOf } from "../rules/heartbeat.ts";
import { contentOf, type Reading, reading, unreadOf } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/**
 * Reads what Auto Scaling shows of the instances: one call per fifty of them, and once a run and group its hooks. Throws
 * only what is a fault of ours.
 */
export async function observeAutoScaling(
  run: Run,
  terminations: readonly Termination[],
): Promise<Map<Termination, AutoScalingView>> {
  const groupInstances = await observeGroupInstances(run, terminations);
  const hooks = await observeHooksOfAll(run, terminations);
  const retaining = await observeRetention(run, terminations, hooks);
  return new Map(
    terminations.map((termination) => {
      const groupInstance = groupInstances.get(termination.instanceId) ?? { value: undefined };
      const ofGroup = hooks.get(termination.group) ?? { value: [] };
      return [
        termination,
        {
          groupInstance: contentOf(groupInstance),
          hooks: contentOf(ofGroup),
          retains: retaining.get(termination.group),
          unread: { ...unreadOf("groupInstance", groupInstance), ...unreadOf("hooks", ofGroup) },
        },
      ];
    }),
  );
}

/** Where Auto Scaling shows instances: one call per fifty of them. Throws only what is a fault of ours. */
export async function observeGroupInstances(
  run: Run,
  terminations: readonly { readonly instanceId: string }[],
): Promise<Map<string, Reading<GroupInstance | undefined>>> {
  const ids = [...new Set(terminations.map((each) => each.instanceId))];
  const readings = new Map<string, Reading<GroupInstance | undefined>>();
  await forEachOf(pieces(ids, INSTANCES_A_CALL), async (batch) => {
    const answer = await reading(run, () => run.ports.autoScaling.describeInstances(batch));
    for (const id of batch) readings.set(id, "unread" in answer ? answer : { value: answer.value.get(id) });
  });
  return readings;
}

async function observeHooksOfAll(
  run: Run,
  terminations: readonly Termination[],
): Promise<Map<string, Reading<readonly Hook[]>>> {
  const groups = new Set(terminations.map((each) => each.group));
  const found = new Map<string, Reading<readonly Hook[]>>();
  await forEachOf(groups, async (group) => {
    found.set(group, await observeHooks(run, group));
  });
  return found;
}

/** The terminating hooks of a group, asked for once a run. Throws only what is a fault of ours. */
export function observeHooks(run: Run, group: string): Promise<Reading<readonly Hook[]>> {
  return reading(run, () => run.once(run.hooks, group, () => run.ports.autoScaling.terminatingHooks(group)));
}

// Asked only where it matters: near the end of a drain that may end with ABANDON.
async function observeRetention(
  run: Run,
  terminations: readonly Termination[],
  hooks: ReadonlyMap<string, Reading<readonly Hook[]>>,
): Promise<Map<string, boolean>> {
  const now = run.now();
  const isNearItsEnd = (each: Termination) => {
    const ofGroup = hooks.get(each.group);
    const deadline = deadlineOf(each, hookOf(each, { hooks: ofGroup && contentOf(ofGroup) }));
    return now >= halfTimeOf(each, deadline);
  };
  const groups = new Set(
    terminations
      .filter((each) => each.settings.onTimeout === "abandon" && isNearItsEnd(each))
      .map((each) => each.group),
  );
  const found = new Map<string, boolean>();
  await forEachOf(groups, async (group) => {
    const answer = await reading(run, () =>
      run.once(run.retaining, group, () => run.ports.autoScaling.retains(group)),
    );
    if ("value" in answer) found.set(group, answer.value);
  });
  return found;
}
