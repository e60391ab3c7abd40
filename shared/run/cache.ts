import type { Hook } from "../model/hooks.ts";
import type { Interruption } from "../model/interruption.ts";
import type { LoadBalancer } from "../model/load-balancer.ts";
import type { ListedCluster, Service, TaskDefinition, TaskProtection } from "../model/tasks.ts";

/** Answers of one kind, by what was asked. Each question is asked once, and again if it failed. */
export class Answers<T> {
  readonly #known = new Map<string, T>();

  has(key: string): boolean {
    return this.#known.has(key);
  }

  /** The known answer. Undefined if there is none. */
  peek(key: string): T | undefined {
    return this.#known.get(key);
  }

  set(key: string, answer: T): void {
    this.#known.set(key, answer);
  }

  /** The answer. It is only asked for the first time. If `ask` rejects, so does this, and the next call asks again. */
  async get(key: string, ask: () => Promise<T>): Promise<T> {
    if (!this.has(key)) this.#known.set(key, await ask());
    return this.#known.get(key) as T;
  }
}

/** What a run asks AWS once, since it does not change while the run lasts. */
export class Cache {
  /** Load balancers by kind and the name or id that they were asked for; undefined is one that does not exist. */
  readonly loadBalancers = new Answers<LoadBalancer | undefined>();
  /** The deregistration delays of load balancers, by kind and id, in milliseconds; undefined where it is not known. */
  readonly deregistrationDelays = new Answers<number | undefined>();
  /** Services by cluster and name, and when they were asked for, in milliseconds since 1970; undefined is one that does not exist. */
  readonly services = new Answers<{ readonly service: Service | undefined; readonly at: number }>();
  /** All clusters of the account, under one key. */
  readonly clusters = new Answers<readonly ListedCluster[]>();
  /** Protected tasks by ARN; undefined is one that is not protected. */
  readonly protections = new Answers<TaskProtection | undefined>();
  /** Task definitions by ARN. */
  readonly definitions = new Answers<TaskDefinition>();
  /** How long targets may drain, by load balancer's kind and id, in milliseconds; undefined where it is not known. */
  readonly drainLimits = new Answers<number | undefined>();
  /** Whether ECS itself drains the instances of a cluster. */
  readonly managedDraining = new Answers<boolean>();
  /** The terminating hooks of groups, and when they were asked for, in milliseconds since 1970. */
  readonly hooks = new Answers<{ readonly hooks: readonly Hook[]; readonly at: number }>();
  /**
   * When the activities began that take instances of groups out of service, and when that was asked for. In milliseconds since
   * 1970.
   */
  readonly terminating = new Answers<{ readonly starts: ReadonlyMap<string, number>; readonly at: number }>();
  /** The Spot requests of instances that EC2 takes back, by instance. */
  readonly interruptions = new Answers<Interruption>();
  /** Whether groups keep instances whose hook ends with ABANDON. */
  readonly retaining = new Answers<boolean>();
}
