import { AutoScalingClient, CompleteLifecycleActionCommand } from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";
import {
  DescribeContainerInstancesCommand,
  ECSClient,
  ListContainerInstancesCommand,
  type ContainerInstance as SdkContainerInstance,
  UpdateContainerInstancesStateCommand,
} from "@aws-sdk/client-ecs";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Simulation } from "../../simulator/cloud/simulation.ts";
import { clientOptions, transport } from "../../simulator/cloud/transport.ts";
import type { Clock } from "../../simulator/kernel/clock.ts";

/** What a peer is told of a termination: its hook's message, whichever way that comes. */
export type PeerEvent = {
  readonly instanceId: string;
  readonly group: string;
  readonly hook: string;
  readonly token: string;
  readonly cluster: string;
  /** How often the peer has published this event to itself so far. */
  readonly hops: number;
};

/** What a peer calls. */
export type PeerAws = {
  readonly ecs: ECSClient;
  readonly ec2: EC2Client;
  readonly autoScaling: AutoScalingClient;
  readonly sqs: SQSClient;
  /** Makes a call that the simulated AWS does not serve, and whose answer does not matter here: it takes its time and counts. */
  note: (action: string) => Promise<void>;
  /** Publishes the event to the peer's own SNS topic: another invocation follows. */
  republish: (event: PeerEvent) => Promise<void>;
  sleep: (seconds: number) => Promise<void>;
};

/**
 * What was measured of the real thing, beside an emulator of AWS (moto) and with a drain of 60 s. Where many called it at
 * once, the emulator was slower than AWS.
 */
export type RealFigure = {
  readonly terminations: number;
  /** In the cluster. */
  readonly instances: number;
  readonly calls: number;
  readonly lambdaSeconds: number;
  /** How much of the Lambda seconds it slept: what is left, its calls took. */
  readonly sleptSeconds: number;
  /** From ready to completed, the least and the most. */
  readonly lagSeconds: readonly [number, number];
};

/** Another drainer, as a model of the calls that it makes and of when it makes them. */
export type Peer = {
  /** Its public repository. */
  readonly name: string;
  readonly measured: readonly RealFigure[];
  /** Why the model's figures differ from those, where they do. */
  readonly differs?: string;
} & (
  | { readonly kind: "event"; readonly handle: (event: PeerEvent, aws: PeerAws) => Promise<void> }
  /** Invoked every minute, like ours. */
  | { readonly kind: "schedule"; readonly functions: readonly ((aws: PeerAws) => Promise<void>)[] }
);

/** The SDK's clients for a peer, against a simulation. */
export function peerAws(
  simulation: Simulation,
  clock: Clock,
  name: string,
  {
    callMs,
    republish,
  }: {
    /** How long a call takes that the simulated AWS does not serve, in milliseconds. */
    readonly callMs: number;
    readonly republish: (event: PeerEvent) => void;
  },
): PeerAws {
  const options = clientOptions(transport(simulation, name));
  const note = async (action: string) => {
    await clock.sleep(callMs);
    simulation.record({ at: clock.now(), caller: name, action, input: undefined });
  };
  return {
    ecs: new ECSClient(options),
    ec2: new EC2Client(options),
    autoScaling: new AutoScalingClient(options),
    sqs: new SQSClient(options),
    note,
    republish: async (event) => {
      await note("sns:Publish");
      republish(event);
    },
    sleep: (seconds) => clock.sleep(seconds * 1_000),
  };
}

/**
 * Looks for an instance the way most peers do: page by page, list and describe, until it is found or, with `whole`, to the
 * end. Returns its container instance.
 */
export async function scanFor(
  { ecs }: PeerAws,
  { cluster, instanceId }: PeerEvent,
  { whole, pages = Number.POSITIVE_INFINITY }: { readonly whole: boolean; readonly pages?: number },
): Promise<SdkContainerInstance | undefined> {
  let nextToken: string | undefined;
  let found: SdkContainerInstance | undefined;
  for (let page = 1; page <= pages; page++) {
    const listed = await ecs.send(new ListContainerInstancesCommand({ cluster, nextToken }));
    const { containerInstances = [] } = await ecs.send(
      new DescribeContainerInstancesCommand({ cluster, containerInstances: listed.containerInstanceArns }),
    );
    found ??= containerInstances.find((each) => each.ec2InstanceId === instanceId);
    nextToken = listed.nextToken;
    if (!nextToken || (found && !whole)) break;
  }
  return found;
}

/** Sets a container instance DRAINING, as every peer does that knows tasks. */
export async function drain(
  { ecs }: PeerAws,
  { cluster }: PeerEvent,
  containerInstance: string,
): Promise<void> {
  await ecs.send(
    new UpdateContainerInstancesStateCommand({
      cluster,
      containerInstances: [containerInstance],
      status: "DRAINING",
    }),
  );
}

/** Completes the lifecycle action, which is how every peer ends. */
export async function complete({ autoScaling }: PeerAws, { group, hook, token }: PeerEvent): Promise<void> {
  await autoScaling.send(
    new CompleteLifecycleActionCommand({
      AutoScalingGroupName: group,
      LifecycleHookName: hook,
      LifecycleActionToken: token,
      LifecycleActionResult: "CONTINUE",
    }),
  );
}
