import { arn } from "../../kernel/account.ts";
import type { Ground } from "../../kernel/ground.ts";

/** An ECS service whose desired count Application Auto Scaling may set between two bounds. */
export type ScalableTarget = {
  /** `service/CLUSTER/NAME`. */
  readonly resourceId: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly createdAt: number;
  minCapacity: number;
  maxCapacity: number;
};

const ROLE =
  "arn:aws:iam::123456789012:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService";

/** All the account's scalable targets, by resource id. They have no policies, so nothing ever scales by itself. */
export class ScalableTargets {
  readonly #world: Ground;
  readonly #byId = new Map<string, ScalableTarget>();

  constructor(world: Ground) {
    this.#world = world;
  }

  get all(): readonly ScalableTarget[] {
    return [...this.#byId.values()];
  }

  find(resourceId: string): ScalableTarget | undefined {
    return this.#byId.get(resourceId);
  }

  /** Registers a service, or changes its bounds. */
  register(resourceId: string, minCapacity: number, maxCapacity: number, roleArn = ROLE): ScalableTarget {
    const known = this.#byId.get(resourceId);
    if (known) return Object.assign(known, { minCapacity, maxCapacity });
    const { agenda, random } = this.#world;
    const target: ScalableTarget = {
      resourceId,
      arn: arn("application-autoscaling", `scalable-target/${random("arns").hex(32)}`),
      roleArn,
      createdAt: agenda.now,
      minCapacity,
      maxCapacity,
    };
    this.#byId.set(resourceId, target);
    return target;
  }

  /** Forgets a target; false when there was none. */
  deregister(resourceId: string): boolean {
    return this.#byId.delete(resourceId);
  }
}
