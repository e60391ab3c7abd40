import { arn } from "../../kernel/account.ts";
import { History } from "../../kernel/history.ts";
import { AwsError } from "../../wire/errors.ts";
import { exitSeconds, startSeconds } from "./containers.ts";
import type {
  Cluster,
  Container,
  ContainerInstance,
  ContainersState,
  EcsGround,
  Service,
  Task,
  TaskDefinition,
  TaskStatus,
  Version,
} from "./model.ts";
import { countUp, isLive } from "./model.ts";
import { bindPorts } from "./placement.ts";
import { registrationsOf } from "./registrations.ts";

const PROVISION_MS = 3_000;
const ACTIVATE_MS = 1_000;
const DEPROVISION_MS = 3_000;
const STOP_PENDING_MS = 1_000;

/** What a new task is started with. */
export type TaskStart = {
  readonly definition: TaskDefinition;
  readonly containerInstance: ContainerInstance;
  readonly group: string;
  readonly startedBy: string | undefined;
  readonly service: Service | undefined;
  readonly version: Version | undefined;
};

/**
 * How a task lives and ends: PROVISIONING, PENDING, ACTIVATING, RUNNING; once it must stop, DEACTIVATING (its targets
 * drain), STOPPING (SIGTERM), DEPROVISIONING, STOPPED (Amazon ECS Developer Guide, "Task lifecycle").
 *
 * What its containers do and what ECS knows of them can differ. The two communicate through the agent. While the agent is
 * disconnected, nothing that ECS shows changes, and nothing that ECS asks for is done.
 */
export class TaskLife {
  readonly #world: EcsGround;
  readonly #clusters: ReadonlyMap<string, Cluster>;
  readonly #changed: (cluster: Cluster) => void;

  constructor(world: EcsGround, clusters: ReadonlyMap<string, Cluster>, changed: (cluster: Cluster) => void) {
    this.#world = world;
    this.#clusters = clusters;
    this.#changed = changed;
  }

  /** Starts a task on a container instance that has room for it. Throws for a port or an address that is taken. */
  start(cluster: Cluster, from: TaskStart): Task {
    const { agenda } = this.#world;
    const random = this.#world.random("tasks");
    const awsvpc = from.definition.networkMode === "awsvpc";
    const task: Task = {
      ...from,
      arn: arn("ecs", `task/${cluster.name}/${random.hex(32)}`),
      cluster: cluster.name,
      createdAt: agenda.now,
      bindings: awsvpc ? [] : bindPorts(from, this.#world.random("ports")),
      address: awsvpc ? takeAddress(cluster) : undefined,
      lastStatus: new History<TaskStatus>(agenda.now, awsvpc ? "PROVISIONING" : "PENDING"),
      desiredStatus: new History<"RUNNING" | "STOPPED">(agenda.now, "RUNNING"),
      containers: new History<ContainersState>(agenda.now, "waiting"),
      exits: new Map(),
      gone: false,
      protectedUntil: undefined,
      startedAt: undefined,
      stoppingAt: undefined,
      stoppedAt: undefined,
      stopCode: undefined,
      stoppedReason: undefined,
    };
    cluster.tasks.set(task.arn, task);
    task.containerInstance.tasks.add(task);
    task.version?.tasks.add(task);
    countUp(task.containerInstance, agenda.now);
    this.#tell(task);
    if (awsvpc) {
      agenda.in(PROVISION_MS, () =>
        this.#throughAgent(task, () => this.#unlessStopping(task, () => this.#set(task, "PENDING"))),
      );
    }
    const startMs = (awsvpc ? PROVISION_MS : 0) + startSeconds(from.definition) * 1000;
    agenda.in(startMs, () => this.#containersStart(task));
    return task;
  }

  /** Asks a task to stop. One that is already on its way to STOPPED goes on as before. */
  stop(task: Task, stopCode: string, stoppedReason: string): void {
    if (task.desiredStatus.latest === "STOPPED") return;
    task.desiredStatus.set(this.#world.agenda.now, "STOPPED");
    task.stopCode = stopCode;
    task.stoppedReason = stoppedReason;
    // An agent that hangs is connected for ECS, which goes as far as it can without an answer.
    if (isConnected(task)) this.#leave(task);
    else this.#throughAgent(task, () => this.#leave(task));
  }

  /** The host has ended, and with it all containers on it. ECS may not know. */
  hostEnded(task: Task): void {
    this.#containersEnd(task);
  }

  /** The host halts, and all containers on it end. ECS learns of it when the agent is up again. */
  hostHalted(task: Task): void {
    this.#containersEnd(task);
    this.#reportExit(task);
  }

  /** ECS knows that the task is gone with its host: no SIGTERM, no draining. */
  kill(task: Task, stoppedReason: string): void {
    this.#giveUp(task, "TerminationNotice", stoppedReason);
  }

  /**
   * ECS forgets a task whose container instance is deregistered by force. For ECS it is STOPPED and leaves its load balancers,
   * but its containers go on.
   *
   * Amazon ECS API Reference, "DeregisterContainerInstance".
   */
  orphan(task: Task): void {
    if (task.containers.latest === "running") task.containerInstance.orphans.add(task);
    // A container that has not started yet never will: the agent gets no more requests.
    if (task.containers.latest === "waiting") task.containers.set(this.#world.agenda.now, "ended");
    this.#giveUp(task, "UserInitiated", "Container instance deregistration forced by user.");
  }

  #giveUp(task: Task, stopCode: string, stoppedReason: string): void {
    task.desiredStatus.set(this.#world.agenda.now, "STOPPED");
    task.stopCode = stopCode;
    task.stoppedReason = stoppedReason;
    for (const registration of registrationsOf(task, this.#world)) registration.leave(() => {});
    this.#stopped(task);
  }

  #containersStart(task: Task): void {
    if (task.containerInstance.isHung) {
      task.containerInstance.unheard.push(() => this.#containersStart(task));
      return;
    }
    const isUnwanted = task.desiredStatus.latest === "STOPPED" && isConnected(task);
    if (task.containers.latest !== "waiting" || isUnwanted) return;
    const { agenda } = this.#world;
    task.containers.set(agenda.now, "running");
    this.#throughAgent(task, () => this.#unlessStopping(task, () => this.#activate(task)));
    for (const container of task.definition.containers) {
      if (container.runSeconds !== undefined)
        agenda.in(container.runSeconds * 1000, () => this.#exitByItself(task, container));
    }
  }

  #exitByItself(task: Task, { name, essential }: Container): void {
    if (task.containers.latest !== "running" || task.lastStatus.latest === "STOPPING") return;
    task.exits.set(name, this.#world.agenda.now);
    if (!essential) return;
    // The agent stops the others without asking ECS.
    this.#world.agenda.in(this.#stopContainers(task), () => this.#containersEnd(task));
    this.#reportExit(task);
  }

  // Plans when each container exits, and returns how long it takes, in milliseconds.
  #stopContainers(task: Task): number {
    const { now } = this.#world.agenda;
    const ended = new Set([...task.exits.keys()]);
    let last = 0;
    for (const [name, seconds] of exitSeconds(task.definition, ended)) {
      if (!ended.has(name)) task.exits.set(name, now + seconds * 1000);
      last = Math.max(last, (task.exits.get(name) as number) - now);
    }
    return last;
  }

  #reportExit(task: Task): void {
    this.#throughAgent(task, () =>
      this.#unlessStopping(task, () =>
        this.stop(task, "EssentialContainerExited", "Essential container in task exited"),
      ),
    );
  }

  #containersEnd(task: Task): void {
    if (task.containers.latest === "ended") return;
    const { now } = this.#world.agenda;
    task.containers.set(now, "ended");
    for (const { name } of task.definition.containers)
      if ((task.exits.get(name) ?? Number.POSITIVE_INFINITY) > now) task.exits.set(name, now);
    task.containerInstance.orphans.delete(task);
    // The story has a line even where ECS does not learn of it.
    if (!isConnected(task)) this.#tell(task);
  }

  #activate(task: Task): void {
    const { agenda } = this.#world;
    if (!task.version || task.version.loadBalancers.length === 0) {
      this.#running(task);
      return;
    }
    this.#set(task, "ACTIVATING");
    for (const registration of registrationsOf(task, this.#world)) registration.enter();
    agenda.in(ACTIVATE_MS, () =>
      this.#throughAgent(task, () => this.#unlessStopping(task, () => this.#running(task))),
    );
  }

  #running(task: Task): void {
    const { now } = this.#world.agenda;
    const { protectedSeconds } = task.definition.behaviour;
    task.startedAt = now;
    if (task.service && protectedSeconds) task.protectedUntil = now + protectedSeconds * 1000;
    this.#set(task, "RUNNING");
  }

  #leave(task: Task): void {
    if (!isLive(task)) return;
    const status = task.lastStatus.latest;
    if (status === "PROVISIONING" || status === "PENDING") {
      this.#world.agenda.in(STOP_PENDING_MS, () => this.#throughAgent(task, () => this.#stopped(task)));
      return;
    }
    const registered = registrationsOf(task, this.#world);
    if (registered.length === 0) {
      this.#sigterm(task);
      return;
    }
    this.#set(task, "DEACTIVATING");
    let left = registered.length;
    for (const registration of registered) {
      registration.leave(() => {
        left -= 1;
        if (left > 0) return;
        if (isConnected(task)) this.#sigterm(task);
        else this.#throughAgent(task, () => this.#sigterm(task));
      });
    }
  }

  #sigterm(task: Task): void {
    if (!isLive(task)) return;
    task.stoppingAt = this.#world.agenda.now;
    this.#set(task, "STOPPING");
    this.#throughAgent(task, () => this.#endContainers(task));
  }

  // The agent stops the containers. Those of some tasks outlast even SIGKILL, as when Docker hangs.
  #endContainers(task: Task): void {
    const { agenda } = this.#world;
    const { behaviour, networkMode } = task.definition;
    const hasEnded = task.containers.latest === "ended";
    if (behaviour.neverStops && !hasEnded) {
      this.#world.firings.count("tasks that never stop");
      return;
    }
    if (task.definition.containers.length > 1) this.#world.firings.count("tasks of several containers");
    agenda.in(hasEnded ? 0 : this.#stopContainers(task), () => {
      this.#containersEnd(task);
      if (!isLive(task)) return;
      this.#throughAgent(task, () => {
        if (networkMode !== "awsvpc") {
          this.#stopped(task);
          return;
        }
        this.#set(task, "DEPROVISIONING");
        agenda.in(DEPROVISION_MS, () => this.#throughAgent(task, () => this.#stopped(task)));
      });
    });
  }

  #stopped(task: Task): void {
    if (!isLive(task)) return;
    const { containerInstance } = task;
    if (!containerInstance.orphans.has(task)) this.#containersEnd(task);
    task.stoppedAt = this.#world.agenda.now;
    containerInstance.tasks.delete(task);
    task.version?.tasks.delete(task);
    countUp(containerInstance, this.#world.agenda.now);
    if (task.address) this.#clusters.get(task.cluster)?.addresses.free(task.address);
    this.#set(task, "STOPPED");
  }

  #throughAgent(task: Task, go: () => void): void {
    if (isConnected(task) && !task.containerInstance.isHung) go();
    else task.containerInstance.unheard.push(go);
  }

  #unlessStopping(task: Task, go: () => void): void {
    if (task.desiredStatus.latest === "RUNNING" && isLive(task)) go();
  }

  #set(task: Task, status: TaskStatus): void {
    task.lastStatus.set(this.#world.agenda.now, status);
    this.#tell(task);
    const cluster = this.#clusters.get(task.cluster);
    if (cluster) this.#changed(cluster);
  }

  #tell(task: Task): void {
    const { agenda, story } = this.#world;
    const isFinal = task.lastStatus.latest === "STOPPED" || !isConnected(task);
    task.gone ||= isFinal && task.containers.latest === "ended";
    story.tell(agenda.now, {
      kind: "task",
      arn: task.arn,
      cluster: task.cluster,
      service: task.service?.name,
      instanceId: task.containerInstance.instanceId,
      status: task.lastStatus.latest,
      gone: task.gone,
      hostPorts: task.bindings.map(({ hostPort }) => hostPort),
      listensOnAny:
        task.definition.networkMode === "host" &&
        task.definition.containers.some(({ ports }) => ports.length === 0),
      address: task.address,
      reason: task.stoppedReason,
    });
  }
}

function isConnected({ containerInstance }: Task): boolean {
  return containerInstance.agentConnected.latest;
}

function takeAddress(cluster: Cluster): string {
  const address = cluster.addresses.take();
  if (address === undefined)
    throw new AwsError("InvalidParameterException", `The cluster ${cluster.name} has no address left.`);
  return address;
}
