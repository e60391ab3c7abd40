import { arn } from "../../account.ts";
import { History } from "../../history.ts";
import { AwsError } from "../../wire/errors.ts";
import type {
  Cluster,
  ContainerInstance,
  EcsGround,
  PortMapping,
  Service,
  Task,
  TaskDefinition,
  TaskStatus,
} from "./model.ts";
import { isLive } from "./model.ts";
import { portsTaken } from "./placement.ts";

const PROVISION_MS = 3_000;
const ACTIVATE_MS = 1_000;
const DEPROVISION_MS = 3_000;
const STOP_PENDING_MS = 1_000;
const DYNAMIC_PORTS = [32_768, 61_000] as const;

/** What a new task is started with. */
export type TaskStart = {
  readonly definition: TaskDefinition;
  readonly containerInstance: ContainerInstance;
  readonly group: string;
  readonly startedBy: string | undefined;
  readonly service: Service | undefined;
};

/**
 * How a task lives and dies: PROVISIONING, PENDING, ACTIVATING, RUNNING, and from the wish to stop it on DEACTIVATING
 * (its targets drain), STOPPING (SIGTERM), DEPROVISIONING, STOPPED (Amazon ECS Developer Guide, "Task lifecycle").
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
      bindings: awsvpc ? [] : this.#bind(from),
      address: awsvpc ? takeAddress(cluster) : undefined,
      lastStatus: new History<TaskStatus>(agenda.now, awsvpc ? "PROVISIONING" : "PENDING"),
      desiredStatus: new History<"RUNNING" | "STOPPED">(agenda.now, "RUNNING"),
      startedAt: undefined,
      stoppingAt: undefined,
      stoppedAt: undefined,
      stopCode: undefined,
      stoppedReason: undefined,
    };
    cluster.tasks.set(task.arn, task);
    task.containerInstance.tasks.add(task);
    this.#tell(task);
    if (awsvpc) agenda.in(PROVISION_MS, () => this.#unlessStopping(task, () => this.#set(task, "PENDING")));
    const startMs = (awsvpc ? PROVISION_MS : 0) + from.definition.behaviour.startSeconds * 1000;
    agenda.in(startMs, () => this.#unlessStopping(task, () => this.#activate(task)));
    return task;
  }

  /** Wishes a task to stop; what is on its way to STOPPED already goes on. */
  stop(task: Task, stopCode: string, stoppedReason: string): void {
    const { agenda } = this.#world;
    if (task.desiredStatus.latest === "STOPPED") return;
    task.desiredStatus.set(agenda.now, "STOPPED");
    task.stopCode = stopCode;
    task.stoppedReason = stoppedReason;
    const status = task.lastStatus.latest;
    if (status === "PROVISIONING" || status === "PENDING") {
      agenda.in(STOP_PENDING_MS, () => this.#stopped(task));
      return;
    }
    const registered = this.#registrations(task);
    if (registered.length === 0) {
      this.#sigterm(task);
      return;
    }
    this.#set(task, "DEACTIVATING");
    let left = registered.length;
    for (const registration of registered) {
      registration.leave(() => {
        left -= 1;
        if (left === 0 && isLive(task)) this.#sigterm(task);
      });
    }
  }

  /** The task is gone with its host: no SIGTERM, no draining. */
  kill(task: Task, stoppedReason: string): void {
    task.desiredStatus.set(this.#world.agenda.now, "STOPPED");
    task.stopCode = "TerminationNotice";
    task.stoppedReason = stoppedReason;
    for (const registration of this.#registrations(task)) registration.leave(() => {});
    this.#stopped(task);
  }

  #activate(task: Task): void {
    const { agenda } = this.#world;
    if (!task.service || task.service.loadBalancers.length === 0) {
      this.#running(task);
      return;
    }
    this.#set(task, "ACTIVATING");
    for (const registration of this.#registrations(task)) registration.enter();
    agenda.in(ACTIVATE_MS, () => this.#unlessStopping(task, () => this.#running(task)));
  }

  #running(task: Task): void {
    const { agenda } = this.#world;
    task.startedAt = agenda.now;
    this.#set(task, "RUNNING");
    const { runSeconds } = task.definition.behaviour;
    if (runSeconds !== undefined) {
      agenda.in(runSeconds * 1000, () =>
        this.#unlessStopping(task, () =>
          this.stop(task, "EssentialContainerExited", "Essential container in task exited"),
        ),
      );
    }
  }

  #sigterm(task: Task): void {
    const { behaviour, stopTimeout, networkMode } = task.definition;
    task.stoppingAt = this.#world.agenda.now;
    this.#set(task, "STOPPING");
    const exited =
      task.stopCode === "EssentialContainerExited" ? 0 : Math.min(behaviour.stopSeconds, stopTimeout) * 1000;
    this.#world.agenda.in(exited, () => {
      if (!isLive(task)) return;
      if (networkMode !== "awsvpc") {
        this.#stopped(task);
        return;
      }
      this.#set(task, "DEPROVISIONING");
      this.#world.agenda.in(DEPROVISION_MS, () => this.#stopped(task));
    });
  }

  #stopped(task: Task): void {
    if (!isLive(task)) return;
    task.stoppedAt = this.#world.agenda.now;
    task.containerInstance.tasks.delete(task);
    if (task.address) this.#clusters.get(task.cluster)?.addresses.free(task.address);
    this.#set(task, "STOPPED");
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
    this.#world.story.tell(this.#world.agenda.now, {
      kind: "task",
      arn: task.arn,
      cluster: task.cluster,
      service: task.service?.name,
      instanceId: task.containerInstance.instanceId,
      status: task.lastStatus.latest,
      hostPorts: task.bindings.map(({ hostPort }) => hostPort),
      reason: task.stoppedReason,
    });
  }

  // Where ECS registers this task: by instance id and host port, or by its own address.
  #registrations(task: Task): { enter: () => void; leave: (gone: () => void) => void }[] {
    const { classic, targetGroups } = this.#world;
    const { instanceId } = task.containerInstance;
    return (task.service?.loadBalancers ?? []).map(({ targetGroupArn, loadBalancerName, containerPort }) => {
      if (loadBalancerName) {
        const loadBalancer = classic.find(loadBalancerName);
        return {
          enter: () => loadBalancer?.register([instanceId], "ecs"),
          leave: (gone) => (loadBalancer ? loadBalancer.leave(instanceId, "ecs", gone) : gone()),
        };
      }
      const group = targetGroups.find(targetGroupArn as string);
      const port = task.address ? containerPort : hostPort(task, containerPort);
      const id = task.address ?? instanceId;
      return {
        enter: () => group?.register(id, port, "ecs"),
        leave: (gone) => (group ? group.leave(id, port, "ecs", gone) : gone()),
      };
    });
  }

  #bind({ definition, containerInstance }: TaskStart): PortMapping[] {
    const taken = portsTaken(containerInstance);
    return definition.ports.map(({ containerPort, hostPort }) => {
      if (definition.networkMode === "host") return { containerPort, hostPort: containerPort };
      let port = hostPort;
      while (port === 0 || (hostPort === 0 && taken.has(port)))
        port = this.#world.random("ports").whole(...DYNAMIC_PORTS);
      if (taken.has(port))
        throw new AwsError("InvalidParameterException", `Host port ${port} is already in use.`);
      taken.add(port);
      return { containerPort, hostPort: port };
    });
  }
}

function hostPort(task: Task, containerPort: number): number {
  return task.bindings.find((binding) => binding.containerPort === containerPort)?.hostPort ?? containerPort;
}

function takeAddress(cluster: Cluster): string {
  const address = cluster.addresses.take();
  if (address === undefined)
    throw new AwsError("InvalidParameterException", `The cluster ${cluster.name} has no address left.`);
  return address;
}
