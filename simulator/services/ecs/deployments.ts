import { arn } from "../../kernel/account.ts";
import type { EcsGround, Rollout, Service, ServiceLoadBalancer, Task, TaskSet, Version } from "./model.ts";

/** A version that is to run, and how many tasks of it. */
export type Wanted = { readonly version: Version; readonly count: number };

/** What a new version is made of. */
export type VersionGiven = Pick<Version, "definition" | "named">;

/** How far a deployment has come. */
export type Progress = {
  /** Whether a task is RUNNING and its targets are healthy. */
  readonly isHealthy: (task: Task) => boolean;
  /** Whether all that is wanted is there and healthy, and nothing else is left. */
  readonly isSteady: boolean;
};

/** As what a deployment beside the old tasks is counted. A rolling one is none. */
const FIRINGS: Record<Service["deployment"], string> = {
  rolling: "",
  blue_green: "blue/green of ECS",
  code_deploy: "task sets of CodeDeploy",
  external: "task sets of others",
};

/** Whether a service's deployments are made of task sets, by CodeDeploy or by somebody else. */
export function hasTaskSets({ deployment }: Pick<Service, "deployment">): boolean {
  return deployment === "code_deploy" || deployment === "external";
}

/** The versions of which the scheduler keeps tasks. All others' tasks are to go. */
export function wantedVersions(service: Service): Wanted[] {
  const { desiredCount, status, taskSets, version } = service;
  if (status !== "ACTIVE") return version ? [{ version, count: 0 }] : [];
  if (hasTaskSets(service)) {
    const live = taskSets.filter(({ isDraining }) => !isDraining);
    return live.map((each) => ({ version: each.version, count: countOf(service, each) }));
  }
  const { stage, from } = service.rollouts.at(-1) ?? {};
  const old = stage === "SCALE_UP" || stage === "BAKE_TIME" ? from : undefined;
  return [version, old].flatMap((each) => (each ? [{ version: each, count: desiredCount }] : []));
}

/** How many tasks a task set is to run. */
export function countOf({ desiredCount }: Service, { scale }: TaskSet): number {
  return Math.ceil((desiredCount * scale) / 100);
}

/** The ARN of a version as a service revision. Its id is that of the deployment. */
export function revisionArn({ cluster, name }: Service, { id }: Version): string {
  return arn("ecs", `service-revision/${cluster}/${name}/${id.slice(id.indexOf("/") + 1)}`);
}

/**
 * How services get new versions, and how these replace the old ones.
 *
 * With blue/green, the new version's tasks start in the second target group beside the old ones. When all of them are healthy,
 * the traffic shifts to them; after the bake time the old ones are stopped (Amazon ECS Developer Guide, "Amazon ECS blue/green
 * deployments"). CodeDeploy does the same with task sets, and so does the external controller that is simulated.
 */
export class Deployments {
  readonly #world: EcsGround;

  constructor(world: EcsGround) {
    this.#world = world;
  }

  /** Begins to replace a service's version by a new one. One that is under way ends with it. */
  begin(service: Service, given: VersionGiven): void {
    const { now } = this.#world.agenda;
    const last = service.rollouts.at(-1);
    const isUnderWay = last?.status === "IN_PROGRESS";
    const from = isUnderWay && last.stage === "SCALE_UP" ? last.from : service.version;
    if (isUnderWay) this.#end(service, last, "STOPPED");
    const to = this.makeVersion(service, given, from);
    const isBeside = service.deployment !== "rolling" && from !== undefined;
    if (isBeside) this.#world.firings.count(FIRINGS[service.deployment]);
    if (hasTaskSets(service)) this.addTaskSet(service, to, 100);
    if (!hasTaskSets(service) || !isBeside) service.version = to;
    const id = this.#world.random("arns").hex(21);
    service.rollouts.push({
      arn: arn("ecs", `service-deployment/${service.cluster}/${service.name}/${id}`),
      from,
      to,
      startedAt: now,
      stage: isBeside ? "SCALE_UP" : "CLEAN_UP",
      stageSince: now,
      status: "IN_PROGRESS",
      finishedAt: undefined,
    });
  }

  /** Makes a version. Its tasks use the target group of each pair that those of the version before it do not use. */
  makeVersion(service: Service, { definition, named }: VersionGiven, from: Version | undefined): Version {
    const taken = new Set(from?.loadBalancers.map(({ targetGroupArn }) => targetGroupArn));
    const version: Version = {
      id: `ecs-svc/${this.#world.random("arns").whole(1e9, 2e9)}`,
      createdAt: this.#world.agenda.now,
      definition,
      named,
      loadBalancers: named.map((each) => chosenOf(each, taken)),
      tasks: new Set(),
    };
    service.versions.push(version);
    return version;
  }

  addTaskSet(service: Service, version: Version, scale: number, externalId?: string): TaskSet {
    const id = version.id.slice(version.id.indexOf("/") + 1);
    const taskSet: TaskSet = {
      arn: arn("ecs", `task-set/${service.cluster}/${service.name}/ecs-svc/${id}`),
      version,
      externalId,
      scale,
      isDraining: false,
      updatedAt: this.#world.agenda.now,
    };
    service.taskSets.push(taskSet);
    return taskSet;
  }

  /**
   * Goes on with the deployment of a service, as far as its tasks allow it. Returns whether it must be looked at again.
   */
  advance(service: Service, { isHealthy, isSteady }: Progress): boolean {
    const { now } = this.#world.agenda;
    forgetTaskSets(service);
    const rollout = service.rollouts.at(-1);
    if (service.status !== "ACTIVE" || rollout?.status !== "IN_PROGRESS") return false;
    const isReady = () => [...rollout.to.tasks].filter(isHealthy).length >= service.desiredCount;
    if (rollout.stage === "SCALE_UP" && isReady()) {
      service.version = rollout.to;
      enter(rollout, "BAKE_TIME", now);
    } else if (rollout.stage === "BAKE_TIME" && now - rollout.stageSince >= service.bakeSeconds * 1000) {
      for (const each of service.taskSets) if (each.version !== rollout.to) each.isDraining = true;
      enter(rollout, "CLEAN_UP", now);
    } else if (rollout.stage === "CLEAN_UP") {
      if (isSteady) this.#end(service, rollout, "SUCCESSFUL");
      return false;
    }
    return true;
  }

  #end(service: Service, rollout: Rollout, status: "SUCCESSFUL" | "STOPPED"): void {
    rollout.status = status;
    rollout.finishedAt = this.#world.agenda.now;
    if (status === "SUCCESSFUL" || rollout.stage !== "SCALE_UP") return;
    for (const each of service.taskSets) if (each.version === rollout.to) each.isDraining = true;
  }
}

// A task set that was deleted is shown until its tasks have ended.
function forgetTaskSets({ taskSets }: Service): void {
  for (const each of [...taskSets])
    if (each.isDraining && each.version.tasks.size === 0) taskSets.splice(taskSets.indexOf(each), 1);
}

function enter(rollout: Rollout, stage: Rollout["stage"], now: number): void {
  rollout.stage = stage;
  rollout.stageSince = now;
}

function chosenOf(each: ServiceLoadBalancer, taken: ReadonlySet<string | undefined>): ServiceLoadBalancer {
  const { advancedConfiguration, ...chosen } = each;
  const other = advancedConfiguration?.alternateTargetGroupArn;
  return other !== undefined && taken.has(each.targetGroupArn)
    ? { ...chosen, targetGroupArn: other }
    : chosen;
}
