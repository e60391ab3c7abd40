import type { Violation } from "../judge/records.ts";
import { READ_LAG_LIMIT_MS, TICKS_MS } from "../judge/scope.ts";
import { TERMINATING } from "../services/autoscaling/model.ts";
import { isAlive } from "../services/ec2/instances.ts";
import type { World } from "../services/world.ts";
import { disturbancesIn } from "./disturbances.ts";
import { Inputs } from "./inputs.ts";
import { isOurs } from "./judging.ts";
import { noticePolicies } from "./notice-policies.ts";
import type { Scenario, TimelineEntry } from "./schema.ts";

/** So long after a notice it may be given up, in milliseconds, with some time to spare. */
const GIVEN_UP_MS = 3.5 * 3_600_000;

/**
 * Notices that the input asks to act on, and that nobody acted on. An instance must have been in service all the time, in a group of
 * ours that could have replaced it. Nothing must have gone wrong since the notice.
 *
 * @param endedAt when the scenario ended, in milliseconds since 1970
 */
export function unreplaced(scenario: Scenario, world: World, endedAt: number): Violation[] {
  const { functions, timeline } = scenario;
  if (!functions || functions.deregister.input.dry_run || functions.terminate.input.dry_run) return [];
  const queue = String(functions.deregister.input.lifecycle_queue_name);
  if (!world.eventRules.sendsNotices(queue) || timeline.some((entry) => entry.change_input)) return [];
  const startsAt = Date.parse(scenario.starts_at);
  const policyOf = noticePolicies(scenario, new Inputs(scenario), startsAt);
  const disturbed = disturbancesIn(scenario, startsAt, { agents: false });
  const queued = world.queues.all.flatMap(({ messages }) => [...messages.values()].map(({ body }) => body));
  return timeline.flatMap((entry) => {
    const at = startsAt + entry.at_seconds * 1000;
    const isJudged = at + 2 * TICKS_MS <= endedAt && endedAt <= at + GIVEN_UP_MS;
    if (!isJudged || disturbed(at, endedAt) !== undefined) return [];
    return noticedBy(entry)
      .filter((id) => policyOf(id, at) !== undefined && policyOf(id, endedAt) !== undefined)
      .filter((id) => hasStayed(world, id, { from: at, to: endedAt }) && isReplaceable(scenario, world, id))
      .filter((id) => !queued.some((body) => body.includes(id)))
      .map((instanceId) => {
        const what = "it is still in service, as it was when the notice came";
        return { at, instanceId, rule: "a notice is acted on", what };
      });
  });
}

// The instances of which EventBridge tells.
function noticedBy({ recommend_rebalance, schedule_maintenance }: TimelineEntry): readonly string[] {
  if (schedule_maintenance) return schedule_maintenance.told ? schedule_maintenance.instance_ids : [];
  return recommend_rebalance?.instance_ids ?? [];
}

// Whether an instance has been in service all the time, and alive.
function hasStayed(
  { story, instances }: World,
  id: string,
  { from, to }: { readonly from: number; readonly to: number },
): boolean {
  const states = story.lines.filter(
    (line) => line.kind === "instance" && line.instanceId === id && line.at <= to,
  );
  const last = states.at(-1);
  const instance = instances.get(id);
  const isUp = instance !== undefined && isAlive(instance) && !instance.isReclaimed;
  return (
    isUp && last?.kind === "instance" && last.state === "InService" && last.at + READ_LAG_LIMIT_MS <= from
  );
}

// Whether its group is ours, wanted more than one instance all the time, and could launch and terminate.
function isReplaceable(
  { timeline, functions, auto_scaling_groups }: Scenario,
  world: World,
  id: string,
): boolean {
  const { group } = world.groups.findInstance(id) ?? {};
  const isDrawn = auto_scaling_groups.some(({ name }) => name === group?.name);
  if (!group || !isDrawn || group.rebalances || group.desired < 2 || group.suspended.size > 0) return false;
  const isOfGroup = (value: unknown) =>
    typeof value === "object" && value !== null && "group" in value && value.group === group.name;
  const hasChanged = timeline.some(
    ({ scale_out, exit_standby, suspend_processes, put_hook, delete_hook }) =>
      exit_standby !== undefined || [scale_out, suspend_processes, put_hook, delete_hook].some(isOfGroup),
  );
  // deregister's input goes with the notice, and terminate's own allows no more.
  const inputs = [functions?.deregister.input ?? {}, functions?.terminate.input ?? {}];
  const ours = [...group.hooks.values()].some(
    (hook) => hook.transition === TERMINATING && inputs.every((input) => isOurs(hook, input)),
  );
  return ours && !hasChanged;
}
