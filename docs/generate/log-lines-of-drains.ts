import type { Phrase } from "../../shared/base/log.ts";
import { type LogLine, NOTHING } from "./log-line.ts";

/** The lines of one drain, in the order in which it writes them. */
export const DRAIN_LINES = {
  "termination received": {
    level: "INFO",
    from: "deregister",
    means: "A lifecycle hook holds the instance since `since`; its drain begins in this run.",
    todo: NOTHING,
  },
  "notice received": {
    level: "INFO",
    from: "deregister",
    means: "EC2 or AWS Health announced something of the instance: `notice` says what.",
    todo: NOTHING,
  },
  "notice ignored": {
    level: "INFO",
    from: "deregister",
    means:
      "Nothing is done about a notice; `reason` says why: the input ignores its kind, no group has the instance, or the event is about something else.",
    todo: "Nothing. To act on such notices, set `on_spot_interruption`, `on_rebalance` or `on_maintenance`.",
  },
  "instance replaced": {
    level: "INFO",
    from: "deregister",
    means:
      "Because of a notice the instance was terminated through Auto Scaling, which starts another one. The hook's message follows, and with it the drain.",
    todo: NOTHING,
  },
  "held by the lifecycle hook": {
    level: "INFO or WARN",
    from: "both",
    means:
      "Once a drain: the hook's timeout, its global limit, which no heartbeat prolongs, and when the drain is to end. WARN: the global limit comes before `drain_timeout_seconds`.",
    todo: "WARN: lengthen the hook's timeout (its limit is a hundred timeouts, 48 hours at the most), or shorten `drain_timeout_seconds`.",
  },
  "short hook": {
    level: "WARN",
    from: "both",
    means:
      "The hook's timeout is below 180 seconds, so it can end between two looks: then the instance goes as it is. Written once a run.",
    todo: "Set `heartbeat_timeout_seconds` to 180 or more.",
  },
  "heartbeat recorded": {
    level: "INFO",
    from: "both",
    means: "The hook's timer began anew.",
    todo: NOTHING,
  },
  "heartbeat refused": {
    level: "INFO",
    from: "both",
    means:
      "Auto Scaling knows no such lifecycle action: it is over, or was too new. The look goes on as usual.",
    todo: "Nothing, unless it comes back for one instance: check the hook's name.",
  },
  "held by another lifecycle action": {
    level: "WARN",
    from: "both",
    means:
      "The message's token is refused, yet its hook holds the instance: the message was forged, or is of a lifecycle action before. The drain goes on by the instance's id, and its time begins with the first look that showed the instance dying, or anew.",
    todo: "Nothing. If it comes often: who else sends to the lifecycle queue?",
  },
  "ECS drains it too": {
    level: "INFO",
    from: "both",
    means:
      "Managed draining of a capacity provider is on: ECS drains the instance by a hook of its own. The two do not hinder each other; the instance goes when both have ended.",
    todo: NOTHING,
  },
  "two hooks of ours on one group": {
    level: "WARN",
    from: "both",
    means:
      "Two hooks of this package hold the group's instances: each is drained twice, and waits for both. `other_hook` names the other.",
    todo: "Remove one of them, or the deployment that it belongs to.",
  },
  "metadata ignored": {
    level: "WARN",
    from: "both",
    means:
      "The hook's `NotificationMetadata` holds `keys` that only a function's input can set: the hook's instances are drained as the inputs say, so for real although the metadata says `dry_run`.",
    todo: "Take them out of the metadata. For a dry run, use the switch in the block.",
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
  "set DRAINING again": {
    level: "WARN",
    from: "both",
    means: "Somebody had set the container instance ACTIVE during its drain.",
    todo: "Find out who: tasks may have been placed on an instance that is about to go.",
  },
  "registration came back": {
    level: "WARN",
    from: "both",
    means:
      "The instance had been registered again with `load_balancer` during its drain, by an operator or a deployment; it was taken out once more.",
    todo: "Find out who: it gets traffic in between.",
  },
  "task stopped": {
    level: "INFO",
    from: "both",
    means:
      "Nothing else was left, so a task that does not leave by itself was stopped: a daemon's, one that the instance itself started, or with `stop_tasks: all` any. `of` is its service, or who started it.",
    todo: NOTHING,
  },
  "container instance deregistered": {
    level: "INFO",
    from: "both",
    means:
      "The container instance was taken out of its cluster, as `deregister_container_instance` says. `force` is true for a dead instance: ECS then gives up the tasks that it still shows on it.",
    todo: NOTHING,
  },
  waiting: {
    level: "INFO",
    from: "both",
    means:
      "`waiting_for` says what is still there: registrations by load balancer and state, tasks by status, or a call that AWS did not answer. Written when it changes; `looks_again` says when: a time, or in the next run of terminate.",
    todo: "Nothing, unless the same thing is waited for too long: then look at the service or the load balancer that it names.",
  },
  "no progress": {
    level: "WARN",
    from: "both",
    means:
      "Nothing has moved for two minutes. `service_name` is what does not leave, and `reason` why, as far as ECS tells: percentages that can never make progress, its own event, or task protection.",
    todo: "Do what `reason` calls for: change the percentages, add capacity, or wait for the protection to end.",
  },
  "half of the drain's time is over": {
    level: "WARN",
    from: "both",
    means:
      "`waiting_for` is in the way, `drain_deadline` is when the drain ends all the same, and `ends_with` how.",
    todo: "Look at what is in the way; see a drain that does not end in operations.md. To give it longer, raise `drain_timeout_seconds`.",
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
      "The drain is over, and Auto Scaling may go on. `reason` says why: drained, dead, or the drain's time is over (then it says what was still there); `result` is CONTINUE or, where `on_timeout` asks for it, ABANDON. `held_seconds` is how long the hook held the instance.",
    todo: "Nothing, unless the drain's time was over: see `half of the drain's time is over`.",
  },
  "comes back": {
    level: "INFO",
    from: "terminate",
    means:
      "The instance does not die: it goes back to its warm pool, or on with a new root volume (`with`). Its message is kept until it has back what it needs there.",
    todo: NOTHING,
  },
  "set ACTIVE again": {
    level: "INFO",
    from: "terminate",
    means: "The container instance of an instance that came back gets tasks again.",
    todo: NOTHING,
  },
  "registered again": {
    level: "INFO",
    from: "terminate",
    means:
      "An instance that is back with a new root volume was registered again where it had been taken out.",
    todo: NOTHING,
  },
  "registrations not restored": {
    level: "INFO",
    from: "terminate",
    means:
      "The instance is in its warm pool. It was taken out of `load_balancers`, and is not registered there again, since it serves nobody.",
    todo: "Whatever registered it at its launch is to do so when it leaves the pool.",
  },
  "termination dropped": {
    level: "INFO, WARN or ERROR",
    from: "both",
    means:
      "Nothing more is done about this message; `reason` says why. INFO: it was over already. WARN: the instance is not terminating, so nothing was touched; or it came back with a new root volume, and its ECS agent had been silent for half an hour. ERROR: either Auto Scaling held the instance and knew no such lifecycle action for two minutes, or an instance that was to come back had not done so within an hour.",
    todo: "INFO: nothing. WARN: find out who sent a message for an instance in service, or why the agent does not run. ERROR: check the hook's name in the message against the group's hooks; the instance goes when the hook's own timeout ends. One that did not come back: `reason` names what was not restored; set its container instance ACTIVE and register it by hand, where it is in service.",
  },
  "sweep found": {
    level: "WARN",
    from: "terminate",
    means:
      "A sweep found an instance in the wait state of our hook for which there is no message: it was lost, or the hook notifies no queue. It is drained from here on, as messages at hand of the same hook are told, or else by terminate's own input, and by the hook's NotificationMetadata above all.",
    todo: "Nothing for this instance. If it happens often, see whether the hook's role may send to the lifecycle queue, and whether deregister runs.",
  },
  "no hook of ours": {
    level: "WARN",
    from: "terminate",
    means:
      "A sweep came to a group in which a hook holds instances, and none of its terminating hooks (`terminating_hooks`) is the one that the input means: `reason` says by what. If they wait for a hook of ours, a sweep would not find them.",
    todo: "Correct `lifecycle_hook_name` or `lifecycle_queue_name` in terminate's input, or give the group its hook. A hook that notifies no queue, as where an EventBridge rule does, is known by its name alone. Take a group that is not to be drained out of `auto_scaling_groups`, or take `group_tag` off it.",
  },
  "duplicate merged": {
    level: "INFO",
    from: "both",
    means: "Two messages were about the same lifecycle action. SQS delivers at least once.",
    todo: NOTHING,
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
} as const satisfies Partial<Record<Phrase, LogLine>>;
