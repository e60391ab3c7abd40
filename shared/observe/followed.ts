import { forEachOf, groupBy } from "../base/batches.ts";
import type { Unread } from "../model/blocker.ts";
import type { Followed, Permitted } from "../model/following.ts";
import type { InstanceState } from "../model/instance-state.ts";
import type { InPass } from "../model/observation.ts";
import { bareName, type DrainSettings, mayChange } from "../model/settings.ts";
import { isSilent, type ListedCluster } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import { contentOf, type Reading, reading, readingOf, unreadIn } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { observeGroupInstances, unreadAnswers } from "./auto-scaling.ts";
import { clustersOf, listClusters } from "./cluster.ts";
import { findContainerInstances } from "./container-instances.ts";

/** An instance's container instances, as far as they could be read. */
type Found = { readonly containerInstances: readonly Permitted[]; readonly unread: Unread | undefined };

/**
 * Reads what the rules need of instances that are only followed, in a few calls for all of them. It asks EC2 about those with a
 * silent container instance, and Auto Scaling about those that are not yet terminated. Throws only what is a fault of ours.
 */
export async function observeFollowed<T extends InPass>(
  run: Run,
  records: readonly T[],
): Promise<(T & Followed)[]> {
  const found = await findAll(run, records);
  const silentIds = records
    .filter((_, i) => found[i]?.containerInstances.some(isSilent) === true)
    .map(({ termination }) => termination.instanceId);
  const states = await statesOf(run, silentIds);
  const isOver = (id: string) => ["terminated", "unknown"].includes(contentIn(states, id) ?? "");
  const groups = await observeGroupInstances(
    run,
    silentIds.filter((id) => !isOver(id)),
  );
  return records.map((record, i) => {
    const { instanceId } = record.termination;
    const { containerInstances = [], unread } = found[i] ?? {};
    const [state, group] = [states.get(instanceId), groups.get(instanceId)];
    return {
      ...record,
      view: {
        containerInstances,
        instance: state && contentOf(state),
        groupInstance: group && contentOf(group),
        unread: unreadAnswers({
          tasks: unread,
          instance: state && unreadIn(state),
          "group instance": group && unreadIn(group),
        }),
      },
    };
  });
}

function contentIn<T>(readings: ReadonlyMap<string, Reading<T>>, id: string): T | undefined {
  const one = readings.get(id);
  return one && contentOf(one);
}

async function findAll(run: Run, records: readonly InPass[]): Promise<Found[]> {
  const isListDue = records.some(({ termination }) => needsList(termination));
  const listed = isListDue ? await listClusters(run) : undefined;
  const all = (listed && contentOf(listed)) ?? [];
  const asked = records.flatMap(({ termination }, index) =>
    clustersOf(termination, isSought(termination) ? all : []).map((cluster) => ({
      cluster,
      index,
      termination,
    })),
  );
  const answers = await forEachOf(
    groupBy(asked, ({ cluster }) => cluster),
    async ([cluster, those]) => {
      const answer = await reading(run, () =>
        findContainerInstances(
          run,
          cluster,
          those.map(({ termination }) => termination),
        ),
      );
      return those.map(({ index, termination }) => {
        const own =
          "unread" in answer ? answer : readingOf(run, answer.value?.get(termination.instanceId) ?? []);
        return {
          index,
          containerInstances: (contentOf(own) ?? []).map((containerInstance) => ({
            cluster,
            containerInstance,
            permitted: isPermitted(termination.settings, cluster, all),
          })),
          unread: unreadIn(own),
        };
      });
    },
  );
  const byRecord = groupBy(answers.flat(), ({ index }) => index);
  return records.map((_, index) => {
    const own = byRecord.get(index) ?? [];
    return {
      containerInstances: own.flatMap(({ containerInstances }) => containerInstances),
      unread: own.find(({ unread }) => unread !== undefined)?.unread ?? (listed && unreadIn(listed)),
    };
  });
}

// Nobody has seen it in a cluster, and none is named.
function isSought({ settings, memory }: Termination): boolean {
  return settings.discover === "all" && memory.containerInstances.length === 0;
}

// The tags of clusters tell which of them may be changed.
function needsList(termination: Termination): boolean {
  const { settings } = termination;
  const isUnclear = clustersOf(termination, []).some((cluster) => !isPermitted(settings, cluster, []));
  return isSought(termination) || (settings.clusterTag !== undefined && isUnclear);
}

function isPermitted(settings: DrainSettings, cluster: string, all: readonly ListedCluster[]): boolean {
  const tags = all.find(({ name }) => name === bareName(cluster))?.tags ?? [];
  return settings.discover === "named" || mayChange(settings, cluster, tags);
}

async function statesOf(
  run: Run,
  instanceIds: readonly string[],
): Promise<Map<string, Reading<InstanceState>>> {
  const ids = [...new Set(instanceIds)];
  if (ids.length === 0) return new Map();
  const answer = await reading(run, () => run.ports.ec2.states(ids));
  return new Map(
    ids.map((id) => [id, "unread" in answer ? answer : readingOf(run, answer.value.get(id) ?? "unknown")]),
  );
}
