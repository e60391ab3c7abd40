import type { Past } from "../kernel/past.ts";
import type { StoryLine } from "../kernel/story.ts";
import type { JudgedInstance, Registration, Unknowable } from "./instance.ts";
import { Promptness, type TaskFacts } from "./promptness.ts";
import type { TerminationRecord, Violation } from "./records.ts";
import { isMisnamedNow, type NamesNow, type Scope, type ScopeNow, TICK_MS, TICKS_MS } from "./scope.ts";
import { type Seeing, Settling } from "./settling.ts";
import { mayStop, type StopTasks, type TaskStop, taskText } from "./task-stops.ts";

/** So much longer each drain that is open beside it may make one, in milliseconds: Auto Scaling takes some ten completions a second. */
const COMPLETION_MS = 100;

/** What the judge must know to judge terminations. Times are in milliseconds. */
export type TerminationOptions = NamesNow & {
  readonly scopeOf: ScopeNow;
  /** The names under which the judged functions call AWS. */
  readonly suspects: ReadonlySet<string>;
  /**
   * When the faults end that were there before a time, both in milliseconds since 1970. With several, the latest. Undefined
   * where there were none.
   */
  readonly faultsEndAt: (before: number) => number | undefined;
  /** How late two ticks of the schedules may come together, in milliseconds. */
  readonly lateBy: number;
  /** How much longer a termination may take where its message was lost. */
  readonly sweepInterval: number;
  /** Which tasks may be stopped where no hook of ours counts: on an instance with an interruption notice. */
  readonly stopTasksByInput: () => readonly StopTasks[];
  /** Who has started a task, and whether ECS wants it to run. Undefined for one that ECS does not know. */
  readonly taskFacts: TaskFacts;
  /** Whether all calls are slow: runs have no time for all, and a sweep may find what a message still stands for. */
  readonly isSlow: boolean;
  /** Whether a Network Load Balancer may be in front of a target group. */
  readonly isNetwork: (targetGroup: string) => boolean;
  /** Whether a function is on a dry run at the moment. What it sees begins no drain. */
  readonly isDry: (caller: string) => boolean;
  /** Whether a hook that notifies this is ours by the input of a function. If it is not, the function drops its messages. */
  readonly isOursBy: (caller: string, hook: Pick<ActionSeen, "hook" | "notifies">) => boolean;
  /** Whether a run that a function had at a time was cut short: what only that run knew is lost. */
  readonly wasCutShort: (caller: string, at: number) => boolean;
};

type ActionSeen = Extract<StoryLine, { kind: "action-seen" }>;

/** A termination, with the scope that it has or ended with, and whether it ever had registrations or tasks. */
type Case = {
  readonly record: TerminationRecord;
  scope: Scope;
  targets: boolean;
  tasks: boolean;
  /** When a judged function could first work on it, in milliseconds since 1970. The drain's own time begins then. */
  begunAt: number | undefined;
  /** Whether a function saw it on a dry run. */
  wasDry: boolean;
  /** When functions saw it, and which, as long as its hook was ours. */
  readonly seenBy: Pick<ActionSeen, "at" | "by">[];
  /** Whether the function that saw it last took its hook for another's, and dropped what stood for it. */
  isTurnedAway: boolean;
  /** What the functions must have seen on the instance, and when the last of it went. */
  readonly settling: Settling;
  /** Since when steps have been possible that nobody has taken. */
  readonly promptness: Promptness;
  /** In milliseconds since 1970; undefined while it is pending. */
  endedAt: number | undefined;
};

/** The queues' visibility timeout: so long the messages of a run that was cut short are hidden from the next. */
const HIDDEN_MS = 120_000;
/** So long a hook must hold for heartbeats to be in time if ticks are late, in milliseconds: the log warns of shorter ones. */
const SAFE_HOOK_MS = 180_000;

/** By so much the clocks of two functions may differ, in milliseconds: one sees that all is gone, and the other completes. */
const CLOCKS_MS = 10_000;

/** The terminations that the functions serve: when each was really ready, how it ended, and whether that was right. */
export class Terminations implements Past {
  readonly #options: TerminationOptions;
  readonly #accuse: (violation: Violation) => void;
  #cases: Case[] = [];
  /** The same, by instance. */
  readonly #casesOf = new Map<string, Case[]>();
  #ended = 0;

  constructor(options: TerminationOptions, accuse: (violation: Violation) => void) {
    this.#options = options;
    this.#accuse = accuse;
  }

  /** How many have ended, including those that are forgotten. */
  get endedCount(): number {
    return this.#ended;
  }

  get records(): readonly TerminationRecord[] {
    return this.#cases.map(({ record }) => record);
  }

  /** The scopes of an instance's terminations that have not ended. */
  pendingScopes(instanceId: string): Scope[] {
    return this.#pendingOf(instanceId).map((each) => this.#scopeNow(each));
  }

  forget(before: number): void {
    const isLeft = ({ endedAt = Number.POSITIVE_INFINITY }: Case) => endedAt >= before;
    this.#cases = this.#cases.filter(isLeft);
    for (const [instanceId, cases] of this.#casesOf) {
      const left = cases.filter(isLeft);
      if (left.length > 0) this.#casesOf.set(instanceId, left);
      else this.#casesOf.delete(instanceId);
    }
  }

  /** A lifecycle action has begun. */
  started(
    { at, instanceId, group, hook, token }: Extract<StoryLine, { kind: "action-started" }>,
    instance: JudgedInstance,
  ): void {
    const scope = this.#options.scopeOf(group, hook);
    if (!scope) return;
    instance.noteServices();
    instance.messageLost = false;
    instance.foundAt = undefined;
    instance.heldSince = at;
    const record: TerminationRecord = {
      instanceId,
      group,
      hook,
      token,
      askedAt: at,
      targetsGoneAt: undefined,
      tasksGoneAt: undefined,
      readyAt: undefined,
      completedAt: undefined,
      result: undefined,
      reason: "",
    };
    const begun: Case = {
      record,
      scope,
      targets: false,
      tasks: false,
      begunAt: undefined,
      wasDry: false,
      seenBy: [],
      isTurnedAway: false,
      settling: new Settling(),
      promptness: new Promptness(),
      endedAt: undefined,
    };
    this.#cases.push(begun);
    this.#casesOf.set(instanceId, [...this.#of(instanceId), begun]);
    this.update(instanceId, at, instance);
  }

  /** Somebody could work on a lifecycle action. */
  seen({ at, instanceId, token, by, hook, notifies }: ActionSeen): void {
    if (!this.#options.suspects.has(by)) return;
    const found = this.#of(instanceId).find(({ record }) => record.token === token);
    if (!found) return;
    found.isTurnedAway = !this.#options.isOursBy(by, { hook, notifies });
    if (this.#options.isDry(by)) found.wasDry = true;
    else {
      found.begunAt ??= at;
      if (!found.isTurnedAway) found.seenBy.push({ at, by });
    }
  }

  /** A lifecycle action has ended. `unknowable` says what whoever ended it need not know. */
  ended(
    line: Extract<StoryLine, { kind: "action-ended" }>,
    instance: JudgedInstance,
    unknowable: Unknowable,
  ): void {
    const { at, instanceId, how, by, result } = line;
    const found = this.#of(instanceId).find(({ record }) => record.token === line.token);
    const accuse = (rule: string, what: string) => this.#accuse({ at, instanceId, rule, what });
    const isSuspect = this.#options.suspects.has(by);
    if (!found) {
      if (isSuspect && how === "cancelled" && !this.#isAbandoned(instanceId, at))
        accuse("no other hook is cancelled", `the action of ${line.hook} was cancelled`);
      return;
    }
    const scope = this.#scopeNow(found);
    found.endedAt = at;
    this.#ended += 1;
    this.#judgePromptness(found, instance, at);
    const { record } = found;
    const late = Math.round((at - this.#latestEnd(found, instance)) / 1000);
    if (late > 0 && this.#isStillOurs(found))
      accuse("every drain ends in time", `it ended ${late} s too late`);
    for (const { name } of this.#forgotten(found, instance, at))
      accuse("what is ours is taken out", `it is still registered with ${name}`);
    if (how === "call" && isSuspect) {
      if (this.#options.isDry(by)) accuse("a dry run does nothing", "its action was completed");
      const left = instance.left(scope, unknowable).join(", ");
      record.completedAt = at;
      record.result = result;
      record.reason = left === "" ? "completed when nothing was left" : `completed with ${left}`;
      // Who may not have seen that another action holds the instance now has meant the one before.
      const meant = unknowable.isTooRecent(record.askedAt) ? (this.#caseBefore(found) ?? found) : found;
      if (left !== "" && this.#untilDeadline(meant, at) > 0)
        accuse("nothing is completed before it is ready", left);
      const early = Math.round(this.#untilSettled(found, instance, at) / 1000);
      if (left === "" && early > 0 && meant === found)
        accuse("every instance settles", `it was completed ${early} s before it had settled`);
      return;
    }
    const early = Math.round(this.#untilDeadline(found, at) / 1000);
    if (how === "timeout" && early > 0 && this.#isStillOurs(found) && this.#isToBeAlive(found, at, instance))
      accuse("every hook is kept alive", `its timeout ended it ${early} s before the drain's deadline`);
    record.reason = {
      call: `completed with ${result} by ${by}`,
      timeout: `the hook's timeout ended it with ${result}`,
      cancelled: "another hook's ABANDON ended it",
      "hook-deleted": "its hook was deleted",
    }[how];
  }

  /** Somebody has asked for a task to stop. */
  taskStopped(line: TaskStop, instance: JudgedInstance): void {
    if (!this.#options.suspects.has(line.by)) return;
    this.acted(line, instance);
    const allowed = this.#newestScopes(line.instanceId).map(({ stopTasks }) => stopTasks);
    if (instance.interrupted) allowed.push(...this.#options.stopTasksByInput());
    // On an instance that was never drained, another rule forbids it.
    if (allowed.length === 0 || allowed.some((each) => mayStop(each, line))) return;
    this.#accuse({
      at: line.at,
      instanceId: line.instanceId,
      rule: "no task is stopped that is to leave by itself",
      what: `${taskText(line)}, with stop_tasks ${allowed.join(", ")}`,
    });
  }

  /** One of us is about to set an instance DRAINING, or to stop a task. Too late is too late. */
  acted(
    { at, instanceId }: Pick<StoryLine & { instanceId: string }, "at" | "instanceId">,
    instance: JudgedInstance,
  ): void {
    for (const each of this.#pendingOf(instanceId)) this.#judgePromptness(each, instance, at);
  }

  /** Judges at the end the terminations that have not ended. */
  conclude(at: number, instanceOf: (instanceId: string) => JudgedInstance): void {
    for (const each of this.#cases) {
      const { instanceId, reason } = each.record;
      if (reason === "") this.#judgePromptness(each, instanceOf(instanceId), at);
      if (reason !== "" || !this.#isStillOurs(each)) continue;
      if (at <= this.#latestEnd(each, instanceOf(instanceId))) continue;
      this.#accuse({ at, instanceId, rule: "every drain ends in time", what: "it has not ended" });
    }
  }

  /** Something has changed on an instance. */
  update(instanceId: string, at: number, instance: JudgedInstance): void {
    for (const had of this.#pendingOf(instanceId)) {
      const { record } = had;
      const scope = this.#scopeNow(had);
      const targets = instance.judged(scope).length > 0;
      const tasks = instance.running(scope).length > 0;
      had.settling.look(instance.items(scope), at, this.#seeing(had, at));
      had.promptness.look(instance, { scope, at, taskFacts: this.#options.taskFacts });
      had.targets ||= targets;
      had.tasks ||= tasks;
      record.targetsGoneAt = targets || !had.targets ? undefined : (record.targetsGoneAt ?? at);
      record.tasksGoneAt = tasks || !had.tasks ? undefined : (record.tasksGoneAt ?? at);
      record.readyAt =
        targets || tasks
          ? undefined
          : Math.max(record.askedAt, record.targetsGoneAt ?? 0, record.tasksGoneAt ?? 0);
    }
  }

  // The functions read the settings again in each run. Those of a hook that is gone, or not ours any more, stay as they were.
  #scopeNow(of: Case): Scope {
    const { group, hook } = of.record;
    if (of.endedAt === undefined) of.scope = this.#options.scopeOf(group, hook, of.scope) ?? of.scope;
    return of.scope;
  }

  // How long it is until a drain may end with whatever is left, in milliseconds.
  // The drain's own time counts from when somebody could first work on it, the hook's from the lifecycle action's start.
  #untilDeadline({ record, scope, begunAt }: Case, at: number): number {
    const end = Math.min(
      (begunAt ?? record.askedAt) + (scope.patience ?? Number.POSITIVE_INFINITY),
      record.askedAt + (scope.patience === undefined ? Number.POSITIVE_INFINITY : scope.globalLimit),
    );
    return end - at;
  }

  // What tells which registrations and tasks the functions must have seen.
  #seeing({ begunAt, scope: { permits, changedAt } }: Case, at: number): Seeing {
    const { faultsEndAt, lateBy, isNetwork } = this.#options;
    const calmFrom = (faultsEndAt(at) ?? Number.NEGATIVE_INFINITY) + HIDDEN_MS;
    const passes = 2 * TICKS_MS + lateBy;
    return { begunAt, calmFrom, changedAt, passes, searchesFor: permits.searchesFor, isNetwork };
  }

  // How long an instance with nothing left has to settle still, in milliseconds. At the deadline none has to. Nor has a dead one, or
  // one that Spot takes back.
  #untilSettled(of: Case, { dead, interrupted }: JudgedInstance, at: number): number {
    const { scope, begunAt, wasDry, settling, record } = of;
    if (dead || interrupted || this.#untilDeadline(of, at) <= 0) return 0;
    const { behindNetwork, elsewhere } = scope.permits.settlesAtLeast;
    // What a sweep finds where there never was a message was never seen behind a load balancer that is gone by then.
    const isKnown = settling.wasBehindNetwork && !scope.isSwept && !this.#options.isSlow;
    const settles = isKnown ? behindNetwork : elsewhere;
    // On a dry run it is seen to be empty too, and so it is in the drain of an earlier action.
    const wasSeen = wasDry || this.#of(record.instanceId).some((each) => each !== of && each.begunAt);
    const from = Math.max(settling.goneAt, wasSeen ? 0 : (begunAt ?? 0));
    return settles === 0 ? 0 : from + settles - CLOCKS_MS - at;
  }

  // Whether a drain with `on_timeout: abandon` has ended with ABANDON at this moment, after its deadline.
  #isAbandoned(instanceId: string, at: number): boolean {
    return this.#of(instanceId).some(
      (each) =>
        each.record.completedAt === at &&
        each.record.result === "ABANDON" &&
        each.scope.mayAbandon &&
        this.#untilDeadline(each, at) <= 0,
    );
  }

  // Once faults have ended, and the messages that they hid are visible again, each run sends heartbeats in time. Where the
  // message was lost, a sweep must find the instance first; a run that is killed then leaves that to the next sweep.
  #isToBeAlive(of: Case, at: number, { messageLost, foundAt }: JudgedInstance): boolean {
    const { scope, record } = of;
    const { faultsEndAt, lateBy, sweepInterval } = this.#options;
    const faultsEnd = faultsEndAt(at) ?? Number.NEGATIVE_INFINITY;
    const unhidden = faultsEnd + HIDDEN_MS + TICKS_MS + lateBy;
    // The timer that runs may be that of the hook before an edit, which nobody of us has seen who could tell of it.
    const isSeen = of.begunAt === undefined || this.#wasSeenBefore(of, scope.changedAt);
    if ((record.askedAt < scope.changedAt && !isSeen) || this.#isUntold(of)) return false;
    if (!scope.keepsAlive || (lateBy > 0 && scope.timeouts.heartbeatTimeout < SAFE_HOOK_MS)) return false;
    if (!messageLost && !scope.isSwept) return at >= unhidden;
    return foundAt !== undefined && at >= Math.max(foundAt + TICKS_MS + lateBy, unhidden + sweepInterval);
  }

  // Whether a run has seen it before a time, and was not cut short: the messages tell of it from then on. Who had the message of
  // the action before may have met this one, and have dropped that.
  #wasSeenBefore(of: Case, before: number): boolean {
    const { askedAt } = of.record;
    const from = this.#caseBefore(of) ? askedAt + TICKS_MS : askedAt;
    return of.seenBy.some(({ at, by }) => from <= at && at < before && !this.#options.wasCutShort(by, at));
  }

  // Whether its hook was another's when a function last saw it, and nobody sweeps: no message stands for it any more.
  #isUntold({ isTurnedAway }: Case): boolean {
    return isTurnedAway && this.#options.sweepInterval === 0;
  }

  // What the settings name, and nobody took out, though a function has known of the drain for two runs in the calm, and more. Who
  // waits for a wrong value to be put right, or searches, does nothing meanwhile.
  #forgotten(of: Case, instance: JudgedInstance, at: number): Registration[] {
    const { scope } = of;
    const known = this.#knownSince(of, instance, at);
    if (known === undefined || scope.permits.isMistold) return [];
    const patience = 2 * TICKS_MS + this.#options.lateBy;
    return instance
      .ours({ ...scope, ...scope.named })
      .filter(({ state, since }) => state === "registered" && Math.max(since, known) + patience <= at);
  }

  // Since when a function has known of a drain in the calm, and a sweep would have found it. In milliseconds since 1970; undefined
  // where nothing has to be done about it.
  #knownSince(of: Case, { dead, interrupted }: JudgedInstance, at: number): number | undefined {
    const { scope, begunAt, record } = of;
    const { faultsEndAt, sweepInterval } = this.#options;
    const { permits, changedAt } = scope;
    const calm = (faultsEndAt(at) ?? Number.NEGATIVE_INFINITY) + HIDDEN_MS;
    const isHeldByName = isMisnamedNow(scope, this.#options) && permits.discover !== "all";
    if (begunAt === undefined || isHeldByName || permits.dryRun) return undefined;
    if (dead || interrupted || !this.#isStillOurs(of) || this.#isUntold(of)) return undefined;
    return Math.max(begunAt, calm, changedAt, record.askedAt) + sweepInterval;
  }

  // What has been possible for four runs, and longer where a search comes first, is to be done.
  #judgePromptness(of: Case, instance: JudgedInstance, at: number): void {
    const known = this.#knownSince(of, instance, at);
    if (known === undefined) return;
    const { scope, promptness } = of;
    const { permits } = scope;
    // Settings may have changed since the last line.
    promptness.look(instance, { scope, at, taskFacts: this.#options.taskFacts });
    const { instanceId } = of.record;
    const patience = 2 * TICKS_MS + this.#options.lateBy + permits.searchesFor;
    for (const what of promptness.overdue(instance, { known, patience, at, isMistold: permits.isMistold }))
      this.#accuse({ at, instanceId, rule: "every step is taken in time", what });
  }

  // Whether the functions serve a case's hook still. Somebody may have made it another's, or deleted it.
  #isStillOurs({ record: { group, hook } }: Case): boolean {
    return this.#options.scopeOf(group, hook) !== undefined;
  }

  #caseBefore({ record: { instanceId, group, hook, token } }: Case): Case | undefined {
    return this.#of(instanceId).findLast(
      ({ record }) => record.group === group && record.hook === hook && record.token !== token,
    );
  }

  // The scopes of the drains that go on, or else that of the last one, with what the settings are by now.
  #newestScopes(instanceId: string): Scope[] {
    const pending = this.pendingScopes(instanceId);
    const last = this.#of(instanceId).at(-1);
    if (pending.length > 0 || !last) return pending;
    const { group, hook } = last.record;
    return [last.scope, this.#options.scopeOf(group, hook, last.scope) ?? last.scope];
  }

  #pendingOf(instanceId: string): Case[] {
    return this.#of(instanceId).filter(({ record }) => record.reason === "");
  }

  #of(instanceId: string): readonly Case[] {
    return this.#casesOf.get(instanceId) ?? [];
  }

  // When a termination must have ended. After a fault, its message must become visible first, and a run that died may have been
  // the one that began it. A drain that a sweep finds begins then, because nothing says since when the hook has held the instance,
  // nor what it was behind. One whose settings were changed may have as long as it has by the new ones.
  #latestEnd(of: Case, { messageLost }: JudgedInstance): number {
    const { faultsEndAt, lateBy, sweepInterval, isSlow } = this.#options;
    const { isSwept, isTold, changedAt, ...scope } = this.#scopeNow(of);
    // On a dry run the hook's own timeout ends it.
    if (!isTold || scope.permits.dryRun || this.#isUntold(of)) return Number.POSITIVE_INFINITY;
    const from = Math.max(of.begunAt ?? of.record.askedAt, changedAt);
    const near = from + scope.limit - 2 * TICKS_MS;
    const beside = this.#cases.filter(({ endedAt = Number.POSITIVE_INFINITY }) => endedAt >= near).length;
    // Where all calls are slow, a run's time may be over at its last pass. Then the next run has it.
    const slow = isSlow ? TICK_MS : 0;
    const limit = scope.limit + lateBy + slow + beside * COMPLETION_MS;
    const faultsEnd = faultsEndAt(from + limit) ?? Number.NEGATIVE_INFINITY;
    if (messageLost || isSwept) {
      const settles = scope.permits.settlesAtLeast.behindNetwork;
      return Math.max(from, faultsEnd) + limit + sweepInterval + settles;
    }
    return Math.max(from, faultsEnd + HIDDEN_MS) + limit;
  }
}
