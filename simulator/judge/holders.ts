import { hasAddress } from "../kernel/addresses.ts";
import type { StoryLine } from "../kernel/story.ts";

type LineOf<Kind extends StoryLine["kind"]> = Extract<StoryLine, { kind: Kind }>;

/** Who has an address: an instance, or a task on it. */
export type Holder = { readonly instanceId: string; readonly task: string | undefined };

/** Which task or instance has which address. An address is free as soon as its task has ended, and the next task may get it. */
export class Holders {
  readonly #tasks = new Map<string, { readonly arn: string; readonly instanceId: string }>();
  readonly #interfaces = new Map<string, LineOf<"addresses">["interfaces"]>();

  /** Who has an address in a VPC; in any, where none is given. */
  of(address: string, vpcId: string | undefined): Holder | undefined {
    const task = this.#tasks.get(address);
    if (task && this.#isIn(task.instanceId, vpcId)) return { instanceId: task.instanceId, task: task.arn };
    for (const [instanceId, interfaces] of this.#interfaces) {
      const isOwn = interfaces.some(
        (each) => (vpcId === undefined || each.vpcId === vpcId) && hasAddress(each, address),
      );
      if (isOwn) return { instanceId, task: undefined };
    }
    return undefined;
  }

  /** Takes in what happened to a task, or to the interfaces of an instance. */
  follow(line: LineOf<"task" | "addresses">): void {
    if (line.kind === "addresses") {
      if (line.interfaces.length === 0) this.#interfaces.delete(line.instanceId);
      else this.#interfaces.set(line.instanceId, line.interfaces);
      return;
    }
    const { address, arn, instanceId, gone } = line;
    if (address === undefined) return;
    const isHolder = this.#tasks.get(address)?.arn === arn;
    if (gone && isHolder) this.#tasks.delete(address);
    if (!gone && !isHolder) this.#tasks.set(address, { arn, instanceId });
  }

  // A task's own interface is in the VPC of its instance.
  #isIn(instanceId: string, vpcId: string | undefined): boolean {
    const interfaces = this.#interfaces.get(instanceId);
    return vpcId === undefined || interfaces === undefined || interfaces[0]?.vpcId === vpcId;
  }
}
