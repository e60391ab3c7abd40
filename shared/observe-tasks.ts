import type { ContainerInstance, Task } from "./aws/ecs.ts";
import { groupBy } from "./batches.ts";
import type { ClusterMember } from "./observation.ts";
import type { Ports } from "./ports.ts";
import { STOPPED } from "./rules/progress.ts";
import type { Termination } from "./termination.ts";

type Candidate = { readonly termination: Termination; readonly containerInstance: ContainerInstance };

/**
 * Reads the tasks on container instances of one cluster. Those known from an earlier look are described again, a hundred
 * a call whatever instance they are on. Tasks are listed only where they never were, where the container instance counts
 * others than we know, and once more when all are STOPPED, before that is believed.
 */
export async function observeTasks(
  ports: Ports,
  cluster: string,
  terminations: readonly Termination[],
  containerInstances: ReadonlyMap<string, readonly ContainerInstance[]>,
): Promise<Map<Termination, ClusterMember[]>> {
  const candidates = terminations.flatMap((termination) =>
    (containerInstances.get(termination.instanceId) ?? []).map((containerInstance) => ({
      termination,
      containerInstance,
    })),
  );
  const known = new Set(candidates.flatMap(({ termination }) => termination.memory.tasks ?? []));
  const tasks = new Map((await ports.ecs.describeTasks(cluster, [...known])).map((task) => [task.arn, task]));
  const knownOn = groupBy(tasks.values(), (task) => task.containerInstance);
  const unsure = candidates.filter((each) => !isSure(each, knownOn.get(each.containerInstance.arn) ?? []));
  const toList = [...new Set(unsure.map(({ containerInstance }) => containerInstance.arn))];
  if (toList.length > 0) {
    const arns = await ports.ecs.listTasks(cluster, toList);
    const news = arns.filter((arn) => !tasks.has(arn));
    for (const task of await ports.ecs.describeTasks(cluster, news)) tasks.set(task.arn, task);
  }
  const listed = new Set(toList);
  const tasksOn = groupBy(tasks.values(), (task) => task.containerInstance);
  return new Map(
    [...groupBy(candidates, ({ termination }) => termination)].map(([termination, own]) => [
      termination,
      own.map(({ containerInstance }) => ({
        cluster,
        containerInstance,
        tasks: tasksOn.get(containerInstance.arn) ?? [],
        listed: listed.has(containerInstance.arn),
        services: [],
      })),
    ]),
  );
}

// The count leaves out tasks that are stopping, so it can say that there are others, and never that there are none.
function isSure({ termination, containerInstance }: Candidate, tasks: readonly Task[]): boolean {
  if (termination.memory.tasks === undefined) return false;
  if (tasks.filter((task) => task.wanted).length !== containerInstance.wantedTasks) return false;
  return termination.memory.noTasksAt !== undefined || tasks.some((task) => task.status !== STOPPED);
}
