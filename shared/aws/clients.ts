import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SQSClient } from "@aws-sdk/client-sqs";

/** The clients of the pair: one a service. */
export type Clients = {
  readonly autoScaling: AutoScalingClient;
  /** Makes a client that only completes lifecycle actions. Each run has its own, since the pace it learns is of that minute. */
  readonly completions: () => AutoScalingClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly elb: ElasticLoadBalancingClient;
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly eventBridge: EventBridgeClient;
  readonly sqs: SQSClient;
};

/** The clients of scale-tasks. */
export type ScaleClients = {
  readonly ecs: ECSClient;
  readonly applicationAutoScaling: ApplicationAutoScalingClient;
};

/** The configuration of all clients. The SDK's own defaults hold for the rest. */
export type ClientOptions = ConstructorParameters<typeof SQSClient>[0] &
  ConstructorParameters<typeof ApplicationAutoScalingClient>[0] &
  ConstructorParameters<typeof EC2Client>[0] &
  ConstructorParameters<typeof ECSClient>[0] &
  ConstructorParameters<typeof ElasticLoadBalancingClient>[0] &
  ConstructorParameters<typeof ElasticLoadBalancingV2Client>[0] &
  ConstructorParameters<typeof EventBridgeClient>[0] &
  ConstructorParameters<typeof AutoScalingClient>[0];

// The SDK by itself waits for ever, and a call that hangs must not take the run with it. The longest call that should take its
// time is a long poll of 5 s. Three attempts of 7 s fit into the time that a run keeps for its end.
const TIMEOUTS = { connectionTimeout: 2_000, requestTimeout: 7_000, throwOnRequestTimeout: true };

// Events are put at a run's end, when all else is done. A call that hangs must not have Lambda end the run.
const EVENTS = {
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
  maxAttempts: 2,
};

// Nobody knows how many calls Auto Scaling takes, and the deployment that caused the termination makes calls too. A completion
// is a call for each instance. So the client for completions makes fewer calls after a refusal, and more again once they are
// taken. The other clients do not wait for that: they make few calls, and a heartbeat must be in time.
const PACED = { retryMode: "adaptive" };

/** Makes the clients. Without options they read Region, credentials and endpoint from the environment, as in Lambda. */
export function createClients(given?: ClientOptions): Clients {
  const options = given ?? { requestHandler: TIMEOUTS };
  const autoScaling = new AutoScalingClient(options);
  // The clients that `completions` makes share the connections of this one: each run makes its own.
  const { requestHandler } = autoScaling.config;
  return {
    autoScaling,
    completions: () => new AutoScalingClient({ ...options, ...PACED, requestHandler }),
    ec2: new EC2Client(options),
    ecs: new ECSClient(options),
    elb: new ElasticLoadBalancingClient(options),
    elbv2: new ElasticLoadBalancingV2Client(options),
    eventBridge: new EventBridgeClient(given ?? EVENTS),
    sqs: new SQSClient(options),
  };
}

/** Makes the clients of scale-tasks, likewise. */
export function createScaleClients(options: ClientOptions = { requestHandler: TIMEOUTS }): ScaleClients {
  return {
    ecs: new ECSClient(options),
    applicationAutoScaling: new ApplicationAutoScalingClient(options),
  };
}
