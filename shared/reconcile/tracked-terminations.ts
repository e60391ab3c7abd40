import { endDryRun } from "../act/dry-run.ts";
import type { ReceivedMessage } from "../aws/sqs.ts";
import { tooLarge } from "../messages/body-size.ts";
import { merge } from "../messages/merge-duplicates.ts";
import { type MonitorMessage, parseMonitorMessage } from "../messages/monitor-message.ts";
import { parseNoticeBatch } from "../messages/notice-batch.ts";
import {
  BYTES_A_RUN,
  bytesOf,
  deleteAll,
  type Receipt,
  receiptOf,
  receive,
  type Tracked,
  type Unreadable,
} from "../messages/receive.ts";
import { withTrustedMemory } from "../messages/trusted-memory.ts";
import { areNoticesTrusted } from "../messages/trusted-notices.ts";
import { type TellingOptions, withTrustedSettings } from "../messages/trusted-settings.ts";
import { isLogged, shortId } from "../model/logged.ts";
import type { Termination } from "../model/termination.ts";
import { goRound, hasRoundNews } from "../observe/rounds.ts";
import { dueOf, hasTimeForPass, MIN_QUEUE_BATCH, nextDueAt, queueBatchAfter } from "../rules/due.ts";
import { isFollowed } from "../rules/following.ts";
import { withTimesBy } from "../rules/remembered-times.ts";
import { isRoundDue, roundsUntil } from "../rules/rounds.ts";
import { contentOf, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";
import { reconcile } from "./reconcile.ts";
import type { ReceivedNotices } from "./replace-noticed.ts";
import type { SettingsOptions } from "./settings-in-force.ts";

/** How long a run receives. The run before it, a minute older, hands over within this time. */
export const RECEIVE_MS = 5_000;
/** How many terminations a run tracks at the most. Others wait for the next run, or for one beside it. */
export const MAX_TRACKED = 3_000;

/** How a run of terminate tracks its terminations. */
export type TrackOptions = SettingsOptions &
  TellingOptions & {
    readonly queue: string;
    readonly dryRun: boolean;
  };

/** A termination that is tracked, with a number by which a pass knows it again. */
type Numbered = Tracked & { readonly number: number };

/** The terminations that one run of terminate tracks, and what became of them. */
export class TrackedTerminations {
  readonly unreadable: Unreadable[] = [];
  /** The notices that came, which are no terminations yet. */
  readonly notices: ReceivedNotices[] = [];
  received = 0;
  completed = 0;
  dropped = 0;
  #tracked: readonly Numbered[] = [];
  #numbers = 0;
  /** Of all bodies that it has received: what is remembered of them stays as long as the run. */
  #bytes = 0;
  #receives = true;
  #isDry = false;
  #queueBatch = MIN_QUEUE_BATCH;
  readonly #ended: Termination[] = [];
  readonly #run: Run;
  readonly #options: TrackOptions;

  constructor(run: Run, options: TrackOptions) {
    this.#run = run;
    this.#options = options;
  }

  /** What it tracks. */
  get tracked(): readonly Tracked[] {
    return this.#tracked;
  }

  /**
   * Receives the messages that are in the queue, or come within some seconds. Several messages about one drain are merged. None
   * is deleted before the drain ends or is handed over, since each may know something that the others do not.
   */
  async receive(waitSeconds: number): Promise<void> {
    const { queue, dryRun, senderRoleIds } = this.#options;
    const room = { messages: MAX_TRACKED - this.tracked.length, bytes: BYTES_A_RUN - this.#bytes };
    const { messages, failed, isDry } = await receive(this.#run, queue, waitSeconds, room);
    this.received += messages.length;
    this.#bytes += bytesOf(messages);
    this.#isDry = isDry;
    if (failed || messages.length >= room.messages || this.#bytes >= BYTES_A_RUN) this.#receives = false;
    const arrivals: Tracked[] = [];
    const ignored: Receipt[] = [];
    for (const message of messages) {
      const read = readMonitorBody(message);
      if (read.kind === "termination") {
        const trusted = withTrustedMemory(this.#run, read, message.senderId, senderRoleIds);
        const ruled = withTrustedSettings(
          withUnknownLogged(this.#run, trusted),
          message.senderId,
          this.#options,
        );
        const known = withTimesBy(message.sentAt, ruled);
        const termination = dryRun ? known : endDryRun(this.#run, known);
        arrivals.push({ termination, messages: [receiptOf(message)] });
      } else if (read.kind !== "notices") this.unreadable.push({ message, reason: read.reason });
      else if (areNoticesTrusted(this.#run, read.batch, message.senderId, senderRoleIds))
        this.notices.push({ batch: read.batch, messages: [receiptOf(message)] });
      else ignored.push(receiptOf(message));
    }
    await this.#delete(ignored);
    if (arrivals.length === 0) return;
    this.#tracked = merge(this.#run, [...this.tracked, ...arrivals]).map((each) => this.#numbered(each));
  }

  /** Receives until the run before this one must have handed over. Meanwhile, terminations that are due have passes. */
  async receiveHandOvers(end: () => number): Promise<void> {
    const receivesUntil = this.#run.startedAt + RECEIVE_MS;
    for (;;) {
      const now = this.#run.now();
      const next = nextDueAt(this.#tracked);
      if (next <= now && now < end()) {
        await this.#passAtDue(end);
        // The run before this one may have handed over in the meantime.
        const hasMissed = now < receivesUntil && this.#run.now() >= receivesUntil;
        if (hasMissed && this.#receives) await this.receive(1);
      } else if (this.#receives && now < receivesUntil) {
        await this.receive(Math.ceil((Math.min(next, receivesUntil) - now) / 1000));
      } else return;
    }
  }

  /** All terminations that this run tracks, or that ended in it: Auto Scaling may still show these as they were. */
  get seen(): Termination[] {
    return [...this.tracked.map(({ termination }) => termination), ...this.#ended];
  }

  /** Receives once more if the last receive brought something. Afterwards, `tracksAll` tells whether that was all. */
  async receiveRest(): Promise<void> {
    if (this.#receives && !this.#isDry) await this.receive(1);
  }

  /** Whether the run tracks all messages of the queue: the last receive brought nothing, and there is room for more. */
  get tracksAll(): boolean {
    return this.#isDry && this.tracked.length < MAX_TRACKED;
  }

  /** Whether another run may have messages of the queue: SQS counts more in flight than this one has. */
  async isReadElsewhere(): Promise<boolean> {
    const { queue } = this.#options;
    const inFlight = contentOf(
      await reading(this.#run, () => this.#run.ports.queues.messagesInFlight(queue)),
    );
    const own = [...this.#tracked, ...this.notices].flatMap(({ messages }) => messages);
    return (inFlight ?? 0) > new Set(own.map(({ id }) => id)).size + this.unreadable.length;
  }

  /** Adds a termination that has no message yet. */
  add(termination: Termination): void {
    this.#tracked = [...this.#tracked, this.#numbered({ termination, messages: [] })];
  }

  #numbered({ termination, messages }: Tracked): Numbered {
    this.#numbers += 1;
    return { termination, messages, number: this.#numbers };
  }

  /**
   * Has one pass after the other for what is due, until nothing is left, or nothing can change before the time is over. It does
   * not wait for what is only followed: the next run looks at that.
   */
  async passUntil(end: () => number): Promise<void> {
    while (this.tracked.length > 0) {
      const now = this.#run.now();
      const next = nextDueAt(this.#tracked);
      if (next > now && (await this.#goRound(Math.min(next, end())))) continue;
      const at = Math.max(next, now);
      const { queued, others } = this.#dueAt(at);
      if (!hasTimeForPass(at, queued.length + others.length, end())) return;
      if (next > now && this.#tracked.every(({ termination }) => isFollowed(termination))) return;
      if (next <= now) await this.#passAtDue(end);
      else await this.#run.ports.sleep(next - now);
    }
  }

  // While no pass is due, goes on with the round for those that need one. What it finds makes them due. Returns whether it has
  // read anything. An instance that no group knew in its last pass has most likely ended. A classic load balancer refuses to tell of
  // any where one has, so that each would take a call.
  async #goRound(until: number): Promise<boolean> {
    const run = this.#run;
    const isDue = ({ termination }: Tracked) =>
      isRoundDue(termination, run.now()) && termination.memory.absentSince === undefined;
    const due = this.#tracked.filter(isDue).map(({ termination }) => termination);
    const hasRead = await goRound(run, due, Math.min(until, roundsUntil(run.startedAt)));
    if (!hasRead) return false;
    const now = run.now();
    this.#tracked = this.#tracked.map((each) =>
      isDue(each) && hasRoundNews(run, each.termination) ? withPassAt(each, now) : each,
    );
    return true;
  }

  // While a long pass runs, the completion queue has passes of its own, one after the other.
  async #passAtDue(end: () => number): Promise<void> {
    const { queued, others } = this.#dueAt(this.#run.now());
    if (others.length === 0) return this.#complete(queued, end());
    let isOver = false;
    const passAtOthers = async () => {
      await this.#pass(others, end()).finally(() => {
        isOver = true;
      });
    };
    const goOnCompleting = async () => {
      for (let due = queued; due.length > 0 && !isOver; due = this.#dueAt(this.#run.now()).queued) {
        if (!hasTimeForPass(this.#run.now(), due.length, end())) return;
        await this.#complete(due, end());
      }
    };
    // If one throws, the other must not go on acting unattended.
    for (const each of await Promise.allSettled([passAtOthers(), goOnCompleting()]))
      if (each.status === "rejected") throw each.reason;
  }

  async #complete(queued: readonly Numbered[], until: number): Promise<void> {
    this.#queueBatch = queueBatchAfter(await this.#pass(queued, until));
  }

  #dueAt(time: number) {
    return dueOf(this.#tracked, time, this.#queueBatch);
  }

  /** Returns how many were completed. */
  async #pass(due: readonly Numbered[], until: number): Promise<number> {
    const reconciled = await reconcile(
      this.#run,
      due.map(({ termination }) => termination),
      { ...this.#options, mayComplete: true, until },
    );
    const all = reconciled.flatMap((each) => {
      const own = due[each.index];
      return own === undefined ? [] : [{ ...own, ...each }];
    });
    const completed = all.filter(
      ({ before, termination, ending }) =>
        ending === "completed" ||
        (before.memory.completedAt === undefined && termination.memory.completedAt !== undefined),
    ).length;
    this.completed += completed;
    this.dropped += all.filter(({ ending }) => ending === "dropped").length;
    const ended = all.filter(({ ending }) => ending !== "waiting");
    this.#ended.push(...ended.map(({ termination }) => termination));
    await this.#delete(ended.flatMap(({ messages, follow }) => (follow === undefined ? messages : [])));
    const passed = new Set(due.map(({ number }) => number));
    this.#tracked = [
      ...this.#tracked.filter(({ number }) => !passed.has(number)),
      ...all.flatMap(({ ending, termination, follow, messages, number }) => {
        const left = ending === "waiting" ? termination : follow;
        return left === undefined ? [] : [{ termination: left, messages, number }];
      }),
    ];
    return completed;
  }

  #delete(messages: readonly Receipt[]): Promise<void> {
    return deleteAll(this.#run, this.#options.queue, messages);
  }
}

function readMonitorBody({ body, sentAt }: ReceivedMessage) {
  const large = tooLarge(body);
  if (large !== undefined) return { kind: "unreadable" as const, reason: large };
  return parseNoticeBatch(body, sentAt) ?? parseMonitorMessage(body, sentAt);
}

function withPassAt<T extends Tracked>(tracked: T, nextPassAt: number): T {
  const { termination } = tracked;
  const memory = { ...termination.memory, nextPassAt, recheck: undefined };
  return { ...tracked, termination: { ...termination, memory } };
}

// A later version wrote the message, or somebody else did. It is logged once a drain, and again where the keys are others.
function withUnknownLogged(
  run: Run,
  { termination, unknown: { kept, dropped } }: Extract<MonitorMessage, { kind: "termination" }>,
): Termination {
  const { memory } = termination;
  const id = shortId(`unknown: ${[...kept, ...dropped].join()}`);
  if (kept.length + dropped.length === 0 || isLogged(memory, id)) return termination;
  run.logAbout(termination).info("unknown memory kept", {
    keys: kept,
    ...(dropped.length > 0 ? { dropped_keys: dropped } : {}),
  });
  return { ...termination, memory: { ...memory, logged: [...memory.logged, id] } };
}
