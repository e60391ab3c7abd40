import { isLookedInto, type JudgedInstance, type LiveTask } from "./instance.ts";
import type { Scope } from "./scope.ts";
import { mayStop, type TaskOrigin } from "./task-stops.ts";

/** Who has started a task, and whether ECS wants it to run. Undefined for one that ECS does not know. */
export type TaskFacts = (
  cluster: string,
  arn: string,
) => (TaskOrigin & { readonly isToRun: boolean }) | undefined;

/** By what an instance is looked at. */
type Look = { readonly scope: Scope; readonly at: number; readonly taskFacts: TaskFacts };

/** Since when a function has known of the drain, and how long a step may take to come. Times in milliseconds, or since 1970. */
type Due = {
  readonly known: number;
  readonly patience: number;
  readonly at: number;
  /** Whether a value in the hook's metadata is wrong. No task is stopped then. */
  readonly isMistold: boolean;
};

/**
 * Since when a drain could have set its instance DRAINING, and have stopped the tasks that are left. Only a registration of ours can
 * keep it from the first, and all that leaves by itself from the second.
 */
export class Promptness {
  /** Since when it could have been set DRAINING, in milliseconds since 1970, by container instance. */
  #open = new Map<string, number>();
  /** Since when only tasks are left that the drain is to stop, in milliseconds since 1970. */
  #leftoversSince: number | undefined;
  /** What has been found. Once is enough. */
  readonly #found = new Set<string>();

  /** Something has changed on the instance. */
  look(instance: JudgedInstance, { scope, at, taskFacts }: Look): void {
    const open = drainable(instance, scope);
    this.#open = new Map(open.map((arn) => [arn, this.#open.get(arn) ?? at]));
    this.#leftoversSince = areLeftovers(instance, scope, taskFacts)
      ? (this.#leftoversSince ?? at)
      : undefined;
  }

  /** What should have been done by now, in words. */
  overdue({ containerInstances }: JudgedInstance, { known, patience, at, isMistold }: Due): string[] {
    const isDue = (since: number) => Math.max(since, known) + patience <= at;
    const active = [...containerInstances]
      .filter(([, { arn }]) => isDue(this.#open.get(arn) ?? Number.POSITIVE_INFINITY))
      .map(([cluster]) => `it is still ACTIVE in the cluster ${cluster}`);
    const isLeft = !isMistold && isDue(this.#leftoversSince ?? Number.POSITIVE_INFINITY);
    const found = [...active, ...(isLeft ? ["nobody has stopped the tasks that are left"] : [])];
    const news = found.filter((each) => !this.#found.has(each));
    for (const each of news) this.#found.add(each);
    return news;
  }
}

// The container instances that are to be set DRAINING now. A registration of ours may point at a task, so that DRAINING waits for
// it. One that is stopped in its pool is at rest.
function drainable(instance: JudgedInstance, scope: Scope): string[] {
  if (instance.ours(scope).length > 0) return [];
  return [...instance.containerInstances].flatMap(([cluster, { arn, status, heardSince }]) => {
    const isHeard = Number.isFinite(heardSince);
    return status === "ACTIVE" && isHeard && mayChange(scope, cluster) ? [arn] : [];
  });
}

function mayChange({ permits: { discover, changeable, clusters } }: Scope, cluster: string): boolean {
  return changeable.has(cluster) && (discover === "all" || clusters.has(cluster));
}

// Whether only tasks are left that the drain is to stop, on an instance that is DRAINING.
function areLeftovers(instance: JudgedInstance, scope: Scope, taskFacts: TaskFacts): boolean {
  const live = [...instance.tasks].filter(([, task]) => isLookedInto(scope, task));
  const isToStop = (arn: string, { cluster }: LiveTask) => {
    const facts = taskFacts(cluster, arn);
    const { status, heardSince = 0 } = instance.containerInstances.get(cluster) ?? {};
    if (!facts?.isToRun || status !== "DRAINING" || !Number.isFinite(heardSince)) return false;
    return mayChange(scope, cluster) && mayStop(scope.isToStop, facts);
  };
  if (live.length === 0 || !live.every(([arn, task]) => isToStop(arn, task))) return false;
  return instance.judged(scope).every((each) => {
    const behind = instance.taskBehind(each);
    return (
      behind !== undefined &&
      [...instance.tasks].some(([arn, task]) => task === behind && isToStop(arn, task))
    );
  });
}
