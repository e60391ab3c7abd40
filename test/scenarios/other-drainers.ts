// Lets other drainers run beside the functions, in a scenario's world: who moves from one to us has both for a while.
import { CompleteLifecycleActionCommand } from "@aws-sdk/client-auto-scaling";
import {
  DeregisterInstancesFromLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingClient,
} from "@aws-sdk/client-elastic-load-balancing";
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { type Peer, type PeerEvent, peerAws } from "../../bench/peers/peer.ts";
import type { Simulation } from "../../simulator/cloud/simulation.ts";
import { clientOptions, transport } from "../../simulator/cloud/transport.ts";

/** The scenario's virtual time has taken the place of these. */
const CLOCK = {
  now: () => Date.now(),
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};
const CALL_MS = 40;
const DELIVERY_MS = 100;

/** The five keys of a message that the original pair's deregister sends on. */
type OriginalMessage = {
  readonly elb_name: string;
  readonly instance_id: string;
  readonly auto_scaling_group: string;
  readonly life_cycle_hook_name: string;
  readonly lifecycle_action_token: string;
};

/** The names of what the original pair works on. */
type OriginalWorld = { readonly lifecycle: string; readonly monitor: string; readonly elb: string };

/** Runs the pair that this one replaces: a message a run, a run a minute, until somebody disables its schedules. */
export function runOriginal(
  simulation: Simulation,
  { lifecycle, monitor, elb }: OriginalWorld,
  untilSeconds: number,
): void {
  const { sqs, autoScaling } = peerAws(simulation, CLOCK, "original", {
    callMs: CALL_MS,
    republish: () => {},
  });
  const elbs = new ElasticLoadBalancingClient(clientOptions(transport(simulation, "original")));
  const urlOf = async (name: string) =>
    (await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl as string;
  const receive = async (url: string): Promise<Message | undefined> =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl: url }))).Messages?.[0];
  const takeOut = (id: string) =>
    elbs.send(
      new DeregisterInstancesFromLoadBalancerCommand({
        LoadBalancerName: elb,
        Instances: [{ InstanceId: id }],
      }),
    );

  async function deregister(): Promise<void> {
    const url = await urlOf(lifecycle);
    const message = await receive(url);
    if (message === undefined) return;
    const body = JSON.parse(message.Body ?? "{}") as Readonly<Record<string, string>>;
    if (body.EC2InstanceId !== undefined) {
      await takeOut(body.EC2InstanceId);
      const passedOn = {
        elb_name: elb,
        instance_id: body.EC2InstanceId,
        auto_scaling_group: body.AutoScalingGroupName,
        life_cycle_hook_name: body.LifecycleHookName,
        lifecycle_action_token: body.LifecycleActionToken,
      };
      await sqs.send(
        new SendMessageCommand({ QueueUrl: await urlOf(monitor), MessageBody: JSON.stringify(passedOn) }),
      );
    }
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message.ReceiptHandle }));
  }

  async function terminate(): Promise<void> {
    const url = await urlOf(monitor);
    const message = await receive(url);
    if (message === undefined) return;
    const body = JSON.parse(message.Body ?? "{}") as OriginalMessage;
    const { LoadBalancerDescriptions = [] } = await elbs.send(
      new DescribeLoadBalancersCommand({ LoadBalancerNames: [elb] }),
    );
    const listed = LoadBalancerDescriptions.flatMap(({ Instances = [] }) => Instances);
    if (listed.some(({ InstanceId }) => InstanceId === body.instance_id)) {
      await takeOut(body.instance_id);
      return;
    }
    await autoScaling.send(
      new CompleteLifecycleActionCommand({
        AutoScalingGroupName: body.auto_scaling_group,
        LifecycleHookName: body.life_cycle_hook_name,
        LifecycleActionToken: body.lifecycle_action_token,
        LifecycleActionResult: "CONTINUE",
      }),
    );
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message.ReceiptHandle }));
  }

  const { agenda } = simulation.world;
  for (let at = 15; at < untilSeconds; at += 60) {
    agenda.in(at * 1_000, () => void deregister().catch(ignored));
    agenda.in((at + 30) * 1_000, () => void terminate().catch(ignored));
  }
}

/**
 * Runs a drainer that the messages of a hook start, until its subscription is taken away. An invocation that runs then goes on; the message
 * that it publishes to its own topic then starts nobody, and `elsewhere` gets it.
 */
export function runSubscribed(
  peer: Peer,
  simulation: Simulation,
  { hook, untilSeconds, elsewhere }: Subscription,
): void {
  if (peer.kind !== "event") throw new Error(`${peer.name}: expected a drainer that events start`);
  const { agenda, story } = simulation.world;
  const endsAt = agenda.now + untilSeconds * 1_000;
  const aws = peerAws(simulation, CLOCK, peer.name, {
    callMs: CALL_MS,
    republish: (event) => {
      elsewhere(event);
      invoke(event);
    },
  });
  const invoke = (event: PeerEvent) => {
    if (agenda.now >= endsAt) return;
    agenda.in(DELIVERY_MS, () => void peer.handle(event, aws).catch(ignored));
  };
  story.listen((line) => {
    if (line.kind === "action-started" && line.hook === hook)
      invoke({ ...line, cluster: line.group, hops: 0 });
  });
}

type Subscription = {
  readonly hook: string;
  readonly untilSeconds: number;
  readonly elsewhere: (event: PeerEvent) => void;
};

// Their failures are theirs: Lambda would log them.
function ignored(): void {}
