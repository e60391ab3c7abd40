import type { Ground } from "../../kernel/ground.ts";
import { type Cluster, idOf, type Service, type Task } from "./model.ts";
import { isSchedulable, type Obstacle, type Placing, whyNotPlaced } from "./placement.ts";

/** The event about what prevents a task is repeated at most this often. */
const AGAIN_MS = 300_000;
/** DescribeServices shows the latest hundred. */
const KEPT = 100;

/** What is wrong with an instance, in AWS's words. Those for constraints are an assumption. */
const WRONG: Record<Obstacle, string> = {
  port: "is already using a port required by your task",
  address: 'encountered error "RESOURCE:ENI"',
  cpu: "has insufficient CPU units available",
  memory: "has insufficient memory available",
  slots: "has insufficient memory available",
  memberOf: 'encountered error "MemberOf placement constraint unsatisfied."',
  distinctInstance: 'encountered error "DistinctInstance placement constraint unsatisfied."',
};
/** As what it is counted that a task could not be placed. */
const FIRINGS: Partial<Record<Obstacle, string>> = {
  cpu: "no room: CPU or memory",
  memory: "no room: CPU or memory",
  memberOf: "no room: constraints",
  distinctInstance: "no room: constraints",
};

/** The service events, in AWS's words (Amazon ECS Developer Guide, "Amazon ECS service event messages"). */
export class ServiceEvents {
  readonly #world: Ground;

  constructor(world: Ground) {
    this.#world = world;
  }

  started(service: Service, tasks: readonly Task[]): void {
    if (tasks.length > 0) this.#tell(service, `has started ${tasks.length} tasks: ${named(tasks)}.`);
  }

  stopped(service: Service, tasks: readonly Task[]): void {
    if (tasks.length === 0) return;
    this.#tell(service, `has stopped ${tasks.length} running tasks: ${named(tasks)}.`);
    if (tasks.some(({ version }) => version && version.loadBalancers.length > 0))
      this.#tell(service, `has begun draining connections on ${tasks.length} tasks.`);
  }

  steady(service: Service): void {
    this.#tell(service, "has reached a steady state.");
  }

  /** A task is stopped because its targets fail their health checks. */
  unhealthy(service: Service, task: Task): void {
    const [{ targetGroupArn } = { targetGroupArn: undefined }] = task.version?.loadBalancers ?? [];
    this.#tell(
      service,
      `(task ${idOf(task.arn)}) is unhealthy in (target-group ${targetGroupArn}) due to (reason Health checks failed).`,
    );
  }

  /** Neither a stop nor a start is possible within the minimum healthy and the maximum percent. */
  stalled(service: Service): void {
    this.#tellAtTimes(
      service,
      "was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.",
    );
  }

  /** There is no room for a task on any instance. The event names what is missing on the one that comes closest. */
  unplaced(cluster: Cluster, service: Service, placing: Placing): void {
    const { reason, obstacle } = reasonOf(cluster, placing);
    const isNews = this.#tellAtTimes(
      service,
      `was unable to place a task because no container instance met all of its requirements. ${reason} For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`,
    );
    const kind = obstacle && FIRINGS[obstacle];
    if (isNews && kind) this.#world.firings.count(kind);
  }

  // Returns whether it was told.
  #tellAtTimes(service: Service, what: string): boolean {
    const last = service.events.findLast(({ message }) => message === messageOf(service, what));
    if (last && this.#world.agenda.now - last.at < AGAIN_MS) return false;
    this.#tell(service, what);
    return true;
  }

  #tell(service: Service, what: string): void {
    const { agenda, random } = this.#world;
    const message = messageOf(service, what);
    service.events.push({ id: random("arns").uuid(), at: agenda.now, message });
    service.events.splice(0, service.events.length - KEPT);
  }
}

function messageOf({ name }: Service, what: string): string {
  return `(service ${name}) ${what}`;
}

function reasonOf(
  cluster: Cluster,
  placing: Placing,
): { readonly reason: string; readonly obstacle?: Obstacle | undefined } {
  const active = [...cluster.containerInstances.values()].filter((each) => each.status.latest === "ACTIVE");
  const closest = active.find(isSchedulable) ?? active[0];
  if (!closest) return { reason: "Reason: No Container Instances were found in your cluster." };
  const obstacle = closest.agentConnected.latest ? whyNotPlaced(cluster, closest, placing) : undefined;
  const what = closest.agentConnected.latest ? WRONG[obstacle ?? "memory"] : 'encountered error "AGENT"';
  return { reason: `The closest matching (container-instance ${idOf(closest.arn)}) ${what}.`, obstacle };
}

function named(tasks: readonly Task[]): string {
  return tasks.map((task) => `(task ${idOf(task.arn)})`).join(" ");
}
