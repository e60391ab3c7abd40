import type { Carried } from "../act/carry-out.ts";
import { completeAction } from "../act/complete-action.ts";
import { logCompletion } from "../act/dry-run.ts";
import { secondsBetween, timeText } from "../base/time-text.ts";
import { waitingFields } from "../log-lines/blocker-text.ts";
import { cutOffFields } from "../log-lines/cut-off-fields.ts";
import { FOLLOWED, logFollowed } from "../log-lines/followed-line.ts";
import { dropText } from "../log-lines/reason-text.ts";
import { type Blocker, event, unreadBlocker } from "../model/blocker.ts";
import type { Complete, Drop } from "../model/decision.ts";
import type { Termination } from "../model/termination.ts";
import {
  afterCompletion,
  afterFailedCompletion,
  isNews,
  queueCompletion,
  type Waiting,
  waitAgain,
} from "../rules/after-pass.ts";
import { silentIn, toFollow } from "../rules/following.ts";
import { isFresh } from "../rules/freshness.ts";
import { isEdited } from "../rules/settings-in-force.ts";
import { mayAskForAction } from "../rules/superseded-action.ts";
import { HOOKS_FRESH_MS } from "../rules/timings.ts";
import { ownerOf } from "../rules/whose-hook.ts";
import { readHooks } from "../run/read-hooks.ts";
import { type Reading, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { areSendersKnown } from "../run/sender-role-ids.ts";
import { countEnded } from "./count-drains.ts";
import { findAnotherAction } from "./find-another-action.ts";
import type { SettingsOptions } from "./settings-in-force.ts";
import { tellEnded } from "./tell-events.ts";

/** What became of a termination in a pass. */
export type Reconciled = {
  /** Its place in the batch that was handed in. */
  readonly index: number;
  /** As it was handed in. */
  readonly before: Termination;
  /** As it is now. */
  readonly termination: Termination;
  /**
   * It waits for another pass, its lifecycle action is completed, or it is dropped. "followed to its end": its drain was over
   * before, and now nothing is left to be done at all.
   */
  readonly ending: "waiting" | "completed" | "dropped" | "followed to its end";
  /** The termination as it is followed after its drain, if its agent is silent. */
  readonly follow?: Termination;
};

/** What became of a termination, or "refused": it needs another pass at once, because its completion was refused. */
export type Concluded = Reconciled | (Omit<Reconciled, "ending"> & { readonly ending: "refused" });

/** What differs between the functions' passes. */
export type PassOptions = SettingsOptions & {
  /** Whether a lifecycle action may be completed; deregister leaves that to terminate, whose pass comes later. */
  readonly mayComplete: boolean;
  /** Whether nothing may be written. The log then tells what would be done. */
  readonly dryRun: boolean;
  /** Until when this run may have passes and complete, in milliseconds since 1970. The next run is then still receiving. */
  readonly until: number;
};

/**
 * Ends a pass for one termination as it was decided: it waits, drops it, or completes its lifecycle action while the pass is
 * fresh. A failure of AWS is noted in the run. Throws only what is a fault of ours.
 */
export async function conclude(run: Run, carried: Carried, options: PassOptions): Promise<Concluded> {
  const { index, before, termination, decision } = carried;
  const { outcome } = decision;
  switch (outcome.kind) {
    case "wait":
      return waiting(run, carried, { termination, blockers: outcome.blockers }, options);
    case "drop":
      logDropped(run, termination, outcome);
      countEnded(run, termination, { end: outcome, memory: decision.memory });
      tellEnded(run, termination, outcome);
      return { index, before, termination, ending: "dropped", ...following(run, carried, outcome) };
    case "complete":
      return complete(run, carried, outcome, options);
    default:
      return outcome satisfies never;
  }
}

async function complete(
  run: Run,
  carried: Carried,
  outcome: Complete,
  options: PassOptions,
): Promise<Concluded> {
  const { index, before, termination, observation, decidedAt } = carried;
  if (!options.mayComplete) return { index, before, termination, ending: "waiting" };
  const goOn = (after: Waiting) => waiting(run, carried, after, options);
  if (options.dryRun) {
    const logged = logCompletion(run, termination, outcome);
    return goOn(waitAgain(logged, [event("hook timeout")], run.now()));
  }
  const askedAt = run.cache.hooks.peek(termination.group)?.at ?? decidedAt;
  const isOld = askedAt < decidedAt - HOOKS_FRESH_MS;
  const doubt = isOld ? await doubtAboutHook(run, carried, options) : undefined;
  if (doubt) return goOn(waitAgain(termination, [doubt], run.now()));
  if (!isFresh(decidedAt, options.until, run.now())) {
    return goOn(queueCompletion(termination, observation, run.now()));
  }
  const answer = await reading(run, () => completeAction(run, termination, outcome));
  if ("unread" in answer) return goOn(afterFailedCompletion(termination, answer.unread, run.now()));
  if (answer.value === "no such action") return afterRefusal(run, carried, goOn);
  countEnded(run, termination, { end: outcome, memory: carried.decision.memory });
  tellEnded(run, termination, outcome);
  const left = afterCompletion(carried, run.now());
  if (left) return goOn(left);
  return { index, before, termination, ending: "completed", ...following(run, carried, outcome) };
}

// The drain is over. What is left is to see that ECS learns of the instance's end. A run that does not know whose memory a message
// has would not believe that the drain is over. There only a sweep sees to it.
function following(
  run: Run,
  { termination, observation }: Carried,
  end: Complete | Drop,
): Pick<Reconciled, "follow"> {
  if (!areSendersKnown(run.ports)) return {};
  const follow = toFollow(termination, observation, end, run.now());
  if (follow === undefined) return {};
  const silent = silentIn(observation);
  if (silent.length === 0) return { follow };
  logFollowed(run.logAbout(termination), silent);
  const memory = { ...follow.memory, logged: [...follow.memory.logged, FOLLOWED] };
  return { follow: { ...follow, memory } };
}

// A run reads the hooks once, and somebody may have changed ours since, or its settings. Then another pass decides. It is the last
// question before an end that nobody can undo.
async function doubtAboutHook(
  run: Run,
  { termination, observation, decidedAt }: Carried,
  { ours }: PassOptions,
): Promise<Blocker | undefined> {
  const hooks = await readHooks(run, termination.group, decidedAt - HOOKS_FRESH_MS);
  if ("unread" in hooks) return unreadBlocker("hooks", hooks.unread);
  const now = { hooks: hooks.value };
  if (ownerOf(termination, now, ours) !== "ours") return event("hook known");
  return isEdited(termination, observation, now) ? event("hook edited") : undefined;
}

// Auto Scaling knows no such action. Another action of the same hook may hold the instance. If not, another hook may explain
// it: the first time, a pass asks for that at once.
async function afterRefusal(
  run: Run,
  { index, before, termination }: Carried,
  goOn: (after: Waiting) => Reconciled,
): Promise<Concluded> {
  const another: Reading<Termination | undefined> = await reading(run, () =>
    findAnotherAction(run, termination),
  );
  const now = run.now();
  if ("unread" in another) return goOn(afterFailedCompletion(termination, another.unread, now));
  if (another.value) return goOn(waitAgain(another.value, [event("action found")], now));
  // Nobody may ask by a heartbeat, but all is gone. If our hook holds the instance by another action, the id completes that one.
  if (termination.token !== undefined && !mayAskForAction(termination))
    return goOn(waitAgain({ ...termination, token: undefined }, [event("action known")], now));
  const { memory } = termination;
  if (memory.refusedAt !== undefined) return goOn(waitAgain(termination, [event("action known")], now));
  return {
    index,
    before,
    termination: { ...termination, memory: { ...memory, refusedAt: now } },
    ending: "refused",
  };
}

// It waits. The log tells for what, if that is news.
function waiting(
  run: Run,
  { index, before }: Pick<Carried, "index" | "before">,
  { termination, blockers }: Waiting,
  { until }: PassOptions,
): Reconciled {
  const { nextPassAt, failures } = termination.memory;
  if (isNews(before.memory, termination.memory)) {
    const isInThisRun = nextPassAt !== undefined && nextPassAt < until;
    run.logAbout(before).info("waiting", {
      ...waitingFields(blockers),
      held_seconds: secondsBetween(before.since, run.now()),
      ...(isInThisRun
        ? { next_pass_at: timeText(nextPassAt) }
        : { next_pass_in: "the next run of terminate" }),
      ...(failures > 0 ? { failures } : {}),
    });
  }
  return { index, before, termination, ending: "waiting" };
}

function logDropped(run: Run, termination: Termination, { reason, level, cutOff }: Drop): void {
  run.logAbout(termination)[level]("termination dropped", {
    ...(cutOff ? cutOffFields(cutOff) : {}),
    reason: dropText(reason),
    held_seconds: secondsBetween(termination.since, run.now()),
  });
}
