import * as ecs from "@aws-sdk/client-ecs";
import { arn } from "../../kernel/account.ts";
import { AwsError, NotSimulated } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import type { EcsWorld } from "./clusters.ts";
import { CONSTRAINTS, readConstraints } from "./constraints.ts";
import { atMost, ecsPage, named, onlyEc2 } from "./container-instance-operations.ts";
import { wrongDependency } from "./containers.ts";
import {
  type Behaviour,
  type Cluster,
  type Container,
  type ContainerInstance,
  fullArn,
  idOf,
  type Resources,
  type Task,
  type TaskDefinition,
} from "./model.ts";
import { launchTypeShown, presentTask } from "./present.ts";

const LABELS = {
  start: "simulator.start-seconds",
  stop: "simulator.stop-seconds",
  run: "simulator.run-seconds",
  protected: "simulator.protected-seconds",
  deleted: "simulator.deleted-seconds",
  neverStops: "simulator.never-stops",
};

/** The operations on task definitions and tasks. */
export function taskOperations(world: EcsWorld): Operation[] {
  const { clusters } = world;

  const register = (input: ecs.RegisterTaskDefinitionRequest) => {
    const given = input.containerDefinitions as ecs.ContainerDefinition[];
    if (given.length === 0) throw new AwsError("ClientException", "Container definitions must not be empty.");
    const containers = given.map(readContainer);
    const wrong = wrongDependency(containers);
    if (wrong !== undefined)
      throw new AwsError("ClientException", `Container ${wrong} has a dependency that cannot be met.`);
    if (!containers.some(({ essential }) => essential))
      throw new AwsError("ClientException", "A task definition must have at least one essential container.");
    const definition = clusters.define({
      family: input.family as string,
      networkMode: input.networkMode ?? "bridge",
      containers,
      resources: resourcesOf(input),
      behaviour: readBehaviour(given[0]?.dockerLabels ?? {}),
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
        (!input.launchType || launchTypeShown(task) === input.launchType) &&
        (!input.family || task.definition.family === input.family) &&
        (!input.startedBy || task.startedBy === input.startedBy),
    );
    const { items, next } = ecsPage(found, input, call);
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
    const cluster = clusters.byName(input.cluster);
    const definition = clusters.definition(input.taskDefinition as string);
    const placing = {
      definition,
      group: input.group ?? `family:${definition.family}`,
      constraints: readConstraints(input.placementConstraints),
    };
    const isFargate = launchTypeOf(input.launchType, definition) === "FARGATE";
    const tasks: ecs.Task[] = [];
    const failures: ecs.Failure[] = [];
    for (let i = 0; i < count; i++) {
      const containerInstance = isFargate ? cluster.fargate : clusters.placeFor(cluster, placing);
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
        "cpu",
        "memory",
        "requiresCompatibilities[]",
        ...["name", "image", "cpu", "memory", "memoryReservation", "essential", "stopTimeout"].map(
          (each) => `${container}.${each}`,
        ),
        `${container}.dockerLabels.*`,
        ...["containerName", "condition"].map((each) => `${container}.dependsOn[].${each}`),
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
        "launchType",
      ],
      list,
    ),
    operation(ecs.DescribeTasks$, ["cluster", "tasks[]"], describe),
    operation(ecs.RunTask$, [...runPaths, "count", "launchType", "clientToken", ...CONSTRAINTS], run),
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

function secondsIn(labels: Readonly<Record<string, string>>, label: string): number | undefined {
  const value = labels[label];
  if (value === undefined) return undefined;
  if (!/^\d+(\.\d+)?$/.test(value))
    throw new AwsError("ClientException", `${label}: expected seconds, found '${value}'`);
  return Number(value);
}

function readContainer(given: ecs.ContainerDefinition): Container {
  const labels = given.dockerLabels ?? {};
  const other = given.dependsOn?.find(({ condition }) => condition !== "START");
  if (other) throw new NotSimulated(`the condition ${other.condition} of a container's dependency`);
  return {
    name: given.name ?? "main",
    essential: given.essential ?? true,
    ports: (given.portMappings ?? []).map((each) => ({
      containerPort: each.containerPort as number,
      hostPort: each.hostPort ?? 0,
    })),
    stopTimeout: given.stopTimeout ?? 30,
    dependsOn: (given.dependsOn ?? []).map(({ containerName }) => containerName as string),
    startSeconds: secondsIn(labels, LABELS.start) ?? 2,
    stopSeconds: secondsIn(labels, LABELS.stop) ?? 2,
    runSeconds: secondsIn(labels, LABELS.run),
  };
}

function readBehaviour(labels: Readonly<Record<string, string>>): Behaviour {
  return {
    protectedSeconds: secondsIn(labels, LABELS.protected),
    deletedSeconds: secondsIn(labels, LABELS.deleted),
    neverStops: labels[LABELS.neverStops] === "true",
  };
}

// What the task reserves as a whole, or else what its containers do together.
function resourcesOf({
  cpu,
  memory,
  containerDefinitions = [],
}: ecs.RegisterTaskDefinitionRequest): Resources {
  const sum = (of: (each: ecs.ContainerDefinition) => number | undefined) =>
    containerDefinitions.reduce((total, each) => total + (of(each) ?? 0), 0);
  return {
    cpu: cpu === undefined ? sum((each) => each.cpu) : Number(cpu),
    memory: memory === undefined ? sum((each) => each.memoryReservation ?? each.memory) : Number(memory),
  };
}

/** Checks a launch type against a task definition: Fargate takes network mode awsvpc alone. */
export function launchTypeOf(
  launchType: string | undefined,
  { networkMode }: TaskDefinition,
): "EC2" | "FARGATE" {
  if (launchType !== "FARGATE") {
    onlyEc2(launchType);
    return "EC2";
  }
  if (networkMode !== "awsvpc")
    throw new AwsError("InvalidParameterException", "Fargate only supports network mode 'awsvpc'.");
  return "FARGATE";
}

function presentDefinition(definition: TaskDefinition): ecs.TaskDefinition {
  return {
    taskDefinitionArn: definition.arn,
    family: definition.family,
    revision: definition.revision,
    networkMode: definition.networkMode,
    status: "ACTIVE",
    cpu: String(definition.resources.cpu),
    memory: String(definition.resources.memory),
    containerDefinitions: definition.containers.map(({ name, essential, ports, stopTimeout, dependsOn }) => ({
      name,
      essential,
      portMappings: ports.map((each) => ({ ...each, protocol: "tcp" as const })),
      stopTimeout,
      dependsOn: dependsOn.map((containerName) => ({ containerName, condition: "START" as const })),
    })),
  };
}
