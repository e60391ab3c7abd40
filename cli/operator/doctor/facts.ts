import type { DrainKeys } from "../../../shared/model/settings.ts";

/** Something that was read of AWS, or why it could not be read. */
export type Fact<T> = { readonly value: T } | { readonly unread: string };

/** A function as Lambda shows it. */
export type FunctionShown = {
  readonly name: string;
  readonly arn: string;
  /** The ARN of its role. */
  readonly role: string;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly state: string;
  readonly updateStatus: string;
};

/** What Lambda polls for a function. */
export type MappingShown = {
  readonly id: string;
  /** The ARN of what it polls. */
  readonly source: string;
  readonly state: string;
  readonly concurrency: number | undefined;
  readonly reportsFailures: boolean;
};

/** How an event that could not be delivered is tried again. */
type Retry = { readonly retries: number; readonly seconds: number };

/** A rule of EventBridge, with what it sends to one target. */
export type RuleShown = {
  readonly name: string;
  readonly isEnabled: boolean;
  /** Its schedule, if it has one. */
  readonly expression: string | undefined;
  /** Its pattern, if it has one. */
  readonly pattern: string | undefined;
  readonly input: string | undefined;
  readonly retry: Retry;
};

/** A function, with all that invokes it. */
export type FunctionFacts = FunctionShown & {
  readonly reserved: Fact<number | undefined>;
  readonly eventInvoke: Fact<Retry | undefined>;
  readonly version: Fact<string | undefined>;
  readonly mappings: Fact<readonly MappingShown[]>;
  readonly rules: Fact<readonly RuleShown[]>;
};

/** A queue as SQS shows it. */
export type QueueShown = {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  readonly delaySeconds: number;
  readonly messages: number;
  /** Its KMS key, if it has one. */
  readonly key: string | undefined;
  readonly isEncrypted: boolean;
  readonly policy: string | undefined;
  /** The name of the queue of its dead letters, and after how many receives a message moves there. */
  readonly deadLetters: string | undefined;
  readonly receives: number | undefined;
};

/** A group as Auto Scaling shows it. */
export type GroupShown = {
  readonly name: string;
  readonly arn: string;
  readonly suspended: readonly string[];
  readonly instanceIds: readonly string[];
  readonly rebalances: boolean;
  readonly tags: Readonly<Record<string, string>>;
};

/** A lifecycle hook as Auto Scaling shows it. */
export type HookShown = {
  readonly name: string;
  readonly transition: string;
  readonly target: string | undefined;
  readonly role: string | undefined;
  readonly metadata: string | undefined;
  readonly timeoutSeconds: number;
  readonly globalSeconds: number;
  readonly result: string;
};

/** A group, with its hooks. */
export type GroupFacts = GroupShown & { readonly hooks: Fact<readonly HookShown[]> };

/** A role as IAM shows it. */
export type RoleShown = {
  readonly arn: string;
  readonly id: string;
  /** The services that may take it on. */
  readonly trusted: readonly string[];
};

/** What IAM is asked about a role: actions on one resource, with what the conditions of its policies may look at. */
export type Asked = {
  readonly actions: readonly string[];
  readonly resource: string;
  readonly context: Readonly<Record<string, string>>;
};

/** An action that a role needs, and whether its policies allow it. `check` is the id of the check that tells of it. */
export type Permission = {
  readonly check: string;
  /** Whose role it is: a function's name, or the hook's. */
  readonly of: string;
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  readonly isAllowed: Fact<boolean>;
};

/** A metric of one thing: a queue's, a function's, or the deployment's. */
export type Metric = {
  readonly namespace: string;
  readonly name: string;
  readonly dimension: readonly [name: string, value: string];
};

/** An alarm as CloudWatch shows it. */
export type AlarmShown = {
  readonly name: string;
  readonly isEnabled: boolean;
  /** The ARNs that it tells when it goes off. */
  readonly actions: readonly string[];
};

/** A metric that should have an alarm, with those that it has. `check` is the id of the check that tells of it. */
type Watched = {
  readonly check: string;
  readonly metric: Metric;
  readonly alarms: Fact<readonly AlarmShown[]>;
};

/** A stack as CloudFormation shows it. */
export type StackShown = {
  readonly name: string;
  readonly status: string;
  readonly version: string | undefined;
};

/** A cluster as ECS shows it. */
export type ClusterShown = {
  readonly name: string;
  readonly arn: string;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
};

/** A service as ECS shows it. */
export type ServiceShown = {
  readonly cluster: string;
  readonly name: string;
  readonly isDaemon: boolean;
  readonly isFargate: boolean;
  readonly desired: number;
  /** The shares of the desired count that must run, and that may run. */
  readonly minimum: number;
  readonly maximum: number;
  readonly definition: string | undefined;
  /** The ARNs of the target groups that it registers its tasks with. */
  readonly targetGroups: readonly string[];
};

/** A service, with how long its tasks may take to stop. */
export type ServiceFacts = ServiceShown & { readonly stopSeconds: Fact<number> };

/** A capacity provider of a group. */
export type ProviderShown = {
  readonly name: string;
  /** The group's ARN. */
  readonly group: string;
  /** Whether it has managed draining. */
  readonly drains: boolean;
};

/** A load balancer, and for how long its targets drain. Undefined where nobody can tell. */
export type LoadBalancerShown = {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly drainSeconds: number | undefined;
};

/** A name that an input has, with the thing of that name. Undefined where there is none. */
export type Named<T> = { readonly name: string; readonly found: Fact<T | undefined> };

/** An input of a function, as text and as keys. The keys are those that are right. */
export type Given = {
  readonly text: string;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly problems: readonly string[];
};

/** The names of the functions. */
const FUNCTIONS = ["deregister", "terminate", "scale-tasks"] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** The names of the queues. */
export const QUEUES = ["lifecycle", "monitor", "lifecycleDeadLetters", "monitorDeadLetters"] as const;
export type QueueName = (typeof QUEUES)[number];

/** All that the checks know. It is read once, by calls that write nothing. */
export type Facts = {
  /** The functions' names without what tells them apart. */
  readonly deployment: string;
  readonly region: string;
  /** The version of this program. */
  readonly program: string;
  /** By how many seconds this machine's clock is ahead of AWS's. */
  readonly aheadSeconds: Fact<number>;
  /** Undefined where there is no such function. */
  readonly functions: Readonly<Record<FunctionName, Fact<FunctionFacts | undefined>>>;
  /** How many executions at once all functions of the account without a reserve share. */
  readonly unreserved: Fact<number>;
  /** Undefined where nothing invokes the function, or with nothing. */
  readonly inputs: Readonly<Record<FunctionName, Fact<Given | undefined>>>;
  /** The drain settings in force: deregister's, and terminate's over them. */
  readonly settings: Fact<DrainKeys>;
  /** Undefined where there is no such queue. */
  readonly queues: Readonly<Record<QueueName, Fact<QueueShown | undefined>>>;
  /** The rules that send to the lifecycle queue. */
  readonly queueRules: Fact<readonly RuleShown[]>;
  /** The names of groups that the inputs or the options give. */
  readonly groupNames: Fact<readonly string[]>;
  /** The groups that exist, of those that are named or tagged. */
  readonly groups: Fact<readonly GroupFacts[]>;
  /** Undefined where no stack has that name: there are other ways to deploy. */
  readonly stack: Fact<StackShown | undefined>;
  /** The roles of the functions and of the hooks, by ARN. */
  readonly roles: ReadonlyMap<string, Fact<RoleShown | undefined>>;
  readonly permissions: Fact<readonly Permission[]>;
  readonly watched: Fact<readonly Watched[]>;
  /** The clusters, load balancers and services that the inputs name. */
  readonly clusters: Fact<readonly Named<ClusterShown>[]>;
  readonly loadBalancers: Fact<readonly Named<LoadBalancerShown>[]>;
  readonly scaledServices: Fact<readonly Named<ServiceShown>[]>;
  /** The services of the clusters that are named. */
  readonly services: Fact<readonly ServiceFacts[]>;
  /** The target groups of these services. */
  readonly serving: Fact<readonly LoadBalancerShown[]>;
  /** The clusters that have an instance of the groups. */
  readonly hosts: Fact<readonly ClusterShown[]>;
  /** The load balancers that have an instance of the groups, where the functions take out what is named alone. */
  readonly having: Fact<readonly LoadBalancerShown[] | "all are found">;
  readonly providers: Fact<readonly ProviderShown[]>;
  /** When terminate's newest run began by its log, in milliseconds since 1970. Undefined if there was none of late. */
  readonly lastRunAt: Fact<number | undefined>;
  /** The time by AWS's clock, in milliseconds since 1970. */
  readonly now: number;
};

/** What is read first: the rest is asked by it. */
export type Before = Pick<Facts, "deployment" | "functions" | "inputs" | "settings" | "queues" | "groups">;
