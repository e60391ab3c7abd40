import { INSTANCES_A_CALL } from "../aws/autoscaling.ts";
import { forEachOf, pieces } from "../base/batches.ts";
import { type GroupInstance, type Hook, hookOf } from "../model/hooks.ts";
import type { InPass, UnreadAnswers, WithView } from "../model/observation.ts";
import type { Questions } from "../model/questions.ts";
import type { Termination } from "../model/termination.ts";
import { readHooks } from "../run/read-hooks.ts";
import { contentOf, type Reading, reading, readingOf, unreadIn } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { areSendersKnown } from "../run/sender-role-ids.ts";
import { observeActivities } from "./activities.ts";
import { observeInterruptions } from "./interruptions.ts";

/**
 * Reads what Auto Scaling shows of the instances, fifty a call, and the hooks of each group, once a run. Throws only what is a
 * fault of ours.
 */
export async function observeAutoScaling(run: Run, records: readonly InPass[]): Promise<WithView[]> {
  const terminations = records.map(({ termination }) => termination);
  const instances = await observeGroupInstances(
    run,
    terminations.map(({ instanceId }) => instanceId),
  );
  const hooks = await byGroup(terminations, (group) => readHooks(run, group));
  return records.map((record) => {
    const { termination } = record;
    const groupInstance = instances.get(termination.instanceId) ?? { value: undefined };
    const ofGroup: Reading<readonly Hook[]> = hooks.get(termination.group) ?? { value: [] };
    return {
      ...record,
      view: {
        groupInstance: contentOf(groupInstance),
        hooks: contentOf(ofGroup),
        // The rules say it.
        owner: undefined,
        retains: undefined,
        activity: undefined,
        interruption: undefined,
        areSendersKnown: areSendersKnown(run.ports),
        unread: unreadAnswers({ "group instance": unreadIn(groupInstance), hooks: unreadIn(ofGroup) }),
      },
    };
  });
}

/**
 * Reads what only matters near the end of a drain, for the terminations that are near it by their settings, or by a notice. That is
 * whether the group keeps an instance whose hook ends with ABANDON, when the activity began that terminates the instance, and
 * whether EC2 takes it back. Throws only what is a fault of ours.
 */
export async function observeNearTheEnd(
  run: Run,
  records: readonly WithView[],
  questions: Pick<Questions, "isRetentionDue" | "isActivityDue" | "isInterruptionDue">,
): Promise<WithView[]> {
  const now = run.now();
  const abandoning = records.filter(({ termination, view }) =>
    questions.isRetentionDue(termination, hookOf(termination, view), now),
  );
  const overdue = records.filter(({ termination, view }) =>
    questions.isActivityDue(termination, view, hookOf(termination, view), now),
  );
  const noticed = records.filter(({ termination, view }) =>
    questions.isInterruptionDue(termination, view, now),
  );
  const [retains, activities, interruptions] = await Promise.all([
    // If it cannot be read, the log says so at the drain's end. The drain does not wait for it.
    byGroup(
      abandoning.map(({ termination }) => termination),
      (group) =>
        reading(run, () => run.cache.retaining.get(group, () => run.ports.autoScaling.retains(group))),
    ),
    observeActivities(run, overdue),
    observeInterruptions(run, noticed),
  ]);
  return records.map((each) => {
    const retention = retains.get(each.termination.group);
    const activity = activities.get(each.index);
    const interruption = interruptions.get(each.index);
    return {
      ...each,
      view: {
        ...each.view,
        retains: retention && contentOf(retention),
        activity: activity && contentOf(activity),
        interruption: interruption && contentOf(interruption),
        unread: {
          ...each.view.unread,
          ...unreadAnswers({
            "scaling activity": activity && unreadIn(activity),
            interruption: interruption && unreadIn(interruption),
          }),
        },
      },
    };
  });
}

/** Reads in which group and state instances are, fifty a call. Throws only what is a fault of ours. */
export async function observeGroupInstances(
  run: Run,
  instanceIds: readonly string[],
): Promise<Map<string, Reading<GroupInstance | undefined>>> {
  const readings = new Map<string, Reading<GroupInstance | undefined>>();
  await forEachOf(pieces([...new Set(instanceIds)], INSTANCES_A_CALL), async (batch) => {
    const answer = await reading(run, () => run.ports.autoScaling.describeInstances(batch));
    for (const id of batch)
      readings.set(id, "unread" in answer ? answer : readingOf(run, answer.value.get(id)));
  });
  return readings;
}

/** The unread answers, by what was asked. Answers that were given are left out. */
export function unreadAnswers(
  answers: {
    readonly [what in keyof UnreadAnswers]: UnreadAnswers[what] | undefined;
  },
): UnreadAnswers {
  return Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer !== undefined));
}

async function byGroup<T>(
  terminations: readonly Termination[],
  ask: (group: string) => Promise<T>,
): Promise<Map<string, T>> {
  const groups = [...new Set(terminations.map(({ group }) => group))];
  const answers = await forEachOf(groups, async (group): Promise<[string, T]> => [group, await ask(group)]);
  return new Map(answers);
}
