import type { InvocationRecord } from "../../simulator/cloud/lambda.ts";
import type { RecordedCall, Simulation } from "../../simulator/cloud/simulation.ts";
import { knownUntil } from "../../simulator/judge/permits.ts";
import type { StoryLine } from "../../simulator/kernel/story.ts";

/** What happened while a run was under way: the story, and the calls with what they were asked. */
export type Meanwhile = Pick<Simulation, "calls" | "readLag"> & {
  readonly world: { readonly story: { readonly lines: readonly StoryLine[] } };
};

type Left = Extract<StoryLine, { kind: "container-instance" }>;

/** What a run of the version before says of a container instance that had left its cluster before the call that was to change it. */
const LEFT = /(?:DRAINING|ACTIVE) in (\S+) of (i-[0-9a-f]+): INACTIVE(?: \(\d+ times\))?$/;

/**
 * Whether a failure of a run names nothing but a container instance that left its cluster after the run had read it, and before the
 * run's call. Nobody can know of that, and the call is what tells. This version says nothing of it, so it is the one before that did.
 */
export function isOvertaken(failure: string, run: InvocationRecord, meanwhile: Meanwhile): boolean {
  const [, cluster, instanceId] = LEFT.exec(failure) ?? [];
  return meanwhile.world.story.lines.some(
    (line) =>
      line.kind === "container-instance" &&
      line.status === "INACTIVE" &&
      line.cluster === cluster &&
      line.instanceId === instanceId &&
      isBetweenReadAndCall(line, run, meanwhile),
  );
}

function isBetweenReadAndCall(
  { arn, at }: Left,
  { name, startedAt, endedAt }: InvocationRecord,
  { calls, readLag }: Meanwhile,
): boolean {
  const about = (action: string) =>
    calls.filter(
      (each) =>
        each.caller === name &&
        each.action === `ecs:${action}` &&
        each.at >= startedAt &&
        each.at <= endedAt &&
        containerInstancesOf(each).includes(arn),
    );
  const reads = about("DescribeContainerInstances");
  return about("UpdateContainerInstancesState").some((call) => {
    const read = reads.findLast((each) => each.at <= call.at);
    return read !== undefined && knownUntil(read.at, readLag) < at && at <= call.at;
  });
}

function containerInstancesOf({ input }: RecordedCall): readonly unknown[] {
  if (typeof input !== "object" || input === null || !("containerInstances" in input)) return [];
  return Array.isArray(input.containerInstances) ? input.containerInstances : [];
}
