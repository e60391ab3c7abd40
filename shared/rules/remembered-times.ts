// Times that a message cannot know, because they lie after it: a part of rule 1.

import type { Memory, MemoryField } from "../model/memory.ts";
import type { Termination } from "../model/termination.ts";
import { CLOCKS_MS, NEXT_PASS_MS, QUEUED_MS, RECHECKS_MS } from "./timings.ts";

type TimeField = {
  [F in MemoryField]: [undefined, number] extends [Memory[F] & undefined, Memory[F] & number] ? F : never;
}[MemoryField];

/** How long after its message a time may lie, in milliseconds. A time without a line does not compile. */
const AHEAD: Readonly<Record<TimeField, number>> = {
  noTasksToRunSince: 0,
  actedAt: 0,
  drainingAt: 0,
  noContainerInstanceSince: 0,
  noRegistrationSince: 0,
  absentSince: 0,
  refusedAt: 0,
  completedAt: 0,
  begunAt: 0,
  followedSince: 0,
  lastHeartbeatAt: 0,
  roundAt: 0,
  goneAt: 0,
  lastSeenAt: 0,
  disconnectedSince: 0,
  unknownSince: 0,
  deadSince: 0,
  clearingSince: 0,
  terminatingSince: 0,
  returningSince: 0,
  changedAt: 0,
  nextPassAt: NEXT_PASS_MS,
  queuedUntil: QUEUED_MS,
};
const isTime = (field: string): field is TimeField => Object.hasOwn(AHEAD, field);

/**
 * Rule 1. A termination without times that its message cannot know. The drain itself then began when the message was sent, and so did
 * a notice come. A time in its memory is forgotten. What was taken out is not: an instance that returns gets it back.
 *
 * @param sentAt when SQS took the message, in milliseconds since 1970
 */
export function withTimesBy(sentAt: number, termination: Termination): Termination {
  const { since, noticedAt, memory } = termination;
  const latest = sentAt + CLOCKS_MS;
  const late = Object.keys(AHEAD)
    .filter(isTime)
    .filter((field) => (memory[field] ?? 0) > latest + AHEAD[field]);
  const past = <T extends { readonly at: number }>(each: T): T =>
    each.at > latest ? { ...each, at: sentAt } : each;
  const { round, recheck, deregistered, drained } = memory;
  return {
    ...termination,
    since: since > latest ? sentAt : since,
    noticedAt: noticedAt !== undefined && noticedAt > latest ? sentAt : noticedAt,
    memory: {
      ...memory,
      ...Object.fromEntries(late.map((field) => [field, undefined])),
      round: round && round.since > latest ? undefined : round,
      recheck: recheck && recheck.until > latest + RECHECKS_MS ? undefined : recheck,
      deregistered: deregistered.map(past),
      drained: drained.map(past),
    },
  };
}
