import type { Fields } from "../base/log.ts";
import { type Blocker, type EventName, unreadOf } from "../model/blocker.ts";
import type { InstanceState } from "../model/instance-state.ts";

const EVENTS: Readonly<Record<EventName, string>> = {
  "second absence": "a second read: no Auto Scaling group knows the instance",
  effect: "what was just done to take effect",
  "later read": "a later read: nothing is left, but reads of AWS lag",
  "whole round": "the search for load balancers and clusters that nobody named",
  settled: "the instance to settle, with nothing left on it",
  "container instance gone": "the container instance to leave its cluster",
  "spot interruption": "the Spot interruption, with nothing left on the instance",
  "interruption proven": "EC2 to show that it takes the instance back",
  restored: "what was taken from the instance to be restored",
  "agent back": "the instance to join its cluster again",
  returned: "the instance to come back",
  "hook known": "Auto Scaling to know the lifecycle hook",
  "hook edited": "a pass by the lifecycle hook's NotificationMetadata as it is now",
  "hook corrected": "the lifecycle hook's NotificationMetadata to be corrected",
  "action known": "Auto Scaling to know the lifecycle action",
  "action found": "the lifecycle action that holds the instance",
  released: "Auto Scaling to release the instance",
  "completion queue": "its completion: Auto Scaling takes no more at once",
  "time for it": "a run that has time for it",
  "hook timeout": "the hook's own timeout: this is a dry run",
};

const STATES = {
  termination: "the instance to terminate; it is",
  "end of wait": "the instance to leave",
  "warm pool": "the instance to return to the warm pool; it is",
  "root volume": "the instance to come back with its new root volume; it is",
} as const;

/** The blockers of a drain as one text. Undefined if it waits for nothing. */
export function blockersText(blockers: readonly Blocker[]): string | undefined {
  return blockers.length === 0 ? undefined : blockers.map(blockerText).join(", ");
}

/** The blockers of a drain as fields of a log line: in words, and what AWS did not answer as data too. */
export function waitingFields(blockers: readonly Blocker[]): Fields {
  const unread = unreadOf(blockers).map(({ what, call, why }) => ({
    what,
    ...(call === undefined ? {} : { call }),
    why,
  }));
  return {
    waiting_for: blockersText(blockers),
    ...(unread.length > 0 ? { cannot_read: unread } : {}),
  };
}

function blockerText(blocker: Blocker): string {
  switch (blocker.kind) {
    case "registration": {
      const { counts, count, state, loadBalancer } = blocker;
      return counts
        ? `${counted(count, "target")} ${state} in ${loadBalancer}`
        : `${state} with ${loadBalancer}`;
    }
    case "tasks":
      return `${counted(blocker.count, "task")} ${blocker.status}`;
    case "agent disconnected":
      return "its ECS agent is disconnected";
    case "not draining":
      return "not yet DRAINING";
    case "lifecycle state":
      return `${STATES[blocker.awaited]} ${blocker.state}`;
    case "dead instance":
      return `the dead instance to be cleared away; ${deathText(blocker.as)}`;
    case "other hooks":
      return `the other hooks to complete: ${blocker.hooks.join(", ")}`;
    case "event":
      return EVENTS[blocker.event];
    case "more":
      return `and ${blocker.count} more`;
    case "unread": {
      const { what, call, why } = blocker;
      const cause = call === undefined ? why : `${call}: ${why}`;
      if (why === "gone") return `an answer about ${what}: what the input names does not exist (${cause})`;
      return `an answer about ${what} (${cause})`;
    }
    default:
      return blocker satisfies never;
  }
}

/** How an instance is dead, by what EC2 says of it. */
export function deathText(state: InstanceState | undefined): string {
  if (state === undefined) return "EC2 has told so";
  return state === "unknown" ? "EC2 does not know it any more" : `it is ${state}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
}
