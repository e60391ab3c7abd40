import type { Questions } from "../model/questions.ts";
import { liveTasks, type TaskProtection } from "../model/tasks.ts";
import { contentOf, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import type { InCluster } from "./services.ts";

/** Asks whether ECS itself drains a cluster's instances, if the rules say that it may. Throws only what is a fault of ours. */
export async function observeManagedDraining<T extends InCluster>(
  run: Run,
  cluster: string,
  records: readonly T[],
  { mayBeManagedDraining }: Pick<Questions, "mayBeManagedDraining">,
): Promise<(T & { readonly managedDraining: boolean | undefined })[]> {
  const isAsked = ({ termination, instances }: InCluster) => mayBeManagedDraining(termination, instances);
  // It only explains what is seen. Without it the drain goes on in the same way.
  const managesDraining = records.some(isAsked)
    ? contentOf(
        await reading(run, () =>
          run.cache.managedDraining.get(cluster, () => run.ports.ecs.managesDraining(cluster)),
        ),
      )
    : undefined;
  return records.map((each) => ({ ...each, managedDraining: isAsked(each) ? managesDraining : undefined }));
}

/** Asks which tasks are protected from being stopped, if that is due. Throws only what is a fault of ours. */
export async function observeProtections<T extends InCluster>(
  run: Run,
  cluster: string,
  records: readonly T[],
  { areProtectionsDue }: Pick<Questions, "areProtectionsDue">,
): Promise<(T & { readonly protections: readonly TaskProtection[] })[]> {
  const { protections: cache } = run.cache;
  const now = run.now();
  const tasksOf = ({ termination, instances }: InCluster) =>
    areProtectionsDue(termination, now)
      ? instances
          .filter(({ containerInstance }) => containerInstance.status === "DRAINING")
          .flatMap((each) => liveTasks(each).filter((task) => task.shouldRun && task.service !== undefined))
          .map(({ arn }) => arn)
      : [];
  const asked = [...new Set(records.flatMap(tasksOf))].filter((arn) => !cache.has(arn));
  const answer = await reading(run, () => run.ports.ecs.protections(cluster, asked));
  // It only explains the wait. If it could not be read, it is not asked for again in this run.
  for (const arn of asked)
    cache.set(
      arn,
      contentOf(answer)?.find(({ task }) => task === arn),
    );
  return records.map((each) => ({
    ...each,
    protections: tasksOf(each).flatMap((arn) => cache.peek(arn) ?? []),
  }));
}
