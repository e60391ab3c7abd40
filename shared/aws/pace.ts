import { OutOfTime } from "../base/errors.ts";

/** Waits until a call of an IAM action may be made. Without a limit it does not wait. Throws an OutOfTime. */
export type Pace = (action: string) => Promise<void>;

type Bucket = { readonly covers: RegExp; readonly burst: number; readonly perSecond: number };

/**
 * Half of each token bucket that a drain of many instances could empty. The other half is for the deployment that caused the
 * terminations (Amazon ECS API Reference, "Request throttling for the Amazon ECS API").
 */
const HALVES: readonly Bucket[] = [
  { covers: /^ecs:(DescribeClusters|ListClusters)$/, burst: 25, perSecond: 10 },
  {
    covers: /^ecs:(DescribeContainerInstances|DescribeTasks|ListContainerInstances|ListTasks)$/,
    burst: 50,
    perSecond: 10,
  },
  {
    covers: /^ecs:(UpdateContainerInstancesState|StopTask|DeregisterContainerInstance)$/,
    burst: 50,
    perSecond: 20,
  },
];

/**
 * How many calls of discovery each function makes a second, to Elastic Load Balancing: two and three at the most, five together.
 * It is a little less, since some calls take longer to arrive than others. Its account's bucket takes
 * ten, all of the account's calls together (Elastic Load Balancing, "API throttling"). With an event source mapping, three runs
 * of deregister may go on at once: the mapping's two, and the schedule's.
 */
export const DISCOVERIES_A_SECOND = { deregister: 1.8, mapped: 0.6, terminate: 2.75 } as const;

/** The pace of discovery: one call after the other, evenly. */
export function discoveryBuckets(perSecond: number): readonly Bucket[] {
  return [{ covers: /^elasticloadbalancing:/, burst: 1, perSecond }];
}

/**
 * The pace of one run: its calls stay within half of AWS's buckets, and wait beyond that.
 *
 * @param until when the calls must be over, in milliseconds since 1970: no call is made after that
 */
export function createPace(
  now: () => number,
  sleep: (milliseconds: number) => Promise<void>,
  until: number,
  buckets = HALVES,
): Pace {
  const levels = buckets.map((bucket) => ({ ...bucket, tokens: bucket.burst, at: now() }));
  return async (action) => {
    const level = levels.find(({ covers }) => covers.test(action));
    if (!level) return;
    const at = now();
    level.tokens = Math.min(level.burst, level.tokens + ((at - level.at) / 1_000) * level.perSecond);
    level.at = at;
    // Fewer than none are left while others wait: they go first.
    const wait = Math.max(0, ((1 - level.tokens) / level.perSecond) * 1_000);
    if (at + wait >= until) throw new OutOfTime(action);
    level.tokens -= 1;
    if (wait > 0) await sleep(wait);
  };
}
