import type { AutoScalingPort } from "../../shared/aws/autoscaling.ts";
import type { EcsPort } from "../../shared/aws/ecs.ts";
import { isRead } from "../../shared/base/errors.ts";
import type { Log } from "../../shared/base/log.ts";
import {
  type GroupWithInstances,
  isOurs,
  type LifecycleAction,
  type OurHooks,
} from "../../shared/model/hooks.ts";
import { situationOf } from "../../shared/model/lifecycle-state.ts";
import type { Task } from "../../shared/model/tasks.ts";
import type { Ports } from "../../shared/run/ports.ts";
import type { OwnPlace } from "./own-task.ts";

/** What stands for the service of an own task that has none: a task of a service is never stopped as a standalone one may be. */
const NO_SERVICE = "asg-drain-run";

type Instances = GroupWithInstances["instances"];

/**
 * Has the instance that this process runs on drained last, and without waiting for this process. It stands between a run and AWS:
 *
 * - While another instance of the groups is held, a sweep does not see the own one. Its hook is prolonged.
 * - After that it is drained as any other, and the own task counts as stopped. If another instance is held meanwhile, the own task
 *   counts as what it is, and so holds the instance until the other is done.
 *
 * What it knows is from the lists that sweeps read, so a process that is started again knows the same after one run.
 */
export class OwnInstanceLast {
  readonly #own: OwnPlace;
  readonly #ours: OurHooks;
  /** The others that were held, by the list that showed them: in the run before, and in this one. */
  #before: ReadonlyMap<string, readonly string[]> | undefined;
  #now = new Map<string, readonly string[]>();
  /** The instances whose actions of ours are over. Another hook may still hold them. */
  readonly #over = new Set<string>();
  #waits = false;

  /** @param ours the hooks that are prolonged while the own instance waits */
  constructor(own: OwnPlace, ours: OurHooks) {
    this.#own = own;
    this.#ours = ours;
  }

  /** Whether the own instance waits for others. */
  get waits(): boolean {
    return this.#waits;
  }

  /** Call it before each run: what the run before saw then counts for this one. */
  beginRun(): void {
    if (this.#now.size > 0) this.#before = this.#now;
    this.#now = new Map();
    this.#waits = false;
  }

  /** The ports of a run that has the own instance last. */
  portsOf(ports: Ports, dryRun: boolean): Ports {
    return {
      ...ports,
      autoScaling: this.#autoScalingOf(ports.autoScaling, ports.log, dryRun),
      ecs: this.#ecsOf(ports.ecs),
    };
  }

  // The others are done: neither the run before nor this one has seen one that is held. Nobody knows before the first run.
  get #isLast(): boolean {
    if (this.#before === undefined) return false;
    return [...this.#before.values(), ...this.#now.values()].flat().every((id) => this.#over.has(id));
  }

  #autoScalingOf(port: AutoScalingPort, log: Log, dryRun: boolean): AutoScalingPort {
    const noted = async <Became extends "completed" | "recorded" | "no such action">(
      { instanceId }: LifecycleAction,
      answer: Promise<Became>,
    ): Promise<Became> => {
      const became = await answer;
      if (became === "recorded") this.#over.delete(instanceId);
      else this.#over.add(instanceId);
      return became;
    };
    const seen = async (list: string, group: string, instances: Instances) => {
      const shown = this.#shown(list, instances);
      if (shown.length < instances.length) await this.#prolong(port, group, log, dryRun);
      return shown;
    };
    return {
      ...port,
      groups: async (which) => {
        const groups = await port.groups(which);
        for (const { name, instances } of groups) this.#look(name, instances);
        return Promise.all(
          groups.map(async (each) => ({
            ...each,
            instances: await seen(each.name, each.name, each.instances),
          })),
        );
      },
      warmPool: async (group) => seen(`warm pool of ${group}`, group, await port.warmPool(group)),
      complete: (action, result) => noted(action, port.complete(action, result)),
      heartbeat: (action) => noted(action, port.heartbeat(action)),
    };
  }

  #look(list: string, instances: Instances): void {
    const held = instances.filter(
      ({ instanceId, state }) => instanceId !== this.#own.instanceId && isLeaving(state),
    );
    this.#now.set(
      list,
      held.map(({ instanceId }) => instanceId),
    );
  }

  // The instances of a list without the own one, if that has to wait.
  #shown(list: string, instances: Instances): Instances {
    this.#look(list, instances);
    const own = instances.find(({ instanceId }) => instanceId === this.#own.instanceId);
    if (own === undefined || situationOf(own.state) !== "held" || this.#isLast) return instances;
    return instances.filter((each) => each !== own);
  }

  // Nobody else does while it waits. A heartbeat that fails is tried again with the next run.
  async #prolong(port: AutoScalingPort, group: string, log: Log, dryRun: boolean): Promise<void> {
    this.#waits = true;
    const { instanceId } = this.#own;
    const about = { instance_id: instanceId, auto_scaling_group: group };
    log.info("own instance waits", {
      ...about,
      reason: "this task runs on it, and other instances are held",
    });
    if (dryRun) return;
    try {
      const hooks = (await port.terminatingHooks(group)).filter((each) => isOurs(each, this.#ours));
      for (const hook of hooks)
        await port.heartbeat({ group, hook: hook.name, instanceId, token: undefined });
    } catch (error) {
      log.warn("own instance waits", {
        ...about,
        reason: `its hook was not prolonged: ${(error as Error).message}`,
      });
    }
  }

  #ecsOf(port: EcsPort): EcsPort {
    const { arn, containerInstance } = this.#own;
    return {
      ...port,
      describeTasks: async (cluster, arns) =>
        (await port.describeTasks(cluster, arns)).map((each) =>
          isRead(each) && each.arn === arn ? this.#counted(each) : each,
        ),
      services: (cluster, names) =>
        port.services(
          cluster,
          names.filter((each) => each !== NO_SERVICE),
        ),
      // With this task on it, ECS refuses. It forgets the container instance once the instance is terminated.
      deregister: async (cluster, which, force) => {
        if (which !== containerInstance) await port.deregister(cluster, which, force);
      },
    };
  }

  #counted(task: Task): Task {
    if (!this.#isLast) return { ...task, service: task.service ?? NO_SERVICE };
    return { ...task, status: "STOPPED", shouldRun: false };
  }
}

function isLeaving(state: string): boolean {
  return ["held", "soon"].includes(situationOf(state));
}
