import type { Phrase } from "../../shared/base/log.ts";
import { type LogLine, NOTHING } from "./log-line.ts";

/** The lines of a run as a whole, of its messages and calls, of dry run, and of scale-tasks. */
export const RUN_LINES = {
  "nothing to do": {
    level: "INFO",
    from: "all",
    means: "The queue was empty, or scale-tasks has no service in its input.",
    todo: NOTHING,
  },
  "run started": {
    level: "INFO",
    from: "all",
    means:
      "The first line of each run: the input that it was given, key by key, as it was. What is not there has its default. As each line, it has the `version`.",
    todo: NOTHING,
  },
  "run finished": {
    level: "INFO",
    from: "all",
    means:
      "How many messages or services there were, and what became of them. `following` counts instances whose drains are over (`container instance followed`). With `failures` above 0 the invocation counts as failed.",
    todo: "With failures: read the lines above it.",
  },
  "input refused": {
    level: "ERROR",
    from: "all",
    means:
      "The scheduled event's input is wrong; `reason` names every key. With `variable`, the environment's variable of that name is wrong: `INPUT`, from which runs of an event source mapping take their input, or `SENDER_ROLE_IDS`. Nothing was called. A mapping's messages stay in the queue.",
    todo: "Correct the input in serverless.yml and deploy. With `variable` INPUT, disable the mapping until then: operations.md.",
  },
  "out of time": {
    level: "ERROR",
    from: "both",
    means:
      "AWS answered so slowly that the run's time was over before it had asked for everything. What was not asked counts as unread. All terminations are passed on.",
    todo: "Nothing. If it repeats run after run, see the `call failed` lines beside it, and the AWS Health Dashboard.",
  },
  "call failed": {
    level: "ERROR or WARN",
    from: "all",
    means:
      "A call to AWS failed after the SDK's retries. Logged once a run for each action and kind. `kind` is throttled or unavailable (passes by itself), gone, denied, or wrong. WARN: an ECS cluster was deleted in the middle of a pass, which fails no run. For denied, `missing_permission` names the IAM action. Without it, the credentials are no good.",
    todo: "denied: grant the action to the function's role. throttled for long: see who else calls that API. wrong: `reason` has AWS's words.",
  },
  "odd answer": {
    level: "ERROR",
    from: "all",
    means:
      "An answer of AWS lacks `field`, or has a `value` there that this version does not know. Logged once a run for each action, field and value; `about` is the first thing that it was about. Nothing follows from it: it counts as unread, and the drains that need it are held. It is a WARN, and no failure, if ECS lists something and does not know it when asked: reads lag.",
    todo: "If it repeats run after run, look whether a later version knows the value. AWS may have added it.",
  },
  "cannot be used": {
    level: "ERROR",
    from: "all",
    means:
      "The input names a load balancer, target group, cluster, service or Auto Scaling group that does not exist, or that cannot be used so. `reason` says which. A drain that needs it is held until its deadline, unless `discover: all` has searched for what there is. Every run that needs it fails; for an Auto Scaling group, those are the runs that sweep. If `name` is a group and a hook, a value in the hook's NotificationMetadata is wrong. Its drains go on by the others, stop no task, and are held until their deadline.",
    todo: "Correct the name or the value in the function's input, or in the hook's NotificationMetadata. The next run goes on.",
  },
  "message dropped": {
    level: "INFO",
    from: "deregister",
    means:
      "The lifecycle queue, or the topic in front of it, also brings what is not for this function. That is a group's own notifications, launch hooks, other events of EventBridge, alarms, and what SNS says of a subscription. `reason` says what the message is.",
    todo: "Nothing. To have fewer of them, let the rule or the topic send terminations alone. If SNS asks to confirm a subscription, confirm it, or subscribe the queue again with the queue owner's credentials.",
  },
  "message cannot be read": {
    level: "ERROR",
    from: "both",
    means:
      "Nobody can tell what the message is, or it is a termination with a part missing. `reason` names what is wrong with it. It was moved to `moved_to`, or left where it is.",
    todo: "See the alarm on the dead-letter queue in operations.md.",
  },
  "unknown memory kept": {
    level: "INFO",
    from: "terminate",
    means:
      "A message remembers something under `keys` that this version does not know, as a later version writes it. It is sent on as it is, up to 1 KB. What is beyond that is under `dropped_keys`, and lost.",
    todo: "Nothing after a rollback. Otherwise look who else writes to the queue.",
  },
  "memory of another sender ignored": {
    level: "WARN",
    from: "terminate",
    means:
      "A message of the monitor queue remembers a drain, but none of the roles in `SENDER_ROLE_IDS` has sent it. `sender_id` has. What it remembers does not count, and the drain is as at its first pass. A redrive from the dead-letter queue may have another sender too.",
    todo: "After a redrive, or if a function got another role, nothing. Otherwise look who else may send to the queue: operations.md.",
  },
  "notices of another sender ignored": {
    level: "WARN",
    from: "terminate",
    means:
      "A message of the monitor queue carries notices, but none of the roles in `SENDER_ROLE_IDS` has sent it. `sender_id` has. No instance is replaced because of it, and the message is deleted. `instances` names the first ten.",
    todo: "After a redrive, or if a function got another role, nothing. Otherwise look who else may send to the queue: operations.md.",
  },
  "round does not fit into a run": {
    level: "WARN",
    from: "terminate",
    means:
      "The function has no variable `SENDER_ROLE_IDS`, so only a round that the run itself has made counts. The run's time was over with `load_balancers_left` still to ask, and `drains` are held for it.",
    todo: "Set the variable to the ids of both functions' roles: operations.md.",
  },
  "message not deleted": {
    level: "ERROR",
    from: "both",
    means:
      "A finished message could not be deleted. `reason` says why. It comes back, and is merged or dropped.",
    todo: "If it repeats every minute: check the function's permissions on the queue.",
  },
  "message not sent": {
    level: "ERROR",
    from: "both",
    means:
      "Notices could not be sent to the monitor queue. `reason` says why. The messages that brought them come back.",
    todo: "If it repeats every minute: check the function's permissions on the queue.",
  },
  "events not put": {
    level: "WARN",
    from: "both",
    means:
      "`events` events could not be put on the `event_bus`, and are lost. `reason` says why, and `missing_permission` what the role lacks. No drain waits for that.",
    todo: "If it repeats: check the bus's name, its policy, and the function's permission events:PutEvents. See [events.md](events.md).",
  },
  "invoked by an event source mapping": {
    level: "ERROR",
    from: "terminate",
    means: "Somebody connected a queue to terminate. All records were given back untouched.",
    todo: "Remove the mapping. terminate runs by its schedule alone. Only deregister takes one, of the lifecycle queue.",
  },
  "test notification deleted": {
    level: "INFO",
    from: "deregister",
    means: "Auto Scaling sends one when a hook is put on a group.",
    todo: NOTHING,
  },
  "step failed": {
    level: "ERROR",
    from: "both",
    means: "A step failed for one instance. The drain goes on, and the next pass repeats the step.",
    todo: "If it repeats every minute: `reason` says what AWS refuses.",
  },
  "dry run": {
    level: "INFO",
    from: "all",
    means:
      "On a dry run: `would` is what would be done now. Nothing is written, and no heartbeat is sent. The hook's own timeout decides.",
    todo: NOTHING,
  },
  "dry run is over": {
    level: "INFO",
    from: "terminate",
    means: "The termination was on a dry run, and terminate is not. From here on, it is drained for real.",
    todo: NOTHING,
  },
  "DRYRUN is set": {
    level: "WARN",
    from: "all",
    means: "The environment's variable DRYRUN has a text that reads like off. Any text switches dry run on.",
    todo: "Remove the variable to switch dry run off.",
  },
  "nothing to change": {
    level: "INFO",
    from: "scale-tasks",
    means: "The service's desired count is right already, so nothing was called.",
    todo: NOTHING,
  },
  "desired count set": {
    level: "INFO",
    from: "scale-tasks",
    means:
      "`desired_count` is how many tasks the service runs from now on, and `was` how many it ran before. `active_instances` is what it follows.",
    todo: NOTHING,
  },
  "not scaled": {
    level: "WARN",
    from: "scale-tasks",
    means:
      "The service was left as it is. The cluster or the service could not be read, or the cluster shows no ACTIVE instance though the service has tasks.",
    todo: "Nothing, if it passes. Otherwise see the `call failed` above it.",
  },
  "service has a scaling target": {
    level: "WARN",
    from: "scale-tasks",
    means:
      "Application Auto Scaling sets the desired count of the same service. The two keep overwriting each other.",
    todo: "Deregister the scaling target, or remove the service from scale-tasks' input.",
  },
  "own instance found": {
    level: "INFO",
    from: "a task",
    means:
      "`asg-drain run` runs in a task on this instance. If the instance is terminated, it is drained last.",
    todo: NOTHING,
  },
  "own instance not found": {
    level: "ERROR",
    from: "a task",
    means:
      "`asg-drain run` runs in this task, and could not ask ECS on which instance. Nothing is drained before it knows: it might wait for itself.",
    todo: "If it repeats run after run: let the task's role call ecs:DescribeTasks and ecs:DescribeContainerInstances in its cluster.",
  },
  "own instance waits": {
    level: "INFO, or WARN",
    from: "a task",
    means:
      "The instance on which the drainer itself runs is terminated, and others are too. Its drain begins once no other instance is held. Its hook is prolonged meanwhile; a WARN says that this failed.",
    todo: "Nothing. With a WARN in run after run: `reason` has AWS's words.",
  },
} as const satisfies Partial<Record<Phrase, LogLine>>;
