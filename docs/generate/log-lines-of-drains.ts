import type { Phrase } from "../../shared/base/log.ts";
import { type LogLine, NOTHING } from "./log-line.ts";

/** The lines of one drain, in the order in which it writes them. */
export const DRAIN_LINES = {
  "termination received": {
    level: "INFO",
    from: "deregister",
    means: "A lifecycle hook has held the instance since `since`. Its drain begins in this run.",
    todo: NOTHING,
  },
  "notice received": {
    level: "INFO",
    from: "deregister",
    means: "EC2 or AWS Health sent a notice about the instance. `notice` says what.",
    todo: NOTHING,
  },
  "notice ignored": {
    level: "INFO",
    from: "both",
    means:
      "Nothing is done about a notice. `reason` says why: the input ignores its kind, no group of ours has the instance, its time has not come, or the event is about something else.",
    todo: "Nothing. To act on such notices, set `on_spot_interruption`, `on_rebalance` or `on_maintenance`.",
  },
  "maintenance found": {
    level: "INFO",
    from: "deregister",
    means:
      "EC2 has scheduled a change of an instance of ours, which starts at `starts_at`. It is within `maintenance_lead_hours`, so the instance is replaced. Logged again each hour until it is.",
    todo: NOTHING,
  },
  "notice waits": {
    level: "INFO or WARN",
    from: "both",
    means:
      "An instance that a notice is about is replaced later. `waiting_for` says what for: its time, others of its group that are under way, targets that are not healthy yet, or an answer of AWS. WARN: processes of the group are suspended, so nothing would take its place. Logged when the reason changes.",
    todo: "WARN: resume the processes. To replace more instances at once, raise `replace_at_once`.",
  },
  "instance replaced": {
    level: "INFO",
    from: "terminate",
    means:
      "Because of a notice, the instance was terminated through Auto Scaling, which starts another one. The hook's message follows, and with it the drain.",
    todo: NOTHING,
  },
  "instance not replaced": {
    level: "WARN",
    from: "terminate",
    means:
      "A notice is given up. `reason` says why. It is the only instance of its group, or it has waited for four hours. Or a call was denied in three runs, or EC2 has scheduled no change of it. A scheduled change is found again within the hour, while it is still due.",
    todo: "Replace the instance yourself, or let it be: EC2 then stops or reboots it at its time. For the only instance of a group, set `replace_last`, or raise the desired capacity. For a denied call, add the permission. If EC2 has scheduled nothing, the notice is old, or somebody else sends to the queues.",
  },
  "held by the lifecycle hook": {
    level: "INFO or WARN",
    from: "both",
    means:
      "Logged once a drain: the hook's timeout, its global limit, which no heartbeat extends, and when the drain is to end. WARN: the global limit comes before `drain_timeout_seconds`.",
    todo: "WARN: raise the hook's timeout, or lower `drain_timeout_seconds`. The global limit is a hundred timeouts, and 48 hours at most.",
  },
  "time does not suffice": {
    level: "WARN",
    from: "both",
    means:
      "Logged in the first pass, once a drain. `waits` are those that follow one another: deregistration delays, stop timeouts and `settle_seconds`, each with how long it may last. Together they are `needs_seconds`, and the drain has `has_seconds`. At its end, what has not drained is cut off. The time that replacements take to start comes on top.",
    todo: "Set what `reason` says, or shorten the delay or the stop timeout that is longest.",
  },
  "short hook": {
    level: "WARN",
    from: "both",
    means:
      "The hook's timeout is below 180 seconds, so it can end between two passes. Then the instance goes as it is. Logged once a run.",
    todo: "Set `heartbeat_timeout_seconds` to 180 or more.",
  },
  "heartbeat recorded": {
    level: "INFO",
    from: "both",
    means: "The hook's timer started again.",
    todo: NOTHING,
  },
  "heartbeat refused": {
    level: "INFO",
    from: "both",
    means:
      "Auto Scaling knows no such lifecycle action: it is over, or was too new. The pass goes on as usual.",
    todo: "Nothing. If it repeats for one instance, check the hook's name.",
  },
  "held by another lifecycle action": {
    level: "WARN",
    from: "both",
    means:
      "The message's token is refused, but its hook holds the instance. The message was forged, or is from an earlier lifecycle action. The drain goes on by the instance's id. Its time counts from the first pass that showed the instance terminating, or starts again.",
    todo: "Nothing. If it happens often: who else sends to the lifecycle queue?",
  },
  "ECS drains it too": {
    level: "INFO",
    from: "both",
    means:
      "Managed draining of a capacity provider is on: ECS drains the instance by a hook of its own. It does so within seconds, before a drain of ours begins. The instance goes when both have ended.",
    todo: NOTHING,
  },
  "drained out of order": {
    level: "WARN",
    from: "both",
    means:
      "Somebody else set the instance DRAINING while `load_balancers` still send to its tasks, or managed draining is about to. ECS knows nothing of them, and stops the tasks under open connections.",
    todo: "Switch managed draining off for the group's capacity provider, or name the load balancers in the service. See operations.md.",
  },
  "two hooks of ours on one group": {
    level: "WARN",
    from: "both",
    means:
      "Two hooks of this package hold the group's instances. Each instance is drained twice, and waits for both. `other_hook` names the other.",
    todo: "Remove one of them, or the deployment that it belongs to.",
  },
  "metadata ignored": {
    level: "INFO or WARN",
    from: "both",
    means:
      "Something in the hook's `NotificationMetadata` changes nothing. `keys` can only be set by a function's input: the hook's instances are drained as the inputs say, for real, even if the metadata says `dry_run`. `unknown_keys` are no settings at all, each with `did_you_mean` if one is like it. If the metadata names settings and is no JSON object, `reason` says so. INFO: nothing in it looks like a setting.",
    todo: "Correct the keys, or remove them from the metadata. For a dry run, use the switch in the block.",
  },
  deregistered: {
    level: "INFO",
    from: "both",
    means:
      "The instance was taken out of `load_balancer`; for a target group, at `port`. It drains from now on.",
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
    todo: "Find out who. Tasks may have been placed on an instance that is about to go.",
  },
  "registration came back": {
    level: "WARN",
    from: "both",
    means:
      "An operator or a deployment registered the instance with `load_balancer` again during its drain. It was taken out once more.",
    todo: "Find out who. In between, the instance gets traffic.",
  },
  "task stopped": {
    level: "INFO",
    from: "both",
    means:
      "Nothing else was left, so a task that does not leave by itself was stopped. That is a daemon's, one that the instance itself started, or with `stop_tasks: all` any. `of` is its service, or who started it.",
    todo: NOTHING,
  },
  "container instance deregistered": {
    level: "INFO",
    from: "both",
    means:
      "The container instance was taken out of its cluster, as `deregister_container_instance` says. `force` is true for a dead instance: ECS then gives up the tasks that it still shows on it. If a sweep found it, `reason` says so.",
    todo: NOTHING,
  },
  waiting: {
    level: "INFO",
    from: "both",
    means:
      "`waiting_for` says what is still there: registrations by load balancer and state, or tasks by status. What AWS did not answer is in `cannot_read`, with `what`, `call` and `why`. Logged when it changes. The next check is at `next_pass_at`, or in `next_pass_in`: the next run of terminate.",
    todo: "Nothing. If it waits for the same thing too long, check the service or load balancer that it names.",
  },
  "no progress": {
    level: "WARN",
    from: "both",
    means:
      "Nothing has changed for two minutes. `service_name` is what does not leave. `reason` says why, as far as ECS tells: percents that can never make progress, its own event, or task protection.",
    todo: "Do what `reason` calls for: change the percents, add capacity, or wait for the protection to end.",
  },
  "open to new tasks": {
    level: "INFO",
    from: "both",
    means:
      "A service's task listens behind `load_balancers`, of which ECS knows nothing. DRAINING would stop it under open connections, so it waits until they have drained. Until then ECS can still place tasks on the instance. Logged once a drain and cluster.",
    todo: "Nothing. To shorten that time, lower their deregistration delay, or let the service name the target group: then ECS takes the tasks out itself.",
  },
  "task placed on it": {
    level: "INFO or WARN",
    from: "both",
    means:
      "ECS placed `task` on the instance after the termination began. INFO: DRAINING moves it, or `stop_tasks` stops it. WARN: no service started it, so it holds the drain until it ends, and is cut off at `drain_deadline`.",
    todo: "WARN: start it again elsewhere and stop this one, or let it end. If such tasks may be stopped, set `stop_tasks: all`. If they must end by themselves, set `drain_timeout_seconds` to longer than they run.",
  },
  "held by tasks": {
    level: "INFO or WARN",
    from: "both",
    means:
      "`tasks` are still on the instance: each with its family, ARN, group and who started it. WARN, 45 seconds after the drain began: no service started the task, so ECS does not stop it, and `stop_tasks` does not name it. It holds the drain until it ends, or until `drain_deadline`. Each such task has a line of its own, up to ten of them. `more_tasks` in the last one counts the others. INFO: ECS has not begun to stop them after 45 seconds in DRAINING, or they have been stopping for a minute.",
    todo: "WARN: stop the task, or let it end. If such tasks need not end by themselves, set `stop_tasks: all`, or let whoever starts them name the instance in `startedBy`. INFO: nothing, unless it repeats; see `no progress` beside it.",
  },
  "interruption not proven": {
    level: "WARN",
    from: "both",
    means:
      "A message says that EC2 interrupts the instance, and EC2 does not show that. `reason` says what was found: the status of its Spot request, or that it has none. Nothing is done about the notice. It is asked again until the two minutes are over, because a true notice may come a little before the status.",
    todo: "Nothing if EC2 interrupts the instance all the same. Otherwise find out who sends to the queues: the message is old, or forged.",
  },
  "deadline not proven": {
    level: "WARN",
    from: "both",
    means:
      "The drain's time seems to be over since `drain_deadline`, but nothing proves it. A message may say anything about when a drain began. So the functions ask Auto Scaling when the instance's termination began, before they end a drain. `reason` says why there is no answer. The drain goes on, and no more heartbeats are sent: the hook's own timeout and default result end it.",
    todo: "If the activity may not be read, allow `autoscaling:DescribeScalingActivities` on `*`. If Auto Scaling shows none, check the group's activity history.",
  },
  "half of the drain's time is over": {
    level: "WARN",
    from: "both",
    means:
      "`waiting_for` is still there. `drain_deadline` is when the drain ends all the same, and `ends_with` is how.",
    todo: "Check what it waits for; see a drain that does not end in operations.md. To give drains longer, raise `drain_timeout_seconds`.",
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
    level: "INFO or WARN",
    from: "terminate",
    means:
      "The drain is over, and Auto Scaling may go on. `outcome` is `drained`, `dead`, or `cut off`, and `reason` says more. WARN: it was cut off at its deadline. Or it gets a new root volume, and without `SENDER_ROLE_IDS` nothing is taken from it. `left` says what was still there, and `setting` what would have given it more time. `result` is CONTINUE, or ABANDON if `on_timeout` asks for it. `held_seconds` is how long the hook held the instance.",
    todo: "WARN: find out why it did not leave (see `half of the drain's time is over`), or raise `setting`. For `heartbeat_timeout_seconds`, that is the hook's own timeout.",
  },
  "comes back": {
    level: "INFO",
    from: "terminate",
    means:
      "The instance does not terminate. It goes back to its warm pool, or on with a new root volume (`with`). Its message is kept until everything is restored.",
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
      "The instance is back with a new root volume. It was registered again where it had been taken out.",
    todo: NOTHING,
  },
  "registrations not restored": {
    level: "INFO",
    from: "terminate",
    means:
      "The instance is in its warm pool, and serves nobody. It was taken out of `load_balancers`, and is not registered there again. With a `reason`, it has a new root volume, and these do not exist any more.",
    todo: "When it leaves the pool, it must be registered by whatever does that at its launch.",
  },
  "termination dropped": {
    level: "INFO, WARN or ERROR",
    from: "both",
    means:
      "Nothing more is done about this message. `reason` says why. INFO: it was over already, or its hook is another's. WARN with `outcome` `cut off`: EC2 or the hook's own timeout has taken the instance with something on it. `left` and `setting` say what, and what would have helped. Other WARN: the instance is not terminating, so nothing was touched. Or its hook notifies nobody and is not named, or was ours when the drain began, or is gone. Or it came back with a new root volume, and its ECS agent stayed disconnected for half an hour. ERROR: Auto Scaling held the instance, and for two minutes knew no such lifecycle action. Or an instance did not come back within an hour.",
    todo: "WARN: if it was cut off, raise `setting`. Else find out who sent a message for an instance in service, or why the agent does not run. If the hook is yours, name it in `lifecycle_hook_names`. ERROR: compare the hook's name in the message with the group's hooks; the instance goes when the hook's own timeout ends. If an instance did not come back, `reason` names what was not restored. If it is in service, set its container instance ACTIVE and register it by hand.",
  },
  "sweep found": {
    level: "WARN",
    from: "terminate",
    means:
      "A sweep found an instance in the wait state of our hook that has no message: it was lost, or the hook notifies no queue. The instance is drained from here on. Its settings are those of terminate's input, with the hook's NotificationMetadata over them.",
    todo: "Nothing for this instance. If it happens often: may the hook's role send to the lifecycle queue, and does deregister run?",
  },
  "no hook of ours": {
    level: "WARN",
    from: "terminate",
    means:
      "A sweep found a group in which a hook holds instances, and none of its `terminating_hooks` is the one that the input means. `reason` says by what. If the instances wait for a hook of ours, the sweep does not find them.",
    todo: "Correct `lifecycle_hook_name` or `lifecycle_queue_name` in terminate's input, or give the group its hook. A hook that notifies no queue, or that notifies through EventBridge, is found by its name alone. If the group is not to be drained, remove it from `more_auto_scaling_groups`, or remove `group_tag` from it.",
  },
  "duplicate merged": {
    level: "INFO",
    from: "both",
    means: "Two messages were about the same lifecycle action. SQS delivers at least once.",
    todo: NOTHING,
  },
  "found, not named": {
    level: "INFO or WARN",
    from: "both",
    means:
      "The instance is in a cluster or a load balancer that nobody named. INFO: it is taken out of it. WARN: with `discover: warn`, it is left.",
    todo: "INFO: nothing. WARN: name it, or set `discover: all`.",
  },
  "name not found": {
    level: "WARN",
    from: "both",
    means:
      "The input names something that does not exist. With `discover: all` the drain goes on, since what there is has been searched.",
    todo: "Correct the name in the function's input, or in the hook's NotificationMetadata.",
  },
  "cluster not permitted": {
    level: "ERROR",
    from: "both",
    means:
      "The instance is in a cluster that may be read, and not changed. The instance is held until the drain's deadline.",
    todo: "Name the cluster in `cluster_names`, give it the `cluster_tag`, or set `clusters: '*'`. Deploy the roles again with it.",
  },
  "address left alone": {
    level: "WARN",
    from: "both",
    means:
      "Something that may be the instance's is left in a target group. With `address` and `port`: the instance, or a task on it, has that address in another VPC than the target group's. Here it may be somebody else's. With `addresses`: the input names the group, and nothing in it is known as the instance's. EC2 shows no network interface with these in the group's VPC; of `address_count`, up to ten are named. They may be on premises, in a peered VPC, in another account's part of a shared subnet, or in a prefix of another instance's interface. Or an instance had one that is gone.",
    todo: "If a target is the instance's, take it out yourself before the drain ends. Otherwise nothing. To be rid of the line, do not name a group in which the drained instances never are.",
  },
  "container instance followed": {
    level: "INFO",
    from: "terminate",
    means:
      "The drain is over. But the instance's ECS agent is disconnected, so ECS does not notice its end: it would count the instance's tasks as running for ever. terminate follows the instance, and takes `container_instances` out of `clusters` once EC2 says that it is terminated. `run finished` counts it under `following`, and not as handed over.",
    todo: "Nothing. To leave container instances to somebody else, set `deregister_container_instance` to `never`.",
  },
  "followed no further": {
    level: "INFO",
    from: "terminate",
    means:
      "Nothing more is to be done about `container_instances`. `reason` says why: they have left their clusters, an ECS agent is connected again, or the instance lives on, as a retained one does.",
    todo: NOTHING,
  },
  "container instance left behind": {
    level: "WARN",
    from: "terminate",
    means:
      "A container instance stays in its cluster, its ECS agent is disconnected, and `reason` says why nobody takes it out. ECS goes on counting its tasks, so their services run too few. A drain logs it an hour after its end, or when EC2 does not know the instance any more. A sweep logs it whenever it finds one, with `instance_ids`.",
    todo: "Check that the instance is gone. Then: `aws ecs deregister-container-instance --cluster CLUSTER --container-instance ARN --force`.",
  },
  "in no cluster": {
    level: "INFO",
    from: "both",
    means:
      "No ECS cluster is named, and none that was found has the instance. Only load balancers are looked at.",
    todo: "Nothing for plain EC2. If the instance should be in a cluster: did its ECS agent ever register it?",
  },
  "cluster lacks the instance": {
    level: "WARN",
    from: "both",
    means:
      "An ECS cluster is configured for this drain, and no configured cluster has the instance. Two passes showed that.",
    todo: "If the instance should be in a cluster: check `cluster_name`, and whether the ECS agent ever registered it.",
  },
  "orphaned target deregistered": {
    level: "WARN",
    from: "both",
    means:
      "A target that ECS manages was still registered a minute after its last task had stopped. So it was taken out.",
    todo: "If it happens often: check the service's events in ECS.",
  },
  "completion refused": {
    level: "WARN",
    from: "terminate",
    means:
      "Auto Scaling knows no active lifecycle action for the instance, though it is held. That can be a race, and is tried again for two minutes.",
    todo: "Nothing, unless `termination dropped` follows as an ERROR.",
  },
} as const satisfies Partial<Record<Phrase, LogLine>>;
