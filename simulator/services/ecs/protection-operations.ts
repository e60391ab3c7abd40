import * as ecs from "@aws-sdk/client-ecs";
import { AwsError } from "../../wire/errors.ts";
import { type Operation, operation } from "../../wire/operation.ts";
import type { EcsWorld } from "./clusters.ts";
import { atMost } from "./container-instance-operations.ts";
import { fullArn, isProtected, type Task } from "./model.ts";

/** In minutes, from the API's own documentation. */
const DEFAULT_MINUTES = 120;
const MINUTES_AT_MOST = 2_880;

/** The operations on the scale-in protection of tasks. */
export function protectionOperations(world: EcsWorld): Operation[] {
  const { agenda, clusters } = world;

  const find = (clusterName: string | undefined, ids: readonly string[]) => {
    const cluster = clusters.byName(clusterName);
    const found: Task[] = [];
    const failures: ecs.Failure[] = [];
    for (const id of ids) {
      const full = fullArn(id, `task/${cluster.name}`);
      const task = clusters.knownTask(cluster, full);
      if (!task) failures.push({ arn: full, reason: "MISSING" });
      else if (!task.service || task.desiredStatus.latest === "STOPPED")
        failures.push({ arn: full, reason: "TASK_NOT_VALID" });
      else found.push(task);
    }
    return { found, failures };
  };
  const present = (task: Task): ecs.ProtectedTask => ({
    taskArn: task.arn,
    protectionEnabled: isProtected(task, agenda.now),
    ...(isProtected(task, agenda.now) ? { expirationDate: new Date(task.protectedUntil as number) } : {}),
  });

  const update = (input: ecs.UpdateTaskProtectionRequest) => {
    const minutes = input.expiresInMinutes ?? DEFAULT_MINUTES;
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > MINUTES_AT_MOST) {
      throw new AwsError(
        "InvalidParameterException",
        `expiresInMinutes must be between 1 and ${MINUTES_AT_MOST}.`,
      );
    }
    const { found, failures } = find(input.cluster, atMost(input.tasks, 10, "tasks"));
    for (const task of found)
      task.protectedUntil = input.protectionEnabled ? agenda.now + minutes * 60_000 : undefined;
    return { protectedTasks: found.map(present), failures };
  };

  const get = (input: ecs.GetTaskProtectionRequest) => {
    const { found, failures } = find(input.cluster, atMost(input.tasks, 100, "tasks"));
    return { protectedTasks: found.map(present), failures };
  };

  return [
    operation(
      ecs.UpdateTaskProtection$,
      ["cluster", "tasks[]", "protectionEnabled", "expiresInMinutes"],
      update,
    ),
    operation(ecs.GetTaskProtection$, ["cluster", "tasks[]"], get),
  ];
}
