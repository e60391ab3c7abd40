import type { StoryLine } from "../kernel/story.ts";

/** A task that has its own address, and the instance that it runs on. */
export type Holder = { readonly arn: string; readonly instanceId: string };

/** Which task has which address. An address is free as soon as its task has ended, and the next task may get it. */
export class Holders {
  readonly #byAddress = new Map<string, Holder>();

  of(address: string): Holder | undefined {
    return this.#byAddress.get(address);
  }

  /** Takes in what happened to a task. */
  follow({ address, arn, instanceId, gone }: Extract<StoryLine, { kind: "task" }>): void {
    if (address === undefined) return;
    const isHolder = this.of(address)?.arn === arn;
    if (gone && isHolder) this.#byAddress.delete(address);
    if (!gone && !isHolder) this.#byAddress.set(address, { arn, instanceId });
  }
}
