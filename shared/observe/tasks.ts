import { groupBy } from "../base/batches.ts";
import type { Questions } from "../model/questions.ts";
import type { ClusterInstance, ContainerInstance, Task } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import type { Run } from "../run/run.ts";

/** A container instance of a termination's instance. */
export type Hosted = { readonly termination: Termination; readonly containerInstance: ContainerInstance };

/**
 * Reads the tasks on container instances of one cluster. Tasks known from an earlier pass are described again, a hundred a call,
 * whatever instance they are on. Tasks are only listed if the rules say that some may be unknown. Throws an AwsCallError.
 */
export async function observeTasks<T extends Hosted>(
  run: Run,
  cluster: string,
  hosted: readonly T[],
  { tasksToList }: Pick<Questions, "tasksToList">,
): Promise<(T & { readonly clusterInstance: ClusterInstance })[]> {
  const { ecs } = run.ports;
  const known = new Set(hosted.flatMap(({ termination }) => termination.memory.tasks ?? []));
  const tasks = new Map((await ecs.describeTasks(cluster, [...known])).map((task) => [task.arn, task]));
  const knownOn = tasksByContainerInstance(tasks);
  const lists = hosted.map(({ termination, containerInstance }) => ({
    arn: containerInstance.arn,
    ...tasksToList(termination, containerInstance, knownOn.get(containerInstance.arn) ?? [], run.now()),
  }));
  const arnsOf = (which: "toRun" | "stopping") => [
    ...new Set(lists.filter((each) => each[which]).map(({ arn }) => arn)),
  ];
  const [toRun, stopping] = [arnsOf("toRun"), arnsOf("stopping")];
  if (stopping.length > 0) {
    // In this order, a task that stops between the two lists is in one of them.
    const arns = [
      ...(toRun.length > 0 ? await ecs.listTasksToRun(cluster, toRun) : []),
      ...(await ecs.listStoppingTasks(cluster, stopping)),
    ];
    const news = [...new Set(arns)].filter((arn) => !tasks.has(arn));
    for (const task of await ecs.describeTasks(cluster, news)) tasks.set(task.arn, task);
  }
  const listed = new Set(stopping);
  const tasksOn = tasksByContainerInstance(tasks);
  return hosted.map((each) => ({
    ...each,
    clusterInstance: {
      cluster,
      containerInstance: each.containerInstance,
      tasks: tasksOn.get(each.containerInstance.arn) ?? [],
      listed: listed.has(each.containerInstance.arn),
      permitted: true,
      services: [],
    },
  }));
}

function tasksByContainerInstance(tasks: ReadonlyMap<string, Task>): Map<string, Task[]> {
  return groupBy(tasks.values(), ({ containerInstance }) => containerInstance);
}
