import { act, type Done } from "./act.ts";
import { forEachOf } from "./batches.ts";
import { type Decision, decide } from "./decide.ts";
import { secondsBetween, timeText } from "./log.ts";
import type { Observation } from "./observation.ts";
import { observe } from "./observe.ts";
import type { Ports } from "./ports.ts";
import type { Run } from "./run.ts";
import type { Memory, Termination } from "./termination.ts";

/** What became of a termination in a look: still to be watched, or ended and to be forgotten. */
export type Looked = {
  /** The termination as it was handed in. */
  readonly before: Termination;
  /** The same with what is remembered now. */
  readonly termination: Termination;
  readonly fate: "watch" | "completed" | "let go";
};

/**
 * One look at a batch of terminations: observe, decide, act. What is decided is logged where it is news.
 *
 * @param options.mayComplete whether a lifecycle action may be completed; deregister leaves that to terminate, whose
 *   look comes at least one read lag later
 */
export async function look(
  ports: Ports,
  run: Run,
  terminations: readonly Termination[],
  options: { readonly mayComplete: boolean },
): Promise<Looked[]> {
  const observations = await observe(ports, run, terminations);
  const now = ports.now();
  const decided = terminations.map((before) => {
    const observed = observations.get(before) as Observation;
    return { before, observed, decision: decide(before, observed, now) };
  });
  const done = await act(
    ports,
    run,
    decided.map(({ before, decision }) => ({ termination: before, steps: decision.steps })),
  );
  const actedAt = ports.now();
  return forEachOf(decided, async ({ before, observed, decision }) => {
    const memory = afterwards(decision, observed, done.get(before), before.memory, actedAt);
    const termination = { ...before, memory };
    warn(ports, before, decision);
    switch (decision.outcome.kind) {
      case "wait":
        if (decision.outcome.waitingFor !== before.memory.waitingFor) {
          logWaiting(ports, termination, decision.outcome.waitingFor, decision.outcome.until, actedAt);
        }
        return { before, termination, fate: "watch" };
      case "let go":
        logLetGo(ports, termination, decision.outcome, actedAt);
        return { before, termination, fate: "let go" };
      case "complete":
        return options.mayComplete
          ? complete(ports, run, before, termination)
          : { before, termination, fate: "watch" };
      default:
        return decision.outcome satisfies never;
    }
  });
}

async function complete(
  ports: Ports,
  run: Run,
  before: Termination,
  termination: Termination,
): Promise<Looked> {
  const { instanceId, group, hook, since, memory } = termination;
  try {
    const answer = await ports.autoScaling.complete(termination, "CONTINUE");
    if (answer === "completed") {
      ports.log.info("lifecycle action completed", {
        instance_id: instanceId,
        auto_scaling_group: group,
        life_cycle_hook_name: hook,
        result: "CONTINUE",
        reason: "drained",
        held_seconds: secondsBetween(since, ports.now()),
      });
      return { before, termination, fate: "completed" };
    }
  } catch (error) {
    run.callFailed(error);
    return watch(before, { ...memory, failures: memory.failures + 1 }, ports.now());
  }
  // Refused: whether another hook explains it is asked at once, where it is the first time.
  const refused = { ...termination, memory: { ...memory, refusedAt: memory.refusedAt ?? ports.now() } };
  ports.log.warn("completion refused", {
    instance_id: instanceId,
    life_cycle_hook_name: hook,
    reason: "Auto Scaling has no active lifecycle action of this hook for the instance",
  });
  if (memory.refusedAt !== undefined) return watch(before, refused.memory, ports.now());
  const [again] = await look(ports, run, [refused], { mayComplete: false });
  return again ? { ...again, before } : watch(before, refused.memory, ports.now());
}

function watch(before: Termination, memory: Memory, now: number): Looked {
  const lookAt = now + before.settings.pollSeconds * 1000;
  return { before, termination: { ...before, memory: { ...memory, lookAt } }, fate: "watch" };
}

function afterwards(
  { memory, warnings }: Decision,
  { unread }: Observation,
  done: Done | undefined,
  before: Memory,
  now: number,
): Memory {
  const failed = done?.failed === true || Object.values(unread).some((each) => each !== undefined);
  return {
    ...memory,
    actedAt: done?.drained || done?.deregistered ? now : memory.actedAt,
    drainingAt: done?.drained ? (memory.drainingAt ?? now) : memory.drainingAt,
    failures: before.failures + (failed ? 1 : 0),
    said: [
      ...memory.said,
      ...warnings.map((each) => each.phrase).filter((phrase) => !memory.said.includes(phrase)),
    ],
  };
}

function warn(ports: Ports, { instanceId, memory }: Termination, { warnings }: Decision): void {
  for (const { phrase, text } of warnings) {
    if (!memory.said.includes(phrase)) ports.log.warn(phrase, { instance_id: instanceId, reason: text });
  }
}

function logWaiting(
  ports: Ports,
  termination: Termination,
  waitingFor: string,
  until: number,
  now: number,
): void {
  ports.log.info("waiting", {
    instance_id: termination.instanceId,
    waiting_for: waitingFor,
    held_seconds: secondsBetween(termination.since, now),
    looks_again_at: timeText(until),
  });
}

function logLetGo(
  ports: Ports,
  { instanceId, group, since }: Termination,
  { reason, level }: { reason: string; level: "info" | "warn" | "error" },
  now: number,
): void {
  ports.log[level]("let go", {
    instance_id: instanceId,
    auto_scaling_group: group,
    reason,
    held_seconds: secondsBetween(since, now),
  });
}
