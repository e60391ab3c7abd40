import type { Ground } from "../../kernel/ground.ts";
import { dropWhile, type Past } from "../../kernel/past.ts";

/** An event that somebody put on a bus. */
export type PutEvent = {
  readonly id: string;
  /** The bus's name, as the caller gave it; `default` where it gave none. */
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  /** The detail's text, which is a JSON object. */
  readonly detail: string;
  /** When it happened, as the caller says, and when it was put; both in milliseconds since 1970. */
  readonly at: number;
  readonly putAt: number;
};

/** What was put on the account's event buses by callers. There is each bus that anybody names. */
export class EventBuses implements Past {
  readonly #world: Ground;
  readonly events: PutEvent[] = [];

  constructor(world: Ground) {
    this.#world = world;
  }

  /** Puts an event, and returns its id. */
  put(event: Omit<PutEvent, "id" | "putAt">): string {
    const { agenda, random } = this.#world;
    const id = random("events").uuid();
    this.events.push({ ...event, id, putAt: agenda.now });
    return id;
  }

  forget(before: number): void {
    dropWhile(this.events, ({ putAt }) => putAt < before);
  }
}
