import type { Principal } from "../../kernel/account.ts";
import type { Agenda } from "../../kernel/agenda.ts";
import type { Random } from "../../kernel/random.ts";
import { AwsError } from "../../wire/errors.ts";
import type { Message, Queue } from "./queue.ts";
import type { Queues } from "./queues.ts";

/** One task that moves messages out of a dead-letter queue. */
export type MoveTask = {
  readonly handle: string;
  readonly source: Queue;
  /** Who started it. */
  readonly starter: Principal;
  /** Where all messages go; without it, each goes back to the queue that it came from. */
  readonly destinationArn: string | undefined;
  /** How many messages it moves in a second, if the request gave a number. */
  readonly perSecond: number | undefined;
  readonly startedAt: number;
  readonly toMove: number;
  status: "RUNNING" | "COMPLETED" | "FAILED";
  moved: number;
  failure: string | undefined;
};

/** SQS moves at most this many messages in a second. */
export const FASTEST = 500;

/** The tasks that move messages back out of dead-letter queues. */
export class MoveTasks {
  readonly #world: { readonly agenda: Agenda; readonly queues: Queues };
  readonly #random: Random;
  readonly #tasks: MoveTask[] = [];

  constructor(world: { readonly agenda: Agenda; readonly queues: Queues }, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  /** The tasks of a dead-letter queue, the newest first. */
  of(source: Queue): MoveTask[] {
    return this.#tasks.filter((task) => task.source === source).reverse();
  }

  /** Starts to move what is visible in a dead-letter queue. Throws as StartMessageMoveTask does. */
  start(
    source: Queue,
    starter: Principal,
    { destinationArn, perSecond }: Pick<MoveTask, "destinationArn" | "perSecond">,
  ): MoveTask {
    const { agenda, queues } = this.#world;
    if (!queues.all.some(({ attributes }) => attributes.redrive?.targetArn === source.arn))
      throw invalid("Source queue must be configured as a Dead Letter Queue.");
    if (destinationArn !== undefined && !queues.byArn(destinationArn)) throw noResource("DestinationArn");
    if (this.of(source).some(({ status }) => status === "RUNNING")) {
      throw invalid(
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
      );
    }
    const id = this.#random.uuid();
    const task: MoveTask = {
      handle: Buffer.from(JSON.stringify({ taskId: id, sourceArn: source.arn })).toString("base64"),
      source,
      starter,
      destinationArn,
      perSecond,
      startedAt: agenda.now,
      toMove: source.counts().visible,
      status: "RUNNING",
      moved: 0,
      failure: undefined,
    };
    this.#tasks.push(task);
    agenda.in(1000, () => this.#move(task));
    return task;
  }

  #move(task: MoveTask): void {
    const now = this.#world.agenda.now;
    const visible = [...task.source.messages.values()].filter(({ visibleAt }) => visibleAt <= now);
    for (const message of visible.slice(0, task.perSecond ?? FASTEST)) {
      const destination = this.#destination(task, message);
      const isDenied = destination?.denialOf(task.starter) !== undefined;
      if (!destination || isDenied) {
        task.status = "FAILED";
        task.failure = isDenied ? "AccessDenied" : "CouldNotDetermineMessageSource";
        return;
      }
      task.source.messages.delete(message.id);
      // There it is a new message, with a new id and age, and no receives. Whose it is then, AWS does not say. Its sender may be
      // whoever started the task, who needs sqs:SendMessage for it. That is the worse for whoever trusts senders.
      destination.send(message.body, task.starter.id, message.attributes);
      task.moved += 1;
    }
    if (task.moved < task.toMove && visible.length > 0) this.#world.agenda.in(1000, () => this.#move(task));
    else task.status = "COMPLETED";
  }

  #destination(task: MoveTask, message: Message): Queue | undefined {
    const arn = task.destinationArn ?? message.source;
    return arn === undefined ? undefined : this.#world.queues.byArn(arn);
  }
}

/** The error for a parameter whose ARN names no queue. */
export function noResource(parameter: string): AwsError {
  return new AwsError(
    "ResourceNotFoundException",
    `The resource that you specified for the ${parameter} parameter doesn't exist.`,
  );
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValue", message, 400);
}
