import { endDryRun } from "../../shared/act/dry-run.ts";
import { secondsBetween } from "../../shared/base/log.ts";
import { merge } from "../../shared/messages/merge-duplicates.ts";
import { formatMonitorMessage, parseMonitorMessage } from "../../shared/messages/monitor-message.ts";
import {
  deleteAll,
  type Receipt,
  receive,
  type Tracked,
  type Unreadable,
} from "../../shared/messages/receive.ts";
import type { DrainKeys } from "../../shared/model/settings.ts";
import type { Termination } from "../../shared/model/termination.ts";
import { reconcile } from "../../shared/reconcile.ts";
import { isQueuedForCompletion } from "../../shared/rules/completion-queue.ts";
import type { Run } from "../../shared/run/run.ts";

/** How long a run receives: its predecessor, a minute older, hands over within this time. */
export const RECEIVE_MS = 5_000;
/** What is due this much later is looked at too, so that the batch shares its calls. */
const TOGETHER_MS = 2_000;
/** What a look takes longer for each that it is at: a hundred of them are some ten calls, and AWS takes ten a second. */
const LOOK_MS_EACH = 10;
/** How many of those that wait for their turn to be completed are looked at together: at the least, and for each that was. */
const MIN_QUEUE_BATCH = 100;
const QUEUE_BATCH_GROWTH = 1.25;
/** How many terminations a run holds at the most: what is beyond waits for the next run, or for one beside it. */
export const MAX_TRACKED = 3_000;

/** What a run of terminate watches with. */
export type WatchOptions = { readonly queue: string; readonly keys: DrainKeys; readonly dryRun: boolean };

/** What one run of terminate holds, and what became of it. */
export class Watch {
  held: Tracked[] = [];
  readonly unreadable: Unreadable[] = [];
  received = 0;
  completed = 0;
  drop = 0;
  #receives = true;
  #isDry = false;
  #turn = MIN_QUEUE_BATCH;
  readonly #ended: Termination[] = [];
  readonly #run: Run;
  readonly #options: WatchOptions;

  constructor(run: Run, options: WatchOptions) {
    this.#run = run;
    this.#options = options;
  }

  /**
   * Takes in what waits in the queue, or comes within some seconds. What several messages say of one drain is one from
   * then on; none is deleted before it ends or is handed over, since each may know what the others do not.
   */
  async receive(waitSeconds: number): Promise<void> {
    const { queue, keys, dryRun } = this.#options;
    const room = MAX_TRACKED - this.held.length;
    const { messages, failed, isDry } = await receive(this.#run, queue, waitSeconds, room);
    this.received += messages.length;
    this.#isDry = isDry;
    if (failed || messages.length >= room) this.#receives = false;
    const arrivals: Tracked[] = [];
    for (const message of messages) {
      const read = parseMonitorMessage(message.body, message.sentAt, keys);
      if (read.kind === "termination") {
        const termination = dryRun ? read.termination : endDryRun(this.#run, read.termination);
        arrivals.push({ termination, messages: [message] });
      } else this.unreadable.push({ message, reason: read.reason });
    }
    if (arrivals.length === 0) return;
    this.held = merge(this.#run, [...this.held, ...arrivals]);
  }

  /** Takes in what comes until the predecessor must have handed over, looking meanwhile at what is due. */
  async receiveHandOvers(end: () => number): Promise<void> {
    const receivesUntil = this.#run.startedAt + RECEIVE_MS;
    for (;;) {
      const now = this.#run.now();
      const next = this.#next();
      if (next <= now && now < end()) {
        await this.#lookAtDue(end);
        // What the predecessor has handed over in the meantime.
        const hasMissed = now < receivesUntil && this.#run.now() >= receivesUntil;
        if (hasMissed && this.#receives) await this.receive(1);
      } else if (this.#receives && now < receivesUntil) {
        await this.receive(Math.ceil((Math.min(next, receivesUntil) - now) / 1000));
      } else return;
    }
  }

  /** All terminations that this run holds or has seen the end of: Auto Scaling may still show these as they were. */
  get seen(): Termination[] {
    return [...this.held.map(({ termination }) => termination), ...this.#ended];
  }

  /** Whether the run holds all that was visible or handed over: a receive came back empty, and there is room for more. */
  async holdsAll(): Promise<boolean> {
    if (this.#receives && !this.#isDry) await this.receive(1);
    return this.#isDry && this.held.length < MAX_TRACKED;
  }

  /** Adds a termination that no message stands for yet. */
  add(termination: Termination): void {
    this.held.push({ termination, messages: [] });
  }

  /** Looks at all that is due, again and again, until nothing is left or nothing can change before the time is over. */
  async passUntil(end: () => number): Promise<void> {
    for (;;) {
      const now = this.#run.now();
      const next = this.#next();
      if (this.held.length === 0) return;
      const at = Math.max(next, now);
      const { turns, others } = this.#dueAt(at);
      if (at + LOOK_MS_EACH * (turns.length + others.length) >= end()) return;
      if (next <= now) await this.#lookAtDue(end);
      else await this.#run.ports.sleep(next - now);
    }
  }

  // While what takes long is looked at, those that only wait for Auto Scaling are completed, again and again.
  async #lookAtDue(end: () => number): Promise<void> {
    const { turns, others } = this.#dueAt(this.#run.now());
    if (others.length === 0) return this.#takeTurns(turns, end());
    let isOver = false;
    const lookAtOthers = async () => {
      await this.#nextPassAt(others, end()).finally(() => {
        isOver = true;
      });
    };
    const goOnCompleting = async () => {
      for (let due = turns; due.length > 0 && !isOver; due = this.#dueAt(this.#run.now()).turns) {
        if (this.#run.now() + LOOK_MS_EACH * due.length >= end()) return;
        await this.#takeTurns(due, end());
      }
    };
    // Neither is left behind, acting, where the other one throws.
    for (const each of await Promise.allSettled([lookAtOthers(), goOnCompleting()]))
      if (each.status === "rejected") throw each.reason;
  }

  async #takeTurns(turns: readonly Tracked[], until: number): Promise<void> {
    const completed = await this.#nextPassAt(turns, until);
    this.#turn = Math.max(MIN_QUEUE_BATCH, Math.ceil(QUEUE_BATCH_GROWTH * completed));
  }

  // Where Auto Scaling takes fewer completions than there are, no more of those that wait for their turn are looked at than can
  // be completed while the look is fresh: those that have waited longest.
  #dueAt(time: number): { readonly turns: readonly Tracked[]; readonly others: readonly Tracked[] } {
    const due = this.held.filter((each) => nextPassAtOf(each) <= time + TOGETHER_MS);
    const isTurn = ({ termination }: Tracked) => isQueuedForCompletion(termination, time);
    const turns = due.filter(isTurn).sort((a, b) => waitsSince(a) - waitsSince(b));
    return { turns: turns.slice(0, this.#turn), others: due.filter((each) => !isTurn(each)) };
  }

  #next(): number {
    return Math.min(...this.held.map(nextPassAtOf));
  }

  /** Returns how many were completed. */
  async #nextPassAt(due: readonly Tracked[], until: number): Promise<number> {
    const messagesOf = new Map(due.map((each) => [each.termination, each.messages]));
    const reconciled = await reconcile(this.#run, [...messagesOf.keys()], {
      mayComplete: true,
      dryRun: this.#options.dryRun,
      until,
    });
    const completed = reconciled.filter(
      ({ before, termination, ending }) =>
        ending === "completed" ||
        (before.memory.completedAt === undefined && termination.memory.completedAt !== undefined),
    ).length;
    this.completed += completed;
    this.drop += reconciled.filter(({ ending }) => ending === "dropped").length;
    const ended = reconciled.filter(({ ending }) => ending !== "waiting");
    this.#ended.push(...ended.map(({ termination }) => termination));
    await this.#delete(ended.flatMap(({ before }) => messagesOf.get(before) ?? []));
    this.held = [
      ...this.held.filter((each) => !messagesOf.has(each.termination)),
      ...reconciled
        .filter(({ ending }) => ending === "waiting")
        .map(({ before, termination }) => ({ termination, messages: messagesOf.get(before) ?? [] })),
    ];
    return completed;
  }

  /**
   * Hands over what is left to the next run. Sent anew before it is deleted: a fresh message has a fresh receive count,
   * age and visibility, so that hours of waiting never look like failing.
   */
  async handOver(): Promise<void> {
    if (this.held.length === 0) return;
    const { queue } = this.#options;
    const { done, failed } = await this.#run.ports.queues.send(
      queue,
      this.held.map((held) => ({ held, body: formatMonitorMessage(held.termination) })),
    );
    for (const { item, reason, cause } of failed)
      this.#run.stepFailed(item.held.termination.instanceId, `handing over to ${queue}`, reason, cause);
    for (const { held } of done) {
      const { instanceId, since, memory } = held.termination;
      this.#run.log.info("handed over", {
        instance_id: instanceId,
        waiting_for: memory.waitingFor,
        held_seconds: secondsBetween(since, this.#run.now()),
        ...(memory.failures > 0 ? { failures: memory.failures } : {}),
      });
    }
    await this.#delete(done.flatMap(({ held }) => held.messages));
  }

  #delete(messages: readonly Receipt[]): Promise<void> {
    return deleteAll(this.#run, this.#options.queue, messages);
  }
}

function waitsSince({ termination }: Tracked): number {
  return termination.memory.changedAt ?? 0;
}

function nextPassAtOf({ termination }: Tracked): number {
  return termination.memory.nextPassAt ?? 0;
}
