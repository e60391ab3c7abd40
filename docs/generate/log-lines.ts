import type { Phrase } from "../../shared/log.ts";

/** What a log line means, and what an operator does about it. */
export type LogLine = {
  readonly level: string;
  readonly from: string;
  readonly means: string;
  readonly todo: string;
};

const NOTHING = "Nothing.";

/** Every line that the functions can write, in the order in which a drain writes them. */
export const LOG_LINES = {
  "nothing to do": {
    level: "INFO",
    from: "both",
    means: "The queue was empty.",
    todo: NOTHING,
  },
  "termination received": {
    level: "INFO",
    from: "deregister",
    means: "A lifecycle hook holds the instance since `since`; its drain begins in this run.",
    todo: NOTHING,
  },
  deregistered: {
    level: "INFO",
    from: "both",
    means:
      "The instance was taken out of `load_balancer`, at `port` where it is a target group. It drains from now on.",
    todo: NOTHING,
  },
  "set DRAINING": {
    level: "INFO",
    from: "both",
    means: "ECS places no more tasks on the instance, and moves its services' tasks away.",
    todo: NOTHING,
  },
  waiting: {
    level: "INFO",
    from: "both",
    means:
      "`waiting_for` says what is still there: registrations by load balancer and state, tasks by status, or a call that AWS did not answer. Written when it changes; `looks_again` says when: a time, or in the next run of terminate.",
    todo: "Nothing, unless the same thing is waited for too long: then look at the service or the load balancer that it names.",
  },
  "passed on": {
    level: "INFO",
    from: "deregister",
    means: "The drain is terminate's from here on.",
    todo: NOTHING,
  },
  "handed over": {
    level: "INFO",
    from: "terminate",
    means: "The run is at its end, and the next one goes on with this drain.",
    todo: NOTHING,
  },
  "lifecycle action completed": {
    level: "INFO",
    from: "terminate",
    means:
      "Nothing was left on the instance: Auto Scaling may terminate it. `held_seconds` is how long the hook held it.",
    todo: NOTHING,
  },
  "let go": {
    level: "INFO, WARN or ERROR",
    from: "both",
    means:
      "Nothing more is done about this message; `reason` says why. INFO: it was over already. WARN: the instance is not terminating, so nothing was touched. ERROR: Auto Scaling held the instance and knew no such lifecycle action for two minutes.",
    todo: "INFO: nothing. WARN: find out who sent a message for an instance in service. ERROR: check the hook's name in the message against the group's hooks; the instance goes when the hook's own timeout ends.",
  },
  "duplicate merged": {
    level: "INFO",
    from: "both",
    means: "Two messages were about the same lifecycle action. SQS delivers at least once.",
    todo: NOTHING,
  },
  "test notification deleted": {
    level: "INFO",
    from: "deregister",
    means: "Auto Scaling sends one when a hook is put on a group.",
    todo: NOTHING,
  },
  "run finished": {
    level: "INFO",
    from: "both",
    means:
      "How many messages were received and what became of them. With `failures` above 0 the invocation counts as failed.",
    todo: "With failures: look at the lines above it.",
  },
  "cluster lacks the instance": {
    level: "WARN",
    from: "both",
    means:
      "An ECS cluster is configured for this drain, and the instance is in none of the configured ones. It is believed after two looks.",
    todo: "Where the instance should be in a cluster: check `cluster_name`, and whether the ECS agent ever registered it.",
  },
  "orphaned target deregistered": {
    level: "WARN",
    from: "both",
    means:
      "A target that ECS manages was still registered a minute after its last task had stopped, so it was taken out.",
    todo: "If it happens often: look at the service's events in ECS.",
  },
  "completion refused": {
    level: "WARN",
    from: "terminate",
    means:
      "Auto Scaling knows no active lifecycle action for the instance, though it is held. It can be a race; it is tried again for two minutes.",
    todo: "Nothing, unless `let go` follows as an ERROR.",
  },
  "step failed": {
    level: "ERROR",
    from: "both",
    means: "A step failed for one instance. The drain goes on, and the next look repeats the step.",
    todo: "If it comes back every minute: `reason` says what AWS objects to.",
  },
  "call failed": {
    level: "ERROR",
    from: "both",
    means:
      "A call to AWS failed after the SDK's retries; written once a run for each action and kind. `kind` is throttled or unavailable (passes by itself), gone, denied (`missing_permission` names the IAM action) or wrong.",
    todo: "denied: grant the action to the function's role. throttled for long: see who else calls that API. wrong: `reason` has AWS's words.",
  },
  "cannot be used": {
    level: "ERROR",
    from: "both",
    means:
      "The input names a load balancer, target group or cluster that does not exist, or a target group that is not of type instance. The drain goes on without it, and every run that meets it fails.",
    todo: "Correct the name in the function's input, or in the hook's NotificationMetadata.",
  },
  "message cannot be read": {
    level: "ERROR",
    from: "both",
    means: "`reason` names what is wrong with the message. It was moved to `moved_to`, or left where it is.",
    todo: "See the alarm on the dead-letter queue in operations.md.",
  },
  "message not deleted": {
    level: "ERROR",
    from: "both",
    means:
      "A message that was dealt with could not be deleted; `reason` says why. It comes back and is merged or let go.",
    todo: "If it comes back every minute: check the function's permissions on the queue.",
  },
  "input refused": {
    level: "ERROR",
    from: "both",
    means: "The scheduled event's input is wrong; `reason` names every key. Nothing was called.",
    todo: "Correct the input in serverless.yml and deploy.",
  },
  "invoked by an event source mapping": {
    level: "ERROR",
    from: "terminate",
    means: "Somebody connected the monitor queue to terminate. All records were given back untouched.",
    todo: "Remove the mapping: terminate works by its schedule alone.",
  },
} as const satisfies Record<Phrase, LogLine>;
