// Plays worlds in which the functions do something that they should not do, once: what is lost by it is the judge's to find.
import {
  CompleteLifecycleActionCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import { UpdateContainerInstancesStateCommand } from "@aws-sdk/client-ecs";
import { DeregisterTargetsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { type Clients, createClients } from "../../shared/aws/clients.ts";
import { clientOptions, transport } from "../../simulator/cloud/transport.ts";
import type { Damage } from "../../simulator/judge/damage.ts";
import type { Clock } from "../../simulator/kernel/clock.ts";
import { type Played, playScenario } from "../../simulator/scenario/play.ts";
import { checkScenario } from "../../simulator/scenario/read.ts";
import type { Invoke } from "../../simulator/scenario/stage.ts";
import type { ContainerInstance } from "../../simulator/services/ecs/model.ts";
import type { World } from "../../simulator/services/world.ts";
import { functions, HOOK, instanceIds, QUEUES } from "./fixture.ts";

export const ids = instanceIds(4);
export const [victim, other] = ids as [string, string];

/** `kind, allowed by`, of each damage once. */
export const kinds = ({ damage }: Pick<Played, "damage">) => [
  ...new Set(damage.map(({ kind, allowedBy = "nothing" }) => `${kind}, by ${allowedBy}`)),
];

/** Makes what tells `what, allowed by`, of all damage of a kind. */
export const told =
  (wanted: Damage["kind"]) =>
  ({ damage }: Pick<Played, "damage">) =>
    damage
      .filter(({ kind }) => kind === wanted)
      .map(({ what, allowedBy = "nothing" }) => `${what}, by ${allowedBy}`);

/** A group in a cluster, whose instances register themselves with a target group by a port. */
export const group = {
  name: "fleet",
  instance_ids: ids,
  cluster: "main",
  hooks: [HOOK],
  registers_with: { target_groups: [{ name: "static" }] },
};
/** Its world, in which the first instance is terminated. */
export const world = {
  target_groups: [{ name: "static", port: 8080, deregistration_delay_seconds: 60 }],
  clusters: [{ name: "main" }],
  auto_scaling_groups: [group],
  timeline: [{ at_seconds: 1, terminate: { instance_ids: [victim] } }],
};
/** An input that names all of it. */
export const named = { cluster_name: "main", target_groups: ["static"] };

export type Deed = (clients: Clients, world: World, clock: Clock) => Promise<unknown>;

/** Plays a world in which the functions do nothing but this, once, at 20 s. Or somebody else does it, where a name is given. */
export function playBy(deed: Deed, more: Record<string, unknown> = {}, by?: string): Promise<Played> {
  let done = false;
  const invoke: Invoke = async (name, _event, { simulation, clock }) => {
    if (done) return;
    done = true;
    await deed(createClients(clientOptions(transport(simulation, by ?? name))), simulation.world, clock);
  };
  const given = { name: "damage", queues: QUEUES, functions: functions(named), ends_after_seconds: 900 };
  return playScenario(checkScenario({ ...given, ...world, ...more }, "damage"), { invoke });
}

export const complete = (
  { autoScaling }: Clients,
  LifecycleHookName = "drain",
  InstanceId: string | undefined = victim,
) =>
  autoScaling.send(
    new CompleteLifecycleActionCommand({
      AutoScalingGroupName: "fleet",
      LifecycleHookName,
      InstanceId,
      LifecycleActionResult: "CONTINUE",
    }),
  );
export const replace = ({ autoScaling }: Clients, InstanceId: string) =>
  autoScaling.send(
    new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity: false }),
  );
export const pull = ({ elbv2 }: Clients, { targetGroups }: World, Id: string, Port = 8080) =>
  elbv2.send(
    new DeregisterTargetsCommand({
      TargetGroupArn: targetGroups.byName("static")?.settings.arn,
      Targets: [{ Id, Port }],
    }),
  );
export const containerInstanceOf = ({ clusters }: World, id: string): ContainerInstance | undefined =>
  [...clusters.byName("main").containerInstances.values()].find(({ instanceId }) => instanceId === id);
export const setStatus = ({ ecs }: Clients, here: World, id: string, status: "ACTIVE" | "DRAINING") =>
  ecs.send(
    new UpdateContainerInstancesStateCommand({
      cluster: "main",
      containerInstances: [containerInstanceOf(here, id)?.arn ?? ""],
      status,
    }),
  );
export const drain: Deed = (clients, here) => setStatus(clients, here, victim, "DRAINING");
export const idle: Deed = async () => {};
