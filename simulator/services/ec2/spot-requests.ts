import type { SpotInstanceState } from "@aws-sdk/client-ec2";
import { History } from "../../kernel/history.ts";

/** What EC2 does to an interrupted Spot Instance. */
export type SpotAction = "terminate" | "stop" | "hibernate";
/** Why EC2 takes a Spot Instance back. */
export type SpotCause = "capacity" | "price";

/** The codes of a Spot request's status that are simulated (Amazon EC2 User Guide, "Spot request status codes"). */
export type SpotStatus =
  | "fulfilled"
  | "marked-for-termination"
  | "marked-for-stop"
  | "instance-terminated-no-capacity"
  | "instance-terminated-by-price"
  | "instance-terminated-by-user"
  | "instance-stopped-no-capacity"
  | "instance-stopped-by-price"
  | "instance-stopped-by-user";

/** The one-time request that a Spot Instance has fulfilled. */
export type SpotRequest = {
  readonly id: string;
  /** In milliseconds since 1970. */
  readonly createdAt: number;
  readonly status: History<SpotStatus>;
};

/** The request of an instance that is launched at a time, in milliseconds since 1970. */
export function fulfilledRequest(instanceId: string, now: number): SpotRequest {
  return {
    id: `sir-${instanceId.slice(-8)}`,
    createdAt: now,
    status: new History<SpotStatus>(now, "fulfilled"),
  };
}

/**
 * The status from when EC2 sends its interruption notice. If EC2 needs the capacity, and is to terminate the instance, it is the last
 * status at once. The instance then runs for two minutes more (Amazon EC2 User Guide, "State changes for a Spot request").
 */
export function statusAtNotice(action: SpotAction, cause: SpotCause): SpotStatus {
  if (action === "terminate" && cause === "price") return "marked-for-termination";
  return action === "stop" ? "marked-for-stop" : statusAtEnd(action, cause);
}

/** The status once EC2 has taken the instance back. */
export function statusAtEnd(action: SpotAction, cause: SpotCause): SpotStatus {
  if (action === "terminate")
    return cause === "price" ? "instance-terminated-by-price" : "instance-terminated-no-capacity";
  return cause === "price" ? "instance-stopped-by-price" : "instance-stopped-no-capacity";
}

/** The state of a request with this status. */
export function spotStateOf(status: SpotStatus): SpotInstanceState {
  if (status.startsWith("instance-terminated-")) return "closed";
  return status.startsWith("instance-stopped-") ? "disabled" : "active";
}

/** Whether EC2 itself has ended, or is about to end, the instance of a request with this status. */
export function isTakenBack(status: SpotStatus): boolean {
  return status !== "fulfilled" && !status.endsWith("-by-user");
}
