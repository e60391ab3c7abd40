import type { Ground } from "../../kernel/ground.ts";
import { dropWhile, type Past } from "../../kernel/past.ts";

/** One line in a log group, with when it was written, in milliseconds since 1970. */
export type LogEvent = {
  readonly id: string;
  readonly stream: string;
  readonly at: number;
  readonly message: string;
};

/** The log groups of CloudWatch Logs. One is there from its first line on. */
export class LogGroups implements Past {
  readonly #world: Ground;
  readonly #groups = new Map<string, LogEvent[]>();
  #events = 0;

  constructor(world: Ground) {
    this.#world = world;
  }

  /** Makes a log group that has no lines yet. One that exists stays as it is. */
  create(group: string): void {
    if (!this.#groups.has(group)) this.#groups.set(group, []);
  }

  /** Adds a line to a log group, at the world's present. */
  put(group: string, stream: string, message: string): void {
    this.create(group);
    this.#events += 1;
    const id = String(this.#events).padStart(56, "0");
    this.#groups.get(group)?.push({ id, stream, at: this.#world.agenda.now, message });
  }

  /** The lines of a log group, the oldest first. Undefined if there is no such group. */
  of(group: string): readonly LogEvent[] | undefined {
    return this.#groups.get(group);
  }

  forget(before: number): void {
    for (const events of this.#groups.values()) dropWhile(events, ({ at }) => at < before);
  }
}
