import { INSTANCES_A_CALL } from "../aws/autoscaling.ts";
import { forEachOf, pieces } from "../base/batches.ts";
import { type GroupInstance, type Hook, hookOf } from "../model/hooks.ts";
import type {
  AutoScalingView,
  InPass,
  TerminatingActivity,
  UnreadAnswers,
  WithView,
} from "../model/observation.ts";
import type { Questions } from "../model/questions.ts";
import type { Termination } from "../model/termination.ts";
import { readHooks } from "../run/read-hooks.ts";
import { contentOf, type Reading, reading, readingOf, unreadIn } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { observeActivities } from "./activities.ts";

/**
 * Reads what Auto Scaling shows of the instances, fifty a call, and the hooks of each group, once a run. Throws only what is a
 * fault of ours.
 */
export async function observeAutoScaling(
  run: Run,
  records: readonly InPass[],
  { isRetentionDue, isActivityDue }: Pick<Questions, "isRetentionDue" | "isActivityDue">,
): Promise<WithView[]> {
  const terminations = records.map(({ termination }) => termination);
  const instances = await observeGroupInstances(
    run,
    terminations.map(({ instanceId }) => instanceId),
  );
  const hooks = await byGroup(terminations, (group) => readHooks(run, group));
  const now = run.now();
  const nearTheEnd = terminations.filter((each) =>
    isRetentionDue(each, ownHook(each, hooks.get(each.group)), now),
  );
  const overdue = records.filter(({ termination: each }) => {
    const groupInstance = contentOf(groupInstanceOf(each, instances));
    return isActivityDue(each, { groupInstance }, ownHook(each, hooks.get(each.group)), now);
  });
  const [retains, activities] = await Promise.all([
    // If it cannot be read, the log says so at the drain's end. The drain does not wait for it.
    byGroup(nearTheEnd, (group) =>
      reading(run, () => run.cache.retaining.get(group, () => run.ports.autoScaling.retains(group))),
    ),
    observeActivities(run, overdue),
  ]);
  const answers = { instances, hooks, retains, activities };
  return records.map((record) => ({ ...record, view: viewOf(record, answers) }));
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

/** What Auto Scaling has answered: by instance, by group, and by the record's place in the batch. */
type Answers = {
  readonly instances: ReadonlyMap<string, Reading<GroupInstance | undefined>>;
  readonly hooks: ReadonlyMap<string, Reading<readonly Hook[]>>;
  readonly retains: ReadonlyMap<string, Reading<boolean>>;
  readonly activities: ReadonlyMap<number, Reading<TerminatingActivity>>;
};

function viewOf(
  { index, termination }: InPass,
  { instances, hooks, retains, activities }: Answers,
): AutoScalingView {
  const groupInstance = groupInstanceOf(termination, instances);
  const ofGroup: Reading<readonly Hook[]> = hooks.get(termination.group) ?? { value: [] };
  const retention = retains.get(termination.group);
  const activity = activities.get(index);
  return {
    groupInstance: contentOf(groupInstance),
    hooks: contentOf(ofGroup),
    // The rules say it.
    owner: undefined,
    retains: retention && contentOf(retention),
    activity: activity && contentOf(activity),
    unread: unreadAnswers({
      "group instance": unreadIn(groupInstance),
      hooks: unreadIn(ofGroup),
      "scaling activity": activity && unreadIn(activity),
    }),
  };
}

function groupInstanceOf(
  { instanceId }: Termination,
  instances: Answers["instances"],
): Reading<GroupInstance | undefined> {
  return instances.get(instanceId) ?? { value: undefined };
}

async function byGroup<T>(
  terminations: readonly Termination[],
  ask: (group: string) => Promise<T>,
): Promise<Map<string, T>> {
  const groups = [...new Set(terminations.map(({ group }) => group))];
  const answers = await forEachOf(groups, async (group): Promise<[string, T]> => [group, await ask(group)]);
  return new Map(answers);
}

function ownHook(termination: Termination, hooks: Reading<readonly Hook[]> | undefined): Hook | undefined {
  return hookOf(termination, { hooks: hooks && contentOf(hooks) });
}
