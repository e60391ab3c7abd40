import type { Past } from "../kernel/past.ts";

type Bucket = {
  readonly name: string;
  readonly covers: RegExp;
  readonly burst: number;
  readonly perSecond: number;
};

/** Changes of load balancers that ELB counts as resource-intensive. */
const INTENSIVE = "(Create|Delete)LoadBalancer$";

/**
 * AWS's token buckets per account and Region (Amazon ECS API Reference, "Request throttling"; Elastic Load Balancing,
 * "API throttling"; Amazon EC2 Developer Guide, "Request throttling"). Auto Scaling does not publish its numbers: 100 and
 * 10 are an assumption.
 */
const AUTO_SCALING = "autoscaling";
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
  {
    name: "ecs task definition read",
    covers: /^ecs:DescribeTaskDefinition$/,
    burst: 50,
    perSecond: 20,
  },
  {
    name: "ecs task definition modify",
    covers: /^ecs:RegisterTaskDefinition$/,
    burst: 20,
    perSecond: 1,
  },
  {
    name: "ecs service read",
    covers:
      /^ecs:(DescribeServices|ListServices|DescribeServiceRevisions|DescribeServiceDeployments|ListServiceDeployments|DescribeTaskSets)$/,
    burst: 100,
    perSecond: 20,
  },
  {
    name: "ecs service modify",
    covers:
      /^ecs:(CreateService|UpdateService|DeleteService|CreateTaskSet|UpdateTaskSet|DeleteTaskSet|UpdateServicePrimaryTaskSet)$/,
    burst: 50,
    perSecond: 5,
  },
  {
    name: "ecs task protection",
    covers: /^ecs:(GetTaskProtection|UpdateTaskProtection)$/,
    burst: 200,
    perSecond: 80,
  },
  {
    name: "ecs capacity providers",
    covers: /^ecs:DescribeCapacityProviders$/,
    burst: 50,
    perSecond: 20,
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
  ...elbChanges("elb"),
  ...elbChanges("elbv2"),
  { name: "elb and elbv2 together", covers: /^elb(v2)?:/, burst: 40, perSecond: 10 },
  {
    name: "ec2 non-mutating",
    covers: /^ec2:Describe(Instances|NetworkInterfaces|SpotInstanceRequests)$/,
    burst: 100,
    perSecond: 20,
  },
  { name: "ec2 describe status", covers: /^ec2:DescribeInstanceStatus$/, burst: 100, perSecond: 20 },
  { name: "ec2 terminate", covers: /^ec2:TerminateInstances$/, burst: 100, perSecond: 5 },
  { name: "ec2 mutating", covers: /^ec2:(Start|Stop)Instances$/, burst: 50, perSecond: 5 },
  { name: AUTO_SCALING, covers: /^autoscaling:/, burst: 100, perSecond: 10 },
];

// Each version of the API has its own buckets. Changes of whole load balancers are the costly ones.
function elbChanges(version: "elb" | "elbv2"): Bucket[] {
  return [
    {
      name: `${version} intensive`,
      covers: new RegExp(`^${version}:${INTENSIVE}`),
      burst: 10,
      perSecond: 0.2,
    },
    {
      name: `${version} mutating`,
      covers: new RegExp(`^${version}:(?!Describe|Register|Deregister|${INTENSIVE})`),
      burst: 20,
      perSecond: 3,
    },
  ];
}

/** Calls of others in the account: of which actions, how many a second, and until when in milliseconds since 1970. */
export type OtherCalls = {
  readonly covers: (action: string) => boolean;
  readonly perSecond: number;
  readonly until: number;
};

/** How the account's buckets differ from those that AWS documents. */
export type BucketOptions = {
  /** The assumed size of Auto Scaling's bucket. */
  readonly autoScaling?: { readonly burst: number; readonly perSecond: number };
  /** The part of each bucket that others leave, 0 to 1. */
  readonly share?: number;
};

/** How full the account's buckets are. All are full at first. */
export class TokenBuckets implements Past {
  readonly #buckets: readonly Bucket[];
  readonly #levels = new Map<string, { tokens: number; at: number }>();
  #others: OtherCalls[] = [];

  constructor({ autoScaling, share = 1 }: BucketOptions = {}) {
    this.#buckets = BUCKETS.map((bucket) => {
      const { burst, perSecond } = bucket.name === AUTO_SCALING && autoScaling ? autoScaling : bucket;
      return { ...bucket, burst: burst * share, perSecond: perSecond * share };
    });
  }

  /** Lets others take tokens too. */
  share(others: OtherCalls): void {
    this.#others.push(others);
  }

  forget(before: number): void {
    this.#others = this.#others.filter(({ until }) => until >= before);
  }

  /** Takes a token for a call out of each bucket that covers it. Returns false, and takes none, if one of them is empty. */
  take(action: string, now: number): boolean {
    const others = this.#others
      .filter(({ covers, until }) => now < until && covers(action))
      .reduce((sum, { perSecond }) => sum + perSecond, 0);
    const levels = this.#buckets
      .filter(({ covers }) => covers.test(action))
      .map((bucket) => this.#level(bucket, others, now));
    if (levels.some(({ tokens }) => tokens < 1)) return false;
    for (const level of levels) level.tokens -= 1;
    return true;
  }

  // With the calls of others, a bucket fills more slowly, or empties by itself.
  #level(bucket: Bucket, others: number, now: number): { tokens: number; at: number } {
    const level = this.#levels.get(bucket.name) ?? { tokens: bucket.burst, at: now };
    const filled = level.tokens + ((now - level.at) / 1000) * (bucket.perSecond - others);
    level.tokens = Math.max(0, Math.min(bucket.burst, filled));
    level.at = now;
    this.#levels.set(bucket.name, level);
    return level;
  }
}
