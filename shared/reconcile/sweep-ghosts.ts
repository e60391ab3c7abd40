import { forEachOf, groupBy } from "../base/batches.ts";
import { leftText } from "../log-lines/reason-text.ts";
import type { GhostDecision, Suspect } from "../model/ghost.ts";
import { bareName, type DrainSettings, mayChange } from "../model/settings.ts";
import type { Termination } from "../model/termination.ts";
import { listClusters } from "../observe/cluster.ts";
import { observeGroups } from "../observe/groups.ts";
import { observeSilent } from "../observe/silent.ts";
import { decideGhost, isGhost } from "../rules/ghosts.ts";
import {
  groupsToSweep,
  hooksOfOurs,
  type SweepOptions,
  settingsFor,
  settingsToSweep,
} from "../rules/sweep.ts";
import { readHooks } from "../run/read-hooks.ts";
import { contentOf, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { readSettings } from "./settings-in-force.ts";

type Judged = Suspect & { readonly decision: GhostDecision };

/**
 * Finds ghosts: container instances whose instances have ended while their agents were silent. It takes those out of their
 * clusters that are certainly ours, and warns about the others. A cluster takes one call, and a few more if an agent is silent.
 * Failures of AWS are noted in the run. Throws only what is a fault of ours.
 */
export async function sweepGhosts(
  run: Run,
  tracked: readonly Termination[],
  options: SweepOptions,
): Promise<void> {
  const named = groupsToSweep(options, tracked);
  if (named.length === 0 && options.tag === undefined) return;
  // Some have had no pass in this run.
  const known = await readSettings(
    run,
    tracked.map((termination) => ({ termination })),
    options,
  );
  const atHand = known.map(({ termination }) => termination);
  const followed = new Set(atHand.map(({ instanceId }) => instanceId));
  const clusters = await clustersOfOurs(run, atHand, options);
  const suspects = await observeSilent(run, clusters, (id) => !followed.has(id));
  const ghosts = suspects.filter(isGhost);
  if (ghosts.length === 0) return;
  const ours = new Set([...named, ...(await taggedOf(run, ghosts, named, options))]);
  const settings = await settingsOfGroups(run, ghosts, { ours, atHand, options });
  const judged = ghosts.map((each): Judged => {
    return { ...each, decision: decideGhost(each, ours, (group) => settings.get(group) ?? []) };
  });
  await forEachOf(judged, (each) => takeOut(run, each, settings, options));
  warnOfLeft(run, judged);
}

// Those that may be changed: named, tagged, or all.
async function clustersOfOurs(
  run: Run,
  atHand: readonly Termination[],
  options: SweepOptions,
): Promise<string[]> {
  const settings = settingsToSweep(options, atHand);
  const named = new Set(settings.flatMap(({ clusterNames }) => clusterNames));
  if (!settings.some(({ allClusters, clusterTag }) => allClusters || clusterTag !== undefined))
    return [...named];
  const known = new Set([...named].map(bareName));
  const all = contentOf(await listClusters(run)) ?? [];
  const others = all
    .filter(({ name, instances }) => instances > 0 && !known.has(name))
    .filter(({ name, tags }) => settings.some((each) => mayChange(each, name, tags)));
  return [...named, ...others.map(({ name }) => name)];
}

// The groups with our tag are only asked for if a ghost is of a group that nobody names.
async function taggedOf(
  run: Run,
  ghosts: readonly Suspect[],
  named: readonly string[],
  { tag }: SweepOptions,
): Promise<string[]> {
  const isOfOther = ghosts.some(
    ({ instance }) => instance?.group !== undefined && !named.includes(instance.group),
  );
  if (tag === undefined || !isOfOther) return [];
  const { groups } = await observeGroups(run, [], tag);
  return groups.map(({ name }) => name);
}

// A group's own hooks stand over the input, which rules where it has none of ours. A group whose hooks could not be read has no entry.
async function settingsOfGroups(
  run: Run,
  ghosts: readonly Suspect[],
  {
    ours,
    atHand,
    options,
  }: { ours: ReadonlySet<string>; atHand: readonly Termination[]; options: SweepOptions },
): Promise<Map<string, readonly DrainSettings[]>> {
  const groups = [...new Set(ghosts.flatMap(({ instance }) => instance?.group ?? []))];
  const all = await forEachOf(
    groups.filter((group) => ours.has(group)),
    async (group): Promise<[string, readonly DrainSettings[]][]> => {
      const hooks = contentOf(await readHooks(run, group));
      if (hooks === undefined) return [];
      const own = hooksOfOurs(hooks, group, atHand, options);
      const alike = atHand.filter((each) => each.group === group);
      const told =
        own.length > 0
          ? own.map((hook) => settingsFor(hook, alike, options))
          : [settingsFor(undefined, [], options)];
      return [[group, [...alike.map((each) => each.settings), ...told]]];
    },
  );
  return new Map(all.flat());
}

async function takeOut(
  run: Run,
  { cluster, containerInstance, decision }: Judged,
  settings: ReadonlyMap<string, unknown>,
  { dryRun }: SweepOptions,
): Promise<void> {
  if (decision.kind !== "take out" || !settings.has(decision.group)) return;
  const about = { instanceId: containerInstance.instanceId, group: decision.group, hook: undefined };
  const log = run.logAbout(about);
  if (dryRun) {
    log.info("dry run", { would: `deregistration of the container instance from ${cluster}` });
    return;
  }
  const answer = await reading(run, () => run.ports.ecs.deregister(cluster, containerInstance.arn, true));
  if ("unread" in answer) return;
  log.info("container instance deregistered", {
    cluster,
    force: true,
    reason: "a sweep found it: EC2 says that the instance is terminated, and its ECS agent is disconnected",
  });
}

// One line for each reason and cluster: there may be many.
function warnOfLeft(run: Run, judged: readonly Judged[]): void {
  const left = judged.flatMap(({ decision, ...each }) =>
    decision.kind === "left" ? [{ ...each, reason: leftText(decision.reason) }] : [],
  );
  for (const those of groupBy(left, ({ cluster, reason }) => `${cluster} ${reason}`).values()) {
    const [first] = those;
    if (first === undefined) continue;
    run.warn("container instance left behind", {
      clusters: [first.cluster],
      container_instances: those.map(({ containerInstance }) => containerInstance.arn),
      instance_ids: those.map(({ containerInstance }) => containerInstance.instanceId),
      reason: first.reason,
    });
  }
}
