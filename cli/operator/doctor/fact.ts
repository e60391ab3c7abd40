import { AwsCallError } from "../../../shared/base/errors.ts";
import type { UnansweredCalls } from "../not-read.ts";
import type { Fact } from "./facts.ts";

/** Reads something of AWS as a fact. Throws what is no failure of AWS. */
export type ReadFact = <T>(read: () => Promise<T>) => Promise<Fact<T>>;

/** Makes a reader of facts. What could not be read is noted too. */
export function factReader(unanswered: UnansweredCalls): ReadFact {
  return async (read) => {
    try {
      return { value: await read() };
    } catch (error) {
      if (!(error instanceof AwsCallError)) throw error;
      await unanswered.reading(() => Promise.reject(error));
      return { unread: unreadText(error) };
    }
  };
}

function unreadText({ action, kind, cause }: AwsCallError): string {
  if (kind === "denied") return `${action} was denied`;
  return `${action} was not answered: ${cause instanceof Error ? cause.name : kind}`;
}

/** A fact's value. Undefined where it could not be read. */
export function ifRead<T>(fact: Fact<T>): T | undefined {
  return "value" in fact ? fact.value : undefined;
}

/** The fact that follows from another. */
export function fromRead<T, U>(fact: Fact<T>, change: (value: T) => U): Fact<U> {
  return "unread" in fact ? fact : { value: change(fact.value) };
}

/** The fact that is read by another. Unread where that is. */
export async function afterRead<T, U>(fact: Fact<T>, next: (value: T) => Promise<Fact<U>>): Promise<Fact<U>> {
  return "unread" in fact ? fact : next(fact.value);
}

/** Two facts as one: unread where one of them is. */
export function both<T, U>(one: Fact<T>, other: Fact<U>): Fact<[T, U]> {
  if ("unread" in one) return one;
  return "unread" in other ? other : { value: [one.value, other.value] };
}
