import * as sqs from "@aws-sdk/client-sqs";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import { checkRange } from "./limits.ts";
import { FASTEST, type MoveTask, MoveTasks, noResource } from "./move-tasks.ts";
import type { SqsWorld } from "./queues.ts";

/** The operations that move messages back out of dead-letter queues. */
export function moveTaskOperations(world: SqsWorld): Operation[] {
  const { queues } = world;
  const tasks = new MoveTasks(world, world.random("move tasks"));
  const sourceOf = (arn: string | undefined) => {
    const source = queues.byArn(arn as string);
    if (!source) throw noResource("SourceArn");
    return source;
  };

  const start = (input: sqs.StartMessageMoveTaskRequest, { principal }: Pick<Call, "principal">) => {
    const { DestinationArn: destinationArn, MaxNumberOfMessagesPerSecond: perSecond } = input;
    if (perSecond !== undefined) checkRange("MaxNumberOfMessagesPerSecond", perSecond, [1, FASTEST]);
    return {
      TaskHandle: tasks.start(sourceOf(input.SourceArn), principal, { destinationArn, perSecond }).handle,
    };
  };

  const list = (input: sqs.ListMessageMoveTasksRequest) => {
    const most = checkRange("MaxResults", input.MaxResults ?? 1, [1, 10]);
    return { Results: tasks.of(sourceOf(input.SourceArn)).slice(0, most).map(present) };
  };

  return [
    operation(
      sqs.StartMessageMoveTask$,
      ["SourceArn", "DestinationArn", "MaxNumberOfMessagesPerSecond"],
      start,
    ),
    operation(sqs.ListMessageMoveTasks$, ["SourceArn", "MaxResults"], list),
  ];
}

function present(task: MoveTask): sqs.ListMessageMoveTasksResultEntry {
  return {
    // Only a task that can still be cancelled has a handle.
    ...(task.status === "RUNNING" ? { TaskHandle: task.handle } : {}),
    Status: task.status,
    SourceArn: task.source.arn,
    ...(task.destinationArn === undefined ? {} : { DestinationArn: task.destinationArn }),
    ...(task.perSecond === undefined ? {} : { MaxNumberOfMessagesPerSecond: task.perSecond }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(task.failure === undefined ? {} : { FailureReason: task.failure }),
    StartedTimestamp: task.startedAt,
  };
}
