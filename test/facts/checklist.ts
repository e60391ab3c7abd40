/** One thing that AWS does, and that the simulated AWS must do too. */
export type Fact = {
  /** A short name that stays when the words change. */
  readonly id: string;
  readonly section: SectionNumber;
  /** What a test of it is called, after `facts N: `. */
  readonly words: string;
};

export type SectionNumber = 1 | 2 | 3 | 4 | 5 | 6 | 8 | 9 | 10;

/** The services that the facts are about; throttling is a section of its own, because the buckets cross services. */
export const SECTIONS: readonly { readonly number: SectionNumber; readonly title: string }[] = [
  { number: 1, title: "Auto Scaling" },
  { number: 2, title: "ECS" },
  { number: 3, title: "Classic load balancers" },
  { number: 4, title: "Target groups" },
  { number: 5, title: "SQS" },
  { number: 6, title: "Throttling" },
  { number: 8, title: "Notices of EventBridge" },
  { number: 9, title: "EC2" },
  { number: 10, title: "Application Auto Scaling" },
];

/** The checklist that the simulated AWS is held to. */
export const CHECKLIST: readonly Fact[] = [
  ...section(1, {
    "token-not-active":
      "completing with a token that is not active is a ValidationError that names the token",
    "instance-not-active":
      "completing by an instance without an active action is a ValidationError that names the instance",
    "completing-twice": "completing a second time is a ValidationError, not success",
    "token-or-instance": "the token alone or the instance id alone identifies a hook's action",
    "no-such-group": "completing in a group that does not exist is a ValidationError that says so",
    "parallel-hooks": "terminating hooks run in parallel, each with its own token",
    "continue-waits": "CONTINUE lets the other hooks finish, and the instance waits for them",
    "abandon-cancels": "ABANDON cancels the other hooks",
    "both-results-end": "CONTINUE and ABANDON both let the instance end",
    "retain-after-abandon": "a retention policy keeps the instance after ABANDON",
    "retain-after-timeout":
      "a retention policy keeps the instance after a timeout whose default result is ABANDON",
    "retain-not-after-continue": "a retention policy does not keep the instance after CONTINUE",
    "retained-replaced": "a retained instance does not count towards the desired capacity",
    "retained-until-asked": "a retained instance stays until its termination is asked for",
    "heartbeat-restarts": "a heartbeat restarts the hook's timeout from the moment of the call",
    "global-timeout-ends": "the global timeout ends the action whatever the heartbeats",
    "global-timeout-size": "the global timeout is a hundred heartbeat timeouts, and at most 48 hours",
    "default-result": "a timeout ends the action with the hook's default result",
    "hook-defaults": "a new hook times out after an hour with ABANDON unless it says otherwise",
    "heartbeat-range": "a heartbeat timeout lies between 30 and 7200 seconds",
    "hook-deleted": "deleting a hook completes its pending terminations with CONTINUE",
    "target-groups-first": "target groups attached to the group drain before the hook begins",
    "classic-first": "classic load balancers attached to the group drain before the hook begins",
    "wait-terminating": "Terminating:Wait is a departure from AutoScalingGroup to EC2",
    "launch-abandoned": "an instance whose launching hook is abandoned ends, and is replaced",
    "launch-cancelled":
      "the termination of an instance that a launching hook holds cancels that hook's action",
    "wait-warmed-terminating": "Warmed:Terminating:Wait is a departure from WarmPool to EC2",
    "wait-warmed-pending": "Warmed:Pending:Wait is a return to the warm pool, and no end",
    "wait-root-volume": "ReplacingRootVolume:Wait is a change of root volume, and no end",
    "pool-shown-apart": "instances of the warm pool are shown by DescribeWarmPool, and not with their group",
    "pool-launch": "an instance that is prepared for the warm pool passes from EC2 to WarmPool",
    "pool-reused":
      "an instance of the warm pool comes back into service under its own id, through the launching hooks",
    "pool-dead": "an instance of the warm pool that somebody ended leaves it through the terminating hooks",
    "pool-deleted": "a warm pool is deleted with its instances by force, and else only when it is empty",
    "pool-size":
      "a warm pool is filled to the group's maximum less its desired capacity, and at least to its minimum",
    "pool-retained": "a retention policy keeps an instance that was abandoned on its way into the pool",
    "pool-same-member":
      "a reused instance is the container instance that it was, DRAINING where it was left so",
    "root-volume-agent":
      "after a change of root volume the agent is the same container instance, or a new one",
    "root-volume-others":
      "a change of root volume does not bring back registrations that the group does not make",
    "root-volume-attached":
      "a change of root volume takes the instance out of the group's own load balancers meanwhile",
    "without-instances": "a group can be described without its instances",
    "tag-filters": "groups are found by the keys, the values and the pairs of their tags",
    "message-shape":
      "a lifecycle message is flat JSON with group, hook, instance and a token of 36 characters",
    metadata: "a hook's metadata is a string, and its key is absent where the hook has none",
    "message-twice": "a lifecycle message may come twice, word for word",
    "message-lost": "a lifecycle message may be lost",
    "test-message-each-time": "each time that a hook with a target is put, a test message is sent",
    "test-message-shape": "a test message names the group, but no instance, hook or token",
    "target-unreachable": "a hook whose target cannot be written to is refused with a ValidationError",
    "sns-form": "through SNS the message is a JSON string inside an envelope",
    "eventbridge-form": "through EventBridge the message is the detail of an event",
    "sns-subscribed":
      "a hook that notifies a topic reaches each subscribed queue, in an envelope or bare, from another account too",
    "event-of-each-hook":
      "a rule for lifecycle actions gets the events of all hooks of all groups, whatever these notify, or of those that it names",
    "unknown-instances": "unknown instance ids are left out of the answer without an error",
    "instances-at-most": "more than 50 instance ids in a call are an error",
    "instances-paged": "instances come in pages, and a short page may have a successor",
    "force-delete": "deleting a group by force runs no hook",
    "stopped-by-hand":
      "an instance that somebody stopped by hand is terminated through its hook, once the group notices",
    "ended-by-hand": "an instance that somebody ended by hand still gets its hook, once the group notices",
  }),
  ...section(1, {
    "suspended-launch": "a group whose launching is suspended makes up for it once it is resumed",
    "suspended-terminate": "a group whose terminating is suspended does not scale in until it is resumed",
    "suspended-all": "without a name, all processes of a group are suspended",
    "protected-scale-in":
      "scale-in passes over a protected instance, and a termination that is asked for does not",
    "standby-apart": "an instance in Standby does not count in the desired capacity, and comes back to serve",
    "standby-overtaken": "an instance that is terminated on its way into Standby does not get there",
    "detach-lives": "a detached instance leaves its group without its hooks, and lives on",
    "refresh-rolls":
      "an instance refresh replaces all instances, the next when the last replacement is in service",
    "refresh-one": "a group has one instance refresh at a time",
    "rebalance-launches-first": "Capacity Rebalancing launches a replacement before it terminates",
    "activity-held": "while a hook holds an instance, the activity that terminates it is MidLifecycleAction",
    "activity-first":
      "the activity that terminates an instance begins before the group's load balancers drain",
    "activity-retained": "a retained instance's activity is Cancelled",
    "activity-to-pool": "a return to the warm pool is an activity that terminates the instance",
    "activity-order": "activities under way come first, and each part by its start, the newest first",
    "activity-pages": "activities come in pages of at most 100, and are found by their ids, states and times",
    "activity-deleted": "the activities of a deleted group are shown where they are asked for",
  }),
  ...section(2, {
    "wish-first": "a task's desired status is STOPPED from the moment that it begins to stop",
    deactivating:
      "a task behind a target group is DEACTIVATING while its target drains, and gets SIGTERM after",
    deprovisioning: "a task with its own network interface is DEPROVISIONING before it is STOPPED",
    deleted: "a task can be shown as DELETED once it was STOPPED",
    "stop-timeout": "a container that ignores SIGTERM is killed after its stop timeout",
    "stop-timeout-default": "the stop timeout is 30 seconds unless the container has its own",
    "stopped-by-user": "a task that StopTask stops has the stop code UserInitiated, and the reason given",
    "counts-drop": "the instance's task counts drop to 0 while containers still stop",
    "list-by-wish": "ListTasks goes by the desired status, and lists RUNNING unless asked otherwise",
    "list-pending": "ListTasks with the desired status PENDING lists nothing",
    "stopped-shown": "a stopped task can be described for an hour",
    "unknown-task": "an unknown task is a failure under status 200",
    "started-by-alone": "startedBy must be the only filter of ListTasks",
    "task-pages": "ListTasks gives at most 100 tasks a page",
    "service-identity": "a service's task has the group service:NAME and its deployment as startedBy",
    "standalone-identity": "a standalone task has the group family:FAMILY unless its starter says otherwise",
    "bridge-target": "a bridge task's target is its instance with the host port that it was given",
    "host-bindings": "a task in the network mode host shows none of the ports that it listens on",
    "definition-ports": "a task names its definition, which tells the network mode and the container ports",
    "definition-names":
      "a definition is found by its family and revision, and by the family alone it is the newest",
    "definition-stop": "a definition tells the stop timeout of each container that has its own",
    "definition-unknown": "an unknown task definition is a ClientException",
    "awsvpc-target": "a task with its own network interface is a target by its own address",
    "address-attached": "a task shows its address once its network interface is attached",
    "address-reused": "the address of a task that has stopped is soon another task's, and both show it",
    "percent-100-100": "a minimum and a maximum of 100 percent never let the drain progress",
    "percent-min-100":
      "with a minimum of 100 percent a task waits until its replacement has run for 40 seconds",
    "healthy-target": "behind a target group a task waits until its replacement's target is healthy",
    "no-capacity": "with a minimum of 100 percent and no room for a replacement the drain never progresses",
    "percent-max-100": "with a maximum of 100 percent a task stops before its replacement starts",
    "lower-bound": "the minimum healthy percent is rounded up to whole tasks",
    "upper-bound": "the maximum percent is rounded down to whole tasks",
    "percent-defaults": "the percentages are 100 and 200 for replicas, and from 0 for daemons, unless given",
    "pending-at-once": "a service's pending task on a DRAINING instance is stopped at once",
    "no-placements": "nothing is placed on a DRAINING instance",
    "standalone-untouched": "a standalone task is untouched by DRAINING",
    "daemons-last": "a daemon stops once no replica is RUNNING, though one may still be STOPPING",
    "eleven-instances": "more than 10 instances in UpdateContainerInstancesState are an error",
    "failures-200": "an unknown instance is a failure under status 200, and the others drain",
    "draining-twice": "setting an instance DRAINING twice is accepted",
    "until-active": "an instance stays DRAINING until it is set ACTIVE",
    "filter-by-instance": "container instances are found by one or several EC2 instance ids",
    "status-unset":
      "container instances of every status but INACTIVE are listed unless a status is asked for",
    "ended-inactive": "an ended instance is INACTIVE, still described, and listed no more",
    "agent-disconnected": "tasks freeze as they are while the agent is disconnected",
    "container-instance-version":
      "a container instance's version goes up with its status, its agent's connection, and each task that starts or stops",
    "disconnected-draining": "DRAINING stops nothing while the agent is disconnected",
    "disconnected-start": "no task can be started on an instance whose agent is disconnected",
    "disconnected-end":
      "an instance that ends while its agent is disconnected stays registered, with its tasks",
    "deregister-force-alone": "an instance with running tasks is deregistered by force alone",
    "deregister-by-force":
      "deregistering by force gives the tasks up, takes their targets out and starts others",
    "blue-green-beside":
      "a blue/green deployment runs the new tasks in the alternate target group beside the old ones, until its bake time is over",
    "blue-green-names":
      "a service names both target groups of blue/green all the time, and its service revisions the one that each uses",
    "load-balancers-changed":
      "when a service's load balancers change, a task stays in its old target group until it is replaced",
    "load-balancers-of-task-sets":
      "a service of CodeDeploy or of an external controller takes no load balancers by UpdateService",
    "task-set-names":
      "with an external controller the task sets name the load balancers, and the service none",
    "task-set-tasks": "a task set's id is its tasks' startedBy, and a deleted one's tasks are stopped",
    "deployments-listed": "the deployments of a service are listed, the newest first",
    "container-order":
      "a container gets SIGTERM after those that depend on it have exited, and SIGKILL after its own stop timeout",
    "container-essential":
      "a task goes on when a container that is not essential exits, and stops when an essential one does",
    "container-circle":
      "containers that depend on each other, or none that is essential, are a ClientException",
    "fargate-tasks": "a task on Fargate has no container instance, and needs the network mode awsvpc",
    "placement-constraints": "placement constraints keep a service's tasks from instances, and it says so",
    "events-told": "a service tells what it does and when it is steady, the newest first",
    "events-kept": "a service shows its last hundred events",
    "events-stalled": "a service whose percentages let nothing stop or start says so",
    "events-unplaced": "a service that finds no room for a task says which instance comes closest",
    "own-task": "a task that its instance started itself names it in startedBy, and DRAINING leaves it",
    "service-counts": "a service shows whether it is a daemon, and what it has running and pending",
    "protection-time": "task protection lasts 120 minutes, or from 1 to 2880 as it is asked for",
    "protection-service": "a task that no service started cannot be protected",
    "protection-scaling": "a protected task is spared when its service is scaled in or deployed",
    "protection-draining": "a protected task holds DRAINING until its protection ends",
    "managed-hook": "managed draining adds a terminating hook of its own, and completes it",
    "managed-patience": "managed draining holds the instance for hours while a task stays",
    "managed-shown": "managed draining shows in the cluster's attachments and in the capacity provider",
  }),
  ...section(3, {
    "draining-in-service":
      "an instance that drains is InService, and only its description says that it leaves",
    "not-registered": "an instance that has left is OutOfService with a description of its own",
    "asked-is-answered": "the health of an instance that is not registered is answered when it is asked for",
    "batch-fails": "one instance that was never registered fails the whole batch, with nothing removed",
    "never-existed": "an instance that never was is the same error",
    "removed-before": "an instance that was registered once is removed again without an error",
    "remaining-returned": "deregistering returns the instances that remain",
    "draining-off": "with connection draining off an instance leaves at once",
    "draining-takes": "connection draining lasts as long as it is set to while requests are in flight",
    "draining-told": "its attributes tell whether connections drain, and for how long at the most",
    "draining-early": "connection draining ends early once no request is in flight",
    "ended-instance": "the health of an instance that has ended fails the whole call",
    "no-such-balancer": "an unknown load balancer is an AccessPointNotFoundException",
    "empty-marker": "the last page of load balancers may have an empty string as its marker",
  }),
  ...section(4, {
    "no-port": "deregistering without the port does nothing",
    "own-port": "deregistering with the id and the port takes out that target alone",
    "unknown-target": "deregistering an unknown target is success",
    "full-delay": "draining lasts the whole deregistration delay",
    "default-delay": "the deregistration delay is 300 seconds unless set",
    "listed-while-draining": "a target that drains is listed as draining, and as nothing once it has drained",
    "not-registered": "a target that has left is unused with Target.NotRegistered when it is asked for",
    "asked-without-port": "a target asked for without its port looks as if it were not registered",
    "not-in-use": "without a load balancer a registered target is unused with Target.NotInUse",
    "invalid-state": "a registered target whose instance ended is unused with Target.InvalidState",
    "ip-unusable": "an address that belongs to a load balancer is unused with Target.IpUnusable",
    "address-stays": "an address stays registered when the task that had it has stopped",
    "initial-first": "a new target is initial, with a reason, before it is healthy",
    "no-such-group": "an unknown target group is a TargetGroupNotFoundException",
    "never-existed": "the health of an instance that never was is an InvalidTargetException",
  }),
  ...section(5, {
    "empty-receive": "an empty receive has no Messages at all",
    "md5-body": "the MD5 of a body is that of its UTF-8 bytes, when sent and when received",
    "md5-attributes": "the MD5 of message attributes is as AWS calculates it",
    "stale-receipt": "deleting with an old receipt handle succeeds and deletes nothing",
    "invalid-receipt": "what is no receipt handle is a ReceiptHandleIsInvalid with status 404",
    "twelve-hours": "extending visibility beyond 12 hours from the receive is an error",
    "visibility-range": "a visibility timeout above 43200 seconds is an error",
    "visibility-from-call": "a changed visibility counts from the call and is forgotten at the next receive",
    "not-in-flight": "changing the visibility of what is not in flight is a MessageNotInflight",
    redrive: "a message moves to the DLQ when its receives would exceed maxReceiveCount",
    "redrive-keeps-age": "a message keeps its send time in the DLQ",
    "retention-from-send": "retention counts from the send, in the DLQ too",
    redelivered: "a message that is not deleted comes again, with a new receipt handle",
    duplicates: "a message may come twice within its visibility timeout",
    reordered: "messages may come in any order",
    "moved-back": "a move task sends the messages of a DLQ back to where they came from, as new messages",
    "moved-elsewhere":
      "a move task sends the messages of a DLQ to a queue of one's choice, at a rate of one's choice",
    "move-source": "only the DLQ of a queue can be the source of a move task, and of one at a time",
    "move-unknown-origin":
      "a move task without destination fails at a message that was sent to the DLQ itself",
    "often-received-last":
      "a message received three times goes behind the others where more receives are allowed",
    "system-attributes": "system attributes come only when they are asked for",
    "sender-id": "a message says who sent it: a user by an id, a role by its id and the session",
    "short-poll-misses": "a short poll may miss a message that is there, a long poll does not",
    "long-poll-waits": "a long poll waits for a message that is still to come",
    "receive-at-most": "a receive takes 1 to 10 messages",
    "delay-hides": "a delayed message cannot be received before its delay is over",
    "delay-range": "a delay above 900 seconds is an error",
    "missing-queue": "an unknown queue is a QueueDoesNotExist with its old code beside it",
    "deleted-recently": "a deleted queue's name is taken for 60 seconds",
    "batch-partly-fails": "a batch whose entry fails is status 200 with Failed",
    "batch-too-many": "more than 10 entries in a batch are a TooManyEntriesInBatchRequest",
    "batch-empty": "an empty batch is an EmptyBatchRequest",
    "batch-same-ids": "two entries of one id are a BatchEntryIdsNotDistinct",
    "batch-bad-id": "an entry id of more than 80 characters is an InvalidBatchEntryId",
    "batch-too-long": "a batch of more than 1 MiB is a BatchRequestTooLong",
    "message-too-long": "a message of more than 1 MiB is refused",
    "policy-denies":
      "a policy's Deny refuses a user or role with AccessDenied and status 403, and a batch as a whole",
    "policy-wildcards":
      "a policy may name roles with wildcards, which stand for nothing beyond a part of an ARN",
    "policy-attribute": "a queue's policy is one of its attributes, and an empty one takes it away",
    "policy-services":
      "a service that sends in its own name is denied nothing where aws:PrincipalIsAWSService is false, and needs an Allow",
    "policy-hook-role":
      "Auto Scaling sends as the role of the hook, and puts no hook whose role a policy refuses",
    "policy-redrive":
      "redrive sends to a DLQ whose policy denies everybody, and a move task sends as whoever started it",
  }),
  ...section(6, {
    "ecs-read": "ECS cluster reads share 100 calls at once and 20 a second",
    "ecs-modify": "ECS cluster changes share 100 calls at once and 40 a second",
    "ecs-clusters": "DescribeClusters and ListClusters share 50 calls at once and 20 a second",
    "ecs-definition-read": "DescribeTaskDefinition has 50 calls at once and 20 a second",
    "ecs-definition-modify": "RegisterTaskDefinition has 20 calls at once and one a second",
    "ecs-service-read": "DescribeServices and ListServices share 100 calls at once and 20 a second",
    "ecs-service-modify": "ECS service changes share 50 calls at once and 5 a second",
    "ecs-task-protection":
      "GetTaskProtection and UpdateTaskProtection share 200 calls at once and 80 a second",
    "ecs-capacity-providers": "DescribeCapacityProviders has 50 calls at once and 20 a second",
    "ecs-code": "ECS throttles with ThrottlingException, Rate exceeded, status 400",
    "elb-registration": "classic registrations and deregistrations share 20 calls at once and 4 a second",
    "elbv2-registration":
      "target registrations and deregistrations share another 20 calls at once and 4 a second",
    "elb-account": "all calls to both kinds of load balancers share 40 at once and 10 a second",
    "elb-code": "load balancers throttle with Rate exceeded, status 400, and a code that SDKs retry",
    "elb-mutating": "other changes of load balancers share 20 calls at once and 3 a second",
    "elb-intensive": "costly changes of load balancers share 10 calls at once and 0.2 a second",
    "ec2-describe": "DescribeInstances has 100 calls at once and 20 a second",
    "ec2-code": "EC2 throttles with RequestLimitExceeded",
    "autoscaling-shared": "all calls to Auto Scaling share one bucket",
    "autoscaling-code": "Auto Scaling throttles with Throttling, Rate exceeded, status 400",
  }),
  ...section(8, {
    envelope: "a notice comes to a queue as the whole event, with the envelope of EventBridge",
    spot: "a Spot interruption notice has its action, and the zone in the ARN",
    "spot-ends": "an interrupted instance ends two minutes after the notice, whatever hook holds it",
    "spot-noticed": "Auto Scaling acts on an interruption only once the instance is gone",
    "spot-stops": "an interrupted instance can be stopped, or hibernated at once",
    rebalance: "a rebalance recommendation names the instance, and does nothing to it",
    maintenance: "a scheduled change is an event of AWS Health with its instances as affected entities",
    "maintenance-arns": "the affected entities of a scheduled change are ids or ARNs",
  }),
  ...section(9, {
    "spot-request": "a Spot Instance says that it is one, and names its request, which is fulfilled",
    "spot-on-demand": "an On-Demand Instance has no Spot request",
    "spot-pages": "Spot requests come in pages, and are found by their ids, states and status codes",
    "spot-capacity":
      "while the two minutes run, an instance that EC2 takes for its capacity has the last status of its request",
    "spot-marked":
      "while the two minutes run, other interrupted instances are marked for termination or for stop",
    "spot-taken": "once EC2 has taken an instance back, its request says why",
    "spot-by-user": "the request of an instance that somebody ended says that, and is shown for four hours",
    "unknown-id": "an instance id that is not known fails the whole call with InvalidInstanceID.NotFound",
    "malformed-id": "what is no instance id is an InvalidInstanceID.Malformed",
    "filter-omits": "a filter leaves out what is not known, without an error",
    "terminated-shown": "a terminated instance is shown for about an hour",
    "group-tag": "an instance carries the name of the group that launched it as a tag",
    "stop-and-start": "a stopped instance is stopping before it is stopped, and pending before it runs again",
    "ids-or-pages": "ids and a page size exclude each other",
    "instance-pages": "DescribeInstances gives pages only when it is asked for them",
    "scheduled-event":
      "DescribeInstanceStatus shows what is scheduled for a running instance, and finds it by its code",
    "scheduled-over": "what was canceled or has happened stays for a week, and its description says so first",
    "retired-stops": "at its time, an instance that is retired stops",
    "interface-shown": "an interface shows its instance, its VPC, all its addresses and its prefixes",
    "interface-by-address": "an interface is found by any of its addresses, and not by one in a prefix",
    "interface-of-task":
      "a task's interface is attached to its instance, and its description names ECS's attachment",
    "interface-branch": "a branch interface of a task shows no instance",
    "interface-of-fargate": "the interface of a task on Fargate is in the account, and shows no instance",
    "filter-limit": "a filter takes 200 values at the most",
    "interface-pages": "DescribeNetworkInterfaces has pages of 5 to 1,000, and none with ids",
    "interface-ends": "the interfaces that an instance was launched with go with it",
  }),
  ...section(10, {
    "scaled-service": "a service that is scaled is a scalable target by the name of its cluster and its own",
    "unscaled-omitted": "services that are not scaled are left out of the answer without an error",
    "bounds-needed": "a new scalable target needs both of its bounds, and a known one keeps those not given",
    "no-such-service": "a service that does not exist is a ValidationException",
    "no-such-target": "deregistering what is no scalable target is an ObjectNotFoundException",
  }),
];

/** The title of the test of a fact. */
export function titleOf({ section, words }: Fact): string {
  return `facts ${section}: ${words}`;
}

function section(number: SectionNumber, words: Readonly<Record<string, string>>): Fact[] {
  return Object.entries(words).map(([id, text]) => ({ id, section: number, words: text }));
}
