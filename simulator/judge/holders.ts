import type { StoryLine } from "../kernel/story.ts";

/** A task with an address of its own, and the instance that it runs on. */
export type Holder = { readonly arn: string; readonly instanceId: string };

/** Whose addresses are: an instance's for as long as its task runs; the next task may have one at once. */
export class Holders {
  readonly #byAddress = new Map<string, Holder>();

  of(address: string): Holder | undefined {
    return this.#byAddress.get(address);
  }

  /** Something has become of a task. */
  follow({ address, arn, instanceId, gone }: Extract<StoryLine, { kind: "task" }>): void {
    if (address === undefined) return;
    const isHolder = this.of(address)?.arn === arn;
    if (gone && isHolder) this.#byAddress.delete(address);
    if (!gone && !isHolder) this.#byAddress.set(address, { arn, instanceId });
  }
}
