import { carryOut } from "../act/carry-out.ts";
import { logSteps } from "../act/dry-run.ts";
import { secondsBetween } from "../base/time-text.ts";
import { containerInstanceFields, FOLLOWED, logFollowed } from "../log-lines/followed-line.ts";
import { followEndText } from "../log-lines/reason-text.ts";
import type { Done, Step } from "../model/decision.ts";
import type { FollowDecision, Followed } from "../model/following.ts";
import { isLogged } from "../model/logged.ts";
import type { InPass } from "../model/observation.ts";
import { unreadAnswers } from "../observe/auto-scaling.ts";
import { observeFollowed } from "../observe/followed.ts";
import { decideFollowed } from "../rules/following.ts";
import type { Run } from "../run/run.ts";
import type { PassOptions, Reconciled } from "./conclude.ts";
import { readSettings } from "./settings-in-force.ts";

/** An instance that is followed, with what was decided. */
type Looked = Followed & { readonly decision: FollowDecision & { readonly steps: readonly Step[] } };

/**
 * Looks at instances whose drains are over and whose agents are silent, and takes them out of their clusters once EC2 says that
 * they are terminated. Failures of AWS are noted in the run. Throws only what is a fault of ours.
 */
export async function follow(
  run: Run,
  records: readonly InPass[],
  options: PassOptions,
): Promise<Reconciled[]> {
  if (records.length === 0) return [];
  const { dryRun } = options;
  const observed = await observeFollowed(run, await readSettings(run, records, options));
  const now = run.now();
  const looked = observed.map(({ hooksUnread: hooks, ...each }): Looked => {
    const unread = { ...each.view.unread, ...unreadAnswers({ hooks }) };
    const decision = decideFollowed(each.termination, { ...each.view, unread }, now);
    return { ...each, decision: { ...decision, steps: decision.kind === "take out" ? decision.steps : [] } };
  });
  for (const { before, decision } of looked) {
    if (decision.silent.length > 0 && !isLogged(before.memory, FOLLOWED))
      logFollowed(run.logAbout(before), decision.silent);
  }
  const carried = dryRun ? logSteps(run, looked) : await carryOut(run, looked);
  return carried.map((each) => afterLook(run, each, dryRun));
}

function afterLook(run: Run, looked: Looked & { readonly done: Done }, dryRun: boolean): Reconciled {
  const { index, before, decision, done } = looked;
  const followed = decision.silent.length > 0 ? [FOLLOWED] : [];
  const logged = [...new Set([...decision.memory.logged, ...followed, ...done.logged])];
  const termination = { ...looked.termination, dryRun, memory: { ...decision.memory, logged } };
  if (decision.kind === "end") logEnd(run, before, decision);
  const isTakenOut = decision.kind === "take out" && (dryRun || !done.failed);
  const isOver = isTakenOut || decision.kind === "end";
  return { index, before, termination, ending: isOver ? "followed to its end" : "waiting" };
}

function logEnd(
  run: Run,
  before: Looked["before"],
  { reason, silent }: Extract<FollowDecision, { kind: "end" }>,
): void {
  // The log does not say that it is followed: there was nothing to do from the start.
  if (silent.length === 0 && !isLogged(before.memory, FOLLOWED)) return;
  const fields = {
    reason: followEndText(reason),
    followed_seconds: secondsBetween(before.memory.followedSince ?? run.now(), run.now()),
  };
  const log = run.logAbout(before);
  if (reason.why !== "left behind" && reason.why !== "not permitted") log.info("followed no further", fields);
  else log.warn("container instance left behind", { ...containerInstanceFields(silent), ...fields });
}
