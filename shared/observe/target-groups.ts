import type { RegisteredTarget, TargetGroup } from "../aws/elbv2.ts";
import { forEachOf } from "../base/batches.ts";
import { contentOf, type Reading, reading } from "../run/reading.ts";
import type { Run } from "../run/run.ts";

/** Target groups by the name or ARN that they were asked for, and their targets by the group's ARN; undefined is one that is gone. */
export type TargetGroupReadings = {
  readonly resolved: ReadonlyMap<string, Reading<TargetGroup | undefined>>;
  readonly targets: ReadonlyMap<string, Reading<readonly RegisteredTarget[] | undefined>>;
};

/**
 * Reads target groups and their targets: one call a group and look, and once a run one more for a group that no message
 * knows. One that a message knows and that is gone is asked for again, since another may have got its name. Failures of AWS
 * are noted in the run; throws only what is a fault of ours.
 *
 * @param known what messages know, by name or ARN
 */
export async function readTargetGroups(
  run: Run,
  namesOrArns: ReadonlySet<string>,
  known: ReadonlyMap<string, TargetGroup>,
): Promise<TargetGroupReadings> {
  const resolved = new Map<string, Reading<TargetGroup | undefined>>();
  const targets = new Map<string, Reading<readonly RegisteredTarget[] | undefined>>();
  const readTargets = async () => {
    // A group may be named twice, by name and by ARN; it is asked once.
    const arns = new Set([...resolved.values()].flatMap((each) => contentOf(each)?.arn ?? []));
    await forEachOf(
      [...arns].filter((arn) => !targets.has(arn)),
      async (arn) => {
        targets.set(arn, await reading(run, () => run.ports.targetGroups.targets(arn)));
      },
    );
  };
  const describe = (nameOrArn: string) =>
    reading(run, () =>
      run.once(run.targetGroups, nameOrArn, () => run.ports.targetGroups.describe(nameOrArn)),
    );
  await forEachOf(namesOrArns, async (nameOrArn) => {
    const group = run.targetGroups.has(nameOrArn) ? undefined : known.get(nameOrArn);
    resolved.set(nameOrArn, group ? { value: group } : await describe(nameOrArn));
  });
  await readTargets();
  const outdated = [...resolved].filter(([nameOrArn, group]) => {
    const found = targets.get(contentOf(group)?.arn ?? "");
    return !run.targetGroups.has(nameOrArn) && found && "value" in found && found.value === undefined;
  });
  await forEachOf(outdated, async ([nameOrArn]) => {
    resolved.set(nameOrArn, await describe(nameOrArn));
  });
  await readTargets();
  return { resolved, targets };
}
