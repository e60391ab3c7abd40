import { type AutoScalingPort, autoScalingPort } from "../aws/autoscaling.ts";
import { pacedCall } from "../aws/call.ts";
import { type Clients, createClients } from "../aws/clients.ts";
import { type Ec2Port, ec2Port } from "../aws/ec2.ts";
import { type EcsPort, ecsPort } from "../aws/ecs.ts";
import { type EventBusPort, eventBusPort } from "../aws/event-bus.ts";
import { type LoadBalancerPorts, loadBalancerPorts } from "../aws/load-balancers.ts";
import { createPace, DISCOVERIES_A_SECOND, discoveryBuckets } from "../aws/pace.ts";
import { type QueuePort, queuePort } from "../aws/sqs.ts";
import { createLog, type Log } from "../base/log.ts";
import { handsOverAt, type Invocation } from "./invocation.ts";

/** All of the outside that a run touches. Times are in milliseconds since 1970. */
export type Ports = {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly log: Log;
  /** The deployment's name: that of the function in Lambda, without what the two of the pair do not share. */
  readonly deployment: string;
  /** Writes a line from which CloudWatch Logs makes metrics. */
  readonly writeMetrics: (line: string) => void;
  /** The environment's variable DRYRUN. */
  readonly dryRunVariable: string | undefined;
  /** The environment's variable INPUT: a function's input as JSON, for events that bring none. */
  readonly inputVariable: string | undefined;
  /** The environment's variable SENDER_ROLE_IDS: the ids of the roles that write memory, separated by commas. */
  readonly senderRoleIdsVariable: string | undefined;
  readonly queues: QueuePort;
  readonly autoScaling: AutoScalingPort;
  readonly ec2: Ec2Port;
  readonly ecs: EcsPort;
  readonly eventBus: EventBusPort;
  readonly loadBalancers: LoadBalancerPorts;
};

/** The things that live as long as the function's process: the clients, and the queues' URLs, which do not change. */
export type Environment = { readonly clients: Clients; readonly queueUrls: Map<string, string> };

/** The environment of a function in Lambda. */
export function createEnvironment(): Environment {
  return { clients: createClients(), queueUrls: new Map() };
}

/** The ports of one invocation. Runs outside of Lambda replace the real clock and standard output by `outside`. */
export function createPorts(
  functionName: string,
  { clients, queueUrls }: Environment,
  invocation: Invocation,
  outside: {
    now?: () => number;
    sleep?: (milliseconds: number) => Promise<void>;
    write?: (line: string) => void;
    writeMetrics?: (line: string) => void;
    dryRunVariable?: string;
    inputVariable?: string;
    senderRoleIdsVariable?: string;
  } = {},
): Ports {
  const now = outside.now ?? Date.now;
  const sleep =
    outside.sleep ??
    ((milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)));
  const until = handsOverAt(now(), invocation);
  const inputVariable = outside.inputVariable ?? process.env.INPUT;
  const { deregister, mapped, terminate } = DISCOVERIES_A_SECOND;
  const ofDeregister = inputVariable ? mapped : deregister;
  const discoveries = discoveryBuckets(functionName === "deregister" ? ofDeregister : terminate);
  return {
    now,
    sleep,
    log: createLog(functionName, invocation.requestId, outside.write),
    deployment: (process.env.AWS_LAMBDA_FUNCTION_NAME ?? "asg-drain").replace(`-${functionName}`, ""),
    writeMetrics: outside.writeMetrics ?? ((line) => process.stdout.write(`${line}\n`)),
    dryRunVariable: outside.dryRunVariable ?? process.env.DRYRUN,
    inputVariable,
    senderRoleIdsVariable: outside.senderRoleIdsVariable ?? process.env.SENDER_ROLE_IDS,
    queues: queuePort(clients.sqs, queueUrls),
    autoScaling: autoScalingPort(clients.autoScaling, clients.completions),
    ec2: ec2Port(clients.ec2),
    ecs: ecsPort(clients.ecs, pacedCall(createPace(now, sleep, until))),
    eventBus: eventBusPort(clients.eventBridge),
    loadBalancers: loadBalancerPorts(clients, pacedCall(createPace(now, sleep, until, discoveries))),
  };
}
