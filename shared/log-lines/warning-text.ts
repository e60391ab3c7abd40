import type { Fields, Phrase } from "../base/log.ts";
import { timeText } from "../base/time-text.ts";
import type { Warning, WarningReason } from "../model/decision.ts";
import { waitingFields } from "./blocker-text.ts";
import { abandonText, doubtText } from "./reason-text.ts";

/** The phrase of a warning's line: its kind, but for a kind that was reworded. Nothing goes by a phrase. */
export function phraseOf({ kind }: Pick<Warning, "kind">): Phrase {
  return kind === "metadata not heeded" ? "metadata ignored" : kind;
}

/** The fields of a warning's line. */
export function warningFields({ fields, reason, blockers, ending }: Warning): Fields {
  return {
    ...fields,
    ...(reason === undefined ? {} : { reason: warningText(reason) }),
    ...(blockers === undefined ? {} : waitingFields(blockers)),
    ...(ending === undefined ? {} : { ends_with: endingText(ending) }),
  };
}

function warningText(reason: WarningReason): string {
  switch (reason.why) {
    case "global limit first":
      return "the hook's global limit comes before drain_timeout_seconds";
    case "no activity":
      return "the drain's time seems to be over, but Auto Scaling shows no activity that terminates the instance: the hook's own timeout ends it";
    case "activity unread":
      return "the drain's time seems to be over, but the activity that terminates the instance may not be read: the hook's own timeout ends it";
    case "interruption not proven":
      return `a message says that EC2 interrupts the instance, and EC2 does not show that: ${doubtText(reason.doubt)}; nothing is done about it`;
    case "too long":
      return `what leaves the instance may take longer than the drain has: ${settingText(reason)}`;
    case "same queue":
      return "both write to the same queue, so each instance is drained twice: remove one";
    case "two deployments":
      return "two deployments drain the same group: remove one";
    case "metadata":
      return "a hook's NotificationMetadata cannot say this: only the functions' inputs can";
    case "unknown metadata":
      return "these keys in the hook's NotificationMetadata are no settings: they change nothing";
    case "metadata no JSON":
      return "the hook's NotificationMetadata names these settings, and is no JSON object: they change nothing";
    case "managed draining":
      return "managed draining is on: ECS sets the instance DRAINING without waiting for us";
    case "managed draining first":
      return "ECS set it DRAINING while these sent to its tasks, and stops them under open connections; switch managed draining off, or let the service register there";
    case "somebody first":
      return "somebody set it DRAINING while these sent to its tasks, and ECS stops them under open connections; leave DRAINING to this program";
    case "found":
      return "the instance is in it";
    case "found, left":
      return "the instance is in it; with discover: warn it is left, name it or set discover: all";
    case "no such name":
      return `there is no such ${reason.noun}; what has the instance is searched for all the same`;
    case "not permitted":
      return "the instance is in this cluster, which may not be changed: name it in cluster_names, give it the cluster_tag, or set clusters: *";
    case "another VPC":
      return "the instance has this address in another VPC than the target group, where it may be somebody else's: take it out yourself if it is this instance's";
    case "unfound":
      return "EC2 shows no network interface with these addresses in the target group's VPC: if one of them is this instance's, take it out yourself";
    case "in no cluster":
      return reason.searched
        ? "no ECS cluster has it, so it is drained as plain EC2"
        : "no ECS cluster is named, and discover: named looks for no other, so it is drained as plain EC2";
    case "cluster lacks it":
      return `none of its container instances is this one: ${reason.clusters.join(", ")}`;
    case "percents":
      return `with ${reason.minimum} % as its minimum and ${reason.maximum} % as its maximum of ${reason.desiredCount} tasks, none may stop and none may start: change one of them`;
    case "no service started it":
      return `no service started it, so DRAINING leaves it, and stop_tasks: ${reason.stopTasks} does not stop it: it holds the drain until it ends`;
    case "not stopped yet":
      return "ECS has not begun to stop them";
    case "DRAINING waits":
      return "a service's task listens behind them, and DRAINING would stop it under open connections; until they have drained, ECS can place tasks on the instance";
    case "placed, and stopped":
      return "ECS placed it after the termination began; it is moved or stopped before the instance goes";
    case "placed, and not stopped":
      return "ECS placed it after the termination began, and nothing stops it: it holds the drain until it ends, and is cut off at the drain's deadline";
    case "stopping for long":
      return "they have begun to stop, and do not end";
    case "service event":
      return reason.message;
    case "protected":
      return `a task is protected from being stopped${reason.until === undefined ? "" : ` until ${timeText(reason.until)}`}`;
    default:
      return reason satisfies never;
  }
}

function settingText({
  drainTimeoutSeconds,
  hookTimeoutSeconds,
}: Extract<WarningReason, { why: "too long" }>): string {
  const settings = [
    ...(drainTimeoutSeconds === undefined ? [] : [`drain_timeout_seconds to ${drainTimeoutSeconds} or more`]),
    ...(hookTimeoutSeconds === undefined
      ? []
      : [`the hook's heartbeat timeout to ${hookTimeoutSeconds} s or more`]),
  ];
  if (settings.length === 0) return "no hook holds for so long, so shorten them";
  return `set ${settings.join(" and ")}, or shorten them`;
}

function endingText({ onTimeout, retains }: NonNullable<Warning["ending"]>): string {
  switch (onTimeout) {
    case "continue":
      return "the lifecycle action is completed with CONTINUE";
    case "abandon":
      return `the lifecycle action is completed with ABANDON: ${abandonText(retains)}`;
    case "leave":
      return "no more heartbeats are sent, and the hook's own timeout decides";
    default:
      return onTimeout satisfies never;
  }
}
