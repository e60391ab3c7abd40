import type { Doubt, Unusable } from "../model/scaling.ts";

/** Why a service is not scaled, in the words of the log. */
export function notScaledText(reason: Unusable | Doubt): string {
  switch (reason.why) {
    case "no such cluster":
      return "there is no such cluster";
    case "no such service":
      return "there is no such service";
    case "daemon":
      return "it is a daemon service: ECS itself keeps one task of it on each instance";
    case "status":
      return `the service is ${reason.status}`;
    case "unread":
      return "the cluster or the service could not be read";
    case "no instance":
      return "the cluster shows no ACTIVE instance, and yet the service has tasks";
    default:
      return reason satisfies never;
  }
}
