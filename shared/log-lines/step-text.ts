import type { Fields, Log, Phrase } from "../base/log.ts";
import type { Step } from "../model/decision.ts";
import { registrationText } from "../model/registration.ts";

/** A step as a noun, in the words of the log: "deregistration from web". */
export function stepText(step: Step): string {
  switch (step.kind) {
    case "drain":
      return `DRAINING in ${step.cluster}`;
    case "activate":
      return `ACTIVE in ${step.cluster}`;
    case "deregister":
      return `deregistration from ${step.registration.name}`;
    case "register":
      return `registration with ${registrationText(step.registration)}`;
    case "stop task":
      return `stop of the task ${step.task}`;
    case "deregister container instance":
      return `deregistration of the container instance from ${step.cluster}`;
    default:
      return step satisfies never;
  }
}

/** Writes the line of a step that took effect. */
export function logDone(log: Log, step: Step): void {
  const [level, phrase, fields] = lineOf(step);
  log[level](phrase, fields);
}

function lineOf(step: Step): [level: "info" | "warn", phrase: Phrase, fields: Fields] {
  switch (step.kind) {
    case "drain":
      return step.again
        ? ["warn", "set DRAINING again", { cluster: step.cluster, reason: "somebody had set it ACTIVE" }]
        : ["info", "set DRAINING", { cluster: step.cluster }];
    case "activate":
      return ["info", "set ACTIVE again", { cluster: step.cluster }];
    case "deregister": {
      const { name, port, address } = step.registration;
      const fields = {
        load_balancer: name,
        ...(port === undefined ? {} : { port }),
        ...(address === undefined ? {} : { address }),
      };
      if (step.why === "ours") return ["info", "deregistered", fields];
      if (step.why === "orphaned") return ["warn", "orphaned target deregistered", fields];
      return ["warn", "registration came back", { ...fields, reason: "it was taken out once more" }];
    }
    case "register":
      return ["info", "registered again", { load_balancer: registrationText(step.registration) }];
    case "stop task":
      return ["info", "task stopped", { cluster: step.cluster, task: step.task, of: step.name }];
    case "deregister container instance":
      return ["info", "container instance deregistered", { cluster: step.cluster, force: step.force }];
    default:
      return step satisfies never;
  }
}
