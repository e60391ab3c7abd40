import { unlessGone } from "../aws/call.ts";
import { TASKS_A_CALL } from "../aws/ecs-lists.ts";
import type { LoadBalancerPort } from "../aws/load-balancer-port.ts";
import { forEachOf, groupBy } from "../base/batches.ts";
import { isRead } from "../base/errors.ts";
import type { RecheckableBlocker } from "../model/memory.ts";
import type { RecheckAnswer, Rechecked, RecheckRequest } from "../model/recheck.ts";
import { hasEnded } from "../model/tasks.ts";
import { contentOf, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

type About<K extends RecheckableBlocker["kind"]> = RecheckRequest & {
  readonly blocker: Extract<RecheckableBlocker, { kind: K }>;
};

/**
 * Asks whether the blockers of terminations are still there. It takes one to three calls for all of a load balancer, or for a
 * hundred instances of a cluster. Failures of AWS are noted in the run. Throws only what is a fault of ours.
 */
export async function recheckBlockers(run: Run, requests: readonly RecheckRequest[]): Promise<Rechecked[]> {
  const of = <K extends RecheckableBlocker["kind"]>(kind: K) =>
    requests.filter((each): each is About<K> => each.blocker.kind === kind);
  const tasks = await askTogether(
    run,
    groupBy(of("tasks"), ({ blocker }) => blocker.cluster),
    (those, cluster) => recheckTasks(run, cluster, those),
  );
  const registrations = await askTogether(
    run,
    groupBy(of("registration"), ({ blocker: { registration } }) => `${registration.kind} ${registration.id}`),
    (those) => recheckRegistrations(run, those),
  );
  return [...tasks, ...registrations];
}

// The requests of one group share their calls, and fail together.
async function askTogether<T extends RecheckRequest>(
  run: Run,
  groups: ReadonlyMap<string, readonly T[]>,
  ask: (those: readonly T[], key: string) => Promise<RecheckAnswer[]>,
): Promise<Rechecked[]> {
  const all = await forEachOf(groups, async ([key, those]): Promise<Rechecked[]> => {
    // A cluster or load balancer that was deleted has nothing any more. A pass knows what follows from that.
    const answers = await reading(run, async () => (await unlessGone(() => ask(those, key))) ?? []);
    return those.map((each, i) => ({
      ...each,
      answer: "unread" in answers ? answers : { value: answers.value[i] ?? { isThere: false } },
    }));
  });
  return all.flat();
}

// If the container instance still counts as many tasks to run, none has left, and no task needs to be asked for. The count
// leaves out stopping tasks. For those, one that has not ended is enough.
async function recheckTasks(
  run: Run,
  cluster: string,
  those: readonly About<"tasks">[],
): Promise<RecheckAnswer[]> {
  const described = await run.ports.ecs.describeContainerInstances(cluster, [
    ...new Set(those.map(({ blocker }) => blocker.containerInstance)),
  ]);
  // A pass finds out what became of one that is not described.
  const containerInstances = new Map(described.filter(isRead).map((each) => [each.arn, each]));
  const seen = those.map(({ blocker }) => {
    const on = containerInstances.get(blocker.containerInstance);
    const isDraining = on?.status === "DRAINING" && on.agentConnected;
    const isCounted = blocker.tasksToRun > 0 && on?.tasksToRun === blocker.tasksToRun;
    return { tasks: blocker.tasks, on: isDraining ? on : undefined, isCounted };
  });
  const uncounted = seen.flatMap(({ tasks, on, isCounted }) => (on && !isCounted ? [tasks] : []));
  const gone = await goneOf(run, cluster, uncounted);
  return seen.map(({ tasks, on, isCounted }): RecheckAnswer => {
    const left = isCounted ? tasks : tasks.filter((arn) => !gone.has(arn));
    return on && left.length > 0 ? { isThere: true, tasks: { left, on } } : { isThere: false };
  });
}

// The tasks of some lists that have ended, or that ECS does not know any more. If not all fit into one call, it asks for one
// task of each list. A task that is there is enough. If it has gone, it asks for the rest of its list.
async function goneOf(
  run: Run,
  cluster: string,
  lists: readonly (readonly string[])[],
): Promise<ReadonlySet<string>> {
  const gone = new Set<string>();
  const ask = async (asked: readonly string[]) => {
    const tasks = await run.ports.ecs.describeTasks(cluster, [...new Set(asked)]);
    const live = new Set(
      tasks
        .filter(isRead)
        .filter((task) => !hasEnded(task))
        .map(({ arn }) => arn),
    );
    for (const arn of asked) if (!live.has(arn)) gone.add(arn);
  };
  if (new Set(lists.flat()).size <= TASKS_A_CALL) await ask(lists.flat());
  else {
    await ask(lists.flatMap((tasks) => tasks.slice(0, 1)));
    await ask(
      lists.filter(([first]) => first !== undefined && gone.has(first)).flatMap((tasks) => tasks.slice(1)),
    );
  }
  return gone;
}

// If we began a target's deregistration, it drains until its deregistration delay is over. There is nothing to ask before then,
// and the next pass sees what else happens.
async function recheckRegistrations(
  run: Run,
  those: readonly About<"registration">[],
): Promise<RecheckAnswer[]> {
  const { kind, id } = those[0]?.blocker.registration ?? { kind: "", id: "" };
  const port = run.ports.loadBalancers.get(kind);
  // A message of a later version may name a kind that this version does not know. Then a pass decides.
  if (!port) return those.map(() => ({ isThere: false }));
  const asked = those.map(({ blocker }) => ({ id: blocker.target, port: blocker.registration.port }));
  const targets = await port.stillThere(id, asked);
  const isThere = ({ blocker: { target, registration, state } }: About<"registration">) =>
    targets.some(
      (each) =>
        each.id === target && each.port === registration.port && each.state === state && !each.invalid,
    );
  const isTimed = those.some((each) => each.drainsSince !== undefined && isThere(each));
  const delay = isTimed ? await delayOf(run, port, id) : undefined;
  const now = run.now();
  return those.map((each): RecheckAnswer => {
    if (!isThere(each)) return { isThere: false };
    const until = each.drainsSince === undefined || delay === undefined ? now : each.drainsSince + delay;
    return { isThere: true, until: now < until ? until : undefined };
  });
}

// If the delay cannot be read, each recheck asks whether the target is still there.
async function delayOf(run: Run, port: LoadBalancerPort, id: string): Promise<number | undefined> {
  return run.cache.deregistrationDelays.get(`${port.kind} ${id}`, async () =>
    contentOf(await reading(run, () => port.deregistrationDelay(id))),
  );
}
