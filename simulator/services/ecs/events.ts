import type { Ground } from "../../kernel/ground.ts";
import {
  type Cluster,
  type ContainerInstance,
  idOf,
  type Service,
  type Task,
  type TaskDefinition,
} from "./model.ts";
import { isSchedulable, whyNotPlaced } from "./placement.ts";

/** The event about what prevents a task is repeated at most this often. */
const AGAIN_MS = 300_000;
/** DescribeServices shows the latest hundred. */
const KEPT = 100;

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

  /** Neither a stop nor a start is possible within the minimum healthy and the maximum percent. */
  stalled(service: Service): void {
    this.#tellAtTimes(
      service,
      "was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.",
    );
  }

  /** There is no room for a task on any instance. The event names what is missing on the one that comes closest. */
  unplaced(cluster: Cluster, service: Service, definition: TaskDefinition): void {
    this.#tellAtTimes(
      service,
      `was unable to place a task because no container instance met all of its requirements. ${reasonOf(cluster, definition)} For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`,
    );
  }

  #tellAtTimes(service: Service, what: string): void {
    const last = service.events.findLast(({ message }) => message === messageOf(service, what));
    if (!last || this.#world.agenda.now - last.at >= AGAIN_MS) this.#tell(service, what);
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

function reasonOf(cluster: Cluster, definition: TaskDefinition): string {
  const active = [...cluster.containerInstances.values()].filter((each) => each.status.latest === "ACTIVE");
  const closest = active.find(isSchedulable) ?? active[0];
  if (!closest) return "Reason: No Container Instances were found in your cluster.";
  return `The closest matching (container-instance ${idOf(closest.arn)}) ${whatIsWrong(cluster, closest, definition)}.`;
}

function whatIsWrong(cluster: Cluster, closest: ContainerInstance, definition: TaskDefinition): string {
  if (!closest.agentConnected.latest) return 'encountered error "AGENT"';
  switch (whyNotPlaced(cluster, closest, definition)) {
    case "port":
      return "is already using a port required by your task";
    case "address":
      return 'encountered error "RESOURCE:ENI"';
    default:
      return "has insufficient memory available";
  }
}

function named(tasks: readonly Task[]): string {
  return tasks.map((task) => `(task ${idOf(task.arn)})`).join(" ");
}
