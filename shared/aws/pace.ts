/** Waits until a call of an IAM action may be made; not at all where nothing limits it. */
export type Pace = (action: string) => Promise<void>;

type Bucket = { readonly covers: RegExp; readonly burst: number; readonly perSecond: number };

/**
 * Half of the token buckets that a drain of many instances could empty by itself (Amazon ECS API Reference, "Request
 * throttling for the Amazon ECS API"): the other half is for the deployment that took the instances away.
 */
const HALVES: readonly Bucket[] = [
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

/** The pace of one run: its calls stay within half of AWS's buckets, and wait their turn beyond. */
export function createPace(now: () => number, sleep: (milliseconds: number) => Promise<void>): Pace {
  const levels = HALVES.map((bucket) => ({ ...bucket, tokens: bucket.burst, at: now() }));
  return async (action) => {
    const level = levels.find(({ covers }) => covers.test(action));
    if (!level) return;
    const at = now();
    level.tokens = Math.min(level.burst, level.tokens + ((at - level.at) / 1_000) * level.perSecond) - 1;
    level.at = at;
    // Less than none: those that wait already have theirs first.
    if (level.tokens < 0) await sleep((-level.tokens / level.perSecond) * 1_000);
  };
}
