import type { ContainerInstance, Task } from "../aws/ecs.ts";
import { groupBy } from "../base/batches.ts";
import type { ClusterInstance } from "../model/observation.ts";
import { SETTLE_MS, type Termination } from "../model/termination.ts";
import { STOPPED } from "../rules/still-there.ts";
import type { Run } from "../run/run.ts";

type Candidate = { readonly termination: Termination; readonly containerInstance: ContainerInstance };

/**
 * Reads the tasks on container instances of one cluster. Those known from an earlier look are described again, a hundred
 * a call whatever instance they are on. Tasks are listed only where they never were, where the container instance counts
 * others than we know, and once more when all are STOPPED, before that is believed, and as often as its version is another one
 * since: only those that are not to run, where it has long counted no others.
 */
export async function observeTasks(
  run: Run,
  cluster: string,
  terminations: readonly Termination[],
  containerInstances: ReadonlyMap<string, readonly ContainerInstance[]>,
): Promise<Map<Termination, ClusterInstance[]>> {
  const candidates = terminations.flatMap((termination) =>
    (containerInstances.get(termination.instanceId) ?? []).map((containerInstance) => ({
      termination,
      containerInstance,
    })),
  );
  const known = new Set(candidates.flatMap(({ termination }) => termination.memory.tasks ?? []));
  const tasks = new Map(
    (await run.ports.ecs.describeTasks(cluster, [...known])).map((task) => [task.arn, task]),
  );
  const knownOn = groupBy(tasks.values(), (task) => task.containerInstance);
  const doubts = candidates.map((each) => ({
    arn: each.containerInstance.arn,
    ...doubtOf(each, knownOn.get(each.containerInstance.arn) ?? [], run.now()),
  }));
  const arnsOf = (which: "toRun" | "stopping") => [
    ...new Set(doubts.filter((each) => each[which]).map(({ arn }) => arn)),
  ];
  const [toListToRun, toList] = [arnsOf("toRun"), arnsOf("stopping")];
  if (toList.length > 0) {
    // What stops in between is in one of the two, in this order.
    const arns = [
      ...(toListToRun.length > 0 ? await run.ports.ecs.listTasksToRun(cluster, toListToRun) : []),
      ...(await run.ports.ecs.listStoppingTasks(cluster, toList)),
    ];
    const news = [...new Set(arns)].filter((arn) => !tasks.has(arn));
    for (const task of await run.ports.ecs.describeTasks(cluster, news)) tasks.set(task.arn, task);
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

// Which lists may have tasks that are not known. The count is of those that are to run, and so tells whether these are all
// known; of those that are stopping it tells nothing. One that began to stop of late may be in neither by now, because each
// read lags by itself: so only a count of none that is old enough for all to be in the list of those that are not to run
// makes the other list needless.
function doubtOf(
  { termination, containerInstance }: Candidate,
  tasks: readonly Task[],
  now: number,
): { readonly toRun: boolean; readonly stopping: boolean } {
  const { noTasksToRunSince, noTasksVersions, tasks: known } = termination.memory;
  const { arn, version } = containerInstance;
  const isAsItWas = noTasksVersions.some((each) => each.arn === arn && each.version === version);
  const isMiscounted = tasks.filter((task) => task.shouldRun).length !== containerInstance.tasksToRun;
  const isSettled = isAsItWas || tasks.some((task) => task.status !== STOPPED);
  const stopping = isMiscounted || known === undefined || !isSettled;
  const isNoneToRun = noTasksToRunSince !== undefined && now - noTasksToRunSince >= SETTLE_MS;
  return { stopping, toRun: isMiscounted || (stopping && !isNoneToRun) };
}
