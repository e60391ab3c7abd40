import type { LambdaPlatform } from "../cloud/lambda.ts";
import type { Simulation } from "../cloud/simulation.ts";
import type { FaultKind } from "../faults/faults.ts";
import { instanceIdsIn } from "../judge/queues.ts";
import type { Unreliability } from "../services/sqs/queue.ts";
import type { World } from "../services/world.ts";
import { queueNamesOf } from "./ending.ts";
import type { Scenario, TimelineEntry } from "./schema.ts";

/** The timeline's keys for faults of calls. */
export const CALL_FAULTS = [
  "deny",
  "throttle",
  "fail",
  "expire_credentials",
  "lose_answers",
  "fail_entries",
  "odd_answers",
] as const satisfies FaultKind[];

/** Starts the faults of an entry of the timeline, in the world and in the calls to it. */
export function startFaults({ world, faults }: Simulation, entry: TimelineEntry): void {
  const { agenda, groups } = world;
  for (const kind of CALL_FAULTS) {
    const fault = entry[kind];
    if (!fault) continue;
    const { actions, for_seconds, probability } = fault;
    faults.add({ kind, actions, probability, until: agenda.now + for_seconds * 1000 });
  }
  if (entry.other_calls) {
    const { actions, for_seconds, per_second } = entry.other_calls;
    faults.share(actions, per_second, agenda.now + for_seconds * 1000);
  }
  if (entry.lose_notifications) {
    const { for_seconds, probability } = entry.lose_notifications;
    groups.notifications.lose({ until: agenda.now + for_seconds * 1000, probability });
  }
  if (entry.delay_notifications) {
    const { for_seconds, by_seconds, probability } = entry.delay_notifications;
    const until = agenda.now + for_seconds * 1000;
    groups.notifications.delay({ until, probability, milliseconds: by_seconds * 1000 });
  }
  if (entry.lose_messages) loseMessages(world, entry.lose_messages);
  if (entry.remake_queue) {
    const { queue, after_seconds } = entry.remake_queue;
    world.queues.remake(world.queues.byName(queue), after_seconds * 1000);
  }
}

/** Starts the faults of an entry in the functions' invocations. */
export function disturbInvocations(lambda: LambdaPlatform, entry: TimelineEntry, now: number): void {
  if (entry.kill_invocation) lambda.kill(entry.kill_invocation.function, entry.kill_invocation.at_await);
  if (entry.invoke) lambda.tick(entry.invoke.function);
  if (entry.skip_ticks) lambda.skip(entry.skip_ticks.function, now + entry.skip_ticks.for_seconds * 1000);
  if (entry.throttle_function)
    lambda.throttle(entry.throttle_function.function, now + entry.throttle_function.for_seconds * 1000);
  if (entry.cold_start) lambda.cool(entry.cold_start.function, (entry.cold_start.init_seconds ?? 0) * 1000);
}

/** Lets the story tell of messages that the functions' queues lose by themselves. */
export function tellOfLosses(world: World, scenario: Scenario): void {
  const own = queueNamesOf(scenario);
  world.queues.onLost((queue, body) => {
    if (own.includes(queue)) tellLost(world, body);
  });
}

/** Starts the faults that a scenario has from its beginning. */
export function startLastingFaults(simulation: Simulation, scenario: Scenario): void {
  simulation.readLag = scenario.read_lag_seconds * 1000;
  simulation.readLagVaries = scenario.read_lag_varies;
  simulation.pageLimit = scenario.pages_of ?? Number.POSITIVE_INFINITY;
  simulation.faults.throttling = scenario.throttling;
  Object.assign(simulation.world.unreliability, {
    shortPollMisses: scenario.short_poll_misses,
    duplicates: scenario.duplicates,
    disorder: scenario.disorder,
  } satisfies Unreliability);
}

/** Plans the end of those faults, and of kills that no invocation has reached, counted from `startsAt`. */
export function planEndOfFaults(
  { world, faults }: Simulation,
  { faults_end_after_seconds: seconds }: Scenario,
  startsAt: number,
  lambda: LambdaPlatform,
): void {
  if (seconds === undefined) return;
  world.agenda.at(startsAt + seconds * 1000, () => {
    faults.throttling = false;
    lambda.spare();
    Object.assign(world.unreliability, { shortPollMisses: 0, duplicates: 0, disorder: 0 });
  });
}

// The story names the instances that the messages are about, so that these can be judged.
function loseMessages(
  world: World,
  { queue, probability }: NonNullable<TimelineEntry["lose_messages"]>,
): void {
  const { queues, firings } = world;
  for (const body of queues.byName(queue).lose(probability)) {
    firings.count("lost messages");
    tellLost(world, body);
  }
}

function tellLost({ agenda, story }: Pick<World, "agenda" | "story">, body: string): void {
  for (const instanceId of new Set(instanceIdsIn(body)))
    story.tell(agenda.now, { kind: "message-lost", instanceId });
}
