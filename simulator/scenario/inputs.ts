import { roleIdOf } from "../kernel/account.ts";
import type { Scenario, TimelineEntry } from "./schema.ts";

/** A function's input. */
export type Input = Readonly<Record<string, unknown>>;

/** The functions' inputs as they are at the moment: a timeline can change them. */
export class Inputs {
  /** Whether terminate knows deregister's messages by the role that sent them. */
  readonly isSenderKnown: boolean;
  readonly #inputs = new Map<string, Input>();
  /** Those that were changed, and until when they were there, in milliseconds since 1970. */
  readonly #former: { readonly name: string; readonly input: Input; readonly until: number }[] = [];

  constructor({ functions }: Scenario) {
    this.isSenderKnown =
      functions?.terminate.sender_role_ids.split(",").includes(roleIdOf("deregister")) ?? false;
    for (const [key, each] of Object.entries(functions ?? {}))
      if (each) this.#inputs.set(key === "scale_tasks" ? "scale-tasks" : key, each.input);
  }

  /** A function's present input. Empty for one that the scenario does not have. */
  of(name: string): Input {
    return this.#inputs.get(name) ?? {};
  }

  /** The inputs that a function has, or has had since a time in milliseconds since 1970. A run keeps what it began with. */
  since(name: string, from: number): Input[] {
    const former = this.#former.filter((each) => each.name === name && each.until >= from);
    return [this.of(name), ...former.map(({ input }) => input)];
  }

  /** When a function's input was last changed, in milliseconds since 1970; minus infinity where it never was. */
  changedAt(name: string): number {
    const former = this.#former.findLast((each) => each.name === name);
    return former?.until ?? Number.NEGATIVE_INFINITY;
  }

  /** Changes keys of a function's input. `null` takes a key out. */
  change({ function: name, input }: NonNullable<TimelineEntry["change_input"]>, now: number): void {
    this.#former.push({ name, input: this.of(name), until: now });
    const changed = Object.entries({ ...this.of(name), ...input }).filter(([, value]) => value !== null);
    this.#inputs.set(name, Object.fromEntries(changed));
  }
}
