import type { Simulation } from "../cloud/simulation.ts";
import { roleNamed } from "../kernel/account.ts";
import type { LifecycleAction } from "../services/autoscaling/model.ts";
import type { World } from "../services/world.ts";
import { AwsError } from "../wire/errors.ts";
import { asScenarioError } from "./build.ts";
import { hookOf } from "./build-groups.ts";
import { loadBalancersOf, runTasks } from "./build-services.ts";
import { happenInClusters } from "./cluster-timeline.ts";
import { disturbInvocations, startFaults } from "./fault-timeline.ts";
import { happenToInstances } from "./instance-timeline.ts";
import { STRANGER, sendLifecycleMessage } from "./lifecycle-message.ts";
import type { Scenario, TimelineEntry } from "./schema.ts";
import type { Stage } from "./stage.ts";

/**
 * Plans all entries of a scenario's timeline, counted from `startsAt`.
 *
 * @param refused is called with the error of an entry: a ScenarioError that names the entry where AWS refuses it. Nothing is
 *   thrown, because the world settles in the middle of other calls, and those callers are not at fault.
 */
export function planTimeline(
  planned: PlannedOn,
  scenario: Scenario,
  startsAt: number,
  refused: (error: unknown) => void,
): void {
  for (const [i, entry] of scenario.timeline.entries())
    planned.simulation.world.agenda.at(startsAt + entry.at_seconds * 1000, () => {
      try {
        happenNow(planned, entry);
      } catch (error) {
        refused(asScenarioError(`${scenario.name}: timeline[${i}]`, error));
      }
    });
}

/** What entries of a timeline happen to. */
export type PlannedOn = { readonly simulation: Simulation } & Partial<Pick<Stage, "lambda" | "inputs">>;

/** Lets an entry of a timeline happen now. Throws what AWS refuses. */
export function happenNow({ simulation, lambda, inputs }: PlannedOn, entry: TimelineEntry): void {
  const { agenda, firings, groups } = simulation.world;
  expectInstances(simulation.world, entry);
  happen(simulation, entry);
  if (entry.change_input) {
    inputs?.change(entry.change_input, agenda.now);
    firings.count("inputs changed");
    groups.sightings.tellAgain();
  }
  if (lambda) disturbInvocations(lambda, entry, agenda.now);
}

// An id that no instance ever had is a mistake in the file. Without this check, nothing would happen at all.
function expectInstances({ instances }: World, entry: TimelineEntry): void {
  const ids = Object.values(entry).flatMap((value) =>
    typeof value === "object" && "instance_ids" in value ? (value.instance_ids ?? []) : [],
  );
  const unknown = ids.find((id) => !instances.get(id));
  if (unknown !== undefined)
    throw new AwsError("InvalidInstanceID.NotFound", `The instance ID '${unknown}' does not exist`, 400);
}

function happen(simulation: Simulation, entry: TimelineEntry): void {
  const { world } = simulation;
  const { clusters, groups } = world;
  happenToInstances(world, entry);
  for (const instanceId of entry.repeat_notification?.instance_ids ?? []) {
    for (const action of actionsOf(world, instanceId, entry.repeat_notification?.hook))
      groups.notifications.repeat(action);
  }
  if (entry.send_lifecycle_message) sendLifecycleMessage(world, entry.send_lifecycle_message);
  if (entry.send) sendMessages(world, entry.send);
  if (entry.run_tasks) runTasks(world, entry.run_tasks);
  if (entry.stop_tasks) {
    const { family, cluster } = entry.stop_tasks;
    for (const task of clusters.byName(cluster).tasks.values()) {
      if (task.definition.family === family)
        clusters.tasks.stop(task, "UserInitiated", "Task stopped by user");
    }
  }
  if (entry.complete_actions) completeActions(world, entry.complete_actions);
  changeHooks(world, entry);
  if (entry.update_service) updateService(world, entry.update_service);
  if (entry.register) register(world, entry.register);
  happenInClusters(world, entry);
  startFaults(simulation, entry);
}

function sendMessages({ queues }: World, given: NonNullable<TimelineEntry["send"]>): void {
  const { queue, body, sent_by, count } = given;
  const sender = sent_by === undefined ? STRANGER : roleNamed(sent_by);
  for (let i = 0; i < count; i++) queues.byName(queue).deliver(body, sender);
}

function changeHooks(world: World, { put_hook, delete_hook }: TimelineEntry): void {
  const { firings, groups } = world;
  if (put_hook) {
    const group = groups.byName(put_hook.group);
    const hook = hookOf(world, put_hook.hook);
    const before = group.hooks.get(hook.name);
    groups.putHook(group, hook);
    groups.sightings.tellAgain();
    const isMoved = before?.targetArn !== hook.targetArn;
    firings.count(before ? `hooks ${isMoved ? "retargeted" : "edited"}` : "hooks added");
  }
  if (delete_hook) {
    groups.actions.deleteHook(groups.byName(delete_hook.group), delete_hook.hook);
    firings.count("hooks deleted");
  }
}

function actionsOf(world: World, instanceId: string, hook: string | undefined): LifecycleAction[] {
  const actions = world.groups.findInstance(instanceId)?.instance.actions ?? [];
  return actions.filter((action) => hook === undefined || action.hook.name === hook);
}

function completeActions(
  world: World,
  { group: name, hook, result }: NonNullable<TimelineEntry["complete_actions"]>,
): void {
  const group = world.groups.byName(name);
  for (const { instanceId, actions } of group.instances.values()) {
    for (const action of actions) {
      if (action.hook.name !== hook || action.ended) continue;
      world.groups.actions.complete(group, { hook, token: action.token, instanceId }, result, "operator");
    }
  }
}

function updateService(world: World, change: NonNullable<TimelineEntry["update_service"]>): void {
  const service = world.clusters.byName(change.cluster).services.get(change.service);
  if (!service) throw new AwsError("ServiceNotFoundException", "Service not found.");
  service.desiredCount = change.desired_count ?? service.desiredCount;
  service.minimumHealthyPercent = change.minimum_healthy_percent ?? service.minimumHealthyPercent;
  service.maximumPercent = change.maximum_percent ?? service.maximumPercent;
  if (change.load_balancers) {
    const container = service.version?.definition.containers[0]?.name ?? "";
    const named = loadBalancersOf(world, change.load_balancers, container);
    world.clusters.redeploy(service, { named });
    world.firings.count("load balancers changed");
  } else if (change.redeploy) world.clusters.redeploy(service);
  else world.clusters.changed(service);
}

function register(
  world: World,
  { instance_ids, addresses, target_group, port, load_balancer }: NonNullable<TimelineEntry["register"]>,
): void {
  const targetGroup = target_group === undefined ? undefined : world.targetGroups.byName(target_group);
  for (const id of [...instance_ids, ...addresses])
    targetGroup?.register(id, port ?? targetGroup.settings.port, "operator");
  if (load_balancer !== undefined) world.classic.byName(load_balancer).register(instance_ids, "operator");
}
