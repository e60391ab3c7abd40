import { terminate } from "../../functions/terminate/terminate.ts";
import type { QueuePort } from "../../shared/aws/sqs.ts";
import { RunFailed } from "../../shared/base/errors.ts";
import { ourHooksOf } from "../../shared/model/settings.ts";
import { isDryRun } from "../../shared/run/dry-run-switch.ts";
import type { Invocation } from "../../shared/run/invocation.ts";
import type { Ports } from "../../shared/run/ports.ts";
import { type Input, needsMemory } from "./input.ts";
import type { RunOutcome } from "./loop.ts";
import { MEMORY_ROLE_ID, MemoryQueue } from "./memory-queue.ts";
import { OwnInstanceLast } from "./own-instance-last.ts";
import { findOwnPlace, type OwnTask } from "./own-task.ts";

/** How long a run may take, in milliseconds: as long as Lambda gives terminate. */
export const RUN_MS = 90_000;

/** What a task is made of. */
export type TaskOptions = {
  readonly input: Input;
  /** The task that this process runs in. Undefined outside of ECS. */
  readonly own: OwnTask | undefined;
  /** The ports of a run. */
  readonly portsOf: (invocation: Invocation) => Ports;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** An id for each run. */
  readonly newId: () => string;
};

/** Runs of terminate in a task: the functions' own code, with what a task has otherwise. */
export class Task {
  readonly #options: TaskOptions;
  readonly #memory: MemoryQueue | undefined;
  #last: OwnInstanceLast | undefined;
  /** Whether it is known where the task runs. On Fargate there is no instance, and nothing to look for. */
  #isPlaced: boolean;

  constructor(options: TaskOptions) {
    this.#options = options;
    this.#memory = needsMemory(options.input) ? new MemoryQueue(options) : undefined;
    this.#isPlaced = options.own === undefined;
  }

  /** One run. An input that terminate refuses is thrown, since no other run would take it. All else is in the log. */
  run = async (): Promise<RunOutcome> => {
    const { input, now, newId, portsOf } = this.#options;
    const startedAt = now();
    const invocation = { requestId: newId(), remainingMilliseconds: () => startedAt + RUN_MS - now() };
    const ports = portsOf(invocation);
    if (!(await this.#findPlace(ports))) return "failed";
    this.#memory?.beginRun();
    this.#last?.beginRun();
    const counted = countingMessages(this.#memory ?? ports.queues);
    const own = this.#last?.portsOf(ports, isDryRun(input.dry_run, ports)) ?? ports;
    const senders = this.#memory ? { senderRoleIdsVariable: MEMORY_ROLE_ID } : {};
    try {
      await terminate(input, { ...own, ...senders, queues: counted.port }, invocation);
    } catch (error) {
      // A run that failed in part has told what in its log. All else no other run would do better.
      if (!(error instanceof RunFailed)) throw error;
      return "failed";
    }
    return counted.isUsed() || this.#last?.waits ? "drains" : "nothing left";
  };

  // Before it is known where the task runs, nothing is drained: it might be the own instance.
  async #findPlace({ ecs, log }: Ports): Promise<boolean> {
    const { own, input } = this.#options;
    if (this.#isPlaced || own === undefined) return true;
    try {
      const place = await findOwnPlace(ecs, own);
      this.#isPlaced = true;
      if (place === undefined) return true;
      this.#last = new OwnInstanceLast(place, ourHooksOf(input));
      log.info("own instance found", {
        instance_id: place.instanceId,
        cluster: place.cluster,
        task: place.arn,
      });
      return true;
    } catch (error) {
      log.error("own instance not found", { task: own.arn, reason: (error as Error).message });
      return false;
    }
  }
}

// Tells whether a run had messages, received or sent.
function countingMessages(port: QueuePort): { readonly port: QueuePort; readonly isUsed: () => boolean } {
  let count = 0;
  const counted: QueuePort = {
    receive: async (queue, seconds) => {
      const messages = await port.receive(queue, seconds);
      count += messages.length;
      return messages;
    },
    send: (queue, messages, delay) => {
      count += messages.length;
      return port.send(queue, messages, delay);
    },
    delete: port.delete,
    deadLetterQueue: port.deadLetterQueue,
    messagesInFlight: port.messagesInFlight,
    sendWithReason: port.sendWithReason,
  };
  return { port: counted, isUsed: () => count > 0 };
}
