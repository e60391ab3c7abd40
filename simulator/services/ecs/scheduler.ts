import { type Deployments, type Wanted, wantedVersions } from "./deployments.ts";
import { ServiceEvents } from "./events.ts";
import type { Cluster, ContainerInstance, EcsGround, Service, Task, TaskStatus, Version } from "./model.ts";
import { isLive, isProtected } from "./model.ts";
import { isSchedulable, type Placing, whyNotPlaced } from "./placement.ts";
import { targetOf } from "./registrations.ts";
import type { TaskLife } from "./task-life.ts";

const UP_TO_RUNNING: ReadonlySet<TaskStatus> = new Set(["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"]);

/** The scheduler runs this long after a change, and this often while something is unfinished. */
const SOON_MS = 1_000;
const AGAIN_MS = 5_000;
/** The pauses between two stops of tasks for targets that fail their health checks: each is twice the one before. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 1_800_000;
/** Without load balancer and health check, a task counts as healthy this long after it runs. */
const HEALTHY_AFTER_MS = 40_000;

/** Of what a task is started. */
type Placed = { readonly cluster: Cluster; readonly service: Service; readonly version: Version };
/** The same, and how many are wanted. */
type Replicas = Placed & Pick<Wanted, "count">;

/**
 * The service scheduler: keeps each service at its desired count, and empties DRAINING instances within the service's
 * minimum healthy and maximum percent (Amazon ECS Developer Guide, "Container instance draining").
 */
export class Scheduler {
  readonly #world: EcsGround;
  readonly #tasks: TaskLife;
  readonly #events: ServiceEvents;
  readonly #deployments: Deployments;
  readonly #planned = new Map<string, number>();

  constructor(world: EcsGround, tasks: TaskLife, deployments: Deployments) {
    this.#world = world;
    this.#tasks = tasks;
    this.#deployments = deployments;
    this.#events = new ServiceEvents(world);
  }

  /** Something has changed in the cluster: the scheduler must run soon. */
  touch(cluster: Cluster): void {
    this.#plan(cluster, SOON_MS);
  }

  #plan(cluster: Cluster, milliseconds: number): void {
    const { agenda } = this.#world;
    const at = agenda.now + milliseconds;
    if ((this.#planned.get(cluster.name) ?? Number.POSITIVE_INFINITY) <= at) return;
    this.#planned.set(cluster.name, at);
    agenda.at(at, () => {
      if (this.#planned.get(cluster.name) !== at) return;
      this.#planned.delete(cluster.name);
      this.#reconcile(cluster);
    });
  }

  #reconcile(cluster: Cluster): void {
    if (cluster.status === "INACTIVE") return;
    let unfinished = false;
    const tasksOf = liveByService(cluster);
    for (const service of cluster.services.values()) {
      if (service.status === "INACTIVE") continue;
      const all = tasksOf.get(service) ?? [];
      const wanted = all.filter((task) => task.desiredStatus.latest === "RUNNING");
      const schedule = service.strategy === "DAEMON" ? this.#daemon : this.#replicas;
      const isHealthy = (task: Task) => this.#isHealthy(task);
      const isSteady = schedule.call(this, cluster, service, wanted) && all.every(isHealthy);
      if (isSteady && !service.isSteady) this.#events.steady(service);
      service.isSteady = isSteady;
      if (this.#deployments.advance(service, { isHealthy, isSteady }) || !isSteady) unfinished = true;
      if (service.status === "DRAINING" && all.length === 0) service.status = "INACTIVE";
    }
    if (unfinished) this.#plan(cluster, AGAIN_MS);
  }

  #replicas(cluster: Cluster, service: Service, live: readonly Task[]): boolean {
    const kept = wantedVersions(service);
    const isKept = (task: Task) => kept.some(({ version }) => version === task.version);
    // What no version keeps goes with the first one, whose tasks take its place.
    const own = ({ version }: Wanted, i: number) =>
      live.filter((task) => task.version === version || (i === 0 && !isKept(task)));
    if (kept.length === 0) for (const task of live) if (this.#mayStop(task)) this.#stop(service, task);
    return kept.map((each, i) => this.#replica({ cluster, service, ...each }, own(each, i))).every(Boolean);
  }

  #replica({ cluster, service, version, count }: Replicas, live: readonly Task[]): boolean {
    const stays = (task: Task) =>
      task.containerInstance.status.latest === "ACTIVE" && task.version === version;
    const leaving = live.filter((task) => !stays(task));
    const staying = live.filter(stays);
    const lower = Math.ceil((count * service.minimumHealthyPercent) / 100);
    const upper = Math.floor((count * service.maximumPercent) / 100);

    // A task that has not started yet is stopped at once: it serves no requests.
    const isStarted = (task: Task) => task.lastStatus.latest === "RUNNING";
    const started = leaving.filter(isStarted);
    for (const task of leaving) if (!isStarted(task) && this.#mayStop(task)) this.#stop(service, task);

    const missing = count - staying.length;
    const starts = Math.min(missing, upper - started.length - staying.length);
    this.#placeUpTo(starts, { cluster, service, version });

    const byProtection = [...staying].sort((a, b) => Number(this.#mayStop(a)) - Number(this.#mayStop(b)));
    const surplus = new Set(byProtection.slice(count).filter((task) => this.#mayStop(task)));
    const stops = [...surplus];
    const healthy = live.filter((task) => !surplus.has(task) && this.#isHealthy(task)).length;
    let spare = Math.max(0, healthy - lower);
    for (const task of started.filter((each) => this.#mayStop(each))) {
      if (this.#isHealthy(task)) {
        if (spare === 0) continue;
        spare -= 1;
      }
      stops.push(task);
    }
    stops.push(
      ...this.#unhealthyOf(
        service,
        staying.filter((task) => !surplus.has(task)),
      ),
    );
    for (const task of stops) this.#stop(service, task);
    this.#events.stopped(service, stops);
    if (started.length > 0 && lower >= count && upper <= count) this.#events.stalled(service);
    return leaving.length === 0 && missing + surplus.size === 0;
  }

  // A daemon's task leaves a DRAINING instance last, once no replica there is RUNNING.
  #daemon(cluster: Cluster, service: Service, live: readonly Task[]): boolean {
    let done = true;
    for (const task of live) {
      const { containerInstance } = task;
      if (service.status === "ACTIVE" && containerInstance.status.latest === "ACTIVE") continue;
      const replicas = [...containerInstance.tasks].filter((other) => other.service?.strategy === "REPLICA");
      if (!this.#mayStop(task) || replicas.some((other) => UP_TO_RUNNING.has(other.lastStatus.latest))) {
        done = false;
        continue;
      }
      this.#stop(service, task);
    }
    const { version } = service;
    if (service.status !== "ACTIVE" || !version) return done;
    const placed: Task[] = [];
    for (const containerInstance of cluster.containerInstances.values()) {
      if (
        !isSchedulable(containerInstance) ||
        live.some((task) => task.containerInstance === containerInstance)
      )
        continue;
      if (!whyNotPlaced(cluster, containerInstance, placingOf(service, version)))
        placed.push(this.#start({ cluster, service, version }, containerInstance));
      else done = false;
    }
    this.#events.started(service, placed);
    return done && placed.length === 0;
  }

  #placeUpTo(count: number, from: Placed): void {
    const placed: Task[] = [];
    while (placed.length < count) {
      const task = this.#place(from);
      if (!task) break;
      placed.push(task);
    }
    this.#events.started(from.service, placed);
  }

  #place(from: Placed): Task | undefined {
    const { cluster, service, version } = from;
    const best = leastBusy(from);
    if (!best) {
      this.#events.unplaced(cluster, service, placingOf(service, version));
      return undefined;
    }
    return this.#start(from, best);
  }

  #start({ cluster, service, version }: Placed, containerInstance: ContainerInstance): Task {
    return this.#tasks.start(cluster, {
      definition: version.definition,
      containerInstance,
      group: `service:${service.name}`,
      startedBy: version.id,
      service,
      version,
    });
  }

  // A task whose targets fail their health checks is stopped and replaced, one at a time. The longer that goes on without a
  // healthy one, the longer are the pauses: how long exactly is not documented.
  #unhealthyOf(service: Service, staying: readonly Task[]): Task[] {
    const { now } = this.#world.agenda;
    const { unhealthyStops } = service;
    const failing = staying.find((task) => this.#mayStop(task) && this.#isFailing(task));
    if (!failing) {
      const isOver = unhealthyStops.pauseMs > 0 && now >= unhealthyStops.nextAt;
      if (isOver) service.unhealthyStops = { nextAt: 0, pauseMs: 0 };
      return [];
    }
    if (now < unhealthyStops.nextAt) return [];
    const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, unhealthyStops.pauseMs * 2));
    service.unhealthyStops = { nextAt: now + pauseMs, pauseMs };
    this.#events.unhealthy(service, failing);
    return [failing];
  }

  #isFailing(task: Task): boolean {
    if (task.lastStatus.latest !== "RUNNING") return false;
    return (task.version?.loadBalancers ?? []).some(({ targetGroupArn, containerPort }) => {
      const group = targetGroupArn ? this.#world.targetGroups.find(targetGroupArn) : undefined;
      const { id, port } = targetOf(task, containerPort);
      return (
        group !== undefined && group.loadBalancerArns.size > 0 && group.stateOf(id, port) === "unhealthy"
      );
    });
  }

  // While the agent is disconnected, ECS leaves a task as it is. That DRAINING leaves a protected task is an assumption:
  // the documentation speaks of scaling in and of deployments.
  #mayStop(task: Task): boolean {
    return task.containerInstance.agentConnected.latest && !isProtected(task, this.#world.agenda.now);
  }

  #stop(service: Service, task: Task): void {
    this.#tasks.stop(
      task,
      "ServiceSchedulerInitiated",
      `Scaling activity initiated by (deployment ${service.version?.id ?? task.startedBy})`,
    );
  }

  #isHealthy(task: Task): boolean {
    if (task.lastStatus.latest !== "RUNNING") return false;
    const loadBalancers = task.version?.loadBalancers ?? [];
    if (loadBalancers.length === 0) return this.#world.agenda.now - task.lastStatus.since >= HEALTHY_AFTER_MS;
    return loadBalancers.every(({ targetGroupArn, containerPort }) => {
      const group = targetGroupArn ? this.#world.targetGroups.find(targetGroupArn) : undefined;
      if (!group || group.loadBalancerArns.size === 0) return true;
      const { id, port } = targetOf(task, containerPort);
      return group.stateOf(id, port) === "healthy";
    });
  }
}

// The instance with the fewest tasks of the service, and among those the one with the fewest tasks.
function leastBusy({ cluster, service, version }: Placed): ContainerInstance | undefined {
  let best: { readonly each: ContainerInstance; readonly own: number } | undefined;
  const placing = placingOf(service, version);
  const all = service.launchType === "FARGATE" ? [cluster.fargate] : cluster.containerInstances.values();
  for (const each of all) {
    if (!isSchedulable(each) || whyNotPlaced(cluster, each, placing)) continue;
    let own = 0;
    for (const task of each.tasks) if (task.service === service) own += 1;
    const less = best === undefined ? -1 : own - best.own || each.tasks.size - best.each.tasks.size;
    if (less < 0) best = { each, own };
  }
  return best?.each;
}

function placingOf({ name, constraints }: Service, { definition }: Version): Placing {
  return { definition, group: `service:${name}`, constraints };
}

function liveByService(cluster: Cluster): Map<Service, Task[]> {
  const groups = new Map<Service, Task[]>();
  for (const task of cluster.tasks.values()) {
    if (!task.service || !isLive(task)) continue;
    const group = groups.get(task.service);
    if (group) group.push(task);
    else groups.set(task.service, [task]);
  }
  return groups;
}
