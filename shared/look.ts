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

/** What differs between the functions that look. */
export type LookOptions = {
  /** Whether a lifecycle action may be completed; deregister leaves that to terminate, whose look comes later. */
  readonly mayComplete: boolean;
  /** Until when this run looks again, in milliseconds since 1970. */
  readonly until: number;
};

/**
 * One look at a batch of terminations: observe, decide, act. What is decided is logged where it is news. Failures of AWS
 * are noted in the run; throws only what is no AwsCallError: a fault of ours.
 */
export async function look(
  ports: Ports,
  run: Run,
  terminations: readonly Termination[],
  options: LookOptions,
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
        return watch(ports, before, memory, options);
      case "let go":
        logLetGo(ports, termination, decision.outcome, actedAt);
        return { before, termination, fate: "let go" };
      case "complete":
        return options.mayComplete
          ? complete(ports, run, before, memory, options)
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
  memory: Memory,
  options: LookOptions,
): Promise<Looked> {
  const { instanceId, group, hook, since } = before;
  let answer: "completed" | "no such action";
  try {
    answer = await ports.autoScaling.complete(before, "CONTINUE");
  } catch (error) {
    const waitingFor = run.callFailed(error);
    return watchAgain(ports, before, { ...memory, failures: memory.failures + 1 }, waitingFor, options);
  }
  if (answer === "completed") {
    ports.log.info("lifecycle action completed", {
      instance_id: instanceId,
      auto_scaling_group: group,
      life_cycle_hook_name: hook,
      result: "CONTINUE",
      reason: "drained",
      held_seconds: secondsBetween(since, ports.now()),
    });
    return { before, termination: { ...before, memory }, fate: "completed" };
  }
  ports.log.warn("completion refused", {
    instance_id: instanceId,
    life_cycle_hook_name: hook,
    reason: "Auto Scaling has no active lifecycle action of this hook for the instance",
  });
  if (memory.refusedAt !== undefined) {
    return watchAgain(ports, before, memory, "Auto Scaling to know the lifecycle action", options);
  }
  // Whether another hook explains it is asked at once, the first time.
  const refused = { ...before, memory: { ...memory, refusedAt: ports.now() } };
  const [again] = await look(ports, run, [refused], { ...options, mayComplete: false });
  return { before, termination: again?.termination ?? refused, fate: again?.fate ?? "watch" };
}

// To be looked at again as decided.
function watch(ports: Ports, before: Termination, memory: Memory, { until }: LookOptions): Looked {
  const { waitingFor, lookAt } = memory;
  if (waitingFor !== before.memory.waitingFor) {
    ports.log.info("waiting", {
      instance_id: before.instanceId,
      waiting_for: waitingFor,
      held_seconds: secondsBetween(before.since, ports.now()),
      looks_again:
        lookAt === undefined || lookAt >= until ? "in the next run of terminate" : timeText(lookAt),
      ...(memory.failures > 0 ? { failures: memory.failures } : {}),
    });
  }
  return { before, termination: { ...before, memory }, fate: "watch" };
}

// To be looked at again, because a completion came to nothing.
function watchAgain(
  ports: Ports,
  before: Termination,
  memory: Memory,
  waitingFor: string,
  options: LookOptions,
): Looked {
  const now = ports.now();
  const changedAt = waitingFor === before.memory.waitingFor ? (memory.changedAt ?? now) : now;
  const lookAt = now + before.settings.pollSeconds * 1000;
  return watch(ports, before, { ...memory, waitingFor, changedAt, lookAt }, options);
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
