import type { Unread } from "../model/blocker.ts";
import type { Discovery, Unnamed } from "../model/discovery.ts";
import type { InstanceState } from "../model/instance-state.ts";
import { isSameLoadBalancer } from "../model/load-balancer.ts";
import type { Observed, WithView } from "../model/observation.ts";
import type { Questions } from "../model/questions.ts";
import { withTwinsApart } from "../model/tasks.ts";
import { contentOf, type Reading, reading, readingOf, unreadIn } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { unreadAnswers } from "./auto-scaling.ts";
import { observeClusters } from "./cluster.ts";
import { observeDrainTimes } from "./drain-times.ts";
import { observeHostPorts } from "./host-ports.ts";
import { observeRegistrations } from "./load-balancers.ts";
import { observeOwners } from "./owners.ts";
import type { WithRegistered } from "./records.ts";
import { holdersOf, noteTasks, roundOf } from "./rounds.ts";
import { searchAgain } from "./search-again.ts";

/**
 * Reads everything that the rules need beyond Auto Scaling's view. The terminations of a batch share each call, so that there
 * are as few as the APIs allow. A call that fails leaves its part of the observations unread, and the others whole. An agent may
 * have joined a cluster since a round has searched it. Where that would matter now, the clusters are searched again. Throws only
 * what is a fault of ours.
 */
export async function observe(
  run: Run,
  records: readonly WithView[],
  questions: Questions,
): Promise<Observed[]> {
  const searched = new Set(run.round.searched.keys());
  const observed = await lookAt(run, records, questions);
  const isDue = ({ termination, observation }: Observed) => {
    const { instanceId } = termination;
    const isNew = run.round.searched.has(instanceId) && !searched.has(instanceId);
    return !isNew && questions.isSearchedAgain(termination, observation);
  };
  const due = observed.filter(isDue);
  if (due.length === 0) return observed;
  const found = await searchAgain(
    run,
    due.map(({ termination }) => termination),
  );
  if ("unread" in found) {
    return observed.map((each) => (due.includes(each) ? withoutSearch(each, found.unread) : each));
  }
  const isFound = ({ termination }: Pick<Observed, "termination">) => found.value.has(termination.instanceId);
  const again = await lookAt(run, records.filter(isFound), questions);
  const byIndex = new Map(again.map((each) => [each.index, each]));
  return observed.map((each) => byIndex.get(each.index) ?? each);
}

// Nobody knows whether the instance is in a cluster by now. So its round is not whole any more.
function withoutSearch({ observation, ...record }: Observed, discovery: Unread): Observed {
  const { discovery: before, unread } = observation;
  return {
    ...record,
    observation: {
      ...observation,
      discovery: before && { ...before, isWhole: false },
      unread: { ...unread, discovery },
    },
  };
}

async function lookAt(run: Run, records: readonly WithView[], questions: Questions): Promise<Observed[]> {
  const observable = records.map((each) => ({
    ...each,
    isObserved: questions.isObserved(each.termination, each.view),
  }));
  const clustered = await observeClusters(run, observable, questions);
  const registered = await observeRegistrations(run, clustered, questions);
  const withPorts = await observeHostPorts(run, registered, questions);
  const withTimes = await observeDrainTimes(run, withPorts, questions);
  const withOwners = await observeOwners(run, withTimes, questions);
  const all = await observeInstances(run, withOwners, questions);
  return all.map((each) => {
    const { index, before, termination, view, clusters, registered, hostPortsUnread, instance } = each;
    const { discovery, unread } = discoveryOf(run, each, questions);
    return {
      index,
      before,
      termination,
      observation: {
        ...view,
        ...withTwinsApart(clusters.instances),
        registrations: registered.registrations,
        doubtfulAddresses: registered.doubtful,
        unfoundAddresses: each.unfound,
        loadBalancers: registered.loadBalancers,
        managed: clusters.managed,
        discovery,
        missing: [...clusters.missing.map((name) => ({ noun: "ECS cluster", name })), ...registered.missing],
        managedDraining: clusters.managedDraining,
        protections: clusters.protections,
        times: each.times,
        instance: instance && contentOf(instance),
        unread: {
          ...view.unread,
          ...unreadAnswers({
            tasks: clusters.unread,
            registrations: registered.unread,
            "host ports": hostPortsUnread,
            instance: instance && unreadIn(instance),
            discovery: unread,
          }),
        },
      },
    };
  });
}

// How far the search for what nobody named has come. A search that only tells holds nothing where it is not allowed.
function discoveryOf(
  run: Run,
  record: WithRegistered,
  { isRoundDue, isRoundFresh }: Pick<Questions, "isRoundDue" | "isRoundFresh">,
): { readonly discovery: Discovery | undefined; readonly unread: Unread | undefined } {
  const { isObserved, termination, clusters, registered } = record;
  const { settings, memory } = termination;
  if (!isObserved || settings.discover === "named") return { discovery: undefined, unread: undefined };
  const unnamed: Unnamed[] = [
    ...clusters.unnamed.map((name) => ({ kind: "cluster" as const, name })),
    ...registered.unnamed.map((name) => ({ kind: "load balancer" as const, name })),
  ];
  if (!isRoundDue(termination, run.now())) {
    const { roundAt: wholeAt, round: progress } = memory;
    const whole = { isWhole: true, wasWhole: true, wholeAt, progress, expectedAt: undefined, unnamed };
    return { discovery: whole, unread: undefined };
  }
  noteTasks(run, record);
  // A load balancer that was found, and not read, is in no memory yet, nor is one that has the address of a task that nobody could
  // read. To the next run, they must not count as asked.
  const isRead = clusters.unread === undefined && registered.unread === undefined;
  const isAsked = holdersOf(run, record).every((found) =>
    registered.asked.some((each) => isSameLoadBalancer(each, found)),
  );
  const round = roundOf(run, termination, isRead && isAsked);
  if (!round.isWhole && isRoundFresh(termination, run.now())) {
    return { discovery: { ...round, isWhole: true, unnamed }, unread: undefined };
  }
  const unread = round.isWhole ? undefined : (clusters.searchUnread ?? run.round.unread);
  if (settings.discover === "warn" && unread?.why === "denied") {
    return { discovery: { ...round, isWhole: true, wasWhole: true, unnamed }, unread: undefined };
  }
  return { discovery: { ...round, unnamed }, unread };
}

// Asks EC2 about the instances that may be dead, in one call.
async function observeInstances<T extends WithRegistered>(
  run: Run,
  records: readonly T[],
  { isInstanceDoubtful }: Questions,
): Promise<(T & { readonly instance: Reading<InstanceState> | undefined })[]> {
  const now = run.now();
  const isDoubtful = ({ isObserved, termination, clusters, registered }: T) =>
    isObserved &&
    isInstanceDoubtful(
      termination,
      withTwinsApart(clusters.instances).clusterInstances,
      registered.registrations,
      now,
    );
  const doubtful = new Set(records.filter(isDoubtful).map(({ termination }) => termination.instanceId));
  if (doubtful.size === 0) return records.map((each) => ({ ...each, instance: undefined }));
  const answer = await reading(run, () => run.ports.ec2.states([...doubtful]));
  return records.map((each) => {
    const { instanceId } = each.termination;
    if (!doubtful.has(instanceId)) return { ...each, instance: undefined };
    return {
      ...each,
      instance: "unread" in answer ? answer : readingOf(run, answer.value.get(instanceId) ?? "unknown"),
    };
  });
}
