import type { Actor } from "../../kernel/story.ts";
import { AwsError } from "../../wire/errors.ts";
import { type Instance, isAlive } from "../ec2/instances.ts";
import { type Cluster, type ContainerInstance, countUp, type EcsGround } from "./model.ts";
import type { TaskLife } from "./task-life.ts";

/** ECS notices that an instance has ended after this long, when its agent was connected. */
const NOTICE_END_MS = 5_000;

/** Called for container instances that are deregistered, and for those whose agent connects or disconnects. */
type AgentListeners = {
  readonly deregistered: (containerInstance: ContainerInstance, by: Actor) => void;
  readonly connection: (containerInstance: ContainerInstance) => void;
};

/** The connections between ECS and the agents on the instances, and how container instances end. */
export class Agents {
  readonly #world: EcsGround;
  readonly #tasks: TaskLife;
  readonly #clusters: ReadonlyMap<string, Cluster>;
  readonly #on: AgentListeners;

  constructor(world: EcsGround, tasks: TaskLife, clusters: ReadonlyMap<string, Cluster>, on: AgentListeners) {
    this.#world = world;
    this.#tasks = tasks;
    this.#clusters = clusters;
    this.#on = on;
    world.instances.onEnd((instance) => this.#ended(instance));
    world.instances.onHalt(({ id }) => this.halt(id));
  }

  /** The agent of an instance disconnects: what ECS shows of its tasks stays as it is, and what ECS asks for waits. */
  disconnect(instanceId: string): void {
    for (const each of this.#registered(instanceId)) this.#setConnected(each, false);
  }

  /** The agent of an instance hangs: it stays connected, and neither does nor tells anything until it is restarted. */
  hang(instanceId: string): void {
    for (const each of this.#registered(instanceId)) {
      each.isHung = true;
      this.#world.firings.count("agents that hang");
    }
  }

  /** An agent that hangs is restarted, and both catch up. */
  restart(instanceId: string): void {
    for (const each of this.#registered(instanceId)) {
      if (!each.isHung) continue;
      each.isHung = false;
      if (each.agentConnected.latest) for (const hear of each.unheard.splice(0)) hear();
    }
  }

  /**
   * All containers on an instance end, and its agent with them, as when it is stopped or gets a new root volume. ECS learns
   * of it when the agent is up again.
   */
  halt(instanceId: string): void {
    for (const each of this.#all(instanceId)) {
      this.#setConnected(each, false);
      for (const task of [...each.tasks, ...each.orphans]) this.#tasks.hostHalted(task);
    }
  }

  /**
   * The agent connects again, and both catch up. The agent of an instance that has ended or is stopped does not, nor one
   * that has a new container instance by now.
   */
  reconnect(instanceId: string): void {
    const instance = this.#world.instances.get(instanceId);
    if (!instance || !isAlive(instance)) return;
    const registered = this.#registered(instanceId);
    for (const [i, each] of registered.entries()) {
      const isLeftBehind = registered.slice(i + 1).some(({ cluster }) => cluster === each.cluster);
      if (isLeftBehind || each.agentConnected.latest) continue;
      this.#setConnected(each, true);
      each.isHung = false;
      for (const hear of each.unheard.splice(0)) hear();
    }
  }

  /** DeregisterContainerInstance. Throws InvalidParameterException while tasks run on it, unless by force. */
  deregister(containerInstance: ContainerInstance, force: boolean, by: Actor): void {
    if (containerInstance.status.latest === "INACTIVE") return;
    const running = [...containerInstance.tasks];
    if (running.length > 0 && !force)
      throw new AwsError("InvalidParameterException", "Found running tasks on the instance.");
    this.#inactivate(containerInstance, by);
    for (const task of running) this.#tasks.orphan(task);
  }

  // Containers end with the instance. ECS learns of it only if the agent was connected: then it deregisters the container
  // instance. Otherwise everything stays as it last was.
  #ended({ id }: Instance): void {
    for (const each of this.#all(id)) {
      const wasConnected = each.agentConnected.latest;
      each.agentConnected.set(this.#world.agenda.now, false);
      for (const task of [...each.tasks, ...each.orphans]) this.#tasks.hostEnded(task);
      if (wasConnected) this.#world.agenda.in(NOTICE_END_MS, () => this.#notice(each));
    }
  }

  #notice(containerInstance: ContainerInstance): void {
    if (containerInstance.status.latest === "INACTIVE") return;
    this.#inactivate(containerInstance, "ecs");
    for (const task of containerInstance.tasks) {
      this.#tasks.kill(task, `Host EC2 (instance ${containerInstance.instanceId}) terminated.`);
    }
  }

  #inactivate(containerInstance: ContainerInstance, by: Actor): void {
    containerInstance.agentConnected.set(this.#world.agenda.now, false);
    containerInstance.status.set(this.#world.agenda.now, "INACTIVE");
    countUp(containerInstance, this.#world.agenda.now);
    this.#on.deregistered(containerInstance, by);
  }

  #setConnected(containerInstance: ContainerInstance, connected: boolean): void {
    if (containerInstance.agentConnected.latest === connected) return;
    const { agenda, story } = this.#world;
    containerInstance.agentConnected.set(agenda.now, connected);
    countUp(containerInstance, agenda.now);
    const { instanceId, cluster } = containerInstance;
    story.tell(agenda.now, { kind: "agent", instanceId, cluster, connected });
    this.#on.connection(containerInstance);
  }

  #registered(instanceId: string): ContainerInstance[] {
    return this.#all(instanceId).filter((each) => each.status.latest !== "INACTIVE");
  }

  #all(instanceId: string): ContainerInstance[] {
    return [...this.#clusters.values()].flatMap(({ containerInstances }) =>
      [...containerInstances.values()].filter((each) => each.instanceId === instanceId),
    );
  }
}
