// Protects the judgement of a drain from what ECS shows: tasks that it shows are long gone while their agent is
// disconnected, and tasks that it has given up run on.
import { CompleteLifecycleActionCommand } from "@aws-sdk/client-auto-scaling";
import { DeregisterContainerInstanceCommand } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { createClients } from "../../shared/aws/clients.ts";
import { clientOptions, transport } from "../../simulator/cloud/transport.ts";
import { type Played, playScenario } from "../../simulator/scenario/play.ts";
import { parseScenario } from "../../simulator/scenario/read.ts";
import type { Invoke } from "../../simulator/scenario/stage.ts";
import { snapshot } from "../../simulator/services/snapshot.ts";
import { brokenPromises, functions, HOOK, instanceIds, QUEUES } from "./fixture.ts";

const ids = instanceIds(1);
const [victim] = ids as [string];

/** Plays a drain of an instance with one task, with those happenings and what the functions do instead of their work. */
async function play(
  timeline: object[],
  task: object = {},
  invoke: Invoke = async () => undefined,
): Promise<Played> {
  const scenario = {
    name: "truth",
    queues: QUEUES,
    functions: functions({ cluster_name: "main" }),
    clusters: [{ name: "main" }],
    auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
    tasks: [{ cluster: "main", instance_ids: ids, task }],
    timeline: [{ at_seconds: 1, terminate: { instance_ids: ids } }, ...timeline],
    ends_after_seconds: 300,
  };
  return playScenario(parseScenario(JSON.stringify(scenario), "truth"), { invoke });
}

/** When the victim's last task was gone, in seconds from the start. */
function goneAfter({ terminations, startedAt }: Played): number | undefined {
  const at = terminations[0]?.tasksGoneAt;
  return at === undefined ? undefined : (at - startedAt) / 1000;
}

/** The victim's tasks as `what ECS shows / what is true`. */
function tasks({ simulation }: Played): string[] {
  const [cluster] = snapshot(simulation.world).clusters;
  return (cluster?.tasks ?? []).map(({ status, containers }) => `${status} / ${containers}`);
}

const disconnect = (more: object = {}) => ({
  at_seconds: 20,
  disconnect_agent: { instance_ids: ids, ...more },
});

describe("scenarios: what is true, and what ECS shows", () => {
  it("tasks end with their instance, though ECS shows them for good where the agent was disconnected", async () => {
    const played = await play([
      disconnect({ for_seconds: 60 }),
      { at_seconds: 30, kill: { instance_ids: ids } },
    ]);
    expect(goneAfter(played)).to.equal(30);
    expect(tasks(played)).to.deep.equal(["RUNNING / ended"]);
    const [containerInstance] = snapshot(played.simulation.world).clusters[0]?.container_instances ?? [];
    expect(containerInstance).to.include({ status: "ACTIVE", agent_connected: false });
  });

  it("a task is gone when it is STOPPED, where ECS hears of it", async () => {
    const stop = { at_seconds: 30, stop_tasks: { cluster: "main", family: "standalone" } };
    const played = await play([stop], { network_mode: "awsvpc", stop_seconds: 5 });
    // Its containers have ended at 35, and then its network interface is given back.
    expect(goneAfter(played)).to.equal(38);
  });

  it("tasks end with their instance when it is stopped, though ECS shows them as they were", async () => {
    const played = await play([{ at_seconds: 30, stop: { instance_ids: ids } }]);
    expect(goneAfter(played)).to.equal(30);
    expect(tasks(played)).to.deep.equal(["RUNNING / ended"]);
  });

  it("a task that ends by itself is gone before ECS hears of it", async () => {
    const played = await play([disconnect({ for_seconds: 100 })], { run_seconds: 638 });
    expect(goneAfter(played)).to.equal(40);
    expect(tasks(played)).to.deep.equal(["STOPPED / ended"]);
  });

  it("a task that is asked to stop while the agent is disconnected runs on until it is connected again", async () => {
    const stop = { at_seconds: 30, stop_tasks: { cluster: "main", family: "standalone" } };
    const played = await play([disconnect({ for_seconds: 100 }), stop], { stop_seconds: 5 });
    expect(goneAfter(played)).to.equal(125);
  });

  it("an agent that is not connected again by the end of the scenario freezes what it had", async () => {
    const stop = { at_seconds: 30, stop_tasks: { cluster: "main", family: "standalone" } };
    const played = await play([disconnect(), stop]);
    expect(goneAfter(played)).to.equal(undefined);
    expect(tasks(played)).to.deep.equal(["RUNNING / running"]);
  });

  it("completing after the tasks were given up by force, and run on, is found out", async () => {
    const invoke: Invoke = async (name, _event, { simulation }) => {
      if (name !== "terminate") return;
      const clients = createClients(clientOptions(transport(simulation, name)));
      const [each] = [...simulation.world.clusters.byName("main").containerInstances.values()];
      if (each?.status.latest === "INACTIVE") return;
      await clients.ecs.send(
        new DeregisterContainerInstanceCommand({
          cluster: "main",
          containerInstance: each?.arn,
          force: true,
        }),
      );
      await clients.autoScaling.send(
        new CompleteLifecycleActionCommand({
          AutoScalingGroupName: "fleet",
          LifecycleHookName: "drain",
          InstanceId: victim,
          LifecycleActionResult: "CONTINUE",
        }),
      );
    };
    const { violations } = await play([], {}, invoke);
    expect(brokenPromises(violations).map(({ rule, what }) => `${rule}: ${what}`)).to.deep.equal([
      "nothing is completed before it is ready: a task of no service STOPPED",
    ]);
  });
});
