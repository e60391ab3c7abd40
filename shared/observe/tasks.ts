import { forEachOf, groupBy } from "../base/batches.ts";
import { apart, type OddAnswer } from "../base/errors.ts";
import type { Questions } from "../model/questions.ts";
import type { ClusterInstance, ContainerInstance, Task } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import type { Run } from "../run/run.ts";

/** A container instance of a termination's instance. */
export type Hosted = { readonly termination: Termination; readonly containerInstance: ContainerInstance };

/** A container instance with its tasks, or the odd answer that may hide some of them. */
export type WithTasks = { readonly clusterInstance: ClusterInstance | OddAnswer };

/**
 * Reads the tasks on container instances of one cluster. Tasks known from an earlier pass are described again, a hundred a call,
 * whatever instance they are on. Tasks are only listed if the rules say that some may be unknown, or if ECS does not describe a known
 * one. ECS forgets a task an hour after that has stopped. Throws an AwsCallError.
 */
export async function observeTasks<T extends Hosted>(
  run: Run,
  cluster: string,
  hosted: readonly T[],
  { tasksToList }: Pick<Questions, "tasksToList">,
): Promise<(T & WithTasks)[]> {
  const known = await describe(run, cluster, [...new Set(hosted.flatMap(remembered))]);
  const tasks = new Map(known.read.map((task) => [task.arn, task]));
  const knownOn = tasksByContainerInstance(tasks);
  const lists = hosted.map((each) => {
    const { termination, containerInstance } = each;
    const { arn } = containerInstance;
    if (known.odd.some((odd) => isKnownBy(each, odd))) return { arn, toRun: true, stopping: true };
    return { arn, ...tasksToList(termination, containerInstance, knownOn.get(arn) ?? [], run.now()) };
  });
  const arnsOf = (which: "toRun" | "stopping") => [
    ...new Set(lists.filter((each) => each[which]).map(({ arn }) => arn)),
  ];
  const which = { cluster, toRun: arnsOf("toRun"), stopping: arnsOf("stopping") };
  const listed = await list(run, which);
  const news = await describe(
    run,
    cluster,
    listed.filter((arn) => !tasks.has(arn)),
  );
  for (const task of news.read) tasks.set(task.arn, task);
  const hiding = await hidingOf(
    run,
    [...known.odd.filter(({ isMissing }) => !isMissing), ...news.odd],
    which,
  );
  const isAbout = await ownersOf(run, hosted, hiding, which);
  const tasksOn = tasksByContainerInstance(tasks);
  return hosted.map((each) => ({
    ...each,
    clusterInstance: hiding.find((odd) => isAbout(each, odd)) ?? {
      cluster,
      containerInstance: each.containerInstance,
      tasks: tasksOn.get(each.containerInstance.arn) ?? [],
      listed: which.stopping.includes(each.containerInstance.arn),
      permitted: true,
      services: [],
    },
  }));
}

/** Which tasks are listed: those to run, and those that are stopping, on which container instances. */
type Lists = {
  readonly cluster: string;
  readonly toRun: readonly string[];
  readonly stopping: readonly string[];
};

// In this order, a task that stops between the two lists is in one of them.
async function list(run: Run, { cluster, toRun, stopping }: Lists): Promise<string[]> {
  const { ecs } = run.ports;
  const arns = [
    ...(toRun.length > 0 ? await ecs.listTasksToRun(cluster, toRun) : []),
    ...(stopping.length > 0 ? await ecs.listStoppingTasks(cluster, stopping) : []),
  ];
  return [...new Set(arns)];
}

async function describe(run: Run, cluster: string, arns: readonly string[]) {
  return apart(await run.ports.ecs.describeTasks(cluster, arns));
}

// What ECS has listed and does not know is gone if it is not listed again.
async function hidingOf(run: Run, odd: readonly OddAnswer[], lists: Lists): Promise<readonly OddAnswer[]> {
  if (!odd.some(({ isMissing }) => isMissing)) return odd;
  const again = await list(run, lists);
  return odd.filter(({ isMissing, ids }) => !isMissing || ids.some((id) => again.includes(id)));
}

// Whose tasks odd answers are about. An answer may name the container instance beside the task. If it does not, and no message
// knows the task, only the lists of single container instances tell: a list of the whole cluster has tasks of others.
async function ownersOf(
  run: Run,
  hosted: readonly Hosted[],
  hiding: readonly OddAnswer[],
  { cluster, stopping }: Lists,
): Promise<(each: Hosted, odd: OddAnswer) => boolean> {
  const isOwn = (each: Hosted, odd: OddAnswer) =>
    odd.ids.includes(each.containerInstance.arn) || isKnownBy(each, odd);
  const isUnclear = (odd: OddAnswer) => odd.ids.length === 1 && !hosted.some((each) => isOwn(each, odd));
  if (!hiding.some(isUnclear)) return isOwn;
  const lists = new Map(
    await forEachOf(stopping, async (arn): Promise<[string, readonly string[]]> => {
      return [arn, await list(run, { cluster, toRun: [arn], stopping: [arn] })];
    }),
  );
  return (each, odd) =>
    isOwn(each, odd) || odd.ids.some((id) => lists.get(each.containerInstance.arn)?.includes(id));
}

function remembered({ termination }: Hosted): readonly string[] {
  return termination.memory.tasks ?? [];
}

function isKnownBy(each: Hosted, { ids }: OddAnswer): boolean {
  return remembered(each).some((arn) => ids.includes(arn));
}

function tasksByContainerInstance(tasks: ReadonlyMap<string, Task>): Map<string, Task[]> {
  return groupBy(tasks.values(), ({ containerInstance }) => containerInstance);
}
