import type { Scenario, TimelineEntry } from "./schema.ts";

/** A function's input. */
export type Input = Readonly<Record<string, unknown>>;

/** The functions' inputs as they are at the moment: a timeline can change them. */
export class Inputs {
  readonly #inputs = new Map<string, Input>();

  constructor({ functions }: Scenario) {
    for (const [key, each] of Object.entries(functions ?? {}))
      if (each) this.#inputs.set(key === "scale_tasks" ? "scale-tasks" : key, each.input);
  }

  /** A function's present input. Empty for one that the scenario does not have. */
  of(name: string): Input {
    return this.#inputs.get(name) ?? {};
  }

  /** Changes keys of a function's input. `null` takes a key out. */
  change({ function: name, input }: NonNullable<TimelineEntry["change_input"]>): void {
    const changed = Object.entries({ ...this.of(name), ...input }).filter(([, value]) => value !== null);
    this.#inputs.set(name, Object.fromEntries(changed));
  }
}
