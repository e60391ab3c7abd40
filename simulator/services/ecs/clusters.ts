import { arn, nameOf } from "../../kernel/account.ts";
import { History } from "../../kernel/history.ts";
import type { Past } from "../../kernel/past.ts";
import type { Actor } from "../../kernel/story.ts";
import { AwsError } from "../../wire/errors.ts";
import { Addresses } from "./addresses.ts";
import { Agents } from "./agents.ts";
import { Deployments, type VersionGiven } from "./deployments.ts";
import {
  ANY_HOST,
  type Cluster,
  type ContainerInstance,
  type ContainerInstanceStatus,
  clusterName,
  countUp,
  type EcsGround,
  type Host,
  isLive,
  type Service,
  type ServiceLoadBalancer,
  type Task,
  type TaskDefinition,
} from "./model.ts";
import { isSchedulable, type Placing, whyNotPlaced } from "./placement.ts";
import { Scheduler } from "./scheduler.ts";
import { TaskLife } from "./task-life.ts";

/** DescribeTasks shows stopped tasks for at least an hour. */
const STOPPED_SHOWN_MS = 3_600_000;

/** What ECS's operations work on. */
export type EcsWorld = EcsGround & { readonly clusters: Clusters };

/** The settings of a service that no version has. */
export type ServiceGiven = Pick<
  Service,
  | "name"
  | "strategy"
  | "deployment"
  | "launchType"
  | "constraints"
  | "bakeSeconds"
  | "desiredCount"
  | "minimumHealthyPercent"
  | "maximumPercent"
>;

/** All the account's clusters, and what runs in them. */
export class Clusters implements Past {
  readonly definitions = new Map<string, TaskDefinition>();
  readonly tasks: TaskLife;
  readonly agents: Agents;
  readonly deployments: Deployments;
  readonly #world: EcsGround;
  readonly #byName = new Map<string, Cluster>();
  /** The addresses of all clusters that have none of their own. */
  readonly #addresses: Addresses;
  readonly #scheduler: Scheduler;

  constructor(world: EcsGround) {
    this.#world = world;
    this.#addresses = new Addresses(world.random("tasks"));
    this.tasks = new TaskLife(world, this.#byName, (cluster) => this.#scheduler.touch(cluster));
    this.deployments = new Deployments(world);
    this.#scheduler = new Scheduler(world, this.tasks, this.deployments);
    this.agents = new Agents(world, this.tasks, this.#byName, {
      deregistered: (containerInstance, by) => {
        this.#tellStatus(containerInstance, by);
        this.#touch(containerInstance.cluster);
      },
      connection: ({ cluster }) => this.#touch(cluster),
    });
  }

  get all(): readonly Cluster[] {
    return [...this.#byName.values()];
  }

  /** Makes a cluster, or activates it again; its tasks take their addresses from the list where one is given. */
  create(name: string, addresses?: readonly string[]): Cluster {
    const existing = this.#byName.get(name);
    if (existing) {
      existing.status = "ACTIVE";
      return existing;
    }
    const cluster: Cluster = {
      name,
      status: "ACTIVE",
      addresses: addresses ? new Addresses(this.#world.random("tasks"), addresses) : this.#addresses,
      capacityProviders: [],
      containerInstances: new Map(),
      fargate: this.#containerInstance(name, "", { host: ANY_HOST, isFargate: true }),
      services: new Map(),
      tasks: new Map(),
      tags: new Map(),
      hasTrunks: false,
    };
    this.#byName.set(name, cluster);
    return cluster;
  }

  /** The cluster of that name or ARN. Throws ClusterNotFoundException. */
  byName(nameOrArn: string | undefined): Cluster {
    const cluster = this.#byName.get(clusterName(nameOrArn));
    if (!cluster || cluster.status === "INACTIVE")
      throw new AwsError("ClusterNotFoundException", "Cluster not found.");
    return cluster;
  }

  find(nameOrArn: string): Cluster | undefined {
    return this.#byName.get(clusterName(nameOrArn));
  }

  /** Registers a task definition's next revision. */
  define(definition: Omit<TaskDefinition, "arn" | "revision" | "ports">): TaskDefinition {
    const revision =
      1 + [...this.definitions.values()].filter(({ family }) => family === definition.family).length;
    const defined = {
      ...definition,
      ports: definition.containers.flatMap(({ ports }) => ports),
      revision,
      arn: arn("ecs", `task-definition/${definition.family}:${revision}`),
    };
    this.definitions.set(defined.arn, defined);
    return defined;
  }

  /** A task definition by ARN, family:revision, or family for the newest. Throws ClientException. */
  definition(name: string): TaskDefinition {
    const bare = nameOf(name.slice(name.lastIndexOf("/") + 1));
    const short = name.slice(name.lastIndexOf("/") + 1);
    const all = [...this.definitions.values()];
    const found =
      all.find((each) => `${each.family}:${each.revision}` === short) ??
      all.findLast((each) => each.family === bare);
    if (!found) throw new AwsError("ClientException", "Unable to describe task definition.");
    return found;
  }

  /** What the ECS agent does when it starts on an instance. */
  join(cluster: Cluster, instanceId: string, host: Host = ANY_HOST): ContainerInstance {
    const containerInstance = this.#containerInstance(cluster.name, instanceId, { host, isFargate: false });
    cluster.containerInstances.set(containerInstance.arn, containerInstance);
    this.#tellStatus(containerInstance, "ecs");
    this.#scheduler.touch(cluster);
    return containerInstance;
  }

  #containerInstance(
    cluster: string,
    instanceId: string,
    { host, isFargate }: { readonly host: Host; readonly isFargate: boolean },
  ): ContainerInstance {
    const { now } = this.#world.agenda;
    const providers = this.#byName.get(cluster)?.capacityProviders ?? [];
    return {
      ...host,
      arn: arn("ecs", `container-instance/${cluster}/${this.#world.random("arns").hex(32)}`),
      cluster,
      instanceId,
      isFargate,
      isHung: false,
      capacityProvider: providers.find(({ group }) => group.instances.has(instanceId))?.name,
      registeredAt: now,
      status: new History<ContainerInstanceStatus>(now, "ACTIVE"),
      agentConnected: new History<boolean>(now, true),
      unheard: [],
      tasks: new Set(),
      orphans: new Set(),
      version: new History<number>(now, 1),
      drainedBy: undefined,
    };
  }

  /**
   * What the ECS agent does when an instance comes up again. With its state file it is the same container instance as
   * before. Without one, or when that was deregistered, it registers a new one, and the old one stays as it is.
   */
  rejoin(cluster: Cluster, instanceId: string, host: Host, keepsState = true): void {
    const isKnown = [...cluster.containerInstances.values()].some(
      (each) => each.instanceId === instanceId && each.status.latest !== "INACTIVE",
    );
    if (isKnown && keepsState) this.agents.reconnect(instanceId);
    else this.join(cluster, instanceId, host);
  }

  /** The container instance with the fewest tasks that takes new ones and has room for this one. */
  placeFor(cluster: Cluster, placing: Placing): ContainerInstance | undefined {
    return [...cluster.containerInstances.values()]
      .filter((each) => isSchedulable(each) && !whyNotPlaced(cluster, each, placing))
      .sort((a, b) => a.tasks.size - b.tasks.size)[0];
  }

  /** Sets a container instance ACTIVE or DRAINING. */
  setStatus(containerInstance: ContainerInstance, status: "ACTIVE" | "DRAINING", by: Actor): void {
    if (containerInstance.status.latest === status) return;
    containerInstance.status.set(this.#world.agenda.now, status);
    countUp(containerInstance, this.#world.agenda.now);
    containerInstance.drainedBy = status === "DRAINING" ? by : undefined;
    this.#tellStatus(containerInstance, by);
    this.#touch(containerInstance.cluster);
  }

  /** Creates a service. It has a version at once, unless it is one with an external controller and none is given. */
  createService(cluster: Cluster, given: ServiceGiven & { readonly version?: VersionGiven }): Service {
    const { version, ...own } = given;
    this.#checkLoadBalancers(version?.named ?? []);
    const service: Service = {
      ...own,
      arn: arn("ecs", `service/${cluster.name}/${given.name}`),
      cluster: cluster.name,
      createdAt: this.#world.agenda.now,
      version: undefined,
      versions: [],
      taskSets: [],
      rollouts: [],
      status: "ACTIVE",
      isSteady: false,
      unhealthyStops: { nextAt: 0, pauseMs: 0 },
      events: [],
    };
    cluster.services.set(service.name, service);
    if (version) this.deployments.begin(service, version);
    if (given.launchType === "FARGATE") this.#world.firings.count("services on Fargate");
    this.#scheduler.touch(cluster);
    return service;
  }

  /** Begins a new deployment: the tasks of the old one are replaced. What is not given stays as it was. */
  redeploy(service: Service, given: Partial<VersionGiven> = {}): void {
    const { version } = service;
    const definition = given.definition ?? version?.definition;
    if (!definition) throw new AwsError("InvalidParameterException", "The service has no primary task set.");
    const named = given.named ?? version?.named ?? [];
    this.#checkLoadBalancers(named);
    this.deployments.begin(service, { definition, named });
    this.changed(service);
  }

  /** Lets all services notice what has changed outside of ECS. */
  touchAll(): void {
    for (const cluster of this.#byName.values()) this.#scheduler.touch(cluster);
  }

  /** Lets a service's new settings take effect. */
  changed(service: Service): void {
    this.#touch(service.cluster);
  }

  /** Ends a service: its tasks are stopped one after the other. */
  deleteService(service: Service): void {
    service.status = "DRAINING";
    service.desiredCount = 0;
    this.#touch(service.cluster);
  }

  /**
   * DeleteCluster. It is refused while the cluster has container instances, active services or tasks, with the exception that
   * says so.
   */
  delete(cluster: Cluster): void {
    const refuse = (what: string, are: string) => {
      const code = `ClusterContains${what.replace(" ", "")}Exception`;
      throw new AwsError(code, `The Cluster cannot be deleted while ${what} are ${are}.`);
    };
    const { containerInstances, services, tasks } = cluster;
    if ([...containerInstances.values()].some(({ status }) => status.latest !== "INACTIVE"))
      refuse("Container Instances", "active or draining");
    if ([...services.values()].some(({ status }) => status === "ACTIVE")) refuse("Services", "active");
    if ([...tasks.values()].some(isLive)) refuse("Tasks", "active");
    for (const service of services.values()) service.status = "INACTIVE";
    cluster.status = "INACTIVE";
    this.#world.firings.count("clusters deleted");
  }

  /** The tasks that DescribeTasks still knows: live ones, and those that stopped not long ago. */
  known(cluster: Cluster): Task[] {
    forgetTasks(cluster, this.#world.agenda.now - STOPPED_SHOWN_MS);
    return [...cluster.tasks.values()];
  }

  /** One of those tasks, by its ARN. */
  knownTask(cluster: Cluster, taskArn: string): Task | undefined {
    const task = cluster.tasks.get(taskArn);
    return task && isShown(task, this.#world.agenda.now - STOPPED_SHOWN_MS) ? task : undefined;
  }

  /** ECS shows a container instance for a while after it was deregistered, and a task for at least an hour. */
  forget(before: number): void {
    for (const cluster of this.#byName.values()) {
      forgetTasks(cluster, before);
      cluster.fargate.version.forget(before);
      for (const service of cluster.services.values()) forgetVersions(service, before);
      for (const { lastStatus, desiredStatus, containers } of cluster.tasks.values())
        for (const history of [lastStatus, desiredStatus, containers]) history.forget(before);
      for (const {
        arn,
        status,
        agentConnected,
        version,
        tasks,
        orphans,
      } of cluster.containerInstances.values()) {
        for (const history of [status, agentConnected, version]) history.forget(before);
        const isOver = status.latest === "INACTIVE" && status.since < before;
        if (isOver && tasks.size + orphans.size === 0) cluster.containerInstances.delete(arn);
      }
    }
  }

  #touch(name: string): void {
    const cluster = this.#byName.get(name);
    if (cluster) this.#scheduler.touch(cluster);
  }

  #checkLoadBalancers(loadBalancers: readonly ServiceLoadBalancer[]): void {
    for (const { targetGroupArn, loadBalancerName, advancedConfiguration } of loadBalancers) {
      for (const arn of [targetGroupArn, advancedConfiguration?.alternateTargetGroupArn])
        if (arn && !this.#world.targetGroups.find(arn))
          throw new AwsError("InvalidParameterException", `The target group ${arn} does not exist.`);
      if (loadBalancerName && !this.#world.classic.find(loadBalancerName))
        throw new AwsError(
          "InvalidParameterException",
          `The load balancer ${loadBalancerName} does not exist.`,
        );
    }
  }

  #tellStatus({ instanceId, cluster, arn, status }: ContainerInstance, by: Actor): void {
    const { agenda, story } = this.#world;
    story.tell(agenda.now, {
      kind: "container-instance",
      instanceId,
      cluster,
      arn,
      status: status.latest,
      by,
    });
  }
}

function forgetTasks({ tasks }: Cluster, before: number): void {
  for (const task of tasks.values()) if (!isShown(task, before)) tasks.delete(task.arn);
}

// The newest deployment stays, with the versions that it has to do with and those that still have tasks.
function forgetVersions(service: Service, before: number): void {
  const { rollouts, versions, taskSets, version } = service;
  const old = rollouts.slice(0, -1).filter(({ finishedAt = before }) => finishedAt < before).length;
  rollouts.splice(0, old);
  const used = new Set([
    version,
    ...rollouts.flatMap(({ from, to }) => [from, to]),
    ...taskSets.map((each) => each.version),
  ]);
  const kept = versions.filter((each) => used.has(each) || each.tasks.size > 0);
  versions.splice(0, versions.length, ...kept);
}

function isShown({ stoppedAt }: Task, since: number): boolean {
  return stoppedAt === undefined || stoppedAt >= since;
}
