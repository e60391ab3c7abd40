import { TASKS_A_CALL } from "../aws/ecs-lists.ts";
import { forEachOf, groupBy } from "../base/batches.ts";
import { AwsCallError } from "../base/errors.ts";
import type { RecheckableBlocker, Termination } from "../model/termination.ts";
import { drainsSince, isRecheckEnough, stillWaiting } from "../rules/blocker.ts";
import { noTasksToRunSince } from "../rules/remember.ts";
import { STOPPED } from "../rules/still-there.ts";
import { contentOf, type Reading, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

type Blocked<K extends RecheckableBlocker["kind"]> = {
  readonly termination: Termination;
  readonly what: Extract<RecheckableBlocker, { kind: K }>;
};

/** Those whose obstacle is still there, as they are to be remembered, by what they were; and until when it is sure to be. */
type Standing = ReadonlyMap<Termination, { readonly as: Termination; readonly until?: number | undefined }>;

/**
 * Asks whether what stood in the way of terminations at their last look is still there, in a call or three for all of a load
 * balancer, or a hundred of a cluster. Nothing is ever decided by it but to wait: wherever the answer is anything else, all is to be
 * looked at. What could not be read is taken to be there still, and asked again. Failures of AWS are noted in the run;
 * throws only what is a fault of ours.
 *
 * @returns the terminations that go on waiting, as they are to be remembered, by what they were
 */
export async function recheckBlockers(
  run: Run,
  terminations: readonly Termination[],
): Promise<Map<Termination, Termination>> {
  const now = run.now();
  const asked = terminations.flatMap((termination) => {
    const what = isRecheckEnough(termination, now) ? termination.memory.recheck?.what : undefined;
    return what ? [{ termination, what }] : [];
  });
  const of = <K extends RecheckableBlocker["kind"]>(kind: K) =>
    asked.filter((each): each is Blocked<K> => each.what.kind === kind);
  const found = new Map<Termination, Termination>();
  const ask = <K extends RecheckableBlocker["kind"]>(
    blocked: readonly Blocked<K>[],
    placeOf: (what: Blocked<K>["what"]) => string,
    standing: (place: string, those: readonly Blocked<K>[]) => Promise<Standing>,
  ) =>
    forEachOf(
      groupBy(blocked, ({ what }) => placeOf(what)),
      async ([place, those]) => {
        const answer: Reading<Standing> = await reading(run, () => unlessGone(standing(place, those)));
        for (const { termination } of those) {
          const failed = "unread" in answer;
          const stands = failed ? { as: termination } : answer.value.get(termination);
          if (stands) found.set(termination, stillWaiting(stands.as, now, failed, stands.until));
        }
      },
    );
  await ask(
    of("tasks"),
    ({ cluster }) => cluster,
    (cluster, those) => tasksStanding(run, cluster, those),
  );
  await ask(
    of("target"),
    ({ targetGroup }) => targetGroup,
    (arn, those) => targetsStanding(run, arn, those),
  );
  await ask(
    of("classic"),
    ({ loadBalancer }) => loadBalancer,
    (name, those) => draining(run, name, those),
  );
  return found;
}

// Where the container instance still counts all tasks that it did, each of them is to run, and no task needs to be asked
// for. It leaves out those that are stopping; of these one that has not STOPPED is enough.
async function tasksStanding(
  run: Run,
  cluster: string,
  blocked: readonly Blocked<"tasks">[],
): Promise<Standing> {
  const described = await run.ports.ecs.describeContainerInstances(cluster, [
    ...new Set(blocked.map(({ what }) => what.containerInstance)),
  ]);
  const containerInstances = new Map(described.map((each) => [each.arn, each]));
  const unmoved = blocked.filter(({ what }) => {
    const now = containerInstances.get(what.containerInstance);
    return now?.status === "DRAINING" && now.agentConnected;
  });
  const isCounted = ({ what }: Blocked<"tasks">) =>
    what.tasksToRun > 0 && containerInstances.get(what.containerInstance)?.tasksToRun === what.tasksToRun;
  const uncounted = unmoved.filter((each) => !isCounted(each)).map(({ what }) => what.tasks);
  const gone = await goneOf(run, cluster, uncounted);
  const left = unmoved.map((each) => ({
    ...each,
    tasks: isCounted(each) ? each.what.tasks : each.what.tasks.filter((arn) => !gone.has(arn)),
  }));
  return new Map(
    left
      .filter(({ tasks }) => tasks.length > 0)
      .map(({ termination, what, tasks }) => {
        const { memory } = termination;
        const own = described.filter(({ arn }) => arn === what.containerInstance);
        const recheck = memory.recheck && { ...memory.recheck, what: { ...what, tasks } };
        const remembered = {
          ...memory,
          recheck,
          noTasksToRunSince: noTasksToRunSince(memory, own, run.now()),
        };
        return [termination, { as: { ...termination, memory: remembered } }];
      }),
  );
}

// Those of some lists of tasks that have STOPPED, or that nobody knows any more. Where not all can be asked for in a call, one
// of each list is: a task that is there is enough, and the rest is asked for where that one has gone.
async function goneOf(
  run: Run,
  cluster: string,
  lists: readonly (readonly string[])[],
): Promise<Set<string>> {
  const gone = new Set<string>();
  const ask = async (asked: readonly string[]) => {
    const tasks = await run.ports.ecs.describeTasks(cluster, [...new Set(asked)]);
    const live = new Set(tasks.filter(({ status }) => status !== STOPPED).map(({ arn }) => arn));
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

// What is shown as draining within a deregistration delay that we began is so until that is over: there is nothing to ask for
// until then, and what else can happen meanwhile the next look at everything sees.
async function targetsStanding(
  run: Run,
  arn: string,
  blocked: readonly Blocked<"target">[],
): Promise<Standing> {
  const targets = (await run.ports.targetGroups.targets(arn)) ?? [];
  const stand = blocked
    .filter(({ what }) =>
      targets.some(
        ({ id, port, state, invalid }) =>
          id === what.target && port === what.port && state === what.state && !invalid,
      ),
    )
    .map(({ what, termination }) => ({ termination, since: drainsSince(what, termination) }));
  const isOurs = stand.some(({ since }) => since !== undefined);
  const delay = isOurs ? await delayOf(run, arn) : undefined;
  const now = run.now();
  return new Map(
    stand.map(({ termination, since }) => {
      const until = since === undefined || delay === undefined ? now : since + delay;
      return [termination, { as: termination, until: now < until ? until : undefined }];
    }),
  );
}

// Where it cannot be read, whether the target is still there is asked for again and again.
async function delayOf(run: Run, arn: string): Promise<number | undefined> {
  const { deregistrationDelays } = run;
  return run.once(deregistrationDelays, arn, async () =>
    contentOf(await reading(run, () => run.ports.targetGroups.deregistrationDelay(arn))),
  );
}

async function draining(run: Run, name: string, blocked: readonly Blocked<"classic">[]): Promise<Standing> {
  const ids = [...new Set(blocked.map(({ termination }) => termination.instanceId))];
  const still = await run.ports.classic.draining(name, ids);
  const stand = blocked.filter(({ termination }) => still.has(termination.instanceId));
  return new Map(stand.map(({ termination }) => [termination, { as: termination }]));
}

// A cluster that was deleted holds nobody, which a look at everything knows how to tell.
async function unlessGone(standing: Promise<Standing>): Promise<Standing> {
  try {
    return await standing;
  } catch (error) {
    if (error instanceof AwsCallError && error.kind === "gone") return new Map();
    throw error;
  }
}
