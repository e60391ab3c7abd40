import { DISCOVERIES_A_SECOND } from "../aws/pace.ts";
import { forEachOf, groupBy } from "../base/batches.ts";
import type { Discovery } from "../model/discovery.ts";
import { isSameLoadBalancer } from "../model/load-balancer.ts";
import type { Termination } from "../model/termination.ts";
import { type Reading, reading } from "../run/reading.ts";
import type { Rounder } from "../run/round.ts";
import type { Run } from "../run/run.ts";
import type { Clustered } from "./records.ts";

/** How long a round may take, in milliseconds. */
const ROUND_MS = 7_200_000;
/** Between two calls of discovery, in milliseconds. */
const BETWEEN_MS = 1_000 / DISCOVERIES_A_SECOND.terminate;

/** An instance that load balancers are searched for, and how far its message says that the round has come. */
export type Searched = {
  readonly instanceId: string;
  readonly memory: Pick<Termination["memory"], "round">;
};

/**
 * Goes on with the round through the account's load balancers, once for all of these instances, until it is whole or its time
 * is over. Returns whether it has read anything. Failures of AWS are noted in the run. Throws only what is a fault of ours.
 *
 * @param due the instances that need a round
 * @param until when to stop, in milliseconds since 1970
 */
export async function goRound(run: Run, due: readonly Searched[], until: number): Promise<boolean> {
  const { round } = run;
  if (due.length === 0 || run.now() >= until) return false;
  return round.inTurn(async () => {
    round.unread = undefined;
    const known = await askNetworks(run, due);
    const listed = await list(run);
    if ("unread" in known || "unread" in listed) return false;
    const rounders = rounderOfEach(run, due);
    const ids = [...new Set(due.map(({ instanceId }) => instanceId))];
    let hasRead = known.value || listed.value;
    for (let stop = round.next(rounders); stop && run.now() < until; stop = round.next(rounders)) {
      const { kind, id } = stop.loadBalancer;
      const targets = await keeping(run, async () =>
        run.ports.loadBalancers.get(kind)?.discoverTargets(id, ids),
      );
      if ("unread" in targets) return hasRead;
      round.visited(stop, targets.value ?? [], ids);
      hasRead = true;
    }
    return hasRead;
  });
}

/** The load balancers that have the instance, as far as this run has found out: by its id, or by an address that it may have. */
export function holdersOf(run: Run, { termination, clusters }: Pick<Clustered, "termination" | "clusters">) {
  const { round } = run;
  const own = round.networks.get(termination.instanceId)?.addresses ?? [];
  return round.holdersOf([termination.instanceId, ...own, ...addressesOfTasks(clusters)]);
}

function addressesOfTasks({ instances }: Clustered["clusters"]): string[] {
  return instances.flatMap(({ tasks }) => tasks.flatMap(({ addresses }) => addresses));
}

/** Notes the addresses of an instance's tasks, by which the round knows what sends to them. Unread tasks have none. */
export function noteTasks(
  { round }: Run,
  { termination, clusters }: Pick<Clustered, "termination" | "clusters">,
): void {
  const { instanceId } = termination;
  if (clusters.unread === undefined) round.taskAddresses.set(instanceId, addressesOfTasks(clusters));
  else round.taskAddresses.delete(instanceId);
}

/** Whether this run has found anything about the instance that only a pass can act on: its round is whole, or a load balancer. */
export function hasRoundNews(run: Run, termination: Termination): boolean {
  return isAllAsked(run, termination) || hasFoundMore(run, termination);
}

/**
 * How many load balancers the rounds of these terminations still have to ask, at the most. None if AWS has refused an answer: then
 * that is why a round is not whole.
 */
export function leftOfRounds(run: Run, terminations: readonly Termination[]): number {
  if (run.round.unread !== undefined) return 0;
  return Math.max(0, ...terminations.map((each) => run.round.left(rounderOf(run, each))));
}

// Whether nothing is left to ask. The addresses of an instance tell what its round has found, so they must be known.
function isAllAsked(run: Run, termination: Termination): boolean {
  const { round } = run;
  if (!round.isListed || !round.networks.has(termination.instanceId)) return false;
  return round.left(rounderOf(run, termination)) === 0;
}

// Whether a load balancer was found that no message tells of. Only a pass can find out what it has of the instance.
function hasFoundMore({ round }: Run, { instanceId, memory }: Termination): boolean {
  const own = round.networks.get(instanceId)?.addresses ?? [];
  const ofTasks = round.taskAddresses.get(instanceId) ?? [];
  return round
    .holdersOf([instanceId, ...own, ...ofTasks])
    .some((found) => !memory.registrations.some((each) => isSameLoadBalancer(each, found)));
}

/**
 * How far the round of a termination has come. It has come no further than this pass has read what it found: another part of
 * the run may go on with the round meanwhile.
 *
 * @param hasReadAll whether this pass has asked all load balancers that were found
 */
export function roundOf(run: Run, termination: Termination, hasReadAll: boolean): Omit<Discovery, "unnamed"> {
  const { round } = run;
  const { memory, instanceId } = termination;
  const rounder = rounderOf(run, termination);
  const left = round.left(rounder);
  const isUsable = hasReadAll && round.networks.has(instanceId);
  const isWhole = isUsable && round.isListed && left === 0 && round.searched.has(instanceId);
  const progress = isUsable ? round.progressOf(rounder, run.startedAt) : memory.round;
  return {
    isWhole,
    wasWhole: isWhole || memory.roundAt !== undefined,
    wholeAt: isWhole ? run.now() : memory.roundAt,
    progress: isWhole ? undefined : progress,
    expectedAt: isWhole ? undefined : run.now() + left * BETWEEN_MS,
  };
}

/**
 * The termination with how far its round has come since its last pass. What was found since then travels in no message. So where
 * something was, or nobody knows whether it was, the round has come as far as at that pass: the next run finds it again.
 */
export function rememberRound(run: Run, termination: Termination): Termination {
  const { instanceId } = termination;
  const isKnown = run.round.networks.has(instanceId) && run.round.taskAddresses.has(instanceId);
  if (!isKnown || hasFoundMore(run, termination)) return termination;
  const round = run.round.progressOf(rounderOf(run, termination), run.startedAt);
  return { ...termination, memory: { ...termination.memory, round } };
}

// A round that began long ago, or in a time to come, begins again.
function rounderOf(run: Run, { instanceId, memory: { round: progress } }: Searched): Rounder {
  const age = progress === undefined ? 0 : run.startedAt - progress.since;
  const isUsable = age >= 0 && age < ROUND_MS;
  return {
    ids: [instanceId],
    network: run.round.networks.get(instanceId),
    progress: isUsable ? progress : undefined,
  };
}

// Many terminations have come as far as each other.
function rounderOfEach(run: Run, due: readonly Searched[]): Rounder[] {
  const all = due.map((each) => rounderOf(run, each));
  const oldest = all.sort(
    (a, b) =>
      (a.progress?.since ?? Number.POSITIVE_INFINITY) - (b.progress?.since ?? Number.POSITIVE_INFINITY),
  );
  const textOf = ({ network, progress }: Rounder) => JSON.stringify([network?.vpc, progress]);
  const alike = groupBy(oldest, textOf);
  return [...alike.values()].flatMap((group) =>
    group.slice(0, 1).map((each) => ({ ...each, ids: group.flatMap(({ ids }) => ids) })),
  );
}

// Returns whether anything was asked.
async function askNetworks(run: Run, due: readonly Searched[]): Promise<Reading<boolean>> {
  const { networks } = run.round;
  const ids = due.map(({ instanceId }) => instanceId).filter((id) => !networks.has(id));
  if (ids.length === 0) return { value: false };
  const found = await keeping(run, () => run.ports.ec2.networks(ids));
  if ("unread" in found) return found;
  for (const id of ids) networks.set(id, found.value.get(id));
  return { value: true };
}

async function list(run: Run): Promise<Reading<boolean>> {
  const { round } = run;
  if (round.isListed) return { value: false };
  const lists = await keeping(run, () =>
    forEachOf(
      run.ports.loadBalancers.values(),
      async (port) => {
        const all = await port.list();
        return all.map((each) => ({ ...each, isAskedAboutEach: port.discoversEach }));
      },
      1,
    ),
  );
  if ("unread" in lists) return lists;
  round.setList(lists.value.flat());
  return { value: true };
}

async function keeping<T>(run: Run, ask: () => Promise<T>): Promise<Reading<T>> {
  const answer = await reading(run, ask);
  if ("unread" in answer) run.round.unread = answer.unread;
  return answer;
}
