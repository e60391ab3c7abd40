import * as ecs from "@aws-sdk/client-ecs";
import { arn } from "../../kernel/account.ts";
import { AwsError } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import type { EcsWorld } from "./clusters.ts";
import { atMost, ecsPage, named, onlyEc2 } from "./container-instance-operations.ts";
import {
  type Behaviour,
  type Cluster,
  type ContainerInstance,
  fullArn,
  idOf,
  type Task,
  type TaskDefinition,
} from "./model.ts";
import { presentTask } from "./present.ts";

const LABELS = {
  start: "simulator.start-seconds",
  stop: "simulator.stop-seconds",
  run: "simulator.run-seconds",
  protected: "simulator.protected-seconds",
  deleted: "simulator.deleted-seconds",
};

/** The operations on task definitions and tasks. */
export function taskOperations(world: EcsWorld): Operation[] {
  const { clusters } = world;

  const register = (input: ecs.RegisterTaskDefinitionRequest) => {
    const [container, ...more] = input.containerDefinitions as ecs.ContainerDefinition[];
    if (!container || more.length > 0)
      throw new AwsError("ClientException", "The simulator takes tasks of one container.");
    const definition = clusters.define({
      family: input.family as string,
      networkMode: input.networkMode ?? "bridge",
      container: container.name ?? "main",
      ports: (container.portMappings ?? []).map((each) => ({
        containerPort: each.containerPort as number,
        hostPort: each.hostPort ?? 0,
      })),
      stopTimeout: container.stopTimeout ?? 30,
      behaviour: readBehaviour(container.dockerLabels ?? {}),
    });
    return { taskDefinition: presentDefinition(definition) };
  };

  const describeDefinition = (input: ecs.DescribeTaskDefinitionRequest) => ({
    taskDefinition: presentDefinition(clusters.definition(input.taskDefinition as string)),
  });

  const list = (input: ecs.ListTasksRequest, call: Call) => {
    const cluster = clusters.byName(input.cluster);
    if (input.startedBy && (input.containerInstance || input.family || input.serviceName)) {
      throw new AwsError(
        "InvalidParameterException",
        "startedBy must be the only filter in a ListTasks request.",
      );
    }
    const desired = input.desiredStatus ?? "RUNNING";
    const found = clusters.known(cluster).filter(
      (task) =>
        // desiredStatus becomes STOPPED as soon as a task begins to stop, and is never PENDING.
        task.desiredStatus.at(call.asOf) === desired &&
        (!input.containerInstance || isNamed(task.containerInstance.arn, input.containerInstance)) &&
        (!input.serviceName || task.group === `service:${idOf(input.serviceName)}`) &&
        (!input.family || task.definition.family === input.family) &&
        (!input.startedBy || task.startedBy === input.startedBy),
    );
    const { items, next } = ecsPage(found, input);
    return { taskArns: items.map((task) => task.arn), nextToken: next };
  };

  const describe = (input: ecs.DescribeTasksRequest, call: Call) => {
    const cluster = clusters.byName(input.cluster);
    const tasks: ecs.Task[] = [];
    const failures: ecs.Failure[] = [];
    for (const id of atMost(input.tasks, 100, "taskIds")) {
      const full = fullArn(id, `task/${cluster.name}`);
      const task = clusters.knownTask(cluster, full);
      if (task && task.createdAt <= call.asOf) tasks.push(presentTask(task, call.asOf));
      else failures.push({ arn: full, reason: "MISSING" });
    }
    return { tasks, failures };
  };

  // The SDKs send a client token with each RunTask. The same token again means the same tasks.
  const startedWith = new Map<string, ecs.RunTaskResponse>();
  const run = (input: ecs.RunTaskRequest): ecs.RunTaskResponse => {
    const known = input.clientToken === undefined ? undefined : startedWith.get(input.clientToken);
    if (known) return known;
    const count = input.count ?? 1;
    if (!Number.isInteger(count) || count < 1 || count > 10) {
      throw new AwsError("InvalidParameterException", "count must be between 1 and 10.");
    }
    onlyEc2(input.launchType);
    const cluster = clusters.byName(input.cluster);
    const definition = clusters.definition(input.taskDefinition as string);
    const tasks: ecs.Task[] = [];
    const failures: ecs.Failure[] = [];
    for (let i = 0; i < count; i++) {
      const containerInstance = clusters.placeFor(cluster, definition);
      if (containerInstance) tasks.push(startTask(cluster, definition, containerInstance, input));
      else failures.push({ reason: "RESOURCE:MEMORY" });
    }
    const answer = { tasks, failures };
    if (input.clientToken !== undefined) startedWith.set(input.clientToken, answer);
    return answer;
  };

  const start = (input: ecs.StartTaskRequest): ecs.StartTaskResponse => {
    const cluster = clusters.byName(input.cluster);
    const definition = clusters.definition(input.taskDefinition as string);
    const tasks: ecs.Task[] = [];
    const failures: ecs.Failure[] = [];
    for (const name of atMost(input.containerInstances, 10, "containerInstances")) {
      const found = named(cluster, name);
      if (!found) failures.push({ arn: name, reason: "MISSING" });
      else if (found.status.latest === "INACTIVE") failures.push({ arn: found.arn, reason: "INACTIVE" });
      else if (!found.agentConnected.latest) failures.push({ arn: found.arn, reason: "AGENT" });
      else if (definition.networkMode === "awsvpc" && !cluster.addresses.areLeft)
        failures.push({ arn: found.arn, reason: "RESOURCE:ENI" });
      else tasks.push(startTask(cluster, definition, found, input));
    }
    return { tasks, failures };
  };

  function startTask(
    cluster: Cluster,
    definition: TaskDefinition,
    containerInstance: ContainerInstance,
    input: { group?: string | undefined; startedBy?: string | undefined },
  ): ecs.Task {
    const group = input.group ?? `family:${definition.family}`;
    const from = {
      definition,
      containerInstance,
      group,
      startedBy: input.startedBy,
      service: undefined,
      version: undefined,
    };
    return presentTask(clusters.tasks.start(cluster, from), world.agenda.now);
  }

  const stop = (input: ecs.StopTaskRequest, call: Call) => {
    const task = findTask(clusters.byName(input.cluster), input.task as string);
    const { arn: taskArn, cluster, containerInstance, service, startedBy } = task;
    world.story.tell(call.now, {
      kind: "task-stop",
      instanceId: containerInstance.instanceId,
      cluster,
      containerInstance: containerInstance.arn,
      arn: taskArn,
      strategy: service?.strategy,
      startedBy,
      by: call.caller,
    });
    clusters.tasks.stop(task, "UserInitiated", input.reason ?? "Task stopped by user");
    return { task: presentTask(task, world.agenda.now) };
  };

  const runPaths = ["cluster", "taskDefinition", "group", "startedBy"];
  const container = "containerDefinitions[]";
  return [
    operation(
      ecs.RegisterTaskDefinition$,
      [
        "family",
        "networkMode",
        ...["name", "image", "cpu", "memory", "essential", "stopTimeout", "dockerLabels.*"].map(
          (each) => `${container}.${each}`,
        ),
        ...["containerPort", "hostPort", "protocol"].map((each) => `${container}.portMappings[].${each}`),
      ],
      register,
    ),
    operation(ecs.DescribeTaskDefinition$, ["taskDefinition"], describeDefinition),
    operation(
      ecs.ListTasks$,
      [
        "cluster",
        "containerInstance",
        "family",
        "maxResults",
        "nextToken",
        "startedBy",
        "serviceName",
        "desiredStatus",
      ],
      list,
    ),
    operation(ecs.DescribeTasks$, ["cluster", "tasks[]"], describe),
    operation(ecs.RunTask$, [...runPaths, "count", "launchType", "clientToken"], run),
    operation(ecs.StartTask$, [...runPaths, "containerInstances[]"], start),
    operation(ecs.StopTask$, ["cluster", "task", "reason"], stop),
  ];
}

function findTask(cluster: Cluster, nameOrArn: string): Task {
  const task =
    cluster.tasks.get(nameOrArn) ?? cluster.tasks.get(arn("ecs", `task/${cluster.name}/${nameOrArn}`));
  if (!task) throw new AwsError("InvalidParameterException", "The referenced task was not found.");
  return task;
}

function isNamed(ownArn: string, name: string): boolean {
  return ownArn === name || ownArn.endsWith(`/${name}`);
}

function readBehaviour(labels: Readonly<Record<string, string>>): Behaviour {
  const seconds = (label: string) => {
    const value = labels[label];
    if (value === undefined) return undefined;
    if (!/^\d+(\.\d+)?$/.test(value))
      throw new AwsError("ClientException", `${label}: expected seconds, found '${value}'`);
    return Number(value);
  };
  return {
    startSeconds: seconds(LABELS.start) ?? 2,
    stopSeconds: seconds(LABELS.stop) ?? 2,
    runSeconds: seconds(LABELS.run),
    protectedSeconds: seconds(LABELS.protected),
    deletedSeconds: seconds(LABELS.deleted),
  };
}

function presentDefinition(definition: TaskDefinition): ecs.TaskDefinition {
  return {
    taskDefinitionArn: definition.arn,
    family: definition.family,
    revision: definition.revision,
    networkMode: definition.networkMode,
    status: "ACTIVE",
    containerDefinitions: [
      {
        name: definition.container,
        portMappings: definition.ports.map((each) => ({ ...each, protocol: "tcp" as const })),
        stopTimeout: definition.stopTimeout,
      },
    ],
  };
}
