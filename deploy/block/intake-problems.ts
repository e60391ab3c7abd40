import { quote } from "../../shared/base/validation-problems.ts";
import { groupNamesOf, groupTagOf } from "./inputs.ts";
import { lifecycleEventPatternOf } from "./intake.ts";
import { figure, isKeys, listed, twice } from "./lists.ts";
import type { Block } from "./schema.ts";

/** EventBridge's limit for the pattern of a rule, in characters. */
const PATTERN = 2048;

type Written = Readonly<Record<string, unknown>>;

/** What is wrong with the topics and the rule that bring messages, beyond their own values. */
export function problemsOfIntake(written: Written, block: Block): string[] {
  const { lifecycle_events: events } = written;
  return [
    ...twice(listed(written, "topics")),
    ...(isKeys(events) ? problemsOfEvents(events as Written, block) : []),
  ];
}

function problemsOfEvents(events: Written, block: Block): string[] {
  const lists = ["hooks", "groups"].flatMap((key) => twice(listed(events, key, "lifecycle_events.")));
  return [...lists, ...problemsOfGroups(events, block), ...problemsOfPattern(block)];
}

// The roles may complete the lifecycle actions of the block's groups alone.
function problemsOfGroups({ groups }: Written, block: Block): string[] {
  if (!Array.isArray(groups) || groupTagOf(block) !== undefined) return [];
  const known = groupNamesOf(block);
  return groups.flatMap((group, n) =>
    known.includes(group)
      ? []
      : [
          `lifecycle_events.groups[${n}]: expected a group that the block names, found ${quote(group)}; name it in more_auto_scaling_groups too`,
        ],
  );
}

function problemsOfPattern(block: Block): string[] {
  if (block.lifecycle_events === undefined) return [];
  const { length } = JSON.stringify(lifecycleEventPatternOf(block));
  return length <= PATTERN
    ? []
    : [
        `lifecycle_events: expected a pattern of at most ${figure(PATTERN)} characters as JSON, which is all that EventBridge takes, found ${figure(length)}; list in lifecycle_events.groups only those with such a hook`,
      ];
}
