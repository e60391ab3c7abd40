import type { Random } from "./random.ts";
import { AwsError } from "./wire/errors.ts";
import type { Service } from "./wire/operation.ts";

/** What goes wrong with a call: refused by IAM, throttled, or failed inside AWS. */
export type FaultKind = "deny" | "throttle" | "fail";

/** Something that goes wrong for a while. */
export type Fault = {
  readonly kind: FaultKind;
  /** Actions such as `ecs:ListTasks`, with `*` for any part of a name: `ecs:*`, `*`. */
  readonly actions: readonly string[];
  /** How likely it is for each call, 0 to 1. */
  readonly probability: number;
  /** Until when, in milliseconds since 1970. */
  readonly until: number;
};

type Bucket = {
  readonly name: string;
  readonly covers: RegExp;
  readonly burst: number;
  readonly perSecond: number;
};

/**
 * AWS's token buckets per account and Region (Amazon ECS API Reference, "Request throttling"; Elastic Load Balancing,
 * "API throttling"). Auto Scaling does not publish its numbers: 100 and 10 are an assumption.
 */
const BUCKETS: readonly Bucket[] = [
  {
    name: "ecs cluster read",
    covers:
      /^ecs:(DescribeContainerInstances|DescribeTasks|ListAttributes|ListContainerInstances|ListTasks)$/,
    burst: 100,
    perSecond: 20,
  },
  {
    name: "ecs cluster modify",
    covers:
      /^ecs:(UpdateContainerInstancesState|StopTask|RunTask|StartTask|DeregisterContainerInstance|RegisterContainerInstance)$/,
    burst: 100,
    perSecond: 40,
  },
  { name: "ecs clusters", covers: /^ecs:(DescribeClusters|ListClusters)$/, burst: 50, perSecond: 20 },
  { name: "ecs service read", covers: /^ecs:(DescribeServices|ListServices)$/, burst: 100, perSecond: 20 },
  {
    name: "ecs service modify",
    covers: /^ecs:(CreateService|UpdateService|DeleteService)$/,
    burst: 50,
    perSecond: 5,
  },
  { name: "elb registration", covers: /^elb:(Register|Deregister)/, burst: 20, perSecond: 4 },
  { name: "elb describe", covers: /^elb:Describe/, burst: 200, perSecond: 50 },
  {
    name: "elbv2 registration",
    covers: /^elbv2:(RegisterTargets|DeregisterTargets)$/,
    burst: 20,
    perSecond: 4,
  },
  { name: "elbv2 describe", covers: /^elbv2:Describe/, burst: 200, perSecond: 50 },
  { name: "elb and elbv2 together", covers: /^elb(v2)?:/, burst: 40, perSecond: 10 },
  { name: "autoscaling", covers: /^autoscaling:/, burst: 100, perSecond: 10 },
];

const IAM_PREFIX: Record<string, string> = { elb: "elasticloadbalancing", elbv2: "elasticloadbalancing" };

/** What goes wrong with the calls to the simulated AWS; nothing, until it is told to. */
export class Faults {
  /** Whether AWS's token buckets hold. */
  throttling = false;
  readonly #random: Random;
  readonly #faults: Fault[] = [];
  readonly #fired = new Map<string, number>();
  readonly #levels = new Map<string, { tokens: number; at: number }>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** How often each kind of fault was really answered with; one that never fired proves nothing. */
  get fired(): ReadonlyMap<string, number> {
    return this.#fired;
  }

  add(fault: Fault): void {
    this.#faults.push(fault);
  }

  /** The error with which this call is answered instead, or undefined. */
  strike(service: Service, operation: string, now: number): AwsError | undefined {
    const action = `${service.name}:${operation}`;
    const fault = this.#faults.find(
      (each) =>
        now < each.until &&
        each.actions.some((pattern) => patternMatches(pattern, action)) &&
        this.#random.chance(each.probability),
    );
    const kind = fault?.kind ?? (this.throttling && !this.#takeTokens(action, now) ? "throttle" : undefined);
    if (!kind) return undefined;
    this.#fired.set(kind, (this.#fired.get(kind) ?? 0) + 1);
    return errorOf(kind, service, operation);
  }

  #takeTokens(action: string, now: number): boolean {
    const buckets = BUCKETS.filter(({ covers }) => covers.test(action)).map((bucket) => ({
      bucket,
      level: this.#level(bucket, now),
    }));
    if (buckets.some(({ level }) => level.tokens < 1)) return false;
    for (const { level } of buckets) level.tokens -= 1;
    return true;
  }

  #level(bucket: Bucket, now: number): { tokens: number; at: number } {
    const level = this.#levels.get(bucket.name) ?? { tokens: bucket.burst, at: now };
    level.tokens = Math.min(bucket.burst, level.tokens + ((now - level.at) / 1000) * bucket.perSecond);
    level.at = now;
    this.#levels.set(bucket.name, level);
    return level;
  }
}

/** Whether a fault's pattern means an action: `ecs:List*` means `ecs:ListTasks`. */
export function patternMatches(pattern: string, action: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`).test(action);
}

function errorOf(kind: FaultKind, service: Service, operation: string): AwsError {
  const { protocol } = service;
  switch (kind) {
    case "deny": {
      const action = `${IAM_PREFIX[service.name] ?? service.name}:${operation}`;
      const message = `User: arn:aws:sts::123456789012:assumed-role/drain/drain is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
      // SQS keeps the code and the status that it had when it spoke Query.
      return protocol.kind === "json" && !protocol.queryCompatible
        ? new AwsError("AccessDeniedException", message, 400)
        : new AwsError("AccessDenied", message, 403);
    }
    case "throttle":
      return new AwsError(
        protocol.kind === "json" ? "ThrottlingException" : "Throttling",
        "Rate exceeded",
        400,
      );
    case "fail":
      return new AwsError(
        "InternalFailure",
        "The request processing has failed because of an unknown error.",
        500,
      );
    default:
      return kind satisfies never;
  }
}
